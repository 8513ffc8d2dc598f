package io.gensweep.token.jinja;

import java.util.List;

/** A cursor over the tokens of a template. */
final class TokenStream {
  private final List<Token> tokens;
  private int position;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** A lexical piece of a template; lines count from 1. */
  record Token(Kind kind, String text, int line) {
    enum Kind {
      DATA,
      BLOCK_BEGIN,
      BLOCK_END,
      VARIABLE_BEGIN,
      VARIABLE_END,
      NAME,
      STRING,
      INTEGER,
      FLOAT,
      OPERATOR,
      END
    }

    boolean is(Kind wanted, String value) {
      return kind == wanted && text.equals(value);
    }

    String described() {
      return switch (kind) {
        case DATA -> "text";
        case BLOCK_BEGIN -> "start of a statement";
        case BLOCK_END -> "end of the statement";
        case VARIABLE_BEGIN -> "start of an expression";
        case VARIABLE_END -> "end of the expression";
        case STRING -> "a string";
        case END -> "end of the template";
        case NAME, INTEGER, FLOAT, OPERATOR -> "'" + text + "'";
      };
    }
  }

  Token current() {
    return tokens.get(position);
  }

  Token following() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token take() {
    Token token = current();
    if (token.kind() != Token.Kind.END) {
      position++;
    }
    return token;
  }

  boolean isAt(Token.Kind kind) {
    return current().kind() == kind;
  }

  boolean isAtOperator(String operator) {
    return current().is(Token.Kind.OPERATOR, operator);
  }

  boolean isAtName(String name) {
    return current().is(Token.Kind.NAME, name);
  }

  boolean skipOperator(String operator) {
    return skip(isAtOperator(operator));
  }

  boolean skipName(String name) {
    return skip(isAtName(name));
  }

  private boolean skip(boolean matches) {
    if (matches) {
      take();
    }
    return matches;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  String expect(Token.Kind kind, String what) {
    if (!isAt(kind)) {
      throw unexpected(what);
    }
    return take().text();
  }

  TemplateException unexpected(String wanted) {
    return TemplateException.syntax(
        current().line(), "expected " + wanted + ", got " + current().described());
  }

  TemplateException syntax(String message) {
    return TemplateException.syntax(current().line(), message);
  }
}
