package io.gensweep.token.jinja;

/** A template that cannot be parsed or rendered, and which of the reasons it was. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why rendering stopped. */
  public enum Kind {
    /** jinja2 would refuse the text of the template too. */
    SYNTAX,
    /** jinja2 would go on, but this renderer does not know the construct exactly. */
    UNSUPPORTED,
    /** jinja2 would fail on these messages too. */
    FAILED,
    /** The template itself called {@code raise_exception}; the message is its argument. */
    RAISED,
    /** The template went over its share of steps, depth or characters. */
    TOO_LARGE
  }

  private static final int LONGEST = 1000;

  private final Kind kind;
  private final boolean placed;

  private TemplateException(Kind kind, String message, boolean placed) {
    super(message.length() > LONGEST ? message.substring(0, LONGEST) + "..." : message);
    this.kind = kind;
    this.placed = placed;
  }

  /** The same with the line, unless it names one; what a template says itself stays as it is. */
  TemplateException at(int line) {
    return placed || kind == Kind.RAISED
        ? this
        : new TemplateException(kind, "line " + line + ": " + getMessage(), true);
  }

  public Kind kind() {
    return kind;
  }

  static TemplateException syntax(int line, String message) {
    return new TemplateException(Kind.SYNTAX, message, false).at(line);
  }

  static TemplateException unsupported(String what) {
    return new TemplateException(
        Kind.UNSUPPORTED, what + " is not supported in chat templates", false);
  }

  static TemplateException failed(String message) {
    return new TemplateException(Kind.FAILED, message, false);
  }

  static TemplateException raised(String message) {
    return new TemplateException(Kind.RAISED, message, false);
  }

  static TemplateException tooLarge(String message) {
    return new TemplateException(Kind.TOO_LARGE, message, false);
  }
}
