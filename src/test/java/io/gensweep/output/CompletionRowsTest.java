package io.gensweep.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import io.gensweep.engine.Completion;
import io.gensweep.engine.Failure;
import io.gensweep.engine.FinishReason;
import io.gensweep.engine.Variant;
import io.gensweep.files.FileAccess;
import io.gensweep.prompt.ShardLayout;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.sampling.TopLogprob;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompletionRowsTest {
  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @Test
  void theColumnsAreThoseOfTheContract() {
    StructType kept = new StructType().add("answer", DataTypes.LongType);

    assertThat(OutputSchema.rows(OutputKind.COMPLETIONS, kept).simpleString())
        .isEqualTo(
            "struct<prompt_id:string,sweep_point:int,sample_index:int,text:string,"
                + "token_ids:array<int>,logprobs:array<float>,sampling_logprobs:array<float>,"
                + "top_logprobs:array<array<struct<token_id:int,logprob:float>>>,"
                + "cumulative_logprob:double,finish_reason:string,stop_reason:string,"
                + "prompt_tokens:int,completion_tokens:int,temperature:double,top_k:int,"
                + "top_p:double,min_p:double,seed:bigint,answer:bigint>");
    assertThat(OutputSchema.errors(OutputKind.COMPLETIONS, kept).fieldNames())
        .endsWith("seed", "error", "answer");
    OutputKind scored = OutputKind.COMPLETIONS_AND_PROMPT_LOGPROBS;
    assertThat(OutputSchema.rows(scored, kept).simpleString())
        .endsWith("seed:bigint,prompt_logprobs:array<float>,answer:bigint>");
    assertThat(OutputSchema.errors(scored, kept).fieldNames())
        .endsWith("seed", "prompt_logprobs", "error", "answer");
    assertThat(OutputSchema.reserved(scored)).contains("prompt_logprobs");
    assertThat(OutputSchema.rows(OutputKind.SCORES, kept).fieldNames())
        .containsExactly(
            "prompt_id",
            "reference_index",
            "token_ids",
            "logprobs",
            "sum_logprob",
            "is_greedy",
            "tokens",
            "bytes",
            "bits_per_byte",
            "answer");
    assertThat(OutputSchema.reserved(OutputKind.SCORES)).contains("bytes", "error");
  }

  @Test
  void completionsAndFailuresReadBackFromTheirFolders() throws Exception {
    StructType kept = new StructType().add("answer", DataTypes.StringType);
    ShardCommit commit =
        new ShardCommit(
            folder.toString(),
            new FileAccess(new Configuration()),
            OutputKind.COMPLETIONS,
            ShardLayout.of(1),
            kept,
            Map.of());
    Row answer = RowFactory.create("yes");
    Completion failed =
        Completion.failed(
            "b",
            new Variant(1, 2, SamplingConfig.defaults().withSeed(Long.MIN_VALUE)),
            5,
            new Failure("prompt_too_long", "5 tokens, at most 4"));

    commit.commit(
        0,
        List.of(CompletionRows.of(OutputKind.COMPLETIONS, completion("a"), answer)),
        List.of(CompletionRows.of(OutputKind.COMPLETIONS, failed, answer)));

    Row row = read("completions").first();
    assertThat(row.<Integer>getList(row.fieldIndex("token_ids"))).isEqualTo(List.of(17, 2));
    assertThat(row.<Float>getList(row.fieldIndex("logprobs"))).isEqualTo(List.of(-0.5f, -0.25f));
    assertThat(row.<Double>getAs("cumulative_logprob")).isEqualTo(-0.75);
    assertThat(row.<String>getAs("finish_reason")).isEqualTo("stop");
    assertThat(row.<String>getAs("stop_reason")).isEqualTo("2");
    assertThat(row.<Integer>getAs("completion_tokens")).isEqualTo(2);
    assertThat(row.<String>getAs("answer")).isEqualTo("yes");
    assertThat(read("completions").selectExpr("top_logprobs[1][0].token_id").first().getInt(0))
        .isEqualTo(2);
    Row error = read("errors").first();
    assertThat(error.<String>getAs("error")).isEqualTo("prompt_too_long: 5 tokens, at most 4");
    assertThat(error.<Integer>getAs("sample_index")).isEqualTo(2);
    assertThat(error.<Long>getAs("seed")).isEqualTo(Long.MIN_VALUE);
    assertThat(error.<String>getAs("answer")).isEqualTo("yes");
  }

  /** Two completions; the first keeps a value of the column {@code deep} of {@link EveryType}. */
  static List<Row> withDeep(Object deep) {
    return List.of(
        CompletionRows.of(OutputKind.COMPLETIONS, completion("a"), RowFactory.create(deep)),
        CompletionRows.of(
            OutputKind.COMPLETIONS, completion("ü"), RowFactory.create((Object) null)));
  }

  private static Completion completion(String id) {
    return new Completion(
        id,
        0,
        0,
        SamplingConfig.defaults(),
        "once 😀",
        new int[] {17, 2},
        new float[] {-0.5f, -0.25f},
        new float[] {-0.5f, 0f},
        Optional.of(
            List.of(List.of(new TopLogprob(17, -0.5f)), List.of(new TopLogprob(2, -0.25f)))),
        FinishReason.STOP,
        Optional.of("2"),
        7,
        Optional.empty(),
        Optional.empty());
  }

  private Dataset<Row> read(String name) {
    return spark.read().parquet(folder.resolve(name).toString());
  }
}
