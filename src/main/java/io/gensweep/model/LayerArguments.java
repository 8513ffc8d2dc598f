package io.gensweep.model;

import ai.djl.pytorch.jni.IValue;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DeltaSpec;
import io.gensweep.model.spec.EndsSpec;
import io.gensweep.model.spec.HeadNorm;
import io.gensweep.model.spec.KvSource;
import io.gensweep.model.spec.LayerEmbeddings;
import io.gensweep.model.spec.LayerInput;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.MlpSpec;
import io.gensweep.model.spec.NormSpec;
import io.gensweep.model.spec.PositionScale;
import io.gensweep.model.spec.RouterSpec;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What the decoder program takes of a spec beside tensors: numbers and words by their names. Only
 * the program's {@code add_layer} and {@code set_ends} read them.
 */
final class LayerArguments {
  private final Map<String, Double> numbers = new HashMap<>();
  private final Map<String, String> words = new HashMap<>();

  private LayerArguments() {}

  static LayerArguments of(EndsSpec ends) {
    LayerArguments arguments = new LayerArguments();
    arguments.norm("final_norm", Optional.of(ends.finalNorm()));
    ends.layerEmbeddings().ifPresent(arguments::layerEmbeddings);
    return arguments;
  }

  /**
   * Of a layer.
   *
   * @param place of its KV rows
   */
  static LayerArguments of(LayerSpec layer, CacheLayout.Place place) {
    LayerArguments arguments = new LayerArguments();
    arguments.put("group", place.group());
    arguments.put("column", place.column());
    arguments.norm("mixer_norm", layer.norms().mixerInput());
    arguments.norm("mixer_out_norm", layer.norms().mixerOutput());
    arguments.norm("mlp_norm", layer.norms().mlpInput());
    arguments.norm("mlp_out_norm", layer.norms().mlpOutput());
    arguments.put("parallel", layer.parallel());
    arguments.put("block_scale", layer.blockScale());
    if (layer.mixer() instanceof AttentionSpec attention) {
      arguments.attention(attention);
    } else if (layer.mixer() instanceof DeltaSpec delta) {
      arguments.delta(delta);
    }
    arguments.mlp(layer.mlp());
    arguments.norm("layer_input_norm", layer.input().map(LayerInput::norm));
    return arguments;
  }

  private void layerEmbeddings(LayerEmbeddings embeddings) {
    put("layer_width", embeddings.width());
    put("layer_embedding_scale", embeddings.embeddingScale());
    put("layer_product_scale", embeddings.productScale());
    put("layer_embeddings_scale", embeddings.scale());
    norm("layer_embedding_norm", Optional.of(embeddings.norm()));
  }

  private void attention(AttentionSpec attention) {
    put("heads", attention.heads());
    put("kv_heads", attention.kvHeads());
    put("head_dim", attention.headDim());
    put("scale", attention.scores().scale());
    put("cap", attention.scores().cap());
    put("window", attention.window());
    put("clip", attention.clip());
    put("rope", attention.rope().orElse(-1));
    put("position_beta", attention.queryScale().map(PositionScale::beta).orElse(0.0));
    put("position_original", attention.queryScale().map(PositionScale::original).orElse(1.0));
    Optional<NormSpec> norm = attention.headNorm().map(HeadNorm::norm);
    norm("query_norm", norm);
    norm("key_norm", attention.hasOwnKv() ? norm : Optional.empty());
    if (attention.kv() instanceof KvSource.OfLayer source) {
      put("kv_layer", source.number());
    } else if (attention.kv() instanceof KvSource.Own own) {
      norm("value_norm", own.valueNorm());
    }
    words.put("head_norm", attention.headNorm().map(each -> name(each.place())).orElse("none"));
  }

  private void delta(DeltaSpec delta) {
    put("key_heads", delta.keyHeads());
    put("value_heads", delta.valueHeads());
    put("key_dim", delta.keyDim());
    put("value_dim", delta.valueDim());
    norm("delta_norm", Optional.of(delta.norm()));
  }

  private void mlp(MlpSpec mlp) {
    if (mlp instanceof MlpSpec.Dense dense) {
      dense(dense);
    } else if (mlp instanceof MlpSpec.Experts experts) {
      RouterSpec router = experts.router();
      dense(experts.expert());
      words.put("router", name(router.kind()));
      put("experts", experts.count());
      put("chosen", router.chosen());
      put("normalised", router.normalised());
      put("groups", router.groups());
      put("chosen_groups", router.chosenGroups());
      put("router_scale", router.scale());
      norm("router_norm", router.input().map(RouterSpec.Input::norm));
      put("router_input_scale", router.input().map(RouterSpec.Input::scale).orElse(1.0));
    } else if (mlp instanceof MlpSpec.DenseAndExperts both) {
      mlp(both.dense());
      mlp(both.experts());
      norm("dense_out_norm", Optional.of(both.norm()));
      norm("experts_norm", Optional.of(both.norm()));
      norm("experts_out_norm", Optional.of(both.norm()));
    }
  }

  private void dense(MlpSpec.Dense mlp) {
    words.put("activation", name(mlp.activation()));
    if (mlp instanceof MlpSpec.Gated gated) {
      gated
          .clamp()
          .ifPresent(
              clamp -> {
                put("clamp_factor", clamp.factor());
                put("clamp_limit", clamp.limit());
              });
    }
  }

  private void norm(String role, Optional<NormSpec> norm) {
    norm.ifPresent(
        each -> {
          words.put(role, each.kind());
          put(role + ".eps", each.epsilon());
        });
  }

  private void put(String name, double value) {
    numbers.put(name, value);
  }

  private void put(String name, boolean value) {
    put(name, value ? 1 : 0);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  IValue numbers() {
    Map<String, IValue> values = new HashMap<>();
    numbers.forEach((name, value) -> values.put(name, IValue.from(value)));
    return IValue.stringIValueMapFrom(values);
  }

  IValue words() {
    Map<String, IValue> values = new HashMap<>();
    words.forEach((name, value) -> values.put(name, IValue.from(value)));
    return IValue.stringIValueMapFrom(values);
  }
}
