package io.gensweep.report.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Driver. All that a report says in numbers.
 *
 * @param points by index; empty for a point without a completion
 * @param comparisons of all pairs of points, by each scorer
 */
public record Measures(List<Optional<PointMeasures>> points, List<Comparison> comparisons) {
  public Measures {
    points = List.copyOf(points);
    comparisons = List.copyOf(comparisons);
  }

  /**
   * The measures of the tally of all prompts.
   *
   * @param scorers their names, in the order of the draws' scores
   * @param groupOf the columns and values of a group's key
   */
  public static Measures of(
      Tally tally, List<String> scorers, Function<String, Map<String, String>> groupOf) {
    List<Optional<PointMeasures>> points = new ArrayList<>();
    for (int point = 0; point < tally.points.length; point++) {
      points.add(point(tally, point, scorers, groupOf));
    }
    List<Comparison> comparisons = new ArrayList<>();
    for (int scorer = 0; scorer < scorers.size(); scorer++) {
      comparisons.addAll(Comparison.of(tally, scorer, scorers.get(scorer)));
    }
    return new Measures(points, comparisons);
  }

  private static Optional<PointMeasures> point(
      Tally tally, int point, List<String> scorers, Function<String, Map<String, String>> groupOf) {
    if (tally.points[point].rows == 0) {
      return Optional.empty();
    }
    Map<String, ScorerMeasures> byScorer = new LinkedHashMap<>();
    for (int scorer = 0; scorer < scorers.size(); scorer++) {
      ScoreTally sums = tally.scores[point][scorer];
      if (sums.prompts > 0) {
        byScorer.put(
            scorers.get(scorer), ScorerMeasures.of(sums, groups(tally, point, scorer, groupOf)));
      }
    }
    return Optional.of(PointMeasures.of(tally.points[point], byScorer));
  }

  private static List<GroupMeasures> groups(
      Tally tally, int point, int scorer, Function<String, Map<String, String>> groupOf) {
    List<GroupMeasures> groups = new ArrayList<>();
    tally.groups.forEach(
        (key, tallies) -> {
          ScoreTally sums = tallies[point][scorer];
          if (sums.prompts > 0) {
            double accuracy = Fixed.mean(sums.means, sums.prompts);
            Interval wilson = Interval.wilson(accuracy, sums.prompts);
            groups.add(
                new GroupMeasures(
                    groupOf.apply(key),
                    sums.prompts,
                    accuracy,
                    wilson.low(),
                    wilson.high(),
                    ScorerMeasures.byK(sums.passes, sums.promptsWith),
                    ScorerMeasures.byK(sums.votes, sums.promptsWith)));
          }
        });
    return groups;
  }
}
