package io.gensweep.spark.executor;

import io.gensweep.model.ModelFolder;
import io.gensweep.model.Sha256;
import io.gensweep.token.TokenizerFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Driver and executor. Hashes a model's files, so that every machine can check that it has the
 * same; in hexadecimal.
 */
public final class ModelHashes {
  private ModelHashes() {}

  /** Hash of config.json and the weights. */
  public static String weights(ModelFolder folder) {
    return Sha256.hex(
        Stream.concat(
                Stream.of(folder.path().resolve("config.json")), folder.weightFiles().stream())
            .toList());
  }

  /**
   * Hash of the files of tokenizer and chat template, and of generation_config.json, which has the
   * end-of-text ids.
   */
  public static String tokenizer(Path folder) {
    return Sha256.hex(
        Stream.concat(
                TokenizerFiles.of(folder).stream(),
                Stream.of(folder.resolve("generation_config.json")).filter(Files::isRegularFile))
            .toList());
  }
}
