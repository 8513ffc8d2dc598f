package io.gensweep.token.jinja;

import java.util.List;

/** The tokens of a template, read from front to back. */
final class TokenStream {
  private final List<Token> tokens;
  private int position;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
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
