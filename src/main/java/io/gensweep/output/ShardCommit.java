package io.gensweep.output;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * Executor, and driver for the list of done shards. The commit protocol, here and nowhere else:
 *
 * <ol>
 *   <li>A shard that is done is left alone.
 *   <li>Each file gets its name when it is whole ({@link Publishing}).
 *   <li>First {@code errors/shard-S-of-N.parquet}, if rows failed; if none did, what an attempt
 *       that died may have left there goes away.
 *   <li>Then {@code completions/shard-S-of-N.parquet}, always, even without rows. The shard is done
 *       when that name exists, and not before.
 * </ol>
 *
 * <p>Attempts of one shard write the same bytes, so it does not matter which of them wins a race.
 */
public final class ShardCommit implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String ERRORS = "errors";

  private static final Pattern NAME = Pattern.compile("shard-(\\d{5})-of-(\\d{5})\\.parquet");

  private final Storage storage;
  private final OutputKind kind;
  private final int shards;
  private final StructType rowSchema;
  private final StructType errorSchema;
  private final TreeMap<String, String> footer;

  /**
   * Made by the driver, sent to tasks.
   *
   * @param output the job's output folder
   * @param kept the types of the kept columns
   * @param footer metadata that goes into each file; the same for every attempt
   */
  public ShardCommit(
      String output,
      Configuration configuration,
      OutputKind kind,
      int shards,
      StructType kept,
      Map<String, String> footer) {
    if (shards < 1 || shards > 99_999) {
      throw new IllegalArgumentException("shards must be in [1, 99999], was " + shards);
    }
    this.storage = new Storage(output, configuration);
    this.kind = kind;
    this.shards = shards;
    this.rowSchema = OutputSchema.rows(kind, kept);
    this.errorSchema = OutputSchema.errors(kind, kept);
    this.footer = new TreeMap<>(footer);
  }

  /** Makes a shard done. Rows may come in any order; the files have them sorted by key. */
  public void commit(int shard, List<Row> rows, List<Row> errors) throws IOException {
    Path done = storage.path(kind.folder(), name(shard));
    if (storage.exists(done)) {
      return;
    }
    Path failed = storage.path(ERRORS, name(shard));
    if (errors.isEmpty()) {
      storage.delete(failed);
    } else {
      storage.replace(failed, file(errorSchema, errors));
    }
    storage.publish(done, file(rowSchema, rows));
  }

  /** The shards that need no work. */
  public SortedSet<Integer> done() throws IOException {
    SortedSet<Integer> done = new TreeSet<>();
    for (String file : storage.list(storage.path(kind.folder()))) {
      Matcher name = NAME.matcher(file);
      if (!name.matches()) {
        continue;
      }
      if (Integer.parseInt(name.group(2)) != shards) {
        throw new OutputError(
            "output.path",
            storage.toString(),
            "%s/%s is of another run with another number of shards than %d; use another path"
                .formatted(kind.folder(), file, shards));
      }
      done.add(Integer.parseInt(name.group(1)));
    }
    return done;
  }

  /**
   * Makes the done shards with failed rows undone, so that a run makes them again. Their error
   * files stay until then; they count for nothing meanwhile.
   *
   * @return how many
   */
  public int reopenFailed() throws IOException {
    int reopened = 0;
    List<String> failed = storage.list(storage.path(ERRORS));
    for (int shard : done()) {
      if (failed.contains(name(shard))) {
        storage.delete(storage.path(kind.folder(), name(shard)));
        reopened++;
      }
    }
    return reopened;
  }

  /** Rows in the shards that are done, those that failed left out. */
  public long rows(SparkSession spark) throws IOException {
    return done().isEmpty()
        ? 0
        : spark.read().schema(rowSchema).parquet(storage.path(kind.folder()).toString()).count();
  }

  /** Paths of the error files of the shards that are done. */
  List<String> errorFiles() throws IOException {
    List<String> files = new ArrayList<>(storage.list(storage.path(ERRORS)));
    files.retainAll(done().stream().map(this::name).collect(Collectors.toSet()));
    return files.stream().map(file -> storage.path(ERRORS, file).toString()).toList();
  }

  private Content file(StructType schema, List<Row> rows) {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(new RowOrder(kind.keyColumns()));
    return (files, path) -> ParquetShard.write(files, path, schema, footer, sorted.iterator());
  }

  private String name(int shard) {
    if (shard < 0 || shard >= shards) {
      throw new IllegalArgumentException(
          "shard must be in [0, %d), was %d".formatted(shards, shard));
    }
    return "shard-%05d-of-%05d.parquet".formatted(shard, shards);
  }
}
