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
    OptionalInt window = size(values, size);
    List<String> types = sizes.layerTypes(values, List.of(Sizes.FULL, Sizes.SLIDING), fallback);
    if (window.isEmpty() && types.contains(Sizes.SLIDING)) {
      throw values.wrong(KEY, "a whole number above 0, since layers have " + Sizes.SLIDING);
    }
    return new Windows(types, window);
  }

  /** Types of layers of which every one of that number sees everything. */
  static IntFunction<String> fullEvery(int number) {
    return i -> (i + 1) % number == 0 ? Sizes.FULL : Sizes.SLIDING;
  }

  private static OptionalInt size(ConfigValues values, OptionalInt fallback) {
    if (values.get(KEY).isMissingNode()) {
      return fallback;
    }
    int own = values.wholeOrNull(KEY, 0);
    return own > 0 ? OptionalInt.of(own) : OptionalInt.empty();
  }

  /**
   * Attention of a family whose layers all have the window of {@code sliding_window}.
   *
   * @param size where the key is absent; empty for none
   */
  static AttentionSpec onAllLayers(ConfigValues values, OptionalInt size, AttentionSpec attention) {
    OptionalInt window = size(values, size);
    return window.isPresent() ? attention.withWindow(window.getAsInt()) : attention;
  }

  boolean isSliding(int layer) {
    return types.get(layer).equals(Sizes.SLIDING);
  }

  /** The attention of a layer of that number, with its window where it has one. */
  AttentionSpec of(int layer, AttentionSpec attention) {
    return isSliding(layer) ? attention.withWindow(size.getAsInt()) : attention;
  }
}
