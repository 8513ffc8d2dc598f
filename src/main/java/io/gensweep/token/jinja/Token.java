package io.gensweep.token.jinja;

/** One lexical piece of a template; line counts from 1. */
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
