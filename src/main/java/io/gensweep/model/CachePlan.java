package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.LongContext;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.RopeScaling;
import io.gensweep.model.spec.RopeSpec;

/**
 * Sizes the KV cache of a decoder, and the states of its sequences, by the memory that there is.
 */
record CachePlan(DecoderSpec spec, CacheLayout layout, DecoderSettings settings, Backend backend) {
  /** More positions than any prompt has, in whole blocks. */
  private static final int NO_PREFIXES = 1 << 30;

  /**
   * The pool for that much memory, in bytes.
   *
   * @throws JobError if it holds no sequence of the longest kind
   */
  BlockPool pool(long memory) {
    int states = states(memory);
    int blocks = cacheBlocks(memory - states * spec.stateBytes(settings.dtype()));
    return new BlockPool(blocks, layout.groups(), prefixUnit(states), longContext(), states);
  }

  /**
   * Kernels give a token the same bits wherever its span begins. libtorch's operations do so for
   * spans that begin where those of other prompts do. A state is that of a whole prompt, so prompts
   * which only begin alike share nothing.
   */
  private int prefixUnit(int states) {
    if (states > 0) {
      return NO_PREFIXES;
    }
    return backend.hasOwnKernels() ? BlockPool.BLOCK : TorchDecoder.CALL_TOKENS;
  }

  /** HF takes the factors for long sequences as soon as one is longer than the pre-training's. */
  private LongContext longContext() {
    return spec.ropes().stream()
        .map(RopeSpec::scaling)
        .filter(RopeScaling.LongRope.class::isInstance)
        .map(RopeScaling.LongRope.class::cast)
        .findFirst()
        .map(rope -> new LongContext((int) rope.originalPositions(), settings.maxModelLen()))
        .orElse(LongContext.NONE);
  }

  /**
   * States of sequences, where the model has them: of twice a batch, since branches that part wait
   * for their turn, or what half of the memory holds.
   */
  private int states(long memory) {
    long bytes = spec.stateBytes(settings.dtype());
    if (bytes == 0) {
      return 0;
    }
    if (bytes > memory / 2) {
      throw new JobError(
          "model.path: the state of one sequence takes "
              + (bytes >> 20)
              + " MiB, and there are "
              + (memory >> 20)
              + " for states and KV cache; give each executor more memory");
    }
    return (int) Math.min(2L * settings.maxBatch(), memory / 2 / bytes);
  }

  /** Room for max_batch sequences of the longest kind, or for as many tokens as memory allows. */
  private int cacheBlocks(long memory) {
    int one = BlockPool.neededBy(layout.groups(), settings.maxModelLen());
    int further = BlockPool.heldBy(layout.groups(), settings.maxModelLen());
    long blockBytes = layout.blockBytes(settings.dtype());
    long affordable = memory / blockBytes;
    if (affordable < one) {
      throw new JobError(
          "model.max_model_len: a context of "
              + settings.maxModelLen()
              + " tokens needs "
              + ((one * blockBytes) >> 20)
              + " MiB for its KV cache and there are "
              + ((affordable * blockBytes) >> 20)
              + "; lower model.max_model_len");
    }
    return (int) Math.min(one + (settings.maxBatch() - 1L) * further, affordable);
  }
}
