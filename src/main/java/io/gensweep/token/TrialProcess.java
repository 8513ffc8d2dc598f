package io.gensweep.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Driver. Runs the trial of a tokenizer ({@link TokenizerTrial}) in a process with few classes and
 * bounded time and memory. The tokenizers library ends its process on internal failures, without an
 * exception, so there is no other way to find out.
 */
final class TrialProcess {
  private static final int SECONDS = 40;
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final int LONGEST = 200;

  /** Bounds the heap; the address space bounds what the library allocates outside of it. */
  private static final String HEAP = "-Xmx768m";

  private static final int ADDRESS_SPACE_KIB = 2_560 << 10;

  /** Limits that a system does not know are left out; an aborted process leaves no core file. */
  private static final String BOUNDED =
      "ulimit -c 0; ulimit -v " + ADDRESS_SPACE_KIB + " 2>/dev/null; exec \"$0\" \"$@\"";

  private TrialProcess() {}

  /**
   * Starts the process and waits for its end.
   *
   * @throws JobError if the tokenizer of the folder cannot be used
   */
  static void require(Path folder) {
    try {
      Path said = Files.createTempFile("gensweep-tokenizer", ".out");
      Path complained = Files.createTempFile("gensweep-tokenizer", ".err");
      try {
        Process process =
            builder(folder)
                .redirectOutput(said.toFile())
                .redirectError(complained.toFile())
                .start();
        boolean ended;
        try {
          ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
        } finally {
          process.destroyForcibly();
        }
        judge(folder, ended, lines(said), lines(complained));
      } finally {
        Files.delete(said);
        Files.delete(complained);
      }
    } catch (IOException e) {
      throw notStarted(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw notStarted("interrupted", e);
    }
  }

  private static ProcessBuilder builder(Path folder) {
    ProcessBuilder builder =
        new ProcessBuilder(
            "sh",
            "-c",
            BOUNDED,
            JAVA,
            HEAP,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:CompressedClassSpaceSize=64m",
            "-cp",
            classPath(),
            TokenizerTrial.class.getName(),
            folder.toAbsolutePath().toString());
    Map<String, String> environment = builder.environment();
    // Options meant for the driver would undo the bounds.
    List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS").forEach(environment::remove);
    environment.put("RAYON_NUM_THREADS", "1");
    environment.put("TOKENIZERS_PARALLELISM", "false");
    environment.put("MALLOC_ARENA_MAX", "2");
    return builder;
  }

  /** The class path of a trial: one jar, or the classes of the project and its libraries. */
  private static String classPath() {
    return Stream.of(
            TokenizerTrial.class,
            HuggingFaceTokenizer.class,
            NDArray.class,
            ObjectMapper.class,
            JsonFactory.class,
            JsonInclude.class,
            Gson.class,
            LoggerFactory.class)
        .map(TrialProcess::place)
        .distinct()
        .collect(Collectors.joining(System.getProperty("path.separator")));
  }

  private static String place(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      return Path.of(source.getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
  }

  /** Judges a trial by its last reported step and by what the library wrote when it ended. */
  private static void judge(
      Path folder, boolean ended, List<String> said, List<String> complained) {
    String last = said.isEmpty() ? "" : said.get(said.size() - 1);
    if (last.startsWith(TokenizerTrial.REFUSED)) {
      throw new JobError(last.substring(TokenizerTrial.REFUSED.length()));
    }
    if (last.startsWith(TokenizerTrial.DOES)) {
      String what = ended ? reason(complained) : "it took more than " + SECONDS + " s";
      throw TokenizerJson.wrong(
          folder.resolve(TokenizerJson.FILE),
          "the tokenizers library fails while "
              + last.substring(TokenizerTrial.DOES.length())
              + ": "
              + what);
    }
    if (!last.equals(TokenizerTrial.PASSED)) {
      throw notStarted(reason(complained), null);
    }
  }

  private static JobError notStarted(String why, Exception cause) {
    return new JobError(
        "model.path: the tokenizer has parts that are tried in a process of their own, which could"
            + " not run: "
            + Printable.cut(why, LONGEST)
            + "; let this user start "
            + JAVA
            + " and write to "
            + System.getProperty("java.io.tmpdir"),
        cause);
  }

  /** The reason of a failure, which follows the line with its source location. */
  private static String reason(List<String> complained) {
    List<String> lines = complained.stream().filter(line -> !line.startsWith("SLF4J")).toList();
    for (int i = 0; i + 1 < lines.size(); i++) {
      if (lines.get(i).contains(" panicked at ")) {
        return Printable.cut(lines.get(i + 1), LONGEST);
      }
    }
    return lines.isEmpty() ? "it told no reason" : Printable.cut(lines.get(0), LONGEST);
  }
}
