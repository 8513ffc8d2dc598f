package io.gensweep.output;

import io.gensweep.prompt.Utf8Order;
import java.util.Comparator;
import org.apache.spark.sql.Row;

/** Executor. Orders the rows of a file by the UTF-8 bytes of the prompt id, then by int columns. */
record RowOrder(int keyColumns) implements Comparator<Row> {
  @Override
  public int compare(Row left, Row right) {
    int order = Utf8Order.INSTANCE.compare(left.getString(0), right.getString(0));
    for (int i = 1; order == 0 && i < keyColumns; i++) {
      order = Integer.compare(left.getInt(i), right.getInt(i));
    }
    return order;
  }
}
