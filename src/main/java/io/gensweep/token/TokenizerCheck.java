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
 * Driver. Whether a model's tokenizer can be used, found out before any task: an executor that
 * loads it has no way to live through one that the tokenizers library cannot read.
 */
public final class TokenizerCheck {
  private TokenizerCheck() {}

  /**
   * Looks at the file, then loads it here or, where only the library can tell how it fares, tries
   * it in a process of its own.
   *
   * @param folder a local folder
   * @param hash of the files that make the tokenizer; one that passed is not tried again
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
