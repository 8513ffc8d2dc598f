package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Values.Undefined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The variables that a statement sees. Loops, macros and {@code with} open an inner scope; {@code
 * if} does not. Writing never reaches an outer scope, as in jinja2.
 */
final class Scope {
  private final Map<String, Object> variables = new HashMap<>();
  private final Optional<Scope> outer;
  private final Rendering rendering;

  private Scope(Optional<Scope> outer, Rendering rendering) {
    this.outer = outer;
    this.rendering = rendering;
  }

  static Scope of(Rendering rendering, Map<String, Object> variables) {
    Scope scope = new Scope(Optional.empty(), rendering);
    scope.variables.putAll(variables);
    return scope;
  }

  Scope inner() {
    return new Scope(Optional.of(this), rendering);
  }

  Rendering rendering() {
    return rendering;
  }

  Optional<Object> find(String name) {
    for (Optional<Scope> scope = Optional.of(this); scope.isPresent(); scope = scope.get().outer) {
      Object value = scope.get().variables.get(name);
      if (value != null) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }

  void write(String name, Object value) {
    variables.put(name, value);
  }

  /** What {@code namespace(...)} makes: the one thing that loops may write to. */
  static final class Namespace {
    private final Map<String, Object> attributes = new HashMap<>();

    Object read(String name) {
      Object value = attributes.get(name);
      return value == null ? new Undefined("namespace has no attribute '" + name + "'") : value;
    }

    void write(String name, Object value) {
      if (name.startsWith("_")) {
        throw TemplateException.failed(
            "chat templates cannot store '" + name + "' on a namespace: rename the attribute");
      }
      attributes.put(name, value);
    }
  }

  /** The {@code loop} variable of one for statement. */
  static final class Loop {
    private final List<Object> items;
    private int index;
    private Optional<Arguments> lastChanged = Optional.empty();

    Loop(List<Object> items) {
      this.items = items;
    }

    void moveTo(int newIndex) {
      index = newIndex;
    }

    Object read(String name) {
      return switch (name) {
        case "index" -> index + 1L;
        case "index0" -> (long) index;
        case "revindex" -> (long) items.size() - index;
        case "revindex0" -> (long) items.size() - index - 1;
        case "first" -> index == 0;
        case "last" -> index == items.size() - 1;
        case "length" -> (long) items.size();
        // Loops count as nested only inside recursive ones.
        case "depth" -> 1L;
        case "depth0" -> 0L;
        case "previtem" -> neighbour(index - 1, "there is no previous item");
        case "nextitem" -> neighbour(index + 1, "there is no next item");
        case "cycle" -> (Callable) (rendering, arguments) -> cycle(arguments);
        case "changed" ->
            (Callable)
                (rendering, arguments) -> {
                  rendering.chargeDeep(arguments.positional());
                  return changed(arguments);
                };
        default -> new Undefined("loop has no attribute '" + name + "'");
      };
    }

    private Object neighbour(int at, String otherwise) {
      return at >= 0 && at < items.size() ? items.get(at) : new Undefined(otherwise);
    }

    private Object cycle(Arguments arguments) {
      List<Object> choices = arguments.positional();
      if (choices.isEmpty()) {
        throw TemplateException.failed("loop.cycle needs at least one argument");
      }
      return choices.get(index % choices.size());
    }

    private boolean changed(Arguments arguments) {
      boolean same =
          lastChanged.isPresent()
              && Operators.same(lastChanged.get().positional(), arguments.positional());
      lastChanged = Optional.of(arguments);
      return !same;
    }
  }
}
