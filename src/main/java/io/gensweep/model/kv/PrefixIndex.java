package io.gensweep.model.kv;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;

/**
 * Finds blocks by the tokens of a prompt up to the block's end, so that prompts which begin alike
 * fill their KV rows once (as vLLM's prefix cache does; here tokens are compared, not only their
 * hash). Blocks that nobody holds are kept in the order of their last use and evicted the oldest
 * first.
 */
final class PrefixIndex {
  /** What comes before a prompt's first block. */
  static final long START = 0;

  /** The same of a long sequence ({@link LongContext}), whose rows are others. */
  static final long LONG_START = -1;

  /**
   * A block's content.
   *
   * @param before serial number of the entry of the block before, or {@link #START}
   */
  @SuppressWarnings("ArrayRecordComponent") // equals and hashCode look at the content
  record Content(long before, int[] tokenIds) {
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
   * A block with its content.
   *
   * @param serial never used twice, unlike the block, so that nothing is found behind an evicted
   *     entry
   */
  record Entry(Content content, long serial, int block) {}

  private final int mostKept;
  private final Map<Content, Entry> entries = new HashMap<>();
  private final Map<Integer, Entry> byBlock = new HashMap<>();

  /** Without a holder, the one that was let go first at the front. */
  private final LinkedHashSet<Integer> kept = new LinkedHashSet<>();

  private long serials = START;

  PrefixIndex(int mostKept) {
    this.mostKept = mostKept;
  }

  /** Finds the block of tokens [at, at + BLOCK) after the entry {@code before}. */
  Optional<Entry> find(long before, int[] tokenIds, int at) {
    return Optional.ofNullable(entries.get(content(before, tokenIds, at)));
  }

  /** Enters a filled block. Gives the entry of that content, an earlier one if there is. */
  Entry enter(long before, int[] tokenIds, int at, int block) {
    return entries.computeIfAbsent(
        content(before, tokenIds, at),
        content -> {
          Entry entry = new Entry(content, ++serials, block);
          byBlock.put(block, entry);
          return entry;
        });
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
      return -1;
    }
    int block = kept.iterator().next();
    kept.remove(block);
    forget(byBlock.get(block));
    return block;
  }

  private void forget(Entry entry) {
    entries.remove(entry.content());
    byBlock.remove(entry.block());
  }

  private static Content content(long before, int[] tokenIds, int at) {
    return new Content(before, Arrays.copyOfRange(tokenIds, at, at + BlockPool.BLOCK));
  }
}
