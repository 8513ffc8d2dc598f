package io.gensweep.job;

import io.gensweep.sampling.Checks;
import java.io.Serializable;
import java.util.Optional;

/**
 * How the engine of a device works; nothing here changes a row.
 *
 * @param maxBatch sequences decoded together per device; empty: the engine chooses
 */
public record EngineSpec(Optional<Integer> maxBatch) implements Serializable {
  public EngineSpec {
    Checks.require(
        maxBatch.isEmpty() || maxBatch.get() >= 1,
        "max_batch must be >= 1 or auto, was " + maxBatch.orElse(0));
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
