package io.gensweep.output;

import org.apache.parquet.io.api.RecordConsumer;
import org.apache.spark.sql.types.MapType;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.Map;

/** Executor. Writes the Scala maps of Spark's rows. */
final class MapWriter implements ValueWriter {
  private final ValueWriter key;
  private final ValueWriter value;

  MapWriter(MapType type) {
    key = ValueWriter.of(type.keyType());
    value = ValueWriter.of(type.valueType());
  }

  @Override
  public void write(RecordConsumer out, Object map) {
    out.startGroup();
    Iterator<? extends Tuple2<?, ?>> entries = ((Map<?, ?>) map).iterator();
    if (entries.hasNext()) {
      out.startField(ParquetTypes.KEY_VALUE, 0);
      while (entries.hasNext()) {
        writeEntry(out, entries.next());
      }
      out.endField(ParquetTypes.KEY_VALUE, 0);
    }
    out.endGroup();
  }

  private void writeEntry(RecordConsumer out, Tuple2<?, ?> entry) {
    out.startGroup();
    out.startField(ParquetTypes.KEY, 0);
    key.write(out, entry._1());
    out.endField(ParquetTypes.KEY, 0);
    if (entry._2() != null) {
      out.startField(ParquetTypes.VALUE, 1);
      value.write(out, entry._2());
      out.endField(ParquetTypes.VALUE, 1);
    }
    out.endGroup();
  }
}
