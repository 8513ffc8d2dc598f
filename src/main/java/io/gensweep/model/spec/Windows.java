package io.gensweep.model.spec;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/**
 * Which layers of a model see a window, and of how many positions.
 *
 * @param types of the layers, {@link Sizes#FULL} or {@link Sizes#SLIDING}
 * @param size empty where no layer has a window
 */
record Windows(List<String> types, OptionalInt size) {
  private static final String KEY = "sliding_window";

  /**
   * By {@code layer_types} and {@code sliding_window}.
   *
   * @param size where the key is absent; empty for none
   * @param fallback the type of a layer where the config does not list them
   */
  static Windows read(
      ConfigValues values, Sizes sizes, OptionalInt size, IntFunction<String> fallback) {
    boolean absent = values.get(KEY).isMissingNode();
    int own = values.wholeOrNull(KEY, 0);
    OptionalInt given = own > 0 ? OptionalInt.of(own) : OptionalInt.empty();
    OptionalInt window = absent ? size : given;
    List<String> types = sizes.layerTypes(values, List.of(Sizes.FULL, Sizes.SLIDING), fallback);
    if (window.isEmpty() && types.contains(Sizes.SLIDING)) {
      throw values.wrong(KEY, "a whole number above 0, since layers have " + Sizes.SLIDING);
    }
    return new Windows(types, window);
  }

  boolean isSliding(int layer) {
    return types.get(layer).equals(Sizes.SLIDING);
  }

  /** The attention of a layer of that number, with its window where it has one. */
  AttentionSpec of(int layer, AttentionSpec attention) {
    return isSliding(layer) ? attention.withWindow(size.getAsInt()) : attention;
  }
}
