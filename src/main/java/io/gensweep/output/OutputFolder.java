package io.gensweep.output;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.files.FileAccess;
import io.gensweep.job.IfExists;
import io.gensweep.job.SweepGrid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/**
 * Driver. The output folder of a run, from the check before it to {@code _SUCCESS} after it: {@link
 * #check}, {@link #clear}, the manifest, then shards, then {@link #succeed}.
 */
public final class OutputFolder {
  private static final String MANIFEST = "manifest.json";
  private static final String METRICS = "metrics.json";
  public static final String REPORT = "report.html";
  public static final String REPORT_JSON = "report.json";
  public static final String COMPARISON = "comparison.json";
  public static final String CARD = "README.md";
  private static final String SUCCESS = "_SUCCESS";
  private static final int DIFFERENCES_NAMED = 10;
  private static final Pattern UNNAMED_MANIFEST =
      Pattern.compile("[0-9a-f-]{36}-" + Pattern.quote(MANIFEST));

  private final Storage storage;

  public OutputFolder(String path, FileAccess access) {
    storage = new Storage(path, access);
  }

  /**
   * Checks the folder without changing it.
   *
   * @return the manifest of the run to resume; empty when this run starts afresh
   * @throws OutputError if the job may not write here
   */
  public Optional<Manifest> check(IfExists ifExists) throws IOException {
    if (storage.isFile(storage.path())) {
      throw new OutputError("output.path", storage.toString(), "it is a file; name a folder");
    }
    List<String> names = new ArrayList<>(storage.list(storage.path()));
    names.remove(OutputLock.NAME);
    if (names.isEmpty() || onlyBegun(names)) {
      return Optional.empty();
    }
    if (ifExists == IfExists.FAIL) {
      throw new OutputError(
          "output.if_exists",
          "fail",
          "%s is not empty; use another output.path, or resume or overwrite".formatted(storage));
    }
    // Also before overwriting: a mistyped path must not cost somebody's data.
    if (!names.contains(MANIFEST)) {
      throw new OutputError(
          "output.path",
          storage.toString(),
          "it is not empty and no run wrote it, for it has no manifest.json; use another path");
    }
    return ifExists == IfExists.OVERWRITE ? Optional.empty() : Optional.of(manifest());
  }

  /** Whether a run died here before it named its manifest; no other folder counts as ours. */
  private boolean onlyBegun(List<String> names) throws IOException {
    return List.of(Storage.TEMPORARY, PromptLedger.FOLDER).containsAll(names)
        && storage.list(storage.path(Storage.TEMPORARY)).stream()
            .allMatch(name -> UNNAMED_MANIFEST.matcher(name).matches());
  }

  /**
   * Checks that {@code now} may resume the output of {@code earlier}.
   *
   * @throws OutputError naming what differs
   */
  public void requireSame(Manifest earlier, Manifest now) {
    List<String> differences = earlier.differences(now);
    if (differences.isEmpty()) {
      return;
    }
    String named =
        String.join("; ", differences.subList(0, Math.min(DIFFERENCES_NAMED, differences.size())));
    boolean sameJob = differences.stream().allMatch(line -> line.startsWith(Manifest.NUMERICS));
    throw new OutputError(
        "output.if_exists",
        "resume",
        sameJob
            ? "%s has rows that are computed otherwise than here: %s. Run on machines that compute as those did, or use another output.path, or overwrite"
                .formatted(storage, named)
            : "%s has the output of another job: %s. Use another output.path, or overwrite"
                .formatted(storage, named));
  }

