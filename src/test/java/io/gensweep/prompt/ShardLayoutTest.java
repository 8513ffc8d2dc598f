package io.gensweep.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShardLayoutTest {
  private final ShardLayout layout =
      ShardLayout.of(8).append(ShardLayout.Batch.of(2)).append(ShardLayout.Batch.of(12));

  @Test
  void everyShardHasANameOfItsOwnAndIsFoundByIt() {
    Set<String> names = new HashSet<>();
    for (int shard = 0; shard < layout.shards(); shard++) {
      names.add(layout.name(shard));
      assertThat(layout.shard(layout.name(shard))).hasValue(shard);
    }
    assertThat(names).hasSize(22);
    assertThat(layout.name(7)).isEqualTo("shard-00007-of-00008.parquet");
    assertThat(layout.name(8)).isEqualTo("shard-00000-of-00002-appended-1.parquet");
    assertThat(layout.name(21)).isEqualTo("shard-00011-of-00012-appended-2.parquet");
    assertThat(layout.first(2)).isEqualTo(10);
  }

  @Test
  void whatIsAppendedChangesNoNameThatWasThere() {
    ShardLayout before = ShardLayout.of(8);
    for (int shard = 0; shard < 8; shard++) {
      assertThat(layout.name(shard)).isEqualTo(before.name(shard));
    }
  }

  @Test
  void otherFilesAreNoShardsAndThoseOfOtherLayoutsAreRefused() {
    assertThat(layout.shard("_SUCCESS")).isEmpty();
    assertThat(layout.shard("shard-1-of-8.parquet")).isEmpty();
    for (String other :
        List.of(
            "shard-00000-of-00009.parquet",
            "shard-00000-of-00008-appended-1.parquet",
            "shard-00000-of-00002-appended-3.parquet",
            "shard-00008-of-00008.parquet")) {
      assertThatThrownBy(() -> layout.shard(other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(other);
    }
  }

  @Test
  void numbersAreChecked() {
    assertThatThrownBy(() -> ShardLayout.of(0))
        .hasMessageContaining("shards must be in [1, 99999]");
    assertThatThrownBy(() -> layout.append(ShardLayout.Batch.of(100_000)))
        .hasMessageContaining("was 100000");
    assertThatThrownBy(() -> layout.name(22)).hasMessageContaining("shard must be in [0, 22)");
  }
}
