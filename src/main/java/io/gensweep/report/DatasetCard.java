package io.gensweep.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gensweep.job.Command;
import io.gensweep.output.Manifest;
import io.gensweep.report.measure.Lengths;
import io.gensweep.report.measure.PointMeasures;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Driver. OUTPUT/README.md: a dataset card as the Hugging Face Hub reads it, with which {@code
 * load_dataset} finds the files.
 */
public final class DatasetCard {
  /** What the Hub calls the size of a dataset, by its number of rows. */
  private static final Map<Long, String> SIZES =
      new TreeMap<>(
          Map.of(
              1_000L, "n<1K",
              10_000L, "1K<n<10K",
              100_000L, "10K<n<100K",
              1_000_000L, "100K<n<1M",
              10_000_000L, "1M<n<10M",
              100_000_000L, "10M<n<100M",
              1_000_000_000L, "100M<n<1B"));

  private final Report report;
  private final Manifest manifest;

  public DatasetCard(Report report, Manifest manifest) {
    this.report = report;
    this.manifest = manifest;
  }

  /** The content of the file. */
  public byte[] bytes() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  String text() {
    return """
    %s
    # %s

    Continuations by the model %s, made with Gensweep.

    %s

    ## Points

    %s
    ## Tokens

    %s
    ## Files

    %s
    ## How to reproduce

    The job with every setting as it was used, for `gensweep.jar run job.yaml`:

    %s
    %s\
    """
        .formatted(
            head(),
            Markdown.escaped(report.name()),
            Markdown.escaped(setting("model.path")),
            Markdown.escaped(report.decision()),
            new PointTable(report).markdown(),
            tokens(),
            files(),
            Markdown.fenced("yaml", job()),
            madeBy());
  }

  private String files() {
    String files =
        """
        | folder | rows |
        | --- | --- |
        | completions | one for each prompt, sweep point and sample |
        """;
    return scored() ? files + "| evaluations | one for each completion and scorer |\n" : files;
  }

  private String madeBy() {
    String head =
        """
        | what it was made from and by | |
        | --- | --- |
        """;
    return head
        + pairs("hash of ", manifest.hashes())
        + pairs("", manifest.versions())
        + pairs("", manifest.numerics().parts());
  }

  private boolean scored() {
    return !report.scorers().isEmpty();
  }

  private String head() {
    String evaluations =
        """
          - config_name: evaluations
            data_files: evaluations/*.parquet
        """;
    return """
    ---
    pretty_name: %s
    license: unknown
    tags:
      - synthetic
      - gensweep
    size_categories:
      - %s
    configs:
      - config_name: completions
        data_files: completions/*.parquet
        default: true
    %s---
    """
        .formatted(quoted(report.name()), size(), scored() ? evaluations : "");
  }

  private String size() {
    long rows = report.points().stream().mapToLong(ReportPoint::rows).sum();
    return SIZES.entrySet().stream()
        .filter(size -> rows < size.getKey())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("n>1B");
  }

  private String tokens() {
    StringBuilder table =
        new StringBuilder(
            """
            | point | mean | min | 10% | median | 90% | max |
            | --- | --- | --- | --- | --- | --- | --- |
            """);
    for (ReportPoint point : report.points()) {
      point
          .measures()
          .map(PointMeasures::lengths)
          .ifPresent(lengths -> table.append(line(point.name(), lengths)));
    }
    return table.toString();
  }

  private static String line(String name, Lengths lengths) {
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.0f | %.0f | %.0f | %.0f | %.0f |\n",
        Markdown.escaped(name),
        lengths.mean(),
        lengths.min(),
        lengths.p10(),
        lengths.p50(),
        lengths.p90(),
        lengths.max());
  }

  private static String pairs(String prefix, Map<String, String> pairs) {
    StringBuilder lines = new StringBuilder();
    pairs.forEach(
        (name, value) ->
            lines
                .append("| ")
                .append(Markdown.escaped(prefix + name))
                .append(" | ")
                .append(Markdown.escaped(value))
                .append(" |\n"));
    return lines.toString();
  }

  private String setting(String key) {
    for (JsonNode setting : manifest.settings()) {
      if (setting.path("key").asText().equals(key)) {
        return setting.path("value").asText();
      }
    }
    return "";
  }

  /** The settings as YAML, which JSON's values are. */
  private String job() {
    ObjectNode sections = ReportJson.MAPPER.createObjectNode();
    StringBuilder top = new StringBuilder();
    for (JsonNode setting : manifest.settings()) {
      String key = setting.path("key").asText();
      JsonNode value = setting.path("value");
      int dot = key.indexOf('.');
      // The values that come from the model stand there as such.
      if (value.isNull() || key.equals(Command.KEY) || key.equals("sampling.from_model")) {
        continue;
      }
      if (dot < 0) {
        top.append(key).append(": ").append(value).append('\n');
      } else {
        sections.withObject("/" + key.substring(0, dot)).set(key.substring(dot + 1), value);
      }
    }
    sections
        .fields()
        .forEachRemaining(
            section -> {
              top.append(section.getKey()).append(":\n");
              section
                  .getValue()
                  .fields()
                  .forEachRemaining(
                      entry ->
                          top.append("  ")
                              .append(entry.getKey())
                              .append(": ")
                              .append(entry.getValue())
                              .append('\n'));
            });
    return top.toString();
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }
}
