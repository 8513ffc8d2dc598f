package io.gensweep.spark.ml;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.files.FileAccess;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.JobSpec;
import io.gensweep.model.HubCache;
import io.gensweep.spark.executor.TaskPlan;
import io.gensweep.spark.plan.ModelPlan;
import io.gensweep.spark.task.ChatTemplates;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Spark ML transformer that continues the text of a column, with the setters of DJL's Spark
 * transformers: model URL, engine, batch size, input and output column. It writes nothing to disk.
 * It loads a model once per executor and device, and batches across the tasks of an executor, which
 * DJL's do not.
 *
 * <p>The same text gives the same continuation wherever its row is, since its draws are addressed
 * by a hash of the text. A row without a usable text gets null.
 */
public final class TextGenerator extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final String PYTORCH = "PyTorch";

  private final String uid;
  private final Param<String> modelUrl;
  private final Param<String> engine;
  private final IntParam batchSize;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final StringArrayParam settings;

  public TextGenerator() {
    this(Identifiable$.MODULE$.randomUID("textGenerator"));
  }

  public TextGenerator(String uid) {
    this.uid = uid;
    // A parameter takes the uid of its owner when it is made.
    modelUrl = new Param<>(this, "modelUrl", "folder of the model, hf:ORG/NAME or any Hadoop URI");
    engine = new Param<>(this, "engine", "DJL engine: PyTorch");
    batchSize =
        new IntParam(
            this, "batchSize", "texts continued together per device", ParamValidators.gtEq(1));
    inputCol = new Param<>(this, "inputCol", "column of prompts, text");
    outputCol = new Param<>(this, "outputCol", "new column of continuations, text");
    settings =
        new StringArrayParam(
            this, "settings", "keys of a job file as key=value, such as sampling.temperature=0.7");
    set(engine, PYTORCH);
    set(batchSize, 64);
    set(settings, new String[0]);
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<TextGenerator> read() {
    return new DefaultParamsReader<>();
  }

  public TextGenerator setModelUrl(String value) {
    set(modelUrl, value);
    return this;
  }

  public TextGenerator setEngine(String value) {
    set(engine, value);
    return this;
  }

  public TextGenerator setBatchSize(int value) {
    set(batchSize, value);
    return this;
  }

  public TextGenerator setInputCol(String value) {
    set(inputCol, value);
    return this;
  }

  public TextGenerator setOutputCol(String value) {
    set(outputCol, value);
    return this;
  }

  /**
   * Sets keys of a job file, as {@code --set} does.
   *
   * @param values such as {@code sampling.temperature=0.7} or {@code model.dtype=bfloat16}
   */
  public TextGenerator setSettings(String... values) {
    set(settings, values);
    return this;
  }

  /**
   * Adds the column of continuations; rows keep their order.
   *
   * @throws JobError if a setting, the model or a column is wrong
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = transformSchema(dataset.schema());
    SparkSession spark = dataset.sparkSession();
    JobSpec job = job();
    ModelPlan model = ModelPlan.of(job.model(), job.engine(), Optional.empty(), spark);
    LocalDateTime time = LocalDateTime.now(ZoneOffset.UTC).withNano(0);
    ChatTemplates.of(job, "", model.folder().path(), time);
    TaskPlan plan = model.forTasks(job, FileAccess.of(spark), "", time);
    int prompt = dataset.schema().fieldIndex(required(inputCol));
    return dataset.toDF().mapPartitions(new TextTask(plan, prompt), Encoders.row(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    String input = required(inputCol);
    String output = required(outputCol);
    List<String> names = Arrays.asList(schema.fieldNames());
    if (!names.contains(input)) {
      throw new JobError("inputCol: there is no column " + input + " among " + names);
    }
    if (!schema.apply(input).dataType().equals(DataTypes.StringType)) {
      throw new JobError(
          "inputCol: " + input + " must be text, was " + schema.apply(input).dataType().sql());
    }
    if (names.contains(output)) {
      throw new JobError("outputCol: there is a column " + output + " already; choose another");
    }
    return schema.add(output, DataTypes.StringType);
  }

  @Override
  public TextGenerator copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public String uid() {
    return uid;
  }

  public Param<String> modelUrl() {
    return modelUrl;
  }

  public Param<String> engine() {
    return engine;
  }

  public IntParam batchSize() {
    return batchSize;
  }

  public Param<String> inputCol() {
    return inputCol;
  }

  public Param<String> outputCol() {
    return outputCol;
  }

  public StringArrayParam settings() {
    return settings;
  }

  /** A job like any other, so that its checks and its errors are the same. */
  private JobSpec job() {
    if (!$(engine).equals(PYTORCH)) {
      throw new JobError("engine must be " + PYTORCH + ", was " + $(engine));
    }
    ObjectNode job = JsonNodeFactory.instance.objectNode();
    job.putObject("model").put("path", required(modelUrl));
    job.putObject("prompts").put("path", "the dataset").put("text", required(inputCol));
    job.putObject("engine").put("max_batch", (int) $(batchSize));
    job.putObject("output").put("path", required(outputCol));
    JobSpec spec =
        JobFile.parse("TextGenerator", job.toString(), Arrays.asList($(settings)))
            .withModelPath(HubCache::pinned)
            .resolve(Optional.empty())
            .spec();
    if (spec.sweep().points().size() > 1 || spec.sampling().n() > 1) {
      throw new JobError(
          "settings: a row has one continuation, so there can be no sweep and sampling.n must be 1;"
              + " use a run for more");
    }
    return spec;
  }

  private String required(Param<String> param) {
    if (!isSet(param)) {
      throw new JobError(param.name() + " must be set: " + param.doc());
    }
    return $(param);
  }
}
