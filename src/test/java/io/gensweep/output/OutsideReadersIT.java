package io.gensweep.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.gensweep.LocalSpark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PyArrow, pandas and DuckDB read our files as they read the same rows written by Spark. */
class OutsideReadersIT {
  private static final String PYTHON = System.getProperty("gensweep.python", "");

  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @BeforeEach
  void needsPython() {
    assumeTrue(!PYTHON.isEmpty(), "gensweep.python names no Python with pyarrow, pandas, duckdb");
  }

  @Test
  void everyTypeReadsTheSame() throws Exception {
    Dataset<Row> rows = EveryType.rows(spark);
    assertReadTheSame(write(rows.schema(), rows.collectAsList()), rows, 3);
  }

  @Test
  void anEmptyFileReadsTheSame() throws Exception {
    Dataset<Row> rows = EveryType.rows(spark).filter("row = 9");
    assertReadTheSame(write(rows.schema(), List.of()), rows, 0);
  }

  @Test
  void completionsReadTheSame() throws Exception {
    Dataset<Row> types = EveryType.rows(spark);
    Object deep = types.filter("row = 0").select("deep").first().get(0);
    StructType kept = new StructType().add(types.schema().apply("deep"));
    StructType schema = OutputSchema.rows(OutputKind.COMPLETIONS, kept);
    Path ours = write(schema, CompletionRowsTest.withDeep(deep));
    Dataset<Row> read = spark.read().parquet(ours.toString());
    assertReadTheSame(ours, spark.createDataFrame(read.toJavaRDD(), schema), 2);
  }

  private Path write(StructType schema, List<Row> rows) throws IOException {
    Path file = folder.resolve("ours.parquet");
    FileSystem files = FileSystem.getLocal(new Configuration());
    ParquetShard.write(
        ((LocalFileSystem) files).getRawFileSystem(),
        new org.apache.hadoop.fs.Path(file.toUri()),
        schema,
        Map.of(),
        rows.iterator());
    return file;
  }

  private void assertReadTheSame(Path ours, Dataset<Row> rows, int count)
      throws IOException, InterruptedException {
    Path reference = folder.resolve("spark");
    spark.conf().set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    spark.conf().set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED");
    rows.coalesce(1).write().parquet(reference.toString());

    Process python =
        new ProcessBuilder(
                PYTHON, "src/test/python/read_parquet.py", ours.toString(), reference.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(python.waitFor()).as(said).isZero();
    assertThat(said).contains("same rows: " + count);
  }
}
