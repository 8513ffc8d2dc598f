package io.gensweep.model.gguf;

import io.gensweep.model.weights.ElementType;
import io.gensweep.model.weights.Encoding;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A type of tensor by ggml's number: how long it is, and its decoder where there is one. */
enum TensorType {
  F32(0, 1, 4, ElementType.F32),
  F16(1, 1, 2, ElementType.F16),
  Q4_0(2, 32, 18, new LegacyBlocks(4, false)),
  Q4_1(3, 32, 20, new LegacyBlocks(4, true)),
  Q5_0(6, 32, 22, new LegacyBlocks(5, false)),
  Q5_1(7, 32, 24, new LegacyBlocks(5, true)),
  Q8_0(8, 32, 34, new ByteBlocks()),
  Q8_1(9, 32, 40),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144, new SuperBlocks(4)),
  Q5_K(13, 256, 176, new SuperBlocks(5)),
  Q6_K(14, 256, 210, new SixBitBlocks()),
  Q8_K(15, 256, 292),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8, ElementType.F64),
  IQ1_M(29, 256, 56),
  BF16(30, 1, 2, ElementType.BF16),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36),
  Q1_0(41, 128, 18);

  private final int number;
  private final int elements;
  private final int bytes;

  @SuppressWarnings("ImmutableEnumChecker") // an encoding has no state
  private final Optional<Encoding> encoding;

  /**
   * A type that is read.
   *
   * @param elements of a block
   * @param bytes of a block
   */
  TensorType(int number, int elements, int bytes, Encoding encoding) {
    this(number, elements, bytes, Optional.of(encoding));
  }

  /** A type that is not read. */
  TensorType(int number, int elements, int bytes) {
    this(number, elements, bytes, Optional.empty());
  }

  TensorType(int number, int elements, int bytes, Optional<Encoding> encoding) {
    this.number = number;
    this.elements = elements;
    this.bytes = bytes;
    this.encoding = encoding;
  }

  static Optional<TensorType> of(int number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }

  /** The types that are read, for messages. */
  static String readable() {
    return Arrays.stream(values())
        .filter(type -> type.encoding.isPresent())
        .map(Enum::name)
        .collect(Collectors.joining(", "));
  }

  /** Elements of a block; a row is a whole number of blocks. */
  int elements() {
    return elements;
  }

  /** Bytes of a block. */
  int bytes() {
    return bytes;
  }

  Optional<Encoding> encoding() {
    return encoding;
  }
}
