package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.model.kv.BlockPool;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchProbeTest {
  @Test
  void takesTheFewestSequencesThatAreNearlyTheFastest() {
    assertThat(BatchProbe.smallestEnough(Map.of(16, 100.0, 32, 180.0, 64, 195.0, 128, 200.0)))
        .contains(64);
    assertThat(BatchProbe.smallestEnough(Map.of(16, 100.0, 32, 90.0))).contains(16);
    assertThat(BatchProbe.smallestEnough(Map.of())).isEmpty();
  }

  @Test
  void staysWithinTheLimitAndTheCache() {
    HashModel model = new HashModel(40 * BlockPool.BLOCK, 64);
    assertThat(BatchProbe.choose(model, 256)).isIn(16, 32);
    assertThat(model.widest).isEqualTo(32);
    assertThat(model.pool().heldBlocks()).isZero();
    assertThat(BatchProbe.choose(model, 7)).isEqualTo(7);
  }

  @Test
  void endsWhereMemoryEnds() {
    HashModel model = new HashModel(300 * BlockPool.BLOCK, 64);
    model.mostRows = 20;
    assertThat(BatchProbe.choose(model, 256)).isEqualTo(16);
    assertThat(model.pool().heldBlocks()).isZero();
  }
}
