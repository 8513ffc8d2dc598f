package io.gensweep.model.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;

/** {@code GptOssForCausalLM}: gpt-oss 20B and 120B. */
final class GptOssConfig {
  private static final Sizes DEFAULTS = new Sizes(201_088, 2880, 36, 64, 8, 64, 131_072);
  private static final int MLP = 2880;
  private static final int WINDOW = 128;
  private static final String EXPERTS = "mlp.experts.";

  private GptOssConfig() {}

  static DecoderSpec read(ConfigValues values) {
    Sizes sizes = Sizes.read(values, DEFAULTS);
    NormSpec norm =
        new NormSpec.RootMeanSquare(
            Sizes.epsilon(values, "rms_norm_eps", 1e-5), NormSpec.RootMeanSquare.Weight.FLOAT);
    boolean bias = values.flag("attention_bias", true);
    AttentionSpec attention =
        sizes
            .attention()
            .withScores(ScoreSpec.ofWidth(sizes.headDim()).withSinks())
            .withBiases(bias, bias);
    Windows windows = Windows.read(values, sizes, OptionalInt.of(WINDOW), Windows.fullEvery(2));
    String activation = values.text("hidden_act", "silu");
    if (!activation.equals("silu")) {
      throw ModelConfig.unsupported("hidden_act", activation, "silu");
    }
    MlpSpec.Clamp clamp =
        new MlpSpec.Clamp(
            values.positive("swiglu_alpha", 1.702), values.positive("swiglu_limit", 7));
    int count = ExpertsConfig.count(values, 128, "num_local_experts");
    int size = values.count("intermediate_size", MLP);
    MlpSpec mlp =
        new MlpSpec.Experts(
            count,
            new MlpSpec.Gated(size, Activation.CLAMPED_SWIGLU, true, Optional.of(clamp)),
            new RouterSpec(
                RouterSpec.Kind.SOFTMAX_OF_CHOSEN,
                ExpertsConfig.chosen(values, 4, count),
                false,
                true,
                false,
                1,
                1,
                1),
            Optional.empty());
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope(values, sizes)),
        sizes.layers(i -> LayerSpec.of(windows.of(i, attention), mlp, LayerNorms.before(norm))),
        names(count, size));
  }

  private static RopeSpec rope(ConfigValues values, Sizes sizes) {
    RopeConfig config = RopeConfig.of(values, sizes.maxPositions(), 150_000, 0);
    if (values.has("rope_parameters") || values.has("rope_scaling")) {
      return config.table(sizes.headDim());
    }
    double theta = values.positive("rope_theta", 150_000);
    return new RopeSpec(
        theta,
        sizes.headDim(),
        false,
        RopeScaling.Yarn.of(
            32, RopeConfig.growth(32, 1), 32, 1, false, theta, sizes.headDim(), 4096));
  }

  /** Experts are stored as [inputs, outputs], with gates and ups in turns. */
  private static TensorNames names(int count, int size) {
    Map<String, IntFunction<TensorSource>> experts = new HashMap<>();
    experts.put("gate", i -> gateUp(i, count).withRows(alternate(size, 0)));
    experts.put("up", i -> gateUp(i, count).withRows(alternate(size, 1)));
    experts.put("down", i -> fused("down_proj", i, count));
    return TensorNames.LLAMA
        .with(Map.of("router", "mlp.router"))
        .withSources(Map.of("sinks", TensorSource.of("self_attn.sinks", "")))
        .withExperts(experts);
  }

  private static TensorSource gateUp(int number, int count) {
    return fused("gate_up_proj", number, count);
  }

  private static TensorSource fused(String name, int number, int count) {
    return TensorSource.of(EXPERTS + name, EXPERTS + name + "_bias")
        .withMatrix(number, count)
        .withTranspose();
  }

  private static TensorSource.RowPattern alternate(int size, int first) {
    return new TensorSource.RowPattern(2 * size, first, 1, 2, size);
  }
}
