package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.inference.Predictor;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.gensweep.model.ProgramCall.Argument;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
        def decoder(self: __torch__.Decoder, handle: Tensor, dtype: Tensor, hidden: Tensor, int8: Tensor) -> Tensor:
          return ops.gensweep.decoder(handle, dtype=int(dtype), hidden=int(hidden), int8=bool(int8))
        def add_layer(self: __torch__.Decoder, decoder: Tensor, parallel: Tensor) -> Tensor:
          return ops.gensweep.add_layer(decoder, parallel=bool(parallel), block_scale=1., out_scale=1.)
        def set_norm(self: __torch__.Decoder, decoder: Tensor, weight: Tensor, bias: Tensor, place: Tensor, kind: Tensor, eps: Tensor) -> Tensor:
          return ops.gensweep.set_norm(decoder, weight, bias, place=int(place), kind=int(kind), eps=float(eps))
        def set_attention(self: __torch__.Decoder, decoder: Tensor, qkv: Tensor, out: Tensor, cosine: Tensor, sine: Tensor, query_norm: Tensor, key_norm: Tensor, value_norm: Tensor, sinks: Tensor, heads: Tensor, kv_heads: Tensor, head_dim: Tensor, window: Tensor, kv: Tensor, norm_place: Tensor, norm_kind: Tensor, value_norm_kind: Tensor, scale: Tensor) -> Tensor:
          return ops.gensweep.set_attention(decoder, qkv, out, cosine, sine, query_norm, key_norm, value_norm, sinks, heads=int(heads), kv_heads=int(kv_heads), head_dim=int(head_dim), window=int(window), kv=int(kv), norm_place=int(norm_place), norm_kind=int(norm_kind), value_norm_kind=int(value_norm_kind), norm_eps=0.1, value_norm_eps=0.1, scale=float(scale), cap=0., clip=0., position_beta=0., position_original=1.)
        def set_router(self: __torch__.Decoder, decoder: Tensor, router: Tensor, correction: Tensor, shared_gate: Tensor, scales: Tensor, kind: Tensor, experts: Tensor, chosen: Tensor, groups: Tensor, chosen_groups: Tensor) -> Tensor:
          return ops.gensweep.set_router(decoder, router, correction, shared_gate, scales, kind=int(kind), experts=int(experts), chosen=int(chosen), groups=int(groups), chosen_groups=int(chosen_groups), normalised=True, in_float=False, scale=1., input_scale=1.)
        def add_mlp(self: __torch__.Decoder, decoder: Tensor, in_: Tensor, down: Tensor, part: Tensor, size: Tensor, gated: Tensor, activation: Tensor) -> Tensor:
          return ops.gensweep.add_mlp(decoder, in_, down, part=int(part), size=int(size), gated=bool(gated), activation=int(activation), first=0., second=0.)
        def end_layer(self: __torch__.Decoder, decoder: Tensor) -> Tensor:
          return ops.gensweep.end_layer(decoder)
        def set_inputs(self: __torch__.Decoder, decoder: Tensor, norm: Tensor, product: Tensor, layers: Tensor, width: Tensor, norm_kind: Tensor) -> Tensor:
          return ops.gensweep.set_inputs(decoder, norm, product, layers=int(layers), width=int(width), norm_kind=int(norm_kind), norm_eps=0.1, factor=1.)
        def inputs(self: __torch__.Decoder, to: Tensor, x: Tensor, scratch: Tensor, decoder: Tensor) -> Tensor:
          return ops.gensweep.inputs(to, x, scratch, decoder=int(decoder))
        def set_head(self: __torch__.Decoder, decoder: Tensor, norm: Tensor, bias: Tensor, head: Tensor, vocab: Tensor, kind: Tensor) -> Tensor:
          return ops.gensweep.set_head(decoder, norm, bias, head, vocab=int(vocab), norm_kind=int(kind), norm_eps=0.1, scale=1., cap=0.)
        def scratch_bytes(self: __torch__.Decoder, decoder: Tensor, rows: Tensor, longest: Tensor) -> Tensor:
          return torch.zeros([ops.gensweep.scratch_bytes(int(decoder), int(rows), int(longest))], dtype=0)
        def layer(self: __torch__.Decoder, x: Tensor, keys: Tensor, values: Tensor, positions: Tensor, rotations: Tensor, blocks: Tensor, offsets: Tensor, spans: Tensor, table: Tensor, scratch: Tensor, inputs: Tensor, decoder: Tensor, layer: Tensor, longest: Tensor, block: Tensor) -> Tensor:
          return ops.gensweep.layer(x, keys, values, positions, rotations, blocks, offsets, spans, table, scratch, inputs, decoder=int(decoder), layer=int(layer), longest=int(longest), whole=True, block=int(block))
        def head(self: __torch__.Decoder, logits: Tensor, x: Tensor, scratch: Tensor, decoder: Tensor) -> Tensor:
          return ops.gensweep.head(logits, x, scratch, decoder=int(decoder))
        def drop(self: __torch__.Decoder, decoder: Tensor) -> Tensor:
          return ops.gensweep.drop(decoder)
        def candidates(self: __torch__.Decoder, to: Tensor, logits: Tensor, temperatures: Tensor) -> Tensor:
          return ops.gensweep.candidates(to, logits, temperatures)
        def targets(self: __torch__.Decoder, to: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
          return ops.gensweep.targets(to, logits, targets)
      """;

  private static final String NO_DECODER = "there is no decoder of this handle";

  /** Of 32 outputs with 8 inputs in float32. */
  private static final int PACKED = 1152;

  private static final List<Argument> PACK =
      List.of(bytes(PACKED), floats(8, 8), floats(0), floats(8));

  /** The handle of {@link #decoder}, which has one layer and no head. */
  private static final Argument DECODER = manager -> manager.create(decoder());

  private static final Argument HANDLE = manager -> manager.create(new long[] {decoder()});

  /** The handle of {@link #unfinished}, which has a layer without attention and MLP. */
  private static final Argument OPEN = manager -> manager.create(new long[] {unfinished()});

  /** The handle of {@link #mixed}, whose layer has two experts, of which one is still missing. */
  private static final Argument MIXED = manager -> manager.create(new long[] {mixed()});

  private static final Argument UNFINISHED = manager -> manager.create(unfinished());

  private static final List<Argument> BEGIN = List.of(longs(0), number(6), number(8), number(0));
  private static final List<Argument> ADD_LAYER = List.of(HANDLE, number(0));
  private static final List<Argument> SET_NORM =
      List.of(OPEN, floats(8), floats(0), number(0), number(1), number(1));
  private static final List<Argument> SET_ATTENTION =
      List.of(
          OPEN,
          bytes(PACKED),
          bytes(PACKED),
          floats(64, 1, 4),
          floats(64, 1, 4),
          floats(4),
          floats(4),
          floats(0),
          floats(2),
          number(2),
          number(1),
          number(4),
          number(0),
          number(0),
          number(0),
          number(1),
          number(0),
          number(1));
  private static final List<Argument> SET_ROUTER =
      List.of(
          OPEN,
          bytes(PACKED),
          floats(2),
          bytes(PACKED),
          floats(0),
          number(0),
          number(2),
          number(2),
          number(1),
          number(1));
  private static final List<Argument> ADD_MLP =
      List.of(OPEN, bytes(PACKED), bytes(PACKED), number(0), number(8), number(1), number(0));
  private static final List<Argument> SET_INPUTS =
      List.of(HANDLE, floats(4), bytes(PACKED), number(2), number(4), number(1));
  private static final List<Argument> INPUTS =
      List.of(floats(3, 2, 4), floats(3, 8), bytes(1 << 12), DECODER);
  private static final List<Argument> SET_HEAD =
      List.of(HANDLE, floats(8), floats(0), bytes(PACKED), number(16), number(1));
  private static final List<Argument> SCRATCH = List.of(DECODER, number(3), number(32));
  private static final List<Argument> LAYER =
      List.of(
          floats(3, 8),
          floats(2, 140),
          floats(2, 140),
          longs(0, 1, 2),
          longs(0, 1, 2),
          longs(0, 0, 0),
          longs(0, 1, 2),
          spans(0, 3, 0, 0),
          longs(0),
          bytes(1 << 20),
          floats(0),
          DECODER,
          number(0),
          number(32),
          number(32));
  private static final List<Argument> HEAD =
      List.of(floats(3, 16), floats(3, 8), bytes(1 << 12), DECODER);
  private static final List<Argument> CANDIDATES = List.of(doubles(3, 6), floats(3, 16), floats(3));
  private static final List<Argument> TARGETS =
      List.of(doubles(3, 3), floats(3, 16), longs(0, 1, 15));

  private static ZooModel<ProgramCall, ByteBuffer> model;
  private static Predictor<ProgramCall, ByteBuffer> operators;
  private static long decoder;
  private static long unfinished;
  private static long mixed;

  @BeforeAll
  static void load() throws TranslateException {
    assertThat(Kernels.load()).isTrue();
    model = DecoderModel.load(DecoderProgram.archive(PROGRAM, Map.of()), "cpu");
    operators = model.newPredictor();
    decoder = layer();
    call("set_attention", with(SET_ATTENTION, 0, longs(decoder)));
    call("add_mlp", with(ADD_MLP, 0, longs(decoder)));
    call("end_layer", List.of(longs(decoder)));
    unfinished = layer();
    mixed = layer();
    call("set_router", with(SET_ROUTER, 0, longs(mixed)));
    call("add_mlp", with(with(ADD_MLP, 3, number(1)), 0, longs(mixed)));
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
    refused(operator, with(right, at, wrong), why);
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
        arguments("decoder", BEGIN, 0, floats(1), "a handle is not one int64"),
        arguments(
            "decoder", BEGIN, 1, number(5), "dtype is not float32, nor bfloat16 without int8"),
        arguments("decoder", with(BEGIN, 3, number(1)), 1, number(15), "bfloat16 without int8"),
        arguments("decoder", BEGIN, 2, number(0), "hidden is out of range"),
        arguments("decoder", BEGIN, 2, number(9), "hidden is out of range or odd"),
        arguments("add_layer", ADD_LAYER, 0, longs(1, 1), "a handle is not one int64"),
        arguments("add_layer", ADD_LAYER, 0, longs(1L << 40), NO_DECODER),
        arguments("add_layer", ADD_LAYER, 0, OPEN, "another layer is being built"),
        arguments("set_norm", SET_NORM, 0, longs(0), NO_DECODER),
        arguments("set_norm", SET_NORM, 0, HANDLE, "no layer is being built"),
        arguments("set_norm", SET_NORM, 1, floats(7), "a norm's weight is not of its width"),
        arguments("set_norm", SET_NORM, 1, doubles(8), "a norm's weight is not float32"),
        arguments("set_norm", SET_NORM, 2, floats(8), "a norm's bias is not empty"),
        arguments("set_norm", with(SET_NORM, 4, number(4)), 2, floats(7), "a norm's bias is not"),
        arguments("set_norm", SET_NORM, 3, number(9), "there is no such place of a norm"),
        arguments("set_norm", SET_NORM, 4, number(0), "a norm's weight is not of its width"),
        arguments("set_norm", SET_NORM, 4, number(5), "there is no such kind of norm"),
        arguments("set_norm", SET_NORM, 4, number(-1), "there is no such kind of norm"),
        arguments("set_norm", SET_NORM, 5, number(0), "eps of a norm is not above 0"),
        arguments("set_attention", SET_ATTENTION, 0, HANDLE, "no layer is being built"),
        arguments("set_attention", SET_ATTENTION, 1, bytes(PACKED - 1), "a packed matrix is too"),
        arguments("set_attention", SET_ATTENTION, 2, bytes(0), "a packed matrix is too small"),
        arguments("set_attention", SET_ATTENTION, 3, floats(64), "cosine and sine"),
        arguments("set_attention", SET_ATTENTION, 3, floats(64, 4, 1), "cosine and sine"),
        arguments("set_attention", SET_ATTENTION, 4, floats(32, 1, 4), "cosine and sine"),
        arguments("set_attention", SET_ATTENTION, 4, floats(128, 1, 2), "cosine and sine"),
        arguments("set_attention", SET_ATTENTION, 4, turned(4, 64), contiguous),
        arguments("set_attention", SET_ATTENTION, 5, floats(3), "a norm's weight is not of its"),
        arguments("set_attention", SET_ATTENTION, 6, floats(0), "a norm's weight is not of its"),
        arguments("set_attention", SET_ATTENTION, 6, doubles(4), "a norm's weight is not float32"),
        arguments("set_attention", SET_ATTENTION, 7, floats(4), "a norm's weight is not of its"),
        arguments("set_attention", SET_ATTENTION, 8, floats(1), "sinks are not empty"),
        arguments("set_attention", SET_ATTENTION, 13, number(3), "have no such source"),
        arguments("set_attention", SET_ATTENTION, 13, number(2), "a norm's weight is not of its"),
        arguments(
            "set_attention",
            with(with(SET_ATTENTION, 13, number(2)), 6, floats(0)),
            16,
            number(3),
            "values of an earlier layer have a norm"),
        arguments("set_attention", SET_ATTENTION, 9, number(0), "heads or head_dim is out of"),
        arguments("set_attention", SET_ATTENTION, 9, number(1 << 23), "heads x head_dim is out of"),
        arguments("set_attention", SET_ATTENTION, 10, number(3), "heads is no multiple"),
        arguments("set_attention", SET_ATTENTION, 11, number(-4), "heads or head_dim is out of"),
        arguments("set_attention", SET_ATTENTION, 11, number(3), "head_dim is odd"),
        arguments("set_attention", SET_ATTENTION, 12, number(-1), "window is out of range"),
        arguments("set_attention", SET_ATTENTION, 14, number(2), "a norm's weight is not of its"),
        arguments("set_attention", SET_ATTENTION, 14, number(4), "no such place of a norm of"),
        arguments("set_attention", SET_ATTENTION, 15, number(7), "there is no such kind of norm"),
        arguments("set_attention", SET_ATTENTION, 17, number(0), "scale, cap, clip"),
        arguments("set_router", SET_ROUTER, 0, MIXED, "the layer has a router or an MLP"),
        arguments("set_router", SET_ROUTER, 1, bytes(PACKED - 1), "a packed matrix is too small"),
        arguments("set_router", SET_ROUTER, 2, floats(1), "correction or scales are not"),
        arguments("set_router", SET_ROUTER, 4, floats(1), "correction or scales are not empty"),
        arguments("set_router", SET_ROUTER, 3, bytes(1), "a packed matrix is too small"),
        arguments("set_router", SET_ROUTER, 5, number(3), "there is no such kind of router"),
        arguments("set_router", SET_ROUTER, 6, number(0), "experts are out of range"),
        arguments("set_router", SET_ROUTER, 6, number(1 << 20), "experts are out of range"),
        arguments("set_router", SET_ROUTER, 7, number(3), "more experts are chosen"),
        arguments("set_router", SET_ROUTER, 8, number(3), "experts do not split into groups"),
        arguments("set_router", SET_ROUTER, 9, number(2), "more groups are chosen"),
        arguments("add_mlp", ADD_MLP, 0, HANDLE, "no layer is being built"),
        arguments("add_mlp", ADD_MLP, 1, floats(PACKED), "a packed matrix is too small"),
        arguments("add_mlp", ADD_MLP, 2, bytes(PACKED - 1), "a packed matrix is too small"),
        arguments("add_mlp", ADD_MLP, 3, number(1), "the layer has no router"),
        arguments("add_mlp", ADD_MLP, 3, number(4), "an MLP is no such part of a layer"),
        arguments("add_mlp", ADD_MLP, 3, number(3), "it is not as wide as that of the decoder"),
        arguments("add_mlp", ADD_MLP, 4, number(7), "size is out of range or odd"),
        arguments("add_mlp", ADD_MLP, 4, number(1 << 25), "size is out of range"),
        arguments("add_mlp", with(ADD_MLP, 5, number(0)), 6, number(5), "of two is not gated"),
        arguments("add_mlp", ADD_MLP, 6, number(6), "there is no such activation"),
        arguments(
            "add_mlp",
            with(with(ADD_MLP, 0, MIXED), 3, number(1)),
            4,
            number(4),
            "experts are not of one size"),
        arguments("end_layer", List.of(OPEN), 0, OPEN, "the layer has no attention"),
        arguments("end_layer", List.of(OPEN), 0, HANDLE, "no layer is being built"),
        arguments("set_inputs", SET_INPUTS, 0, longs(0), NO_DECODER),
        arguments("set_inputs", SET_INPUTS, 1, floats(8), "a norm's weight is not of its width"),
        arguments("set_inputs", SET_INPUTS, 2, bytes(PACKED - 1), "a packed matrix is too small"),
        arguments("set_inputs", SET_INPUTS, 3, number(9), "a packed matrix is too small"),
        arguments("set_inputs", SET_INPUTS, 4, number(0), "layers x width is out of range"),
        arguments("set_inputs", SET_INPUTS, 5, number(0), "inputs of layers have no norm"),
        arguments("inputs", INPUTS, 0, floats(3, 2, 4), "layers of the decoder have no inputs"),
        arguments("inputs", INPUTS, 3, number(0), NO_DECODER),
        arguments("set_head", SET_HEAD, 0, longs(0), NO_DECODER),
        arguments("set_head", SET_HEAD, 1, floats(9), "a norm's weight is not of its width"),
        arguments("set_head", SET_HEAD, 2, floats(8), "a norm's bias is not empty"),
        arguments("set_head", SET_HEAD, 3, bytes(PACKED - 1), "the packed head is too small"),
        arguments("set_head", SET_HEAD, 4, number(0), "vocab is out of range"),
        arguments("set_head", SET_HEAD, 4, number(33), "the packed head is too small"),
        arguments("set_head", SET_HEAD, 5, number(0), "the head has no norm"),
        arguments("scratch_bytes", SCRATCH, 0, number(-1), NO_DECODER),
        arguments("scratch_bytes", SCRATCH, 1, number(-1), "rows or longest"),
        arguments("scratch_bytes", SCRATCH, 2, number(1L << 60), "rows or longest"),
        arguments("layer", LAYER, 0, turned(8, 3), contiguous),
        arguments("layer", LAYER, 0, doubles(3, 8), "x is not [tokens, hidden]"),
        arguments("layer", LAYER, 0, floats(3, 12), "x is not [tokens, hidden]"),
        arguments("layer", LAYER, 0, floats(4, 8), "one a token"),
        arguments("layer", LAYER, 1, floats(2, 32, 4), "keys are not"),
        arguments("layer", LAYER, 1, floats(2, 127), "keys are not"),
        arguments("layer", LAYER, 1, doubles(2, 140), "keys are not"),
        arguments("layer", LAYER, 1, turned(140, 2), contiguous),
        arguments("layer", LAYER, 1, floats(2, 1, 4, 32, 4), "more than 4 dimensions"),
        arguments("layer", LAYER, 2, floats(1, 140), "values are not as keys"),
        arguments("layer", LAYER, 3, longs(0, 1), "one a token"),
        arguments("layer", LAYER, 3, floats(3), "are not int64"),
        arguments("layer", LAYER, 3, longs(0, 1, 32), "a position is beyond"),
        arguments("layer", LAYER, 3, longs(0, -1, 2), "a position is beyond"),
        arguments("layer", LAYER, 4, longs(0, 1), "one a token"),
        arguments("layer", LAYER, 4, longs(0, 1, 64), "a rotation is beyond"),
        arguments("layer", LAYER, 4, longs(0, -1, 2), "a rotation is beyond"),
        arguments("layer", LAYER, 5, longs(0, 0, 2), "a block is beyond the cache"),
        arguments("layer", LAYER, 6, longs(32, 1, 2), "an offset is beyond a block"),
        arguments("layer", LAYER, 7, longs(0, 3, 0, 0), "spans are not"),
        arguments("layer", LAYER, 7, spans(0, 4, 0, 0), "tokens that x has not"),
        arguments("layer", LAYER, 7, spans(1, Long.MAX_VALUE, 0, 0), "tokens that x has not"),
        arguments("layer", LAYER, 7, spans(0, 3, 30, 0), "positions beyond longest"),
        arguments("layer", LAYER, 7, spans(0, 3, 0, 1), "more of the table"),
        arguments("layer", LAYER, 7, spans(0, 3, 0, -1), "more of the table"),
        arguments("layer", LAYER, 8, longs(2), "a block that the cache has not"),
        arguments("layer", LAYER, 8, longs(-1), "a block that the cache has not"),
        arguments("layer", LAYER, 9, bytes(100), "scratch is not of scratch_bytes"),
        arguments("layer", LAYER, 11, number(0), NO_DECODER),
        arguments("layer", LAYER, 12, number(1), "the decoder has no such layer"),
        arguments("layer", LAYER, 12, number(-1), "the decoder has no such layer"),
        arguments("layer", with(LAYER, 11, UNFINISHED), 12, number(0), "has no such layer"),
        arguments("layer", LAYER, 13, number(0), "longest is out of range"),
        arguments("layer", LAYER, 14, number(64), "keys are not"),
        arguments("layer", LAYER, 14, number(16), "block is no multiple of 32"),
        arguments("layer", LAYER, 14, number(-32), "block is no multiple of 32"),
        arguments("head", HEAD, 0, floats(3, 16), "the decoder has no head"),
        arguments("head", HEAD, 3, number(0), NO_DECODER),
        arguments("drop", List.of(HANDLE), 0, longs(0), NO_DECODER),
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

  @Test
  void aLayerIsEndedWithAllItsParts() throws TranslateException {
    long handle = layer();
    Argument own = longs(handle);
    refused("end_layer", List.of(own), "the layer has no attention");
    call("set_attention", with(SET_ATTENTION, 0, own));
    refused("end_layer", List.of(own), "the layer has not all its MLPs");
    call("set_router", with(SET_ROUTER, 0, own));
    List<Argument> expert = with(with(ADD_MLP, 0, own), 3, number(1));
    call("add_mlp", expert);
    refused("end_layer", List.of(own), "the layer has not all its MLPs");
    call("add_mlp", expert);
    refused("add_mlp", expert, "the layer has all its experts");
    refused("end_layer", List.of(own), "the layer has a gate of an MLP that it has not");
    List<Argument> shared = with(expert, 3, number(2));
    call("add_mlp", shared);
    refused("add_mlp", shared, "the layer has an MLP");
    call("end_layer", List.of(own));
    refused("end_layer", List.of(own), "no layer is being built");
    call("add_layer", List.of(own, number(1)));
    call("set_attention", with(SET_ATTENTION, 0, own));
    call("add_mlp", with(ADD_MLP, 0, own));
    refused("end_layer", List.of(own), "blocks side by side have no norm before them");
    call("drop", List.of(own));
  }

  @Test
  void layersTakeOfTheTokensWhatTheDecoderHas() throws TranslateException {
    long handle = begin();
    Argument own = longs(handle);
    call("set_inputs", with(SET_INPUTS, 0, own));
    refused("set_inputs", with(SET_INPUTS, 0, own), "the decoder has inputs of layers");
    List<Argument> inputs = with(INPUTS, 3, number(handle));
    refused("inputs", with(inputs, 0, floats(3, 2, 8)), "to is not [tokens, layers, width]");
    refused("inputs", with(inputs, 1, floats(3, 4)), "x is not [tokens, hidden]");
    refused("inputs", with(inputs, 2, bytes(10)), "scratch is too small");
    call("add_layer", with(ADD_LAYER, 0, own));
    call("set_attention", with(SET_ATTENTION, 0, own));
    call("set_router", with(SET_ROUTER, 0, own));
    List<Argument> expert = with(with(ADD_MLP, 0, own), 3, number(1));
    call("add_mlp", expert);
    call("add_mlp", expert);
    call("add_mlp", with(expert, 3, number(0)));
    List<Argument> input = with(expert, 3, number(3));
    refused("add_mlp", input, "it is not as wide as that of the decoder");
    call("add_mlp", with(input, 4, number(4)));
    refused("end_layer", List.of(own), "the layer has a gate of an MLP that it has not");
    call("drop", List.of(own));
  }

  @Test
  void aLayerGetsItsInputs() throws TranslateException {
    long handle = begin();
    Argument own = longs(handle);
    call("set_inputs", with(SET_INPUTS, 0, own));
    call("add_layer", with(ADD_LAYER, 0, own));
    call("set_attention", with(SET_ATTENTION, 0, own));
    call("add_mlp", with(ADD_MLP, 0, own));
    call("add_mlp", with(with(with(ADD_MLP, 0, own), 3, number(3)), 4, number(4)));
    call("end_layer", List.of(own));
    List<Argument> layer = with(LAYER, 11, number(handle));
    refused("layer", layer, "inputs are not [tokens, layers, width]");
    refused("layer", with(layer, 10, floats(3, 1, 4)), "inputs are not [tokens, layers, width]");
    refused("layer", with(layer, 10, floats(2, 2, 4)), "inputs are not [tokens, layers, width]");
    call("drop", List.of(own));
  }

  @Test
  void aDecoderHasOneHeadAndEndsWhenItIsDropped() throws TranslateException {
    long handle = begin();
    assertThat(handle).isNotEqualTo(decoder);
    List<Argument> head = with(SET_HEAD, 0, longs(handle));
    call("set_head", head);
    refused("set_head", head, "the decoder has a head");
    List<Argument> call = with(HEAD, 3, number(handle));
    refused("head", with(call, 0, floats(2, 16)), "logits are not [tokens, vocab]");
    refused("head", with(call, 0, floats(3, 12)), "logits are not [tokens, vocab]");
    refused("head", with(call, 1, floats(24)), "x is not [tokens, hidden]");
    refused("head", with(call, 2, bytes(10)), "scratch is too small");
    ByteBuffer dropped = operators.predict(ProgramCall.of("drop", longs(handle)));
    assertThat(dropped.asLongBuffer().get(0)).isZero();
    refused("head", call, NO_DECODER);
    refused("drop", List.of(longs(handle)), NO_DECODER);
  }

  private static long begin() throws TranslateException {
    return operators.predict(new ProgramCall("decoder", BEGIN)).asLongBuffer().get(0);
  }

  /** The handle of a decoder whose first layer is being built. */
  private static long layer() throws TranslateException {
    long handle = begin();
    call("add_layer", with(ADD_LAYER, 0, longs(handle)));
    return handle;
  }

  private static void call(String operator, List<Argument> arguments) throws TranslateException {
    var unused = operators.predict(new ProgramCall(operator, arguments));
  }

  private static long decoder() {
    return decoder;
  }

  private static long unfinished() {
    return unfinished;
  }

  private static long mixed() {
    return mixed;
  }

  private static void refused(String operator, List<Argument> arguments, String why) {
    assertThatThrownBy(() -> operators.predict(new ProgramCall(operator, arguments)))
        .hasMessageContaining(why);
  }

  private static List<Argument> with(List<Argument> right, int at, Argument other) {
    List<Argument> arguments = new ArrayList<>(right);
    arguments.set(at, other);
    return arguments;
  }

  private static Argument number(long value) {
    return ProgramCall.number(value);
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
