package io.gensweep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.LocalSpark;
import io.gensweep.job.JobError;
import io.gensweep.spark.run.TinyJob;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
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
    PipelineModel model = new Pipeline().setStages(new PipelineStage[] {greedy()}).fit(prompts);
    String path = folder.resolve("pipeline").toString();
    model.write().save(path);
    assertThat(PipelineModel.load(path).transform(prompts).as(Encoders.row(schemaOut())).first())
        .isEqualTo(model.transform(prompts).first());
  }

  @Test
  void whatIsWrongIsSaidBeforeAnyTask() {
    Dataset<Row> prompts = prompts(List.of(RowFactory.create(0, "a")));
    refused(greedy().setEngine("MXNet"), prompts, "engine must be PyTorch, was MXNet");
    refused(greedy().setInputCol("promt"), prompts, "no column promt among [number, prompt]");
    refused(greedy().setInputCol("number"), prompts, "number must be text, was INT");
    refused(greedy().setOutputCol("prompt"), prompts, "there is a column prompt already");
    refused(greedy().setModelUrl("no/such"), prompts, "no/such");
    refused(greedy().setSettings("sampling.temprature=1"), prompts, "sampling.temperature");
    refused(greedy().setSettings("sampling.n=2"), prompts, "sampling.n must be 1");
    refused(new TextGenerator(), prompts, "inputCol must be set");
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

  private static StructType schemaOut() {
    return schema().add("continuation", DataTypes.StringType);
  }
}
