package io.gensweep.report;

import io.gensweep.report.measure.Comparison;
import io.gensweep.report.measure.ScorerMeasures;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Driver. Which point is best by the first scorer, what it costs, and how sure that is. */
final class Decision {
  private final Report report;

  Decision(Report report) {
    this.report = report;
  }

  /** Indexes of the points with a score, the best first: by accuracy, then by fewer tokens. */
  List<Integer> ranking() {
    List<Integer> ranking = new ArrayList<>();
    for (int point = 0; point < report.points().size(); point++) {
      if (scores(point).isPresent()) {
        ranking.add(point);
      }
    }
    ranking.sort(
        Comparator.comparingDouble((Integer point) -> -scores(point).orElseThrow().accuracy())
            .thenComparingDouble(
                point -> scores(point).orElseThrow().tokensPerCorrect().orElse(Double.MAX_VALUE)));
    return ranking;
  }

  private Optional<ScorerMeasures> scores(int point) {
    return report.decider().flatMap(report.points().get(point)::scorer);
  }

  String sentence() {
    if (report.decider().isEmpty()) {
      return "Nothing was scored: evaluate.scorers of the job, or of --set, names what is right.";
    }
    List<Integer> ranking = ranking();
    if (ranking.isEmpty()) {
      return "No row has a score by "
          + report.decider().get()
          + ": see the column error of evaluations.";
    }
    int best = ranking.get(0);
    ScorerMeasures scores = scores(best).orElseThrow();
    String first =
        String.format(
            Locale.ROOT,
            "%s scores %s by %s (95%% interval %s to %s, %,d prompts)%s",
            nameOf(best),
            percent(scores.accuracy()),
            report.decider().get(),
            percent(scores.ciLow()),
            percent(scores.ciHigh()),
            scores.prompts(),
            scores
                .tokensPerCorrect()
                .map(
                    tokens ->
                        String.format(
                            Locale.ROOT, ", at %,.0f tokens for each right answer", tokens))
                .orElse(""));
    return ranking.size() == 1 ? first + "." : first + ". " + runnerUp(best, ranking.get(1));
  }

  private String nameOf(int point) {
    return report.points().size() == 1 ? "This run" : report.points().get(point).name();
  }

  private String runnerUp(int best, int second) {
    String name = report.points().get(second).name();
    String accuracy = percent(scores(second).orElseThrow().accuracy());
    Optional<Comparison> between =
        report.comparisons().stream()
            .filter(pair -> pair.scorer().equals(report.decider().orElseThrow()))
            .filter(
                pair ->
                    (pair.a() == best && pair.b() == second)
                        || (pair.a() == second && pair.b() == best))
            .findFirst();
    if (between.isEmpty()) {
      return "The runner-up is %s with %s; the two share no prompts to compare them by."
          .formatted(name, accuracy);
    }
    Comparison pair = between.get();
    if (pair.real()) {
      return String.format(
          Locale.ROOT,
          "The runner-up %s with %s is really worse (p = %.2g after Holm's correction).",
          name,
          accuracy,
          pair.pAdjusted());
    }
    return String.format(
        Locale.ROOT,
        "The runner-up %s with %s is not shown to be worse (p = %.2g after Holm's correction)%s.",
        name,
        accuracy,
        pair.pAdjusted(),
        pair.morePrompts().isPresent()
            ? String.format(
                Locale.ROOT,
                ": it would take about %,d prompts more",
                pair.morePrompts().getAsLong())
            : "");
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
