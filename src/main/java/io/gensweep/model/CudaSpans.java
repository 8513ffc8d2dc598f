package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;

/**
 * Spans of prompts for one call on a GPU: token by token, tile by tile of attention, and which
 * tokens are asked for what follows them.
 */
final class CudaSpans {
  /** First token in the call, tokens, first entry in the table, first position. */
  private static final int TILE = 4;

  private final int tileTokens;
  private final CudaNumbers ids = new CudaNumbers();
  private final CudaNumbers positions = new CudaNumbers();
  private final CudaNumbers starts = new CudaNumbers();
  private final CudaNumbers tiles = new CudaNumbers();
  private final CudaNumbers table = new CudaNumbers();
  private final CudaNumbers asked = new CudaNumbers();
  private final CudaNumbers targets = new CudaNumbers();

  /**
   * @param tileTokens neighbouring tokens that attention takes together
   */
  CudaSpans(int tileTokens) {
    this.tileTokens = tileTokens;
  }

  int tokens() {
    return ids.size();
  }

  int entries() {
    return table.size();
  }

  int tiles() {
    return tiles.size() / TILE;
  }

  int questions() {
    return asked.size();
  }

  /** The id that follows a token that is asked. */
  int target(int question) {
    return targets.get(question);
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
    CudaNumbers all = new CudaNumbers();
    return new Input(
        all.append(ids),
        all.append(positions),
        all.append(starts),
        all.append(tiles),
        all.append(asked),
        all.append(targets),
        all.append(table),
        all);
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
      CudaNumbers all) {}
}
