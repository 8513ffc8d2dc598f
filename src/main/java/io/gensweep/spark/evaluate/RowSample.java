package io.gensweep.spark.evaluate;

import io.gensweep.scorer.Sample;
import io.gensweep.scorer.ScorerFailure;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;

/**
 * Executor. A completion as a scorer sees it.
 *
 * @param reference the column of the right answers
 */
record RowSample(Row row, Optional<String> reference) implements Sample {
  @Override
  public String text() {
    String text = row.getAs(Columns.TEXT);
    if (text == null) {
      throw new ScorerFailure("no_text: the completion has none");
    }
    return text;
  }

  @Override
  public List<String> references() {
    List<String> references = new ArrayList<>();
    Object value = column(reference.orElseThrow());
    if (value instanceof Collection<?> several) {
      several.forEach(one -> add(references, one));
    } else {
      add(references, value);
    }
    if (references.isEmpty()) {
      throw new ScorerFailure("no_reference: " + reference.get() + " is null or empty");
    }
    return references;
  }

  private static void add(List<String> references, Object value) {
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      boolean whole = Math.rint(number) == number && Math.abs(number) < 1e15;
      references.add(whole ? BigDecimal.valueOf((long) number).toPlainString() : value.toString());
    } else if (value instanceof BigDecimal decimal) {
      references.add(decimal.toPlainString());
    } else if (value != null) {
      references.add(value.toString());
    }
  }

  @Override
  public Object column(String name) {
    int index = row.fieldIndex(name);
    if (row.isNullAt(index)) {
      return null;
    }
    return row.schema().fields()[index].dataType() instanceof ArrayType
        ? row.getList(index)
        : row.get(index);
  }
}
