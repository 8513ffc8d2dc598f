package io.gensweep.prompt;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.gensweep.job.PromptKind;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Driver. Brings a column of prompts into one of the forms of {@link PromptColumns#CONTENT}. */
public final class ContentColumn {
  private ContentColumn() {}

  /** The kind of prompts that a column of this type holds; empty if it can hold none. */
  public static Optional<PromptKind> kindOf(DataType type) {
    return Arrays.stream(PromptKind.values()).filter(kind -> fits(kind, type)).findFirst();
  }

  static boolean fits(PromptKind kind, DataType type) {
    return switch (kind) {
      case TEXT -> type instanceof StringType;
      case MESSAGES -> isMessages(type);
      case TOKENS -> type instanceof ArrayType array && array.elementType() instanceof IntegralType;
    };
  }

  /** What a column of this kind must be, for errors. */
  static String wanted(PromptKind kind) {
    return switch (kind) {
      case TEXT -> "text";
      case MESSAGES ->
          "a list of {role, content}, the role text, the content text or a list of parts";
      case TOKENS -> "a list of integers";
    };
  }

  /** The content of a column whose type fits the kind. */
  public static Column of(PromptKind kind, Column column) {
    return switch (kind) {
      case TEXT -> column;
      case MESSAGES -> conversation(column, to_json(column));
      case TOKENS -> tokens(column);
    };
  }

  /**
   * The content of a column that has messages as JSON, as a struct, since their fields may differ;
   * or null.
   */
  static Column ofJson(Column json) {
    return conversation(json, json);
  }

  private static Column conversation(Column column, Column json) {
    UDF1<String, String> canonical = Conversation::canonical;
    return when(
        column.isNotNull(),
        struct(udf(canonical, DataTypes.StringType).apply(json).as(PromptColumns.MESSAGES)));
  }

  /** An id out of range becomes null, and its row an error row. */
  private static Column tokens(Column column) {
    return transform(
        column,
        id ->
            when(
                id.between(lit(Integer.MIN_VALUE), lit(Integer.MAX_VALUE)),
                id.cast(DataTypes.IntegerType)));
  }

  private static boolean isMessages(DataType type) {
    return type instanceof ArrayType array
        && array.elementType() instanceof StructType message
        && has(message, "role", role -> role instanceof StringType)
        && has(message, "content", ContentColumn::isSaid);
  }

  private static boolean isSaid(DataType type) {
    return type instanceof StringType
        || (type instanceof ArrayType parts
            && (parts.elementType() instanceof StringType
                || parts.elementType() instanceof StructType));
  }

  private static boolean has(StructType struct, String field, Predicate<DataType> fits) {
    return Arrays.stream(struct.fields())
        .anyMatch(f -> f.name().equals(field) && fits.test(f.dataType()));
  }
}
