package io.gensweep.engine;

/** Plain Java. Why a continuation ended. */
public enum FinishReason {
  /** A stop token or a stop string. */
  STOP,
  /** max_tokens, or the model's length. */
  LENGTH,
  /** It was caught in a loop, by repetition_detection. */
  REPETITION,
  /** It failed; the completion says how. */
  ERROR
}
