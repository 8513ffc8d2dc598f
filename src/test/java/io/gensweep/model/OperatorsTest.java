package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.Device;
import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import io.gensweep.model.ProgramCall.Argument;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operators of the native library refuse what would make a kernel read or write beyond an argument,
 * on every processor: no kernel runs here.
 */
class OperatorsTest {
  private static final String PROGRAM =
      """
      class Decoder(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool
        dtype : int
        def packed_bytes(self: __torch__.Decoder, weight: Tensor) -> Tensor:
          return torch.zeros([ops.gensweep.packed_bytes(weight)], dtype=0)
        def pack(self: __torch__.Decoder, to: Tensor, weight: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
          return ops.gensweep.pack(to, weight, scale, bias)
        def scratch_bytes(self: __torch__.Decoder, x: Tensor, keys: Tensor, heads: Tensor) -> Tensor:
          return torch.zeros([ops.gensweep.scratch_bytes(x, keys, int(heads), 8, 32, False)], dtype=0)
        def layer(self: __torch__.Decoder, x: Tensor, attention_norm: Tensor, qkv: Tensor, out: Tensor, mlp_norm: Tensor, gate_up: Tensor, down: Tensor, cosine: Tensor, sine: Tensor, keys: Tensor, values: Tensor, positions: Tensor, blocks: Tensor, offsets: Tensor, spans: Tensor, table: Tensor, scratch: Tensor) -> Tensor:
          return ops.gensweep.layer(x, attention_norm, qkv, out, mlp_norm, gate_up, down, cosine, sine, keys, values, positions, blocks, offsets, spans, table, scratch, 2, 8, 32, 0.1, False, True)
        def head(self: __torch__.Decoder, logits: Tensor, x: Tensor, norm: Tensor, head: Tensor, scratch: Tensor) -> Tensor:
          return ops.gensweep.head(logits, x, norm, head, scratch, 0.1, False)
        def candidates(self: __torch__.Decoder, to: Tensor, logits: Tensor, temperatures: Tensor) -> Tensor:
          return ops.gensweep.candidates(to, logits, temperatures)
        def targets(self: __torch__.Decoder, to: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
          return ops.gensweep.targets(to, logits, targets)
      """;

  /** Of 32 outputs with 8 inputs in float32. */
  private static final int PACKED = 1152;

  private static final List<Argument> PACK =
      List.of(bytes(PACKED), floats(8, 8), floats(0), floats(8));
  private static final List<Argument> SCRATCH =
      List.of(floats(3, 8), floats(2, 1, 32, 4), ProgramCall.number(2));
  private static final List<Argument> LAYER =
      List.of(
          floats(3, 8),
          floats(8),
          bytes(PACKED),
          bytes(PACKED),
          floats(8),
          bytes(PACKED),
          bytes(PACKED),
          floats(64, 1, 4),
          floats(64, 1, 4),
          floats(2, 1, 32, 4),
          floats(2, 1, 32, 4),
          longs(0, 1, 2),
          longs(0, 0, 0),
          longs(0, 1, 2),
          spans(0, 3, 0, 0),
          longs(0),
          bytes(1 << 20));
  private static final List<Argument> HEAD =
      List.of(floats(3, 16), floats(3, 8), floats(8), bytes(PACKED), bytes(1 << 12));
  private static final List<Argument> CANDIDATES = List.of(doubles(3, 6), floats(3, 16), floats(3));
  private static final List<Argument> TARGETS =
      List.of(doubles(3, 3), floats(3, 16), longs(0, 1, 15));

  @TempDir private static Path folder;
  private static ZooModel<ProgramCall, ByteBuffer> model;
  private static Predictor<ProgramCall, ByteBuffer> operators;

  @BeforeAll
  static void load() throws IOException, ModelException {
    assertThat(Kernels.load()).isTrue();
    Files.write(folder.resolve("operators.pt"), DecoderProgram.archive(PROGRAM, Map.of()));
    model =
        Criteria.builder()
            .setTypes(ProgramCall.class, ByteBuffer.class)
            .optEngine("PyTorch")
            .optDevice(Device.cpu())
            .optModelPath(folder)
            .optModelName("operators")
            .optTranslator(new ProgramCall.Translator())
            .build()
            .loadModel();
    operators = model.newPredictor();
  }

  @AfterAll
  static void close() {
    operators.close();
    model.close();
  }

  @ParameterizedTest
  @MethodSource
  void whatAKernelWouldReadBeyondIsRefused(
      String operator, List<Argument> right, int at, Argument wrong, String why) {
    List<Argument> arguments = new ArrayList<>(right);
    arguments.set(at, wrong);
    assertThatThrownBy(() -> operators.predict(new ProgramCall(operator, arguments)))
        .hasMessageContaining(why);
  }

