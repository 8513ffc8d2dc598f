package io.gensweep.token.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The variables that a statement sees. Loops, macros and {@code with} open an inner scope; {@code
 * if} does not. Writing never reaches an outer scope, as in jinja2.
 */
final class Scope {
  private final Map<String, Object> variables = new HashMap<>();
  private final Optional<Scope> outer;
  private final Render render;
  private final int loopDepth;

  private Scope(Optional<Scope> outer, Render render, int loopDepth) {
    this.outer = outer;
    this.render = render;
    this.loopDepth = loopDepth;
  }

  static Scope of(Render render, Map<String, Object> variables) {
    Scope scope = new Scope(Optional.empty(), render, 0);
    scope.variables.putAll(variables);
    return scope;
  }

  Scope inner() {
    return new Scope(Optional.of(this), render, loopDepth);
  }

  Scope innerLoop() {
    return new Scope(Optional.of(this), render, loopDepth + 1);
  }

  /** A macro's body counts its loops from the start. */
  Scope innerMacro() {
    return new Scope(Optional.of(this), render, 0);
  }

  Render render() {
    return render;
  }

  int loopDepth() {
    return loopDepth;
  }

  Object read(String name) {
    Scope scope = this;
    while (true) {
      Object value = scope.variables.get(name);
      if (value != null) {
        return value;
      }
      if (scope.outer.isEmpty()) {
        return new Undefined("'" + name + "' is undefined");
      }
      scope = scope.outer.get();
    }
  }

  void write(String name, Object value) {
    variables.put(name, value);
  }
}
