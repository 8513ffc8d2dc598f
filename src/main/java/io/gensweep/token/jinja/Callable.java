package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Values.Undefined;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A function, method or macro that a template may call. */
@FunctionalInterface
interface Callable {
  Object call(Rendering rendering, Arguments arguments);

  /** The arguments of a call: by position, then by name. */
  record Arguments(List<Object> positional, Map<String, Object> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** The argument at that position or of that name, whichever was given. */
    Optional<Object> find(int index, String name) {
      if (index < positional.size()) {
        return Optional.of(positional.get(index));
      }
      return Optional.ofNullable(named.get(name));
    }

    Object or(int index, String name, Object otherwise) {
      return find(index, name).orElse(otherwise);
    }

    Object need(int index, String name) {
      return find(index, name)
          .orElseThrow(() -> TemplateException.failed("missing argument '" + name + "'"));
    }

    /** Refuses what the callee does not know, because leaving it out would change the text. */
    Arguments only(String callee, String... names) {
      if (positional.size() > names.length) {
        throw TemplateException.failed(
            callee + " takes at most " + names.length + " arguments, not " + positional.size());
      }
      for (String name : named.keySet()) {
        int index = List.of(names).indexOf(name);
        if (index < 0) {
          throw TemplateException.failed(callee + " has no argument '" + name + "'");
        }
        if (index < positional.size()) {
          throw TemplateException.failed(callee + " got '" + name + "' twice");
        }
      }
      return this;
    }

    Arguments withoutFirst(int count) {
      return new Arguments(positional.subList(count, positional.size()), named);
    }
  }

  /**
   * A macro as written: parameters, of which the last ones may have defaults.
   *
   * @param takesCaller whether the body names {@code caller}; a call block needs a macro that does
   */
  record Macro(
      String name,
      List<String> parameters,
      List<Expression> defaults,
      Statement.Frame frame,
      boolean takesCaller) {

    BoundMacro boundTo(Scope scope) {
      return new BoundMacro(this, scope, Optional.empty());
    }
  }

  /** A macro with the scope it was defined in, and the body of the call block that calls it. */
  record BoundMacro(Macro macro, Scope scope, Optional<Callable> caller) implements Callable {
    private static final Undefined NO_CALLER = new Undefined("no call block calls the macro");

    BoundMacro withCaller(Callable body) {
      if (!macro.takesCaller()) {
        throw TemplateException.failed(
            "macro '" + macro.name() + "' does not call caller(), so it takes no call block");
      }
      return new BoundMacro(macro, scope, Optional.of(body));
    }

    @Override
    public Object call(Rendering rendering, Arguments arguments) {
      List<String> parameters = macro.parameters();
      arguments.only("macro " + macro.name(), parameters.toArray(String[]::new));
      Scope inner = macro.frame().open(scope.inner());
      int firstDefault = parameters.size() - macro.defaults().size();
      for (int i = 0; i < parameters.size(); i++) {
        String parameter = parameters.get(i);
        Optional<Object> given = arguments.find(i, parameter);
        if (given.isPresent()) {
          inner.write(parameter, given.get());
        } else if (i >= firstDefault) {
          inner.write(parameter, macro.defaults().get(i - firstDefault).evaluate(inner));
        } else {
          inner.write(parameter, new Undefined("parameter '" + parameter + "' was not provided"));
        }
      }
      if (macro.takesCaller()) {
        inner.write("caller", caller.isPresent() ? caller.get() : NO_CALLER);
      }
      rendering.enter();
      String text = macro.frame().body().captured(inner);
      rendering.leave();
      return text;
    }
  }
}
