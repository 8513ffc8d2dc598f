package io.gensweep.model.kv;

import static io.gensweep.model.kv.BlockPool.BLOCK;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The KV rows of one sequence: row i lies in block(i / BLOCK) at i % BLOCK. Rows that are written
 * never change; a block that others hold too is copied before a row is added to it.
 */
public final class KvSequence {
  private final BlockPool pool;
  private final int slot;
  private int[] blocks = new int[4];
  private int held;
  private int length;
  private boolean released;
  private boolean isLong;

  /** The leading blocks that can be found by their content, and the entry of the last of them. */
  private int indexed;

  private long lastEntry = PrefixIndex.START;

  KvSequence(BlockPool pool) {
    this(pool, pool.slots().take());
  }

  private KvSequence(BlockPool pool, int slot) {
    this.pool = pool;
    this.slot = slot;
  }

  /** Rows written, or promised to be written by the call under way. */
  public int length() {
    return length;
  }

  public int blocks() {
    return held;
  }

  /** Where its state lies, of a model that keeps one; else -1. */
  public int slot() {
    return slot;
  }

  /** Whether a sequence of so many tokens has other rows than this one ({@link LongContext}). */
  public boolean isOutgrownBy(int tokens) {
    return pool.longContext().isLong(tokens) != isLong;
  }

  /** Forgets all rows, and begins anew as a sequence of so many tokens. */
  public void restart(int tokens) {
    live();
    length = 0;
    letGo(0);
    isLong = pool.longContext().isLong(tokens);
    indexed = 0;
    lastEntry = isLong ? PrefixIndex.LONG_START : PrefixIndex.START;
  }

  /** The row of the rotary tables for a position. */
  public int rotation(int position) {
    return isLong ? position + pool.longContext().rows() : position;
  }

  /** The number in the pool of the i-th block of this sequence. */
  public int block(int i) {
    return blocks[Objects.checkIndex(i, held)];
  }

  /** Blocks that {@link #advance} by so many rows takes from the pool. */
  public int growth(int tokens) {
    int more = BlockPool.blocksFor(length + tokens) - held;
    return tokens > 0 && lastIsShared() ? more + 1 : more;
  }

  /**
   * Counts {@code tokens} more rows as written, in blocks of this sequence alone.
   *
   * @throws IllegalStateException if the pool has not the blocks; see {@link #growth}
   */
  public void advance(int tokens) {
    live();
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens must be >= 0, was " + tokens);
    }
    if (tokens > 0 && lastIsShared()) {
      int shared = blocks[held - 1];
      int own = pool.take();
      pool.copy(shared, own);
      pool.letGo(shared);
      blocks[held - 1] = own;
    }
    for (int needed = BlockPool.blocksFor(length + tokens); held < needed; ) {
      append(pool.take());
    }
    length += tokens;
  }

  /** Whether {@link #fork} finds a place for the fork's state. */
  public boolean canFork() {
    return pool.hasRoomForSequence();
  }

  /** Whether it has a state, which cannot go back to fewer tokens but 0. */
  public boolean hasState() {
    return slot != StateSlots.NONE;
  }

  /** Begins a sequence of the same rows, which both share from here on. */
  public KvSequence fork() {
    live();
    KvSequence fork = new KvSequence(pool, pool.slots().takeCopy(slot));
    fork.blocks = blocks.clone();
    fork.held = held;
    fork.length = length;
    fork.isLong = isLong;
    fork.indexed = indexed;
    fork.lastEntry = lastEntry;
    for (int i = 0; i < held; i++) {
      pool.hold(blocks[i]);
    }
    return fork;
  }

  /**
   * Takes over rows that other prompts have filled, as far as they have the tokens of this one and
   * whole units of the pool go.
   *
   * @param tokenIds this sequence's prompt
   * @param end rows that it needs at most
   */
  public void reuse(int[] tokenIds, int end) {
    live();
    int unit = pool.prefixUnit();
    while (length == indexed * BLOCK && length % unit == 0 && length + unit <= end) {
      List<PrefixIndex.Entry> found = find(tokenIds, unit / BLOCK);
      if (found.size() < unit / BLOCK) {
        return;
      }
      for (PrefixIndex.Entry entry : found) {
        pool.hold(entry.block());
        append(entry.block());
      }
      length += unit;
      indexed += unit / BLOCK;
      lastEntry = found.get(found.size() - 1).serial();
    }
  }

  /** Makes the whole blocks of the rows written so far, all of the prompt, findable. */
  public void index(int[] tokenIds) {
    live();
    for (; (indexed + 1) * BLOCK <= length; indexed++) {
      lastEntry =
          pool.prefixes().enter(lastEntry, tokenIds, indexed * BLOCK, blocks[indexed]).serial();
    }
  }

  /** Forgets the rows from {@code tokens} on and lets go of their blocks. */
  public void truncate(int tokens) {
    live();
    if (hasState() && tokens > 0) {
      throw new IllegalStateException("a state cannot go back to " + tokens + " tokens");
    }
    if (tokens < indexed * BLOCK || tokens > length) {
      throw new IllegalStateException(
          "cannot truncate "
              + length
              + " tokens to "
              + tokens
              + ": the first "
              + indexed * BLOCK
              + " are findable");
    }
    length = tokens;
    letGo(BlockPool.blocksFor(tokens));
  }

  /** Lets go of all blocks. */
  public void release() {
    live();
    released = true;
    length = 0;
    pool.slots().letGo(slot);
    letGo(0);
  }

  private List<PrefixIndex.Entry> find(int[] tokenIds, int count) {
    List<PrefixIndex.Entry> found = new ArrayList<>(count);
    long before = lastEntry;
    for (int i = 0; i < count; i++) {
      Optional<PrefixIndex.Entry> entry =
          pool.prefixes().find(before, tokenIds, (indexed + i) * BLOCK);
      if (entry.isEmpty()) {
        break;
      }
      found.add(entry.get());
      before = entry.get().serial();
    }
    return found;
  }

  /** Whether the next row would go into a block that others hold too. */
  private boolean lastIsShared() {
    return length % BLOCK != 0 && pool.holders(blocks[held - 1]) > 1;
  }

  private void append(int block) {
    if (held == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * held);
    }
    blocks[held++] = block;
  }

  private void letGo(int keep) {
    while (held > keep) {
      pool.letGo(blocks[--held]);
    }
  }

  private void live() {
    if (released) {
      throw new IllegalStateException("the sequence was released");
    }
  }
}
