package io.gensweep.model.kv;

import static io.gensweep.model.kv.BlockPool.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPoolTest {
  private static final List<LayerGroup> FULL = List.of(LayerGroup.FULL);

  private final BlockPool pool = new BlockPool(16);

  @Test
  void aSequenceTakesTheLowestFreeBlocksAsItGrows() {
    KvSequence first = pool.sequence();
    KvSequence second = pool.sequence();
    assertThat(pool.heldBlocks()).isZero();
    assertThat(first.growth(BLOCK + 1)).isEqualTo(2);
    first.advance(1);
    second.advance(BLOCK);
    first.advance(BLOCK);
    second.advance(1);
    assertThat(numbers(first)).containsExactly(0, 2);
    assertThat(numbers(second)).containsExactly(1, 3);
    assertThat(first.growth(BLOCK - 1)).isZero();
    assertThat(pool.freeBlocks()).isEqualTo(12);
    assertThat(pool.highWater()).isEqualTo(4);
    first.release();
    second.truncate(BLOCK);
    assertThat(pool.highWater()).isEqualTo(2);
    KvSequence third = pool.sequence();
    third.advance(2 * BLOCK);
    assertThat(numbers(third)).containsExactly(0, 2);
  }

  @Test
  void aForkSharesAllBlocksUntilOneOfTheTwoWrites() {
    KvSequence whole = pool.sequence();
    whole.advance(2 * BLOCK);
    KvSequence atTheEnd = whole.fork();
    assertThat(atTheEnd.growth(1)).isEqualTo(1);
    atTheEnd.advance(1);
    assertThat(numbers(atTheEnd)).containsExactly(0, 1, 2);
    assertThat(pool.takeCopies()).isEmpty();
    KvSequence within = atTheEnd.fork();
    assertThat(pool.heldBlocks()).isEqualTo(3);
    assertThat(within.growth(1)).isEqualTo(1);
    within.advance(1);
    assertThat(numbers(within)).containsExactly(0, 1, 3);
    assertThat(pool.takeCopies()).containsExactly(new BlockCopy(2, 3));
    assertThat(pool.takeCopies()).isEmpty();
    assertThat(atTheEnd.growth(1)).isZero();
    atTheEnd.advance(1);
    assertThat(pool.takeCopies()).isEmpty();
    whole.release();
    assertThat(pool.heldBlocks()).isEqualTo(4);
    within.release();
    atTheEnd.release();
    assertThat(pool.heldBlocks()).isZero();
  }

  @Test
  void rowsThatAnotherPromptFilledAreFoundByTheirTokens() {
    int[] prompt = tokens(0, 4 * BLOCK);
    KvSequence first = filled(prompt, 3 * BLOCK + 5);
    KvSequence same = pool.sequence();
    same.reuse(prompt, 3 * BLOCK + 5);
    assertThat(numbers(same)).containsExactly(0, 1, 2);
    assertThat(same.length()).isEqualTo(3 * BLOCK);
    KvSequence shorter = pool.sequence();
    shorter.reuse(prompt, 2 * BLOCK - 1);
    assertThat(numbers(shorter)).containsExactly(0);
    int[] differs = prompt.clone();
    differs[BLOCK] = 99;
    KvSequence other = pool.sequence();
    other.reuse(differs, 4 * BLOCK);
    assertThat(numbers(other)).containsExactly(0);
    // The same tokens after others are another content.
    KvSequence later = pool.sequence();
    later.reuse(tokens(BLOCK, 4 * BLOCK), 3 * BLOCK);
    assertThat(later.blocks()).isZero();
    assertThat(first.block(0, 3)).isEqualTo(3);
  }

  @Test
  void contentStaysFindableUntilItsBlockIsNeeded() {
    int[] prompt = tokens(0, 2 * BLOCK);
    filled(prompt, 2 * BLOCK).release();
    assertThat(pool.freeBlocks()).isEqualTo(16);
    KvSequence again = pool.sequence();
    again.reuse(prompt, 2 * BLOCK);
    assertThat(numbers(again)).containsExactly(0, 1);
    again.release();
    KvSequence all = pool.sequence();
    all.advance(16 * BLOCK);
    assertThat(pool.freeBlocks()).isZero();
    all.release();
    KvSequence late = pool.sequence();
    late.reuse(prompt, 2 * BLOCK);
    assertThat(late.blocks()).isZero();
  }

  @Test
  void aPoolThatIsClearedFindsNothing() {
    int[] prompt = tokens(0, 2 * BLOCK);
    KvSequence first = filled(prompt, 2 * BLOCK);
    assertThatThrownBy(pool::clear).hasMessage("sequences hold 2 blocks");
    first.release();
    assertThat(pool.highWater()).isEqualTo(2);
    pool.clear();
    assertThat(pool.highWater()).isZero();
    KvSequence again = pool.sequence();
    again.reuse(prompt, 2 * BLOCK);
    assertThat(again.blocks()).isZero();
  }

  @Test
  void anEighthOfThePoolIsKeptAtMost() {
    for (int prompt = 0; prompt < 5; prompt++) {
      filled(tokens(100 * prompt, BLOCK), BLOCK).release();
    }
    for (int prompt = 0; prompt < 5; prompt++) {
      KvSequence again = pool.sequence();
      again.reuse(tokens(100 * prompt, BLOCK), BLOCK);
      assertThat(again.blocks()).as("prompt %d", prompt).isEqualTo(prompt < 3 ? 0 : 1);
    }
  }

  @Test
  void promptsShareWholeUnits() {
    BlockPool units = new BlockPool(32, FULL, 4 * BLOCK, LongContext.NONE, 0);
    int[] prompt = tokens(0, 10 * BLOCK);
    KvSequence first = units.sequence();
    first.advance(7 * BLOCK);
    first.index(prompt);
    KvSequence second = units.sequence();
    second.reuse(prompt, 9 * BLOCK);
    assertThat(second.length()).isEqualTo(4 * BLOCK);
    first.advance(BLOCK);
    first.index(prompt);
    second.reuse(prompt, 9 * BLOCK);
    assertThat(second.length()).isEqualTo(8 * BLOCK);
    assertThat(numbers(second)).isEqualTo(numbers(first));
  }

  @Test
  void misuseIsRefused() {
    KvSequence kv = pool.sequence();
    kv.advance(10);
    assertThatThrownBy(() -> kv.truncate(11)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> kv.block(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kv.advance(-1)).isInstanceOf(IllegalArgumentException.class);
    KvSequence full = pool.sequence();
    full.advance(15 * BLOCK);
    assertThatThrownBy(() -> full.advance(1)).hasMessageContaining("hold all 16");
    kv.release();
    assertThatThrownBy(kv::release).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(kv::fork).isInstanceOf(IllegalStateException.class);
    full.index(new int[15 * BLOCK]);
    assertThatThrownBy(() -> full.truncate(0)).hasMessageContaining("are findable");
    assertThatThrownBy(() -> new BlockPool(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BlockPool(1, FULL, 33, LongContext.NONE, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void windowsLetGoOfBlocksThatNoLaterPositionSees() {
    BlockPool windowed = pool(40, 0, 70);
    KvSequence kv = windowed.sequence();
    kv.advance(3 * BLOCK);
    kv.slide();
    // Position 96 sees 27 to 96.
    assertThat(kv.firstBlock(1)).isZero();
    kv.advance(5);
    kv.slide();
    // Position 101 sees 32 to 101.
    assertThat(kv.firstBlock(1)).isEqualTo(1);
    assertThat(kv.firstBlock(0)).isZero();
    assertThat(kv.blocks()).isEqualTo(4 + 3);
    assertThat(windowed.heldBlocks()).isEqualTo(7);
    assertThatThrownBy(() -> kv.block(1, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    KvSequence fork = kv.fork();
    kv.advance(10 * BLOCK);
    kv.slide();
    assertThat(fork.block(1, 1)).isEqualTo(4);
    assertThat(kv.firstBlock(1)).isEqualTo((3 * BLOCK + 5 + 10 * BLOCK + 1 - 70) / BLOCK);
    assertThat(windowed.heldBlocks()).isEqualTo(14 + 3 + 1 + 3);
    fork.release();
    assertThat(windowed.heldBlocks()).isEqualTo(14 + 3);
    kv.restart(1);
    assertThat(windowed.heldBlocks()).isZero();
    kv.advance(1);
    assertThat(kv.blocks()).isEqualTo(2);
  }

  @Test
  void aSequenceGoesBackAsFarAsItsWindowsReach() {
    BlockPool windowed = pool(60, 0, 40);
    KvSequence kv = windowed.sequence();
    kv.advance(100);
    kv.slide();
    kv.advance(200);
    assertThat(kv.reaches(100)).isTrue();
    kv.truncate(100);
    kv.advance(200);
    kv.slide();
    assertThat(kv.reaches(100)).isFalse();
    assertThat(kv.reaches(0)).isTrue();
    assertThatThrownBy(() -> kv.truncate(100)).hasMessageContaining("were let go");
    kv.truncate(0);
    assertThat(windowed.heldBlocks()).isZero();
    kv.advance(3);
    assertThat(kv.blocks()).isEqualTo(2);
  }

  @Test
  void aPrefixThatContinuesNeedsTheLastBlocksOfAWindow() {
    BlockPool windowed = pool(64, 0, 40);
    int[] prompt = tokens(0, 10 * BLOCK);
    KvSequence first = windowed.sequence();
    first.advance(6 * BLOCK);
    first.index(prompt);
    first.slide();
    // Blocks 0 to 3 have no holder in the window's group, but are kept: an eighth of the pool may.
    KvSequence early = windowed.sequence();
    early.reuse(prompt, 3 * BLOCK);
    assertThat(early.length()).isEqualTo(3 * BLOCK);
    assertThat(early.firstBlock(1)).isEqualTo(1);
    assertThat(early.blocks()).isEqualTo(3 + 2);
    early.release();
    KvSequence all = windowed.sequence();
    all.advance(windowed.freeBlocks() / 2 * BLOCK);
    KvSequence late = windowed.sequence();
    late.reuse(prompt, 3 * BLOCK);
    assertThat(late.length()).isZero();
    // What the first holds is there for those that go as far.
    late.reuse(prompt, 9 * BLOCK);
    assertThat(late.length()).isEqualTo(6 * BLOCK);
    assertThat(late.firstBlock(1)).isEqualTo(4);
    assertThat(late.block(1, 4)).isEqualTo(first.block(1, 4));
  }

  @Test
  void whereAllLayersHaveAWindowPrefixesAreFoundByTheirLastBlocks() {
    BlockPool windowed = pool(24, 40);
    int[] prompt = tokens(0, 30 * BLOCK);
    KvSequence first = windowed.sequence();
    for (int rows = 0; rows < 20 * BLOCK; rows += 2 * BLOCK) {
      first.advance(2 * BLOCK);
      first.index(prompt);
      first.slide();
    }
    assertThat(windowed.heldBlocks()).isEqualTo(2);
    assertThat(windowed.capacityTokens()).isGreaterThan(1_000_000);
    KvSequence second = windowed.sequence();
    second.reuse(prompt, 25 * BLOCK);
    assertThat(second.length()).isEqualTo(20 * BLOCK);
    assertThat(second.blocks()).isEqualTo(2);
    first.release();
    second.release();
    assertThat(windowed.heldBlocks()).isZero();
  }

  /** Blocks before the window, the window's, and those of a stride. */
  @Test
  void theLongestSequenceIsWhatAPoolHoldsAlone() {
    for (int[] windows : new int[][] {{0}, {0, 40}, {0, 0, 100, 100, 100}, {64}}) {
      for (int blocks = 25; blocks < 130; blocks += 13) {
        BlockPool windowed = pool(blocks, windows);
        int most = Math.min(windowed.capacityTokens(), 300 * BLOCK);
        assertThat(BlockPool.neededBy(windowed.groups(), most)).isLessThanOrEqualTo(blocks);
        KvSequence kv = windowed.sequence();
        while (kv.length() < most) {
          int more = Math.min(most - kv.length(), LayerGroup.STRIDE);
          assertThat(kv.growth(most - kv.length())).isLessThanOrEqualTo(windowed.freeBlocks());
          kv.advance(more);
          kv.slide();
          assertThat(windowed.heldBlocks()).isLessThanOrEqualTo(windowed.heldBy(kv.length()));
        }
      }
    }
    assertThat(pool(16, 0).capacityTokens()).isEqualTo(16 * BLOCK);
  }

  /** Every row of every sequence is what was written to it, whoever shares its block. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "0 50 50", "33", "0 1 200"})
  void sequencesKeepTheirRowsThroughAnyGrowthForkAndRelease(String windows) {
    Random random = new Random(5);
    BlockPool large = pool(60, Stream.of(windows.split(" ")).mapToInt(Integer::parseInt).toArray());
    int[] memory = new int[60 * BLOCK];
    Map<KvSequence, List<Integer>> live = new HashMap<>();
    int[][] prompts = new int[4][];
    for (int i = 0; i < prompts.length; i++) {
      prompts[i] = IntStream.range(0, 300).map(at -> at < 70 ? at : random.nextInt()).toArray();
    }
    int reused = 0;
    for (int round = 0; round < 20_000; round++) {
      KvSequence kv =
          live.isEmpty()
              ? large.sequence()
              : List.copyOf(live.keySet()).get(random.nextInt(live.size()));
      switch (random.nextInt(5)) {
        case 0 -> {
          int[] prompt = prompts[random.nextInt(prompts.length)];
          int rows = 1 + random.nextInt(prompt.length);
          KvSequence begun = large.sequence();
          begun.reuse(prompt, rows);
          reused += begun.length();
          int missing = rows - begun.length();
          if (begun.growth(missing) <= large.freeBlocks()) {
            int from = begun.length();
            begun.advance(missing);
            for (int at = from; at < rows; at++) {
              write(memory, begun, at, prompt[at]);
            }
            begun.index(prompt);
            begun.slide();
            live.put(begun, new ArrayList<>(IntStream.of(prompt).limit(rows).boxed().toList()));
          } else {
            begun.release();
          }
        }
        case 1 -> {
          kv.release();
          live.remove(kv);
        }
        case 2 -> {
          if (live.containsKey(kv)) {
            live.put(kv.fork(), new ArrayList<>(live.get(kv)));
          }
        }
        default -> {
          int more = random.nextInt(40);
          if (live.containsKey(kv) && kv.growth(more) <= large.freeBlocks()) {
            int from = kv.length();
            kv.advance(more);
            int[] before = memory.clone();
            for (BlockCopy copy : large.takeCopies()) {
              System.arraycopy(before, copy.source() * BLOCK, memory, copy.target() * BLOCK, BLOCK);
            }
            for (int at = from; at < from + more; at++) {
              int value = random.nextInt();
              write(memory, kv, at, value);
              live.get(kv).add(value);
            }
          }
        }
      }
      live.forEach((sequence, rows) -> assertThat(wrongRows(memory, sequence, rows)).isEmpty());
    }
    live.keySet().forEach(KvSequence::release);
    assertThat(large.heldBlocks()).isZero();
    assertThat(reused).isPositive();
  }

  /** Of rows that the next position sees. */
  private static List<Integer> wrongRows(int[] memory, KvSequence kv, List<Integer> rows) {
    List<Integer> wrong = new ArrayList<>();
    for (int group = 0; group < kv.pool().groups().size(); group++) {
      int window = kv.pool().groups().get(group).window();
      int first = window == 0 ? 0 : Math.max(0, rows.size() + 1 - window);
      for (int at = first; at < rows.size(); at += 7) {
        if (memory[slot(kv, group, at)] != rows.get(at)) {
          wrong.add(at);
        }
      }
    }
    return wrong;
  }

  private static BlockPool pool(int blocks, int... windows) {
    List<LayerGroup> groups = IntStream.of(windows).mapToObj(LayerGroup::new).toList();
    return new BlockPool(blocks, groups, BLOCK, LongContext.NONE, 0);
  }

  private static void write(int[] memory, KvSequence kv, int at, int value) {
    for (int group = 0; group < kv.pool().groups().size(); group++) {
      memory[slot(kv, group, at)] = value;
    }
  }

  private static int slot(KvSequence kv, int group, int at) {
    return kv.block(group, at / BLOCK) * BLOCK + at % BLOCK;
  }

  private KvSequence filled(int[] prompt, int rows) {
    KvSequence kv = pool.sequence();
    kv.advance(rows);
    kv.index(prompt);
    return kv;
  }

  private static int[] tokens(int from, int count) {
    return IntStream.range(from, from + count).toArray();
  }

  private static List<Integer> numbers(KvSequence kv) {
    return IntStream.range(0, kv.blocks()).mapToObj(i -> kv.block(0, i)).toList();
  }
}
