package io.gensweep.prompt;

import io.gensweep.files.FileAccess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Reads CSV files with a header. All columns are text, because guessing types changes
 * values. Spark lists the files, but its own CSV reader would change line ends within quotes.
 * Prompts have line breaks, so a file is not split.
 */
final class CsvFiles {
  private CsvFiles() {}

  /**
   * All columns, with {@link PromptReader#MALFORMED} and those of the folders; none without a
   * header.
   */
  static Dataset<Row> read(SparkSession spark, Dataset<Row> files, FolderColumns folders)
      throws IOException {
    FileAccess access = FileAccess.of(spark);
    List<String> header = header(files.inputFiles(), access);
    if (header.isEmpty()) {
      return spark.emptyDataFrame();
    }
    StructType schema = new StructType();
    for (String name : names(header, FolderColumns.caseMatters(spark))) {
      schema = schema.add(name, DataTypes.StringType);
    }
    schema = schema.add(PromptReader.MALFORMED, DataTypes.StringType);
    for (String name : folders.names()) {
      if (Arrays.asList(schema.fieldNames()).contains(name)) {
        throw new IOException(
            "both the header and the folders have a column " + name + "; rename one of them");
      }
      schema = schema.add(name, DataTypes.StringType);
    }
    Column[] columns =
        Stream.concat(Stream.of("path"), folders.names().stream())
            .map(name -> ColumnNames.column(name))
            .toArray(Column[]::new);
    return spark.createDataFrame(
        files.select(columns).toJavaRDD().flatMap(new CsvRows(header, access)), schema);
  }

  /** Opens a file, decompressed by the codec of its name. */
  static CsvRecords open(Path file, FileAccess access) throws IOException {
    InputStream in = access.fileSystem(file).open(file);
    try {
      CompressionCodec codec = new CompressionCodecFactory(access.configuration()).getCodec(file);
      return new CsvRecords(codec == null ? in : codec.createInputStream(in));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** The fields of a header record; a column without a name is "". */
  static List<String> header(CsvRecords record) {
    return record.fields().stream().map(field -> field.orElse("")).toList();
  }

  /** The header of the first file that has one. */
  private static List<String> header(String[] files, FileAccess access) throws IOException {
    for (String file : Stream.of(files).sorted().toList()) {
      try (CsvRecords records = open(new Path(URI.create(file)), access)) {
        if (records.next()) {
          return header(records);
        }
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return List.of();
  }

  /** Names the columns as Spark does: _c0 without a name, and with a number where two are equal. */
  static List<String> names(List<String> header, boolean caseMatters) {
    List<String> folded =
        header.stream().map(name -> caseMatters ? name : name.toLowerCase(Locale.ROOT)).toList();
    Set<String> seen = new HashSet<>();
    Set<String> twice = new HashSet<>();
    for (String name : folded) {
      if (!seen.add(name)) {
        twice.add(name);
      }
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < header.size(); i++) {
      boolean shared = twice.contains(folded.get(i));
      String name = shared ? header.get(i) + i : header.get(i);
      names.add(header.get(i).isEmpty() ? "_c" + i : name);
    }
    return names;
  }
}
