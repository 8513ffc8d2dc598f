package io.gensweep.output;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Executor to driver. A row that differs when it is made again.
 *
 * @param key such as {@code prompt_id a, sweep_point 0, sample_index 1}
 * @param what differs, a few words each
 * @param rescored by how much the stored log-probs are off from what the model gives for the stored
 *     ids; empty where that was not asked. A list of at most one, since it travels.
 */
public record RowDifference(String key, List<String> what, List<Double> rescored)
    implements Serializable {
  public RowDifference {
    what = new ArrayList<>(what);
    rescored = new ArrayList<>(rescored);
    if (what.isEmpty() || rescored.size() > 1) {
      throw new IllegalArgumentException(
          "what must not be empty and rescored have at most one entry, were "
              + what
              + " and "
              + rescored);
    }
  }

  public static RowDifference of(String key, String what) {
    return new RowDifference(key, List.of(what), List.of());
  }

  public RowDifference rescored(double off) {
    return new RowDifference(key, what, List.of(off));
  }

  /** Whether the stored log-probs differ from the model's by more than the tolerance. */
  public boolean isOffBy(double tolerance) {
    return off().orElse(0) > tolerance;
  }

  private OptionalDouble off() {
    return rescored.stream().mapToDouble(Double::doubleValue).findFirst();
  }

  /**
   * Describes the row in one line.
   *
   * @param tolerance up to which log-probs of one model may be off on another machine
   */
  public String line(double tolerance) {
    String line = key + ": " + String.join(", ", what);
    if (off().isEmpty()) {
      return line;
    }
    double off = off().getAsDouble();
    return off <= tolerance
        ? line + "; the stored log-probs are the model's own for the stored ids"
        : line
            + "; the stored log-probs are off by %.3g from the model's own for the stored ids"
                .formatted(off);
  }
}
