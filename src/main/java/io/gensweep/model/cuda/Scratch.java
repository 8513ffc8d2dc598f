package io.gensweep.model.cuda;

import java.util.function.LongUnaryOperator;

/**
 * Memory on the card for what a step has in between.
 *
 * @param x [tokens, hidden], what goes from layer to layer, as y after a norm
 * @param qkv [tokens, queries, keys and values]
 * @param queries [tokens, queries], rotated
 * @param attended [tokens, queries]
 * @param inner [tokens, inner]
 * @param last [rows, hidden]: of prefilled tokens, those whose logits are wanted
 * @param logits [rows, logits]
 * @param groups [rows, groups of 64 logits] float32
 * @param sums [rows, blocks of logits, 3] float32
 * @param part [rows, heads, chunks, head] float32, where a few rows share the card
 * @param stats [rows, heads, chunks, 2] float32
 */
public record Scratch(
    long x,
    long y,
    long qkv,
    long queries,
    long attended,
    long inner,
    long last,
    long logits,
    long groups,
    long sums,
    long part,
    long stats) {

  /** Bytes of each, in the order of the record. */
  private static long[] sizes(ModelSizes sizes, int tokens, int rows, int chunks) {
    long bytes = sizes.bytes();
    long blocks = DecoderLaunches.logitBlocks(sizes);
    long splitRows = DecoderLaunches.mostSplitRows(sizes);
    return new long[] {
      tokens * bytes * sizes.hidden(),
      tokens * bytes * sizes.hidden(),
      tokens * bytes * sizes.qkv(),
      tokens * bytes * sizes.queries(),
      tokens * bytes * sizes.queries(),
      tokens * bytes * sizes.inner(),
      rows * bytes * sizes.hidden(),
      rows * bytes * sizes.logits(),
      rows * blocks * DecoderLaunches.GROUPS * Float.BYTES,
      rows * blocks * 3 * Float.BYTES,
      splitRows * sizes.heads() * chunks * sizes.head() * Float.BYTES,
      splitRows * sizes.heads() * chunks * 2 * Float.BYTES
    };
  }

  /**
   * Bytes that it takes.
   *
   * @param tokens of one call at most
   * @param rows that have logits at once
   * @param chunks of attention in the longest context
   */
  public static long bytes(ModelSizes sizes, int tokens, int rows, int chunks) {
    long all = 0;
    for (long size : sizes(sizes, tokens, rows, chunks)) {
      all += size;
    }
    return all;
  }

  /**
   * Takes it.
   *
   * @param allocate gives the address of that many bytes
   */
  public static Scratch allocate(
      ModelSizes sizes, int tokens, int rows, int chunks, LongUnaryOperator allocate) {
    long[] at = sizes(sizes, tokens, rows, chunks);
    for (int i = 0; i < at.length; i++) {
      at[i] = allocate.applyAsLong(at[i]);
    }
    return new Scratch(
        at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7], at[8], at[9], at[10], at[11]);
  }
}
