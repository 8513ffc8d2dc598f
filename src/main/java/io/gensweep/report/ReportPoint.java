package io.gensweep.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.report.measure.PointMeasures;
import io.gensweep.report.measure.ScorerMeasures;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Driver. A sweep point of an output, as a report has it.
 *
 * @param output its folder, as the command line or the job names it
 * @param name its own, with the output's where a report has several
 * @param settings its sampling, by key
 * @param swept the keys that the point sets itself
 * @param errors failed rows by the kind of their error
 * @param measures empty if no row was completed
 */
public record ReportPoint(
    String output,
    int sweepPoint,
    String name,
    JsonNode settings,
    List<String> swept,
    SortedMap<String, Long> errors,
    Optional<PointMeasures> measures) {
  public ReportPoint {
    settings = settings.deepCopy();
    swept = List.copyOf(swept);
    errors = new TreeMap<>(errors);
  }

  long failed() {
    return errors.values().stream().mapToLong(Long::longValue).sum();
  }

  long rows() {
    return measures.map(PointMeasures::rows).orElse(0L);
  }

  Optional<ScorerMeasures> scorer(String name) {
    return measures.map(all -> all.scorers().get(name));
  }

  ObjectNode json() {
    ObjectNode json = ReportJson.MAPPER.createObjectNode();
    json.put("sweep_point", sweepPoint).put("name", name).put("output", output);
    json.set("settings", settings);
    swept.forEach(json.putArray("swept")::add);
    json.put("failed", failed());
    json.set("errors", ReportJson.MAPPER.valueToTree(errors));
    measures.ifPresentOrElse(
        all -> json.setAll((ObjectNode) ReportJson.MAPPER.valueToTree(all)),
        () -> {
          json.put("rows", 0);
          json.putObject("scorers");
        });
    return json;
  }
}
