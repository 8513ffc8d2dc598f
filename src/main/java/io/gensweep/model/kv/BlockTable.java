package io.gensweep.model.kv;

import static io.gensweep.model.kv.BlockPool.BLOCK;

import java.util.Arrays;
import java.util.Objects;

/**
 * The blocks of one sequence that hold its rows in the layers of one group: row i in the block at i
 * / BLOCK. Those before the group's window are let go.
 */
final class BlockTable {
  private final BlockPool pool;
  private final LayerGroup group;

  /** By their place in the sequence; of use from {@code first} to {@code end}. */
  private int[] blocks;

  private int first;
  private int end;

  BlockTable(BlockPool pool, LayerGroup group) {
    this(pool, group, new int[4], 0, 0);
  }

  private BlockTable(BlockPool pool, LayerGroup group, int[] blocks, int first, int end) {
    this.pool = pool;
    this.group = group;
    this.blocks = blocks;
    this.first = first;
    this.end = end;
  }

  /** A table of the same blocks, which both hold from here on. */
  BlockTable fork() {
    for (int i = first; i < end; i++) {
      pool.hold(blocks[i]);
    }
    return new BlockTable(pool, group, blocks.clone(), first, end);
  }

  int first() {
    return first;
  }

  int held() {
    return end - first;
  }

  int block(int i) {
    return blocks[first + Objects.checkIndex(i - first, held())];
  }

  /** Blocks that growing from {@code length} by so many rows takes from the pool at most. */
  int growth(int length, int tokens) {
    int more = BlockPool.blocksFor(length + tokens) - end;
    return Math.min(more, group.taken(length + tokens))
        + (tokens > 0 && lastIsShared(length) ? 1 : 0);
  }

  /** Takes blocks for so many rows after the first {@code length}, for this sequence alone. */
  void grow(int length, int tokens) {
    if (tokens > 0 && lastIsShared(length)) {
      int shared = blocks[end - 1];
      int own = pool.take();
      pool.copy(shared, own);
      pool.letGo(shared);
      blocks[end - 1] = own;
    }
    for (int needed = BlockPool.blocksFor(length + tokens); end < needed; ) {
      append(pool.take());
    }
  }

  /** Whether the next row would go into a block that others hold too. */
  private boolean lastIsShared(int length) {
    return length % BLOCK != 0 && pool.holders(blocks[end - 1]) > 1;
  }

  /** The first block that a sequence of so many rows needs. */
  int firstNeeded(int rows) {
    return group.firstSeen(rows);
  }

  /** Lets go of blocks that no token after the first {@code rows} sees. */
  void slide(int rows) {
    int needed = firstNeeded(rows);
    while (first < Math.min(needed, end)) {
      pool.letGo(blocks[first++]);
    }
    if (first < needed) {
      first = needed;
      end = needed;
    }
  }

  /** Adds a block that it holds already. */
  void append(int block) {
    if (end >= blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * end);
    }
    blocks[end++] = block;
  }

  /** Whether all rows are there that the token after the first {@code rows} sees. */
  boolean reaches(int rows) {
    return rows == 0 || first <= firstNeeded(rows);
  }

  /** Lets go of blocks behind the first {@code rows}. */
  void truncate(int rows) {
    int kept = BlockPool.blocksFor(rows);
    while (end > Math.max(kept, first)) {
      pool.letGo(blocks[--end]);
    }
    if (rows == 0) {
      first = 0;
      end = 0;
    }
  }
}
