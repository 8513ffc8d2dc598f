package io.gensweep.model;

import io.gensweep.model.kv.BlockPool;
import io.gensweep.model.kv.KvSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Spans of prompts flattened for one call, token by token, and which of the tokens are asked for
 * what follows them.
 */
final class PrefillSpans {
  private final LongStream.Builder ids = LongStream.builder();
  private final LongStream.Builder positions = LongStream.builder();
  private final LongStream.Builder rotations = LongStream.builder();

  /** By the group of layers: the block of each token, and the blocks of each span. */
  private final List<LongStream.Builder> blocks;

  private final List<LongStream.Builder> tables;
  private final LongStream.Builder offsets = LongStream.builder();
  private final List<Long> spans = new ArrayList<>();
  private final LongStream.Builder slots = LongStream.builder();
  private final LongStream.Builder asked = LongStream.builder();
  private final LongStream.Builder targets = LongStream.builder();
  private int tokens;
  private int entries;
  private int questions;

  /**
   * @param groups of layers
   */
  PrefillSpans(int groups) {
    blocks = Stream.generate(LongStream::builder).limit(groups).toList();
    tables = Stream.generate(LongStream::builder).limit(groups).toList();
  }

  int tokens() {
    return tokens;
  }

  /**
   * Positions {@code [start, end)} of one prompt; its sequence holds blocks for them.
   *
   * @param ask the first position that is asked, if it comes before {@code end}
   */
  void add(KvSequence kv, int[] tokenIds, int start, int end, int ask) {
    spans.addAll(List.of((long) tokens, (long) end - start, (long) start, (long) entries));
    slots.add(kv.slot());
    entries += BlockPool.blocksFor(end);
    for (int group = 0; group < tables.size(); group++) {
      for (int i = 0; i < BlockPool.blocksFor(end); i++) {
        // Those that were let go are not read.
        tables.get(group).add(i < kv.firstBlock(group) ? 0 : kv.block(group, i));
      }
      for (int position = start; position < end; position++) {
        blocks.get(group).add(kv.block(group, position / BlockPool.BLOCK));
      }
    }
    for (int position = start; position < end; position++) {
      ids.add(tokenIds[position]);
      positions.add(position);
      rotations.add(kv.rotation(position));
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
                ProgramCall.longs(joined(blocks), blocks.size(), tokens),
                ProgramCall.longs(offsets.build().toArray()),
                ProgramCall.longs(joined(tables), tables.size(), entries),
                ProgramCall.longs(
                    spans.stream().mapToLong(Long::longValue).toArray(), spans.size() / 4, 4),
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

  private static long[] joined(List<LongStream.Builder> groups) {
    return groups.stream().flatMapToLong(LongStream.Builder::build).toArray();
  }
}
