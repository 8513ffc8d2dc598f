package io.gensweep.job;

import static io.gensweep.job.Rules.quoted;
import static io.gensweep.job.Rules.requireNoHome;
import static io.gensweep.job.Rules.requireNotBlank;
import static io.gensweep.sampling.Checks.require;

import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Where the prompts are, and which columns to read.
 *
 * @param format jsonl, parquet, csv, text or any Spark source name; a table has its own
 * @param id the id column; empty: a stable hash of the prompt
 * @param column the prompt column, which holds what {@code kind} says
 * @param keep input columns carried into the output
 * @param sampling a struct or map column that overrides the sampling of its row
 */
public record PromptsSpec(
    Optional<String> path,
    Optional<String> table,
    String format,
    Optional<String> id,
    PromptKind kind,
    String column,
    List<String> keep,
    Optional<String> sampling,
    SpecialTokens specialTokens,
    LastAssistant lastAssistant)
    implements Serializable {

  public PromptsSpec {
    require(
        path.isPresent() || table.isPresent(),
        "path|table: exactly one must be given, neither was");
    require(
        path.isEmpty() || table.isEmpty(),
        "path|table: exactly one must be given, both were: path "
            + path.orElse("")
            + ", table "
            + table.orElse(""));
    requireNotBlank("path", path);
    requireNoHome("path", path);
    requireNotBlank("table", table);
    requireNotBlank("format", Optional.of(format));
    requireNotBlank("id", id);
    requireNotBlank(kind.toString(), Optional.of(column));
    requireNotBlank("sampling", sampling);
    require(
        keep.stream().allMatch(name -> name != null && !name.isBlank()),
        "keep must hold column names, was " + quoted(keep));
    require(
        new HashSet<>(keep).size() == keep.size(),
        "keep must not name a column twice, was " + quoted(keep));
    keep = List.copyOf(keep);
  }

  private Object writeReplace() {
    return RecordForm.of(this);
  }
}
