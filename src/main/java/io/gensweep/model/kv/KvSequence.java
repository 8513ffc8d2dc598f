package io.gensweep.model.kv;

import static io.gensweep.model.kv.BlockPool.BLOCK;

import java.util.List;

/**
 * The KV rows of one sequence, in a table of blocks for each group of layers. Rows that are written
 * never change; a block that others hold too is copied before a row is added to it.
 */
public final class KvSequence {
  private final BlockPool pool;
  private final int slot;

  /** By the group of layers. */
  private final List<BlockTable> tables;

  private int length;
  private boolean released;
  private boolean isLong;

  /** The leading blocks that can be found by their content, and the entry of the last of them. */
  private int indexed;

  private PrefixIndex.Entry lastEntry;

  KvSequence(BlockPool pool) {
    this(
        pool,
        pool.slots().take(),
        pool.groups().stream().map(group -> new BlockTable(pool, group)).toList());
  }

  private KvSequence(BlockPool pool, int slot, List<BlockTable> tables) {
    this.pool = pool;
    this.slot = slot;
    this.tables = tables;
    this.lastEntry = pool.prefixes().start(false);
  }

  BlockPool pool() {
    return pool;
  }

  /** Rows written, or promised to be written by the call under way. */
  public int length() {
    return length;
  }

  /** Blocks that it holds, alone or with others. */
  public int blocks() {
    return tables.stream().mapToInt(BlockTable::held).sum();
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
    tables.forEach(table -> table.truncate(0));
    isLong = pool.longContext().isLong(tokens);
    indexed = 0;
    lastEntry = pool.prefixes().start(isLong);
  }

  /** The row of the rotary tables for a position. */
  public int rotation(int position) {
    return isLong ? position + pool.longContext().rows() : position;
  }

  /** The first block of a group of layers that it still holds, by its place in the sequence. */
  public int firstBlock(int group) {
    return tables.get(group).first();
  }

  /** The number in the pool of the i-th block of this sequence in a group of layers. */
  public int block(int group, int i) {
    return tables.get(group).block(i);
  }

  /** Blocks that growing by so many rows takes from the pool at most. */
  public int growth(int tokens) {
    return tables.stream().mapToInt(table -> table.growth(length, tokens)).sum();
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
    slide();
    tables.forEach(table -> table.grow(length, tokens));
    length += tokens;
  }

  /** Lets go of blocks that no later position sees. Their rows must be written. */
  public void slide() {
    tables.forEach(table -> table.slide(length));
  }

  /** Whether {@link #fork} finds a place for the fork's state. */
  public boolean canFork() {
    return pool.hasRoomForSequence();
  }

  /** Whether it has a state, which cannot go back to fewer tokens but 0. */
  public boolean hasState() {
    return slot != StateSlots.NONE;
  }

  /** Whether {@link #truncate} can go back to so many tokens. */
  public boolean reaches(int tokens) {
    return (tokens == 0 || !hasState()) && tables.stream().allMatch(table -> table.reaches(tokens));
  }

  /** Begins a sequence of the same rows, which both share from here on. */
  public KvSequence fork() {
    live();
    KvSequence fork =
        new KvSequence(
            pool, pool.slots().takeCopy(slot), tables.stream().map(BlockTable::fork).toList());
    fork.length = length;
    fork.isLong = isLong;
    fork.indexed = indexed;
    fork.lastEntry = lastEntry;
    return fork;
  }

  /**
   * Takes over rows that other prompts have filled, as far as they have the tokens of this one and
   * whole units of the pool go. Of layers with a window it takes the rows that later positions see.
   *
   * @param tokenIds this sequence's prompt
   * @param end rows that it needs at most
   */
  public void reuse(int[] tokenIds, int end) {
    live();
    int unit = pool.prefixUnit();
    if (length != indexed * BLOCK || length % unit != 0) {
      return;
    }
    List<PrefixIndex.Entry> found =
        pool.prefixes().find(lastEntry, tokenIds, indexed, end / unit * (unit / BLOCK));
    int to = length + found.size() * BLOCK;
    for (to -= to % unit; to > length; to -= unit) {
      if (has(found, to / BLOCK)) {
        take(found, to / BLOCK);
        return;
      }
    }
  }

  /** Whether blocks up to {@code to} are there, but for those that no later position sees. */
  private boolean has(List<PrefixIndex.Entry> found, int to) {
    for (int group = 0; group < tables.size(); group++) {
      for (int i = firstTaken(group, to); i < to; i++) {
        if (found.get(i - indexed).block(group) == PrefixIndex.NONE) {
          return false;
        }
      }
    }
    return true;
  }

  private int firstTaken(int group, int to) {
    return Math.max(indexed, tables.get(group).firstNeeded(to * BLOCK));
  }

  private void take(List<PrefixIndex.Entry> found, int to) {
    // All are held before any is let go, which may evict others.
    for (int group = 0; group < tables.size(); group++) {
      for (int i = firstTaken(group, to); i < to; i++) {
        pool.hold(found.get(i - indexed).block(group));
      }
    }
    for (int group = 0; group < tables.size(); group++) {
      BlockTable table = tables.get(group);
      table.slide(to * BLOCK);
      for (int i = firstTaken(group, to); i < to; i++) {
        table.append(found.get(i - indexed).block(group));
      }
    }
    lastEntry = found.get(to - 1 - indexed);
    indexed = to;
    length = to * BLOCK;
  }

  /** Makes the whole blocks of the rows written so far, all of the prompt, findable. */
  public void index(int[] tokenIds) {
    live();
    for (; (indexed + 1) * BLOCK <= length; indexed++) {
      int at = indexed;
      int[] blocks =
          tables.stream()
              .mapToInt(table -> at < table.first() ? PrefixIndex.NONE : table.block(at))
              .toArray();
      lastEntry = pool.prefixes().enter(lastEntry, tokenIds, at, blocks);
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
    if (!reaches(tokens)) {
      throw new IllegalStateException("rows before the first " + tokens + " tokens were let go");
    }
    length = tokens;
    tables.forEach(table -> table.truncate(tokens));
  }

  /** Lets go of all blocks. */
  public void release() {
    live();
    released = true;
    length = 0;
    pool.slots().letGo(slot);
    tables.forEach(table -> table.truncate(0));
  }

  private void live() {
    if (released) {
      throw new IllegalStateException("the sequence was released");
    }
  }
}
