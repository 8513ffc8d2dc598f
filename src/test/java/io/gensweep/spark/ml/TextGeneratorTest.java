package io.gensweep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.LocalSpark;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.spark.run.TinyJob;
import io.gensweep.spark.run.TinyRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stage of a Spark ML pipeline, with the trained model; what HF said of it is the oracle. */
class TextGeneratorTest {
  private final SparkSession spark = LocalSpark.session();

  @TempDir Path folder;

  @Test
  void everyRowGetsWhatHfContinuesItWithInItsOwnPlace() throws IOException {
    List<Row> rows = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    JsonNode oracle =
        new ObjectMapper().readTree(Path.of("src/test/resources/models/tiny-oracle.json").toFile());
    for (JsonNode prompt : oracle.get("prompts")) {
      if (prompt.get("id").asText().startsWith("quickstart")) {
        rows.add(RowFactory.create(rows.size(), prompt.get("prompt").asText()));
        expected.add(prompt.get("text").asText());
      }
    }
    rows.add(2, RowFactory.create(rows.size(), null));
    expected.add(2, null);
    Dataset<Row> continued = greedy().transform(prompts(rows).coalesce(2));
    assertThat(continued.columns()).containsExactly("number", "prompt", "continuation");
    List<Row> seen = continued.collectAsList();
    assertThat(seen).extracting(row -> row.getInt(0)).isEqualTo(numbers(rows));
    assertThat(seen).extracting(row -> row.getString(2)).isEqualTo(expected);
  }

  @Test
  void aTextIsContinuedAlikeWhereverItsRowIs() {
    List<Row> same =
        IntStream.range(0, 40)
            .mapToObj(i -> RowFactory.create(i, "Q: What is " + (20 + i % 5) + " + 31?\nA:"))
            .toList();
    TextGenerator sampled =
        greedy().setSettings("sampling.temperature=1.5", "sampling.max_tokens=24").setBatchSize(3);
    assertThat(
            sampled
                .transform(prompts(same).repartition(3))
                .select("prompt", "continuation")
                .distinct()
                .count())
        .isEqualTo(5);
  }

  @Test
  void aReaderMayStopBeforeTheLastRow() {
    List<Row> many =
        IntStream.range(0, 500)
            .mapToObj(i -> RowFactory.create(i, "Q: What is " + i + " + 1?\nA:"))
            .toList();
    assertThat(greedy().transform(prompts(many).coalesce(1)).limit(3).collectAsList()).hasSize(3);
  }

  @Test
  void aPipelineIsWrittenAndReadAgain() throws IOException {
    Dataset<Row> prompts = prompts(List.of(RowFactory.create(0, "Q: What is 97 - 29?\nA:")));
    PipelineStage[] stages = {greedy().setErrorCol("error")};
    PipelineModel model = new Pipeline().setStages(stages).fit(prompts);
    String path = folder.resolve("pipeline").toString();
    model.write().save(path);
    assertThat(PipelineModel.load(path).transform(prompts).first())
        .isEqualTo(model.transform(prompts).first());
    String alone = folder.resolve("stage").toString();
    greedy().setSettings("sampling.seed=5").save(alone);
    TextGenerator loaded = TextGenerator.load(alone);
    assertThat(loaded.getOrDefault(loaded.settings())).containsExactly("sampling.seed=5");
  }

