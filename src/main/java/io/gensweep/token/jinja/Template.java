package io.gensweep.token.jinja;

import io.gensweep.token.jinja.Values.None;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A parsed template; immutable, so threads may share it. */
public final class Template {
  /** Characters; the longest known templates have some 30,000. */
  private static final int MAX_SOURCE = 1 << 20;

  private final Statement.Frame body;

  private Template(Statement.Frame body) {
    this.body = body;
  }

  /**
   * Parses a template.
   *
   * @throws TemplateException if it is not Jinja or uses a part that is not supported
   */
  public static Template compile(String source) {
    if (source.length() > MAX_SOURCE) {
      throw TemplateException.tooLarge(
          "a template of " + source.length() + " characters is over the limit of " + MAX_SOURCE);
    }
    try {
      return new Template(StatementParser.parse(Lexer.tokens(source)));
    } catch (StackOverflowError tooDeep) {
      throw TemplateException.tooLarge("the template nests too deep");
    }
  }

  /**
   * Renders the template.
   *
   * @param variables strings, booleans, whole numbers, doubles, and lists and maps of them; an
   *     empty Optional is None; what is absent is undefined
   * @param now what {@code strftime_now} takes for the current time
   * @throws TemplateException if the template raises it, fails, or is not supported
   */
  public String render(Map<String, Object> variables, LocalDateTime now) {
    Map<String, Object> values = new LinkedHashMap<>();
    variables.forEach((name, value) -> values.put(name, plain(value)));
    Rendering rendering = new Rendering(now);
    try {
      return body.captured(Scope.of(rendering, values));
    } catch (TemplateException stopped) {
      throw stopped.at(rendering.line());
    } catch (StackOverflowError tooDeep) {
      // Depth is bounded for each kind of nesting; their product is more than a stack.
      throw TemplateException.tooLarge("the template nests too deep").at(rendering.line());
    }
  }

  private static Object plain(Object value) {
    if (value instanceof String || value instanceof Boolean || value instanceof Double) {
      return value;
    }
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    if (value instanceof Optional<?> optional) {
      return optional.isPresent() ? plain(optional.get()) : None.NONE;
    }
    if (value instanceof List<?> list) {
      List<Object> items = new ArrayList<>(list.size());
      list.forEach(item -> items.add(plain(item)));
      return items;
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> dict = new LinkedHashMap<>();
      map.forEach((key, item) -> dict.put(Values.key(plain(key)), plain(item)));
      return dict;
    }
    throw new IllegalArgumentException("a template cannot see a " + value.getClass().getName());
  }
}
