package io.gensweep.token.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that would occupy or end an executor, or leave the sandbox: each must be stopped. */
class HostileTemplatesTest {
  private static final String LONG =
      "{% set text = 'a' * 8000000 %}{% set part = 'a' * 3999999 ~ 'b' ~ 'a' * 3999999 %}";

  private static final String ONE = "1 and 1 and 1 and 1 and 1 and 1 and 1 and 1 and 1 and 1 and ";
  private static final String ONES =
      ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE + ONE;

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
        // Beyond any safepoint: one call compares a part at each place of a text.
        LONG + "{% for i in range(99999) %}{% set b = part in text %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.replace(part, '') %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.find(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.rfind(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.split(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.rsplit(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.count(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.partition(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.startswith(text) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text.strip(part) %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text == text ~ '' %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text < text %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text[-1] %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text[1:2] %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text | length %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text is upper %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = {'k': text} | tojson %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = {'k': text} ~ '' %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = [text, part] | sort %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = text is in [part, text] %}{% endfor %}",
        LONG + "{% for i in range(99999) %}{% set b = [text] | map('upper') | list %}{% endfor %}",
        "{{ ('a' * 16000000) | list | length }}",
        "{{ (', ' * 8000000).split(',') | length }}",
        "{{ (', ' * 8000000).split() | length }}",
        "{{ ('a' * 16000000).rsplit('a') | length }}",
        "{% set l = range(99999) | list %}{% for i in range(9) %}{{ [l, l, l, l, l, l, l, l, l, l, l] | sum(start=[]) }}{% endfor %}",
        "{{ {'a': [{}]} | tojson(indent=16000000) }}",
        "{{ [[[[[[[[[[1]]]]]]]]]] | tojson(indent='x' * 9000000) }}",
        "{{ [{}, {}, {}] | sort(attribute='x,' * 8000000) }}",
        "{{ range(99999) | map('string') | list | map(attribute='x' * 99999) | list }}",
        "{{ strftime_now('%d' * 8000000) }}",
        "{{ ('1' * 9000000 ~ 'x') | float }}",
        "{{ ('1' * 9000000 ~ 'x') | int }}",
        "{% for i in range(99999) %}{{ " + ONES + ONES + ONES + ONES + ONES + " '' }}{% endfor %}",
        LONG
            + "{% macro m() %}{{ text }}{% endmacro %}{% for i in range(99999) %}{% set x = m() %}{% endfor %}",
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
  void textsInLoopsAreCounted() {
    String text = ".".repeat(100_000);
    assertThatThrownBy(
            () ->
                render(
                    "{% for i in range(99999) %}{% set x %}" + text + "{% endset %}{% endfor %}",
                    Map.of()))
        .extracting("kind")
        .isEqualTo(TemplateException.Kind.TOO_LARGE);
  }

  /** Chains nest in memory although nothing nests in the text. */
  @Test
  void longChainsAreRefusedOrRendered() {
    for (String chain :
        List.of(".a", " + 1", " or 1", "|trim", "(1)", "[0]", " if x", " is defined")) {
      String template = "{{ x" + chain.repeat(100_000) + " }}";
      if (template.length() < 1 << 20) {
        assertThatThrownBy(() -> render(template, Map.of("x", 1L)))
            .as(chain)
            .isInstanceOf(TemplateException.class);
      }
    }
    String digits = "{{ " + "1".repeat(300_000) + " }}{{ " + "1_".repeat(300_000) + "1 }}";
    assertThatThrownBy(() -> Template.compile(digits)).isInstanceOf(TemplateException.class);
    String escapes = "{{ '" + "\\n".repeat(200_000) + "' }}";
    assertThat(render(escapes, Map.of())).hasSize(200_000);
    String recursion =
        "{% macro m() %}" + "{{ (".repeat(1) + "m()" + ") ".repeat(1) + "}}{% endmacro %}{{ m() }}";
    assertThatThrownBy(() -> render(recursion, Map.of())).isInstanceOf(TemplateException.class);
    assertThatThrownBy(() -> Template.compile("x".repeat(2_000_000)))
        .isInstanceOf(TemplateException.class);
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
  void aConversationOfAMillionCharactersIsRendered() {
    Map<String, Object> message = Map.of("role", "user", "content", "word ".repeat(1000));
    String template =
        "{% set ns = namespace(text='') %}{% for m in messages %}"
            + "{% if '</think>' in m.content %}{% set c = m.content.split('</think>')[-1] %}"
            + "{% else %}{% set c = m.content %}{% endif %}"
            + "{% set ns.text = ns.text + m.role + ': ' + c.strip() + '\n' %}{% endfor %}{{ ns.text }}";
    assertThat(render(template, Map.of("messages", Collections.nCopies(200, message))))
        .hasSize(200 * (4999 + 7));
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

  private static String render(String template, Map<String, Object> variables) {
    return Template.compile(template).render(variables, LocalDateTime.of(2024, 7, 6, 15, 4, 5));
  }
}
