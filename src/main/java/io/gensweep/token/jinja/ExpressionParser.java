package io.gensweep.token.jinja;

import io.gensweep.token.jinja.TokenStream.Token;
import io.gensweep.token.jinja.Values.None;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Parses expressions with jinja2's precedence, loosest first: if-else, or, and, not, comparisons, +
 * and -, ~, * / // %, **, signs, then filters and tests, then . [] ().
 */
final class ExpressionParser {
  private static final int MAX_NESTING = 100;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream stream;

  /** Told of every variable that is read. */
  private final Consumer<String> names;

  private int nesting;

  ExpressionParser(TokenStream stream, Consumer<String> names) {
    this.stream = stream;
    this.names = names;
  }

  Expression parse() {
    if (++nesting > MAX_NESTING) {
      throw stream.syntax("expressions nest more than " + MAX_NESTING + " deep");
    }
    Expression expression = parseOr();
    while (stream.skipName("if")) {
      Expression condition = parseOr();
      Optional<Expression> otherwise =
          stream.skipName("else") ? Optional.of(parse()) : Optional.empty();
      expression = new Expression.Conditional(condition, expression, otherwise);
    }
    nesting--;
    return expression;
  }

  /** An expression without an inline if, or several with commas between: what if and for take. */
  Expression parseTupleWithoutIf() {
    return parseTuple(this::parseOr, false);
  }

  /** An expression, or several with commas between. */
  Expression parseTuple() {
    return parseTuple(this::parse, false);
  }

  private Expression parseTuple(Supplier<Expression> part, boolean mayBeEmpty) {
    List<Expression> items = new ArrayList<>();
    boolean isTuple = false;
    while (!atTupleEnd()) {
      items.add(part.get());
      if (!stream.skipOperator(",")) {
        break;
      }
      isTuple = true;
    }
    if (items.size() == 1 && !isTuple) {
      return items.get(0);
    }
    if (items.isEmpty() && !mayBeEmpty) {
      throw stream.unexpected("an expression");
    }
    return new Expression.TupleOf(List.copyOf(items));
  }

  private boolean atTupleEnd() {
    return stream.isAt(Token.Kind.VARIABLE_END)
        || stream.isAt(Token.Kind.BLOCK_END)
        || stream.isAtOperator(")");
  }

  private Expression parseOr() {
    Expression left = parseAnd();
    while (stream.skipName("or")) {
      left = new Expression.Or(left, parseAnd());
    }
    return left;
  }

  private Expression parseAnd() {
    Expression left = parseNot();
    while (stream.skipName("and")) {
      left = new Expression.And(left, parseNot());
    }
    return left;
  }

  /** Many times not is as once or twice: a chain of them must not nest. */
  private Expression parseNot() {
    int count = 0;
    while (stream.skipName("not")) {
      count++;
    }
    Expression expression = parseComparison();
    for (int i = 0; i < Math.min(count, 2 - count % 2); i++) {
      expression = new Expression.Not(expression);
    }
    return expression;
  }

