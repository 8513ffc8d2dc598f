package io.gensweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.files.FileAccess;
import io.gensweep.job.JobError;
import io.gensweep.job.ResolvedJob;
import io.gensweep.job.RunOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CliTest {
  @TempDir private Path folder;
  private final List<ResolvedJob> ran = new ArrayList<>();
  private final List<String> verified = new ArrayList<>();
  private final List<String> reported = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String job;

  @BeforeEach
  void writeJob() throws Exception {
    Path file = folder.resolve("night.yaml");
    Files.writeString(
        file,
        """
        model: {path: "%s"}
        prompts: {path: p.jsonl, text: prompt}
        output: {path: o}
        """
            .formatted(folder));
    job = file.toString();
  }

  @Test
  void runReadsTheJobAndItsOverrides() {
    assertThat(
            execute("run", job, "--set", "sampling.n=3", "--set=sampling.stop=[\"a=b\", \"@c\"]"))
        .isEqualTo(ExitCode.DONE);
    assertThat(ran).hasSize(1);
    assertThat(ran.get(0).spec().name()).isEqualTo("night");
    assertThat(ran.get(0).spec().sampling().n()).isEqualTo(3);
    assertThat(ran.get(0).spec().sampling().stop()).containsExactly("a=b", "@c");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aDryRunAndARetryAreToldToTheRun() {
    List<RunOptions> asked = new ArrayList<>();
    RunCommand run =
        (command, job, options) -> {
          asked.add(options);
          return ExitCode.DONE;
        };
    execute(run, "run", job);
    execute(run, "run", job, "--dry-run");
    execute(run, "run", "--retry-failed", job);
    execute(run, "score", job, "--retry-failed");
    assertThat(asked)
        .containsExactly(
            RunOptions.NONE,
            new RunOptions(true, false),
            new RunOptions(false, true),
            new RunOptions(false, true));
    assertThat(execute(run, "run", job, "--dry-run", "--retry-failed"))
        .isEqualTo(ExitCode.WRONG_JOB);
    assertThat(err.toString()).contains("--dry-run");
    assertThat(execute(run, "score", job, "--dry-run")).isEqualTo(ExitCode.WRONG_JOB);
  }

  @Test
  void scoreReadsTheSameJobFile() {
    List<io.gensweep.job.Command> commands = new ArrayList<>();
    RunCommand run =
        (command, job, options) -> {
          commands.add(command);
          ran.add(job);
          return ExitCode.DONE;
        };
    assertThat(execute(run, "score", job, "--set", "score.reference=answer"))
        .isEqualTo(ExitCode.DONE);
    assertThat(execute(run, "run", job, "--set", "score.reference=answer"))
        .isEqualTo(ExitCode.DONE);
    assertThat(commands)
        .containsExactly(io.gensweep.job.Command.SCORE, io.gensweep.job.Command.RUN);
    assertThat(ran.get(0).spec().score().orElseThrow().reference()).contains("answer");
  }

  @Test
  void verifyTakesAnOutputAndAShare() {
    assertThat(execute("verify", "out").code()).isEqualTo(1);
    assertThat(execute("verify", "out", "--fraction", "1").code()).isEqualTo(1);
    assertThat(verified).containsExactly("out 0.01", "out 1.0");
    assertThat(execute("verify", "out", "--fraction", "0").code()).isEqualTo(2);
    assertThat(execute("verify", "out", "--fraction", "some").code()).isEqualTo(2);
    assertThat(execute("verify").code()).isEqualTo(2);
    assertThat(err.toString()).contains("--fraction must be in (0, 1], was 0.0");
    assertThat(verified).hasSize(2);
  }

  @Test
  void runReadsTheModelsGenerationConfigWhenTheJobAsksForIt() throws Exception {
    Files.writeString(folder.resolve("generation_config.json"), "{\"top_k\": 20}");
    assertThat(execute("run", job)).isEqualTo(ExitCode.DONE);
    assertThat(execute("run", job, "--set", "sampling.from_model=true")).isEqualTo(ExitCode.DONE);
    assertThat(ran).extracting(r -> r.spec().sampling().topK()).containsExactly(0, 20);
  }

  @Test
  void theExitCodeIsTheCommands() {
    assertThat(execute((command, job, options) -> ExitCode.TOO_MANY_FAILED_ROWS, "run", job).code())
        .isEqualTo(3);
  }

  @Test
  void aWrongJobIsOneLineAndExitCode2() {
    assertThat(execute("run", job, "--set", "sampling.top_p=2").code()).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("gensweep: --set: sampling.top_p must be in (0, 1], was 2.0\n");
    assertThat(ran).isEmpty();
  }

  @Test
  void aModelFoundWrongByTheCommandIsExitCode2() {
    RunCommand run =
        (command, job, options) -> {
          throw new JobError("model.path: no config.json");
        };
    assertThat(execute(run, "run", job).code()).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("gensweep: model.path: no config.json\n");
  }

  @Test
  void aMissingJobFileIsExitCode2() {
    assertThat(execute("run", "nowhere.yaml").code()).isEqualTo(2);
    assertThat(err.toString()).isEqualTo("gensweep: nowhere.yaml: there is no such job file\n");
  }

  @Test
  void reportTakesOutputsAndSettings() {
    assertThat(execute("report", "a", "b", "--set", "evaluate.scorers=[exact]"))
        .isEqualTo(ExitCode.DONE);
    assertThat(execute("report", "a")).isEqualTo(ExitCode.DONE);
    assertThat(reported).containsExactly("[a, b] [evaluate.scorers=[exact]]", "[a] []");
  }

  @Test
  void wrongArgumentsAreOneLineWithTheUsage() {
    assertThat(execute().code()).isEqualTo(2);
    assertThat(execute("rum", job).code()).isEqualTo(2);
    assertThat(execute("x").code()).isEqualTo(2);
    assertThat(execute("export", "out").code()).isEqualTo(2);
    assertThat(execute("report").code()).isEqualTo(2);
    assertThat(execute("run").code()).isEqualTo(2);
    assertThat(execute("run", job, job).code()).isEqualTo(2);
    assertThat(execute("run", job, "--sets", "a=b").code()).isEqualTo(2);
    assertThat(execute("run", job, "--set").code()).isEqualTo(2);
    assertThat(err.toString().replace(job, "JOB"))
        .isEqualTo(
            """
            gensweep: Missing required subcommand; usage: gensweep [-h] COMMAND
            gensweep: rum: no such command; did you mean run?
            gensweep: x: no such command; commands: run, score, verify, report
            gensweep: export: this command is not supported yet; usage: gensweep [-h] COMMAND
            gensweep: Missing required parameter: 'OUTPUT_DIR'; usage: gensweep report [-h] [--set=evaluate.key=value]... OUTPUT_DIR...
            gensweep: Missing required parameter: 'JOB.yaml'; usage: gensweep run [-h] [--dry-run] [--retry-failed] [--set=key=value]... JOB.yaml
            gensweep: Unmatched argument at index 2: 'JOB'; usage: gensweep run [-h] [--dry-run] [--retry-failed] [--set=key=value]... JOB.yaml
            gensweep: Unknown options: '--sets', 'a=b'; usage: gensweep run [-h] [--dry-run] [--retry-failed] [--set=key=value]... JOB.yaml
            gensweep: Missing required parameter for option '--set' (key=value); usage: gensweep run [-h] [--dry-run] [--retry-failed] [--set=key=value]... JOB.yaml
            """);
  }

  @Test
  void anythingElseIsExitCode1AndFirstOfAllItsCause() throws IOException {
    RunCommand run =
        (command, job, options) -> {
          throw new IllegalStateException(
              "the run broke", new IOException("disk full\nsecond line"));
        };
    assertThat(execute(run, "run", job).code()).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(
            "gensweep: failed: java.io.IOException: disk full; that led to"
                + " java.lang.IllegalStateException: the run broke; stack trace in ")
        .hasLineCount(1);
    Path trace = Path.of(err.toString().strip().replaceFirst(".* in ", ""));
    assertThat(trace).content().contains("Caused by: java.io.IOException", "at io.gensweep.");
    Files.delete(trace);
  }

  @Test
  void anErrorIsToldLikeAnException() {
    RunCommand run =
        (command, job, options) -> {
          throw new OutOfMemoryError("Java heap space");
        };
    assertThat(execute(run, "run", job).code()).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(
            "gensweep: failed: java.lang.OutOfMemoryError: Java heap space; raise --driver-memory");
  }

  @Test
  void whatATaskThrewIsToldByItsCauseAndNotByAPageOfStack() {
    RunCommand run =
        (command, job, options) ->
            inATask(new IllegalStateException("the engine failed", new IOException("device lost")));
    assertThat(execute(run, "run", job).code()).isEqualTo(1);
    assertThat(err.toString())
        .startsWith(
            "gensweep: failed: java.io.IOException: device lost; that led to"
                + " java.lang.IllegalStateException: the engine failed; stack trace in ")
        .hasLineCount(1);
  }

  @Test
  void aJobErrorThatATaskThrewKeepsItsMessageAndExitCode() {
    RunCommand run =
        (command, job, options) ->
            inATask(new JobError("model.max_model_len: too long for the memory"));
    assertThat(execute(run, "run", job).code()).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo("gensweep: model.max_model_len: too long for the memory\n");
  }

  private static ExitCode inATask(RuntimeException thrown) {
    new JavaSparkContext(LocalSpark.session().sparkContext())
        .parallelize(List.of(1))
        .foreach(
            unused -> {
              throw thrown;
            });
    return ExitCode.DONE;
  }

  @Test
  void helpIsNoError() {
    assertThat(execute("--help")).isEqualTo(ExitCode.DONE);
    assertThat(execute("run", "--help")).isEqualTo(ExitCode.DONE);
    assertThat(out.toString()).contains("run", "--set=key=value", "JOB.yaml");
  }

  private ExitCode execute(String... arguments) {
    RunCommand run =
        (command, job, options) -> {
          ran.add(job);
          return ExitCode.DONE;
        };
    return execute(run, arguments);
  }

  private ExitCode execute(RunCommand run, String... arguments) {
    VerifyCommand verify =
        (output, fraction) -> {
          verified.add(output + " " + fraction);
          return ExitCode.FAILED;
        };
    ReportCommand report =
        (outputs, sets) -> {
          reported.add(outputs + " " + sets);
          return ExitCode.DONE;
        };
    return new Cli(run, verify, report, () -> new FileAccess(new Configuration(false)))
        .execute(new PrintWriter(out), new PrintWriter(err), arguments);
  }
}
