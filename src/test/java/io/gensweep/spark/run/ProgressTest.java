package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.spark.task.RowCounts;
import org.junit.jupiter.api.Test;

class ProgressTest {
  @Test
  void theLineTellsRowsPaceAndWhatIsLeftOfThisRun() {
    assertThat(Progress.line(RowCounts.NONE, new RowCounts(2, 240, 10, 60_000), 8, 1_000, 20))
        .isEqualTo(
            "gensweep: 250 of 1,000 rows, 10 failed, 2 of 8 shards, 3,000 tokens/s, about 1m00s left");
  }

  @Test
  void theFirstRowsOfTheOnlyShardTellThePaceToo() {
    assertThat(Progress.line(RowCounts.NONE, new RowCounts(0, 100, 0, 900), 1, 110_000, 10))
        .isEqualTo(
            "gensweep: 100 of 110,000 rows, 0 failed, 0 of 1 shards, 90 tokens/s, about 3h03m left");
  }

  @Test
  void rowsBeforeTheFirstLookTellNoPace() {
    RowCounts first = new RowCounts(0, 1, 0, 2);
    assertThat(Progress.line(first, first, 100, 200_001, 0))
        .isEqualTo("gensweep: 1 of 200,001 rows, 0 failed, 0 of 100 shards");
    assertThat(Progress.line(first, new RowCounts(2, 4_001, 0, 8_002), 100, 200_001, 5))
        .isEqualTo(
            "gensweep: 4,001 of 200,001 rows, 0 failed, 2 of 100 shards, 1,600 tokens/s, about 4m05s left");
  }

  @Test
  void whatARetriedTaskDoesAgainLeavesNoLessThanNothing() {
    assertThat(Progress.line(RowCounts.NONE, new RowCounts(1, 12, 0, 0), 2, 10, 1))
        .endsWith("about 0s left");
  }
}
