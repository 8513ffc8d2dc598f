package io.gensweep.token.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Idioms one by one, against what transformers renders (src/test/python/make_chat_oracle.py). */
class TemplateTest {
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 15, 4, 5);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Right for transformers, and refused here by name. Anything else must come out the same. */
  private static final List<String> REFUSED =
      List.of(
          "{{ '{} and {}'.format('a', 'b') }}",
          "{{ '12'.isdigit() }}",
          "{{ '7'.zfill(3) }}",
          "{{ '<&>' | e }}");

  @Test
  void everyIdiomRendersAsInTransformersOrIsRefused() throws IOException {
    JsonNode oracle = oracle("idioms");
    Map<String, Object> variables = variables(oracle);
    List<String> wrong = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (JsonNode example : oracle.get("cases")) {
      String template = example.get("template").asText();
      String outcome;
      try {
        outcome = "text " + render(template, variables);
      } catch (TemplateException stopped) {
        if (stopped.kind() == TemplateException.Kind.UNSUPPORTED && example.has("expected")) {
          refused.add(template);
          continue;
        }
        outcome = "error " + stopped.getMessage();
      }
      boolean equal =
          example.has("expected")
              ? outcome.equals("text " + example.get("expected").asText())
              : outcome.startsWith("error ");
      if (!equal) {
        wrong.add(template + "\n  gives  " + outcome + "\n  wanted " + example);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(refused).containsExactlyInAnyOrderElementsOf(REFUSED);
  }

  @Test
  void raisedMessagesArriveWordForWord() {
    assertThatThrownBy(() -> render("{{ raise_exception('stop: ' ~ (1 + 1)) }}", Map.of()))
        .isInstanceOf(TemplateException.class)
        .hasMessage("stop: 2")
        .extracting("kind")
        .isEqualTo(TemplateException.Kind.RAISED);
  }

  @Test
  void syntaxErrorsNameTheLine() {
    assertThatThrownBy(() -> Template.compile("a\n{% if x %}\nb\n{% endfor %}"))
        .hasMessageContaining("line 4")
        .extracting("kind")
        .isEqualTo(TemplateException.Kind.SYNTAX);
  }

  @Test
  void theClockIsTheOneThatWasGiven() {
    assertThat(render("{{ strftime_now('%d %b %Y %H:%M:%S %I %p %A %B %j %y %-d %%') }}", Map.of()))
        .isEqualTo("06 Jul 2024 15:04:05 03 PM Saturday July 188 24 6 %");
  }

  /**
   * Python has a value or an error for each; here it is a value or a refusal, no other exception.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ -(-9223372036854775807 - 1) }}",
        "{{ (-9223372036854775807 - 1) // -1 }}",
        "{{ (-9223372036854775807 - 1) ** 2 }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ 9223372036854775807 * 9223372036854775807 }}",
        "{{ 2 ** 9223372036854775807 }}",
        "{{ 99999999999999999999999 }}",
        "{{ 1e999 == 1e999 }}",
        "{{ [1e999, -1e999] | sort }}",
        "{{ 1e999 | int }}",
        "{{ 1 // 0 }}{{ 1 % 0 }}",
        "{{ 'abc' * (-9223372036854775807 - 1) ~ [1][0].x }}{{ undefined.x.y }}",
        "{{ 'a'.center(9223372036854775807) }}",
        "{{ messages | tojson(indent=9223372036854775807) }}",
        "{{ 'a' | indent(9223372036854775807, first=true) }}",
        "{{ {}[[]] }}{{ {[]: 1} }}",
        "{{ [1, 'a'] | sort }}",
        "{{ [namespace(), namespace()] | sort }}",
        "{% for i in [1] %}{{ loop }}{% endfor %}",
        "{{ range }}",
        "{{ [[1]] | map(attribute='99999999999999999999') | first + 1 }}",
        "{{ range(1, 2, 0) }}",
      })
  void extremesAreRefusedByLine(String template) {
    assertThatThrownBy(() -> render(template, Map.of("messages", List.of("x"))))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("line 1: ");
  }

  @Test
  void extremesThatHaveAValueHaveIt() {
    assertThat(render("{{ range(9223372036854775800, 9223372036854775807, 5) | list }}", Map.of()))
        .isEqualTo("[9223372036854775800, 9223372036854775805]");
    assertThat(render("{{ 'aa'.split('a', 9223372036854775807) | sort(attribute='x') }}", Map.of()))
        .isEqualTo("['', '', '']");
    assertThat(render("{{ 'abcde'[1::9223372036854775807] }}", Map.of())).isEqualTo("b");
    assertThat(render("{{ 'abcde'[3::-9223372036854775807] }}", Map.of())).isEqualTo("d");
    assertThat(render("{{ 'abcde'[-9223372036854775807:9223372036854775807:2] }}", Map.of()))
        .isEqualTo("ace");
    assertThat(render("{{ (-9223372036854775807) // -1 }}", Map.of()))
        .isEqualTo("9223372036854775807");
  }

  @Test
  void longPartsAreFoundWhereShortOnesAre() {
    String part = "abcabcabd".repeat(9);
    String text = "abcabc" + part + "ab" + part + part.substring(1) + "x";
    String template =
        "{{ text.find(part) }} {{ text.rfind(part) }} {{ text.count(part) }}"
            + " {{ text.split(part) }} {{ text.rsplit(part, 1) | length }} {{ (part ~ 'x') in text }}"
            + " {{ text.replace(part, '-') }}";
    // Python's own
    assertThat(render(template, Map.of("text", text, "part", part)))
        .isEqualTo(
            "6 89 2 ['abcabc', 'ab', '%1$s'] 2 False abcabc-ab-%1$s"
                .formatted(part.substring(1) + "x"));
  }

  @Test
  void errorsWhileRenderingNameTheLine() {
    assertThatThrownBy(() -> render("a\n{% if true %}\n{{ x.y }}\n{% endif %}", Map.of()))
        .hasMessage("line 3: 'x' is undefined");
  }

  private static JsonNode oracle(String name) throws IOException {
    try (InputStream file = TemplateTest.class.getResourceAsStream("/chat/" + name + ".json")) {
      return JSON.readTree(file);
    }
  }

  private static Map<String, Object> variables(JsonNode oracle) {
    Map<String, Object> variables =
        new HashMap<>(
            JSON.convertValue(
                oracle.get("special_tokens"), new TypeReference<Map<String, Object>>() {}));
    variables.put(
        "messages",
        JSON.convertValue(
            oracle.get("messages"), new TypeReference<List<Map<String, Object>>>() {}));
    variables.put("tools", Optional.empty());
    variables.put("documents", Optional.empty());
    variables.put("add_generation_prompt", true);
    return variables;
  }

  private static String render(String template, Map<String, Object> variables) {
    return Template.compile(template).render(variables, NOW);
  }
}
