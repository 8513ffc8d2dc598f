package io.gensweep.model;

import java.util.List;

/** What rows of a decode ask beyond their best tokens, one row after the other. */
final class RowQuestions {
  private RowQuestions() {}

  /**
   * Log-sum-exps at the temperatures that rows want beyond their first.
   *
   * @param rows the row of each
   */
  @SuppressWarnings("ArrayRecordComponent") // read within one step, never compared
  record Scaled(int[] rows, float[] temperatures) {
    static Scaled of(List<DecodeRow> batch) {
      int count = batch.stream().mapToInt(row -> Math.max(0, row.temperatures().size() - 1)).sum();
      Scaled all = new Scaled(new int[count], new float[count]);
      int at = 0;
      for (int row = 0; row < batch.size(); row++) {
        for (float temperature : batch.get(row).temperatures().stream().skip(1).toList()) {
          all.rows[at] = row;
          all.temperatures[at++] = temperature;
        }
      }
      return all;
    }
  }

  /**
   * Logits that rows want by id.
   *
   * @param rows the row of each
   */
  @SuppressWarnings("ArrayRecordComponent") // read within one step, never compared
  record LookedUp(int[] rows, int[] ids) {
    static LookedUp of(List<DecodeRow> batch) {
      int count = batch.stream().mapToInt(row -> row.lookedUp().length).sum();
      LookedUp all = new LookedUp(new int[count], new int[count]);
      int at = 0;
      for (int row = 0; row < batch.size(); row++) {
        for (int id : batch.get(row).lookedUp()) {
          all.rows[at] = row;
          all.ids[at++] = id;
        }
      }
      return all;
    }
  }
}
