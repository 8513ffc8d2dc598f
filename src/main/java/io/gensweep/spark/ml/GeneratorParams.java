package io.gensweep.spark.ml;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JobFile;
import io.gensweep.job.PromptKind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.StringArrayParam;

/** Driver. The parameters of a {@link TextGenerator}, and the job that they amount to. */
public abstract class GeneratorParams extends Transformer {
  private static final long serialVersionUID = 1L;
  private static final String PYTORCH = "PyTorch";

  private final String uid;
  private final Param<String> modelUrl;
  private final Param<String> engine;
  private final IntParam batchSize;
  private final Param<String> inputCol;
  private final StringArrayParam settings;
  private final EnumMap<AnswerColumn, Param<String>> columns = new EnumMap<>(AnswerColumn.class);

  GeneratorParams(String uid) {
    this.uid = uid;
    // A parameter takes the uid of its owner when it is made.
    modelUrl = new Param<>(this, "modelUrl", "folder of the model, hf:ORG/NAME or any Hadoop URI");
    engine = new Param<>(this, "engine", "DJL engine: PyTorch");
    batchSize =
        new IntParam(
            this, "batchSize", "prompts continued together per device", ParamValidators.gtEq(1));
    inputCol =
        new Param<>(
            this, "inputCol", "column of prompts: text, a list of {role, content}, or token ids");
    settings =
        new StringArrayParam(
            this, "settings", "keys of a job file as key=value, such as sampling.temperature=0.7");
    column(AnswerColumn.TEXT, "outputCol");
    column(AnswerColumn.TOKEN_IDS, "tokenIdsCol");
    column(AnswerColumn.LOGPROBS, "logprobsCol");
    column(AnswerColumn.SAMPLING_LOGPROBS, "samplingLogprobsCol");
    column(AnswerColumn.FINISH_REASON, "finishReasonCol");
    column(AnswerColumn.ERROR, "errorCol");
    setDefault(engine, PYTORCH);
    setDefault(batchSize, 64);
    setDefault(settings, new String[0]);
  }

  private void column(AnswerColumn column, String name) {
    String doc = "new column of " + column.doc() + "; a list of them where sampling.n is over 1";
    columns.put(column, new Param<>(this, name, doc));
  }

  @Override
  public final String uid() {
    return uid;
  }

  public final Param<String> modelUrl() {
    return modelUrl;
  }

  public final Param<String> engine() {
    return engine;
  }

  public final IntParam batchSize() {
    return batchSize;
  }

  public final Param<String> inputCol() {
    return inputCol;
  }

  public final StringArrayParam settings() {
    return settings;
  }

  public final Param<String> outputCol() {
    return columns.get(AnswerColumn.TEXT);
  }

  public final Param<String> tokenIdsCol() {
    return columns.get(AnswerColumn.TOKEN_IDS);
  }

  public final Param<String> logprobsCol() {
    return columns.get(AnswerColumn.LOGPROBS);
  }

  public final Param<String> samplingLogprobsCol() {
    return columns.get(AnswerColumn.SAMPLING_LOGPROBS);
  }

  public final Param<String> finishReasonCol() {
    return columns.get(AnswerColumn.FINISH_REASON);
  }

  public final Param<String> errorCol() {
    return columns.get(AnswerColumn.ERROR);
  }

  /** The columns that are asked for, with the names of their parameters. */
  final Map<AnswerColumn, Param<String>> asked() {
    required(outputCol());
    EnumMap<AnswerColumn, Param<String>> asked = new EnumMap<>(columns);
    asked.values().removeIf(param -> !isSet(param));
    return asked;
  }

  /**
   * The job, like any other, so that its checks and its errors are the same.
   *
   * @param kind of the prompts in the input column
   */
  final JobFile job(PromptKind kind) {
    if (!$(engine).equals(PYTORCH)) {
      throw new JobError("engine must be " + PYTORCH + ", was " + $(engine));
    }
    ObjectNode job = JsonNodeFactory.instance.objectNode();
    job.putObject("model").put("path", required(modelUrl));
    job.putObject("prompts").put("path", "the dataset").put(kind.toString(), required(inputCol));
    job.putObject("engine").put("max_batch", (int) $(batchSize));
    job.putObject("output").put("path", required(outputCol()));
    return JobFile.parse("TextGenerator", job.toString(), Arrays.asList($(settings)));
  }

  final String required(Param<String> param) {
    if (!isSet(param)) {
      throw new JobError(param.name() + " must be set: " + param.doc());
    }
    return $(param);
  }
}
