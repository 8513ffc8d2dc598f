package io.gensweep.model;

import java.util.BitSet;
import java.util.stream.Stream;

/**
 * Plain Java. Which blocks of the KV cache are whose; the rows themselves are the runner's.
 *
 * <p>A reservation promises blocks for the life of a sequence, so that growth within it cannot
 * fail. Physical blocks are handed out as the sequence grows, the lowest free one first, which
 * keeps the blocks in use close together.
 *
 * <p>A sequence lives in one lane, that with the fewest when it begins. Lanes number their blocks
 * each for itself, and share the promise.
 */
public final class KvCache {
  /** Positions in a block. */
  public static final int BLOCK = 32;

  private final int blocks;
  // By lane.
  private final BitSet[] used;
  private final int[] sequences;
  private int promised;

  /** Of one lane. */
  public KvCache(int blocks) {
    this(blocks, 1);
  }

  /**
   * @param blocks of all lanes
   */
  KvCache(int blocks, int lanes) {
    if (blocks < 1 || lanes < 1) {
      throw new IllegalArgumentException(
          "blocks and lanes must be >= 1, were " + blocks + " and " + lanes);
    }
    this.blocks = blocks;
    this.used = Stream.generate(BitSet::new).limit(lanes).toArray(BitSet[]::new);
    this.sequences = new int[lanes];
  }

  int lanes() {
    return used.length;
  }

  public int capacityTokens() {
    return Math.multiplyExact(blocks, BLOCK);
  }

  public boolean canReserve(int tokens) {
    return blocksFor(tokens) <= blocks - promised;
  }

  public KvSequence reserve(int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens must be >= 1, was " + tokens);
    }
    if (!canReserve(tokens)) {
      throw new IllegalStateException(
          "cannot reserve " + tokens + " tokens: " + (blocks - promised) + " blocks are left");
    }
    promised += blocksFor(tokens);
    int lane = emptiestLane();
    sequences[lane]++;
    return new KvSequence(this, lane, tokens);
  }

  /** Blocks handed out. */
  public int usedBlocks() {
    return Stream.of(used).mapToInt(BitSet::cardinality).sum();
  }

  /** Blocks promised, handed out or not. */
  public int promisedBlocks() {
    return promised;
  }

  /** 1 + the highest block of a lane that is handed out; 0 if none is. */
  int highWater(int lane) {
    return used[lane].length();
  }

  static int blocksFor(int tokens) {
    return tokens / BLOCK + (tokens % BLOCK == 0 ? 0 : 1);
  }

  int takeBlock(int lane) {
    int block = used[lane].nextClearBit(0);
    used[lane].set(block);
    return block;
  }

  void giveBlock(int lane, int block) {
    used[lane].clear(block);
  }

  void endPromise(int lane, int tokens) {
    sequences[lane]--;
    promised -= blocksFor(tokens);
  }

  private int emptiestLane() {
    int emptiest = 0;
    for (int lane = 1; lane < sequences.length; lane++) {
      if (sequences[lane] < sequences[emptiest]) {
        emptiest = lane;
      }
    }
    return emptiest;
  }
}
