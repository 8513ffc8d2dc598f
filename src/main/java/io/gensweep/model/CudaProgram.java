package io.gensweep.model;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.repository.zoo.ZooModel;
import io.gensweep.model.cuda.Kernel;
import io.gensweep.model.cuda.KernelArchive;
import io.gensweep.model.spec.RopeSpec;
import io.gensweep.model.weights.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Executor, one per GPU. The decoder program that talks to the card: memory, kernels and steps.
 * Called by one thread at a time.
 */
final class CudaProgram implements AutoCloseable {
  /** Launches of their own, in the place of a graph. */
  private static final long NO_GRAPH = -1;

  private static final int FREE_BYTES = 2;

  private final ZooModel<ProgramCall, ByteBuffer> model;
  private final PtSymbolBlock block;
  private final Predictor<ProgramCall, ByteBuffer> predictor;
  private final KernelArchive archive;
  private final Map<Kernel, Long> functions = new HashMap<>();
  private Optional<Thread> thread = Optional.empty();

  /** The model's program is this one's from here on. */
  CudaProgram(ZooModel<ProgramCall, ByteBuffer> model, KernelArchive archive) {
    this.model = model;
    this.block = (PtSymbolBlock) model.getBlock();
    this.predictor = model.newPredictor();
    this.archive = archive;
    DecoderModel.number(block, "begin");
  }

  /** Bytes that no one holds on the card. */
  long freeBytes() {
    LongBuffer facts = call(ProgramCall.of("facts", ProgramCall.number(0))).asLongBuffer();
    return facts.get(FREE_BYTES);
  }

  /** The driver's function of a kernel, which is loaded when it is first asked for. */
  long function(Kernel kernel) {
    return functions.computeIfAbsent(kernel, this::load);
  }

  private long load(Kernel kernel) {
    try (NDManager manager = model.getNDManager().newSubManager()) {
      return DecoderModel.number(
          block,
          "function",
          IValue.from(bytes(manager, archive.image(kernel))),
          IValue.from(bytes(manager, kernel.entry().getBytes(StandardCharsets.US_ASCII))),
          IValue.from((long) kernel.shared()));
    }
  }

  private static PtNDArray bytes(NDManager manager, byte[] bytes) {
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    return (PtNDArray) manager.create(direct, new Shape(bytes.length), DataType.UINT8);
  }

  long allocate(long bytes) {
    return DecoderModel.number(block, "allocate", IValue.from(bytes));
  }

  /** Writes a tensor in the model's type, piece by piece; tells how many bytes it has there. */
  long write(StoredTensor tensor, long address) {
    try (DeviceTensors tensors = new DeviceTensors(model.getNDManager())) {
      long written = 0;
      for (PtNDArray piece : tensors.pieces(Optional.of(tensor))) {
        written +=
            DecoderModel.number(block, "write", IValue.from(piece), IValue.from(address + written));
      }
      return written;
    }
  }

  /** Writes whole numbers of 32 bits, or the bits of floats. */
  void write(int[] numbers, long address) {
    try (NDManager manager = model.getNDManager().newSubManager()) {
      PtNDArray array = (PtNDArray) manager.create(numbers);
      DecoderModel.number(block, "write_numbers", IValue.from(array), IValue.from(address));
    }
  }

  void zero(long address, long bytes) {
    DecoderModel.number(block, "zero", IValue.from(address), IValue.from(bytes));
  }

  /** Computes a rotary table of so many positions and writes it. */
  void writeRope(RopeSpec rope, int positions, long cosines, long sines) {
    DecoderModel.addRope(block, rope, positions);
    DecoderModel.number(block, "write_rope", IValue.from(cosines), IValue.from(sines));
  }

  /** Keeps launches as a graph that the driver plays at once. */
  long graph(long[] launches) {
    try (NDManager manager = model.getNDManager().newSubManager()) {
      return DecoderModel.number(block, "graph", IValue.from((PtNDArray) manager.create(launches)));
    }
  }

  /** Where a step's input goes and its result comes from. */
  @SuppressWarnings("ArrayRecordComponent") // read within one step, never compared
  record Transfer(int[] input, long to, long from, int bytes) {}

  /** Plays a graph between two transfers. */
  ByteBuffer play(long graph, Transfer transfer) {
    return step(graph, transfer, new long[0]);
  }

  /** Plays launches between two transfers. */
  ByteBuffer play(long[] launches, Transfer transfer) {
    return step(NO_GRAPH, transfer, launches);
  }

  private ByteBuffer step(long graph, Transfer transfer, long[] launches) {
    return call(
        ProgramCall.of(
            "step",
            ProgramCall.longs(new long[] {graph, transfer.to(), transfer.from(), transfer.bytes()}),
            ProgramCall.ints(transfer.input()),
            ProgramCall.longs(launches)));
  }

  /** Copies on the card, one after the other: from, to and bytes of each. */
  void copy(List<long[]> copies) {
    long[] flat = copies.stream().flatMapToLong(Arrays::stream).toArray();
    call(ProgramCall.of("copy", ProgramCall.longs(flat, copies.size(), 3)));
  }

  /** A row of logits. */
  ByteBuffer wholeRow(long address) {
    return call(ProgramCall.of("whole_row", ProgramCall.number(address)));
  }

  /** The best of some rows of logits: of each row ids, then logits, descending. */
  ByteBuffer top(long[] addresses, int count) {
    return call(ProgramCall.of("top", ProgramCall.longs(addresses), ProgramCall.number(count)));
  }

  private ByteBuffer call(ProgramCall call) {
    Thread current = Thread.currentThread();
    if (thread.filter(current::equals).isEmpty()) {
      // libtorch keeps it for each thread; it would specialise the program to shapes that change
      // at every step here.
      JniUtils.setGraphExecutorOptimize(false);
      thread = Optional.of(current);
    }
    return call.run(predictor);
  }

  @Override
  public void close() {
    predictor.close();
    DecoderModel.close(model);
  }
}
