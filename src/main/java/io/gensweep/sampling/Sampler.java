package io.gensweep.sampling;

import java.util.ArrayList;
import java.util.List;

/**
 * Draws tokens from rows of logits: {@link LogitsRules}, temperature, {@link Survivors},
 * renormalisation, draw. Greedy takes the best after the rules.
 *
 * <p>Logits are scaled in float32 (HF's arithmetic); all that follows is double, with StrictMath,
 * so that no bit depends on the processor or the compiler. What is drawn, and every bit of its
 * log-probs, is the same for any number of candidates. Not thread-safe: one per engine, whose
 * buffers it keeps.
 */
public final class Sampler {
  private final Ranking ranking = new Ranking();
  private final Survivors survivors = new Survivors();

  public Drawn draw(Candidates row, SamplingConfig sampling, double uniform) {
    return draw(row, sampling, LogitsRules.NONE, uniform);
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
    int rank;
    double samplingLogprob;
    if (sampling.greedy()) {
      rank = 0;
      samplingLogprob = 0;
    } else if (sampling.truncates()) {
      survivors.cut(ranking, sampling);
      int place = survivors.draw(uniform);
      rank = survivors.rank(place);
      samplingLogprob = survivors.logprob(place);
    } else {
      double normaliser = finite(ranking.logSumExp(), "log-sum-exp over temperature");
      rank = rankInWhole(normaliser, uniform);
      samplingLogprob = ranking.value(rank) - normaliser;
    }
    return new Drawn(
        ranking.tokenId(rank), logprob(ranking.logit(rank) - logSumExp), logprob(samplingLogprob));
  }

  /**
   * The best tokens of the model's own distribution, descending, ties by ascending id; tokens of
   * probability 0 are left out.
   */
  public List<TopLogprob> top(Candidates row, int count) {
    double logSumExp = finite(row.logSumExp(), "log-sum-exp");
    ranking.start(row, 1, LogitsRules.NONE);
    List<TopLogprob> best = new ArrayList<>(Math.min(count, row.vocabSize()));
    for (int i = 0; i < count && ranking.has(i); i++) {
      best.add(new TopLogprob(ranking.tokenId(i), logprob(ranking.value(i) - logSumExp)));
    }
    return best;
  }

  /**
   * Guesses from the mass of a row's candidates whether a draw will look beyond them, so that more
   * can be fetched for many rows at once. No bit depends on it.
   *
   * @param uniform of the draw
   */
  public static boolean looksBeyond(Candidates row, SamplingConfig sampling, double uniform) {
    if (sampling.greedy() || sampling.topK() > 0) {
      return Math.max(sampling.topK(), sampling.logprobs()) >= row.size();
    }
    float temperature = (float) sampling.temperature();
    double best = row.logit(0) / temperature;
    if (sampling.minP() > 0) {
      return row.logit(row.size() - 1) / temperature - best >= Math.log(sampling.minP());
    }
    double logSumExp = row.logSumExp(temperature);
    double mass = 0;
    for (int i = 0; i < row.size(); i++) {
      mass += Math.exp(row.logit(i) / temperature - logSumExp);
    }
    return mass <= (sampling.truncates() ? sampling.topP() : uniform)
        || sampling.logprobs() >= row.size();
  }

  /** Draws from all tokens, reading the ranking only as far as the draw needs. */
  private int rankInWhole(double normaliser, double target) {
    double cumulative = 0;
    int last = 0;
    for (int i = 0; ranking.has(i); i++) {
      double probability = StrictMath.exp(ranking.value(i) - normaliser);
      cumulative += probability;
      if (cumulative > target) {
        return i;
      }
      if (probability > 0) {
        last = i;
      }
    }
    return last;
  }

  /** Rounding in a log-sum-exp must not make a probability larger than 1. */
  private static float logprob(double logprob) {
    return logprob < 0 ? (float) logprob : 0;
  }

  static double finite(double value, String name) {
    if (!Double.isFinite(value)) {
      throw new NonFiniteLogitsException(name + " of the logits must be finite, was " + value);
    }
    return value;
  }
}
