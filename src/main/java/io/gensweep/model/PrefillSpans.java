package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Spans of prompts flattened for one call, token by token, and which of the tokens are asked for
 * what follows them.
 */
final class PrefillSpans {
  private final LongStream.Builder ids = LongStream.builder();
  private final LongStream.Builder positions = LongStream.builder();
  private final LongStream.Builder rotations = LongStream.builder();
  private final LongStream.Builder blocks = LongStream.builder();
  private final LongStream.Builder offsets = LongStream.builder();
  private final List<Long> table = new ArrayList<>();
  private final List<Long> spans = new ArrayList<>();
  private final LongStream.Builder slots = LongStream.builder();
  private final LongStream.Builder asked = LongStream.builder();
  private final LongStream.Builder targets = LongStream.builder();
  private int tokens;
  private int questions;

  int tokens() {
    return tokens;
  }

  /**
   * Positions {@code [start, end)} of one prompt; its sequence holds blocks for them.
   *
   * @param ask the first position that is asked, if it comes before {@code end}
   */
  void add(KvSequence kv, int[] tokenIds, int start, int end, int ask) {
    spans.addAll(List.of((long) tokens, (long) end - start, (long) start, (long) table.size()));
    slots.add(kv.slot());
    for (int i = 0; i < BlockPool.blocksFor(end); i++) {
      table.add((long) kv.block(i));
    }
    for (int position = start; position < end; position++) {
      ids.add(tokenIds[position]);
      positions.add(position);
      rotations.add(kv.rotation(position));
      blocks.add(kv.block(position / BlockPool.BLOCK));
      offsets.add(position % BlockPool.BLOCK);
    }
    for (int position = Math.max(start, ask); position < end; position++) {
      asked.add(tokens + position - start);
      targets.add(tokenIds[position + 1]);
      questions++;
    }
    tokens += end - start;
  }

  ProgramCall call() {
    List<ProgramCall.Argument> arguments =
        new ArrayList<>(
            List.of(
                ProgramCall.longs(ids.build().toArray()),
                ProgramCall.longs(positions.build().toArray()),
                ProgramCall.longs(blocks.build().toArray()),
                ProgramCall.longs(offsets.build().toArray()),
                ProgramCall.longs(array(table)),
                ProgramCall.longs(array(spans), spans.size() / 4, 4),
                ProgramCall.longs(slots.build().toArray()),
                ProgramCall.longs(rotations.build().toArray())));
    if (questions == 0) {
      return new ProgramCall("prefill", arguments);
    }
    arguments.add(ProgramCall.longs(asked.build().toArray()));
    arguments.add(ProgramCall.longs(targets.build().toArray()));
    return new ProgramCall("score", arguments);
  }

  /** Whether the call gives log-probs. */
  boolean asks() {
    return questions > 0;
  }

  private static long[] array(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
