package io.gensweep.spark.executor;

import io.gensweep.model.Checkpoint;
import io.gensweep.model.ModelFolder;
import io.gensweep.model.Sha256;
import io.gensweep.token.TokenizerFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Hashes of a model's files, in hexadecimal, so that every machine finds that it has the same. */
public final class ModelHashes {
  private ModelHashes() {}

  /** Of all that the decoder is made from. */
  public static String weights(ModelFolder folder) {
    return Sha256.hex(
        Stream.concat(
                Stream.of(folder.path().resolve("config.json")),
                Checkpoint.files(folder.path()).stream())
            .toList());
  }

  /** Of all that makes text of tokens and tokens of text, and says which of them end one. */
  public static String tokenizer(Path folder) {
    return Sha256.hex(
        Stream.concat(
                TokenizerFiles.of(folder).stream(),
                Stream.of(folder.resolve("generation_config.json")).filter(Files::isRegularFile))
            .toList());
  }
}
