package io.gensweep.scorer;

/**
 * A text that a pattern may look at only so often: a pattern that backtracks would take hours for
 * some texts of a model.
 */
final class BoundedText implements CharSequence {
  private static final int MOST_LOOKS = 10_000_000;

  private final CharSequence text;
  private final int[] looks;

  BoundedText(String text) {
    this(text, new int[1]);
  }

  private BoundedText(CharSequence text, int[] looks) {
    this.text = text;
    this.looks = looks;
  }

  @Override
  public char charAt(int index) {
    if (++looks[0] > MOST_LOOKS) {
      throw new ScorerFailure(
          "pattern: it backtracks too often on this text; write it without repetitions in repetitions");
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return new BoundedText(text.subSequence(start, end), looks);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
