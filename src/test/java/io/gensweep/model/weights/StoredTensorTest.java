package io.gensweep.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Views of tensors whose number at index i is i. */
class StoredTensorTest {
  private static final int BEFORE = 3;

  @TempDir Path folder;

  @Test
  void aTensorIsReadByRows() throws IOException {
    StoredTensor matrix = counting(ElementType.F32, 3, 2);
    assertThat(matrix.rowCount()).isEqualTo(3);
    assertThat(matrix.rowSize()).isEqualTo(2);
    assertThat(matrix.byteSize()).isEqualTo(24);
    assertThat(numbers(matrix)).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(numbers(matrix, 1, 2)).containsExactly(2, 3);
    assertThat(numbers(counting(ElementType.F32, 4), 1, 3)).containsExactly(1, 2);
    StoredTensor scalar = counting(ElementType.F32);
    assertThat(scalar.rowCount()).isEqualTo(1);
    assertThat(numbers(scalar)).containsExactly(0);
  }

  @ParameterizedTest
  @EnumSource
  void aMatrixIsTransposed(ElementType type) throws IOException {
    StoredTensor matrix = counting(type, 70, 45);
    StoredTensor turned = matrix.transposed();
    assertThat(turned.shape()).containsExactly(45, 70);
    int[] columns = IntStream.range(0, 45 * 70).map(i -> i % 70 * 45 + i / 70).toArray();
    assertThat(numbers(turned)).containsExactly(columns);
    assertThat(numbers(turned, 33, 40))
        .containsExactly(IntStream.range(33 * 70, 40 * 70).map(i -> columns[i]).toArray());
    assertThat(turned.transposed()).isEqualTo(matrix);
  }

  @Test
  void aTallMatrixIsTransposedPieceByPiece() throws IOException {
    int rows = StoredTensor.PIECE_BYTES / 8 + 5;
    int[] odd = numbers(counting(ElementType.F32, rows, 2).transposed(), 1, 2);
    assertThat(odd).isEqualTo(IntStream.range(0, rows).map(row -> 2 * row + 1).toArray());
  }

