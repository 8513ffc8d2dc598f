package io.gensweep.token.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
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

  /** Each would hold or end an executor if nothing bounded it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='aaaaaaaaaaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{{ 'a' * 9999999999 }}",
        "{{ ('a' * 9999999).replace('a', 'a' * 9999999) }}",
        "{{ ('a' * 99999) | list | join('a' * 9999999) }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set ns = namespace(l=[1], k=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% set ns.k = [ns.k, ns.k] %}{% endfor %}{{ ns.l == ns.k }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(x) %}{{ m(m) }}{{ m(m) }}{% endmacro %}{{ m(1) }}",
        "{{ range(100000000) }}",
        "{% for a in range(9999) %}{% for b in range(99) %}{% set x = 'ab' * 8000000 %}{% endfor %}{% endfor %}",
        "{% set x = 'ab' * 8000000 %}{% for a in range(99999) %}{% for b in range(9) %}{{ 'c' in x }}{% endfor %}{% endfor %}",
        "{% set x = range(99999) | list %}{% for a in range(99999) %}{% set y = x | last %}{% set z = 'c' in x %}{% endfor %}",
        "{{ ('x' * 9999999 ~ '\n' * 9999999) | indent(99, blank=true) }}",
      })
  void hostileTemplatesAreStopped(String template) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () ->
            assertThatThrownBy(() -> render(template, Map.of()))
                .isInstanceOf(TemplateException.class)
                .extracting("kind")
                .isEqualTo(TemplateException.Kind.TOO_LARGE));
  }

  @Test
  void deepNestingIsASyntaxErrorNotAStackOverflow() {
    for (String opening : List.of("(", "[", "-", "{{", "not ", "{% if x %}", "a[", "a(", "x if ")) {
      String template = "{{ " + opening.repeat(20_000);
      String statements = opening.repeat(20_000);
      assertThatThrownBy(() -> Template.compile(template)).isInstanceOf(TemplateException.class);
      if (opening.startsWith("{")) {
        assertThatThrownBy(() -> Template.compile(statements))
            .isInstanceOf(TemplateException.class);
      }
    }
  }

  @Test
  void javaIsOutOfReach() {
    for (String template :
        List.of(
            "{{ messages.getClass() }}",
            "{{ messages.class.name }}",
            "{{ ''.getClass().forName('java.lang.Runtime') }}",
            "{{ messages[0].role.bytes.length() }}",
            "{{ messages.stream() }}")) {
      assertThatThrownBy(() -> render(template, Map.of("messages", List.of(Map.of("role", "x")))))
          .isInstanceOf(TemplateException.class);
    }
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
