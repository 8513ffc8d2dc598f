package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import java.util.Optional;

/**
 * What a scorer says of a row.
 *
 * @param score from 0 for wrong to 1 for right
 * @param extracted the answer that it found in the text; samples with the same one vote alike
 */
public record Verdict(double score, Optional<String> extracted) {
  public Verdict {
    require(score >= 0 && score <= 1, "score must be in [0, 1], was " + score);
  }

  static Verdict of(boolean right, String extracted) {
    return new Verdict(right ? 1 : 0, Optional.of(extracted));
  }

  /** The verdict on a text that has no answer. */
  static Verdict nothingFound() {
    return new Verdict(0, Optional.empty());
  }
}
