package io.gensweep.model.spec;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/** {@code Gemma2ForCausalLM} and {@code Gemma3ForCausalLM}, the text of Gemma 3 with images too. */
final class GemmaConfig {
  private static final int MLP = 9216;
  private static final int WINDOW = 4096;
  private static final double QUERY_SCALAR = 256;
  private static final double SCORE_CAP = 50;
  private static final double LOGIT_CAP = 30;
  private static final String LOGIT_CAP_KEY = "final_logit_softcapping";

  /** Every layer of that number sees everything, where a config of Gemma 3 does not say. */
  private static final int FULL_EVERY = 6;

  static final TensorNames NAMES =
      TensorNames.LLAMA.with(
          Map.of(
              "mixer_out_norm", "post_attention_layernorm",
              "mlp_norm", "pre_feedforward_layernorm",
              "mlp_out_norm", "post_feedforward_layernorm"));

  private GemmaConfig() {}

  static DecoderSpec readGemma2(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(256_000, 2304, 26, 8, 4, 256, 8192));
    Windows windows = windows(values, sizes, 2);
    double cap = values.positiveOrNone("attn_logit_softcapping", SCORE_CAP);
    AttentionSpec plain = attention(values, sizes);
    AttentionSpec attention = plain.withScores(plain.scores().withCap(cap));
    return decoder(
        values,
        sizes,
        values.positiveOrNone(LOGIT_CAP_KEY, LOGIT_CAP),
        List.of(RopeConfig.of(values, sizes.maxPositions()).table(sizes.headDim())),
        i -> windows.of(i, attention),
        NAMES);
  }

  static DecoderSpec readGemma3(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(262_208, 2304, 26, 8, 4, 256, 131_072));
    Windows windows =
        windows(values, sizes, values.countOrNull("sliding_window_pattern", FULL_EVERY));
    LayerRopes ropes =
        new LayerRopes(
            values,
            sizes,
            values.positive("rope_theta", 1e6),
            values.positive("rope_local_base_freq", 1e4));
    AttentionSpec attention =
        attention(values, sizes).withHeadNorm(norm(values), HeadNorm.Place.BEFORE_ROTATION);
    return decoder(
        values,
        sizes,
        values.positiveOrNone(LOGIT_CAP_KEY, 0),
        ropes.tables(),
        i -> LayerRopes.of(windows, i, attention),
        NAMES.with(TensorNames.HEAD_NORMS));
  }

  private static Windows windows(ConfigValues values, Sizes sizes, int fullEvery) {
    return Windows.read(values, sizes, OptionalInt.of(WINDOW), Windows.fullEvery(fullEvery));
  }

  private static NormSpec norm(ConfigValues values) {
    return NormSpec.RootMeanSquare.plusOne(Sizes.epsilon(values, "rms_norm_eps", 1e-6));
  }

  private static AttentionSpec attention(ConfigValues values, Sizes sizes) {
    boolean bias = values.flag("attention_bias");
    double scale = 1 / Math.sqrt(values.positive("query_pre_attn_scalar", QUERY_SCALAR));
    AttentionSpec attention = sizes.attention().withBiases(bias, bias);
    return attention.withScores(attention.scores().withScale(scale));
  }

  private static DecoderSpec decoder(
      ConfigValues values,
      Sizes sizes,
      double logitCap,
      List<RopeSpec> ropes,
      IntFunction<AttentionSpec> attention,
      TensorNames names) {
    NormSpec norm = norm(values);
    MlpSpec mlp =
        new MlpSpec.Gated(
            values.count("intermediate_size", MLP),
            Sizes.activation(values, "hidden_activation", "gelu_pytorch_tanh"),
            false);
    EndsSpec ends =
        EndsSpec.of(values.flag("tie_word_embeddings", true), norm)
            .withEmbeddingScale(Math.sqrt(sizes.hidden()))
            .withLogits(1, logitCap);
    return sizes.decoder(
        values,
        ends,
        ropes,
        sizes.layers(i -> LayerSpec.of(attention.apply(i), mlp, LayerNorms.around(norm))),
        names);
  }
}
