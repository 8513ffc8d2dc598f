package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.Arrays;

/**
 * Spans of prompts for one call on a GPU: token by token, tile by tile of attention, and which
 * tokens are asked for what follows them.
 */
final class CudaSpans {
  /** First token in the call, tokens, first entry in the table, first position. */
  private static final int TILE = 4;

  private final int tileTokens;
  private final Numbers ids = new Numbers();
  private final Numbers positions = new Numbers();
  private final Numbers starts = new Numbers();
  private final Numbers tiles = new Numbers();
  private final Numbers table = new Numbers();
  private final Numbers asked = new Numbers();
  private final Numbers targets = new Numbers();

  /**
   * @param tileTokens neighbouring tokens that attention takes together
   */
  CudaSpans(int tileTokens) {
    this.tileTokens = tileTokens;
  }

  int tokens() {
    return ids.size;
  }

  int entries() {
    return table.size;
  }

  int tiles() {
    return tiles.size / TILE;
  }

  int questions() {
    return asked.size;
  }

  /** The id that follows a token that is asked. */
  int target(int question) {
    return targets.values[question];
  }

  /**
   * Positions {@code [start, end)} of one prompt; its sequence holds blocks for them.
   *
   * @param ask the first position that is asked, if it comes before {@code end}
   */
  void add(KvSequence kv, int[] tokenIds, int start, int end, int ask) {
    int first = tokens();
    int entry = entries();
    for (int i = 0; i < BlockPool.blocksFor(end); i++) {
      // Those that were let go are not read.
      table.add(i < kv.firstBlock(0) ? 0 : kv.block(0, i));
    }
    for (int position = start; position < end; position++) {
      ids.add(tokenIds[position]);
      positions.add(position);
      starts.add(entry);
    }
    for (int position = start; position < end; position += tileTokens) {
      tiles.add(first + position - start);
      tiles.add(Math.min(tileTokens, end - position));
      tiles.add(entry);
      tiles.add(position);
    }
    for (int position = Math.max(start, ask); position < end; position++) {
      asked.add(first + position - start);
      targets.add(tokenIds[position + 1]);
    }
  }

  /** All of them one after the other, each at a multiple of 16 bytes. */
  Input input() {
    Numbers all = new Numbers();
    Input input =
        new Input(
            all.append(ids),
            all.append(positions),
            all.append(starts),
            all.append(tiles),
            all.append(asked),
            all.append(targets),
            all.append(table),
            all);
    return input;
  }

  /** What goes to the card, and at which byte each part begins. */
  record Input(
      int ids,
      int positions,
      int starts,
      int tiles,
      int asked,
      int targets,
      int table,
      Numbers all) {}

  /** Numbers that grow. */
  static final class Numbers {
    private static final int ALIGNED = 4;
    private int[] values = new int[1024];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    /** Adds others and what fills up to 16 bytes; tells at which byte they begin. */
    int append(Numbers others) {
      int start = size;
      int end = size + (others.size + ALIGNED - 1) / ALIGNED * ALIGNED;
      if (end > values.length) {
        values = Arrays.copyOf(values, Math.max(2 * values.length, end));
      }
      System.arraycopy(others.values, 0, values, start, others.size);
      size = end;
      return start * Integer.BYTES;
    }

    int size() {
      return size;
    }

    /** Some of them. */
    Numbers part(int from, int count) {
      Numbers part = new Numbers();
      part.values = Arrays.copyOfRange(values, from, from + count);
      part.size = count;
      return part;
    }

    int[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
