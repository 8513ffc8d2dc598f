package io.gensweep.model;

import java.util.List;

/**
 * Plain Java. What the engine must know of a model.
 *
 * @param vocabSize tokens that have a logit
 * @param maxModelLen most tokens of prompt and continuation together
 * @param eosTokenIds tokens that end a continuation
 */
public record ModelShape(int vocabSize, int maxModelLen, List<Integer> eosTokenIds) {
  public ModelShape {
    require(vocabSize >= 1, "vocab_size must be >= 1, was " + vocabSize);
    require(maxModelLen >= 1, "max_model_len must be >= 1, was " + maxModelLen);
    eosTokenIds = List.copyOf(eosTokenIds);
    require(eosTokenIds.stream().allMatch(id -> id >= 0), "EOS ids must be >= 0: " + eosTokenIds);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
