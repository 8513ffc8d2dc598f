package io.gensweep.spark.plan;

import io.gensweep.files.FileAccess;
import io.gensweep.job.EngineSpec;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelFolder;
import io.gensweep.spark.executor.MachineReport;
import io.gensweep.spark.executor.ModelCopy;
import io.gensweep.spark.executor.ModelHashes;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.token.TokenizerCheck;
import io.gensweep.token.TokenizerFiles;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. The model of a job, checked before any task starts: its files are complete, it fits the
 * job, and the executors can compute it.
 *
 * @param weightsHash of config and weights, which each executor finds again before it loads them
 */
public record ModelPlan(
    ModelFolder folder, DecoderSettings decoder, NumericsPlan planned, String weightsHash) {
  /** Upper bound on sequences decoded together where the job says auto. */
  private static final int MOST = 256;

  /**
   * Opens the model and asks the executors how they compute it.
   *
   * @param earlier the run that goes on, or whose rows are made again; it settled dtype and threads
   */
  public static ModelPlan of(
      ModelSpec asked, EngineSpec engine, Optional<EarlierRun> earlier, SparkSession spark) {
    ModelSpec model = earlier.map(run -> run.in(asked)).orElse(asked);
    ModelFolder folder = open(model, FileAccess.of(spark));
    TokenizerCheck.require(folder.path(), ModelHashes.tokenizer(folder.path()));
    int maxModelLen = model.maxModelLen().orElse(folder.spec().maxPositions());
    int cores = EngineThreads.of(spark.sparkContext());
    int threads = earlier.map(run -> run.threads(cores)).orElse(cores);
    NumericsPlan planned =
        NumericsPlan.of(
            MachineReport.all(spark, model.device()),
            model,
            folder.spec(),
            threads,
            earlier.map(EarlierRun::numerics));
    DecoderSettings decoder =
        new DecoderSettings(
            planned.numerics().dtype(),
            "cpu",
            maxModelLen,
            engine.maxBatch().orElse(MOST),
            threads);
    return new ModelPlan(folder, decoder, planned, ModelHashes.weights(folder));
  }

  /**
   * Opens the model's folder, copied to this machine first where it is not local.
   *
   * @throws JobError if it is not whole, or the job wants more of it than it has
   */
  public static ModelFolder open(ModelSpec model, FileAccess access) {
    Path path = ModelCopy.local(model.path(), access);
    ModelFolder folder = ModelFolder.open(path);
    int longest = folder.spec().maxPositions();
    int maxModelLen = model.maxModelLen().orElse(longest);
    if (maxModelLen > longest) {
      throw new JobError(
          "model.max_model_len: "
              + maxModelLen
              + " is more than the "
              + longest
              + " positions of the model in "
              + path);
    }
    return folder;
  }

  /** {@link ModelHashes#tokenizer} of the folder. */
  String tokenizerHash() {
    return ModelHashes.tokenizer(folder.path());
  }

  /**
   * Makes the plan that is sent to the tasks of a job on this model.
   *
   * @param template the text of {@code chat_template: FILE}; "": the model's own template
   * @param time what a chat template may print as now
   */
  public TaskPlan forTasks(JobSpec job, FileAccess access, String template, LocalDateTime time) {
    return new TaskPlan(
        job,
        ModelCopy.absolute(job.model().path()),
        weightsHash,
        tokenizerHash(),
        decoder,
        planned.numerics(),
        access,
        template,
        time);
  }

  /** Warnings about the folder, one line each. */
  public List<String> warnings() {
    return Stream.concat(
            folder.warnings().stream(), TokenizerFiles.warnings(folder.path()).stream())
        .toList();
  }
}
