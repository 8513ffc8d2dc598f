package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Outputs that one process has written, tampered with, and verified by another. */
class VerifyIT {
  @TempDir Path folder;

  @Test
  void everyChangedRowOfARunIsFound() throws Exception {
    Path prompts = folder.resolve("prompts.jsonl");
    List<String> lines =
        new ArrayList<>(
            Files.readAllLines(Path.of("data/prompts/quickstart.jsonl")).subList(0, 12));
    lines.add("{\"id\": \"null\", \"prompt\": null}");
    Files.write(prompts, lines);
    List<String> job =
        List.of(
            "--set",
            "prompts.path=" + prompts,
            "--set",
            "sweep={temperature: [0.0, 0.8], prompt_logprobs: [true]}",
            "--set",
            "sampling.n=2",
            "--set",
            "sampling.max_tokens=12",
            "--set",
            "output.max_failed_fraction=0.5");
    assertThat(job("run", job).exitCode()).isZero();

    // With another number of slots, and so of threads if nothing were done about it.
    SparkSubmit.Ended same = verify("local[1]", "--fraction", "1");
    assertThat(same.output()).contains("all 52 rows made again have the same bits");
    assertThat(same.exitCode()).as(same.output()).isZero();
    SparkSubmit.Ended few = verify("local[2]");
    assertThat(few.output()).as("one whole prompt").contains("all 4 rows made again");
    assertThat(few.exitCode()).isZero();

    tamper("completions", "token_ids", "quickstart-001");
    tamper("completions", "logprobs", "quickstart-004");
    tamper("completions", "text", "quickstart-007");
    SparkSubmit.Ended changed = verify("local[2]", "--fraction", "1");
    assertThat(changed.exitCode()).as(changed.output()).isEqualTo(1);
    assertThat(changed.output())
        .contains("3 rows are not the same, of 52 made again")
        .containsPattern(
            "prompt_id quickstart-001, sweep_point 0, sample_index 0: token_ids from position 1;"
                + " the stored log-probs are off by [0-9.e+]+ from the model's own for the stored"
                + " ids\\. .*the file was changed")
        .contains(
            "prompt_id quickstart-004, sweep_point 0, sample_index 0: logprobs by at most 0.250;"
                + " the stored log-probs are off by 0.250")
        .containsPattern(
            "prompt_id quickstart-007, sweep_point 0, sample_index 0: text; the stored log-probs"
                + " are the model's own .*the file was changed");

    // As if another machine had made the rows: its log-probs are a little off.
    tamper("completions", "logprobs", "quickstart-002", "0.00001");
    Path manifest = folder.resolve("out/manifest.json");
    ObjectNode told = (ObjectNode) new ObjectMapper().readTree(manifest.toFile());
    ((ObjectNode) told.get("versions")).put("gensweep", "0.0.1");
    ((ObjectNode) told.get("numerics")).put("libtorch", "2.5.1");
    Files.writeString(manifest, told.toString());
    SparkSubmit.Ended machine = verify("local[2]", "--fraction", "1");
    assertThat(machine.exitCode()).as(machine.output()).isEqualTo(1);
    assertThat(machine.output())
        .containsPattern(
            "gensweep: rows are computed otherwise here than in the run, .*: libtorch was 2\\.5\\.1, is ")
        .containsSubsequence("gensweep: rows are computed otherwise here", "gensweep: prompt_id ")
        .containsPattern(
            "prompt_id quickstart-002, sweep_point 0, .*It was made by another machine: libtorch was"
                + " 2\\.5\\.1, is .*; gensweep was 0\\.0\\.1, is ")
        .containsPattern(
            "prompt_id quickstart-004, sweep_point 0, .*More than another machine explains, the file"
                + " was changed; also: libtorch was 2\\.5\\.1");

    lines.remove(3);
    lines.set(0, lines.get(0).replace("Q: What", "Q: Tell me what"));
    Files.write(prompts, lines);
    SparkSubmit.Ended other = verify("local[2]", "--fraction", "1");
    assertThat(other.exitCode()).as(other.output()).isEqualTo(1);
    assertThat(other.output())
        .contains("hash of input was")
        .contains(
            "prompt_id quickstart-003, sweep_point 1, sample_index 1: the input has no such prompt");

    Files.delete(prompts);
    SparkSubmit.Ended gone = verify("local[2]");
    assertThat(gone.exitCode()).as(gone.output()).isEqualTo(2);
    assertThat(gone.output()).contains("prompts.path");
    SparkSubmit.Ended none =
        SharedDriver.gensweep(List.of("--master", "local[1]"), "verify", folder.toString());
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.output()).contains("no manifest.json");
  }

  @Test
  void everyChangedScoreIsFound() throws Exception {
    List<String> job = List.of("--set", "score.reference=answer");
    SparkSubmit.Ended scored = job("score", job);
    assertThat(scored.exitCode()).as(scored.output()).isZero();
    assertThat(scored.output()).contains("64 scores, 0 failed");
    assertThat(verify("local[2]", "--fraction", "1").output())
        .contains("all 64 rows made again have the same bits");
    assertThat(
            SharedDriver.gensweep(List.of("--master", "local[2]"), arguments("run", job))
                .exitCode())
        .as("a folder of scores takes no completions")
        .isEqualTo(2);
    tamper("scores", "logprobs", "quickstart-010");
    tamper("scores", "token_ids", "quickstart-011");
    SparkSubmit.Ended changed =
        SparkSubmit.gensweep(
            List.of("--master", "local[2]"),
            "verify",
            folder.resolve("out").toString(),
            "--fraction",
            "1");
    assertThat(changed.exitCode()).as(changed.output()).isEqualTo(1);
    assertThat(changed.output())
        .contains("2 rows are not the same, of 64 made again")
        .contains("prompt_id quickstart-010, reference_index 0: logprobs by at most 0.250")
        .contains("prompt_id quickstart-011, reference_index 0: token_ids from position ");
  }

  private SparkSubmit.Ended job(String command, List<String> sets) throws Exception {
    return SparkSubmit.gensweep(List.of("--master", "local[2]"), arguments(command, sets));
  }

  private String[] arguments(String command, List<String> sets) {
    List<String> arguments = new ArrayList<>(List.of(command, "jobs/quickstart.yaml"));
    arguments.addAll(List.of("--set", "output.path=" + folder.resolve("out")));
    arguments.addAll(sets);
    return arguments.toArray(String[]::new);
  }

  private SparkSubmit.Ended verify(String master, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("verify", folder.resolve("out").toString()));
    arguments.addAll(List.of(more));
    return SharedDriver.gensweep(List.of("--master", master), arguments.toArray(String[]::new));
  }

  private void tamper(String kind, String column, String prompt) throws Exception {
    tamper(kind, column, prompt, "0.25");
  }

  private void tamper(String kind, String column, String prompt, String less) throws Exception {
    SparkSubmit.Ended changed =
        SparkSubmit.python(
            "src/test/python/tamper.py",
            folder.resolve("out").toString(),
            kind,
            column,
            prompt,
            less);
    assertThat(changed.output()).startsWith("changed");
  }
}
