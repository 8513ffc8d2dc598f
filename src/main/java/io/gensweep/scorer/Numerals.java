package io.gensweep.scorer;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers in texts. */
final class Numerals {
  /**
   * A number with or without commas between its thousands, a fraction and an exponent. Its sign
   * counts only where it cannot be a minus between two terms.
   */
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:(?<![\\w)\\].])[-+\u2212])?(?:(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?|\\.\\d+)"
              + "(?:[eE][-+]?\\d{1,3}(?!\\d))?");

  /** Longer ones are no answer, and cost time that grows with the square of their length. */
  private static final int MOST_CHARACTERS = 1_000;

  private Numerals() {}

  static Optional<BigDecimal> first(String text) {
    Matcher matcher = NUMBER.matcher(text);
    return matcher.find() ? number(matcher.group()) : Optional.empty();
  }

  static Optional<BigDecimal> last(String text) {
    Matcher matcher = NUMBER.matcher(text);
    String last = "";
    while (matcher.find()) {
      last = matcher.group();
    }
    return last.isEmpty() ? Optional.empty() : number(last);
  }

  /**
   * The number that a reference means: its last, which a worked solution ends with.
   *
   * @throws ScorerFailure if it has none
   */
  static BigDecimal ofReference(String reference) {
    return last(reference)
        .orElseThrow(
            () ->
                new ScorerFailure(
                    "bad_reference: there is no number in \"%s\""
                        .formatted(
                            reference.length() <= 80 ? reference : reference.substring(0, 80))));
  }

  /** Writes a number so that equal numbers are equal texts. */
  static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  private static Optional<BigDecimal> number(String text) {
    return text.length() > MOST_CHARACTERS
        ? Optional.empty()
        : Optional.of(new BigDecimal(text.replace(",", "").replace('\u2212', '-')));
  }
}
