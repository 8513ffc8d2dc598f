package io.gensweep.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** Executor. The rows of one shard while its completions arrive in whatever order. */
final class OpenShard {
  private final int number;
  private final List<Row> rows = new ArrayList<>();
  private final List<Row> errors = new ArrayList<>();
  private int awaited;
  private boolean sealed;

  OpenShard(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  void expect(int completions) {
    awaited += completions;
  }

  void arrived() {
    awaited--;
  }

  void add(Row row, boolean failed) {
    (failed ? errors : rows).add(row);
  }

  /** No more prompts will come. */
  void seal() {
    sealed = true;
  }

  boolean whole() {
    return sealed && awaited == 0;
  }

  List<Row> rows() {
    return rows;
  }

  List<Row> errors() {
    return errors;
  }
}
