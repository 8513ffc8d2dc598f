package io.gensweep.prompt;

import io.gensweep.job.Nearest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. The columns of the input by name, with the errors for missing ones.
 *
 * @param unreadable columns that Spark cannot read, with their type as the file has it
 */
record InputColumns(StructType schema, Map<String, String> unreadable) {

  /**
   * The type of an input column.
   *
   * @param key the job key that names it
   */
  DataType type(String key, String name) {
    for (StructField field : schema.fields()) {
      if (field.name().equals(name)) {
        return field.dataType();
      }
    }
    if (unreadable.containsKey(name)) {
      throw new PromptsError(
          key,
          name,
          "Spark cannot read its type, %s; write the column as another (timestamps in microseconds, times and identifiers as text), or leave it out"
              .formatted(unreadable.get(name)));
    }
    List<String> names = List.of(PromptReader.columns(schema));
    String meant = Nearest.to(name, names).map(n -> "did you mean '" + n + "'? ").orElse("");
    throw new PromptsError(
        key, name, "no such column in the input; " + meant + "It has: " + String.join(", ", names));
  }

  /** Requires a column. */
  Column column(String key, String name) {
    type(key, name);
    return ColumnNames.column(name);
  }

  /** Refuses a column that the output cannot carry. */
  void checkKeep(List<String> keep, Set<String> reserved) {
    Set<String> seen = new HashSet<>();
    Set<String> taken = reserved.stream().map(InputColumns::folded).collect(Collectors.toSet());
    for (String name : keep) {
      DataType type = type("prompts.keep", name);
      if (taken.contains(folded(name))) {
        throw new PromptsError(
            "prompts.keep", name, "the output has a column of that name; rename it in the input");
      }
      if (!seen.add(folded(name))) {
        throw new PromptsError("prompts.keep", name, "is named twice, case aside; name it once");
      }
      KeepableType.obstacle(type)
          .ifPresent(
              part -> {
                throw new PromptsError(
                    "prompts.keep",
                    name,
                    "its type %s has %s, which Parquet readers do not share; cast it in the input"
                        .formatted(type.simpleString(), part.simpleString()));
              });
    }
  }

  static PromptsError wrongType(String key, String name, DataType type, String wanted) {
    return new PromptsError(
        key, name, "the column has type %s; it must be %s".formatted(type.simpleString(), wanted));
  }

  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
