package io.gensweep.token.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One parsed statement; running it writes text and says how its block goes on. */
sealed interface Statement {
  /** How the statements after this one are to be treated. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Flow run(Scope scope, Output output);

  /** A list of statements. */
  record Block(List<Statement> statements, List<Integer> lines) {
    static final Block EMPTY = new Block(List.of(), List.of());

    Flow run(Scope scope, Output output) {
      for (int i = 0; i < statements.size(); i++) {
        scope.render().stepTo(lines.get(i));
        Flow flow = statements.get(i).run(scope, output);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    }

    String captured(Scope scope) {
      Output output = new Output();
      run(scope, output);
      return scope.render().made(output.toString());
    }
  }

  /** Text outside of tags. */
  record Text(String text) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      output.add(scope.render().made(text));
      return Flow.NEXT;
    }
  }

  /** {@code {{ a }}}. */
  record Print(Expression expression) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      output.add(Values.text(scope.render().walked(expression.evaluate(scope))));
      return Flow.NEXT;
    }
  }

  /** {@code if}, with one condition for each of the first blocks and perhaps an else after them. */
  record If(List<Expression> conditions, List<Block> blocks) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      for (int i = 0; i < conditions.size(); i++) {
        if (Values.truthy(conditions.get(i).evaluate(scope))) {
          return blocks.get(i).run(scope, output);
        }
      }
      return blocks.size() > conditions.size()
          ? blocks.get(conditions.size()).run(scope, output)
          : Flow.NEXT;
    }
  }

  /** {@code for}, with an optional filter and an optional else for no round at all. */
  record For(
      Target target, Expression over, Optional<Expression> filter, Block body, Block otherwise)
      implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Object value = scope.render().iterated(over.evaluate(scope));
      List<Object> items = chosen(scope, Values.iterate(value));
      if (items.isEmpty()) {
        return otherwise.run(scope.inner(), output);
      }
      Loop loop = new Loop(items, scope.loopDepth());
      for (int i = 0; i < items.size(); i++) {
        scope.render().step();
        Scope round = scope.innerLoop();
        loop.moveTo(i);
        target.assign(round, items.get(i));
        round.write("loop", loop);
        if (body.run(round, output) == Flow.BREAK) {
          break;
        }
      }
      return Flow.NEXT;
    }

    private List<Object> chosen(Scope scope, List<Object> items) {
      if (filter.isEmpty()) {
        return items;
      }
      List<Object> chosen = new ArrayList<>();
      for (Object item : items) {
        scope.render().step();
        Scope tried = scope.inner();
        target.assign(tried, item);
        if (Values.truthy(filter.get().evaluate(tried))) {
          chosen.add(item);
        }
      }
      return chosen;
    }
  }

  /** {@code set a = b}. */
  record Set(Target target, Expression value) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      target.assign(scope, value.evaluate(scope));
      return Flow.NEXT;
    }
  }

  /** {@code set a | filter} ... {@code endset}. */
  record SetBlock(Target target, List<Expression.Filtered> filters, Block body)
      implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      target.assign(scope, filtered(body.captured(scope.inner()), filters, scope));
      return Flow.NEXT;
    }
  }

  /** {@code filter a | b} ... {@code endfilter}. */
  record FilterBlock(List<Expression.Filtered> filters, Block body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      output.add(Values.text(filtered(body.captured(scope.inner()), filters, scope)));
      return Flow.NEXT;
    }
  }

  /** {@code macro name(...)}: defines a function. */
  record DefineMacro(Macro macro) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      scope.write(macro.name(), macro.boundTo(scope, Optional.empty()));
      return Flow.NEXT;
    }
  }

  /** {@code call(...) f(...)} ... {@code endcall}: f can write the body with {@code caller()}. */
  record CallBlock(Expression.Call call, Macro body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Object callee = call.callee().evaluate(scope);
      if (!(callee instanceof Macro.Bound macro)) {
        throw TemplateException.unsupported("a call block for anything but a macro");
      }
      Callable caller = body.boundTo(scope, Optional.empty());
      Object written =
          macro.withCaller(caller).call(scope.render(), call.arguments().evaluate(scope));
      output.add(Values.text(written));
      return Flow.NEXT;
    }
  }

  /** {@code with a = b} ... {@code endwith}; the values do not see each other. */
  record With(List<Target> targets, List<Expression> values, Block body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Scope inner = scope.inner();
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(inner, values.get(i).evaluate(scope));
      }
      return body.run(inner, output);
    }
  }

  /** {@code generation}: the mark around assistant text; it has a scope, and writes as it is. */
  record Generation(Block body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      return body.run(scope.inner(), output);
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(Flow flow) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      return flow;
    }
  }

  private static Object filtered(Object text, List<Expression.Filtered> filters, Scope scope) {
    Object value = text;
    for (Expression.Filtered filter : filters) {
      value =
          Filters.apply(scope.render(), filter.name(), value, filter.arguments().evaluate(scope));
    }
    return value;
  }
}
