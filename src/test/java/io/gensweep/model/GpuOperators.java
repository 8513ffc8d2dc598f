package io.gensweep.model;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.gensweep.model.ProgramCall.Argument;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The operators on GPUs of the native library, each by a method of a program of its name. */
final class GpuOperators implements AutoCloseable {
  private static final String PROGRAM =
      """
      class Decoder(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        def gpu_count(self: __torch__.Decoder) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_count(), dtype=4)
        def gpu_facts(self: __torch__.Decoder, numbers: Tensor, name: Tensor, device: Tensor) -> Tensor:
          return torch.cat([ops.gensweep.gpu_facts(numbers, name, int(device)), torch.to(name, 4)])
        def gpu_open(self: __torch__.Decoder, device: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_open(int(device)), dtype=4)
        def gpu_close(self: __torch__.Decoder, handle: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_close(int(handle)), dtype=4)
        def gpu_function(self: __torch__.Decoder, image: Tensor, entry: Tensor, handle: Tensor, shared: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_function(image, entry, int(handle), int(shared)), dtype=4)
        def gpu_allocate(self: __torch__.Decoder, handle: Tensor, bytes: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_allocate(int(handle), int(bytes)), dtype=4)
        def gpu_free(self: __torch__.Decoder, handle: Tensor, address: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_free(int(handle), int(address)), dtype=4)
        def gpu_write(self: __torch__.Decoder, bytes: Tensor, handle: Tensor, address: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_write(bytes, int(handle), int(address)), dtype=4)
        def gpu_read(self: __torch__.Decoder, to: Tensor, handle: Tensor, address: Tensor) -> Tensor:
          return ops.gensweep.gpu_read(to, int(handle), int(address))
        def gpu_zero(self: __torch__.Decoder, handle: Tensor, address: Tensor, bytes: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_zero(int(handle), int(address), int(bytes)), dtype=4)
        def gpu_copy(self: __torch__.Decoder, copies: Tensor, handle: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_copy(copies, int(handle)), dtype=4)
        def gpu_graph(self: __torch__.Decoder, program: Tensor, handle: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_graph(program, int(handle)), dtype=4)
        def gpu_drop_graph(self: __torch__.Decoder, handle: Tensor, graph: Tensor) -> Tensor:
          return torch.full([1], ops.gensweep.gpu_drop_graph(int(handle), int(graph)), dtype=4)
        def gpu_run(self: __torch__.Decoder, out: Tensor, input: Tensor, program: Tensor, handle: Tensor, graph: Tensor, to: Tensor, from_: Tensor) -> Tensor:
          return ops.gensweep.gpu_run(out, input, program, int(handle), int(graph), int(to), int(from_))
      """;

  private final ZooModel<ProgramCall, ByteBuffer> model;
  private final Predictor<ProgramCall, ByteBuffer> operators;

  GpuOperators() {
    model = DecoderModel.load(DecoderProgram.archive(PROGRAM, Map.of()), "cpu");
    operators = model.newPredictor();
  }

  ByteBuffer call(String operator, Argument... arguments) throws TranslateException {
    return operators.predict(ProgramCall.of(operator, arguments));
  }

  long number(String operator, Argument... arguments) throws TranslateException {
    return call(operator, arguments).asLongBuffer().get(0);
  }

  long open(int device) throws TranslateException {
    return number("gpu_open", scalar(device));
  }

  long close(long handle) throws TranslateException {
    return number("gpu_close", scalar(handle));
  }

  long function(long handle, String image, String entry, int shared) throws TranslateException {
    return number("gpu_function", text(image), text(entry), scalar(handle), scalar(shared));
  }

  long allocate(long handle, long bytes) throws TranslateException {
    return number("gpu_allocate", scalar(handle), scalar(bytes));
  }

  long write(long handle, long address, Argument bytes) throws TranslateException {
    return number("gpu_write", bytes, scalar(handle), scalar(address));
  }

  ByteBuffer read(long handle, long address, int bytes) throws TranslateException {
    return call("gpu_read", bytes(new byte[bytes]), scalar(handle), scalar(address));
  }

  /** What kernels made of floats. */
  float[] run(
      long handle, long graph, float[] out, float[] input, long to, long from, long... program)
      throws TranslateException {
    return floatsOf(
        call(
            "gpu_run",
            floats(out),
            floats(input),
            longs(program),
            scalar(handle),
            scalar(graph),
            scalar(to),
            scalar(from)));
  }

  /** The line that says why a call is refused. */
  static String refusal(ThrowingCallable call) {
    TranslateException refused = catchThrowableOfType(TranslateException.class, call);
    return refused == null ? "nothing is refused" : line(refused);
  }

  /** The line that says why, of a call that was refused. */
  static String line(TranslateException refused) {
    String start = "RuntimeError: ";
    return String.valueOf(refused.getMessage())
        .lines()
        .filter(line -> line.startsWith(start))
        .findFirst()
        .map(line -> line.substring(start.length()))
        .orElseThrow(() -> new AssertionError(refused));
  }

  static float[] floatsOf(ByteBuffer bytes) {
    FloatBuffer floats = bytes.asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  static Argument scalar(long value) {
    return ProgramCall.number(value);
  }

  static Argument longs(long... values) {
    return ProgramCall.longs(values);
  }

  static Argument text(String text) {
    return bytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  static Argument bytes(byte[] bytes) {
    return manager ->
        manager.create(ByteBuffer.wrap(bytes), new Shape(bytes.length), DataType.UINT8);
  }

  static Argument floats(float... values) {
    return ProgramCall.floats(values);
  }

  @Override
  public void close() {
    operators.close();
    model.close();
  }
}
