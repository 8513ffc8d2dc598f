package io.gensweep.output;

import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Executor. Writes rows to one Parquet file. The same rows, schema and footer give the same bytes
 * for the same version of Parquet. Nothing else has an influence, neither the cluster's Hadoop
 * settings nor the clock.
 */
public final class ParquetShard {
  // Spark itself needs zstd's native code (its shuffle status), so it is there.
  private static final CompressionCodecName CODEC = CompressionCodecName.ZSTD;
  private static final long ROW_GROUP_BYTES = 64L << 20;

  // Parquet shrinks the row groups of all open writers when they are many, which would let the
  // load of a machine into the bytes. A shard is written in well under a second: one at a time.
  private static final ReentrantLock ONE_WRITER = new ReentrantLock();

  private ParquetShard() {}

  /**
   * Writes a new file and closes it.
   *
   * @param footer key-value metadata of the file
   * @param rows in file order; values as {@link ListWriter} and Spark's rows have them
   */
  public static void write(
      FileSystem files,
      Path path,
      StructType schema,
      Map<String, String> footer,
      Iterator<Row> rows)
      throws IOException {
    ONE_WRITER.lock();
    try (ParquetWriter<Row> writer =
        new Builder(new FileSystemOutput(files, path), schema, footer)
            .withConf(new Configuration(false))
            .withCompressionCodec(CODEC)
            .withRowGroupSize(ROW_GROUP_BYTES)
            .build()) {
      while (rows.hasNext()) {
        writer.write(rows.next());
      }
    } finally {
      ONE_WRITER.unlock();
    }
  }

  private static final class Builder extends ParquetWriter.Builder<Row, Builder> {
    private final StructType schema;
    private final Map<String, String> footer;

    Builder(OutputFile file, StructType schema, Map<String, String> footer) {
      super(file);
      this.schema = schema;
      this.footer = footer;
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<Row> getWriteSupport(Configuration configuration) {
      return new RowWriteSupport(schema, footer);
    }
  }
}
