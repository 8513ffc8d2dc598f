package io.gensweep.engine;

import java.io.Serializable;

/**
 * What an engine has done so far.
 *
 * @param steps calls of step
 * @param prefillTokens positions filled by prefill
 * @param reusedTokens positions taken over from prompts that begin alike instead
 * @param decodedRows rows decoded, one a step for all variants that have drawn the same tokens
 * @param drawnTokens tokens drawn from them, one a variant
 * @param maxBatch most sequences decoded together
 * @param putBack sequences that began again because the KV cache was full
 * @param halvings of the batch, for want of memory
 * @param admitNanos time in each phase, nanoseconds
 * @param sampleNanos drawing, delivering and retiring
 */
public record EngineCounters(
    long steps,
    long prefillTokens,
    long reusedTokens,
    long decodedRows,
    long drawnTokens,
    int maxBatch,
    long putBack,
    long halvings,
    long admitNanos,
    long prefillNanos,
    long decodeNanos,
    long sampleNanos)
    implements Serializable {
  public static final EngineCounters NONE = new EngineCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  public long busyNanos() {
    return admitNanos + prefillNanos + decodeNanos + sampleNanos;
  }

  /** What was done since {@code earlier}; the largest batch is that of all time. */
  public EngineCounters minus(EngineCounters earlier) {
    return new EngineCounters(
        steps - earlier.steps,
        prefillTokens - earlier.prefillTokens,
        reusedTokens - earlier.reusedTokens,
        decodedRows - earlier.decodedRows,
        drawnTokens - earlier.drawnTokens,
        maxBatch,
        putBack - earlier.putBack,
        halvings - earlier.halvings,
        admitNanos - earlier.admitNanos,
        prefillNanos - earlier.prefillNanos,
        decodeNanos - earlier.decodeNanos,
        sampleNanos - earlier.sampleNanos);
  }

  /** What two engines did, or one at two times. */
  public EngineCounters plus(EngineCounters other) {
    return new EngineCounters(
        steps + other.steps,
        prefillTokens + other.prefillTokens,
        reusedTokens + other.reusedTokens,
        decodedRows + other.decodedRows,
        drawnTokens + other.drawnTokens,
        Math.max(maxBatch, other.maxBatch),
        putBack + other.putBack,
        halvings + other.halvings,
        admitNanos + other.admitNanos,
        prefillNanos + other.prefillNanos,
        decodeNanos + other.decodeNanos,
        sampleNanos + other.sampleNanos);
  }
}
