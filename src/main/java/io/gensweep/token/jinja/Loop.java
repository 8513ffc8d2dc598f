package io.gensweep.token.jinja;

import java.util.List;
import java.util.Optional;

/** The {@code loop} variable of one for statement. */
final class Loop {
  private final List<Object> items;
  private final int depth;
  private int index;
  private Optional<Arguments> lastChanged = Optional.empty();

  Loop(List<Object> items, int depth) {
    this.items = items;
    this.depth = depth;
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
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" -> neighbour(index - 1, "there is no previous item");
      case "nextitem" -> neighbour(index + 1, "there is no next item");
      case "cycle" -> (Callable) (render, arguments) -> cycle(arguments);
      case "changed" ->
          (Callable)
              (render, arguments) -> {
                render.walked(arguments.positional());
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
            && Comparison.same(lastChanged.get().positional(), arguments.positional());
    lastChanged = Optional.of(arguments);
    return !same;
  }
}
