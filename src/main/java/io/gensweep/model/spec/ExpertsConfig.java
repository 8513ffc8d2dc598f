package io.gensweep.model.spec;

import java.util.List;

/** What configs say of experts, by the names that most families have for it. */
final class ExpertsConfig {
  private static final String CHOSEN = "num_experts_per_tok";

  private ExpertsConfig() {}

  /**
   * How many experts a layer has.
   *
   * @param keys of which the first that is there counts
   */
  static int count(ConfigValues values, int fallback, String... keys) {
    String key = List.of(keys).stream().filter(values::has).findFirst().orElse(keys[0]);
    return values.count(key, fallback);
  }

  /** How many of them a token has. */
  static int chosen(ConfigValues values, int fallback, int count) {
    int chosen = values.count(CHOSEN, fallback);
    if (chosen > count) {
      throw values.wrong(CHOSEN, "at most " + count + ", the number of experts");
    }
    return chosen;
  }
}