  @Test
  void whatIsWrongIsSaidBeforeAnyTask() {
    Dataset<Row> prompts = prompts(List.of(RowFactory.create(0, "a")));
    refused(greedy().setEngine("MXNet"), prompts, "engine must be PyTorch, was MXNet");
    refused(greedy().setInputCol("promt"), prompts, "no column promt among [number, prompt]");
    refused(
        greedy().setInputCol("number"),
        prompts,
        "number must be text, a list of {role, content} or a list of token ids, was INT");
    refused(greedy().setOutputCol("prompt"), prompts, "there is a column prompt already");
    refused(greedy().setModelUrl("no/such"), prompts, "no/such");
    refused(greedy().setSettings("sampling.temprature=1"), prompts, "sampling.temperature");
    refused(greedy().setSettings("sweep.temperature=[0, 1]"), prompts, "there can be no sweep");
    refused(greedy().setSettings("sampling.stop_token_ids=[99999]"), prompts, "stop_token_ids");
    refused(greedy().setErrorCol("continuation"), prompts, "errorCol: there is a column");
    refused(new TextGenerator(), prompts, "inputCol must be set");
  }

  @Test
  void whatIsAskedOfAContinuationIsInColumnsOfItsOwn() {
    List<Row> rows =
        List.of(
            RowFactory.create(0, "Q: What is 97 - 29?\nA:"),
            RowFactory.create(1, null),
            RowFactory.create(2, "1 ".repeat(2000)));
    Dataset<Row> all = everyColumn(greedy()).transform(prompts(rows));
    assertThat(all.schema().fieldNames())
        .containsExactly(
            "number", "prompt", "continuation", "ids", "logprobs", "drawn", "reason", "error");
    List<Row> seen = all.collectAsList();
    List<Integer> ids = seen.get(0).getList(3);
    List<Float> logprobs = seen.get(0).getList(4);
    List<Float> drawn = seen.get(0).getList(5);
    assertThat(ids).isNotEmpty();
    assertThat(logprobs).hasSameSizeAs(ids).allMatch(logprob -> logprob <= 0);
    assertThat(drawn).hasSameSizeAs(ids).containsOnly(0f);
    assertThat(seen.get(0).getString(6)).isEqualTo("stop");
    assertThat(seen.get(0).isNullAt(7)).isTrue();
    for (Row failed : seen.subList(1, 3)) {
      assertThat(List.of(2, 3, 4, 5)).allMatch(failed::isNullAt);
      assertThat(failed.getString(6)).isEqualTo("error");
    }
    assertThat(seen.get(1).getString(7)).isEqualTo("bad_prompt: the prompt is null");
    assertThat(seen.get(2).getString(7)).startsWith("prompt_too_long: ");
  }

  /** The first k of n samples are those of n = k. */
  @Test
  void ofSeveralSamplesEachColumnIsAList() {
    Dataset<Row> prompts =
        prompts(
            List.of(RowFactory.create(0, "Q: What is 97 - 29?\nA:"), RowFactory.create(1, null)));
    Row one = everyColumn(sampled("sampling.n=1")).transform(prompts).first();
    List<Row> three = everyColumn(sampled("sampling.n=3")).transform(prompts).collectAsList();
    for (int column = 2; column < one.length(); column++) {
      List<Object> samples = three.get(0).getList(column);
      assertThat(samples).hasSize(3);
      assertThat(samples.get(0)).isEqualTo(one.get(column));
    }
    assertThat(new HashSet<>(three.get(0).getList(2))).as("texts").hasSizeGreaterThan(1);
    assertThat(three.get(1).getList(2)).containsExactly(null, null, null);
    assertThat(three.get(1).getList(7)).hasSize(3).containsOnly("bad_prompt: the prompt is null");
  }

