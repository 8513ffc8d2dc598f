package io.gensweep.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Executor. Spans of prompts flattened for one prefill call, token by token. */
final class PrefillSpans {
  private final LongStream.Builder ids = LongStream.builder();
  private final LongStream.Builder positions = LongStream.builder();
  private final LongStream.Builder blocks = LongStream.builder();
  private final LongStream.Builder offsets = LongStream.builder();
  private final List<Long> table = new ArrayList<>();
  private final List<Long> spans = new ArrayList<>();
  private int tokens;

  int tokens() {
    return tokens;
  }

  /** Positions {@code [start, end)} of one prompt; its sequence holds blocks for them. */
  void add(KvSequence kv, int[] tokenIds, int start, int end) {
    spans.addAll(List.of((long) tokens, (long) end - start, (long) start, (long) table.size()));
    for (int i = 0; i < KvCache.blocksFor(end); i++) {
      table.add((long) kv.block(i));
    }
    for (int position = start; position < end; position++) {
      ids.add(tokenIds[position]);
      positions.add(position);
      blocks.add(kv.block(position / KvCache.BLOCK));
      offsets.add(position % KvCache.BLOCK);
    }
    tokens += end - start;
  }

  ProgramCall call() {
    return ProgramCall.of(
        "prefill",
        ProgramCall.longs(ids.build().toArray()),
        ProgramCall.longs(positions.build().toArray()),
        ProgramCall.longs(blocks.build().toArray()),
        ProgramCall.longs(offsets.build().toArray()),
        ProgramCall.longs(array(table)),
        ProgramCall.longs(array(spans), spans.size() / 4, 4));
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
