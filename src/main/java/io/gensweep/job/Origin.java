package io.gensweep.job;

import java.util.Locale;

/** Where a setting came from; a later origin overrides an earlier one. */
public enum Origin {
  DEFAULT,
  /** The model's generation_config.json, and its config.json for the length. */
  MODEL,
  JOB_FILE,
  COMMAND_LINE;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
