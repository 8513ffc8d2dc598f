package io.gensweep.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import io.gensweep.model.weights.ElementType;
import io.gensweep.model.weights.Encoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each type's blocks are as float32, by the gguf package's dequantize. */
@SuppressWarnings("ByteBufferBackingArray") // the buffers are allocated here, whole
class TensorTypeTest {
  private static final GgufFile FILE = GgufFile.read(GgufFixture.file("types"));

  @ParameterizedTest
  @ValueSource(strings = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"})
  void blocksHaveTheBitsOfGgufsDequantize(String type) {
    ByteBuffer stored = FILE.bytes(FILE.tensor(type).orElseThrow());
    ByteBuffer expected = FILE.bytes(FILE.tensor(type + ".values").orElseThrow());
    Encoding encoding = TensorType.valueOf(type).encoding().orElseThrow();
    ByteBuffer read = ByteBuffer.allocate(expected.limit()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(encoding.readAs()).isEqualTo(ElementType.F32);
    assertThat(encoding.storedBytes(read.limit() / Float.BYTES)).isEqualTo(stored.limit());
    encoding.decode(stored, read);
    assertThat(read.hasRemaining()).isFalse();
    assertThat(read.array()).isEqualTo(expected.array());
  }

  /** These go to the device as they are stored. */
  @ParameterizedTest
  @ValueSource(strings = {"F32", "BF16", "F16"})
  void plainNumbersAreReadAsTheyLie(String type) {
    ByteBuffer stored = FILE.bytes(FILE.tensor(type).orElseThrow());
    ByteBuffer expected = FILE.bytes(FILE.tensor(type + ".values").orElseThrow());
    assertThat(TensorType.valueOf(type).encoding()).contains(ElementType.valueOf(type));
    for (int i = 0; i < expected.limit() / Float.BYTES; i++) {
      assertThat(number(stored, type, i)).isEqualTo(expected.getFloat(Float.BYTES * i));
    }
  }

  private static float number(ByteBuffer stored, String type, int i) {
    return switch (type) {
      case "F32" -> stored.getFloat(4 * i);
      case "BF16" -> Float.intBitsToFloat(stored.getShort(2 * i) << 16);
      default -> HalfFloat.value(stored.getShort(2 * i));
    };
  }

  @Test
  void oneIsSubtractedInFloat32() {
    ByteBuffer stored = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    stored.putFloat(1.5f).putFloat(0x1p-30f).putFloat(3).flip();
    ByteBuffer read = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    new OneLess(ElementType.F32).decode(stored, read);
    assertThat(read.getFloat(0)).isEqualTo(0.5f);
    assertThat(read.getFloat(4)).isEqualTo(-1);
    assertThat(read.getFloat(8)).isEqualTo(2);
  }

  @Test
  void aTypeThatIsNotReadIsRefusedByItsNameWhenItIsNeeded() {
    TensorInfo info = FILE.tensor("Q2_K").orElseThrow();
    GgufTensor tensor =
        new GgufTensor(
            "lm_head.weight",
            info,
            FILE.path(),
            new LlamaArchitecture(new Hyperparameters(FILE, "llama")));
    assertThatThrownBy(tensor::open)
        .isInstanceOf(JobError.class)
        .hasMessage(
            "model.path: "
                + FILE.path()
                + " has a tensor Q2_K of type Q2_K, which is not read; supported: F32, F16, Q4_0,"
                + " Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K, F64, BF16");
  }
}
