package io.gensweep.engine;

/**
 * Plain Java. What an engine has done so far.
 *
 * @param steps calls of step
 * @param prefillTokens positions filled by prefill
 * @param copiedTokens positions copied from a sibling instead
 * @param decodeTokens tokens decoded, which is tokens drawn
 * @param maxBatch most sequences decoded together
 * @param admitNanos time in each phase, nanoseconds
 * @param sampleNanos drawing, delivering and retiring
 * @param halvings of the batch, for want of memory
 */
public record EngineCounters(
    long steps,
    long prefillTokens,
    long copiedTokens,
    long decodeTokens,
    int maxBatch,
    long admitNanos,
    long prefillNanos,
    long decodeNanos,
    long sampleNanos,
    long halvings) {

  public long busyNanos() {
    return admitNanos + prefillNanos + decodeNanos + sampleNanos;
  }

  /** What was done since {@code earlier}; the largest batch is that of all time. */
  public EngineCounters minus(EngineCounters earlier) {
    return new EngineCounters(
        steps - earlier.steps,
        prefillTokens - earlier.prefillTokens,
        copiedTokens - earlier.copiedTokens,
        decodeTokens - earlier.decodeTokens,
        maxBatch,
        admitNanos - earlier.admitNanos,
        prefillNanos - earlier.prefillNanos,
        decodeNanos - earlier.decodeNanos,
        sampleNanos - earlier.sampleNanos,
        halvings - earlier.halvings);
  }
}
