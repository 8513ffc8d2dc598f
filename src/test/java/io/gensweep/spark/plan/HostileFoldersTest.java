package io.gensweep.spark.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.PeakMemory;
import io.gensweep.files.FileAccess;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.model.ModelFolder;
import io.gensweep.spark.run.TinyJob;
import io.gensweep.spark.task.ChatTemplates;
import io.gensweep.spark.task.SamplingTokens;
import io.gensweep.token.ChatTemplate;
import io.gensweep.token.Message;
import io.gensweep.token.TokenizerCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every hostile folder is refused in one line that says what is wrong, or can be used.
 *
 * <p>Memory is what this JVM had resident more than before the folder was looked at, and what the
 * processes in which tokenizers are tried had at most.
 */
class HostileFoldersTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final long MOST_BYTES = 2L << 30;
  private static final int LONGEST_LINE = 1200;
  private static final LocalDateTime NOW = LocalDateTime.of(2024, 7, 6, 15, 4, 5);

  @TempDir private Path folder;

  @Test
  void noFolderEndsTheJvmOrSaysMoreThanALine() throws Exception {
    List<HostileFolders.Folder> all = HostileFolders.all();
    assertThat(all).hasSizeGreaterThan(400);
    List<String> wrong = new ArrayList<>();
    try (PeakMemory.OfChildren trials = new PeakMemory.OfChildren("TokenizerTrial")) {
      lookAt(all, wrong);
      assertThat(wrong).isEmpty();
      assertThat(trials.most()).isBetween(1L << 20, MOST_BYTES);
    }
  }

  private void lookAt(List<HostileFolders.Folder> all, List<String> wrong) throws Exception {
    for (int i = 0; i < all.size(); i++) {
      HostileFolders.Folder hostile = all.get(i);
      Path model = hostile.make(folder.resolve("model-" + i));
      long start = System.nanoTime();
      PeakMemory peak = PeakMemory.begin();
      check(job(model))
          .filter(outcome -> !isOneLine(outcome, hostile))
          .ifPresent(outcome -> wrong.add(hostile + "\n  gives  " + told(outcome)));
      // A link out of the folder, of which the one who empties it would warn.
      Files.deleteIfExists(model.resolve(HostileFolders.WEIGHTS));
      if (System.nanoTime() - start > LONGEST.toNanos()) {
        wrong.add(hostile + "\n  took more than " + LONGEST);
      }
      if (peak.growth() > MOST_BYTES) {
        wrong.add(hostile + "\n  took " + (peak.growth() >> 20) + " MiB");
      }
    }
  }

  private static JobSpec job(Path model) {
    return TinyJob.of(
            Path.of("none"),
            Path.of("none"),
            "model.path=" + model,
            "prompts={path: none, id: id, text: null, messages: messages}")
        .spec();
  }

  /** All that a driver does with a folder before its first task; what was thrown, if anything. */
  private static Optional<Throwable> check(JobSpec job) {
    try {
      ModelFolder model = ModelPlan.open(job.model(), new FileAccess(new Configuration()));
      TokenizerCheck.require(model.path(), UUID.randomUUID().toString());
      SamplingTokens.check(job.sweep(), model, model.spec().maxPositions());
      render(ChatTemplates.of(job, "", model.path(), NOW).orElseThrow());
      return Optional.empty();
    } catch (RuntimeException | Error thrown) {
      return Optional.of(thrown);
    }
  }

  /** What a template refuses is a row's matter. */
  private static void render(ChatTemplate template) {
    try {
      template.render(List.of(new Message("user", "4 + 4")), true);
    } catch (IllegalArgumentException row) {
      assertThat(row).hasMessageStartingWith("the model's chat template ");
    }
  }

  private static boolean isOneLine(Throwable thrown, HostileFolders.Folder hostile) {
    String message = String.valueOf(thrown.getMessage());
    boolean names = message.contains("model.path") || message.contains("chat_template");
    boolean advises = message.contains(";") || message.contains("must");
    return thrown instanceof JobError
        && message.lines().count() == 1
        && message.length() <= LONGEST_LINE
        && (names || message.contains(hostile.file()))
        && (advises || message.contains("was ") || message.contains(" asks for"));
  }

  private static String told(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    String message = thrown.toString();
    return message.substring(0, Math.min(400, message.length()))
        + (trace.length > 0 ? "\n    at " + trace[0] : "");
  }
}
