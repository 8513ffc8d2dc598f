package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Callable.Arguments;
import io.gensweep.token.jinja.Rendering.Output;
import io.gensweep.token.jinja.Values.None;
import io.gensweep.token.jinja.Values.Series;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps}, with the arguments that transformers lets through. */
final class JsonText {
  private static final int MAX_DEPTH = 100;

  private final boolean ascii;
  private final boolean sorted;
  private final boolean multiline;
  private final String indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final Output output = new Output();

  private JsonText(Arguments arguments) {
    arguments.only("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
    ascii = Values.truthy(arguments.or(0, "ensure_ascii", false));
    Object step = arguments.or(1, "indent", None.NONE);
    Object separators = arguments.or(2, "separators", None.NONE);
    sorted = Values.truthy(arguments.or(3, "sort_keys", false));
    multiline = step != None.NONE;
    if (step instanceof String given) {
      indent = given;
    } else {
      indent = multiline ? Operators.repeated(" ", Numbers.index(step)) : "";
    }
    if (separators == None.NONE) {
      itemSeparator = multiline ? "," : ", ";
      keySeparator = ": ";
    } else {
      List<Object> pair = Values.iterate(separators);
      if (pair.size() != 2) {
        throw TemplateException.failed("tojson needs two separators");
      }
      itemSeparator = StringMethods.string(pair.get(0));
      keySeparator = StringMethods.string(pair.get(1));
    }
  }

  static String of(Object value, Arguments arguments) {
    JsonText json = new JsonText(arguments);
    json.write(value, 0);
    return json.output.toString();
  }

  private void write(Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw TemplateException.tooLarge("JSON nests more than " + MAX_DEPTH + " deep");
    }
    if (value instanceof String text) {
      output.add(quoted(text));
    } else if (value instanceof Map<?, ?> map) {
      writeDict(map, depth);
    } else if (value instanceof List<?> list) {
      writeList(list, depth);
    } else if (value instanceof Series series && series.isTuple()) {
      writeList(series.items(), depth);
    } else {
      output.add(scalar(value));
    }
  }

  private static String scalar(Object value) {
    if (value == None.NONE) {
      return "null";
    }
    if (value instanceof Boolean bool) {
      return bool ? "true" : "false";
    }
    if (value instanceof Double real && (real.isNaN() || real.isInfinite())) {
      // Java spells them as json.dumps does.
      return Double.toString(real);
    }
    if (Numbers.isNumber(value)) {
      return Numbers.text(value);
    }
    throw TemplateException.failed(Values.typeName(value) + " cannot be written as JSON");
  }

  private void writeDict(Map<?, ?> map, int depth) {
    List<Object> keys = new ArrayList<>(map.keySet());
    if (sorted) {
      keys.sort(Operators::compare);
    }
    String before = "{";
    for (Object key : keys) {
      output.add(before);
      newLine(depth + 1);
      output.add(quoted(key instanceof String text ? text : scalar(key)));
      output.add(keySeparator);
      write(map.get(key), depth + 1);
      before = itemSeparator;
    }
    close(keys.isEmpty(), "{", "}", depth);
  }

  private void writeList(List<?> items, int depth) {
    String before = "[";
    for (Object item : items) {
      output.add(before);
      newLine(depth + 1);
      write(item, depth + 1);
      before = itemSeparator;
    }
    close(items.isEmpty(), "[", "]", depth);
  }

  private void close(boolean empty, String open, String close, int depth) {
    if (empty) {
      output.add(open + close);
    } else {
      newLine(depth);
      output.add(close);
    }
  }

  private void newLine(int depth) {
    if (multiline) {
      output.add("\n");
      output.add(Operators.repeated(indent, depth));
    }
  }

  private String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\f' -> quoted.append("\\f");
        case '\b' -> quoted.append("\\b");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
