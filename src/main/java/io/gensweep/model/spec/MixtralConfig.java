package io.gensweep.model.spec;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** {@code MixtralForCausalLM}. */
final class MixtralConfig {
  private static final Sizes DEFAULTS = new Sizes(32_000, 4096, 32, 32, 8, 0, 131_072);
  private static final int MLP = 14_336;
  private static final int EXPERTS = 8;
  private static final int CHOSEN = 2;

  private static final TensorNames NAMES =
      TensorNames.LLAMA
          .with(Map.of("router", "block_sparse_moe.gate"))
          .withExperts("block_sparse_moe.experts.", "w1", "w3", "w2");

  private MixtralConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    int count = ExpertsConfig.count(values, EXPERTS, "num_local_experts", "num_experts");
    RouterSpec router =
        RouterSpec.of(RouterSpec.Kind.SOFTMAX, ExpertsConfig.chosen(values, CHOSEN, count), true);
    MlpSpec mlp =
        new MlpSpec.Experts(count, Sizes.gatedMlp(values, MLP, false), router, Optional.empty());
    AttentionSpec attention = Windows.onAllLayers(values, OptionalInt.empty(), sizes.attention());
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(RopeConfig.of(values, sizes.maxPositions(), 1e6, 0).table(sizes.headDim())),
        Collections.nCopies(sizes.layers(), LayerSpec.of(attention, mlp, LayerNorms.before(norm))),
        NAMES);
  }
}
