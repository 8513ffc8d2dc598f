package io.gensweep.spark.ml;

import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.files.FileAccess;
import io.gensweep.job.JobError;
import io.gensweep.job.JobSpec;
import io.gensweep.job.PromptKind;
import io.gensweep.prompt.ColumnNames;
import io.gensweep.prompt.ContentColumn;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.plan.JobReader;
import io.gensweep.spark.plan.ModelPlan;
import io.gensweep.spark.task.ChatTemplates;
import io.gensweep.spark.task.SamplingTokens;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Spark ML transformer that continues the prompts of a column, with the setters of DJL's
 * Spark transformers: model URL, engine, batch size, input and output column. It writes nothing to
 * disk. It loads a model once per executor and device, and batches across the tasks of an executor,
 * which DJL's do not.
 *
 * <p>The same prompt gives the same continuation wherever its row is, since its draws are addressed
 * by a hash of the prompt. A row without a usable prompt gets null, and the reason in {@code
 * errorCol}.
 */
public final class TextGenerator extends GeneratorParams implements DefaultParamsWritable {
  private static final long serialVersionUID = 2L;
  private static final ObjectMapper JSON = new ObjectMapper();

  public TextGenerator() {
    this(Identifiable$.MODULE$.randomUID("textGenerator"));
  }

  public TextGenerator(String uid) {
    super(uid);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<TextGenerator> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what {@link #save} wrote. */
  public static TextGenerator load(String path) {
    return read().load(path);
  }

  public TextGenerator setModelUrl(String value) {
    set(modelUrl(), value);
    return this;
  }

  public TextGenerator setEngine(String value) {
    set(engine(), value);
    return this;
  }

  public TextGenerator setBatchSize(int value) {
    set(batchSize(), value);
    return this;
  }

  public TextGenerator setInputCol(String value) {
    set(inputCol(), value);
    return this;
  }

  public TextGenerator setOutputCol(String value) {
    set(outputCol(), value);
    return this;
  }

  public TextGenerator setTokenIdsCol(String value) {
    set(tokenIdsCol(), value);
    return this;
  }

  public TextGenerator setLogprobsCol(String value) {
    set(logprobsCol(), value);
    return this;
  }

  public TextGenerator setSamplingLogprobsCol(String value) {
    set(samplingLogprobsCol(), value);
    return this;
  }

  public TextGenerator setFinishReasonCol(String value) {
    set(finishReasonCol(), value);
    return this;
  }

  public TextGenerator setErrorCol(String value) {
    set(errorCol(), value);
    return this;
  }

  /**
   * Sets keys of a job file, as {@code --set} does.
   *
   * @param values such as {@code sampling.temperature=0.7} or {@code model.dtype=bfloat16}
   */
  public TextGenerator setSettings(String... values) {
    set(settings(), values);
    return this;
  }

  /** Sets keys of a job file, each as {@code key=value}. */
  public TextGenerator setSettings(List<String> values) {
    return setSettings(values.toArray(String[]::new));
  }

  /** Sets keys of a job file by their dotted paths; a value may be a list or a map. */
  public TextGenerator setSettings(Map<String, ?> values) {
    return setSettings(
        values.entrySet().stream().map(TextGenerator::assignment).toArray(String[]::new));
  }

  private static String assignment(Map.Entry<String, ?> setting) {
    try {
      return setting.getKey() + "=" + JSON.writeValueAsString(setting.getValue());
    } catch (JsonProcessingException e) {
      throw new JobError("settings: " + setting.getKey() + ": " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Adds the columns that are asked for; rows keep their order.
   *
   * @throws JobError if a setting, the model or a column is wrong
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    SparkSession spark = dataset.sparkSession();
    PromptKind kind = kind(dataset.schema());
    FileAccess access = FileAccess.of(spark);
    JobSpec job = job(kind, access);
    StructType schema = withColumns(dataset.schema(), job);
    ModelPlan model = ModelPlan.of(job.model(), job.engine(), Optional.empty(), spark);
    SamplingTokens.check(job.sweep(), model.folder(), model.decoder().maxModelLen());
    LocalDateTime time = LocalDateTime.now(ZoneOffset.UTC).withNano(0);
    String template = ChatTemplates.text(job, access);
    ChatTemplates.of(job, template, model.folder().path(), time);
    TaskPlan plan = model.forTasks(job, access, template, time);
    Column content = ContentColumn.of(kind, ColumnNames.column(required(inputCol())));
    return dataset
        .select(col("*"), content)
        .mapPartitions(new TextTask(plan, List.copyOf(asked().keySet())), Encoders.row(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return withColumns(schema, job(kind(schema), FileAccess.submitted()));
  }

  @Override
  public TextGenerator copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  private JobSpec job(PromptKind kind, FileAccess access) {
    JobSpec job = JobReader.resolve(job(kind), access).spec();
    if (job.sweep().points().size() > 1) {
      throw new JobError(
          "settings: a row has the continuations of one sampling, so there can be no sweep; use a"
              + " run for more");
    }
    return job;
  }

  private PromptKind kind(StructType schema) {
    String input = required(inputCol());
    List<String> names = Arrays.asList(schema.fieldNames());
    if (!names.contains(input)) {
      throw new JobError("inputCol: there is no column " + input + " among " + names);
    }
    DataType type = schema.apply(input).dataType();
    return ContentColumn.kindOf(type)
        .orElseThrow(
            () ->
                new JobError(
                    "inputCol: "
                        + input
                        + " must be text, a list of {role, content} or a list of token ids, was "
                        + type.sql()));
  }

  private StructType withColumns(StructType schema, JobSpec job) {
    StructType all = schema;
    for (Map.Entry<AnswerColumn, Param<String>> column : asked().entrySet()) {
      String name = required(column.getValue());
      if (Arrays.asList(all.fieldNames()).contains(name)) {
        throw new JobError(
            column.getValue().name() + ": there is a column " + name + " already; choose another");
      }
      all = all.add(name, column.getKey().type(job.sampling().n()));
    }
    return all;
  }
}
