package io.gensweep.output;

import java.util.List;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.spark.sql.types.ArrayType;
import scala.collection.Seq;

/**
 * Executor. Writes a three-level list from what Spark's rows hold (a Scala sequence), from a Java
 * list, or from an int[] or float[] of the engine.
 */
final class ListWriter implements ValueWriter {
  private final ValueWriter element;
  private final boolean containsNull;

  ListWriter(ArrayType type) {
    element = ValueWriter.of(type.elementType());
    containsNull = type.containsNull();
  }

  @Override
  public void write(RecordConsumer out, Object value) {
    out.startGroup();
    if (size(value) > 0) {
      out.startField(ParquetTypes.LIST, 0);
      writeElements(out, value);
      out.endField(ParquetTypes.LIST, 0);
    }
    out.endGroup();
  }

  private void writeElements(RecordConsumer out, Object value) {
    if (value instanceof int[] ints) {
      for (int item : ints) {
        writeElement(out, item);
      }
    } else if (value instanceof float[] floats) {
      for (float item : floats) {
        writeElement(out, item);
      }
    } else if (value instanceof List<?> list) {
      for (Object item : list) {
        writeElement(out, item);
      }
    } else {
      scala.collection.Iterator<?> items = ((Seq<?>) value).iterator();
      while (items.hasNext()) {
        writeElement(out, items.next());
      }
    }
  }

  private void writeElement(RecordConsumer out, Object item) {
    out.startGroup();
    if (item != null) {
      out.startField(ParquetTypes.ELEMENT, 0);
      element.write(out, item);
      out.endField(ParquetTypes.ELEMENT, 0);
    } else if (!containsNull) {
      throw new IllegalArgumentException("an element of this list must not be null, was null");
    }
    out.endGroup();
  }

  private static int size(Object value) {
    if (value instanceof int[] ints) {
      return ints.length;
    }
    if (value instanceof float[] floats) {
      return floats.length;
    }
    return value instanceof List<?> list ? list.size() : ((Seq<?>) value).length();
  }
}
