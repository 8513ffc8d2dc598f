package io.gensweep.report;

import java.util.regex.Pattern;

/** Texts that stand in Markdown as they are, whatever characters they have. */
final class Markdown {
  private static final Pattern SPECIAL = Pattern.compile("[\\\\`*_{}\\[\\]<>()#+!|~&]");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");

  private Markdown() {}

  static String escaped(String text) {
    return SPECIAL.matcher(CONTROL.matcher(text).replaceAll(" ")).replaceAll("\\\\$0");
  }

  /** A block of code that the text cannot end. */
  static String fenced(String language, String text) {
    int longest = 2;
    int run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = text.charAt(i) == '`' ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    String fence = "`".repeat(longest + 1);
    return fence + language + "\n" + text.stripTrailing() + "\n" + fence + "\n";
  }
}
