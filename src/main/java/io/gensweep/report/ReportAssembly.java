package io.gensweep.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.report.measure.Measures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Driver. Puts the points of outputs and their measures together to a report. */
public final class ReportAssembly {
  private ReportAssembly() {}

  /**
   * One output.
   *
   * @param shown as the user named it
   * @param sweep the description of its points, as {@code sweep.json} has it
   * @param errors by point, failed rows by the kind of their error
   */
  public record Part(String shown, JsonNode sweep, List<SortedMap<String, Long>> errors) {}

  /**
   * Makes a report.
   *
   * @param measures of the points of all parts, counted through
   */
  public static Report report(
      String name, List<Part> parts, List<String> scorers, Measures measures) {
    List<ReportPoint> points = new ArrayList<>();
    for (Part part : parts) {
      for (JsonNode point : part.sweep().path("points")) {
        String own = point.path("name").asText();
        List<String> swept = new ArrayList<>();
        point.path("swept").forEach(key -> swept.add(key.asText()));
        int sweepPoint = point.path("sweep_point").asInt();
        points.add(
            new ReportPoint(
                part.shown(),
                sweepPoint,
                parts.size() == 1 ? own : part.shown() + ": " + own,
                point.path("sampling"),
                swept,
                part.errors().get(sweepPoint),
                measures.points().get(points.size())));
      }
    }
    return new Report(name, scorers, points, measures.comparisons());
  }

  /**
   * The values of a group's columns.
   *
   * @param key a JSON list of them
   */
  public static Map<String, String> group(List<String> columns, String key) {
    try {
      JsonNode values = ReportJson.MAPPER.readTree(key);
      Map<String, String> group = new LinkedHashMap<>();
      for (int i = 0; i < columns.size(); i++) {
        group.put(columns.get(i), values.path(i).isNull() ? null : values.path(i).asText());
      }
      return group;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a group's key must be a list in JSON, was " + key, e);
    }
  }
}
