package io.gensweep.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Plain Java. Draws tokens from rows of logits: penalties and mask, temperature, top-k, top-p on
 * the softmax of what top-k left, min-p, renormalisation, draw.
 *
 * <p>Logits are scaled in float32 (HF's arithmetic); all that follows is double, with StrictMath,
 * so that no bit depends on the processor or the compiler. What is drawn, and every bit of its
 * log-probs, is the same for any number of candidates. Not thread-safe: one per engine, whose
 * buffers it keeps.
 */
public final class Sampler {
  private final Ranking ranking = new Ranking();
  private double[] probabilities = new double[1024];

  public Drawn draw(Candidates row, SamplingConfig sampling, double uniform) {
    return draw(row, sampling, LogitsRules.none(), uniform);
  }

  /**
   * The first token, in descending probability with ties by ascending id, whose cumulative mass
   * exceeds {@code uniform} times the mass of what was kept.
   *
   * @param uniform in [0, 1); not looked at when greedy
   * @throws NonFiniteLogitsException where the row has no distribution
   */
  public Drawn draw(Candidates row, SamplingConfig sampling, LogitsRules rules, double uniform) {
    double logSumExp = finite(row.logSumExp(), "log-sum-exp");
    ranking.start(row, sampling.greedy() ? 1 : (float) sampling.temperature(), rules);
    if (!ranking.has(0)) {
      throw new NonFiniteLogitsException("no token is left to draw: every logit is -inf or masked");
    }
    if (sampling.greedy()) {
      return new Drawn(ranking.tokenId(0), logprob(ranking.logit(0) - logSumExp), 0);
    }
    int most = sampling.topK() > 0 ? topK(sampling.topK()) : Integer.MAX_VALUE;
    double normaliser = normaliser(row, rules, most);
    int place;
    double mass;
    if (most == Integer.MAX_VALUE && sampling.topP() == 1 && sampling.minP() == 0) {
      mass = 1;
      place = placeInWhole(normaliser, uniform);
    } else {
      int kept = keep(sampling, normaliser, most);
      mass = mass(kept);
      place = placeInKept(kept, uniform * mass);
    }
    double samplingLogprob = ranking.value(place) - normaliser - StrictMath.log(mass);
    return new Drawn(
        ranking.tokenId(place),
        logprob(ranking.logit(place) - logSumExp),
        logprob(samplingLogprob));
  }

  /**
   * The best tokens of the model's own distribution, descending, ties by ascending id; tokens of
   * probability 0 are left out.
   */
  public List<TopLogprob> top(Candidates row, int count) {
    double logSumExp = finite(row.logSumExp(), "log-sum-exp");
    ranking.start(row, 1, LogitsRules.none());
    List<TopLogprob> best = new ArrayList<>(count);
    for (int i = 0; i < count && ranking.has(i); i++) {
      best.add(new TopLogprob(ranking.tokenId(i), logprob(ranking.value(i) - logSumExp)));
    }
    return best;
  }

  /** How many tokens top-k keeps: k, and all that tie with the k-th. */
  private int topK(int k) {
    int kept = 0;
    while (kept < k && ranking.has(kept)) {
      kept++;
    }
    while (ranking.tiesWithNext(kept - 1)) {
      kept++;
    }
    return kept;
  }

  /** Natural log of the sum over the tokens that top-k left. */
  private double normaliser(Candidates row, LogitsRules rules, int most) {
    if (most < Integer.MAX_VALUE) {
      double sum = 0;
      for (int i = 0; i < most; i++) {
        sum += StrictMath.exp((double) ranking.value(i) - ranking.value(0));
      }
      return ranking.value(0) + StrictMath.log(sum);
    }
    if (rules.mask() || rules.penalise()) {
      return ranking.logSumExp();
    }
    return finite(row.scaledLogSumExp(), "log-sum-exp over temperature");
  }

  /**
   * How many tokens top-p and min-p keep, at least one. Mass adds up in double and is compared as
   * float, so that 0.4 + 0.3 + 0.2, which is 0.8999... in double, reaches a top_p of 0.9.
   */
  private int keep(SamplingConfig sampling, double normaliser, int most) {
    float least = (float) (sampling.minP() * probability(0, normaliser));
    float enough = sampling.topP() < 1 ? (float) sampling.topP() : Float.POSITIVE_INFINITY;
    double mass = 0;
    int kept = 0;
    while (kept < most && (float) mass < enough && ranking.has(kept)) {
      double probability = probability(kept, normaliser);
      if (kept > 0 && (float) probability < least) {
        break;
      }
      if (kept == probabilities.length) {
        probabilities = Arrays.copyOf(probabilities, 2 * kept);
      }
      probabilities[kept++] = probability;
      mass += probability;
    }
    return kept;
  }

  private double mass(int kept) {
    double mass = 0;
    for (int i = 0; i < kept; i++) {
      mass += probabilities[i];
    }
    return mass;
  }

  /** The last token where rounding left the whole mass below {@code target}. */
  private int placeInKept(int kept, double target) {
    double cumulative = 0;
    for (int i = 0; i < kept; i++) {
      cumulative += probabilities[i];
      if (cumulative > target) {
        return i;
      }
    }
    int last = kept - 1;
    while (probabilities[last] == 0) {
      last--;
    }
    return last;
  }

  /** As above, on all tokens, looking only as far as the draw falls. */
  private int placeInWhole(double normaliser, double target) {
    double cumulative = 0;
    int place = 0;
    for (int i = 0; ranking.has(i); i++) {
      double probability = probability(i, normaliser);
      cumulative += probability;
      if (cumulative > target) {
        return i;
      }
      if (probability > 0) {
        place = i;
      }
    }
    return place;
  }

  private double probability(int i, double normaliser) {
    return StrictMath.exp(ranking.value(i) - normaliser);
  }

  /** Rounding in a log-sum-exp must not make a probability larger than 1. */
  private static float logprob(double logprob) {
    return logprob < 0 ? (float) logprob : 0;
  }

  private static double finite(double value, String name) {
    if (!Double.isFinite(value)) {
      throw new NonFiniteLogitsException(name + " of the logits must be finite, was " + value);
    }
    return value;
  }
}
