package io.gensweep.report;

import io.gensweep.report.measure.PointMeasures;
import io.gensweep.report.measure.ScorerMeasures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Driver. A line for each point, for the console and for the dataset card. */
final class PointTable {
  /** The others are in report.json. */
  private static final int MOST_LINES = 40;

  private final List<List<String>> lines = new ArrayList<>();
  private final int left;

  PointTable(Report report) {
    lines.add(header(report));
    int shown = Math.min(MOST_LINES, report.points().size());
    left = report.points().size() - shown;
    report.points().stream().limit(shown).forEach(point -> lines.add(line(report, point)));
  }

  private static List<String> header(Report report) {
    List<String> header =
        new ArrayList<>(List.of("point", "rows", "failed", "tokens", "finish", "distinct-2"));
    for (String scorer : report.scorers()) {
      header.add(scorer);
      header.add("95% interval");
      pass(report, scorer).ifPresent(k -> header.add("pass@" + k));
    }
    return header;
  }

  /** The largest k of a scorer, if there is one beyond 1. */
  private static Optional<Integer> pass(Report report, String scorer) {
    return report.points().stream()
        .flatMap(point -> point.scorer(scorer).stream())
        .filter(measures -> measures.rows() > 0)
        .map(measures -> measures.passAtK().lastKey())
        .max(Integer::compare)
        .filter(k -> k > 1);
  }

  private static List<String> line(Report report, ReportPoint point) {
    List<String> line = new ArrayList<>();
    line.add(point.name());
    line.add(String.format(Locale.ROOT, "%,d", point.rows()));
    line.add(String.format(Locale.ROOT, "%,d", point.failed()));
    Optional<PointMeasures> measures = point.measures();
    line.add(measures.map(all -> decimal(all.lengths().mean(), 1)).orElse(""));
    line.add(measures.map(all -> shares(all.finishReasons())).orElse(""));
    line.add(measures.map(all -> all.distinct().get(2)).map(share -> decimal(share, 2)).orElse(""));
    for (String scorer : report.scorers()) {
      Optional<ScorerMeasures> scores = point.scorer(scorer);
      line.add(scores.map(all -> Decision.percent(all.accuracy())).orElse(""));
      line.add(
          scores
              .map(all -> Decision.percent(all.ciLow()) + " to " + Decision.percent(all.ciHigh()))
              .orElse(""));
      pass(report, scorer)
          .ifPresent(
              k ->
                  line.add(
                      scores.map(all -> all.passAtK().get(k)).map(Decision::percent).orElse("")));
    }
    return line;
  }

  private static String shares(Map<String, Double> shares) {
    return shares.entrySet().stream()
        .map(share -> share.getKey() + " " + Math.round(100 * share.getValue()) + "%")
        .collect(Collectors.joining(", "));
  }

  private static String decimal(double value, int digits) {
    return String.format(Locale.ROOT, "%,." + digits + "f", value);
  }

  /** Lines with columns of equal width; numbers stand to the right. */
  List<String> text() {
    List<String> text = new ArrayList<>();
    for (List<String> line : lines) {
      StringBuilder columns = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int width = width(column);
        String format = column == 0 || column == 4 ? "%-" + width + "s" : "%" + width + "s";
        columns.append("  ").append(String.format(Locale.ROOT, format, line.get(column)));
      }
      text.add(columns.toString().stripTrailing());
    }
    if (left > 0) {
      text.add(String.format(Locale.ROOT, "  and %,d points more, in report.json", left));
    }
    return text;
  }

  private int width(int column) {
    return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
  }

  /** A table of Markdown. */
  String markdown() {
    StringBuilder table = new StringBuilder();
    for (int line = 0; line < lines.size(); line++) {
      table.append(
          lines.get(line).stream()
              .map(cell -> Markdown.escaped(cell))
              .collect(Collectors.joining(" | ", "| ", " |\n")));
      if (line == 0) {
        table.append("|").append(" --- |".repeat(lines.get(0).size())).append('\n');
      }
    }
    if (left > 0) {
      table.append(String.format(Locale.ROOT, "%nand %,d points more, in report.json%n", left));
    }
    return table.toString();
  }
}
