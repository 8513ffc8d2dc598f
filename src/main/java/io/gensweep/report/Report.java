package io.gensweep.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.report.measure.Comparison;
import java.util.List;
import java.util.Optional;

/**
 * Driver. What an output, or several beside each other, come to.
 *
 * @param name of the job
 * @param scorers their names; the first one decides
 * @param points of all outputs
 * @param comparisons of pairs of points, by their index
 */
public record Report(
    String name, List<String> scorers, List<ReportPoint> points, List<Comparison> comparisons) {
  public Report {
    scorers = List.copyOf(scorers);
    points = List.copyOf(points);
    comparisons = List.copyOf(comparisons);
  }

  /** The scorer that decides which point is best. */
  Optional<String> decider() {
    return scorers.stream().findFirst();
  }

  /** In one sentence: which point is best, what it costs, and how sure that is. */
  public String decision() {
    return new Decision(this).sentence();
  }

  /** A line for each point under a line of headings. */
  public List<String> table() {
    return new PointTable(this).text();
  }

  /** The content of report.json. */
  public ObjectNode json() {
    ObjectNode json = ReportJson.MAPPER.createObjectNode();
    json.put("name", name);
    json.put("decision", decision());
    scorers.forEach(json.putArray("scorers")::add);
    ArrayNode list = json.putArray("points");
    points.forEach(point -> list.add(point.json()));
    json.set("comparisons", ReportJson.MAPPER.valueToTree(comparisons));
    return json;
  }
}
