package io.gensweep.token.jinja;

/** jinja2's default Undefined: empty when printed, an error when anything else. */
record Undefined(String why) {
  TemplateException failure() {
    return TemplateException.failed(why);
  }

  /** All undefined values are equal to each other and to nothing else, as in jinja2. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Undefined;
  }

  @Override
  public int hashCode() {
    return 0;
  }
}
