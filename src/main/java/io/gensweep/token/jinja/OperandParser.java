package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What stands between operators: names, literals, calls, subscripts, filters, tests. */
final class OperandParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;

  OperandParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  Expression parsePrimary() {
    Token token = stream.current();
    switch (token.kind()) {
      case NAME -> {
        stream.take();
        return switch (token.text()) {
          case "true", "True" -> new Expression.Literal(true);
          case "false", "False" -> new Expression.Literal(false);
          case "none", "None" -> new Expression.Literal(None.NONE);
          default -> new Expression.Name(token.text());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (stream.isAt(Token.Kind.STRING)) {
          text.append(stream.take().text());
        }
        return new Expression.Literal(text.toString());
      }
      case INTEGER, FLOAT -> {
        return new Expression.Literal(Numbers.literal(stream.take()));
      }
      case OPERATOR -> {
        if (stream.skipOperator("(")) {
          Expression inner = expressions.parseParenthesised();
          stream.expectOperator(")");
          return inner;
        }
        if (stream.skipOperator("[")) {
          return new Expression.ListOf(parseItems());
        }
        if (stream.skipOperator("{")) {
          return parseDict();
        }
      }
      default -> {}
    }
    throw stream.unexpected("an expression");
  }

  private List<Expression> parseItems() {
    List<Expression> items = new ArrayList<>();
    while (!stream.isAtOperator("]")) {
      items.add(expressions.parse());
      if (!stream.isAtOperator("]")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator("]");
    return List.copyOf(items);
  }

  private Expression parseDict() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!stream.isAtOperator("}")) {
      keys.add(expressions.parse());
      stream.expectOperator(":");
      values.add(expressions.parse());
      if (!stream.isAtOperator("}")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator("}");
    return new Expression.DictOf(List.copyOf(keys), List.copyOf(values));
  }

  Expression parsePostfix(Expression start) {
    Expression expression = start;
    while (true) {
      if (stream.skipOperator(".")) {
        if (stream.isAt(Token.Kind.INTEGER)) {
          Object position = Numbers.literal(stream.take());
          expression = new Expression.Item(expression, new Expression.Literal(position));
        } else {
          String name = stream.expect(Token.Kind.NAME, "a name");
          expression = new Expression.Attribute(expression, name);
        }
      } else if (stream.skipOperator("[")) {
        expression = parseSubscript(expression);
      } else if (stream.isAtOperator("(")) {
        expression = new Expression.Call(expression, parseArguments());
      } else {
        return expression;
      }
    }
  }

  private Expression parseSubscript(Expression of) {
    Optional<Expression> from = parseBound();
    if (!stream.skipOperator(":")) {
      if (from.isEmpty()) {
        throw stream.unexpected("an expression");
      }
      if (stream.isAtOperator(",")) {
        throw TemplateException.unsupported("a subscript of several parts");
      }
      stream.expectOperator("]");
      return new Expression.Item(of, from.get());
    }
    Optional<Expression> to = parseBound();
    Optional<Expression> step = stream.skipOperator(":") ? parseBound() : Optional.empty();
    stream.expectOperator("]");
    return new Expression.Slice(of, from, to, step);
  }

  private Optional<Expression> parseBound() {
    return stream.isAtOperator(":") || stream.isAtOperator("]")
        ? Optional.empty()
        : Optional.of(expressions.parse());
  }

  private Expression.Passed parseArguments() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    stream.expectOperator("(");
    while (!stream.isAtOperator(")")) {
      if (stream.isAtOperator("*") || stream.isAtOperator("**")) {
        throw TemplateException.unsupported("passing *arguments or **arguments");
      }
      if (stream.isAt(Token.Kind.NAME) && stream.following().is(Token.Kind.OPERATOR, "=")) {
        String name = stream.take().text();
        stream.take();
        named.put(name, expressions.parse());
      } else if (named.isEmpty()) {
        positional.add(expressions.parse());
      } else {
        throw stream.syntax("an argument by position follows one by name");
      }
      if (!stream.isAtOperator(")")) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator(")");
    return new Expression.Passed(List.copyOf(positional), named);
  }

  Expression parseFiltersAndTests(Expression start) {
    Expression expression = start;
    while (true) {
      if (stream.skipOperator("|")) {
        expression = parseFilter(expression);
      } else if (stream.skipName("is")) {
        expression = parseTest(expression);
      } else if (stream.isAtOperator("(")) {
        expression = new Expression.Call(expression, parseArguments());
      } else {
        return expression;
      }
    }
  }

  Expression.Filtered parseFilter(Expression of) {
    int line = stream.current().line();
    String name = stream.expect(Token.Kind.NAME, "the name of a filter");
    if (!Filters.exists(name)) {
      throw TemplateException.syntax(line, "there is no filter named '" + name + "'");
    }
    return new Expression.Filtered(of, name, parseOptionalArguments());
  }

  private Expression.Passed parseOptionalArguments() {
    return stream.isAtOperator("(") ? parseArguments() : new Expression.Passed(List.of(), Map.of());
  }

  private Expression parseTest(Expression of) {
    boolean negated = stream.skipName("not");
    int line = stream.current().line();
    String name = stream.expect(Token.Kind.NAME, "the name of a test");
    if (!Tests.exists(name)) {
      throw TemplateException.syntax(line, "there is no test named '" + name + "'");
    }
    Expression.Passed arguments = parseOptionalArguments();
    if (arguments.isEmpty() && atTestArgument()) {
      Expression argument = parsePostfix(parsePrimary());
      arguments = new Expression.Passed(List.of(argument), Map.of());
    }
    Expression test = new Expression.Tested(of, name, arguments);
    return negated ? new Expression.Not(test) : test;
  }

  /** A test takes one argument without parentheses, unless a word of the language follows. */
  private boolean atTestArgument() {
    return switch (stream.current().kind()) {
      case STRING, INTEGER, FLOAT -> true;
      case NAME -> {
        if (stream.isAtName("is")) {
          throw stream.syntax("tests with 'is' cannot be chained");
        }
        yield !Set.of("else", "or", "and").contains(stream.current().text());
      }
      case OPERATOR -> stream.isAtOperator("[") || stream.isAtOperator("{");
      default -> false;
    };
  }
}
