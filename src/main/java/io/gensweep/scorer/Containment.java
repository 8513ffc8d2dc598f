package io.gensweep.scorer;

import java.util.Locale;

/**
 * Right if the reference stands somewhere in the text.
 *
 * @param ignoreCase whether A and a are the same
 */
public record Containment(String name, boolean ignoreCase) implements Scorer {
  @Override
  public boolean extracts() {
    return false;
  }

  @Override
  public Verdict score(Sample sample) {
    String text = folded(sample.text());
    return sample.references().stream()
        .filter(reference -> text.contains(folded(reference)))
        .findFirst()
        .map(reference -> Verdict.of(true, reference))
        .orElseGet(Verdict::nothingFound);
  }

  private String folded(String text) {
    return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
  }
}
