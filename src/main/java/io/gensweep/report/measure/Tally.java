package io.gensweep.report.measure;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Executor to driver. The sums from which a report is made: of the prompts of one partition, and,
 * merged in any order, of all.
 */
public final class Tally implements Serializable {
  private static final long serialVersionUID = 1L;

  final int scorers;
  final PointTally[] points;
  final ScoreTally[][] scores;

  /** By the values of the group's columns, then as {@code scores}. */
  final TreeMap<String, ScoreTally[][]> groups = new TreeMap<>();

  /** By scorer, then by the pair's place in {@link Pairs}. */
  final PairTally[][] pairs;

  /** By scorer: prompts with a score at every point, and their weights by replicate. */
  final long[] shared;

  final long[][] sharedWeights;

  /**
   * Begins with nothing.
   *
   * @param points of all outputs
   * @param scorers how many
   */
  public Tally(int points, int scorers) {
    this.scorers = scorers;
    this.points = new PointTally[points];
    Arrays.setAll(this.points, point -> new PointTally());
    this.scores = scoreTallies(points, scorers);
    this.pairs = new PairTally[scorers][Pairs.of(points).size()];
    for (PairTally[] ofScorer : pairs) {
      Arrays.setAll(ofScorer, pair -> new PairTally());
    }
    this.shared = new long[scorers];
    this.sharedWeights = new long[scorers][BootstrapWeights.REPLICATES];
  }

  private static ScoreTally[][] scoreTallies(int points, int scorers) {
    ScoreTally[][] tallies = new ScoreTally[points][scorers];
    for (ScoreTally[] ofPoint : tallies) {
      Arrays.setAll(ofPoint, scorer -> new ScoreTally());
    }
    return tallies;
  }

  /**
   * Adds a prompt.
   *
   * @param draws its completions at all points, by point and sample
   * @param group its group; "" for none
   */
  public void add(String promptId, List<Draw> draws, String group) {
    List<List<Draw>> byPoint = new ArrayList<>();
    for (int point = 0; point < points.length; point++) {
      byPoint.add(new ArrayList<>());
    }
    draws.forEach(draw -> byPoint.get(draw.point()).add(draw));
    for (int point = 0; point < points.length; point++) {
      if (!byPoint.get(point).isEmpty()) {
        points[point].add(byPoint.get(point));
      }
    }
    if (scorers > 0) {
      ScoreTally[][] ofGroup =
          group.isEmpty()
              ? new ScoreTally[0][]
              : groups.computeIfAbsent(group, key -> scoreTallies(points.length, scorers));
      int[] weights = BootstrapWeights.of(promptId);
      for (int scorer = 0; scorer < scorers; scorer++) {
        addScores(scorer, byPoint, ofGroup, weights);
      }
    }
  }

  private void addScores(
      int scorer, List<List<Draw>> byPoint, ScoreTally[][] ofGroup, int[] weights) {
    double[] means = new double[points.length];
    for (int point = 0; point < points.length; point++) {
      List<Draw> all = byPoint.get(point);
      List<Draw> scored =
          all.stream().filter(draw -> !Double.isNaN(draw.scores()[scorer])).toList();
      scores[point][scorer].failedRows += all.size() - scored.size();
      means[point] = Double.NaN;
      if (!scored.isEmpty()) {
        means[point] = ScoreTally.mean(scored, scorer);
        scores[point][scorer].add(scored, scorer);
        if (ofGroup.length > 0) {
          ofGroup[point][scorer].add(scored, scorer);
        }
      }
    }
    boolean isShared = Arrays.stream(means).noneMatch(Double::isNaN);
    for (int point = 0; point < means.length; point++) {
      if (!Double.isNaN(means[point])) {
        scores[point][scorer].resample(means[point], weights, isShared);
      }
    }
    if (isShared) {
      share(scorer, means, weights);
    }
  }

  private void share(int scorer, double[] means, int[] weights) {
    shared[scorer]++;
    for (int i = 0; i < weights.length; i++) {
      sharedWeights[scorer][i] += weights[i];
    }
    List<Pairs.Pair> compared = Pairs.of(points.length);
    for (int pair = 0; pair < compared.size(); pair++) {
      pairs[scorer][pair].add(means[compared.get(pair).b()], means[compared.get(pair).a()]);
    }
  }

  /** Adds what another partition has, and gives this tally. */
  public Tally merge(Tally other) {
    for (int point = 0; point < points.length; point++) {
      points[point].merge(other.points[point]);
    }
    merge(scores, other.scores);
    for (Map.Entry<String, ScoreTally[][]> group : other.groups.entrySet()) {
      merge(
          groups.computeIfAbsent(group.getKey(), key -> scoreTallies(points.length, scorers)),
          group.getValue());
    }
    for (int scorer = 0; scorer < scorers; scorer++) {
      for (int pair = 0; pair < pairs[scorer].length; pair++) {
        pairs[scorer][pair].merge(other.pairs[scorer][pair]);
      }
      shared[scorer] += other.shared[scorer];
      sharedWeights[scorer] = Sums.plus(sharedWeights[scorer], other.sharedWeights[scorer]);
    }
    return this;
  }

  private static void merge(ScoreTally[][] into, ScoreTally[][] from) {
    for (int point = 0; point < into.length; point++) {
      for (int scorer = 0; scorer < into[point].length; scorer++) {
        into[point][scorer].merge(from[point][scorer]);
      }
    }
  }
}
