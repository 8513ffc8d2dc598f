package io.gensweep.spark.evaluate;

import static org.apache.spark.sql.functions.col;

import org.apache.spark.sql.Column;

/** Driver and executor. Columns of completions and evaluations. */
final class Columns {
  static final String PROMPT_ID = "prompt_id";
  static final String SWEEP_POINT = "sweep_point";
  static final String SAMPLE_INDEX = "sample_index";
  static final String TEXT = "text";

  private Columns() {}

  /** A column whose name may have any characters. */
  static Column named(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }
}
