package io.gensweep.token.jinja;

/** Rendered text that refuses to grow without end. */
final class Output {
  private final StringBuilder text = new StringBuilder();

  void add(String more) {
    Render.checkChars((long) text.length() + more.length());
    text.append(more);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
