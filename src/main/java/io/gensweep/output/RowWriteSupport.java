package io.gensweep.output;

import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** Executor. Writes Spark rows to Parquet, using only public classes of both. */
final class RowWriteSupport extends WriteSupport<Row> {
  // By this key Spark knows that dates before 1582 need no change of calendar; without it, it
  // refuses
  // to read them. Any 3.x says so.
  private static final Map<String, String> CALENDAR = Map.of("org.apache.spark.version", "3.5.0");

  private final StructType schema;
  private final Map<String, String> footer;
  private final StructWriter writer;
  private RecordConsumer out;

  RowWriteSupport(StructType schema, Map<String, String> footer) {
    this.schema = schema;
    this.footer = new TreeMap<>(footer);
    this.footer.putAll(CALENDAR);
    this.writer = new StructWriter(schema);
  }

  @Override
  public String getName() {
    return "gensweep";
  }

  @Override
  public WriteContext init(Configuration configuration) {
    return new WriteContext(ParquetTypes.message(schema), footer);
  }

  @Override
  public void prepareForWrite(RecordConsumer recordConsumer) {
    out = recordConsumer;
  }

  @Override
  public void write(Row row) {
    out.startMessage();
    writer.writeFields(out, row);
    out.endMessage();
  }
}
