package io.gensweep.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetShardTest {
  private static final StructType LINE =
      new StructType()
          .add("id", DataTypes.StringType, false)
          .add("ids", DataTypes.createArrayType(DataTypes.IntegerType, false))
          .add("logprobs", DataTypes.createArrayType(DataTypes.FloatType, false));

  private final SparkSession spark = LocalSpark.session();

  @TempDir java.nio.file.Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void sparkReadsEveryTypeBackAsItWas(String javaTime) {
    String before = spark.conf().get("spark.sql.datetime.java8API.enabled");
    spark.conf().set("spark.sql.datetime.java8API.enabled", javaTime);
    try {
      Dataset<Row> rows = EveryType.rows(spark);
      List<Row> expected = rows.collectAsList();
      java.nio.file.Path file = write("types.parquet", rows.schema(), expected);

      Dataset<Row> read = spark.read().parquet(file.toString());

      assertThat(read.sort("row").collectAsList()).isEqualTo(expected);
      assertThat(read.schema().simpleString()).isEqualTo(rows.schema().simpleString());
    } finally {
      spark.conf().set("spark.sql.datetime.java8API.enabled", before);
    }
  }

  @Test
  void aFileWithoutRowsHasItsColumns() {
    java.nio.file.Path file = write("empty.parquet", LINE, List.of());

    Dataset<Row> read = spark.read().parquet(file.toString());

    assertThat(read.count()).isZero();
    assertThat(read.columns()).containsExactly("id", "ids", "logprobs");
  }

  @Test
  void aHundredThousandRowsComeBack() {
    List<Row> rows = lines(100_000);
    java.nio.file.Path file = write("large.parquet", LINE, rows);

    Dataset<Row> read = spark.read().parquet(file.toString());

    assertThat(read.count()).isEqualTo(100_000);
    assertThat(read.selectExpr("sum(size(ids))", "sum(ids[1])").first())
        .isEqualTo(
            RowFactory.create(
                300_000L, IntStream.range(0, 100_000).mapToLong(i -> i % 49_152).sum()));
    assertThat(read.filter("id = 'prompt 00099999'").first().getList(2))
        .isEqualTo(List.of(-0.5f, Float.NEGATIVE_INFINITY, -99_999f));
  }

  @Test
  void theSameRowsAreTheSameBytes() throws Exception {
    List<Row> rows = lines(20_000);
    byte[] alone = Files.readAllBytes(write("alone.parquet", LINE, rows));

    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<java.nio.file.Path>> files =
          IntStream.range(0, 16)
              .mapToObj(i -> threads.submit(() -> write("f" + i + ".parquet", LINE, rows)))
              .toList();
      for (Future<java.nio.file.Path> file : files) {
        assertThat(Files.readAllBytes(file.get())).isEqualTo(alone);
      }
    } finally {
      threads.shutdown();
    }
    assertThat(Files.readAllBytes(write("other.parquet", LINE, lines(19_999)))).isNotEqualTo(alone);
  }

  @Test
  void theFooterCarriesWhatTheCallerGives() throws IOException {
    java.nio.file.Path file = write("footer.parquet", LINE, lines(1));

    try (ParquetFileReader reader =
        ParquetFileReader.open(
            HadoopInputFile.fromPath(new Path(file.toUri()), new Configuration()))) {
      assertThat(reader.getFooter().getFileMetaData().getKeyValueMetaData())
          .containsEntry("gensweep.settings", "[{\"key\":\"sampling.top_p\",\"value\":0.9}]");
      assertThat(reader.getFooter().getBlocks().get(0).getColumns().get(0).getCodec().name())
          .isEqualTo("ZSTD");
    }
  }

  @Test
  void aRowThatDoesNotFitTheSchemaIsRefused() {
    assertThatThrownBy(() -> write("a.parquet", LINE, List.of(RowFactory.create("x", null))))
        .hasMessageContaining("a row must have 3 values, had 2");
    assertThatThrownBy(() -> write("b.parquet", LINE, List.of(RowFactory.create(null, null, null))))
        .hasMessageContaining("id must not be null");
    StructType interval = new StructType().add("i", DataTypes.CalendarIntervalType);
    assertThatThrownBy(() -> write("c.parquet", interval, List.of()))
        .hasMessageContaining("column i has type interval");
  }

  private static List<Row> lines(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                RowFactory.create(
                    "prompt %08d".formatted(i),
                    new int[] {1, i % 49_152, 3},
                    new float[] {-0.5f, Float.NEGATIVE_INFINITY, -i}))
        .sorted(Comparator.comparing(row -> row.getString(0)))
        .toList();
  }

  private java.nio.file.Path write(String name, StructType schema, List<Row> rows) {
    java.nio.file.Path file = folder.resolve(name);
    try {
      FileSystem files = FileSystem.getLocal(new Configuration());
      ParquetShard.write(
          ((LocalFileSystem) files).getRawFileSystem(),
          new Path(file.toUri()),
          schema,
          Map.of("gensweep.settings", "[{\"key\":\"sampling.top_p\",\"value\":0.9}]"),
          rows.iterator());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
