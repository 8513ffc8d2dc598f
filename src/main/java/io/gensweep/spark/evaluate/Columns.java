package io.gensweep.spark.evaluate;

/** Driver and executor. Columns of completions and evaluations. */
final class Columns {
  static final String PROMPT_ID = "prompt_id";
  static final String SWEEP_POINT = "sweep_point";
  static final String SAMPLE_INDEX = "sample_index";
  static final String TEXT = "text";

  private Columns() {}
}
