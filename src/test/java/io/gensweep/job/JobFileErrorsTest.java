package io.gensweep.job;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JobFileErrorsTest {
  @ParameterizedTest
  @MethodSource("badFiles")
  void aBadJobFileIsNamedWithItsLine(String yaml, String message) {
    assertThatThrownBy(() -> JobText.resolve(yaml))
        .isInstanceOf(JobError.class)
        .hasMessage(message);
  }

  static Stream<Arguments> badFiles() {
    return Stream.of(
        arguments("", "jobs/x.yaml: model.path is required: a folder in Hugging Face layout"),
        arguments("- a", "jobs/x.yaml: a job file must be a map of keys, was [\"a\"]"),
        arguments(
            "model:\n  path: m\n x: 1",
            "jobs/x.yaml:3: not valid YAML: expected <block end>, but found '<block mapping start>'"),
        arguments(
            "model: [",
            "jobs/x.yaml:1: not valid YAML: expected the node content, but found '<stream end>'"),
        arguments("name: 'x", "jobs/x.yaml:1: not valid YAML: found unexpected end of stream"),
        arguments("a: \u0001", "jobs/x.yaml:1: not valid YAML: special characters are not allowed"),
        arguments(
            "name: a\n---\nname: b",
            "jobs/x.yaml:2: a second YAML document starts here; only one is allowed"),
        arguments("name: a\nname: b", "jobs/x.yaml:2: name: given twice"),
        arguments(
            "sampling:\n  n: 1\n  top_k: 2\n  n: 1", "jobs/x.yaml:4: sampling.n: given twice"),
        arguments("? [a]\n: b", "jobs/x.yaml:1: a key must be a text"),
        arguments(
            "name: !!javax.script.ScriptEngineManager [x]",
            "jobs/x.yaml:1: YAML tags are not allowed, was"
                + " tag:yaml.org,2002:javax.script.ScriptEngineManager"),
        arguments(
            "model:\n  path: !secret m", "jobs/x.yaml:2: YAML tags are not allowed, was !secret"),
        arguments(
            "!!map {}", "jobs/x.yaml:1: YAML tags are not allowed, was tag:yaml.org,2002:map"),
        arguments("a: &a [*a]", "jobs/x.yaml:1: alias *a has no anchor before it"),
        arguments("a: " + "[".repeat(30), "jobs/x.yaml:1: nested deeper than 20 levels"),
        arguments(
            "sampling:\n  max_tokens: 5\n  max_new_tokens: 6",
            "jobs/x.yaml:3: sampling.max_tokens: given twice"
                + " (max_new_tokens is another name for it)"),
        arguments(
            "sampling.top_p: 0.5",
            "jobs/x.yaml:1: sampling.top_p: unknown key; did you mean top_p, nested under sampling?"),
        arguments(
            "sampling:\n  <<: {n: 1}",
            "jobs/x.yaml:2: sampling.<<: unknown key; allowed under sampling: "
                + String.join(", ", JobKeys.keys("sampling"))),
        arguments(
            "model: {path: m}\n\nsampling:\n  temprature: 1",
            "jobs/x.yaml:4: sampling.temprature: unknown key; did you mean sampling.temperature?"),
        arguments(
            JobText.LEAST + "sampling:\n\n  top_p: 1.5",
            "jobs/x.yaml:6: sampling.top_p must be in (0, 1], was 1.5"),
        arguments(
            JobText.LEAST + "sampling:\n  temperature:",
            "jobs/x.yaml:5: sampling.temperature has no value; give one or leave the key out"),
        arguments(
            JobText.LEAST + "sweep:\n  temperature:",
            "jobs/x.yaml:5: sweep.temperature must be a list of at least one value, was null"),
        arguments(
            "model: {path: m}\nprompts: {text: t}\noutput: {path: o}",
            "jobs/x.yaml: prompts.path|table: exactly one must be given, neither was"),
        arguments(
            "model: {path: m}\nprompts: {path: p}\noutput: {path: o}",
            "jobs/x.yaml: prompts.text|messages|tokens: exactly one must be given, none was"),
        arguments(
            "model: {path: m}\nprompts: {path: p, text: t}",
            "jobs/x.yaml: output.path is required: a folder to write to"),
        arguments(
            "model: {path: m}\nprompts:\n  table: t\n  format: parquet\n  text: t\noutput: {path: o}",
            "jobs/x.yaml:4: prompts.format must be left out with prompts.table, was \"parquet\": a"
                + " table has a format of its own"),
        arguments(
            "model: {path: m}\nchat: always\nprompts: {path: p, tokens: t}\noutput: {path: o}",
            "jobs/x.yaml:2: chat must be auto or never with prompts.tokens, was always: token ids"
                + " have no messages"),
        arguments(
            "model: {path: m}\nchat: never\nprompts: {path: p, messages: t}\noutput: {path: o}",
            "jobs/x.yaml:2: chat must be auto or always with prompts.messages, was never: messages"
                + " need a template"));
  }
}
