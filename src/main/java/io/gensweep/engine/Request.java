package io.gensweep.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Plain Java. A prompt and all continuations wanted of it, so that it is prefilled once.
 *
 * @param promptId as in the output
 * @param tokenIds the prompt's tokens; an empty prompt gives failed completions
 * @param variants at least one, each (sweep point, sample index) once
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Request(String promptId, int[] tokenIds, List<Variant> variants)
    implements Query<Completion> {
  public Request {
    Objects.requireNonNull(promptId, "prompt_id");
    tokenIds = tokenIds.clone();
    variants = List.copyOf(variants);
    if (variants.isEmpty()) {
      throw new IllegalArgumentException("variants must not be empty, prompt_id " + promptId);
    }
    Set<Long> keys = new HashSet<>();
    for (Variant variant : variants) {
      if (!keys.add((long) variant.sweepPoint() << 32 | variant.sampleIndex())) {
        throw new IllegalArgumentException(
            "variants must differ in (sweep_point, sample_index), twice was " + variant);
      }
    }
  }

  @Override
  public int answers() {
    return variants.size();
  }

  @Override
  public Entry submitTo(Engine engine, Consumer<Completion> answered) {
    return engine.submit(this, answered);
  }
}
