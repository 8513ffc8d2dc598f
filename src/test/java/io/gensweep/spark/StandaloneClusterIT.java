package io.gensweep.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    SparkSubmit.Ended spread =
        run(List.of("--master", cluster.master()), "spread", "--set", "model.device=cpu");
    assertThat(spread.exitCode()).as(spread.output()).isZero();
    assertThat(Files.readString(folder.resolve("spread/metrics.json")))
        .as("both executors worked")
        .contains("executor=0")
        .contains("executor=1");
    SparkSubmit.Ended local = run(List.of("--master", "local[1]"), "local");
    assertThat(local.exitCode()).as(local.output()).isZero();
    SparkSubmit.Ended same =
        SparkSubmit.python(
            "src/test/python/same_rows.py",
            folder.resolve("spread").toString(),
            folder.resolve("local").toString());
    assertThat(same.output()).isEqualTo("same 256\n");
  }

  @Test
  void aTaskComputesOnTheAddressThatSparkGaveIt() throws Exception {
    SparkSubmit.Ended ended = run(withGpus(), "gpu");
    // No CUDA here: what it would have used shows in what it says.
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.output()).containsPattern("cuda:[56]").contains("model.device");
    SparkSubmit.Ended onCpu = run(withGpus(), "gpu-cpu", "--set", "model.device=cpu");
    assertThat(onCpu.exitCode()).as(onCpu.output()).isZero();
    assertThat(Files.readString(folder.resolve("gpu-cpu/metrics.json"))).contains("device=cpu");
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
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "run",
                Path.of("src/test/resources/jobs/sampled.yaml").toString(),
                "--set",
                "output.path=" + folder.resolve(output)));
    arguments.addAll(List.of(sets));
    return SparkSubmit.gensweep(spark, arguments.toArray(String[]::new));
  }
}