  @Test
  void messagesAndTokenIdsAreContinuedAsInARun() throws IOException {
    TinyRun run =
        TinyRun.of(
            JobFile.parse(
                    "test.yaml",
                    """
                    model: {path: data/models/tiny, dtype: float32}
                    prompts: {path: data/prompts/chat.jsonl, id: id, messages: messages}
                    sampling: {temperature: 0, max_tokens: 24}
                    output: {path: "%s"}
                    """
                        .formatted(folder.resolve("run")),
                    List.of())
                .resolve(Optional.empty()));
    Map<String, Row> expected = run.completions();
    Dataset<Row> chat = spark.read().json("data/prompts/chat.jsonl").select("id", "messages");
    List<Row> seen =
        greedy()
            .setInputCol("messages")
            .setSettings(
                Map.of(
                    "model.dtype", "float32", "sampling.temperature", 0, "sampling.max_tokens", 24))
            .transform(chat)
            .collectAsList();
    assertThat(seen).hasSize(64);
    for (Row row : seen) {
      assertThat(row.<String>getAs("continuation"))
          .isEqualTo(expected.get(row.getString(0)).getAs("text"));
    }
    Dataset<Row> ids =
        spark.sql(
            "SELECT array(5, 6, 7L) AS tokens, 'kept' AS `a.b` UNION ALL SELECT array(-1L), 'bad'");
    List<Row> ofIds =
        greedy().setInputCol("tokens").setErrorCol("error").transform(ids).collectAsList();
    assertThat(ofIds.get(0).<String>getAs("continuation")).isNotNull();
    assertThat(ofIds.get(0).getString(1)).isEqualTo("kept");
    assertThat(ofIds.get(1).<String>getAs("error")).startsWith("bad_prompt: token 0");
  }

  @Test
  void settingsAreTextsAListOrAMap() {
    String[] texts = {"sampling.stop=[\"a=b\",\"7\"]"};
    Map<String, ?> map = Map.of("sampling.stop", List.of("a=b", "7"));
    for (TextGenerator generator :
        List.of(
            greedy().setSettings(texts),
            greedy().setSettings(List.of(texts)),
            greedy().setSettings(map))) {
      assertThat(generator.getOrDefault(generator.settings())).containsExactly(texts);
    }
  }

  @Test
  void aCopyHasTheValuesOfItsOwnAndEveryParameterTellsWhatItIs() {
    TextGenerator generator = everyColumn(greedy());
    TextGenerator copy = generator.copy(new ParamMap().put(generator.batchSize(), 3));
    assertThat(copy.uid()).isEqualTo(generator.uid());
    assertThat(copy.getOrDefault(copy.batchSize())).isEqualTo(3);
    assertThat(generator.getOrDefault(generator.batchSize())).isEqualTo(64);
    assertThat(copy.getOrDefault(copy.errorCol())).isEqualTo("error");
    assertThat(generator.params()).hasSize(11).allMatch(param -> !param.doc().isBlank());
    assertThat(generator.explainParams()).contains("settings: keys of a job file as key=value");
    assertThat(generator.transformSchema(schema()).apply("logprobs").dataType())
        .isEqualTo(DataTypes.createArrayType(DataTypes.FloatType));
  }

  private static TextGenerator sampled(String n) {
    return greedy()
        .setSettings("model.dtype=float32", "sampling.temperature=5", "sampling.max_tokens=8", n);
  }

  private static TextGenerator everyColumn(TextGenerator generator) {
    return generator
        .setTokenIdsCol("ids")
        .setLogprobsCol("logprobs")
        .setSamplingLogprobsCol("drawn")
        .setFinishReasonCol("reason")
        .setErrorCol("error");
  }

  private static void refused(TextGenerator generator, Dataset<Row> prompts, String message) {
    assertThatThrownBy(() -> generator.transform(prompts))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(message);
  }

  private static TextGenerator greedy() {
    return new TextGenerator()
        .setModelUrl(TinyJob.MODEL)
        .setInputCol("prompt")
        .setOutputCol("continuation")
        .setSettings("model.dtype=float32", "sampling.temperature=0", "sampling.max_tokens=96");
  }

  private static List<Integer> numbers(List<Row> rows) {
    return rows.stream().map(row -> row.getInt(0)).toList();
  }

  private Dataset<Row> prompts(List<Row> rows) {
    return spark.createDataFrame(rows, schema());
  }

  private static StructType schema() {
    return new StructType()
        .add("number", DataTypes.IntegerType)
        .add("prompt", DataTypes.StringType);
  }
}
