package io.gensweep.prompt;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;

import java.util.List;
import org.apache.spark.sql.Column;

/** Driver. Columns by names that may have any characters. */
public final class ColumnNames {
  private ColumnNames() {}

  /** The quoted name for an SQL expression. */
  static String backticks(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  public static Column column(String name) {
    return col(backticks(name));
  }

  /** The values of some columns as texts, in one column of arrays. */
  public static Column texts(List<String> names) {
    return array(names.stream().map(name -> column(name).cast("string")).toArray(Column[]::new));
  }
}
