package io.gensweep.model;

import static io.gensweep.model.GpuOperators.bytes;
import static io.gensweep.model.GpuOperators.floats;
import static io.gensweep.model.GpuOperators.floatsOf;
import static io.gensweep.model.GpuOperators.longs;
import static io.gensweep.model.GpuOperators.scalar;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.translate.TranslateException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** What a decoder does with a GPU from first to last; what fails is asked for once more. */
final class GpuLife {
  /** 40 bytes, which malloc gives without a zero behind them: an end that is missed is seen. */
  static final String IMAGE = "standin\nscale 8 8 4 4\nbox 128 8\ntrailing";

  private static final int FLOAT = 2;

  private final GpuOperators gpu;
  private final List<String> refusals = new ArrayList<>();

  GpuLife(GpuOperators gpu) {
    this.gpu = gpu;
  }

  private interface Step {
    long run() throws TranslateException;
  }

  /** What was refused on the way. */
  List<String> live() throws TranslateException {
    again(() -> gpu.call("gpu_facts", longs(new long[8]), bytes(new byte[96]), scalar(1)).get(0));
    long handle = again(() -> gpu.open(1));
    try {
      use(handle);
    } catch (TranslateException e) {
      refusals.add(GpuOperators.line(e));
    }
    once(() -> gpu.close(handle));
    return refusals;
  }

  private void use(long handle) throws TranslateException {
    long scale = again(() -> gpu.function(handle, IMAGE, "scale", 100_000));
    long box = again(() -> gpu.function(handle, IMAGE, "box", 0));
    long from = again(() -> gpu.allocate(handle, 1024));
    long to = again(() -> gpu.allocate(handle, 64));
    long spare = again(() -> gpu.allocate(handle, 64));
    again(() -> gpu.write(handle, from, floats(1, 2, 3, 4)));
    again(() -> gpu.number("gpu_zero", scalar(handle), scalar(to), scalar(64)));
    long[] first = launch(scale, 90_000, 0, to, 0, from, 1, 4, FLOAT, bits(3));
    long[] second = launch(box, 0, 3, from, 16, 4, 16, 1, 0, 0, 0, spare);
    long[] both = LongStream.concat(LongStream.of(first), LongStream.of(second)).toArray();
    long graph = again(() -> gpu.number("gpu_graph", longs(both), scalar(handle)));
    assertThat(run(handle, graph, to, from, 5, 6, 7, 8)).containsExactly(15, 18, 21, 24);
    assertThat(run(handle, -1, to, from, 0, 1, 0, -1, first)).containsExactly(0, 3, 0, -3);
    again(() -> gpu.number("gpu_copy", copies(spare, to, 16), scalar(handle)));
    ByteBuffer[] read = new ByteBuffer[1];
    again(
        () -> {
          read[0] = gpu.read(handle, to, 16);
          return 0;
        });
    assertThat(floatsOf(read[0])).containsExactly(5, 6, 7, 8);
    once(() -> gpu.number("gpu_drop_graph", scalar(handle), scalar(graph)));
    once(() -> gpu.number("gpu_free", scalar(handle), scalar(spare)));
  }

  private float[] run(
      long handle,
      long graph,
      long to,
      long from,
      float a,
      float b,
      float c,
      float d,
      long... program)
      throws TranslateException {
    ByteBuffer[] out = new ByteBuffer[1];
    again(
        () -> {
          out[0] =
              gpu.call(
                  "gpu_run",
                  floats(0, 0, 0, 0),
                  floats(a, b, c, d),
                  longs(program),
                  scalar(handle),
                  scalar(graph),
                  scalar(from),
                  scalar(to));
          return 0;
        });
    return floatsOf(out[0]);
  }

  private long again(Step step) throws TranslateException {
    try {
      return step.run();
    } catch (TranslateException e) {
      refusals.add(GpuOperators.line(e));
      return step.run();
    }
  }

  /** What frees something has freed it, whatever it says. */
  private void once(Step step) {
    try {
      long unused = step.run();
    } catch (TranslateException e) {
      refusals.add(GpuOperators.line(e));
    }
  }

  /** One launch of two blocks of 64 threads, which may start early. */
  static long[] launch(long function, int shared, long... arguments) {
    long count = 0;
    for (int i = 0; i < arguments.length; i += arguments[i] == 3 ? 8 : 2) {
      count++;
    }
    long[] head = {function, 2, 1, 1, 64, shared, 1, count};
    return LongStream.concat(LongStream.of(head), LongStream.of(arguments)).toArray();
  }

  static long bits(float value) {
    return Float.floatToRawIntBits(value);
  }

  static ProgramCall.Argument copies(long... words) {
    return ProgramCall.longs(words, words.length / 3, 3);
  }
}
