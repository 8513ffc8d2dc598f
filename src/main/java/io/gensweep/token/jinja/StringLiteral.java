package io.gensweep.token.jinja;

/** Reads a quoted string with Python's escapes; an unknown escape stays as written. */
final class StringLiteral {
  private StringLiteral() {}

  static String value(String quoted, int line) {
    StringBuilder value = new StringBuilder(quoted.length());
    int end = quoted.length() - 1;
    int i = 1;
    while (i < end) {
      char c = quoted.charAt(i++);
      if (c != '\\') {
        value.append(c);
        continue;
      }
      char escape = quoted.charAt(i++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> value.append(escape);
        case 'a' -> value.append('\u0007');
        case 'b' -> value.append('\b');
        case 'f' -> value.append('\f');
        case 'n' -> value.append('\n');
        case 'r' -> value.append('\r');
        case 't' -> value.append('\t');
        case 'v' -> value.append('\u000b');
        case 'x' -> i = appendHex(value, quoted, i, 2, line);
        case 'u' -> i = appendHex(value, quoted, i, 4, line);
        case 'U' -> i = appendHex(value, quoted, i, 8, line);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          int stop = i;
          while (stop < i + 2 && quoted.charAt(stop) >= '0' && quoted.charAt(stop) <= '7') {
            stop++;
          }
          value.appendCodePoint(Integer.parseInt(quoted.substring(i - 1, stop), 8));
          i = stop;
        }
        default -> {
          if (escape == 'N' || escape > 127) {
            throw TemplateException.unsupported("line " + line + ": the escape \\" + escape);
          }
          value.append('\\').append(escape);
        }
      }
    }
    return value.toString();
  }

  private static int appendHex(StringBuilder value, String quoted, int from, int digits, int line) {
    int to = from + digits;
    String hex = to < quoted.length() ? quoted.substring(from, to) : "";
    if (!hex.matches("[0-9a-fA-F]+")
        || !Character.isValidCodePoint((int) Long.parseLong(hex, 16))) {
      throw TemplateException.syntax(line, "truncated or invalid \\x, \\u or \\U escape");
    }
    value.appendCodePoint((int) Long.parseLong(hex, 16));
    return to;
  }
}
