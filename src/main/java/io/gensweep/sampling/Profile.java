package io.gensweep.sampling;

import java.util.Locale;

/** Which library's rules apply where HF transformers and vLLM differ. */
public enum Profile {
  /** Min-p after top-k and top-p; bad words may begin in the prompt. */
  HF,
  /** Min-p before top-k and top-p; bad words must lie in the continuation. */
  VLLM;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
