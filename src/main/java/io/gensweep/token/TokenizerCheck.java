package io.gensweep.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Driver. Checks before any task that a model's tokenizer can be used: a file that the tokenizers
 * library cannot handle would end an executor that loads it.
 */
public final class TokenizerCheck {
  private TokenizerCheck() {}

  /**
   * Checks the file, then loads the tokenizer here or, if it is not known to be safe, in a process
   * of its own.
   *
   * @param folder a local folder
   * @param hash of the tokenizer's files; a tokenizer that passed is not tried again
   * @throws JobError that names the file and a remedy
   */
  public static void require(Path folder, String hash) {
    TokenizerConfig.read(folder);
    JsonNode file = TokenizerJson.tree(folder);
    if (KnownTokenizer.matches(file)) {
      load(folder);
    } else {
      tryOut(folder, hash);
    }
  }

  private static void load(Path folder) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      tokenizer.vocabSize();
    }
  }

  private static void tryOut(Path folder, String hash) {
    PassedTrials passed = PassedTrials.ofThisUser();
    String key = hash + "-" + libraryVersion() + "-" + TokenizerProbes.VERSION;
    if (!passed.contains(key)) {
      TrialProcess.require(folder);
      passed.add(key);
    }
  }

  private static String libraryVersion() {
    try (InputStream file =
        HuggingFaceTokenizer.class.getResourceAsStream("/native/lib/tokenizers.properties")) {
      Properties properties = new Properties();
      properties.load(file);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
