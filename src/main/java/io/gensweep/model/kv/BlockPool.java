package io.gensweep.model.kv;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The blocks of a KV cache, counted by how many sequences hold each. One thread.
 *
 * <p>A block holds {@link #BLOCK} rows of the layers of one group. All groups take from the same
 * blocks, so that memory goes to those that need it (as in vLLM's hybrid KV cache). A sequence
 * takes blocks as it grows, the lowest free one first, so that those in use lie close together, and
 * lets go of those that no later position sees. Blocks of prompts stay findable by their content
 * ({@link PrefixIndex}) after the last sequence has let go of them, until their place is needed.
 */
public final class BlockPool {
  /** Positions in a block. */
  public static final int BLOCK = 32;

  /** The part of the pool that blocks without a holder may fill, 1 / this. */
  private static final int KEPT_SHARE = 8;

  private final int blocks;
  private final List<LayerGroup> groups;
  private final int prefixUnit;
  private final LongContext longContext;
  private final StateSlots slots;
  private final int[] holders;

  /** Held, or kept for their content. */
  private final BitSet taken = new BitSet();

  /** Blocks that had a holder since the runner's memory was new, and those with a further one. */
  private final BitSet written = new BitSet();

  private final BitSet reused = new BitSet();

  private final PrefixIndex prefixes;
  private final List<BlockCopy> copies = new ArrayList<>();
  private int held;

  /**
   * Makes a pool for layers that see all positions, whose prompts share all whole blocks.
   *
   * @param blocks at least 1
   */
  public BlockPool(int blocks) {
    this(blocks, List.of(LayerGroup.FULL), BLOCK, LongContext.NONE, 0);
  }

  /**
   * Makes a pool.
   *
   * @param blocks at least 1
   * @param groups of the layers that have KV rows, at least one
   * @param prefixUnit positions, a multiple of {@link #BLOCK}: prompts share KV rows in multiples
   *     of it, where the runner's bits depend on where a prefill begins
   * @param longContext which sequences are rotated otherwise
   * @param states sequences that may be there at once, of a model that keeps a state of each; 0 for
   *     other models
   */
  public BlockPool(
      int blocks, List<LayerGroup> groups, int prefixUnit, LongContext longContext, int states) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("a pool needs a group of layers");
    }
    if (blocks < 1 || prefixUnit < BLOCK || prefixUnit % BLOCK != 0) {
      throw new IllegalArgumentException(
          "blocks must be >= 1 and prefixUnit a multiple of "
              + BLOCK
              + ", were "
              + blocks
              + " and "
              + prefixUnit);
    }
    this.blocks = blocks;
    this.groups = List.copyOf(groups);
    this.prefixUnit = prefixUnit;
    this.longContext = longContext;
    this.slots = new StateSlots(states);
    this.holders = new int[blocks];
    this.prefixes = new PrefixIndex(groups.size(), blocks / KEPT_SHARE);
  }

  /** Blocks of one group that hold so many rows. */
  public static int blocksFor(int tokens) {
    return tokens / BLOCK + (tokens % BLOCK == 0 ? 0 : 1);
  }

  /** Begins a sequence without rows. */
  public KvSequence sequence() {
    return new KvSequence(this);
  }

  /** Blocks that there are at most. */
  public int capacity() {
    return blocks;
  }

  public List<LayerGroup> groups() {
    return groups;
  }

  /** Most blocks that a sequence of so many rows holds between two steps. */
  public int heldBy(int rows) {
    return heldBy(groups, rows);
  }

  /** The same of groups that have no pool yet. */
  public static int heldBy(List<LayerGroup> groups, int rows) {
    return groups.stream().mapToInt(group -> group.held(rows)).reduce(0, Math::addExact);
  }

  /** Blocks of a pool in which one sequence can grow to so many rows. */
  public static int neededBy(List<LayerGroup> groups, int rows) {
    return groups.stream().mapToInt(group -> group.needed(rows)).reduce(0, Math::addExact);
  }

  /** Most rows of a sequence that has the pool for itself, in whole blocks. */
  public int capacityTokens() {
    int most = Integer.MAX_VALUE / BLOCK;
    int least = 0;
    while (least < most) {
      int middle = least + (most - least + 1) / 2;
      if (groups.stream().mapToLong(group -> group.needed(middle * BLOCK)).sum() <= blocks) {
        least = middle;
      } else {
        most = middle - 1;
      }
    }
    return least * BLOCK;
  }

  /**
   * Most rows that a sequence may grow by at a time: where layers have windows it lets go of blocks
   * before it takes more.
   */
  public int stride() {
    return groups.stream().anyMatch(LayerGroup::hasWindow) ? LayerGroup.STRIDE : Integer.MAX_VALUE;
  }

  /** Blocks that sequences hold, each counted once. */
  public int heldBlocks() {
    return held;
  }

  /** Whether another sequence may begin. */
  public boolean hasRoomForSequence() {
    return slots.anyFree();
  }

  /** 1 + the highest slot of a state; 0 if there is none. */
  public int stateHighWater() {
    return slots.highWater();
  }

  /** Takes the copies of states that the runner has to make before it writes the next rows. */
  public List<BlockCopy> takeStateCopies() {
    return slots.takeCopies();
  }

  StateSlots slots() {
    return slots;
  }

  /** Blocks that sequences can still take. */
  public int freeBlocks() {
    return blocks - held;
  }

  /** 1 + the highest block whose rows are of use; 0 if none is. */
  public int highWater() {
    return taken.length();
  }

  public int prefixUnit() {
    return prefixUnit;
  }

  /** Takes the copies that the runner has to make before it writes the next rows. */
  public List<BlockCopy> takeCopies() {
    List<BlockCopy> taken = List.copyOf(copies);
    copies.clear();
    return taken;
  }

  /**
   * Takes the blocks that were taken since the last call and have rows of an earlier holder. Where
   * what a block lacks is multiplied with zero, such rows may not stay: they may be no numbers.
   */
  public int[] takeReused() {
    int[] blocks = reused.stream().toArray();
    reused.clear();
    return blocks;
  }

  /**
   * Forgets what blocks hold, and the copies that were to be made.
   *
   * @throws IllegalStateException if a sequence holds a block
   */
  public void clear() {
    if (held > 0) {
      throw new IllegalStateException("sequences hold " + held + " blocks");
    }
    prefixes.clear();
    taken.clear();
    copies.clear();
    written.clear();
    reused.clear();
  }

  LongContext longContext() {
    return longContext;
  }

  PrefixIndex prefixes() {
    return prefixes;
  }

  int holders(int block) {
    return holders[block];
  }

  int take() {
    int block = taken.nextClearBit(0);
    if (block >= blocks) {
      block = prefixes.evict();
    }
    if (block < 0) {
      throw new IllegalStateException("no block is free: sequences hold all " + blocks);
    }
    taken.set(block);
    if (written.get(block)) {
      reused.set(block);
    }
    written.set(block);
    holders[block] = 1;
    held++;
    return block;
  }

  void hold(int block) {
    if (holders[block]++ == 0) {
      held++;
      prefixes.held(block);
    }
  }

  void letGo(int block) {
    if (--holders[block] == 0) {
      held--;
      if (!prefixes.keep(block)) {
        taken.clear(block);
      }
      prefixes.overflow().ifPresent(taken::clear);
    }
  }

  void copy(int source, int target) {
    copies.add(new BlockCopy(source, target));
  }
}
