package io.gensweep.prompt;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.AccumulatorV2;

/**
 * Executor to driver. What Spark would lose of lines of JSON, collected while their schema is
 * inferred: whether a number is lost depends on the type that all lines together give its column.
 */
final class JsonLosses extends AccumulatorV2<String, JsonLosses> {
  private static final long serialVersionUID = 1L;

  /** What is lost whatever the schema is. */
  private static final List<String> MORE_THAN_ONE_RECORD = List.of();

  /**
   * The first line in which a value may be lost.
   *
   * @param partition of the input
   * @param line in the partition
   * @param shown its beginning
   */
  private record Loss(int partition, long line, String shown, String value)
      implements java.io.Serializable {
    private static final Comparator<Loss> BY_PLACE =
        Comparator.comparingInt(Loss::partition).thenComparingLong(Loss::line);

    static Loss first(Loss one, Loss other) {
      return BY_PLACE.compare(one, other) <= 0 ? one : other;
    }
  }

  private final Set<String> kept;

  /** By the path of field names to the value; an element of a list has the name of the list. */
  private final HashMap<List<String>, Loss> losses = new HashMap<>();

  private long lines;

  /**
   * @param kept names of the columns whose values go into the output
   */
  JsonLosses(Set<String> kept) {
    this.kept = Set.copyOf(kept);
  }

  /** The first loss in the order of the input, with a remedy. */
  Optional<String> first(StructType schema) {
    return losses.entrySet().stream()
        .filter(loss -> loss.getKey().isEmpty() || isFraction(schema, loss.getKey()))
        .min(Map.Entry.comparingByValue(Loss.BY_PLACE))
        .map(
            loss ->
                loss.getKey().isEmpty()
                    ? "a line has more than one record, or something after it, which would be lost: %s. Put each record on a line of its own"
                        .formatted(loss.getValue().shown())
                    : "the number %s is kept in a column of fractions, which would change it: %s. Write it as text"
                        .formatted(loss.getValue().value(), loss.getValue().shown()));
  }

  private static boolean isFraction(DataType type, List<String> path) {
    DataType element = type;
    while (element instanceof ArrayType array) {
      element = array.elementType();
    }
    if (path.isEmpty()) {
      return element instanceof DoubleType;
    }
    if (element instanceof StructType struct) {
      for (StructField field : struct.fields()) {
        if (field.name().equals(path.get(0))) {
          return isFraction(field.dataType(), path.subList(1, path.size()));
        }
      }
    }
    return false;
  }

  /** Looks at a line. */
  @Override
  public void add(String line) {
    lines++;
    if (JsonLine.hasMore(line)) {
      add(line, MORE_THAN_ONE_RECORD, "");
      return;
    }
    for (Map.Entry<List<String>, BigInteger> number : JsonLine.inexact(line, kept).entrySet()) {
      add(line, number.getKey(), number.getValue().toString());
    }
  }

  private void add(String line, List<String> path, String value) {
    losses.computeIfAbsent(
        path, p -> new Loss(TaskContext.getPartitionId(), lines, JsonLine.shown(line), value));
  }

  @Override
  public void merge(AccumulatorV2<String, JsonLosses> other) {
    other.value().losses.forEach((path, loss) -> losses.merge(path, loss, Loss::first));
  }

  @Override
  public JsonLosses value() {
    return this;
  }

  @Override
  public boolean isZero() {
    return losses.isEmpty();
  }

  @Override
  public JsonLosses copy() {
    JsonLosses copy = new JsonLosses(kept);
    copy.losses.putAll(losses);
    return copy;
  }

  @Override
  public void reset() {
    losses.clear();
    lines = 0;
  }
}
