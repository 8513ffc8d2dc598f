package io.gensweep.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers, honest ones and others. */
@SuppressWarnings("EnumOrdinal") // the ordinals are the numbers of the format
class GgufFileTest {
  private static final int F32 = 0;
  private static final int Q8_0 = 8;

  @TempDir Path folder;

  @Test
  void valuesOfEveryTypeAreRead() {
    Metadata metadata = GgufFile.read(GgufFixture.file("types")).metadata();
    assertThat(metadata.count("test.uint8")).hasValue(255);
    assertThat(metadata.count("test.uint16")).hasValue(65535);
    assertThat(metadata.values().get("test.int8").intValue()).isEqualTo(-128);
    assertThat(metadata.values().get("test.int16").intValue()).isEqualTo(-32768);
    assertThat(metadata.values().get("test.uint32").longValue()).isEqualTo(4294967295L);
    assertThat(metadata.values().get("test.int32").intValue()).isEqualTo(Integer.MIN_VALUE);
    assertThat(metadata.values().get("test.uint64").bigIntegerValue())
        .isEqualTo(new BigInteger("18446744073709551615"));
    assertThat(metadata.values().get("test.int64").longValue()).isEqualTo(Long.MIN_VALUE);
    assertThat(metadata.number("test.float32")).contains(1e-5);
    assertThat(metadata.number("test.float64")).contains(1e-300);
    assertThat(metadata.flag("test.bool")).contains(true);
    assertThat(metadata.text("test.string")).contains("\u00e9\ud83d\ude00");
    assertThat(metadata.texts("test.texts")).containsExactly("a", "", "\u4e2d");
    assertThat(metadata.wholeNumbers("test.numbers")).containsExactly(1, -2, 3);
    assertThat(metadata.decimals("test.decimals")).containsExactly(0.1, -2.5);
    assertThat(metadata.flags("test.flags")).containsExactly(true, false);
    assertThat(metadata.text("test.none")).isEmpty();
  }

