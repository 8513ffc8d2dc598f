package io.gensweep.model.kv;

import static io.gensweep.model.kv.BlockPool.BLOCK;

/**
 * Layers whose tokens see the same positions, so that a sequence needs the same of their KV rows. A
 * block belongs to the layers of one group.
 *
 * @param window positions that a token sees, its own among them; 0 for all
 */
public record LayerGroup(int window) {
  /** Layers whose tokens see all positions before them. */
  public static final LayerGroup FULL = new LayerGroup(0);

  /**
   * Rows that a sequence grows by at a time at most where layers have windows, so that it lets go
   * of blocks before it takes more.
   */
  static final int STRIDE = 512;

  public LayerGroup {
    if (window < 0) {
      throw new IllegalArgumentException("window must be >= 0, was " + window);
    }
  }

  boolean hasWindow() {
    return window > 0;
  }

  /** The first block of which the token after {@code rows} others sees a position. */
  int firstSeen(int rows) {
    return hasWindow() ? Math.max(0, rows + 1 - window) / BLOCK : 0;
  }

  /** Most blocks that a sequence of so many rows holds between two steps. */
  int held(int rows) {
    return atMost(rows, window - 1);
  }

  /** Most blocks that it takes while it grows by so many rows. */
  int taken(int rows) {
    return atMost(rows, window - 1 + STRIDE);
  }

  /** Blocks that a sequence needs to grow to so many rows when it has the pool for itself. */
  int needed(int rows) {
    int blocks = BlockPool.blocksFor(rows);
    return hasWindow() ? Math.min(blocks, held(rows) + taken(rows)) : blocks;
  }

  /** Blocks of {@code rows}, of which the last {@code seen} may begin anywhere in a block. */
  private int atMost(int rows, int seen) {
    int blocks = BlockPool.blocksFor(rows);
    return hasWindow() ? Math.min(blocks, BlockPool.blocksFor(seen) + 1) : blocks;
  }
}
