package io.gensweep.engine;

/** The counters of one engine while they count; one thread. */
final class Tally {
  private long steps;
  private long prefillTokens;
  private long reusedTokens;
  private long decodedRows;
  private long drawnTokens;
  private int maxBatch;
  private long halvings;
  private long admitNanos;
  private long prefillNanos;
  private long decodeNanos;
  private long sampleNanos;
  private long mark;

  void begin() {
    steps++;
    mark = System.nanoTime();
  }

  void admitted() {
    admitNanos += sinceMark();
  }

  void filled(int tokens, int reused) {
    prefillTokens += tokens;
    reusedTokens += reused;
  }

  void prefilled() {
    prefillNanos += sinceMark();
  }

  void decoded(int rows) {
    decodedRows += rows;
    maxBatch = Math.max(maxBatch, rows);
    decodeNanos += sinceMark();
  }

  void drawn(int tokens) {
    drawnTokens += tokens;
  }

  void sampled() {
    sampleNanos += sinceMark();
  }

  /** The time of a step that failed is counted nowhere. */
  void halved() {
    halvings++;
  }

  EngineCounters counters(long putBack) {
    return new EngineCounters(
        steps,
        prefillTokens,
        reusedTokens,
        decodedRows,
        drawnTokens,
        maxBatch,
        putBack,
        halvings,
        admitNanos,
        prefillNanos,
        decodeNanos,
        sampleNanos);
  }

  private long sinceMark() {
    long now = System.nanoTime();
    long nanos = now - mark;
    mark = now;
    return nanos;
  }
}
