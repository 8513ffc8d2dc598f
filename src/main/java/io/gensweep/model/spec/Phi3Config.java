package io.gensweep.model.spec;

import com.fasterxml.jackson.databind.node.IntNode;
import io.gensweep.job.JobError;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** {@code Phi3ForCausalLM}: Phi-3, Phi-3.5 and Phi-4. */
final class Phi3Config {
  private static final Sizes DEFAULTS = new Sizes(32_064, 3072, 32, 32, 0, 0, 4096);
  private static final int MLP = 8192;

  private Phi3Config() {}

  static DecoderSpec read(ConfigValues given) {
    ConfigValues values =
        given.withDefault("original_max_position_embeddings", IntNode.valueOf(4096));
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm = Sizes.rmsNorm(values, 1e-5);
    MlpSpec.Gated mlp = Sizes.gatedMlp(values, MLP, false);
    RopeSpec rope = RopeConfig.of(values, sizes.maxPositions(), 10_000, 1).table(sizes.headDim());
    RopeScaling scaling = rope.scaling();
    if (!(scaling instanceof RopeScaling.None) && !(scaling instanceof RopeScaling.LongRope)) {
      throw new JobError(
          "config.json: rope_type of phi3 must be default or longrope, was " + scaling.type());
    }
    AttentionSpec attention = Windows.onAllLayers(values, OptionalInt.empty(), sizes.attention());
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope),
        Collections.nCopies(sizes.layers(), LayerSpec.of(attention, mlp, LayerNorms.before(norm))),
        TensorNames.LLAMA
            .withSources(
                FusedAttention.stacked(TensorSource.named("self_attn.qkv_proj"), attention))
            .withGateUp("mlp.gate_up_proj", mlp.size()));
  }
}
