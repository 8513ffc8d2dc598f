package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Rendering.Output;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Series;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One parsed expression; evaluating it yields a Python-like value, never null. */
sealed interface Expression {
  Object evaluate(Scope scope);

  /** A constant. */
  record Literal(Object value) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.rendering().chargeName();
      return value;
    }
  }

  /** A variable, else a global function. */
  record Name(String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.rendering().chargeName();
      return scope
          .find(name)
          .or(() -> Globals.find(name))
          .orElseGet(() -> new Undefined("'" + name + "' is undefined"));
    }
  }

  /** {@code a.b}: a method or attribute first, then a key. */
  record Attribute(Expression of, String name) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.rendering().chargeName();
      return Members.attribute(of.evaluate(scope), name);
    }
  }

  /** {@code a[b]}: a key or position first, then an attribute. */
  record Item(Expression of, Expression key) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.rendering().chargeName();
      Object value = of.evaluate(scope);
      if (value instanceof String) {
        scope.rendering().chargeScan(value);
      }
      return Members.item(value, key.evaluate(scope));
    }
  }

  /** {@code a[from:to:step]}. */
  record Slice(
      Expression of, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = scope.rendering().chargeScan(of.evaluate(scope));
      return Members.slice(value, bound(from, scope), bound(to, scope), bound(step, scope));
    }

    private static Optional<Long> bound(Optional<Expression> part, Scope scope) {
      return part.map(expression -> expression.evaluate(scope))
          .filter(value -> value != None.NONE)
          .map(Numbers::index);
    }
  }

  /** The arguments as written; {@code *} and {@code **} are refused by the parser. */
  record Passed(List<Expression> positional, Map<String, Expression> named) {
    boolean isEmpty() {
      return positional.isEmpty() && named.isEmpty();
    }

    Arguments evaluate(Scope scope) {
      Map<String, Object> values = new LinkedHashMap<>();
      List<Object> items = all(positional, scope);
      named.forEach((name, expression) -> values.put(name, expression.evaluate(scope)));
      return new Arguments(items, values);
    }
  }

  /** {@code f(...)}. */
  record Call(Expression callee, Passed arguments) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object function = callee.evaluate(scope);
      if (function instanceof Undefined undefined) {
        throw undefined.failure();
      }
      if (!(function instanceof Callable callable)) {
        throw TemplateException.failed(Values.typeName(function) + " is not callable");
      }
      return scope
          .rendering()
          .chargeCopy(callable.call(scope.rendering(), arguments.evaluate(scope)));
    }
  }

  /** {@code a | name(...)}. */
  record Filtered(Expression of, String name, Passed arguments) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Filters.apply(scope.rendering(), name, of.evaluate(scope), arguments.evaluate(scope));
    }
  }

  /** {@code a is name ...}. */
  record Tested(Expression of, String name, Passed arguments) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Tests.holds(scope.rendering(), name, of.evaluate(scope), arguments.evaluate(scope));
    }
  }

  /** {@code not a}. */
  record Not(Expression of) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return !Values.truthy(of.evaluate(scope));
    }
  }

  /** {@code a and b}: gives one of its operands, not a boolean. */
  record And(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = left.evaluate(scope);
      return Values.truthy(value) ? right.evaluate(scope) : value;
    }
  }

  /** {@code a or b}: gives one of its operands, not a boolean. */
  record Or(Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object value = left.evaluate(scope);
      return Values.truthy(value) ? value : right.evaluate(scope);
    }
  }

  /** {@code +a} or {@code -a}. */
  record Signed(boolean negative, Expression of) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Numbers.signed(negative, of.evaluate(scope));
    }
  }

  /** Arithmetic, and + and * on sequences. */
  record Binary(Expression left, String operator, Expression right) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object first = left.evaluate(scope);
      return Operators.apply(scope.rendering(), first, operator, right.evaluate(scope));
    }
  }

  /** {@code a < b <= c}: each neighbour pair must hold. */
  record Compared(Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Object left = first.evaluate(scope);
      for (int i = 0; i < others.size(); i++) {
        Object right = others.get(i).evaluate(scope);
        if (!Operators.compares(scope.rendering(), left, operators.get(i), right)) {
          return false;
        }
        left = right;
      }
      return true;
    }
  }

  /** {@code a ~ b ~ c}: the texts joined. */
  record Joined(List<Expression> parts) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      Output text = new Output();
      for (Expression part : parts) {
        text.add(Values.text(scope.rendering().chargeDeep(part.evaluate(scope))));
      }
      return scope.rendering().chargeCopy(text.toString());
    }
  }

  /** {@code a if b else c}; undefined when there is no else. */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      if (Values.truthy(condition.evaluate(scope))) {
        return then.evaluate(scope);
      }
      return otherwise.isPresent()
          ? otherwise.get().evaluate(scope)
          : new Undefined("the inline if has no else and was false");
    }
  }

  /** {@code [a, b]}. */
  record ListOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return all(items, scope);
    }
  }

  /** {@code (a, b)}. */
  record TupleOf(List<Expression> items) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      return Series.tuple(all(items, scope));
    }
  }

  /** {@code {a: b}}. */
  record DictOf(List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Scope scope) {
      scope.rendering().chargeName();
      Map<Object, Object> dict = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        dict.put(Values.key(keys.get(i).evaluate(scope)), values.get(i).evaluate(scope));
      }
      return dict;
    }
  }

  private static List<Object> all(List<Expression> expressions, Scope scope) {
    scope.rendering().chargeName();
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(expression.evaluate(scope));
    }
    return values;
  }
}
