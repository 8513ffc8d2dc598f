package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose executors and disks fail end with the rows of one that nothing happened to. */
class FaultsIT {
  private static final int ROWS = 512;

  @TempDir static Path folder;
  private static StandaloneCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = StandaloneCluster.start(folder, Map.of());
    SparkSubmit.Ended quiet =
        SharedDriver.gensweep(List.of("--master", "local[2]"), arguments(folder.resolve("quiet")));
    assertThat(quiet.exitCode()).as(quiet.output()).isZero();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void anExecutorThatIsKilledLosesNoRow() throws Exception {
    Path out = folder.resolve("killed");
    Process job = SparkSubmit.start(onCluster(), folder.resolve("killed.log"), arguments(out));
    awaitShard(job, out);
    assertThat(cluster.executor(0).destroyForcibly()).isTrue();
    assertThat(job.isAlive()).as("the kill came before the end").isTrue();
    assertThat(job.waitFor()).as(Files.readString(folder.resolve("killed.log"))).isZero();
    requireQuietRows(out);
  }

  /** Another makes the shards that it holds. */
  @Test
  void anExecutorThatStandsStillLosesNoRowAndWritesNoneTwice() throws Exception {
    Path out = folder.resolve("slow");
    List<String> options =
        new ArrayList<>(onCluster("spark.speculation=true", "spark.speculation.interval=100ms"));
    options.addAll(List.of("--conf", "spark.speculation.quantile=0.3"));
    options.addAll(List.of("--conf", "spark.speculation.multiplier=1.2"));
    options.addAll(List.of("--conf", "spark.speculation.minTaskRuntime=1s"));
    // How long the other waits for prompts that it has to fetch from the one that stands still.
    options.addAll(List.of("--conf", "spark.network.timeout=20s"));
    options.addAll(List.of("--conf", "spark.network.timeoutInterval=5s"));
    options.addAll(List.of("--conf", "spark.executor.heartbeatInterval=2s"));
    Path log = folder.resolve("slow.log");
    Process job = SparkSubmit.start(options, log, arguments(out));
    awaitShard(job, out);
    ProcessHandle slow = cluster.executor(1);
    SparkSubmit.signal("STOP", slow);
    try {
      // Spark itself may wait for the answer of an executor before it ends.
      for (int i = 0; i < 1800 && !Files.exists(out.resolve("_SUCCESS")); i++) {
        Thread.sleep(100);
      }
      assertThat(out.resolve("_SUCCESS")).as(Files.readString(log)).exists();
    } finally {
      // Without effect where Spark has given it up and ended it.
      run("kill", "-CONT", Long.toString(slow.pid()));
    }
    assertThat(job.waitFor()).as(Files.readString(log)).isZero();
    requireQuietRows(out);
  }

  @Test
  void aFullDiskEndsTheJobWithAClearErrorAndASecondRunFinishesIt() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", disk.toString()) == 0,
        "only root may mount a small disk");
    try {
      Path out = disk.resolve("out");
      List<String> local = List.of("--master", "local[2]");
      SparkSubmit.Ended full = SparkSubmit.gensweep(local, arguments(out));
      assertThat(full.exitCode()).as(full.output()).isEqualTo(1);
      assertThat(full.output()).contains("No space left on device");
      assertThat(out.resolve("_SUCCESS")).doesNotExist();
      assertThat(run("mount", "-o", "remount,size=64m", disk.toString())).isZero();
      SparkSubmit.Ended resumed = SharedDriver.gensweep(local, arguments(out));
      assertThat(resumed.exitCode()).as(resumed.output()).isZero();
      requireQuietRows(out);
    } finally {
      assertThat(run("umount", "-l", disk.toString())).isZero();
    }
  }

  private static void requireQuietRows(Path out) throws Exception {
    SparkSubmit.requireSameRows(ROWS, out, folder.resolve("quiet"));
    assertThat(out.resolve("_SUCCESS")).exists();
    assertThat(out.resolve("_tmp")).doesNotExist();
    assertThat(out.resolve("_lock")).doesNotExist();
  }

  private static void awaitShard(Process job, Path out) throws Exception {
    Path completions = out.resolve("completions");
    while (shards(completions) == 0) {
      assertThat(job.isAlive()).isTrue();
      Thread.sleep(20);
    }
  }

  private static long shards(Path completions) throws IOException {
    if (!Files.isDirectory(completions)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(completions)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).count();
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }

  private static List<String> onCluster(String... settings) {
    List<String> options = new ArrayList<>(cluster.both());
    for (String setting : settings) {
      options.addAll(List.of("--conf", setting));
    }
    return options;
  }

  private static String[] arguments(Path out) {
    return new String[] {
      "run",
      "src/test/resources/jobs/sampled.yaml",
      "--set",
      "sampling.n=4",
      "--set",
      "model.device=cpu",
      "--set",
      "output.path=" + out
    };
  }
}
