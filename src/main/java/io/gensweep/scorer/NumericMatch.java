package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Right if a number of the text equals the reference's.
 *
 * @param take which number of the text is the answer
 * @param tolerance by how much it may be off
 */
public record NumericMatch(String name, Take take, double tolerance) implements Scorer {
  public NumericMatch {
    require(
        tolerance >= 0 && Double.isFinite(tolerance), "tolerance must be >= 0, was " + tolerance);
  }

  @Override
  public Verdict score(Sample sample) {
    Optional<BigDecimal> found =
        take == Take.FIRST ? Numerals.first(sample.text()) : Numerals.last(sample.text());
    boolean right = false;
    for (String reference : sample.references()) {
      BigDecimal wanted = Numerals.ofReference(reference);
      right |= found.isPresent() && isNear(found.get(), wanted);
    }
    return found.isEmpty()
        ? Verdict.nothingFound()
        : Verdict.of(right, Numerals.plain(found.get()));
  }

  private boolean isNear(BigDecimal number, BigDecimal wanted) {
    return number.subtract(wanted).abs().compareTo(BigDecimal.valueOf(tolerance)) <= 0;
  }
}
