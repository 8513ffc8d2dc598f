package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import io.gensweep.sampling.Candidates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the decoder tells of its rows beside all logits of them. */
class DecodedRowTest {
  private static final int VOCAB = 5000;

  @TempDir private Path folder;

  @Test
  void candidatesMoreOfThemAndLookedUpLogitsAreThoseOfTheWholeRow() throws IOException {
    ModelFolder model = new RandomCheckpoint(VOCAB, 32, 32, 1, 2, 1, 16, false).in(folder);
    for (DType dtype : List.of(DType.FLOAT32, DType.INT8)) {
      for (Backend backend : Backends.of(dtype)) {
        try (ModelRunner runner =
            DecoderLoader.load(model, new DecoderSettings(dtype, "cpu", 256, 128, 2), backend)) {
          List<DecodeRow> batch = new ArrayList<>();
          // So many that a batch is computed in lanes.
          for (int i = 0; i < 70; i++) {
            int[] lookedUp = IntStream.range(0, i % 3).map(id -> 7 * id + 11).toArray();
            batch.add(new DecodeRow(runner.pool().sequence(), i, List.of(), lookedUp));
          }
          List<Candidates> rows = runner.decode(batch);
          runner.extend(List.of(rows.get(69), rows.get(2), rows.get(33)));
          assertThat(rows.get(5).extend()).isTrue();
          assertThat(rows.get(5).extend()).isFalse();
          for (int i = 0; i < rows.size(); i++) {
            Candidates row = rows.get(i);
            boolean extended = i == 2 || i == 5 || i == 33 || i == 69;
            assertThat(row.size()).isEqualTo(extended ? 1024 : 64);
            assertIsOf(row.wholeRow(), row, batch.get(i).lookedUp());
          }
        }
      }
    }
  }

  private static void assertIsOf(float[] whole, Candidates row, int[] lookedUp) {
    List<Integer> order =
        IntStream.range(0, VOCAB)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(id -> -whole[id]).thenComparing(id -> id))
            .toList();
    // Which of those that tie with the last one are there is left open.
    float last = row.logit(row.size() - 1);
    for (int i = 0; i < row.size(); i++) {
      assertThat(row.logit(i)).isEqualTo(whole[order.get(i)]);
      if (row.logit(i) > last) {
        assertThat(row.tokenId(i)).isEqualTo(order.get(i));
      }
      assertThat(row.knownLogit(row.tokenId(i))).isEqualTo(row.logit(i));
    }
    for (int id : lookedUp) {
      assertThat(row.knownLogit(id)).isEqualTo(whole[id]);
    }
    assertThat(row.knownLogit(order.get(VOCAB - 1))).isNaN();
  }
}
