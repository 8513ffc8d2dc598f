package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.model.Sha256;
import io.gensweep.spark.run.TinyJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines that compute otherwise never write beside those that a run began on. */
class NumericsIT {
  private static final Map<String, String> OLD =
      Map.of("ONEDNN_MAX_CPU_ISA", "SSE41", "ATEN_CPU_CAPABILITY", "default");
  private static final String WAS_NOW =
      ".*instructions was oneDNN .*, ATen avx.*, MKL .*, is oneDNN sse41, ATen baseline, MKL ";
  private static final List<String> LOCAL = List.of("--master", "local[2]");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static SharedDriver old;

  @TempDir private Path folder;

  @BeforeAll
  static void startOld() throws Exception {
    old = SharedDriver.start(OLD);
  }

  @AfterAll
  static void endOld() {
    old.close();
  }

  @Test
  void aResumeUnderOtherInstructionsIsRefusedAndVerifyTellsTheMachineFromTheFile()
      throws Exception {
    Path out = folder.resolve("out");
    List<String> prompts = Files.readAllLines(Path.of("data/prompts/chat.jsonl"));
    Path file = Files.write(folder.resolve("prompts.jsonl"), prompts.subList(0, 40));
    String[] job = SparkSubmit.sampled(Path.of(TinyJob.MODEL), out, "prompts.path=" + file);
    done(SharedDriver.gensweep(LOCAL, job));
    JsonNode numerics = JSON.readTree(out.resolve("manifest.json").toFile()).get("numerics");
    requireInEveryShard(out, numerics);

    Path shard = shards(out).get(0);
    Files.delete(shard);
    Files.delete(out.resolve("_SUCCESS"));
    Map<Path, String> before = contents(out);
    refused(old.execute(LOCAL, job));
    assertThat(contents(out)).as("nothing is written").isEqualTo(before);
    Files.write(file, prompts.subList(0, 44));
    refused(old.execute(LOCAL, job));
    assertThat(contents(out)).as("nothing is appended").isEqualTo(before);

    Files.write(file, prompts.subList(0, 40));
    done(SharedDriver.gensweep(LOCAL, job));
    assertThat(JSON.readTree(out.resolve("manifest.json").toFile()).get("numerics"))
        .isEqualTo(numerics);
    requireInEveryShard(out, numerics);

    SparkSubmit.Ended machine = old.execute(LOCAL, verify(out));
    assertThat(machine.exitCode()).as(machine.output()).isEqualTo(1);
    assertThat(machine.output())
        .containsPattern(
            "gensweep: rows are computed otherwise here than in the run, so that one which is not the"
                + " same does not by itself mean a changed file: "
                + WAS_NOW)
        .containsSubsequence(
            "gensweep: rows are computed otherwise here",
            "gensweep: prompt_id ",
            " It was made by another machine: ")
        .doesNotContain("the file was changed");

    SparkSubmit.Ended tampered =
        SparkSubmit.python(
            "src/test/python/tamper.py", out.toString(), "completions", "logprobs", id(prompts));
    assertThat(tampered.output()).startsWith("changed");
    SparkSubmit.Ended here = SharedDriver.gensweep(LOCAL, verify(out));
    assertThat(here.exitCode()).as(here.output()).isEqualTo(1);
    assertThat(here.output())
        .contains("1 rows are not the same")
        .contains(
            "Model, prompts, numerics and versions are those of the run: the file was changed")
        .doesNotContain("computed otherwise");
    SparkSubmit.Ended both = old.execute(LOCAL, verify(out));
    assertThat(both.output())
        .containsOnlyOnce("More than another machine explains, the file was changed; also: ");
  }

  @Test
  void scoresAreKeptApartAsCompletionsAre() throws Exception {
    Path out = folder.resolve("scores");
    String[] job = {
      "score",
      "jobs/quickstart.yaml",
      "--set",
      "score.reference=answer",
      "--set",
      "output.path=" + out
    };
    done(old.execute(LOCAL, job));
    Map<Path, String> before = contents(out);
    SparkSubmit.Ended free = SharedDriver.gensweep(LOCAL, job);
    assertThat(free.exitCode()).as(free.output()).isEqualTo(2);
    assertThat(free.output())
        .contains("numerics.instructions was oneDNN sse41, ATen baseline")
        .contains("Run on machines that compute as those did");
    assertThat(contents(out)).isEqualTo(before);
  }

