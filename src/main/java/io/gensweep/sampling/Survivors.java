package io.gensweep.sampling;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The tokens of a ranking that remain after top-k, top-p and the other truncating rules, with their
 * probabilities.
 *
 * <p>The order, for HF's profile: top-k, top-p, min-p, typical-p, epsilon, eta; for vLLM's, min-p
 * comes first. Each rule sees the softmax of what those before it left. Probabilities and their
 * sums are doubles, compared as floats, so that 0.4 + 0.3 + 0.2, which is 0.8999... in double,
 * reaches a top_p of 0.9. The best token passes every rule but typical-p, which keeps one of its
 * own.
 */
final class Survivors {
  private Ranking ranking;
  private int[] ranks = new int[1024];
  private double[] probabilities = new double[1024];
  private int count;
  private double normaliser;
  private double mass;

  /** Scratch space for the sort of typical-p. */
  private long[] keys = {};

  /** Applies the truncating rules to a ranking of at least one token. */
  void cut(Ranking of, SamplingConfig sampling) {
    ranking = of;
    int most = prefix(sampling);
    normaliser = most < Integer.MAX_VALUE ? sumOf(most) : finite(ranking.logSumExp());
    boolean laterMinP = sampling.profile() == Profile.HF && sampling.minP() > 0;
    // Where nothing renormalises between, epsilon ends the search instead of cutting after it.
    boolean early = !laterMinP && sampling.topP() == 1 && sampling.typicalP() == 1;
    take(most, sampling, laterMinP, early ? (float) sampling.epsilonCutoff() : 0);
    if (sampling.typicalP() < 1) {
      cutTypical((float) sampling.typicalP());
    }
    if (sampling.epsilonCutoff() > 0 && !early) {
      cutBelow((float) sampling.epsilonCutoff());
    }
    if (sampling.etaCutoff() > 0) {
      double eta = sampling.etaCutoff();
      cutBelow((float) Math.min(eta, Math.sqrt(eta) * StrictMath.exp(-entropy())));
    }
  }

  /**
   * Index of the first survivor at which the cumulative mass exceeds a share of all that is left.
   */
  int draw(double uniform) {
    double target = uniform * mass;
    double cumulative = 0;
    for (int i = 0; i < count; i++) {
      cumulative += probabilities[i];
      if (cumulative > target) {
        return i;
      }
    }
    // Rounding left the whole mass below the target.
    int last = count - 1;
    while (last > 0 && probabilities[last] == 0) {
      last--;
    }
    return last;
  }

  int size() {
    return count;
  }

  int rank(int i) {
    return ranks[i];
  }

  /** Natural log of a survivor's share of all that is left. */
  double logprob(int i) {
    return ranking.value(ranks[i]) - normaliser - StrictMath.log(mass);
  }

  /** Upper bound on the tokens kept by the rules that come before any softmax. */
  private int prefix(SamplingConfig sampling) {
    int most = Integer.MAX_VALUE;
    if (sampling.profile() == Profile.VLLM && sampling.minP() > 0) {
      most = 1;
      float least = (float) sampling.minP();
      while (ranking.has(most)
          && (float) StrictMath.exp((double) ranking.value(most) - ranking.value(0)) >= least) {
        most++;
      }
    }
    return sampling.topK() > 0 ? Math.min(most, topK(sampling.topK())) : most;
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

  /** Natural log-sum-exp of the first tokens. */
  private double sumOf(int most) {
    double sum = 0;
    for (int i = 0; i < most; i++) {
      sum += StrictMath.exp((double) ranking.value(i) - ranking.value(0));
    }
    return ranking.value(0) + StrictMath.log(sum);
  }

  /** Takes the best token, and those after it as long as top-p, min-p and epsilon let them in. */
  private void take(int most, SamplingConfig sampling, boolean minP, float epsilon) {
    float least = minP ? (float) (sampling.minP() * probability(0)) : 0;
    float enough = sampling.topP() < 1 ? (float) sampling.topP() : Float.POSITIVE_INFINITY;
    count = 0;
    mass = 0;
    while (count < most && (count == 0 || (float) mass < enough) && ranking.has(count)) {
      double probability = probability(count);
      boolean low = (float) probability < least || (float) probability < epsilon;
      if (low && ranking.value(count) < ranking.value(0)) {
        return;
      }
      if (count == ranks.length) {
        ranks = Arrays.copyOf(ranks, 2 * count);
        probabilities = Arrays.copyOf(probabilities, 2 * count);
      }
      ranks[count] = count;
      probabilities[count++] = probability;
      mass += probability;
    }
  }

  /**
   * Keeps the tokens whose surprise is nearest to the entropy, until their mass reaches {@code
   * enough}, and all that are as near as the last of them.
   */
  private void cutTypical(float enough) {
    if (keys.length < count) {
      keys = new long[count];
    }
    double entropy = entropy();
    for (int i = 0; i < count; i++) {
      keys[i] = (long) distance(i, entropy) << 32 | i;
    }
    Arrays.sort(keys, 0, count);
    double sum = 0;
    int last = 0;
    while (last < count - 1) {
      sum += probabilities[(int) keys[last]] / mass;
      if ((float) sum >= enough) {
        break;
      }
      last++;
    }
    int farthest = (int) (keys[last] >> 32);
    keep(i -> distance(i, entropy) <= farthest);
  }

  /** The distance as the bits of a float, which have the same order. */
  private int distance(int i, double entropy) {
    return Float.floatToRawIntBits((float) Math.abs(-logprob(i) - entropy));
  }

  /** Keeps the tokens whose share is not below {@code least}, and all that tie with the best. */
  private void cutBelow(float least) {
    float best = ranking.value(ranks[0]);
    double whole = mass;
    keep(i -> (float) (probabilities[i] / whole) >= least || ranking.value(ranks[i]) == best);
  }

  private void keep(IntPredicate stays) {
    int kept = 0;
    double keptMass = 0;
    for (int i = 0; i < count; i++) {
      if (stays.test(i)) {
        keptMass += probabilities[i];
        ranks[kept] = ranks[i];
        probabilities[kept++] = probabilities[i];
      }
    }
    count = kept;
    mass = keptMass;
  }

  /** Entropy of the remaining tokens, in nats. */
  private double entropy() {
    double entropy = 0;
    for (int i = 0; i < count; i++) {
      entropy -= probabilities[i] / mass * logprob(i);
    }
    return entropy;
  }

  private double probability(int i) {
    return StrictMath.exp(ranking.value(i) - normaliser);
  }

  private static double finite(double value) {
    return Sampler.finite(value, "log-sum-exp over temperature");
  }
}
