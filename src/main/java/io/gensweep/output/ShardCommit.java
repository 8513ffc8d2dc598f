package io.gensweep.output;

import io.gensweep.files.FileAccess;
import io.gensweep.prompt.JobDescription;
import io.gensweep.prompt.ShardLayout;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

  private final Storage storage;
  private final OutputKind kind;
  private final ShardLayout layout;
  private final StructType rowSchema;
  private final StructType errorSchema;
  private final TreeMap<String, String> footer;

  /**
   * Created by the driver and sent to tasks.
   *
   * @param output the job's output folder
   * @param kept the types of the kept columns
   * @param footer metadata that goes into each file; the same for every attempt
   */
  public ShardCommit(
      String output,
      FileAccess access,
      OutputKind kind,
      ShardLayout layout,
      StructType kept,
      Map<String, String> footer) {
    this.storage = new Storage(output, access);
    this.kind = kind;
    this.layout = layout;
    this.rowSchema = OutputSchema.rows(kind, kept);
    this.errorSchema = OutputSchema.errors(kind, kept);
    this.footer = new TreeMap<>(footer);
  }

  /** Commits a shard. Rows may come in any order; the files have them sorted by key. */
  public void commit(int shard, List<Row> rows, List<Row> errors) throws IOException {
    Path done = storage.path(kind.folder(), layout.name(shard));
    if (storage.exists(done)) {
      return;
    }
    Path failed = storage.path(ERRORS, layout.name(shard));
    if (errors.isEmpty()) {
      storage.delete(failed);
    } else {
      storage.replace(failed, file(errorSchema, errors));
    }
    storage.publish(done, file(rowSchema, rows));
  }

  /** The shards that are done. */
  public NavigableSet<Integer> done() throws IOException {
    NavigableSet<Integer> done = new TreeSet<>();
    for (String file : storage.list(storage.path(kind.folder()))) {
      try {
        layout.shard(file).ifPresent(done::add);
      } catch (IllegalArgumentException e) {
        throw new OutputError(
            "output.path",
            storage.toString(),
            "%s/%s is of another run with another number of shards than %s; use another path"
                .formatted(kind.folder(), file, layout.batches()));
      }
    }
    return done;
  }

  /**
   * Reopens the done shards with failed rows, so that a run makes them again. Their error files
   * stay until then, but are not counted.
   *
   * @return how many
   */
  public int reopenFailed() throws IOException {
    int reopened = 0;
    Set<String> failed = Set.copyOf(storage.list(storage.path(ERRORS)));
    for (int shard : done()) {
      if (failed.contains(layout.name(shard))) {
        storage.delete(storage.path(kind.folder(), layout.name(shard)));
        reopened++;
      }
    }
    return reopened;
  }

  /** The number of rows in done shards, without failed ones. */
  public long rows(SparkSession spark) throws IOException {
    if (done().isEmpty()) {
      return 0;
    }
    String rows = storage.readable(kind.folder());
    return JobDescription.during(
        spark, "output: rows", () -> spark.read().schema(rowSchema).parquet(rows).count());
  }

  /** The error files of done shards, as paths for Spark. */
  List<String> errorFiles() throws IOException {
    List<String> files = new ArrayList<>(storage.list(storage.path(ERRORS)));
    files.retainAll(done().stream().map(layout::name).collect(Collectors.toSet()));
    return files.stream().map(file -> storage.readable(ERRORS, file)).toList();
  }

  private Content file(StructType schema, List<Row> rows) {
    List<Row> sorted = new ArrayList<>(rows);
    sorted.sort(new RowOrder(kind.keyColumns()));
    return (files, path) -> ParquetShard.write(files, path, schema, footer, sorted.iterator());
  }
}
