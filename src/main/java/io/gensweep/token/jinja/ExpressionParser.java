package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Expressions with jinja2's precedence, loosest first: if-else, or, and, not, comparisons, + and -,
 * ~, * / // %, **, signs, then filters and tests, then . [] ().
 */
final class ExpressionParser {
  private static final int MAX_NESTING = 100;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream stream;
  private final OperandParser operands;
  private int nesting;

  ExpressionParser(TokenStream stream) {
    this.stream = stream;
    this.operands = new OperandParser(stream, this);
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

  /** What is in parentheses: perhaps nothing, which is the empty tuple. */
  Expression parseParenthesised() {
    return parseTuple(this::parse, true);
  }

  Expression.Filtered parseFilter(Expression of) {
    return operands.parseFilter(of);
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
    Expression left = parseJoin();
    while (stream.isAtOperator("+") || stream.isAtOperator("-")) {
      left = new Expression.Binary(left, stream.take().text(), parseJoin());
    }
    return left;
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
    Expression left = parsePower();
    while (stream.isAtOperator("*")
        || stream.isAtOperator("/")
        || stream.isAtOperator("//")
        || stream.isAtOperator("%")) {
      left = new Expression.Binary(left, stream.take().text(), parsePower());
    }
    return left;
  }

  /** jinja2 reads powers from left to right and after signs, unlike Python. */
  private Expression parsePower() {
    Expression left = parseSigned(true);
    while (stream.skipOperator("**")) {
      left = new Expression.Binary(left, "**", parseSigned(true));
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
      expression = operands.parsePrimary();
    }
    expression = operands.parsePostfix(expression);
    return withFilters ? operands.parseFiltersAndTests(expression) : expression;
  }
}
