package io.gensweep.prompt;

import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. A prompt dataset with the columns of {@link PromptColumns}, not counted yet.
 *
 * @param place the path or the table, for errors
 * @param idColumn the input column of the ids; empty when they are hashes of the prompts
 */
public record PromptDataset(Dataset<Row> rows, String place, Optional<String> idColumn) {
  /** The types of the kept columns. */
  public StructType kept() {
    return PromptColumns.kept(rows.schema());
  }
}
