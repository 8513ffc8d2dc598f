package io.gensweep.model.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Qwen's hybrids, three layers of a gated delta rule to one of attention: {@code
 * Qwen3NextForCausalLM}, and the text of {@code Qwen3_5ForConditionalGeneration} (Qwen 3.5, 3.6 and
 * 3.8) and of {@code Qwen3_5MoeForConditionalGeneration}.
 */
final class QwenHybridConfig {
  private static final String LINEAR = "linear_attention";

  /** One layer of so many has attention, where the config does not list them. */
  private static final int INTERVAL = 4;

  private static final double ROTATED = 0.25;

  private QwenHybridConfig() {}

  static DecoderSpec readNext(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(151_936, 2048, 48, 16, 2, 256, 32_768));
    DeltaSpec delta = delta(values);
    int perKey = delta.valueHeads() / delta.keyHeads();
    TensorNames names =
        names(sizes)
            .withSources(interleaved(delta, perKey))
            .withExperts("mlp.experts.", "gate_proj", "up_proj", "down_proj");
    boolean normalised = values.flag("norm_topk_prob", true);
    MlpSpec sparse = experts(values, 512, 10, 512, 512, normalised);
    MlpSpec dense = dense(values, 5632);
    int step = values.count("decoder_sparse_step", 1);
    List<Integer> only = values.wholes("mlp_only_layers");
    return read(
        values, sizes, delta, i -> only.contains(i) || (i + 1) % step != 0 ? dense : sparse, names);
  }

  static DecoderSpec readDense(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(248_320, 4096, 32, 16, 4, 256, 32_768));
    DeltaSpec delta = delta(values);
    MlpSpec mlp = dense(values, 12_288);
    return read(values, sizes, delta, i -> mlp, names(sizes).withSources(joined(delta)));
  }

  static DecoderSpec readSparse(ConfigValues values) {
    Sizes sizes = Sizes.read(values, new Sizes(248_320, 2048, 40, 16, 2, 256, 32_768));
    DeltaSpec delta = delta(values);
    MlpSpec.Experts mlp = experts(values, 256, 8, 512, 512, true);
    int size = mlp.expert().size();
    Map<String, IntFunction<TensorSource>> experts =
        Map.of(
            "gate",
                i ->
                    fused("gate_up_proj", i, mlp.count())
                        .withRows(2 * size, 0, size)
                        .or(single(i, "gate_proj")),
            "up",
                i ->
                    fused("gate_up_proj", i, mlp.count())
                        .withRows(2 * size, size, size)
                        .or(single(i, "up_proj")),
            "down", i -> fused("down_proj", i, mlp.count()).or(single(i, "down_proj")));
    return read(
        values,
        sizes,
        delta,
        i -> mlp,
        names(sizes).withSources(joined(delta)).withExperts(experts));
  }

  private static DecoderSpec read(
      ConfigValues values,
      Sizes sizes,
      DeltaSpec delta,
      IntFunction<MlpSpec> mlps,
      TensorNames names) {
    NormSpec norm = NormSpec.RootMeanSquare.plusOne(epsilon(values));
    boolean bias = values.flag("attention_bias");
    AttentionSpec attention =
        sizes
            .attention()
            .withBiases(bias, bias)
            .withHeadNorm(norm, HeadNorm.Place.BEFORE_ROTATION)
            .withGate();
    int interval = values.count("full_attention_interval", INTERVAL);
    List<String> types =
        sizes.layerTypes(
            values,
            List.of(Sizes.FULL, LINEAR),
            i -> (i + 1) % interval == 0 ? Sizes.FULL : LINEAR);
    RopeSpec rope =
        RopeConfig.of(values, sizes.maxPositions(), 10_000, ROTATED).table(sizes.headDim());
    return sizes.decoder(
        values,
        EndsSpec.of(values.flag("tie_word_embeddings"), norm),
        List.of(rope),
        sizes.layers(
            i ->
                LayerSpec.of(
                    types.get(i).equals(LINEAR) ? delta : attention,
                    mlps.apply(i),
                    LayerNorms.before(norm))),
        names);
  }

  private static double epsilon(ConfigValues values) {
    return Sizes.epsilon(values, "rms_norm_eps", 1e-6);
  }

  private static DeltaSpec delta(ConfigValues values) {
    return new DeltaSpec(
        values.count("linear_num_key_heads", 16),
        values.count("linear_num_value_heads", 32),
        values.count("linear_key_head_dim", 128),
        values.count("linear_value_head_dim", 128),
        values.count("linear_conv_kernel_dim", 4),
        NormSpec.RootMeanSquare.rounded(epsilon(values)));
  }

  private static MlpSpec dense(ConfigValues values, int size) {
    return Sizes.gatedMlp(values, size, false);
  }

  private static MlpSpec.Experts experts(
      ConfigValues values, int count, int chosen, int size, int shared, boolean normalised) {
    Activation activation = Sizes.activation(values, "hidden_act", "silu");
    int all = ExpertsConfig.count(values, count, "num_experts");
    return new MlpSpec.Experts(
        all,
        new MlpSpec.Gated(values.count("moe_intermediate_size", size), activation, false),
        RouterSpec.of(
            RouterSpec.Kind.SOFTMAX, ExpertsConfig.chosen(values, chosen, all), normalised),
        Optional.of(
            new MlpSpec.Shared(
                new MlpSpec.Gated(
                    values.count("shared_expert_intermediate_size", shared), activation, false),
                true)));
  }

  private static TensorSource fused(String name, int number, int count) {
    return TensorSource.of("mlp.experts." + name, "").withMatrix(number, count);
  }

  private static TensorSource single(int number, String name) {
    return TensorSource.named("mlp.experts." + number + "." + name);
  }

  /** Of attention, whose queries come with their gates head by head, and of what all share. */
  private static TensorNames names(Sizes sizes) {
    int dim = sizes.headDim();
    int heads = sizes.heads();
    TensorSource query = TensorSource.named("self_attn.q_proj");
    Map<String, TensorSource> sources = new HashMap<>();
    sources.put("delta_conv", TensorSource.of("linear_attn.conv1d.weight", "").withFlatRows());
    sources.put("delta_dt_bias", TensorSource.of("linear_attn.dt_bias", ""));
    sources.put("delta_a_log", TensorSource.of("linear_attn.A_log", ""));
    sources.put("query", query.withRows(part(heads, 2 * dim, 0, dim)));
    sources.put("attention_gate", query.withRows(part(heads, 2 * dim, dim, dim)));
    return TensorNames.LLAMA
        .with(TensorNames.HEAD_NORMS)
        .with(TensorNames.SHARED_EXPERT)
        .with(
            Map.of(
                "router", "mlp.gate",
                "delta_norm", "linear_attn.norm",
                "delta_output", "linear_attn.out_proj"))
        .withSources(sources);
  }

  /** Rows {@code [first, first + chunk)} of each of some groups. */
  private static TensorSource.RowPattern part(int groups, int size, int first, int chunk) {
    return new TensorSource.RowPattern(groups * size, first, chunk, size, groups);
  }

  /** The projections of the delta rule as Qwen 3.5 has them. */
  private static Map<String, TensorSource> joined(DeltaSpec delta) {
    TensorSource qkv = TensorSource.named("linear_attn.in_proj_qkv");
    int keys = delta.keys();
    int all = 2 * keys + delta.values();
    return Map.of(
        "delta_query", qkv.withRows(all, 0, keys),
        "delta_key", qkv.withRows(all, keys, keys),
        "delta_value", qkv.withRows(all, 2 * keys, delta.values()),
        "delta_gate", TensorSource.named("linear_attn.in_proj_z"),
        "delta_beta", TensorSource.named("linear_attn.in_proj_b"),
        "delta_decay", TensorSource.named("linear_attn.in_proj_a"));
  }

  /** As Qwen3-Next has them: head of keys by head of keys. */
  private static Map<String, TensorSource> interleaved(DeltaSpec delta, int perKey) {
    TensorSource qkvz = TensorSource.named("linear_attn.in_proj_qkvz");
    TensorSource ba = TensorSource.named("linear_attn.in_proj_ba");
    int heads = delta.keyHeads();
    int key = delta.keyDim();
    int value = perKey * delta.valueDim();
    int size = 2 * key + 2 * value;
    return Map.of(
        "delta_query", qkvz.withRows(part(heads, size, 0, key)),
        "delta_key", qkvz.withRows(part(heads, size, key, key)),
        "delta_value", qkvz.withRows(part(heads, size, 2 * key, value)),
        "delta_gate", qkvz.withRows(part(heads, size, 2 * key + value, value)),
        "delta_beta", ba.withRows(part(heads, 2 * perKey, 0, perKey)),
        "delta_decay", ba.withRows(part(heads, 2 * perKey, perKey, perKey)));
  }
}
