package io.gensweep.output;

import org.apache.parquet.io.api.RecordConsumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Executor. Writes the fields of a Row, of the whole record or of a struct in it. */
final class StructWriter implements ValueWriter {
  private final StructField[] fields;
  private final ValueWriter[] writers;

  StructWriter(StructType struct) {
    fields = struct.fields();
    writers = new ValueWriter[fields.length];
    for (int i = 0; i < fields.length; i++) {
      writers[i] = ValueWriter.of(fields[i].dataType());
    }
  }

  @Override
  public void write(RecordConsumer out, Object value) {
    out.startGroup();
    writeFields(out, (Row) value);
    out.endGroup();
  }

  void writeFields(RecordConsumer out, Row row) {
    if (row.length() != fields.length) {
      throw new IllegalArgumentException(
          "a row must have %d values, had %d".formatted(fields.length, row.length()));
    }
    for (int i = 0; i < fields.length; i++) {
      Object value = row.get(i);
      if (value != null) {
        out.startField(fields[i].name(), i);
        writers[i].write(out, value);
        out.endField(fields[i].name(), i);
      } else if (!fields[i].nullable()) {
        throw new IllegalArgumentException(fields[i].name() + " must not be null, was null");
      }
    }
  }
}