  @Test
  void aValueOfAnotherTypeIsRefusedByItsKey() {
    Metadata metadata = GgufFile.read(GgufFixture.file("types")).metadata();
    assertThatThrownBy(() -> metadata.count("test.int8"))
        .isInstanceOf(JobError.class)
        .hasMessageEndingWith(
            "has a test.int8 that must be a whole number from 0 to 2^31-1, was -128");
    assertThatThrownBy(() -> metadata.text("test.flags"))
        .hasMessageEndingWith("has a test.flags that must be a text, was an array");
    assertThatThrownBy(() -> metadata.texts("test.numbers"))
        .hasMessageEndingWith("must have an array of texts as test.numbers");
    assertThatThrownBy(() -> metadata.texts("test.none"))
        .hasMessageEndingWith("must have an array of texts as test.none");
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 32})
  void tensorsFollowTheHeaderAligned(int alignment) {
    Path file =
        GgufBytes.of(2, 1)
            .count("general.alignment", alignment)
            .tensor("a", F32, 0, 3, 2)
            .tensor("b", Q8_0, alignment == 8 ? 24 : 32, 32)
            .data(alignment, 32 + 34)
            .in(folder);
    GgufFile read = GgufFile.read(file);
    long first = read.tensors().get(0).offset();
    assertThat(first % alignment).isZero();
    assertThat(read.tensors())
        .extracting(TensorInfo::shape)
        .containsExactly(List.of(2L, 3L), List.of(32L));
    assertThat(read.tensors())
        .extracting(TensorInfo::offset)
        .containsExactly(first, first + (alignment == 8 ? 24 : 32));
  }

  @Test
  void otherFilesAndVersionsAreRefused() {
    refused(new GgufBytes().in(folder), "is no GGUF file");
    refused(new GgufBytes().ascii("GGML").int32(3).in(folder), "is no GGUF file");
    refused(
        new GgufBytes().ascii("GGUF").int32(1).in(folder), "is GGUF of version 1; supported: 2");
    refused(new GgufBytes().ascii("GGUF").int32(4).in(folder), "is GGUF of version 4");
    refused(new GgufBytes().ascii("GGUF").int32(3 << 24).in(folder), "for big-endian machines");
    refused(new GgufBytes().ascii("GGUF").in(folder), "ends in its header, at byte 4");
  }

  @Test
  void countsThatTheFileCannotHoldTakeNoMemory() {
    for (long count : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 100_000}) {
      refused(GgufBytes.of(count, 0).in(folder), "tensors, more than");
      refused(GgufBytes.of(0, count).in(folder), "keys, more than");
      refused(GgufBytes.of(0, 1).int64(count).data(1, 64).in(folder), "bytes in a text, more than");
      for (ValueType type : ValueType.values()) {
        if (type != ValueType.ARRAY) {
          refused(
              GgufBytes.of(0, 1)
                  .text("k")
                  .int32(ValueType.ARRAY.ordinal())
                  .int32(type.ordinal())
                  .int64(count)
                  .data(1, 64)
                  .in(folder),
              "values of k, more than");
        }
      }
    }
  }

  @Test
  void aHeaderBeyondEveryKnownOneIsNotRead() throws IOException {
    Path file =
        GgufBytes.of(0, 1)
            .text("k")
            .int32(ValueType.ARRAY.ordinal())
            .int32(ValueType.UINT8.ordinal())
            .int64(90_000_000)
            .in(folder);
    try (RandomAccessFile long4g = new RandomAccessFile(file.toFile(), "rw")) {
      long4g.setLength(1L << 32);
    }
    refused(file, "90000000 values of k, more than 67108");
  }

  @Test
  void metadataThatLiesIsRefused() {
    GgufBytes twice = GgufBytes.of(0, 2).count("k", 1).count("k", 1);
    refused(twice.in(folder), "has the key k twice");
    refused(GgufBytes.of(0, 1).text("k").int32(13).data(1, 8).in(folder), "a type of number 13");
    refused(
        GgufBytes.of(0, 1).text("k").int32(-1).data(1, 8).in(folder), "type of number 4294967295");
    refused(
        GgufBytes.of(0, 1).text("k").int32(9).int32(9).int64(0).in(folder),
        "an array of arrays, k");
    refused(GgufBytes.of(0, 1).text("k").int32(7).int8(2).in(folder), "a flag that is neither");
    refused(
        GgufBytes.of(0, 1).int64(1).int8(0xff).data(1, 16).in(folder),
        "a text in its header that is not");
    refused(GgufBytes.of(0, 1).count("general.alignment", 48).in(folder), "a power of two");
    refused(GgufBytes.of(0, 1).count("general.alignment", 0).in(folder), "a power of two");
    refused(GgufBytes.of(0, 1).count("general.alignment", 1 << 30).in(folder), "a power of two");
    refused(GgufBytes.of(0, 1).count("split.count", 3).in(folder), "is one of 3 parts of a model");
  }

  @Test
  void tensorsThatLieAreRefused() {
    refused(tensor(F32, 0, 4, 4, 4, 4, 4), "of rank 5; at most 4");
    refused(tensor(99, 0, 4), "whose type has the number 99");
    refused(tensor(4, 0, 4), "whose type has the number 4");
    refused(tensor(F32, 0, 0), "of shape [0]");
    refused(tensor(F32, 0, -1), "of shape [18446744073709551615]");
    refused(tensor(F32, 0, 1L << 31), "of shape [2147483648]");
    refused(tensor(F32, 0, 1 << 30, 1 << 30, 1 << 30), "of shape [1073741824, 1073741824");
    refused(tensor(Q8_0, 0, 33), "of shape [33], which cannot be for the type Q8_0");
    refused(tensor(F32, 32, 4), "at offset 32, but the one before it ends at 0");
    refused(tensor(F32, -32, 4), "at offset 18446744073709551584");
    refused(tensor(F32, 0, 1 << 20), "is truncated: tensor a ends at byte");
    Path twice =
        GgufBytes.of(2, 0).tensor("a", F32, 0, 8).tensor("a", F32, 32, 8).data(32, 64).in(folder);
    refused(twice, "has the tensor a twice");
  }

  private Path tensor(int type, long offset, long... sizes) {
    return GgufBytes.of(1, 0).tensor("a", type, offset, sizes).data(32, 64).in(folder);
  }

  /** Cut anywhere and with any byte changed, a real file is read or refused in one line. */
  @Test
  void damagedFilesAreReadOrRefusedInOneLine() throws IOException {
    byte[] whole = Files.readAllBytes(GgufFixture.file("llama-pieces"));
    int header = (int) GgufFile.read(GgufFixture.file("llama-pieces")).tensors().get(0).offset();
    Random random = new Random(1);
    Path file = folder.resolve("damaged.gguf");
    for (int i = 0; i < 3000; i++) {
      byte[] damaged = whole.clone();
      int length = i % 3 == 0 ? random.nextInt(whole.length) : whole.length;
      for (int change = 0; change < i % 4; change++) {
        damaged[random.nextInt(header)] = (byte) random.nextInt(256);
      }
      Files.write(file, Arrays.copyOf(damaged, length));
      try {
        GgufModel model = GgufModel.open(file);
        model.files();
        model.checkpoint();
      } catch (JobError refused) {
        assertThat(refused.getMessage())
            .startsWith("model.path: " + file + " ")
            .hasSizeLessThan(1000)
            .doesNotContain("\n");
      }
    }
  }

  private static void refused(Path file, String said) {
    assertThatThrownBy(() -> GgufFile.read(file))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("model.path: " + file)
        .hasMessageContaining(said)
        .hasMessageNotContaining("\n");
  }
}
