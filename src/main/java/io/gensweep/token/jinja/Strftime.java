package io.gensweep.token.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Python's {@code datetime.strftime} in the C locale, for the usual directives. */
final class Strftime {
  private static final int LONGEST = 1000;
  private static final Map<String, String> PATTERNS =
      Map.ofEntries(
          Map.entry("%d", "dd"),
          Map.entry("%-d", "d"),
          Map.entry("%m", "MM"),
          Map.entry("%-m", "M"),
          Map.entry("%Y", "uuuu"),
          Map.entry("%y", "uu"),
          Map.entry("%b", "MMM"),
          Map.entry("%B", "MMMM"),
          Map.entry("%a", "EEE"),
          Map.entry("%A", "EEEE"),
          Map.entry("%H", "HH"),
          Map.entry("%I", "hh"),
          Map.entry("%M", "mm"),
          Map.entry("%S", "ss"),
          Map.entry("%p", "a"),
          Map.entry("%j", "DDD"));

  private Strftime() {}

  static String format(LocalDateTime time, String format) {
    if (format.length() > LONGEST) {
      throw TemplateException.tooLarge("a time format of " + format.length() + " characters");
    }
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      if (format.charAt(i) != '%') {
        text.append(format.charAt(i++));
        continue;
      }
      int end = Math.min(format.length(), format.startsWith("%-", i) ? i + 3 : i + 2);
      String directive = format.substring(i, end);
      String pattern = PATTERNS.getOrDefault(directive, "");
      if (directive.equals("%%")) {
        text.append('%');
      } else if (pattern.isEmpty()) {
        throw TemplateException.unsupported("the time directive '" + directive + "'");
      } else {
        text.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time));
      }
      i = end;
    }
    return text.toString();
  }
}
