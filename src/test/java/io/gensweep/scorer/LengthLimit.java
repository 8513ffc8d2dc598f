package io.gensweep.scorer;

import java.util.Map;
import java.util.Optional;

/** A scorer as a user may write one: right if the text has at most so many characters. */
public final class LengthLimit implements RowScorer {
  @Override
  public String type() {
    return "length_limit";
  }

  @Override
  public void check(Map<String, Object> settings) {
    if (!settings.containsKey("most")) {
      throw new IllegalArgumentException("most must be given");
    }
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public Verdict score(Sample sample, Map<String, Object> settings) {
    int most = ((Number) settings.get("most")).intValue();
    return new Verdict(sample.text().length() <= most ? 1 : 0, Optional.empty());
  }
}
