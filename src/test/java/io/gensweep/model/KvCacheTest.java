package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KvCacheTest {
  private static final int BLOCK = KvCache.BLOCK;

  private final KvCache cache = new KvCache(4);

  @Test
  void aReservationCountsWholeBlocksAndHandsNoneOut() {
    KvSequence kv = cache.reserve(BLOCK + 1);
    assertThat(cache.capacityTokens()).isEqualTo(4 * BLOCK);
    assertThat(cache.promisedBlocks()).isEqualTo(2);
    assertThat(cache.usedBlocks()).isZero();
    assertThat(kv.reservedTokens()).isEqualTo(BLOCK + 1);
    assertThat(cache.canReserve(2 * BLOCK)).isTrue();
    assertThat(cache.canReserve(2 * BLOCK + 1)).isFalse();
    assertThatThrownBy(() -> cache.reserve(2 * BLOCK + 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void growthTakesTheLowestFreeBlock() {
    KvSequence first = cache.reserve(2 * BLOCK);
    KvSequence second = cache.reserve(2 * BLOCK);
    first.advance(1);
    second.advance(BLOCK);
    first.advance(BLOCK);
    second.ensure(BLOCK + 1);
    assertThat(List.of(first.block(0), first.block(1))).containsExactly(0, 2);
    assertThat(List.of(second.block(0), second.block(1))).containsExactly(1, 3);
    assertThat(second.length()).isEqualTo(BLOCK);
    assertThat(cache.highWater(0)).isEqualTo(4);
    first.release();
    assertThat(cache.highWater(0)).isEqualTo(4);
    second.truncate(BLOCK);
    assertThat(cache.highWater(0)).isEqualTo(2);
    KvSequence third = cache.reserve(2 * BLOCK - 1);
    third.advance(2 * BLOCK - 1);
    assertThat(List.of(third.block(0), third.block(1))).containsExactly(0, 2);
  }

  @Test
  void aSequenceJoinsTheLaneWithTheFewest() {
    KvCache lanes = new KvCache(6, 2);
    List<KvSequence> four = Stream.generate(() -> lanes.reserve(BLOCK)).limit(4).toList();
    assertThat(four).extracting(KvSequence::lane).containsExactly(0, 1, 0, 1);
    four.forEach(kv -> kv.advance(1));
    assertThat(four).extracting(kv -> kv.block(0)).containsExactly(0, 0, 1, 1);
    four.get(1).release();
    assertThat(lanes.highWater(1)).isEqualTo(2);
    KvSequence next = lanes.reserve(3 * BLOCK);
    assertThat(next.lane()).isEqualTo(1);
    assertThat(lanes.canReserve(1)).isFalse();
    next.advance(3 * BLOCK);
    assertThat(List.of(next.block(0), next.block(1), next.block(2))).containsExactly(0, 2, 3);
    assertThat(lanes.highWater(0)).isEqualTo(2);
  }

  @Test
  void misuseIsRefused() {
    KvSequence kv = cache.reserve(10);
    assertThatThrownBy(() -> kv.advance(11))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("10 are reserved");
    kv.advance(10);
    assertThatThrownBy(() -> kv.truncate(11)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> kv.block(1)).isInstanceOf(IndexOutOfBoundsException.class);
    kv.release();
    assertThatThrownBy(kv::release).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> kv.advance(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> cache.reserve(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(cache.usedBlocks()).isZero();
    assertThat(cache.promisedBlocks()).isZero();
  }

  @Test
  void noBlockIsEverTwoSequencesAndNoneIsLost() {
    Random random = new Random(5);
    KvCache large = new KvCache(40);
    List<KvSequence> live = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      int wanted = 1 + random.nextInt(600);
      if (random.nextInt(3) == 0 && large.canReserve(wanted)) {
        live.add(large.reserve(wanted));
      } else if (!live.isEmpty()) {
        KvSequence kv = live.get(random.nextInt(live.size()));
        switch (random.nextInt(4)) {
          case 0 -> {
            kv.release();
            live.remove(kv);
          }
          case 1 -> kv.truncate(random.nextInt(kv.length() + 1));
          default -> kv.advance(random.nextInt(kv.reservedTokens() - kv.length() + 1));
        }
      }
      Set<Integer> blocks = new HashSet<>();
      int held = 0;
      for (KvSequence kv : live) {
        assertThat(kv.blocks()).isEqualTo((kv.length() + BLOCK - 1) / BLOCK);
        for (int b = 0; b < kv.blocks(); b++) {
          blocks.add(kv.block(b));
          held++;
        }
      }
      assertThat(blocks).hasSize(held);
      assertThat(large.usedBlocks()).isEqualTo(held);
      assertThat(large.promisedBlocks()).isLessThanOrEqualTo(40);
    }
    live.forEach(KvSequence::release);
    assertThat(large.usedBlocks() + large.promisedBlocks() + large.highWater(0)).isZero();
  }
}
