package io.gensweep.model;

import java.util.BitSet;

/**
 * Plain Java. Which blocks of the KV cache are whose; the rows themselves are the runner's.
 *
 * <p>A reservation promises blocks for the life of a sequence, so that growth within it cannot
 * fail. Physical blocks are handed out as the sequence grows, the lowest free one first, which
 * keeps the blocks in use close together.
 */
public final class KvCache {
  /** Positions in a block. */
  public static final int BLOCK = 32;

  private final int blocks;
  private final BitSet used = new BitSet();
  private int promised;

  public KvCache(int blocks) {
    if (blocks < 1) {
      throw new IllegalArgumentException("blocks must be >= 1, was " + blocks);
    }
    this.blocks = blocks;
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
    return new KvSequence(this, tokens);
  }

  /** Blocks handed out. */
  public int usedBlocks() {
    return used.cardinality();
  }

  /** Blocks promised, handed out or not. */
  public int promisedBlocks() {
    return promised;
  }

  /** 1 + the highest block handed out; 0 if none is. */
  public int highWater() {
    return used.length();
  }

  static int blocksFor(int tokens) {
    return tokens / BLOCK + (tokens % BLOCK == 0 ? 0 : 1);
  }

  int takeBlock() {
    int block = used.nextClearBit(0);
    used.set(block);
    return block;
  }

  void giveBlock(int block) {
    used.clear(block);
  }

  void endPromise(int tokens) {
    promised -= blocksFor(tokens);
  }
}
