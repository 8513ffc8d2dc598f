package io.gensweep.output;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Rows with a column of each type that can be kept: usual values, extreme ones, empty ones, nulls.
 */
final class EveryType {
  private static final String[] COLUMNS = {
    "'Größe 😀 \\u0000' as s",
    "true as b",
    "cast(-128 as byte) as i8",
    "cast(32767 as short) as i16",
    "-2147483648 as i32",
    "9223372036854775807 as i64",
    "cast('-1.5e-45' as float) as f32",
    "cast('NaN' as double) as f64",
    "cast(-12345.67 as decimal(7,2)) as d7",
    "cast(-1234567890123.4567 as decimal(18,4)) as d18",
    "cast('-99999999999999999999999999999999999999' as decimal(38,0)) as d38",
    "cast('0.000000000000000000001' as decimal(22,21)) as d22",
    "date'2024-02-29' as day",
    "date'0004-03-01' as old_day",
    "timestamp'2024-02-29 12:34:56.123456' as ts",
    "timestamp'1500-02-03 01:02:03.000004' as old_ts",
    "timestamp_ntz'1969-12-31 23:59:59.999999' as ntz",
    "X'00ff80' as bin",
    "array(1, null, 3) as ints",
    "array(array('a'), array(), null) as lists",
    "named_struct('x', 1, 'y', named_struct('z', cast(null as string))) as struct",
    "map('k', 1, 'l', null) as map",
    "map(1, array(named_struct('a', 1.5D))) as deep",
    "array(named_struct('role', 'user', 'content', '')) as `dotted.name with space`"
  };

  private EveryType() {}

  /** Row 0 has a value everywhere, row 1 a null, row 2 empty lists, maps and texts. */
  static Dataset<Row> rows(SparkSession spark) {
    String values = String.join(", ", COLUMNS);
    Dataset<Row> full = spark.sql("select 0 as row, " + values);
    Dataset<Row> nulls =
        spark
            .sql("select 1 as row, " + values)
            .selectExpr(
                List.of(full.schema().fields()).stream()
                    .map(
                        f ->
                            f.name().equals("row")
                                ? "row"
                                : "cast(null as %s) as `%s`"
                                    .formatted(f.dataType().sql(), f.name()))
                    .toArray(String[]::new));
    Dataset<Row> empty =
        spark
            .sql("select 2 as row, " + values)
            .selectExpr(
                List.of(full.schema().fields()).stream()
                    .map(
                        f ->
                            switch (f.name()) {
                              case "s" -> "'' as s";
                              case "bin" -> "X'' as bin";
                              case "ints" -> "cast(array() as array<int>) as ints";
                              case "lists" -> "cast(array() as array<array<string>>) as lists";
                              case "map" -> "cast(map() as map<string,int>) as map";
                              default -> "`" + f.name() + "`";
                            })
                    .toArray(String[]::new));
    return full.union(nulls).union(empty);
  }
}
