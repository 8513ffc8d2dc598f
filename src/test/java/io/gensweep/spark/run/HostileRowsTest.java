package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gensweep.LocalSpark;
import io.gensweep.PeakMemory;
import io.gensweep.job.Command;
import io.gensweep.report.RunSummary;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rows of a dataset that are made to end a job: each is an error row or what its key's bounds let
 * in, and the rows beside them are those of a run without them.
 */
class HostileRowsTest {
  private static final SparkSession SPARK = LocalSpark.session();
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  /** Resident in this JVM beyond what it had before the run, which all of its rows share. */
  private static final long MOST_BYTES = 2L << 30;

  private static final int PAIRS_OF_TWO_KEYS = 3;

  private static final List<String> GOOD =
      List.of(
          "{}",
          "{\"n\": 3, \"temperature\": 0.5, \"logprobs\": 3}",
          "{\"top_p\": 0.5, \"stop\": [\"1\"], \"bad_words\": [\"2\"]}",
          "{\"max_tokens\": 40, \"repetition_penalty\": 1.3, \"typical_p\": 0.7}");

  @TempDir private Path folder;
  private final Map<String, Map<String, Object>> prompts = new LinkedHashMap<>();

  @BeforeEach
  void goodRows() {
    for (int i = 0; i < 40; i++) {
      add("good " + i, "Q: What is 4 + " + i + "?", GOOD.get(i % GOOD.size()));
    }
  }

  @Test
  void everyKeyWithEveryValue() throws IOException {
    Map<String, Boolean> allowed = new HashMap<>();
    HostileValues.allowed()
        .forEach(
            (key, isAllowed) -> {
              List<String> values = new ArrayList<>(HostileValues.all());
              if (HostileValues.takesMany(key)) {
                values.addAll(HostileValues.large());
              }
              for (String value : values) {
                String id = key + " #" + allowed.size();
                // A null sets nothing.
                allowed.put(id, isAllowed.test(value) || value.equals("null"));
                add(id, "4 + 4", "{\"" + key + "\": " + value + "}");
              }
            });
    assertThat(allowed).hasSizeGreaterThan(100 * HostileValues.allowed().size());
    Map<String, String> errors = errorsBesideGoodRows();
    List<String> wrong = new ArrayList<>();
    allowed.forEach(
        (id, isAllowed) -> {
          String error = errors.getOrDefault(id, "");
          if (!error.matches(
              isAllowed ? "|non_finite_logits: .*" : "bad_sampling: prompts\\.sampling: .*")) {
            wrong.add(id + ": " + shown(prompts.get(id)) + " " + error);
          }
        });
    assertThat(wrong).isEmpty();
  }

  @Test
  void everyTwoKeysWithValuesThatEachMayHave() throws IOException {
    Random random = new Random(7);
    Map<String, List<String>> values = new LinkedHashMap<>();
    HostileValues.allowed()
        .forEach(
            (key, isAllowed) ->
                values.put(
                    key,
                    HostileValues.all().stream()
                        .filter(isAllowed)
                        // What takes long alone does not take longer beside another.
                        .filter(value -> isFew(key, value))
                        .toList()));
    values.values().removeIf(List::isEmpty);
    List<String> keys = List.copyOf(values.keySet());
    for (String one : keys) {
      for (String other : keys.subList(0, keys.indexOf(one))) {
        for (int i = 0; i < PAIRS_OF_TWO_KEYS; i++) {
          add(
              one + " " + other + " " + i,
              "4 + 4",
              "{\"%s\": %s, \"%s\": %s}"
                  .formatted(
                      one, any(random, values.get(one)), other, any(random, values.get(other))));
        }
      }
    }
    assertThat(errorsBesideGoodRows().values())
        .allMatch(error -> error.matches("(bad_sampling|non_finite_logits): .*"));
  }

