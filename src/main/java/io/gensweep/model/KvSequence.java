package io.gensweep.model;

import java.util.Arrays;
import java.util.Objects;

/**
 * Plain Java. The KV rows of one sequence: row i lies in block(i / BLOCK) of its lane at i % BLOCK.
 */
public final class KvSequence {
  private final KvCache cache;
  private final int lane;
  private final int reservedTokens;
  private int[] blocks = new int[4];
  private int held;
  private int length;
  private boolean released;

  KvSequence(KvCache cache, int lane, int reservedTokens) {
    this.cache = cache;
    this.lane = lane;
    this.reservedTokens = reservedTokens;
  }

  int lane() {
    return lane;
  }

  /** Rows written. */
  public int length() {
    return length;
  }

  public int reservedTokens() {
    return reservedTokens;
  }

  /** Blocks handed out. */
  public int blocks() {
    return held;
  }

  /** The physical block of the i-th block of this sequence. */
  public int block(int i) {
    return blocks[Objects.checkIndex(i, held)];
  }

  /** Hands out what is missing for rows [0, tokens). */
  public void ensure(int tokens) {
    live();
    if (tokens > reservedTokens) {
      throw new IllegalStateException(
          "cannot grow to " + tokens + " tokens: " + reservedTokens + " are reserved");
    }
    int needed = KvCache.blocksFor(tokens);
    if (needed > blocks.length) {
      blocks = Arrays.copyOf(blocks, Math.max(needed, 2 * blocks.length));
    }
    while (held < needed) {
      blocks[held++] = cache.takeBlock(lane);
    }
  }

  /** Counts {@code tokens} more rows as written. */
  public void advance(int tokens) {
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens must be >= 0, was " + tokens);
    }
    ensure(length + tokens);
    length += tokens;
  }

  /** Forgets the rows from {@code tokens} on and gives their blocks back; the promise stays. */
  public void truncate(int tokens) {
    live();
    if (tokens < 0 || tokens > length) {
      throw new IllegalStateException("cannot truncate " + length + " tokens to " + tokens);
    }
    length = tokens;
    giveBack(KvCache.blocksFor(tokens));
  }

  /** Ends the reservation. */
  public void release() {
    live();
    released = true;
    length = 0;
    giveBack(0);
    cache.endPromise(lane, reservedTokens);
  }

  private void giveBack(int keep) {
    while (held > keep) {
      cache.giveBlock(lane, blocks[--held]);
    }
  }

  private void live() {
    if (released) {
      throw new IllegalStateException("the sequence was released");
    }
  }
}
