package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole jobs on a real standalone cluster of two workers. */
class StandaloneClusterIT {
  private static final String DJL_CACHE = "DJL_CACHE_DIR";

  @TempDir static Path folder;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void startCluster() throws Exception {
    // An empty cache, so that both executors unpack the native libraries at the same time.
    cluster =
        StandaloneCluster.start(folder, Map.of(DJL_CACHE, folder.resolve("cold-cache").toString()));
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @Test
  void twoExecutorsThatStartColdWriteTheRowsOfALocalRun() throws Exception {
    SparkSubmit.Ended spread = run(cluster.both(), "spread", "--set", "model.device=cpu");
    assertThat(spread.exitCode()).as(spread.output()).isZero();
    assertThat(engines("spread", "executor")).as("both worked").contains("0", "1");
    SparkSubmit.Ended local = local("local[1]", "local");
    assertThat(local.exitCode()).as(local.output()).isZero();
    SparkSubmit.requireSameRows(256, folder.resolve("spread"), folder.resolve("local"));
  }

  /** Others have 8 shards here, 4 on one slot and 16 on seven. */
  @Test
  void rowsAreTheSameForAnyExecutorsShardsBatchAndOrderOfPrompts() throws Exception {
    Path shuffled = folder.resolve("shuffled.jsonl");
    List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("data/prompts/chat.jsonl")));
    Collections.shuffle(lines, new Random(5));
    Files.write(shuffled, lines);
    String[] other = {"--set", "prompts.path=" + shuffled, "--set", "engine.max_batch=7"};
    SparkSubmit.Ended one =
        run(
            List.of("--master", cluster.master(), "--conf", "spark.cores.max=1"),
            "one-executor",
            "--set",
            "model.device=cpu",
            "--set",
            "engine.max_batch=64");
    assertThat(one.exitCode()).as(one.output()).isZero();
    assertThat(engines("one-executor", "executor")).containsExactly("0");
    SparkSubmit.Ended seven = local("local[7]", "seven", other);
    assertThat(seven.exitCode()).as(seven.output()).isZero();
    SparkSubmit.Ended single = local("local[1]", "single", "--set", "engine.max_batch=1");
    assertThat(single.exitCode()).as(single.output()).isZero();
    assertThat(shards("seven")).isEqualTo(16);
    assertThat(shards("single")).isEqualTo(4);
    SparkSubmit.requireSameRows(
        256, folder.resolve("one-executor"), folder.resolve("seven"), folder.resolve("single"));
  }

  private static long shards(String output) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(output).resolve("completions"))) {
      return files.count();
    }
  }

  @Test
  void aTaskComputesOnTheAddressThatSparkGaveIt() throws Exception {
    SparkSubmit.Ended ended = run(withGpus(), "gpu");
    // There are no such GPUs: what a task would have used shows in what is said of it.
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.output())
        .containsPattern(
            "gensweep: model\\.device: cuda:[56] cannot be used: .*, or set model\\.device to cpu"
                + " \\(executor [0-9]+ on 127\\.0\\.0\\.[12]\\)\n");
    assertThat(folder.resolve("gpu")).as("nothing is written").doesNotExist();
    SparkSubmit.Ended onCpu = run(withGpus(), "gpu-cpu", "--set", "model.device=cpu");
    assertThat(onCpu.exitCode()).as(onCpu.output()).isZero();
    assertThat(engines("gpu-cpu", "device")).isNotEmpty().containsOnly("cpu");
  }

  /** What metrics.json says of each engine that a run loaded. */
  private static List<String> engines(String output, String key) throws IOException {
    JsonNode metrics =
        new ObjectMapper().readTree(folder.resolve(output).resolve("metrics.json").toFile());
    return metrics.get("engines").findValuesAsText(key).stream().sorted().toList();
  }

  private static List<String> withGpus() {
    return List.of(
        "--master",
        cluster.master(),
        "--conf",
        "spark.executor.resource.gpu.amount=1",
        "--conf",
        "spark.task.resource.gpu.amount=1");
  }

  private static SparkSubmit.Ended run(List<String> options, String output, String... sets)
      throws IOException, InterruptedException {
    List<String> spark = new ArrayList<>(options);
    spark.addAll(List.of("--conf", "spark.executor.cores=1", "--conf", "spark.task.maxFailures=1"));
    return SparkSubmit.gensweep(spark, arguments(output, sets));
  }

  /** What the rows of a cluster are compared with. */
  private static SparkSubmit.Ended local(String master, String output, String... sets)
      throws IOException, InterruptedException {
    return SharedDriver.gensweep(List.of("--master", master), arguments(output, sets));
  }

  private static String[] arguments(String output, String... sets) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                Path.of("src/test/resources/jobs/sampled.yaml").toString(),
                "--set",
                "output.path=" + folder.resolve(output)));
    arguments.addAll(List.of(sets));
    return arguments.toArray(String[]::new);
  }
}
