package io.gensweep.scorer;

/** Right if the text is the reference by the rule of SQuAD: {@link Comparison#NORMALIZED}. */
public record NormalizedMatch(String name) implements Scorer {
  @Override
  public Verdict score(Sample sample) {
    String text = Comparison.squad(sample.text());
    return Verdict.of(
        sample.references().stream()
            .anyMatch(reference -> Comparison.squad(reference).equals(text)),
        text);
  }
}
