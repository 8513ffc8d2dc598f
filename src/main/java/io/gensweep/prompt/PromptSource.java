package io.gensweep.prompt;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import io.gensweep.job.PromptKind;
import io.gensweep.job.PromptsSpec;
import io.gensweep.job.RowSampling;
import io.gensweep.job.ScoreSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Driver. Reads the prompt dataset into the columns of {@link PromptColumns}. */
public final class PromptSource {
  private static final int HASH_LETTERS = 16;

  private final PromptsSpec spec;
  private final Optional<ScoreSpec> score;
  private final Dataset<Row> input;
  private final InputColumns columns;

  private PromptSource(PromptsSpec spec, Optional<ScoreSpec> score, PromptInput input) {
    this.spec = spec;
    this.score = score;
    this.input = input.rows();
    this.columns = input.columns();
  }

  /**
   * Reads no more than the schema of the input.
   *
   * @param score which texts to read beside the prompts, if any
   * @param reserved names that a kept column may not have, because the output has them
   * @throws PromptsError if the input is not there or not what the job says
   */
  public static PromptDataset read(
      SparkSession spark, PromptsSpec spec, Optional<ScoreSpec> score, Set<String> reserved) {
    return new PromptSource(spec, score, PromptReader.open(spark, spec)).normalise(reserved);
  }

  private PromptDataset normalise(Set<String> reserved) {
    columns.checkKeep(spec.keep(), reserved);
    // Names of the input end here; from here on they cannot meet ours.
    Dataset<Row> cut =
        input.select(
            spec.id().map(this::id).orElse(nullString()).as("id"),
            columns.column("prompts." + spec.kind(), spec.column()).as("prompt"),
            sampling().as(PromptColumns.SAMPLING),
            malformedLine().as("line"),
            kept().as(PromptColumns.KEPT),
            references().as(PromptColumns.REFERENCES));
    boolean isJson = cut.schema().apply("prompt").dataType() instanceof StringType;
    Column bad = col("line").isNotNull();
    Dataset<Row> rows =
        cut.withColumn(PromptColumns.CONTENT, when(bad, lit(null)).otherwise(content(isJson)))
            .withColumn(PromptColumns.PROBLEM, problem())
            .withColumn(
                PromptColumns.PROMPT_ID,
                when(bad, concat(lit("malformed-"), hash(col("line"))))
                    .otherwise(spec.id().isPresent() ? col("id") : promptHash()))
            .select(
                PromptColumns.PROMPT_ID,
                PromptColumns.CONTENT,
                PromptColumns.SAMPLING,
                PromptColumns.PROBLEM,
                PromptColumns.KEPT,
                PromptColumns.REFERENCES);
    return new PromptDataset(
        rows, spec.path().orElseGet(() -> spec.table().orElseThrow()), spec.id());
  }

  private Column id(String name) {
    DataType type = columns.type("prompts.id", name);
    if (!KeepableType.isSimple(type)) {
      throw InputColumns.wrongType(
          "prompts.id", name, type, "a string, number, boolean, date or timestamp");
    }
    return columns.column("prompts.id", name).cast("string");
  }

  private Column sampling() {
    // What scores draws nothing.
    if (score.isPresent() || spec.sampling().isEmpty()) {
      return nullString();
    }
    String name = spec.sampling().get();
    DataType type = columns.type("prompts.sampling", name);
    if (type instanceof StringType) {
      return columns.column("prompts.sampling", name);
    }
    if (!(type instanceof StructType) && !(type instanceof MapType)) {
      throw InputColumns.wrongType("prompts.sampling", name, type, "a struct, a map or JSON text");
    }
    if (type instanceof StructType struct) {
      checkKeys(name, struct);
    }
    return to_json(columns.column("prompts.sampling", name));
  }

  /** Refuses a struct with a field that is not a key, since every row would fail. */
  private static void checkKeys(String name, StructType struct) {
    for (String field : struct.fieldNames()) {
      RowSampling.refusal(field)
          .ifPresent(
              wrong -> {
                throw new PromptsError("prompts.sampling", name + "." + field, wrong);
              });
    }
  }

  private Column kept() {
    return spec.keep().isEmpty()
        ? lit(null).cast("array<int>")
        : struct(
            spec.keep().stream()
                .map(n -> columns.column("prompts.keep", n).as(n))
                .toArray(Column[]::new));
  }

  /** The texts to score, at least one, so that a row without any becomes an error row. */
  private Column references() {
    if (score.isEmpty()) {
      return lit(null).cast("array<string>");
    }
    String key = score.get().reference().isPresent() ? "score.reference" : "score.document";
    String name = score.get().reference().or(score.get()::document).orElseThrow();
    DataType type = columns.type(key, name);
    Column column = columns.column(key, name);
    if (type instanceof StringType) {
      return array(column);
    }
    boolean texts = type instanceof ArrayType list && list.elementType() instanceof StringType;
    if (!texts || score.get().reference().isEmpty()) {
      throw InputColumns.wrongType(
          key, name, type, score.get().document().isPresent() ? "text" : "text or a list of texts");
    }
    return when(size(column).gt(lit(0)), column).otherwise(array(nullString()));
  }

  private Column malformedLine() {
    return Arrays.asList(input.schema().fieldNames()).contains(PromptReader.MALFORMED)
        ? col(PromptReader.MALFORMED)
        : nullString();
  }

  /** The column {@code prompt} in one of the three forms. */
  private Column content(boolean isJson) {
    String key = "prompts." + spec.kind();
    DataType type = columns.type(key, spec.column());
    if (!ContentColumn.fits(spec.kind(), type)) {
      throw InputColumns.wrongType(key, spec.column(), type, ContentColumn.wanted(spec.kind()));
    }
    return isJson && spec.kind() == PromptKind.MESSAGES
        ? ContentColumn.ofJson(col("prompt"))
        : ContentColumn.of(spec.kind(), col("prompt"));
  }

  private static Column problem() {
    return when(
        col("line").isNotNull(),
        concat(
            lit(
                PromptColumns.MALFORMED_PROMPT
                    + PromptColumns.COLON
                    + "the line is not a whole record: "),
            substring(col("line"), 1, PromptReader.LINE_SHOWN)));
  }

  /** Hash of the prompt; of the kept columns if there is no prompt. */
  private Column promptHash() {
    Column canonical =
        switch (spec.kind()) {
          case TEXT -> col(PromptColumns.CONTENT);
          case MESSAGES -> col(PromptColumns.CONTENT).getField(PromptColumns.MESSAGES);
          case TOKENS -> to_json(col(PromptColumns.CONTENT), Map.of("ignoreNullFields", "false"));
        };
    return when(col(PromptColumns.CONTENT).isNotNull(), hash(canonical))
        .otherwise(
            concat(lit("no-prompt-"), hash(coalesce(to_json(col(PromptColumns.KEPT)), lit("")))));
  }

  private static Column hash(Column text) {
    return substring(sha2(text.cast("binary"), 256), 1, HASH_LETTERS);
  }

  private static Column nullString() {
    return lit(null).cast("string");
  }
}
