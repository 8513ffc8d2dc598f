package io.gensweep.engine;

/** Plain Java. The counters of one engine while they count; one thread. */
final class Tally {
  private long steps;
  private long prefillTokens;
  private long copiedTokens;
  private long decodeTokens;
  private int maxBatch;
  private long admitNanos;
  private long prefillNanos;
  private long decodeNanos;
  private long sampleNanos;
  private long halvings;
  private long mark;

  void begin() {
    steps++;
    mark = System.nanoTime();
  }

  void admitted() {
    admitNanos += sinceMark();
  }

  void prefillTokens(int tokens) {
    prefillTokens += tokens;
  }

  void copiedTokens(int tokens) {
    copiedTokens += tokens;
  }

  void prefilled() {
    prefillNanos += sinceMark();
  }

  void decoded(int batch) {
    decodeTokens += batch;
    maxBatch = Math.max(maxBatch, batch);
    decodeNanos += sinceMark();
  }

  void sampled() {
    sampleNanos += sinceMark();
  }

  /** The time of a step that failed is counted nowhere. */
  void halved() {
    halvings++;
  }

  EngineCounters counters() {
    return new EngineCounters(
        steps,
        prefillTokens,
        copiedTokens,
        decodeTokens,
        maxBatch,
        admitNanos,
        prefillNanos,
        decodeNanos,
        sampleNanos,
        halvings);
  }

  private long sinceMark() {
    long now = System.nanoTime();
    long nanos = now - mark;
    mark = now;
    return nanos;
  }
}
