package io.gensweep.output;

import static org.apache.spark.sql.types.DataTypes.BooleanType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.FloatType;
import static org.apache.spark.sql.types.DataTypes.IntegerType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Driver and executor. The columns of the output files. Rows give their values in this order; only
 * the key columns are never null, because an error row has little else. Elements of lists are never
 * null either, but say that they may be: readers then see plain {@code list<int>}.
 */
public final class OutputSchema {
  private static final String ERROR = "error";

  private static final ArrayType INTS = createArrayType(IntegerType);
  private static final ArrayType FLOATS = createArrayType(FloatType);

  private static final StructType ALTERNATIVE =
      new StructType().add("token_id", IntegerType).add("logprob", FloatType);

  private static final StructType COMPLETION =
      new StructType()
          .add("prompt_id", StringType, false)
          .add("sweep_point", IntegerType, false)
          .add("sample_index", IntegerType, false)
          .add("text", StringType)
          .add("token_ids", INTS)
          .add("logprobs", FLOATS)
          .add("sampling_logprobs", FLOATS)
          .add("top_logprobs", createArrayType(createArrayType(ALTERNATIVE)))
          .add("cumulative_logprob", DoubleType)
          .add("finish_reason", StringType)
          .add("stop_reason", StringType)
          .add("prompt_tokens", IntegerType)
          .add("completion_tokens", IntegerType)
          .add("temperature", DoubleType)
          .add("top_k", IntegerType)
          .add("top_p", DoubleType)
          .add("min_p", DoubleType)
          .add("seed", LongType);

  private static final StructType SCORE =
      new StructType()
          .add("prompt_id", StringType, false)
          .add("reference_index", IntegerType, false)
          .add("token_ids", INTS)
          .add("logprobs", FLOATS)
          .add("sum_logprob", DoubleType)
          .add("is_greedy", BooleanType)
          .add("tokens", IntegerType)
          .add("bytes", IntegerType)
          .add("bits_per_byte", DoubleType);

  static final int COMPLETION_COLUMNS = COMPLETION.fields().length;

  private OutputSchema() {}

  /** Rows of {@code OUTPUT/completions} or {@code OUTPUT/scores}. */
  public static StructType rows(OutputKind kind, StructType kept) {
    return plus(own(kind), kept);
  }

  /** Rows of {@code OUTPUT/errors}: the same columns, with {@code error} before the kept ones. */
  public static StructType errors(OutputKind kind, StructType kept) {
    return plus(own(kind).add(ERROR, StringType, false), kept);
  }

  /** Column names that a kept column must not have. */
  public static Set<String> reserved(OutputKind kind) {
    Set<String> names = new TreeSet<>(Set.of(own(kind).fieldNames()));
    names.add(ERROR);
    return names;
  }

  private static StructType own(OutputKind kind) {
    return switch (kind) {
      case COMPLETIONS -> COMPLETION;
      case COMPLETIONS_AND_PROMPT_LOGPROBS -> COMPLETION.add("prompt_logprobs", FLOATS);
      case SCORES -> SCORE;
    };
  }

  private static StructType plus(StructType own, StructType kept) {
    StructType all = own;
    for (StructField field : kept.fields()) {
      all = all.add(field);
    }
    return all;
  }
}
