package io.gensweep;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.job.Nearest;
import io.gensweep.job.ResolvedJob;
import io.gensweep.job.RunOptions;
import io.gensweep.spark.plan.JobReader;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.UnmatchedArgumentException;

/** Driver. The command line: which command, which job, and the exit code of how it went. */
@Command(
    name = "gensweep",
    description = "Offline text generation and sampling sweeps on Spark.",
    synopsisSubcommandLabel = "COMMAND")
public final class Cli {
  /** Commands that are to come. */
  private static final Set<String> LATER = Set.of("export", "init");

  private final RunCommand run;
  private final VerifyCommand verify;
  private final ReportCommand report;
  private final Supplier<FileAccess> files;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "Show this and exit.")
  @SuppressWarnings("UnusedVariable") // picocli looks for the option, nobody for its value
  private boolean help;

  public Cli(
      RunCommand run, VerifyCommand verify, ReportCommand report, Supplier<FileAccess> files) {
    this.run = run;
    this.verify = verify;
    this.report = report;
    this.files = files;
  }

  /** Runs the command that the arguments name; what goes wrong is told to {@code err}. */
  public ExitCode execute(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine commandLine =
        new CommandLine(this)
            .addSubcommand(new Run())
            .addSubcommand(new Score())
            .addSubcommand(new Verify())
            .addSubcommand(new Report())
            .setExpandAtFiles(false)
            .setOut(out)
            .setErr(err)
            .setParameterExceptionHandler(
                (e, unused) -> {
                  err.println("gensweep: " + wrongArguments(e));
                  return ExitCode.WRONG_JOB.code();
                })
            .setExecutionExceptionHandler((e, unused, parsed) -> failed(err, e));
    int code;
    try {
      code = commandLine.execute(arguments);
    } catch (Error e) {
      // The parser lets these through: a full disk, as Hadoop tells of it, or no memory.
      code = failed(err, e);
    }
    out.flush();
    err.flush();
    return ExitCode.of(code);
  }

  private static int failed(PrintWriter err, Throwable thrown) {
    Ending ending = Ending.of(thrown);
    boolean shown = Trace.isAskedFor();
    if (shown) {
      thrown.printStackTrace(err);
    }
    boolean kept = ending.code() == ExitCode.FAILED && !shown;
    err.println("gensweep: " + ending.line() + (kept ? Trace.kept(thrown) : ""));
    return ending.code().code();
  }

  private static String wrongArguments(ParameterException thrown) {
    CommandLine command = thrown.getCommandLine();
    String usage = "; usage: " + command.getHelp().synopsis(0).strip();
    boolean isCommand =
        command.getParent() == null
            && thrown instanceof UnmatchedArgumentException unmatched
            && !unmatched.isUnknownOption();
    if (!isCommand) {
      return Cause.firstLine(thrown.getMessage()) + usage;
    }
    String word = ((UnmatchedArgumentException) thrown).getUnmatched().get(0);
    if (LATER.contains(word)) {
      return word + ": this command is not supported yet" + usage;
    }
    Set<String> commands = command.getSubcommands().keySet();
    return word
        + ": no such command; "
        + Nearest.question(word, commands, "commands: " + String.join(", ", commands));
  }

  /** {@code run JOB.yaml [--set key=value ...] [--dry-run | --retry-failed]}. */
  @Command(name = "run", description = "Generate continuations for every prompt of a job.")
  private final class Run extends OfJob {
    @Option(
        names = "--dry-run",
        description = "Tell the plan, and a time by measuring a few steps; write nothing.")
    private boolean dryRun;

    @Override
    public Integer call() throws Exception {
      return call(io.gensweep.job.Command.RUN, dryRun);
    }
  }

  /** {@code score JOB.yaml [--set key=value ...] [--retry-failed]}. */
  @Command(name = "score", description = "Give the log-probs of the texts that a job names.")
  private final class Score extends OfJob {
    @Override
    public Integer call() throws Exception {
      return call(io.gensweep.job.Command.SCORE, false);
    }
  }

  /** {@code verify OUTPUT_DIR [--fraction 0.01]}. */
  @Command(name = "verify", description = "Make a share of an output's rows again and compare.")
  private final class Verify implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "OUTPUT_DIR", description = "What a job has written.")
    private String output;

    @Option(
        names = "--fraction",
        paramLabel = "0.01",
        description = "Share of the prompts, in (0, 1]; at least one is made again.")
    private double fraction = 0.01;

    @Override
    public Integer call() throws Exception {
      if (!(fraction > 0 && fraction <= 1)) {
        throw new JobError("--fraction must be in (0, 1], was " + fraction);
      }
      return verify.verify(output, fraction).code();
    }
  }

  /** {@code report OUTPUT_DIR [OUTPUT_DIR ...] [--set evaluate...=...]}. */
  @Command(name = "report", description = "Score an output and sum it up; generate nothing.")
  private final class Report implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "OUTPUT_DIR", description = "What jobs have written.")
    private List<String> outputs;

    @Option(
        names = "--set",
        paramLabel = "evaluate.key=value",
        description = "Override a key of evaluate; the value is YAML.")
    private List<String> sets = List.of();

    @Override
    public Integer call() throws Exception {
      return report.report(outputs, sets).code();
    }
  }

  /** A command that takes a job file. */
  private abstract class OfJob implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "JOB.yaml", description = "The job file.")
    private String job;

    @Option(
        names = "--set",
        paramLabel = "key=value",
        description = "Override a key of the job file by its dotted path; the value is YAML.")
    private List<String> sets = List.of();

    @Option(
        names = "--retry-failed",
        description = "Also make the shards of an earlier run again that have failed rows.")
    private boolean retryFailed;

    final int call(io.gensweep.job.Command command, boolean dryRun) throws Exception {
      RunOptions options;
      try {
        options = new RunOptions(dryRun, retryFailed);
      } catch (IllegalArgumentException e) {
        throw new JobError(e.getMessage(), e);
      }
      return run.run(command, resolved(), options).code();
    }

    private ResolvedJob resolved() {
      return JobReader.read(job, sets, files.get());
    }
  }
}