  /** Deletes outdated files; all files of an earlier run that this one overwrites. */
  public void clear(IfExists ifExists) throws IOException {
    storage.delete(storage.path(SUCCESS));
    // Left by attempts that died.
    storage.delete(storage.path(Storage.TEMPORARY));
    if (ifExists == IfExists.OVERWRITE) {
      for (OutputKind kind : OutputKind.values()) {
        storage.delete(storage.path(kind.folder()));
      }
      storage.delete(storage.path(ShardCommit.ERRORS));
      storage.delete(storage.path(METRICS));
      storage.delete(storage.path(EvaluationFiles.FOLDER));
      storage.delete(storage.path(REPORT));
      storage.delete(storage.path(REPORT_JSON));
      storage.delete(storage.path(COMPARISON));
      storage.delete(storage.path(CARD));
      storage.delete(storage.path(SweepFile.NAME));
      storage.delete(storage.path(PromptLedger.FOLDER));
      storage.delete(storage.path(MANIFEST));
    }
  }

  /**
   * Reads the manifest of an output that must exist.
   *
   * @throws OutputError if it is none
   */
  public Manifest existing() throws IOException {
    if (!storage.exists(storage.path(MANIFEST))) {
      throw new OutputError(
          "OUTPUT_DIR", storage.toString(), "it is no output of this program: no manifest.json");
    }
    return manifest();
  }

  /** The existing folders with rows of a kind and with failed rows. */
  public List<String> rowFolders(OutputKind kind) throws IOException {
    List<String> folders = new ArrayList<>();
    for (String name : List.of(kind.folder(), ShardCommit.ERRORS)) {
      readable(name).ifPresent(folders::add);
    }
    return folders;
  }

  /** The folder of the completions for Spark's readers, if it has any file. */
  public Optional<String> completions() throws IOException {
    return readable(OutputKind.COMPLETIONS.folder());
  }

  /** The folder of the failed rows for Spark's readers, if it has any file. */
  public Optional<String> errors() throws IOException {
    return readable(ShardCommit.ERRORS);
  }

  private Optional<String> readable(String name) throws IOException {
    return storage.list(storage.path(name)).isEmpty()
        ? Optional.empty()
        : Optional.of(storage.readable(name));
  }

  public Manifest manifest() throws IOException {
    Path path = storage.path(MANIFEST);
    try {
      return Manifest.of(Json.parse(storage.read(path)));
    } catch (com.fasterxml.jackson.core.JsonProcessingException | IllegalArgumentException e) {
      throw new OutputError("output.path", path.toString(), "it cannot be read: " + e.getMessage());
    }
  }

  /** Writes the manifest; the output can be resumed from then on. */
  public void write(Manifest manifest) throws IOException {
    write(MANIFEST, manifest.json());
  }

  public void writeMetrics(JsonNode metrics) throws IOException {
    write(METRICS, metrics);
  }

  public JsonNode metrics() throws IOException {
    return Json.parse(storage.read(storage.path(METRICS)));
  }

  /** Writes a file at the top of the folder, such as the report, atomically. */
  public void write(String name, byte[] bytes) throws IOException {
    storage.replace(storage.path(name), bytes);
  }

  /** Writes a file of JSON at the top of the folder, atomically. */
  public void write(String name, JsonNode tree) throws IOException {
    write(name, Json.pretty(tree));
  }

  /** Writes the description of the sweep points. */
  public void write(SweepGrid sweep) throws IOException {
    write(SweepFile.NAME, SweepFile.of(sweep));
  }

  /** The description of the sweep points: {@link SweepFile#of}. */
  public JsonNode sweep() throws IOException {
    return Json.parse(storage.read(storage.path(SweepFile.NAME)));
  }

  /** Deletes what attempts that died have left. */
  public void tidy() throws IOException {
    storage.delete(storage.path(Storage.TEMPORARY));
  }

  /** Writes {@code _SUCCESS}, the last write of a run. */
  public void succeed() throws IOException {
    tidy();
    storage.write(storage.path(SUCCESS), new byte[0]);
  }

  public boolean succeeded() throws IOException {
    return storage.exists(storage.path(SUCCESS));
  }

  @Override
  public String toString() {
    return storage.toString();
  }
}