  private Expression parseComparison() {
    Expression first = parseSum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      if (stream.isAt(Token.Kind.OPERATOR) && COMPARISONS.contains(stream.current().text())) {
        operators.add(stream.take().text());
      } else if (stream.skipName("in")) {
        operators.add("in");
      } else if (stream.isAtName("not") && stream.following().is(Token.Kind.NAME, "in")) {
        stream.take();
        stream.take();
        operators.add("not in");
      } else {
        return operators.isEmpty()
            ? first
            : new Expression.Compared(first, List.copyOf(operators), List.copyOf(others));
      }
      others.add(parseSum());
    }
  }

  private Expression parseSum() {
    return parseBinary(this::parseJoin, Set.of("+", "-"));
  }

  private Expression parseJoin() {
    Expression first = parseProduct();
    if (!stream.isAtOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (stream.skipOperator("~")) {
      parts.add(parseProduct());
    }
    return new Expression.Joined(List.copyOf(parts));
  }

  private Expression parseProduct() {
    return parseBinary(this::parsePower, Set.of("*", "/", "//", "%"));
  }

  /** jinja2 reads powers from left to right and after signs, unlike Python. */
  private Expression parsePower() {
    return parseBinary(() -> parseSigned(true), Set.of("**"));
  }

  private Expression parseBinary(Supplier<Expression> operand, Set<String> operators) {
    Expression left = operand.get();
    while (stream.isAt(Token.Kind.OPERATOR) && operators.contains(stream.current().text())) {
      left = new Expression.Binary(left, stream.take().text(), operand.get());
    }
    return left;
  }

  private Expression parseSigned(boolean withFilters) {
    Expression expression;
    if (stream.isAtOperator("-") || stream.isAtOperator("+")) {
      if (++nesting > MAX_NESTING) {
        throw stream.syntax("signs nest more than " + MAX_NESTING + " deep");
      }
      boolean negative = stream.take().text().equals("-");
      expression = new Expression.Signed(negative, parseSigned(false));
      nesting--;
    } else {
      expression = parsePrimary();
    }
    expression = parsePostfix(expression);
    return withFilters ? parseFiltersAndTests(expression) : expression;
  }

  private Expression parsePrimary() {
    return switch (stream.current().kind()) {
      case NAME -> parseName(stream.take().text());
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (stream.isAt(Token.Kind.STRING)) {
          text.append(stream.take().text());
        }
        yield new Expression.Literal(text.toString());
      }
      case INTEGER, FLOAT -> new Expression.Literal(Numbers.literal(stream.take()));
      default -> parseBracketed();
    };
  }

  private Expression parseName(String name) {
    return switch (name) {
      case "true", "True" -> new Expression.Literal(true);
      case "false", "False" -> new Expression.Literal(false);
      case "none", "None" -> new Expression.Literal(None.NONE);
      default -> {
        names.accept(name);
        yield new Expression.Name(name);
      }
    };
  }

  private Expression parseBracketed() {
    if (stream.skipOperator("(")) {
      Expression inner = parseTuple(this::parse, true);
      stream.expectOperator(")");
      return inner;
    }
    if (stream.skipOperator("[")) {
      List<Expression> items = new ArrayList<>();
      parseUntil("]", () -> items.add(parse()));
      return new Expression.ListOf(List.copyOf(items));
    }
    if (stream.skipOperator("{")) {
      List<Expression> keys = new ArrayList<>();
      List<Expression> values = new ArrayList<>();
      parseUntil(
          "}",
          () -> {
            keys.add(parse());
            stream.expectOperator(":");
            values.add(parse());
          });
      return new Expression.DictOf(List.copyOf(keys), List.copyOf(values));
    }
    throw stream.unexpected("an expression");
  }

  /** Parts with commas between, up to and with the closing bracket. */
  private void parseUntil(String close, Runnable part) {
    while (!stream.isAtOperator(close)) {
      part.run();
      if (!stream.isAtOperator(close)) {
        stream.expectOperator(",");
      }
    }
    stream.expectOperator(close);
  }

  private Expression parsePostfix(Expression start) {
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
        : Optional.of(parse());
  }

  private Expression.Passed parseArguments() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    stream.expectOperator("(");
    parseUntil(
        ")",
        () -> {
          if (stream.isAtOperator("*") || stream.isAtOperator("**")) {
            throw TemplateException.unsupported("passing *arguments or **arguments");
          }
          if (stream.isAt(Token.Kind.NAME) && stream.following().is(Token.Kind.OPERATOR, "=")) {
            String name = stream.take().text();
            stream.take();
            named.put(name, parse());
          } else if (named.isEmpty()) {
            positional.add(parse());
          } else {
            throw stream.syntax("an argument by position follows one by name");
          }
        });
    return new Expression.Passed(List.copyOf(positional), named);
  }

  private Expression parseFiltersAndTests(Expression start) {
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
    String name = parseDottedName("the name of a filter");
    if (!Filters.exists(name)) {
      throw TemplateException.unsupported("the filter '" + name + "'");
    }
    return new Expression.Filtered(of, name, parseOptionalArguments());
  }

  /** Filters and tests that jinja2 does not know end a rendering only where they are reached. */
  private String parseDottedName(String what) {
    StringBuilder name = new StringBuilder(stream.expect(Token.Kind.NAME, what));
    while (stream.skipOperator(".")) {
      name.append('.').append(stream.expect(Token.Kind.NAME, what));
    }
    return name.toString();
  }

  private Expression.Passed parseOptionalArguments() {
    return stream.isAtOperator("(") ? parseArguments() : new Expression.Passed(List.of(), Map.of());
  }

  private Expression parseTest(Expression of) {
    boolean negated = stream.skipName("not");
    String name = parseDottedName("the name of a test");
    if (!Tests.exists(name)) {
      throw TemplateException.unsupported("the test '" + name + "'");
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
