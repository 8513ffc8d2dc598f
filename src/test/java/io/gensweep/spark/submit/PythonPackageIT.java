package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Python package, from its wheel. */
class PythonPackageIT {
  @TempDir private Path folder;

  @Test
  void continuesPromptsUnderPySpark35() throws Exception {
    assertThat(tested(SparkSubmit.home(), List.of())).contains("ok 3.5.");
  }

  @Test
  void continuesPromptsUnderPySpark4() throws Exception {
    Path pyspark = SparkSubmit.runtimes("pyspark-4").get(1);
    try (Stream<Path> zips = Files.list(pyspark.resolve("lib"))) {
      List<Path> before =
          Stream.concat(Stream.of(pyspark), zips.filter(zip -> zip.toString().contains("py4j")))
              .toList();
      assertThat(tested(pyspark.resolve("deps"), before)).contains("ok 4.1.");
    }
  }

  private String tested(Path home, List<Path> before) throws IOException, InterruptedException {
    Path wheels = SparkSubmit.PYTHON.resolve("../../../wheel").normalize();
    Map<String, String> all = new HashMap<>(SparkSubmit.environment(home));
    try (Stream<Path> wheel = Files.list(wheels)) {
      all.put(
          "PYTHONPATH",
          Stream.concat(before.stream(), wheel)
              .map(Path::toString)
              .collect(Collectors.joining(":")));
    }
    SparkSubmit.Ended ended =
        SparkSubmit.inEnvironment(
            all,
            SparkSubmit.PYTHON.toString(),
            "src/test/python/text_generator_test.py",
            System.getProperty("gensweep.jar"),
            "src/test/resources/models/tiny-oracle.json",
            folder.toString());
    assertThat(ended.exitCode()).as(ended.output()).isZero();
    return ended.output();
  }
}
