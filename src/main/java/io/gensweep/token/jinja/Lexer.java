package io.gensweep.token.jinja;

import io.gensweep.token.jinja.TokenStream.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens by jinja2's rules with trim_blocks and lstrip_blocks: the newline
 * after a block or comment goes, spaces before one at the start of a line go, a minus sign takes
 * all white space on its side, a plus sign keeps it.
 */
final class Lexer {
  private static final Pattern RAW_BEGIN = Pattern.compile("\\{%([-+]?)\\s*raw\\s*(-?)%\\}");
  private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%\\}");
  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?[eE][+\\-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)");
  private static final Pattern INTEGER = Pattern.compile("0(_?0)*(?![0-9_xXoObB])|[1-9](_?\\d)*");
  private static final Pattern NAME =
      Pattern.compile("[\\w&&[^\\d]]\\w*", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern STRING =
      Pattern.compile(
          "'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+'|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"",
          Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("//|\\*\\*|==|!=|>=|<=|[-+/*%~\\[\\](){}><=.:|,;]");

  private static final int LONGEST_NUMBER = 400;

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    while (lexer.position < source.length()) {
      lexer.readText();
    }
    lexer.add(Token.Kind.END, "");
    return List.copyOf(lexer.tokens);
  }

  /** Text up to the next tag, and the tag. */
  private void readText() {
    int tag = nextTag();
    if (tag < 0) {
      add(Token.Kind.DATA, source.substring(position));
      moveTo(source.length());
      return;
    }
    char sign = charAt(tag + 2);
    boolean isVariable = source.startsWith("{{", tag);
    addText(source.substring(position, tag), sign, isVariable);
    Matcher raw = matcher(RAW_BEGIN, tag);
    moveTo(tag);
    if (raw.lookingAt()) {
      moveTo(raw.end());
      if (raw.group(2).equals("-")) {
        skipSpace();
      }
      readRaw();
    } else {
      moveTo(tag + (sign == '-' || sign == '+' ? 3 : 2));
      if (source.startsWith("{#", tag)) {
        skipComment();
      } else {
        add(isVariable ? Token.Kind.VARIABLE_BEGIN : Token.Kind.BLOCK_BEGIN, "");
        readExpression(isVariable);
      }
    }
  }

  private int nextTag() {
    for (int at = source.indexOf('{', position); at >= 0; at = source.indexOf('{', at + 1)) {
      char next = charAt(at + 1);
      if (next == '%' || next == '{' || next == '#') {
        return at;
      }
    }
    return -1;
  }

  private void addText(String text, char sign, boolean isVariable) {
    String kept = text;
    if (sign == '-') {
      kept = PythonText.rstrip(text);
    } else if (sign != '+' && !isVariable) {
      int lineStart = text.lastIndexOf('\n') + 1;
      boolean startsLine = lineStart > 0 || position == 0 || charAt(position - 1) == '\n';
      if (startsLine && PythonText.isSpace(text.substring(lineStart))) {
        kept = text.substring(0, lineStart);
      }
    }
    if (!kept.isEmpty()) {
      add(Token.Kind.DATA, kept);
    }
  }

  private void readRaw() {
    Matcher end = matcher(RAW_END, position);
    if (!end.find()) {
      throw TemplateException.syntax(line, "missing end of the raw block");
    }
    String sign = end.group(1);
    addText(source.substring(position, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), false);
    moveTo(end.end());
    afterBlock(end.group(2));
  }

  private void skipComment() {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw TemplateException.syntax(line, "missing end of the comment");
    }
    char sign = end > position ? charAt(end - 1) : ' ';
    moveTo(end + 2);
    afterBlock(String.valueOf(sign));
  }

  /** What follows a block or comment that was closed with this sign. */
  private void afterBlock(String sign) {
    if (sign.equals("-")) {
      skipSpace();
    } else if (!sign.equals("+") && charAt(position) == '\n') {
      moveTo(position + 1);
    }
  }

  private void readExpression(boolean isVariable) {
    Deque<Character> open = new ArrayDeque<>();
    while (position < source.length()) {
      if (open.isEmpty() && readEnd(isVariable)) {
        return;
      }
      requireShortNumber();
      if (PythonText.isSpace(source.codePointAt(position))) {
        skipSpace();
      } else if (!take(FLOAT, Token.Kind.FLOAT)
          && !take(INTEGER, Token.Kind.INTEGER)
          && !take(NAME, Token.Kind.NAME)
          && !take(STRING, Token.Kind.STRING)) {
        readOperator(open);
      }
    }
    throw TemplateException.syntax(line, "the tag is not closed");
  }

  /** The expressions for numbers take the square of their length, or the stack. */
  private void requireShortNumber() {
    int end = position;
    while (Character.isDigit(charAt(end)) || (end > position && charAt(end) == '_')) {
      end++;
    }
    if (end - position > LONGEST_NUMBER) {
      throw TemplateException.syntax(line, "a number of " + (end - position) + " digits");
    }
  }

  private boolean readEnd(boolean isVariable) {
    String close = isVariable ? "}}" : "%}";
    char sign = charAt(position);
    boolean signed = sign == '-' || (sign == '+' && !isVariable);
    if (!source.startsWith(close, signed ? position + 1 : position)) {
      return false;
    }
    add(isVariable ? Token.Kind.VARIABLE_END : Token.Kind.BLOCK_END, "");
    moveTo(position + (signed ? 3 : 2));
    if (!isVariable) {
      afterBlock(signed ? String.valueOf(sign) : "");
    } else if (signed) {
      skipSpace();
    }
    return true;
  }

  private void readOperator(Deque<Character> open) {
    int from = position;
    if (!take(OPERATOR, Token.Kind.OPERATOR)) {
      throw TemplateException.syntax(
          line, "unexpected character '" + Character.toString(source.codePointAt(position)) + "'");
    }
    char operator = charAt(from);
    switch (operator) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != operator) {
          throw TemplateException.syntax(line, "unexpected '" + operator + "'");
        }
      }
      default -> {}
    }
  }

  private boolean take(Pattern pattern, Token.Kind kind) {
    Matcher matcher = matcher(pattern, position);
    if (!matcher.lookingAt()) {
      return false;
    }
    String text = matcher.group();
    add(kind, kind == Token.Kind.STRING ? stringValue(text, line) : text);
    moveTo(matcher.end());
    return true;
  }

  private Matcher matcher(Pattern pattern, int from) {
    return pattern.matcher(source).region(from, source.length()).useTransparentBounds(true);
  }

  private void skipSpace() {
    int end = position;
    while (end < source.length() && PythonText.isSpace(source.codePointAt(end))) {
      end++;
    }
    moveTo(end);
  }

  private void moveTo(int end) {
    for (int i = position; i < end; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    position = end;
  }

  private char charAt(int index) {
    return index < source.length() ? source.charAt(index) : '\0';
  }

  private void add(Token.Kind kind, String text) {
    tokens.add(new Token(kind, text, line));
  }

  /** The value of a quoted string, with Python's escapes; an unknown escape stays as written. */
  private static String stringValue(String quoted, int line) {
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
    int c = (int) Long.parseLong(hex, 16);
    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
      // Python keeps two halves as two characters, Java makes one of them.
      throw TemplateException.unsupported("line " + line + ": an escaped surrogate");
    }
    value.appendCodePoint(c);
    return to;
  }
}
