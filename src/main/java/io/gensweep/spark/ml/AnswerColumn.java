package io.gensweep.spark.ml;

import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import io.gensweep.engine.Completion;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.spark.sql.types.DataType;

/**
 * Driver and executor. A column that a {@link TextGenerator} can add: what it shows of a
 * continuation. Of a failed one it is null, but for its finish reason and its error.
 */
enum AnswerColumn {
  TEXT("continuations", StringType, Completion::text),
  TOKEN_IDS(
      "ids of the generated tokens, the stop token included",
      createArrayType(IntegerType),
      Completion::tokenIds),
  LOGPROBS(
      "natural log of the model's own softmax at each token",
      createArrayType(FloatType),
      Completion::logprobs),
  SAMPLING_LOGPROBS(
      "natural log of the distribution that each token was drawn from; 0 for greedy",
      createArrayType(FloatType),
      Completion::samplingLogprobs),
  FINISH_REASON(
      "stop, length, repetition or error",
      StringType,
      completion -> completion.finishReason().name().toLowerCase(Locale.ROOT)),
  ERROR(
      "why there is no continuation, kind: message; null where there is one",
      StringType,
      completion -> completion.failure().map(Object::toString).orElse(null));

  private final String doc;

  @SuppressWarnings("ImmutableEnumChecker") // Spark's types do not change
  private final DataType type;

  @SuppressWarnings("ImmutableEnumChecker") // a function without state
  private final Function<Completion, Object> value;

  AnswerColumn(String doc, DataType type, Function<Completion, Object> value) {
    this.doc = doc;
    this.type = type;
    this.value = value;
  }

  String doc() {
    return doc;
  }

  /**
   * @param samples continuations of a row; of more than one the column has a list
   */
  DataType type(int samples) {
    return samples == 1 ? type : createArrayType(type);
  }

  /** The value for a row, of its continuations in their order. */
  Object of(List<Completion> samples) {
    return samples.size() == 1 ? of(samples.get(0)) : samples.stream().map(this::of).toArray();
  }

  private Object of(Completion completion) {
    boolean isShown = completion.failure().isEmpty() || this == FINISH_REASON || this == ERROR;
    return isShown ? value.apply(completion) : null;
  }
}
