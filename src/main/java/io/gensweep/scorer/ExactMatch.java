package io.gensweep.scorer;

/**
 * Right if the text is the reference, character by character.
 *
 * @param strip whether white space at either end of both counts for nothing
 */
public record ExactMatch(String name, boolean strip) implements Scorer {
  @Override
  public Verdict score(Sample sample) {
    String text = normal(sample.text());
    return Verdict.of(
        sample.references().stream().anyMatch(reference -> normal(reference).equals(text)), text);
  }

  private String normal(String text) {
    return strip ? text.strip() : text;
  }
}
