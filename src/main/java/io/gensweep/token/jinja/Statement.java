package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.BoundMacro;
import io.gensweep.token.jinja.Callable.Macro;
import io.gensweep.token.jinja.Rendering.Output;
import io.gensweep.token.jinja.Scope.Loop;
import io.gensweep.token.jinja.Scope.Namespace;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

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
    Flow run(Scope scope, Output output) {
      for (int i = 0; i < statements.size(); i++) {
        scope.rendering().stepTo(lines.get(i));
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
      return scope.rendering().chargeCopy(output.toString());
    }
  }

  /** A block with variables of its own; see {@link Symbols}. */
  record Frame(Block body, Symbols symbols) {
    static final Frame EMPTY = new Frame(new Block(List.of(), List.of()), Symbols.ofTemplate());

    /** The scope, which is new, with the names that it hides from its start. */
    Scope open(Scope scope) {
      for (String name : symbols.hidden()) {
        scope.write(name, new Undefined("'" + name + "' is undefined"));
      }
      return scope;
    }

    Flow run(Scope scope, Output output) {
      return body.run(open(scope), output);
    }

    String captured(Scope scope) {
      return body.captured(open(scope));
    }
  }

  /** Text outside of tags. */
  record Text(String text) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      output.add(scope.rendering().chargeCopy(text));
      return Flow.NEXT;
    }
  }

  /** {@code {{ a }}}. */
  record Print(Expression expression) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      output.add(Values.text(scope.rendering().chargeDeep(expression.evaluate(scope))));
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

  /**
   * {@code for}, with an optional filter and an optional else. As in jinja2, the else also runs
   * after rounds none of which came to its end, because each was left by break or continue.
   */
  record For(
      Target target, Expression over, Optional<Expression> filter, Frame body, Frame otherwise)
      implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Object value = scope.rendering().chargeItems(over.evaluate(scope));
      List<Object> items = chosen(scope, Values.iterate(value));
      boolean wentThrough = false;
      Loop loop = new Loop(items);
      for (int i = 0; i < items.size(); i++) {
        scope.rendering().chargeStep();
        Scope round = scope.inner();
        loop.moveTo(i);
        target.assign(round, items.get(i));
        round.write("loop", loop);
        Flow flow = body.run(round, output);
        wentThrough |= flow == Flow.NEXT;
        if (flow == Flow.BREAK) {
          break;
        }
      }
      return wentThrough ? Flow.NEXT : otherwise.run(scope.inner(), output);
    }

    private List<Object> chosen(Scope scope, List<Object> items) {
      if (filter.isEmpty()) {
        return items;
      }
      List<Object> chosen = new ArrayList<>();
      for (Object item : items) {
        scope.rendering().chargeStep();
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
  record SetBlock(Target target, List<Expression.Filtered> filters, Frame body)
      implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Output inner = new Output();
      Flow flow = body.run(scope.inner(), inner);
      if (flow == Flow.NEXT) {
        target.assign(scope, filtered(inner, filters, scope));
      }
      return flow;
    }
  }

  /** {@code filter a | b} ... {@code endfilter}. */
  record FilterBlock(List<Expression.Filtered> filters, Frame body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Output inner = new Output();
      Flow flow = body.run(scope.inner(), inner);
      if (flow == Flow.NEXT) {
        output.add(Values.text(filtered(inner, filters, scope)));
      }
      return flow;
    }
  }

  /** {@code macro name(...)}: defines a function. */
  record DefineMacro(Macro macro) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      scope.write(macro.name(), macro.boundTo(scope));
      return Flow.NEXT;
    }
  }

  /** {@code call(...) f(...)} ... {@code endcall}: f can write the body with {@code caller()}. */
  record CallBlock(Expression.Call call, Macro body) implements Statement {
    @Override
    public Flow run(Scope scope, Output output) {
      Object callee = call.callee().evaluate(scope);
      if (!(callee instanceof BoundMacro macro)) {
        throw TemplateException.unsupported("a call block for anything but a macro");
      }
      Callable caller = body.boundTo(scope);
      Object written =
          macro.withCaller(caller).call(scope.rendering(), call.arguments().evaluate(scope));
      output.add(Values.text(written));
      return Flow.NEXT;
    }
  }

  /** {@code with a = b} ... {@code endwith}; the values do not see each other. */
  record With(List<Target> targets, List<Expression> values, Frame body) implements Statement {
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
  record Generation(Frame body) implements Statement {
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

  /** The text of a block after its filters; a break or continue in the block loses the text. */
  private static Object filtered(Output text, List<Expression.Filtered> filters, Scope scope) {
    Object value = scope.rendering().chargeCopy(text.toString());
    for (Expression.Filtered filter : filters) {
      value =
          Filters.apply(
              scope.rendering(), filter.name(), value, filter.arguments().evaluate(scope));
    }
    return value;
  }

  /** Where an assignment goes: a name, an attribute of a namespace, or several names. */
  sealed interface Target {
    void assign(Scope scope, Object value);

    /** Tells the variables that are assigned, and those that must hold a namespace. */
    void eachName(Consumer<String> assigned, Consumer<String> namespace);

    /** {@code a}. */
    record Variable(String name) implements Target {
      @Override
      public void assign(Scope scope, Object value) {
        scope.write(name, value);
      }

      @Override
      public void eachName(Consumer<String> assigned, Consumer<String> namespace) {
        assigned.accept(name);
      }
    }

    /** {@code ns.a}. */
    record NamespaceAttribute(String namespace, String attribute) implements Target {
      @Override
      public void assign(Scope scope, Object value) {
        if (!(scope.find(namespace).orElse(None.NONE) instanceof Namespace space)) {
          throw TemplateException.failed(
              "cannot assign '" + attribute + "': '" + namespace + "' is not a namespace");
        }
        space.write(attribute, value);
      }

      @Override
      public void eachName(Consumer<String> assigned, Consumer<String> isNamespace) {
        isNamespace.accept(namespace);
      }
    }

    /** {@code a, b}. */
    record Unpacked(List<Target> targets) implements Target {
      @Override
      public void assign(Scope scope, Object value) {
        List<Object> items = Values.iterate(value);
        if (items.size() != targets.size()) {
          throw TemplateException.failed(
              "cannot unpack " + items.size() + " values into " + targets.size() + " names");
        }
        for (int i = 0; i < items.size(); i++) {
          targets.get(i).assign(scope, items.get(i));
        }
      }

      @Override
      public void eachName(Consumer<String> assigned, Consumer<String> namespace) {
        targets.forEach(target -> target.eachName(assigned, namespace));
      }
    }
  }
}