  @Test
  void anExecutorWithOtherInstructionsWritesNothing() throws Exception {
    List<String> asOld = new ArrayList<>(List.of("env"));
    OLD.forEach((name, value) -> asOld.add(name + "=" + value));
    Path mixed = folder.resolve("mixed");
    Path local = folder.resolve("local");
    Path alone = folder.resolve("alone");
    try (StandaloneCluster cluster = StandaloneCluster.start(folder, Map.of(), asOld)) {
      SparkSubmit.Ended both = SharedDriver.gensweep(cluster.both(), sampled(mixed));
      done(both);
      assertThat(both.output())
          .containsPattern(
              "gensweep: executor \\d on 127.0.0.2 writes nothing, for its rows would have other bits"
                  + " than those of the plan: "
                  + WAS_NOW);
      done(SharedDriver.gensweep(List.of("--master", "local[1]"), sampled(local)));
      SparkSubmit.requireSameRows(256, mixed, local);
      assertThat(engines(mixed)).hasSize(1).allMatch(each -> each.contains("ATen avx"));

      cluster.stop(0);
      List<String> second = List.of("--master", cluster.master());
      Map<Path, String> before = contents(mixed);
      refused(SharedDriver.gensweep(second, sampled(mixed)));
      assertThat(contents(mixed)).isEqualTo(before);
      SparkSubmit.Ended verified =
          SharedDriver.gensweep(second, "verify", mixed.toString(), "--fraction", "0.2");
      assertThat(verified.exitCode()).as(verified.output()).isEqualTo(1);
      assertThat(verified.output())
          .containsPattern("gensweep: rows are computed otherwise here than in the run.*" + WAS_NOW)
          .doesNotContain("the file was changed");

      done(SharedDriver.gensweep(second, sampled(alone, "sampling.max_tokens=8")));
      assertThat(engines(alone))
          .as("by what the executors can, whatever the driver's machine")
          .hasSize(1)
          .allMatch(each -> each.contains("oneDNN sse41, ATen baseline"));
    }
    Path pinned = folder.resolve("pinned");
    done(old.execute(LOCAL, sampled(pinned, "sampling.max_tokens=8")));
    SparkSubmit.requireSameRows(256, alone, pinned);
  }

  private static void done(SparkSubmit.Ended ended) {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }

  private static void refused(SparkSubmit.Ended ended) {
    assertThat(ended.exitCode()).as(ended.output()).isEqualTo(2);
    assertThat(ended.output())
        .containsPattern(
            "gensweep: output.if_exists: resume: .* has rows that are computed otherwise than here:"
                + " numerics"
                + WAS_NOW);
  }

  private static String[] sampled(Path output, String... sets) {
    return SparkSubmit.sampled(Path.of(TinyJob.MODEL).toAbsolutePath(), output, sets);
  }

  private static String[] verify(Path output) {
    return new String[] {"verify", output.toString(), "--fraction", "1"};
  }

  private static String id(List<String> prompts) throws IOException {
    return JSON.readTree(prompts.get(3)).get("id").asText();
  }

  private static List<String> engines(Path output) throws IOException {
    List<String> engines = new ArrayList<>();
    JSON.readTree(output.resolve("metrics.json").toFile())
        .get("engines")
        .forEach(each -> engines.add(each.required("instructions").asText()));
    return engines;
  }

  private static void requireInEveryShard(Path output, JsonNode numerics) throws Exception {
    SparkSubmit.Ended footers =
        SparkSubmit.python(
            "-c",
            "import glob, pyarrow.parquet as pq, sys\n"
                + "print(*{pq.read_metadata(f).metadata[b'gensweep.numerics'].decode()"
                + " for f in glob.glob(sys.argv[1] + '/completions/*.parquet')}, sep='\\n')",
            output.toString());
    assertThat(JSON.readTree(footers.output())).isEqualTo(numerics);
    assertThat(footers.output().lines()).as("the same in all").hasSize(1);
  }

  private static List<Path> shards(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output.resolve("completions"))) {
      return files.sorted().toList();
    }
  }

  /** Every file below a folder, byte for byte. */
  private static Map<Path, String> contents(Path output) throws IOException {
    Map<Path, String> contents = new HashMap<>();
    try (Stream<Path> files = Files.walk(output)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(output.relativize(file), Sha256.hex(List.of(file)));
      }
    }
    return contents;
  }
}
