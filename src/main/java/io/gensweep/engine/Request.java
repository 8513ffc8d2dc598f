package io.gensweep.engine;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A prompt and all rows wanted of it, so that it is prefilled once: continuations to draw, or texts
 * to score.
 *
 * @param promptId as in the output
 * @param tokenIds the prompt's tokens; an empty prompt gives failed completions
 * @param variants each (sweep point, sample index) once; empty where texts are scored
 * @param texts whose windows start with the prompt; empty where continuations are drawn
 * @param <A> one answer for each variant or text
 */
@SuppressWarnings({
  "ArrayRecordComponent", // never compared
  "UnusedTypeParameter" // says which answers come
})
public record Request<A extends Answer>(
    String promptId, int[] tokenIds, List<Variant> variants, List<ScoredText> texts) {
  public Request {
    Objects.requireNonNull(promptId, "prompt_id");
    tokenIds = tokenIds.clone();
    variants = List.copyOf(variants);
    texts = List.copyOf(texts);
    if (variants.isEmpty() == texts.isEmpty()) {
      throw new IllegalArgumentException(
          "one of variants and texts must not be empty, prompt_id " + promptId);
    }
    Set<Long> keys = new HashSet<>();
    for (Variant variant : variants) {
      if (!keys.add((long) variant.sweepPoint() << 32 | variant.sampleIndex())) {
        throw new IllegalArgumentException(
            "variants must differ in (sweep_point, sample_index), twice was " + variant);
      }
    }
    for (ScoredText text : texts) {
      for (ScoredText.Window window : text.windows()) {
        if (tokenIds.length > window.from()) {
          throw new IllegalArgumentException(
              "windows must start with the prompt's "
                  + tokenIds.length
                  + " tokens, one was scored from token "
                  + window.from());
        }
      }
    }
  }

  /** Asks for continuations of a prompt. */
  public static Request<Completion> draw(String promptId, int[] tokenIds, List<Variant> variants) {
    return new Request<>(promptId, tokenIds, variants, List.of());
  }

  /**
   * Asks for the log-probs of given texts.
   *
   * @param tokenIds what every window starts with, such as the prompt's tokens; may be empty. Their
   *     KV rows are filled apart from the rest even for one text, so that a score does not depend
   *     on how many there are.
   */
  public static Request<Score> score(String promptId, int[] tokenIds, List<ScoredText> texts) {
    return new Request<>(promptId, tokenIds, List.of(), texts);
  }

  /** How many answers there will be. */
  public int answers() {
    return variants.size() + texts.size();
  }
}
