package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real spark-submit of a real Spark distribution, as a user calls it. */
public final class SparkSubmit {
  static final Path PYTHON = Path.of(System.getProperty("gensweep.python"));
  private static final String JAR = System.getProperty("gensweep.jar");

  /** Many short-lived JVMs share two cores: the second compiler would cost more than it brings. */
  private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  /** How a process ended and what it printed. */
  record Ended(int exitCode, String output) {}

  private SparkSubmit() {}

  /** What src/test/python/runtimes.txt names, such as {@code pyspark-4}, in that order. */
  static List<Path> runtimes(String name) throws IOException {
    try (Stream<String> packages = Files.lines(Path.of("src/test/python/runtimes.txt"))) {
      return packages
          .map(each -> each.replace("==", "-"))
          .filter(each -> each.startsWith(name))
          .map(each -> PYTHON.resolve("../../../runtimes").normalize().resolve(each))
          .toList();
    }
  }

  /** The distribution of Spark 3.5 that the package pyspark brings. */
  static Path home() throws IOException {
    try (Stream<Path> versions = Files.list(PYTHON.getParent().getParent().resolve("lib"))) {
      return versions
          .map(version -> version.resolve("site-packages/pyspark"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow();
    }
  }

  static Ended gensweep(List<String> sparkOptions, String... arguments)
      throws IOException, InterruptedException {
    return gensweep(Map.of(), sparkOptions, arguments);
  }

  /** With more in the environment of the driver. */
  static Ended gensweep(
      Map<String, String> environment, List<String> sparkOptions, String... arguments)
      throws IOException, InterruptedException {
    return run(command(sparkOptions, arguments), environment);
  }

  /** Another command, with more in its environment. */
  static Ended inEnvironment(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    return run(List.of(command), environment);
  }

  /** The process itself, for tests that end it before its time. */
  static Process start(List<String> sparkOptions, Path log, String... arguments)
      throws IOException, InterruptedException {
    return process(command(sparkOptions, arguments)).redirectOutput(log.toFile()).start();
  }

  static List<String> command(List<String> sparkOptions, String... arguments)
      throws IOException, InterruptedException {
    return commandOf(javaOptions(), sparkOptions, arguments);
  }

  static List<String> commandOf(
      String executorJavaOptions, List<String> sparkOptions, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(home().resolve("bin/spark-submit").toString()));
    command.addAll(options(executorJavaOptions, sparkOptions, arguments));
    return command;
  }

  /** What follows spark-submit of another distribution on the command line. */
  static List<String> options(List<String> sparkOptions, String... arguments) {
    return options(SHORT_LIVED, sparkOptions, arguments);
  }

  /**
   * The environment of another distribution, which has no use for the classes that others share.
   */
  static Map<String, String> environment(Path home) {
    return Map.of(
        "SPARK_HOME",
        home.toString(),
        "SPARK_SUBMIT_OPTS",
        SHORT_LIVED,
        "SPARK_DAEMON_JAVA_OPTS",
        SHORT_LIVED);
  }

  private static List<String> options(
      String executorJavaOptions, List<String> sparkOptions, String... arguments) {
    List<String> command = new ArrayList<>(sparkOptions);
    command.addAll(List.of("--conf", "spark.ui.enabled=false"));
    command.addAll(List.of("--conf", "spark.driver.host=127.0.0.1"));
    command.addAll(List.of("--conf", "spark.driver.bindAddress=127.0.0.1"));
    command.addAll(List.of("--conf", "spark.executor.extraJavaOptions=" + executorJavaOptions));
    command.add(JAR);
    command.addAll(List.of(arguments));
    return command;
  }

  static Ended python(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON.toString()));
    command.addAll(List.of(arguments));
    return run(command, Map.of());
  }

  /** The arguments of a run of jobs/sampled.yaml with another model, on the CPU. */
  static String[] sampled(Path model, Path output, String... sets) {
    List<String> arguments =
        new ArrayList<>(List.of("run", "src/test/resources/jobs/sampled.yaml"));
    List<String> all =
        new ArrayList<>(
            List.of("model.path=" + model, "model.device=cpu", "output.path=" + output));
    all.addAll(List.of(sets));
    all.forEach(set -> arguments.addAll(List.of("--set", set)));
    return arguments.toArray(String[]::new);
  }

  /** Requires outputs of so many rows, the same bit for bit. */
  static void requireSameRows(int rows, Path... outputs) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("src/test/python/same_rows.py"));
    Stream.of(outputs).map(Path::toString).forEach(arguments::add);
    Ended same = python(arguments.toArray(String[]::new));
    assertThat(same.output()).isEqualTo("same " + rows + "\n");
  }

  /** Sends a signal, such as STOP. */
  static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private static String javaOptions() throws IOException, InterruptedException {
    return SHORT_LIVED + " " + SharedClasses.option(home(), SHORT_LIVED);
  }

  static ProcessBuilder process(List<String> command) throws IOException, InterruptedException {
    return process(command, javaOptions());
  }

  static ProcessBuilder process(List<String> command, String javaOptions) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                home().toString(),
                "SPARK_LOCAL_IP",
                "127.0.0.1",
                "SPARK_SUBMIT_OPTS",
                javaOptions,
                "SPARK_LAUNCHER_OPTS",
                SHORT_LIVED,
                "SPARK_DAEMON_JAVA_OPTS",
                javaOptions,
                "OPT_OUT_TRACKING",
                "true"));
    return builder;
  }

  private static Ended run(List<String> command, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("gensweep", ".log");
    ProcessBuilder builder = process(command).redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        throw new AssertionError("still running after 5 minutes: " + Files.readString(log));
      }
      return new Ended(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
      Files.delete(log);
    }
  }
}
