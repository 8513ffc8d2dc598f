package io.gensweep.sampling;

import java.util.Locale;

/** Whose rules apply where those of HF transformers and of vLLM differ. */
public enum Profile {
  /** Min-p after top-k and top-p; bad words are looked for across the end of the prompt. */
  HF,
  /** Min-p before top-k and top-p; bad words are looked for in the continuation alone. */
  VLLM;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
