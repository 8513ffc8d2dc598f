package io.gensweep.prompt;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Reads the columns of Parquet files from the footer of the first one. Spark refuses a
 * whole file for one column of a type that it does not know, even if that column is not needed.
 *
 * @param readable by Spark
 * @param unreadable others, with their type as Parquet writes it
 */
record ParquetColumns(StructType readable, Map<String, String> unreadable) {
  private static final ParquetColumns NONE = new ParquetColumns(new StructType(), Map.of());

  /**
   * Reads one footer.
   *
   * @param path as Spark reads it
   * @throws PromptsError if the footer has a type that is newer than the library
   * @return no columns at all if there is no such file, or it is not Parquet; Spark says so better
   */
  static ParquetColumns of(SparkSession spark, String path) {
    String[] files = spark.read().format("binaryFile").load(path).inputFiles();
    if (files.length == 0) {
      return NONE;
    }
    Path first = new Path(URI.create(Stream.of(files).sorted().findFirst().orElseThrow()));
    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(first, spark.sparkContext().hadoopConfiguration()))) {
      return of(
          new ParquetToSparkSchemaConverter(spark.sessionState().conf()),
          reader.getFooter().getFileMetaData().getSchema());
    } catch (NullPointerException unknown) {
      throw new PromptsError(
          "prompts.path",
          path,
          "a column has a type that the Parquet library of this Spark does not know, such as float16, so it reads no column of the file; write that column as another",
          unknown);
    } catch (IOException | RuntimeException noParquet) {
      return NONE;
    }
  }

  private static ParquetColumns of(ParquetToSparkSchemaConverter converter, MessageType schema) {
    StructType readable = new StructType();
    Map<String, String> unreadable = new TreeMap<>();
    for (Type column : schema.getFields()) {
      try {
        StructField[] fields = converter.convert(new MessageType("column", column)).fields();
        readable = readable.add(fields[0]);
      } catch (Exception unknown) {
        // Spark's own are checked, but in Scala's way: javac does not know that they are thrown.
        unreadable.put(column.getName(), column.toString());
      }
    }
    return new ParquetColumns(readable, unreadable);
  }
}
