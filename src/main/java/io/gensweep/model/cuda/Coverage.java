package io.gensweep.model.cuda;

import io.gensweep.model.spec.Activation;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.EndsSpec;
import io.gensweep.model.spec.HeadNorm;
import io.gensweep.model.spec.KvSource;
import io.gensweep.model.spec.LayerNorms;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.MlpSpec;
import io.gensweep.model.spec.NormSpec;
import io.gensweep.model.spec.RopeScaling;
import io.gensweep.model.spec.RopeSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Which decoders the kernels for GPUs compute. */
public final class Coverage {
  /** Query heads that share a key head at most: rows of a tile of attention. */
  private static final int MOST_QUERIES = 16;

  private static final int STEP = 16;
  private static final int MOST_HIDDEN = 8192;
  private static final int MOST_LOGITS = 8192 * 64;

  private Coverage() {}

  /** Why the kernels do not compute a decoder, if they do not. */
  public static Optional<String> whyNot(DecoderSpec spec) {
    LayerSpec layer = spec.layers().get(0);
    if (spec.layers().stream().anyMatch(other -> !other.equals(layer))) {
      return Optional.of("they take layers that are all alike");
    }
    if (!(layer.mixer() instanceof AttentionSpec attention)) {
      return Optional.of("they have no gated delta rule");
    }
    Map<String, Boolean> needed = new LinkedHashMap<>();
    needed.put(
        "sizes that are multiples of 16, and a hidden size of at most 8,192",
        spec.hiddenSize() % STEP == 0
            && spec.hiddenSize() <= MOST_HIDDEN
            && spec.vocabSize() <= MOST_LOGITS);
    needed.put("Llama's ends", hasPlainEnds(spec.ends()));
    needed.put("Llama's norms before each block", hasPlainBlocks(layer));
    needed.put("an MLP of gate, up and SiLU without biases", isSwiGlu(layer.mlp()));
    needed.put("heads of 32, 64, 96 or 128, at most 16 to a key", hasKnownHeads(attention));
    needed.put("attention without caps, sinks, clips and gates", isPlain(attention));
    needed.put("norms of heads as Qwen 3 has them", hasKnownHeadNorms(attention));
    needed.put(
        "a rotary table for whole heads",
        attention.rope().isPresent()
            && isKnown(spec.ropes().get(attention.rope().getAsInt()), attention.headDim()));
    return needed.entrySet().stream()
        .filter(each -> !each.getValue())
        .map(each -> "they take " + each.getKey())
        .findFirst();
  }

  private static boolean hasPlainEnds(EndsSpec ends) {
    return ends.equals(EndsSpec.of(ends.tied(), ends.finalNorm())) && isPlain(ends.finalNorm());
  }

  private static boolean isPlain(NormSpec norm) {
    return norm instanceof NormSpec.RootMeanSquare rms
        && rms.weight() == NormSpec.RootMeanSquare.Weight.ROUNDED;
  }

  private static boolean hasPlainBlocks(LayerSpec layer) {
    Optional<NormSpec> norm = layer.norms().mixerInput();
    return norm.filter(Coverage::isPlain).isPresent()
        && layer.norms().equals(LayerNorms.before(norm.get()))
        && layer.equals(LayerSpec.of(layer.mixer(), layer.mlp(), layer.norms()));
  }

  private static boolean isSwiGlu(MlpSpec mlp) {
    return mlp instanceof MlpSpec.Gated gated
        && gated.activation() == Activation.SILU
        && !gated.bias()
        && gated.clamp().isEmpty()
        && gated.size() % STEP == 0;
  }

  private static boolean hasKnownHeads(AttentionSpec attention) {
    return switch (attention.headDim()) {
      case 32, 64, 96, 128 -> attention.heads() / attention.kvHeads() <= MOST_QUERIES;
      default -> false;
    };
  }

  private static boolean isPlain(AttentionSpec attention) {
    return attention.kv().equals(KvSource.Own.PLAIN)
        && attention.queryScale().isEmpty()
        && attention.scores().cap() == 0
        && !attention.scores().sinks()
        && !attention.gated()
        && attention.clip() == 0;
  }

  private static boolean hasKnownHeadNorms(AttentionSpec attention) {
    return attention
        .headNorm()
        .map(norm -> norm.place() == HeadNorm.Place.BEFORE_ROTATION && isPlain(norm.norm()))
        .orElse(true);
  }

  private static boolean isKnown(RopeSpec rope, int head) {
    return rope.width() == head
        && !rope.interleaved()
        && !(rope.scaling() instanceof RopeScaling.LongRope);
  }
}