  @Test
  void rowsAreTakenInAnyOrder() throws IOException {
    StoredTensor matrix = counting(ElementType.BF16, 5, 2);
    StoredTensor view = matrix.ordered(4, 0, 4, 1);
    assertThat(view.shape()).containsExactly(4, 2);
    assertThat(numbers(view)).containsExactly(8, 9, 0, 1, 8, 9, 2, 3);
    assertThat(numbers(view, 2, 4)).containsExactly(8, 9, 2, 3);
    assertThat(numbers(counting(ElementType.F64, 5).ordered(3, 1))).containsExactly(3, 1);
    assertThatThrownBy(() -> matrix.ordered(5)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  /** Rows of 32 MiB each, of which two are near and a third is not. */
  @Test
  void rowsThatLieFarApartAreReadOneByOne() throws IOException {
    int width = 1 << 23;
    StoredTensor view = counting(ElementType.F32, 5, width).ordered(4, 1, 0);
    try (Mapping rows = view.stored(0, 3)) {
      for (int row = 0; row < 3; row++) {
        int first = List.of(4, 1, 0).get(row) * width;
        assertThat(rows.bytes().getFloat(4 * row * width)).isEqualTo(first);
        assertThat(rows.bytes().getFloat(4 * (row + 1) * width - 4)).isEqualTo(first + width - 1);
      }
    }
  }

  @Test
  void expertsAndTheirBiasesAreMatricesAndVectors() throws IOException {
    StoredTensor experts = counting(ElementType.F16, 3, 2, 4);
    assertThat(experts.rowCount()).isEqualTo(6);
    StoredTensor expert = experts.matrix(1);
    assertThat(expert.shape()).containsExactly(2, 4);
    assertThat(numbers(expert)).containsExactly(8, 9, 10, 11, 12, 13, 14, 15);
    assertThat(numbers(experts.matrix(2).transposed().rows(1, 3))).containsExactly(17, 21, 18, 22);
    assertThat(experts.flattened().shape()).containsExactly(6, 4);
    StoredTensor bias = counting(ElementType.F32, 3, 4).vector(2);
    assertThat(bias.shape()).containsExactly(4);
    assertThat(numbers(bias)).containsExactly(8, 9, 10, 11);
    assertThat(numbers(bias, 1, 3)).containsExactly(9, 10);
    assertThatThrownBy(() -> experts.matrix(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> experts.rows(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(bias::transposed).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void viewsAreMadeOfViews() throws IOException {
    StoredTensor matrix = counting(ElementType.F32, 4, 6);
    StoredTensor view = matrix.transposed().rows(2, 6).ordered(3, 0).rows(1, 2);
    assertThat(view.shape()).containsExactly(1, 4);
    assertThat(numbers(view)).containsExactly(2, 8, 14, 20);
    assertThat(view.name()).isEqualTo("a");
    assertThat(view.sameBytes(matrix.transposed().rows(2, 3))).isTrue();
    assertThat(view.sameBytes(matrix.transposed().rows(3, 4))).isFalse();
    assertThatThrownBy(() -> matrix.rows(3, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> matrix.rows(1, 3).stored(1, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void blocksAreDecodedToWhatTheyAreReadAs() throws IOException {
    int rows = 300_000; // more than one piece
    ByteBuffer bytes = ByteBuffer.allocate(BEFORE + 2 * rows);
    for (int i = 0; i < 2 * rows; i++) {
      bytes.put(BEFORE + i, (byte) i);
    }
    Path file = Files.write(folder.resolve("bytes"), bytes.array());
    StoredTensor tensor = new FileTensor("a", file, new Pairs(), List.of(rows, 4), BEFORE);
    assertThat(tensor.type()).isEqualTo(ElementType.F32);
    assertThat(tensor.byteSize()).isEqualTo(16L * rows);
    assertThat(numbers(tensor, 1, 3)).containsExactly(2, 2, 3, 3, 4, 4, 5, 5);
    int[] all = numbers(tensor);
    assertThat(all).isEqualTo(IntStream.range(0, 4 * rows).map(i -> i / 2 & 0xff).toArray());
  }

  /** Each byte is two equal numbers. */
  private record Pairs() implements Encoding {
    @Override
    public ElementType readAs() {
      return ElementType.F32;
    }

    @Override
    public long storedBytes(long elements) {
      return elements / 2;
    }

    @Override
    public void decode(ByteBuffer stored, ByteBuffer read) {
      while (stored.hasRemaining()) {
        int both = stored.get() & 0xff;
        read.putFloat(both).putFloat(both);
      }
    }
  }

  /** Numbers from 0 in a file that begins with a few other bytes; 2 bytes hold a whole number. */
  private StoredTensor counting(ElementType type, Integer... shape) throws IOException {
    int count = List.of(shape).stream().reduce(1, (a, b) -> a * b);
    ByteBuffer bytes =
        ByteBuffer.allocate(BEFORE + count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(BEFORE);
    for (int i = 0; i < count; i++) {
      switch (type) {
        case F32 -> bytes.putFloat(i);
        case F64 -> bytes.putDouble(i);
        default -> bytes.putShort((short) i);
      }
    }
    Path file = Files.createTempFile(folder, "tensor", "");
    Files.write(file, bytes.array());
    return new FileTensor("a", file, type, List.of(shape), BEFORE);
  }

  private static int[] numbers(StoredTensor tensor) {
    return numbers(tensor, 0, tensor.rowCount());
  }

  private static int[] numbers(StoredTensor tensor, int from, int to) {
    try (Mapping rows = tensor.stored(from, to)) {
      return IntStream.range(0, rows.bytes().limit() / tensor.type().bytes())
          .map(
              i ->
                  switch (tensor.type()) {
                    case F32 -> (int) rows.bytes().getFloat(4 * i);
                    case F64 -> (int) rows.bytes().getDouble(8 * i);
                    default -> rows.bytes().getShort(2 * i);
                  })
          .toArray();
    }
  }
}