  @Test
  void cellsThatAreNoSamplingAndPromptsThatAreHardlyTexts() throws IOException {
    List<String> cells =
        Stream.concat(
                Stream.concat(HostileValues.all().stream(), HostileValues.large().stream())
                    // A null sets nothing, whatever its key.
                    .filter(value -> !value.matches("\\{(\"\\w+\": null(, )?)*}")),
                Stream.of(
                    "{",
                    "}",
                    "{\"n\"",
                    "{\"n\":",
                    "{\"n\": 1,}",
                    "{n: 1}",
                    "{'n': 1}",
                    "n: 1",
                    "{\"n\": 1} {}",
                    "{\"n\": 1, \"n\": 1}",
                    "\ufeff{\"n\": 1}",
                    "{\"N\": 1}",
                    "{\"\": 1}",
                    "{\"n\\u0000\": 1}",
                    "{\"stop\": \"" + "x".repeat(10 << 20) + "\"}",
                    "[".repeat(100_000) + "]".repeat(100_000),
                    "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000),
                    "{\"" + "k".repeat(1 << 20) + "\": 1}",
                    "/* */ {\"n\": 1}",
                    "{\"x\": {}}"))
            .toList();
    for (String cell : cells) {
      add("cell " + prompts.size(), "4 + 4", cell);
    }
    List<String> texts =
        List.of(
            "",
            " ",
            "\n",
            "\u0000",
            "\ud800",
            "\udc00\ud800",
            "a\u0301".repeat(50_000),
            "\u0000".repeat(1000),
            "<|endoftext|>".repeat(10_000),
            "x".repeat(512 * 256 + 1),
            "x".repeat(512 * 256),
            "\u202e4 + 4",
            "\ufffd",
            "\uffff",
            " ".repeat(100_000),
            "4 + 4\r\n".repeat(10_000),
            "\ud83d\ude00".repeat(30_000),
            "y".repeat(20 << 20));
    for (String text : texts) {
      add("text " + prompts.size(), text, "{}");
    }
    Map<String, String> errors = errorsBesideGoodRows();
    List<String> wrong = new ArrayList<>();
    prompts.forEach(
        (id, prompt) -> {
          boolean cell = id.startsWith("cell") && !((String) prompt.get("params")).isBlank();
          String error = errors.getOrDefault(id, "");
          if (!error.matches(
              cell
                  ? "bad_sampling: prompts\\.sampling: params.*"
                  : "|(prompt_too_long|bad_prompt|empty_prompt): .*")) {
            wrong.add(id + ": " + shown(prompt) + " " + error);
          }
        });
    assertThat(wrong).isEmpty();
  }

  /** Requires all rows once, and those of the good prompts as they are without the others. */
  private Map<String, String> errorsBesideGoodRows() throws IOException {
    PeakMemory peak = PeakMemory.begin();
    RunSummary summary = run(prompts.keySet()::contains, "all");
    assertThat(peak.growth()).isLessThan(MOST_BYTES);
    run(id -> id.startsWith("good"), "good");
    assertThat(good("all")).isEqualTo(good("good")).hasSizeGreaterThanOrEqualTo(40);
    Map<String, String> errors = new HashMap<>();
    for (Row row : rows("all", "errors")) {
      String error = row.getAs("error");
      assertThat(error).doesNotContain("\n").hasSizeLessThan(600);
      errors.put(row.getAs("prompt_id"), error);
    }
    List<String> completed =
        rows("all", "completions").stream()
            .map(row -> row.<String>getAs("prompt_id"))
            .distinct()
            .toList();
    assertThat(completed).doesNotContainAnyElementsOf(errors.keySet());
    assertThat(completed.size() + errors.size()).isEqualTo(prompts.size());
    assertThat(summary.prompts()).isEqualTo(prompts.size());
    return errors;
  }

  private RunSummary run(Predicate<String> chosen, String name) throws IOException {
    Path file = folder.resolve(name + ".jsonl");
    try (BufferedWriter lines = Files.newBufferedWriter(file)) {
      for (Map.Entry<String, Map<String, Object>> prompt : prompts.entrySet()) {
        if (chosen.test(prompt.getKey())) {
          lines.write(JSON.writeValueAsString(prompt.getValue()));
          lines.newLine();
        }
      }
    }
    return GenerationJob.run(
        Command.RUN,
        TinyJob.of(
            file,
            folder.resolve(name),
            "prompts.sampling=params",
            "sampling={max_tokens: %d, seed: 5}".formatted(HostileValues.MAX_TOKENS),
            "output.max_failed_fraction=1"),
        false,
        SPARK,
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));
  }

  private void add(String id, String text, String params) {
    prompts.put(id, Map.of("id", id, "prompt", text, "params", params));
  }

  private List<String> good(String name) {
    return SPARK
        .read()
        .parquet(folder.resolve(name).resolve("completions").toString())
        .filter("prompt_id like 'good%'")
        .orderBy("prompt_id", "sample_index")
        .toJSON()
        .collectAsList();
  }

  private List<Row> rows(String name, String kind) {
    return SPARK
        .read()
        .parquet(folder.resolve(name).resolve(kind).toString())
        .selectExpr("prompt_id", kind.equals("errors") ? "error" : "sample_index")
        .collectAsList();
  }

  private static boolean isFew(String key, String value) {
    return !Set.of("n", "num_return_sequences", "max_tokens", "max_new_tokens").contains(key)
        || value.length() < 3;
  }

  private static String any(Random random, List<String> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static String shown(Map<String, Object> prompt) {
    String text = prompt.get("params").toString();
    return text.substring(0, Math.min(200, text.length()));
  }
}
