package io.gensweep.prompt;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import org.apache.spark.sql.execution.datasources.PartitioningUtils;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. The columns of folders called {@code name=value}. Their values are text, but Spark would
 * read numbers and dates, and {@code 007} would become 7.
 *
 * @param guessed with the types that Spark takes the values for
 */
record FolderColumns(StructType guessed) {

  /** The folder columns of a dataset that Spark has read. */
  static FolderColumns of(Dataset<Row> files) {
    return new FolderColumns(
        files.queryExecution().analyzed() instanceof LogicalRelation plan
                && plan.relation() instanceof HadoopFsRelation relation
            ? relation.partitionSchema()
            : new StructType());
  }

  List<String> names() {
    return List.of(guessed.fieldNames());
  }

  /**
   * The columns of files in these folders; a folder has the last word where a file has its name.
   */
  StructType in(StructType file, SparkSession spark) {
    return PartitioningUtils.mergeDataAndPartitionSchema(file, guessed, caseMatters(spark))._1();
  }

  /** Whether columns may have names that differ in case alone. */
  static boolean caseMatters(SparkSession spark) {
    return Boolean.parseBoolean(spark.conf().get("spark.sql.caseSensitive"));
  }

  /** Whether Spark reads any of the columns as another type than text. */
  boolean areGuessed() {
    return Arrays.stream(guessed.fields()).anyMatch(FolderColumns::isGuessed);
  }

  /** A copy of a schema in which these columns are text. */
  StructType asText(StructType schema) {
    StructType text = schema;
    for (String name : names()) {
      text = withText(text, name);
    }
    return text;
  }

  /** A copy of a schema in which one column, if present, is text. */
  static StructType withText(StructType schema, String name) {
    return new StructType(
        Arrays.stream(schema.fields())
            .map(
                f ->
                    f.name().equals(name)
                        ? new StructField(name, DataTypes.StringType, true, f.metadata())
                        : f)
            .toArray(StructField[]::new));
  }

  /**
   * Casts the columns to the types that Spark inferred, where that changes no value's text.
   *
   * @param text rows in which they are text
   * @param files of those rows
   * @param id a column that stays text
   */
  Dataset<Row> typed(Dataset<Row> text, String[] files, Optional<String> id) {
    Dataset<Row> typed = text;
    for (StructField field : guessed.fields()) {
      if (isGuessed(field)
          && !id.equals(Optional.of(field.name()))
          && isExact(text, files, field)) {
        Column column = ColumnNames.column(field.name());
        typed = typed.withColumn(field.name(), column.cast(field.dataType()));
      }
    }
    return typed;
  }

  private static boolean isExact(Dataset<Row> rows, String[] files, StructField field) {
    List<String> values = new ArrayList<>(values(files, field.name()));
    Column value = col("value");
    return rows.sparkSession()
        .createDataset(values, Encoders.STRING())
        .filter(not(value.cast(field.dataType()).cast("string").eqNullSafe(value)))
        .isEmpty();
  }

  private static TreeSet<String> values(String[] files, String name) {
    TreeSet<String> values = new TreeSet<>();
    for (String file : files) {
      for (String step : new Path(URI.create(file)).toString().split("/", -1)) {
        int equals = step.indexOf('=');
        if (equals > 0
            && ExternalCatalogUtils.unescapePathName(step.substring(0, equals)).equals(name)) {
          values.add(ExternalCatalogUtils.unescapePathName(step.substring(equals + 1)));
        }
      }
    }
    values.remove(ExternalCatalogUtils.DEFAULT_PARTITION_NAME());
    return values;
  }

  private static boolean isGuessed(StructField field) {
    return !(field.dataType() instanceof StringType);
  }
}
