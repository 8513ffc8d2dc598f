package io.gensweep.token.jinja;

import java.util.List;
import java.util.Optional;

/** A macro as written: parameters, of which the last ones may have defaults. */
record Macro(
    String name, List<String> parameters, List<Expression> defaults, Statement.Block body) {

  Bound boundTo(Scope scope, Optional<Callable> caller) {
    return new Bound(this, scope, caller);
  }

  /** A macro with the scope it was defined in. */
  record Bound(Macro macro, Scope scope, Optional<Callable> caller) implements Callable {
    Bound withCaller(Callable body) {
      return new Bound(macro, scope, Optional.of(body));
    }

    @Override
    public Object call(Render render, Arguments arguments) {
      List<String> parameters = macro.parameters();
      arguments.only("macro " + macro.name(), parameters.toArray(String[]::new));
      Scope inner = scope.innerMacro();
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
      caller.ifPresent(body -> inner.write("caller", body));
      render.enter();
      String text = macro.body().captured(inner);
      render.leave();
      return text;
    }
  }
}
