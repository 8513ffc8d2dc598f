package io.gensweep.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * Executor. A row of a stored file, to be compared bit by bit with the same row made again.
 *
 * @param row with its schema
 */
public record StoredRow(Row row) {
  private static final String TOKEN_IDS = "token_ids";
  private static final String LOGPROBS = "logprobs";

  /** The key columns, such as {@code prompt_id a, reference_index 0}. */
  public static String key(OutputKind kind, Row row) {
    String[] names = OutputSchema.rows(kind, new StructType()).fieldNames();
    List<String> parts = new ArrayList<>();
    for (int i = 0; i < kind.keyColumns(); i++) {
      parts.add(names[i] + " " + row.get(i));
    }
    return String.join(", ", parts);
  }

  public boolean isError() {
    return has("error");
  }

  private boolean has(String column) {
    return Arrays.asList(row.schema().fieldNames()).contains(column);
  }

  /** The stored token ids; empty if there are none. */
  public int[] tokenIds() {
    return list(value(TOKEN_IDS)).stream().mapToInt(id -> (Integer) id).toArray();
  }

  /** Largest difference of the stored log-probs from others; infinite if the lengths differ. */
  public double offFrom(float[] logprobs) {
    return off(list(value(LOGPROBS)), list(logprobs), Integer.MAX_VALUE);
  }

  /**
   * Describes the differences, a few words per column; empty if all bits are equal.
   *
   * @param again the values of {@code schema}
   */
  public List<String> differences(StructType schema, Row again) {
    List<String> what = new ArrayList<>();
    int ids = Integer.MAX_VALUE;
    for (int i = 0; i < again.length(); i++) {
      String name = schema.fieldNames()[i];
      if (!has(name)) {
        what.add("the column " + name + " is missing");
      } else if (!same(value(name), again.get(i))) {
        List<?> stored = list(value(name));
        List<?> made = list(again.get(i));
        if (name.equals(TOKEN_IDS)) {
          ids = firstDifference(stored, made);
          what.add(TOKEN_IDS + " from position " + ids);
        } else if (name.endsWith(LOGPROBS)
            && schema.fields()[i].dataType().simpleString().equals("array<float>")) {
          what.add(logprobs(name, off(stored, made, ids)));
        } else {
          what.add(name);
        }
      }
    }
    TreeSet<String> more = new TreeSet<>(List.of(row.schema().fieldNames()));
    more.removeAll(List.of(schema.fieldNames()));
    more.forEach(name -> what.add("the column " + name + " is none of the job's"));
    return what;
  }

  private static String logprobs(String name, double off) {
    if (off == 0) {
      return name + " after that";
    }
    return Double.isInfinite(off)
        ? name + " in length, or by what is no number"
        : "%s by at most %.3g".formatted(name, off);
  }

  private Object value(String name) {
    return has(name) ? row.get(row.fieldIndex(name)) : null;
  }

  private static int firstDifference(List<?> left, List<?> right) {
    int i = 0;
    while (i < left.size() && i < right.size() && same(left.get(i), right.get(i))) {
      i++;
    }
    return i;
  }

  /** Largest difference at positions before {@code end}; infinite where only one has a value. */
  private static double off(List<?> left, List<?> right, int end) {
    double most = 0;
    for (int i = 0; i < Math.min(end, Math.max(left.size(), right.size())); i++) {
      boolean both = i < left.size() && i < right.size();
      if (both && !same(left.get(i), right.get(i))) {
        boolean numbers = left.get(i) instanceof Float && right.get(i) instanceof Float;
        double off =
            numbers ? Math.abs((double) (Float) left.get(i) - (Float) right.get(i)) : Double.NaN;
        most = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(most, off);
      } else if (!both) {
        most = Double.POSITIVE_INFINITY;
      }
    }
    return most;
  }

  /** Whether two values are equal bit by bit, whichever of Spark, Java or the engine made them. */
  private static boolean same(Object left, Object right) {
    if (left == null || right == null) {
      return left == right;
    }
    if (left instanceof Float a && right instanceof Float b) {
      return Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b);
    }
    if (left instanceof Double a && right instanceof Double b) {
      return Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b);
    }
    if (left instanceof byte[] a && right instanceof byte[] b) {
      return Arrays.equals(a, b);
    }
    if (left instanceof Row a && right instanceof Row b) {
      return sameItems(values(a), values(b));
    }
    if (left instanceof scala.collection.Map<?, ?> a
        && right instanceof scala.collection.Map<?, ?> b) {
      return sameMaps(JavaConverters.mapAsJavaMap(a), JavaConverters.mapAsJavaMap(b));
    }
    return (isList(left) && isList(right))
        ? sameItems(list(left), list(right))
        : Objects.equals(left, right);
  }

  private static boolean sameItems(List<?> left, List<?> right) {
    return left.size() == right.size() && firstDifference(left, right) == left.size();
  }

  private static boolean sameMaps(Map<?, ?> left, Map<?, ?> right) {
    return left.size() == right.size()
        && left.entrySet().stream()
            .allMatch(
                e -> right.containsKey(e.getKey()) && same(e.getValue(), right.get(e.getKey())));
  }

  private static List<Object> values(Row row) {
    List<Object> values = new ArrayList<>(row.length());
    for (int i = 0; i < row.length(); i++) {
      values.add(row.get(i));
    }
    return values;
  }

  private static boolean isList(Object value) {
    return value instanceof int[]
        || value instanceof float[]
        || value instanceof List<?>
        || value instanceof Seq<?>;
  }

  private static List<?> list(Object value) {
    if (value instanceof int[] ints) {
      return Arrays.stream(ints).boxed().toList();
    }
    if (value instanceof float[] floats) {
      List<Float> items = new ArrayList<>(floats.length);
      for (float item : floats) {
        items.add(item);
      }
      return items;
    }
    if (value instanceof Seq<?> seq) {
      return JavaConverters.seqAsJavaList(seq);
    }
    return value instanceof List<?> items ? items : List.of();
  }
}
