package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.SpecialTokens;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A process of its own, started by the driver. Loads a model's tokenizer and makes it encode and
 * decode what prompts may contain; the driver learns whether this process survives ({@link
 * TrialProcess}).
 */
final class TokenizerTrial {
  /** The last line of a trial that passed. */
  static final String PASSED = "passed";

  /** Prefix of the last line when the library refused the file; the reason follows. */
  static final String REFUSED = "refused ";

  /** Prefix of the line before each step; the step follows. */
  static final String DOES = "does ";

  private static final int IDS_AT_A_TIME = 1000;
  private static final int IDS_ALONE = 300;

  private final Tokenizer tokenizer;
  private final PrintStream out;

  private TokenizerTrial(Tokenizer tokenizer, PrintStream out) {
    this.tokenizer = tokenizer;
    this.out = out;
  }

  /**
   * Tries the tokenizer of a folder.
   *
   * @param arguments the folder
   */
  public static void main(String[] arguments) {
    PrintStream out = System.out;
    Path folder = Path.of(arguments[0]);
    out.println(DOES + "loading it");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      new TokenizerTrial(tokenizer, out).run(TokenizerJson.tree(folder));
      out.println(PASSED);
    } catch (RuntimeException refused) {
      out.println(REFUSED + Printable.cut(String.valueOf(refused.getMessage()), 400));
    }
  }

  private void run(JsonNode file) {
    Map<String, String> probes = TokenizerProbes.of(file, tokenizer.specialTexts());
    probes.forEach(
        (name, text) -> {
          out.println(DOES + "encoding " + name);
          tokenizer.decode(ids(text), false);
        });
    out.println(DOES + "decoding each of its tokens");
    int size = tokenizer.vocabSize();
    for (int from = 0; from < size; from += IDS_AT_A_TIME) {
      tokenizer.decode(
          IntStream.range(from, Math.min(size, from + IDS_AT_A_TIME)).toArray(), false);
    }
    for (int id = 0; id < Math.min(size, IDS_ALONE); id++) {
      tokenizer.decode(new int[] {id}, false);
    }
  }

  /**
   * The ids of a text; none if the library refuses it with an exception, which is a row's error.
   */
  private int[] ids(String text) {
    try {
      return tokenizer.encode(text, true, SpecialTokens.PARSE);
    } catch (IllegalArgumentException refused) {
      return new int[0];
    }
  }
}
