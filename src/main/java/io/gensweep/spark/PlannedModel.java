package io.gensweep.spark;

import io.gensweep.job.EngineSpec;
import io.gensweep.job.JobError;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.Checkpoint;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelFolder;
import io.gensweep.token.TokenizerCheck;
import io.gensweep.token.TokenizerFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Driver. The model as the job asks for it, found to be whole and to fit the job before any task
 * starts.
 *
 * @param weightsHash of config and weights, which each executor finds again before it loads them
 */
record PlannedModel(
    ModelFolder folder, DecoderSettings decoder, PlannedNumerics planned, String weightsHash) {
  /** Most sequences decoded together where the job says auto and each engine chooses. */
  private static final int MOST = 256;

  /**
   * Opens the model and asks the executors how they compute it.
   *
   * @param earlier the run that goes on, or whose rows are made again; it settled dtype and threads
   */
  static PlannedModel of(
      ModelSpec asked, EngineSpec engine, Optional<EarlierRun> earlier, SparkSession spark) {
    ModelSpec model = earlier.map(run -> run.in(asked)).orElse(asked);
    ModelFolder folder = open(model, spark.sparkContext().hadoopConfiguration());
    TokenizerCheck.require(folder.path(), tokenizerHash(folder.path()));
    int maxModelLen = model.maxModelLen().orElse(folder.config().maxPositions());
    int cores = EngineThreads.of(spark.sparkContext());
    int threads = earlier.map(run -> run.threads(cores)).orElse(cores);
    PlannedNumerics planned =
        PlannedNumerics.of(
            MachineReport.all(spark, model.device()),
            model,
            folder.config(),
            threads,
            earlier.map(EarlierRun::numerics));
    DecoderSettings decoder =
        new DecoderSettings(
            planned.numerics().dtype(),
            "cpu",
            maxModelLen,
            engine.maxBatch().orElse(MOST),
            threads);
    return new PlannedModel(folder, decoder, planned, weightsHash(folder));
  }

  /**
   * The model's folder on this machine.
   *
   * @throws JobError if it is not whole, or the job wants more of it than it has
   */
  static ModelFolder open(ModelSpec model, Configuration configuration) {
    Path path = ModelCopy.local(model.path(), configuration);
    ModelFolder folder = ModelFolder.open(path);
    int longest = folder.config().maxPositions();
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

  /** Of all that the decoder is made from, in hexadecimal. */
  static String weightsHash(ModelFolder folder) {
    List<Path> files =
        Stream.concat(
                Stream.of(folder.path().resolve("config.json")),
                Checkpoint.files(folder.path()).stream())
            .toList();
    return Sha256.hex(files);
  }

  /** Of all that makes text of tokens and tokens of text, and says which of them end one. */
  String tokenizerHash() {
    return tokenizerHash(folder.path());
  }

  static String tokenizerHash(Path folder) {
    return Sha256.hex(
        Stream.concat(
                TokenizerFiles.of(folder).stream(),
                Stream.of(folder.resolve("generation_config.json")).filter(Files::isRegularFile))
            .toList());
  }

  /** What is odd about the folder and not wrong, one line each. */
  List<String> warnings() {
    return Stream.concat(
            folder.warnings().stream(), TokenizerFiles.warnings(folder.path()).stream())
        .toList();
  }
}
