package io.gensweep.report.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The measures of one sweep point of one output.
 *
 * @param prompts that have a completion
 * @param finishReasons share of the rows by reason
 * @param distinct by n, the share of different n-grams of token ids among a prompt's samples
 * @param selfBleu mean BLEU-4 of a sample with the others of its prompt; empty for single samples
 * @param entropy of the distribution that was drawn from, per token in nats, estimated by the draws
 * @param perplexity of the continuations under the model
 * @param logprobHistogram tokens by log-prob, in bins of 0.25 from 0 down; the last has all below
 * @param scorers by name
 */
public record PointMeasures(
    long prompts,
    long rows,
    long tokens,
    Lengths lengths,
    SortedMap<String, Double> finishReasons,
    SortedMap<Integer, Double> distinct,
    OptionalDouble selfBleu,
    double entropy,
    double perplexity,
    List<Long> logprobHistogram,
    Map<String, ScorerMeasures> scorers) {

  /** The measures of a tally, which has at least one row. */
  static PointMeasures of(PointTally tally, Map<String, ScorerMeasures> scorers) {
    SortedMap<String, Double> reasons = new TreeMap<>();
    tally.finishReasons.forEach(
        (reason, count) -> reasons.put(reason, (double) count / tally.rows));
    SortedMap<Integer, Double> distinct = new TreeMap<>();
    for (int n = 1; n <= PointTally.DISTINCT_ORDERS; n++) {
      if (tally.distinctPrompts[n - 1] > 0) {
        distinct.put(n, Fixed.mean(tally.distinct[n - 1], tally.distinctPrompts[n - 1]));
      }
    }
    List<Long> histogram = new ArrayList<>();
    for (long count : tally.histogram) {
      histogram.add(count);
    }
    return new PointMeasures(
        tally.prompts,
        tally.rows,
        tally.tokens,
        Lengths.of(tally),
        reasons,
        distinct,
        tally.selfBleuPrompts == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(Fixed.mean(tally.selfBleu, tally.selfBleuPrompts)),
        tally.tokens == 0 ? 0 : -Fixed.log(tally.samplingLogprobs) / tally.tokens,
        tally.tokens == 0 ? 1 : Math.exp(-Fixed.log(tally.logprobs) / tally.tokens),
        histogram,
        scorers);
  }
}
