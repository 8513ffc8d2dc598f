package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JsonFile;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** {@code MistralForCausalLM} (Mistral 7B, Nemo and Small) and the text of Ministral 3. */
final class MistralConfig {
  private static final int MLP = 14_336;

  /** Where the key is absent; null is no window. */
  private static final int WINDOW = 4096;

  private static final String BETA = "llama_4_scaling_beta";

  /** What transformers reads of positions where a config of Ministral 3 says nothing. */
  private static final JsonNode MINISTRAL_ROPE =
      JsonFile.object(
          """
          {
            "rope_type": "yarn",
            "rope_theta": 1000000.0,
            "factor": 16.0,
            "original_max_position_embeddings": 16384,
            "beta_fast": 32.0,
            "beta_slow": 1.0,
            "mscale_all_dim": 1.0,
            "mscale": 1.0,
            "llama_4_scaling_beta": 0.1
          }
          """,
          "MistralConfig");

  private MistralConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(32_000, 4096, 32, 32, 8, 0, 131_072));
    NormSpec norm = Sizes.rmsNorm(values, 1e-6);
    AttentionSpec attention =
        Windows.onAllLayers(values, OptionalInt.of(WINDOW), sizes.attention());
    return read(values, sizes, norm, RopeConfig.of(values, sizes.maxPositions()), attention);
  }

  static DecoderSpec readMinistral3(ConfigValues given) {
    ConfigValues values = given.withDefault("rope_parameters", MINISTRAL_ROPE);
    Sizes sizes = Sizes.read(values, new Sizes(131_072, 4096, 34, 32, 8, 128, 262_144));
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    RopeConfig rope = RopeConfig.of(values, sizes.maxPositions());
    AttentionSpec attention =
        Windows.onAllLayers(values, OptionalInt.empty(), sizes.attention())
            .withQueryScale(
                new PositionScale(rope.parameters().positive(BETA), rope.originalPositions()));
    return read(values, sizes, norm, rope, attention);
  }

  private static DecoderSpec read(
      ConfigValues values, Sizes sizes, NormSpec norm, RopeConfig rope, AttentionSpec attention) {
    MlpSpec mlp = Sizes.gatedMlp(values, MLP, false);
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope.table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), LayerSpec.of(attention, mlp, LayerNorms.before(norm))),
        TensorNames.LLAMA);
  }
}
