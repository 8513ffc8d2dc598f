package io.gensweep.spark.submit;

import io.gensweep.ManyCommands;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The driver of a real spark-submit with the jar that users have, kept for one command after
 * another: loading and compiling Spark's classes is most of what a small job takes. For what a
 * command does; how it is launched, and the end of its process, are seen by {@link SparkSubmit}.
 */
final class SharedDriver implements AutoCloseable {
  /** The first compiler alone has 48 MB by default, and empties them again and again. */
  private static final String CODE_CACHE = " -XX:ReservedCodeCacheSize=256m";

  private static final Duration LONGEST = Duration.ofMinutes(5);
  private static final Pattern END = Pattern.compile(ManyCommands.ENDED + "(\\d)\n");

  /** In the environment of the tests; ends with the JVM of the tests. */
  private static Optional<SharedDriver> running = Optional.empty();

  private final Process process;
  private final Path log;
  private final DataOutputStream commands;

  private SharedDriver(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.commands = new DataOutputStream(process.getOutputStream());
  }

  /**
   * Starts one of its own.
   *
   * @param environment more in the environment of the driver
   */
  static SharedDriver start(Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> options =
        List.of(
            "--master",
            "local[2]",
            "--class",
            ManyCommands.class.getName(),
            "--jars",
            jar().toString());
    ProcessBuilder builder = SparkSubmit.process(SparkSubmit.command(options));
    builder.environment().merge("SPARK_SUBMIT_OPTS", CODE_CACHE, String::concat);
    builder.environment().putAll(environment);
    Path log = Files.createTempFile("gensweep", ".log");
    log.toFile().deleteOnExit();
    // What appends to a file goes on at its start when that is emptied.
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new SharedDriver(builder.start(), log);
  }

  /** As {@link SparkSubmit#gensweep(List, String...)}, by the one that all tests share. */
  static synchronized SparkSubmit.Ended gensweep(List<String> sparkOptions, String... arguments)
      throws IOException, InterruptedException {
    if (running.isEmpty() || !running.get().process.isAlive()) {
      running = Optional.of(start(Map.of()));
    }
    return running.get().execute(sparkOptions, arguments);
  }

  /**
   * Carries out a command.
   *
   * @param sparkOptions of {@code --master} and {@code --conf}
   */
  SparkSubmit.Ended execute(List<String> sparkOptions, String... arguments)
      throws IOException, InterruptedException {
    Files.write(log, new byte[0]);
    write(settings(sparkOptions));
    write(List.of(arguments));
    commands.flush();
    Instant latest = Instant.now().plus(LONGEST);
    Optional<SparkSubmit.Ended> ended = ended();
    while (ended.isEmpty()) {
      if (!process.isAlive() || Instant.now().isAfter(latest)) {
        close();
        throw new AssertionError(
            "no end of " + String.join(" ", arguments) + ": " + Files.readString(log));
      }
      Thread.sleep(20);
      ended = ended();
    }
    return ended.get();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void write(List<String> texts) throws IOException {
    commands.writeInt(texts.size());
    for (String each : texts) {
      commands.writeUTF(each);
    }
  }

  private Optional<SparkSubmit.Ended> ended() throws IOException {
    String printed = Files.readString(log);
    Matcher end = END.matcher(printed);
    return end.find()
        ? Optional.of(
            new SparkSubmit.Ended(
                Integer.parseInt(end.group(1)), printed.substring(0, end.start())))
        : Optional.empty();
  }

  private static List<String> settings(List<String> sparkOptions) {
    List<String> settings = new ArrayList<>();
    for (int i = 0; i < sparkOptions.size(); i += 2) {
      String value = sparkOptions.get(i + 1);
      settings.add(
          switch (sparkOptions.get(i)) {
            case "--master" -> "spark.master=" + value;
            case "--conf" -> value;
            default -> throw new IllegalArgumentException("not of a command: " + sparkOptions);
          });
    }
    return settings;
  }

  /** Only the class that spark-submit starts: all others are those of the jar. */
  private static Path jar() throws IOException {
    Path jar = Files.createTempFile("gensweep-commands", ".jar");
    jar.toFile().deleteOnExit();
    String name = ManyCommands.class.getName().replace('.', '/') + ".class";
    try (InputStream file = ManyCommands.class.getClassLoader().getResourceAsStream(name);
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new JarEntry(name));
      file.transferTo(out);
    }
    return jar;
  }
}
