package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kept columns with the first and last times that Spark has, and some before Christ. */
class KeptTimesTest {
  private static final SparkSession SPARK = LocalSpark.session();

  @TempDir private Path folder;

  @Test
  void areAsInTheInput() throws IOException {
    String prompts = folder.resolve("prompts").toString();
    SPARK.conf().set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    SPARK.conf().set("spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED");
    SPARK
        .sql(
            """
            select '1' as id, '4 + 4' as prompt, timestamp_micros(-9223372036854775808) as time,
                date'-0044-03-15' as day
            union all select '2', '4 + 5', timestamp_micros(9223372036854775807), date'0001-01-01'
            union all select '3', '4 + 6', timestamp'-0044-03-15 12:00:00.000001', date'1582-10-10'
            """)
        .write()
        .parquet(prompts);
    SPARK.conf().unset("spark.sql.parquet.outputTimestampType");
    SPARK.conf().unset("spark.sql.parquet.datetimeRebaseModeInWrite");
    TinyRun.of(
            Path.of(prompts),
            folder.resolve("out"),
            "prompts.format=parquet",
            "prompts.keep=[time, day]")
        .requireWhole(3);
    assertThat(
            SPARK
                .read()
                .parquet(folder.resolve("out/completions").toString())
                .selectExpr("prompt_id as id", "time", "day")
                .exceptAll(SPARK.read().parquet(prompts).select("id", "time", "day"))
                .count())
        .isZero();
  }
}
