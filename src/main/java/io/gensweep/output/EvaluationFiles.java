package io.gensweep.output;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.gensweep.files.FileAccess;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Driver and executor. The files of {@code OUTPUT/evaluations}: one for each file of completions
 * that has rows, under the same name, with a row for each completion and scorer.
 */
public final class EvaluationFiles implements Serializable {
  private static final long serialVersionUID = 1L;

  static final String FOLDER = "evaluations";

  /** Sorted by the first three columns as the completions are, then in the scorers' order. */
  public static final StructType SCHEMA =
      new StructType()
          .add("prompt_id", StringType, false)
          .add("sweep_point", IntegerType, false)
          .add("sample_index", IntegerType, false)
          .add("scorer", StringType, false)
          .add("score", DoubleType)
          .add("extracted", StringType)
          .add("error", StringType);

  private final Storage storage;

  public EvaluationFiles(String output, FileAccess access) {
    this.storage = new Storage(output, access);
  }

  /** Deletes those of an earlier evaluation. */
  public void clear() throws IOException {
    storage.delete(storage.path(FOLDER));
  }

  /**
   * Writes a file. Attempts of one task write the same bytes.
   *
   * @param name of the file of completions
   */
  public void write(String name, List<Row> rows) throws IOException {
    storage.replace(
        storage.path(FOLDER, name),
        (files, path) -> ParquetShard.write(files, path, SCHEMA, Map.of(), rows.iterator()));
  }

  /** Whether there are any. */
  public boolean exist() throws IOException {
    return !storage.list(storage.path(FOLDER)).isEmpty();
  }

  /** The folder as Spark reads it. */
  public String readable() {
    return storage.readable(FOLDER);
  }
}
