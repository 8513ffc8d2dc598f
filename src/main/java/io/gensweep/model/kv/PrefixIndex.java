package io.gensweep.model.kv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds blocks by the tokens of a prompt up to the block's end, so that prompts which begin alike
 * fill their KV rows once (as vLLM's prefix cache does; here tokens are compared, not only their
 * hash). Blocks that nobody holds are kept in the order of their last use and evicted the oldest
 * first.
 */
final class PrefixIndex {
  /** In the place of the block of a group that has none. */
  static final int NONE = -1;

  /**
   * A block's content.
   *
   * @param before serial number of the entry before
   */
  @SuppressWarnings("ArrayRecordComponent") // equals and hashCode look at the content
  private record Content(long before, int[] tokenIds) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Content that
          && before == that.before
          && Arrays.equals(tokenIds, that.tokenIds);
    }

    @Override
    public int hashCode() {
      return 31 * Long.hashCode(before) + Arrays.hashCode(tokenIds);
    }
  }

  /**
   * A content with the block of each group of layers that has one. It is found as long as it has a
   * block, or an entry behind it has: of layers with a window the first blocks go first.
   */
  static final class Entry {
    private final Optional<Entry> before;

    /** Never used twice, so that nothing is found behind an entry that is gone. */
    private final long serial;

    private final Optional<Content> content;
    private final int[] blocks;
    private int followers;

    private Entry(Optional<Entry> before, long serial, Optional<Content> content, int groups) {
      this.before = before;
      this.serial = serial;
      this.content = content;
      this.blocks = new int[groups];
      Arrays.fill(blocks, NONE);
    }

    /** The block of a group, or {@link #NONE}. */
    int block(int group) {
      return blocks[group];
    }

    private boolean isOfUse() {
      return followers > 0 || Arrays.stream(blocks).anyMatch(block -> block != NONE);
    }
  }

  private final int groups;
  private final int mostKept;

  /** What comes before a prompt's first block. */
  private final Entry start;

  /** The same of a long sequence ({@link LongContext}), whose rows are others. */
  private final Entry longStart;

  private final Map<Content, Entry> entries = new HashMap<>();
  private final Map<Integer, Entry> byBlock = new HashMap<>();

  /** Without a holder, the one that was let go first at the front. */
  private final LinkedHashSet<Integer> kept = new LinkedHashSet<>();

  private long serials;

  PrefixIndex(int groups, int mostKept) {
    this.groups = groups;
    this.mostKept = mostKept;
    this.start = new Entry(Optional.empty(), serials++, Optional.empty(), groups);
    this.longStart = new Entry(Optional.empty(), serials++, Optional.empty(), groups);
  }

  /** What comes before the first block of a prompt. */
  Entry start(boolean isLong) {
    return isLong ? longStart : start;
  }

  /** Finds the entries of the blocks [from, to) of a prompt, up to the first that is not there. */
  List<Entry> find(Entry before, int[] tokenIds, int from, int to) {
    List<Entry> found = new ArrayList<>();
    Entry last = before;
    for (int i = from; i < to; i++) {
      Entry entry = entries.get(content(last, tokenIds, i));
      if (entry == null) {
        break;
      }
      found.add(entry);
      last = entry;
    }
    return found;
  }

  /**
   * Enters the filled block i of a prompt. Gives the entry of that content, an earlier one if there
   * is, which keeps the blocks that it has.
   *
   * @param blocks of each group, or {@link #NONE}
   */
  Entry enter(Entry before, int[] tokenIds, int i, int[] blocks) {
    Entry entry =
        entries.computeIfAbsent(
            content(before, tokenIds, i),
            content -> {
              before.followers++;
              return new Entry(Optional.of(before), serials++, Optional.of(content), groups);
            });
    for (int group = 0; group < groups; group++) {
      if (entry.blocks[group] == NONE && blocks[group] != NONE) {
        entry.blocks[group] = blocks[group];
        byBlock.put(blocks[group], entry);
      }
    }
    return entry;
  }

  void clear() {
    entries.clear();
    byBlock.clear();
    kept.clear();
  }

  /** A kept block has a holder again. */
  void held(int block) {
    kept.remove(block);
  }

  /** The last holder let go of a block. Says whether its content is worth keeping. */
  boolean keep(int block) {
    return byBlock.containsKey(block) && kept.add(block);
  }

  /** The block to free where more are kept than may be. */
  Optional<Integer> overflow() {
    return kept.size() > mostKept ? Optional.of(evict()) : Optional.empty();
  }

  /** Forgets the block that was let go first and gives it; -1 if none is kept. */
  int evict() {
    if (kept.isEmpty()) {
      return NONE;
    }
    int block = kept.iterator().next();
    kept.remove(block);
    Entry entry = byBlock.remove(block);
    for (int group = 0; group < groups; group++) {
      if (entry.blocks[group] == block) {
        entry.blocks[group] = NONE;
      }
    }
    forgetUseless(entry);
    return block;
  }

  private void forgetUseless(Entry entry) {
    Entry last = entry;
    while (!last.isOfUse() && last.content.isPresent()) {
      entries.remove(last.content.get(), last);
      last = last.before.orElseThrow();
      last.followers--;
    }
  }

  private static Content content(Entry before, int[] tokenIds, int i) {
    int at = i * BlockPool.BLOCK;
    return new Content(before.serial, Arrays.copyOfRange(tokenIds, at, at + BlockPool.BLOCK));
  }
}