  static Stream<Arguments> whatAKernelWouldReadBeyondIsRefused() {
    String contiguous = "an argument is not contiguous";
    return Stream.of(
        arguments("packed_bytes", List.of(floats(8, 8)), 0, floats(64), "weight is not a matrix"),
        arguments("packed_bytes", List.of(floats(8, 8)), 0, doubles(8, 8), "weight is not"),
        arguments("packed_bytes", List.of(floats(8, 8)), 0, turned(8, 4), contiguous),
        arguments("pack", PACK, 0, bytes(PACKED - 1), "to is not of packed_bytes"),
        arguments("pack", PACK, 0, floats(PACKED), "to is not of packed_bytes"),
        arguments("pack", PACK, 1, turned(8, 4), contiguous),
        arguments("pack", PACK, 2, longs(1), "scale is not float32"),
        arguments("pack", PACK, 3, floats(7), "bias is not empty"),
        arguments("scratch_bytes", SCRATCH, 0, floats(8), "x is not a matrix"),
        arguments("scratch_bytes", SCRATCH, 1, floats(2, 1, 16, 4), "keys are not"),
        arguments("scratch_bytes", SCRATCH, 1, floats(2, 1, 4, 32, 4), "more than 4 dimensions"),
        arguments("scratch_bytes", SCRATCH, 2, ProgramCall.number(0), "heads, mlp or longest"),
        arguments("layer", LAYER, 0, turned(8, 3), contiguous),
        arguments("layer", LAYER, 0, doubles(3, 8), "x is not a matrix"),
        arguments("layer", LAYER, 0, floats(4, 8), "one a token"),
        arguments("layer", LAYER, 1, floats(7), "a norm is not as wide as x"),
        arguments("layer", LAYER, 2, bytes(PACKED - 1), "a packed matrix is too small"),
        arguments("layer", LAYER, 3, bytes(0), "a packed matrix is too small"),
        arguments("layer", LAYER, 4, doubles(8), "a norm is not as wide as x"),
        arguments("layer", LAYER, 5, floats(PACKED), "a packed matrix is too small"),
        arguments("layer", LAYER, 6, bytes(PACKED - 1), "a packed matrix is too small"),
        arguments("layer", LAYER, 7, floats(63), "cosine or sine"),
        arguments("layer", LAYER, 8, floats(32, 1, 4), "cosine or sine"),
        arguments("layer", LAYER, 9, floats(2, 32, 4), "keys are not"),
        arguments("layer", LAYER, 9, floats(2, 3, 32, 4), "heads is no multiple"),
        arguments("layer", LAYER, 10, floats(1, 1, 32, 4), "values are not as keys"),
        arguments("layer", LAYER, 11, longs(0, 1), "one a token"),
        arguments("layer", LAYER, 11, floats(3), "are not int64"),
        arguments("layer", LAYER, 11, longs(0, 1, 64), "a position is beyond"),
        arguments("layer", LAYER, 11, longs(0, -1, 2), "a position is beyond"),
        arguments("layer", LAYER, 12, longs(0, 0, 2), "a block is beyond the cache"),
        arguments("layer", LAYER, 13, longs(32, 1, 2), "an offset is beyond a block"),
        arguments("layer", LAYER, 14, longs(0, 3, 0, 0), "spans are not"),
        arguments("layer", LAYER, 14, spans(0, 4, 0, 0), "tokens that x has not"),
        arguments("layer", LAYER, 14, spans(1, Long.MAX_VALUE, 0, 0), "tokens that x has not"),
        arguments("layer", LAYER, 14, spans(0, 3, 30, 0), "positions beyond longest"),
        arguments("layer", LAYER, 14, spans(0, 3, 0, 1), "more of the table"),
        arguments("layer", LAYER, 14, spans(0, 3, 0, -1), "more of the table"),
        arguments("layer", LAYER, 15, longs(2), "a block that the cache has not"),
        arguments("layer", LAYER, 15, longs(-1), "a block that the cache has not"),
        arguments("layer", LAYER, 16, bytes(100), "scratch is not of scratch_bytes"),
        arguments("head", HEAD, 0, floats(2, 16), "logits are not"),
        arguments("head", HEAD, 1, floats(24), "x is not a matrix"),
        arguments("head", HEAD, 2, floats(9), "norm is not as wide"),
        arguments("head", HEAD, 3, bytes(PACKED - 1), "the packed head is too small"),
        arguments("head", HEAD, 4, bytes(10), "scratch is too small"),
        arguments("candidates", CANDIDATES, 0, floats(3, 6), "to is not float64"),
        arguments("candidates", CANDIDATES, 0, doubles(2, 6), "to is not float64"),
        arguments("candidates", CANDIDATES, 0, doubles(3, 5), "to has not 2"),
        arguments("candidates", CANDIDATES, 0, doubles(3, 36), "to has not 2"),
        arguments("candidates", CANDIDATES, 1, turned(16, 3), contiguous),
        arguments("candidates", CANDIDATES, 2, floats(2), "temperatures are not"),
        arguments("targets", TARGETS, 0, doubles(3, 2), "to is not [rows, 3]"),
        arguments("targets", TARGETS, 2, longs(0, 1), "targets are not int64"),
        arguments("targets", TARGETS, 2, longs(0, 1, 16), "a target is beyond logits"),
        arguments("targets", TARGETS, 2, longs(0, -1, 3), "a target is beyond logits"));
  }

  private static Argument floats(long... shape) {
    return manager -> manager.zeros(new Shape(shape), DataType.FLOAT32);
  }

  private static Argument doubles(long... shape) {
    return manager -> manager.zeros(new Shape(shape), DataType.FLOAT64);
  }

  private static Argument bytes(int count) {
    return manager -> manager.zeros(new Shape(count), DataType.UINT8);
  }

  /** Floats [columns, rows] in memory, seen as [rows, columns]. */
  private static Argument turned(int rows, int columns) {
    return manager -> manager.zeros(new Shape(rows, columns), DataType.FLOAT32).transpose();
  }

  private static Argument longs(long... values) {
    return ProgramCall.longs(values);
  }

  private static Argument spans(long... values) {
    return ProgramCall.longs(values, values.length / 4, 4);
  }
}
