package io.gensweep.spark;

import io.gensweep.job.DType;
import io.gensweep.job.EngineSpec;
import io.gensweep.job.JobError;
import io.gensweep.job.ModelSpec;
import io.gensweep.model.Checkpoint;
import io.gensweep.model.CpuFeatures;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelFolder;
import io.gensweep.token.TokenizerCheck;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;

/**
 * Driver. The model as the job asks for it, found to be whole and to fit the job before any task
 * starts.
 *
 * @param weightsHash of config and weights, which each executor finds again before it loads them
 */
record PlannedModel(ModelFolder folder, DecoderSettings decoder, String weightsHash) {
  /** Most sequences decoded together where the job says auto and each engine chooses. */
  private static final int MOST = 256;

  static PlannedModel of(
      ModelSpec model, EngineSpec engine, int threads, Configuration configuration) {
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
    TokenizerCheck.require(path, tokenizerHash(path));
    return new PlannedModel(
        folder,
        new DecoderSettings(
            dtype(model, folder), "cpu", maxModelLen, engine.maxBatch().orElse(MOST), threads),
        weightsHash(folder));
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

  private static String tokenizerHash(Path folder) {
    return Sha256.hex(
        Stream.of(
                "tokenizer.json",
                "tokenizer_config.json",
                "special_tokens_map.json",
                "chat_template.jinja",
                "generation_config.json")
            .map(folder::resolve)
            .filter(Files::isRegularFile)
            .toList());
  }

  /**
   * AUTO is the checkpoint's own type where this machine computes in it, else float32. Decided by
   * the driver, since executors that decided for themselves could give rows of two kinds.
   */
  private static DType dtype(ModelSpec model, ModelFolder folder) {
    DType asked = model.dtype();
    boolean cpu = model.device().equals("cpu") || model.device().equals("auto");
    if (asked == DType.AUTO) {
      boolean bfloat16 = folder.config().dtype().equals("bfloat16");
      return bfloat16 && (!cpu || CpuFeatures.here().bfloat16Native())
          ? DType.BFLOAT16
          : DType.FLOAT32;
    }
    if (asked == DType.INT8 && !cpu) {
      throw new JobError(
          "model.dtype: int8 runs on CPUs only and model.device is "
              + model.device()
              + "; use bfloat16 or float32");
    }
    if (asked == DType.BFLOAT16 && cpu && !CpuFeatures.here().bfloat16Products()) {
      throw new JobError(
          "model.dtype: bfloat16 needs a CPU with AVX-512, this one has "
              + CpuFeatures.here().capability()
              + "; use float32");
    }
    return asked;
  }
}
