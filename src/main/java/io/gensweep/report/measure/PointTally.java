package io.gensweep.report.measure;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** Executor to driver. What the rows of one point sum up to, whatever the scorers say of them. */
final class PointTally implements Serializable {
  private static final long serialVersionUID = 1L;

  static final int DISTINCT_ORDERS = 3;

  /** Bins of log-probs, a quarter each from 0 down; the last one has all below. */
  static final int BINS = 41;

  static final double BIN_WIDTH = 0.25;

  long prompts;
  long rows;
  long tokens;
  long logprobs;
  long samplingLogprobs;
  final TreeMap<Integer, Long> lengths = new TreeMap<>();
  final TreeMap<String, Long> finishReasons = new TreeMap<>();
  final long[] histogram = new long[BINS];
  final long[] distinct = new long[DISTINCT_ORDERS];
  final long[] distinctPrompts = new long[DISTINCT_ORDERS];
  long selfBleu;
  long selfBleuPrompts;

  /** Adds the samples of a prompt. */
  void add(List<Draw> samples) {
    prompts++;
    for (Draw draw : samples) {
      rows++;
      tokens += draw.tokens();
      logprobs += Fixed.log(draw.cumulativeLogprob());
      samplingLogprobs += Fixed.log(draw.samplingLogprob());
      lengths.merge(draw.tokens(), 1L, Long::sum);
      finishReasons.merge(draw.finishReason(), 1L, Long::sum);
      for (float logprob : draw.logprobs()) {
        histogram[bin(logprob)]++;
      }
    }
    List<int[]> texts = samples.stream().map(Draw::tokenIds).toList();
    for (int n = 1; n <= DISTINCT_ORDERS; n++) {
      OptionalDouble share = NGrams.distinct(texts, n);
      distinctPrompts[n - 1] += share.isPresent() ? 1 : 0;
      distinct[n - 1] += Fixed.share(share.orElse(0));
    }
    OptionalDouble bleu = NGrams.selfBleu(texts);
    selfBleuPrompts += bleu.isPresent() ? 1 : 0;
    selfBleu += Fixed.share(bleu.orElse(0));
  }

  private static int bin(float logprob) {
    double bins = -logprob / BIN_WIDTH;
    return bins >= BINS - 1 ? BINS - 1 : (int) Math.max(0, bins);
  }

  void merge(PointTally other) {
    prompts += other.prompts;
    rows += other.rows;
    tokens += other.tokens;
    logprobs += other.logprobs;
    samplingLogprobs += other.samplingLogprobs;
    other.lengths.forEach((length, count) -> lengths.merge(length, count, Long::sum));
    other.finishReasons.forEach((reason, count) -> finishReasons.merge(reason, count, Long::sum));
    for (int bin = 0; bin < BINS; bin++) {
      histogram[bin] += other.histogram[bin];
    }
    for (int n = 0; n < DISTINCT_ORDERS; n++) {
      distinct[n] += other.distinct[n];
      distinctPrompts[n] += other.distinctPrompts[n];
    }
    selfBleu += other.selfBleu;
    selfBleuPrompts += other.selfBleuPrompts;
  }

  /** A quantile of the lengths, between two of them in proportion, as numpy's default has it. */
  double length(double quantile) {
    double place = quantile * (rows - 1);
    long below = (long) Math.floor(place);
    long low = lengthAt(below);
    long high = lengthAt(Math.min(rows - 1, below + 1));
    return low + (place - below) * (high - low);
  }

  private long lengthAt(long place) {
    long before = 0;
    for (Map.Entry<Integer, Long> entry : lengths.entrySet()) {
      before += entry.getValue();
      if (place < before) {
        return entry.getKey();
      }
    }
    return lengths.isEmpty() ? 0 : lengths.lastKey();
  }
}
