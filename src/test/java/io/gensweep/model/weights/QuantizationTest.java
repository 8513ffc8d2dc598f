package io.gensweep.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Quantized tensors, as transformers 5.24 and compressed-tensors 0.20 dequantize them
 * (src/test/python/make_quantized_oracle.py).
 */
class QuantizationTest {
  private static final Path FOLDERS = Path.of("src/test/resources/quantized");

  static List<Path> folders() throws IOException {
    try (Stream<Path> folders = Files.list(FOLDERS)) {
      return folders.toList();
    }
  }

  @ParameterizedTest
  @MethodSource("folders")
  void everyNumberIsThatOfTheReference(Path folder) {
    Checkpoint checkpoint = Checkpoint.open(folder, quantization(folder));
    Map<String, TensorEntry> expected =
        SafetensorsFile.read(folder.resolve("expected.safetensors"));
    assertThat(checkpoint.unused()).containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (TensorEntry entry : expected.values()) {
      assertThat(checkpoint.shapeOf(entry.name())).contains(entry.shape());
      StoredTensor read = find(checkpoint, entry.name());
      assertThat(read.type().name()).isEqualTo(entry.type());
      assertThat(read.sameBytes(entry.open())).as(entry.name()).isTrue();
      if (read.rowCount() > 5 && read.shape().size() > 1) {
        StoredTensor some = read.flattened().rows(3, 5);
        assertThat(some.sameBytes(entry.open().flattened().rows(3, 5))).isTrue();
      }
      if (read.shape().size() == 3) {
        assertThat(read.matrix(1).sameBytes(entry.open().matrix(1))).isTrue();
        assertThat(read.matrix(2).transposed().sameBytes(entry.open().matrix(2).transposed()))
            .isTrue();
      }
    }
    assertThat(checkpoint.unused()).isEmpty();
  }

  private static StoredTensor find(Checkpoint checkpoint, String name) {
    long[] shape =
        checkpoint.shapeOf(name).orElseThrow().stream().mapToLong(size -> size).toArray();
    return checkpoint.tensor(name, shape);
  }

  private static Quantization quantization(Path folder) {
    return Quantization.of(JsonFile.read(folder.resolve("config.json")).orElseThrow());
  }

  @Test
  void aConfigWithoutTheKeyOrWithNullIsUnquantized() {
    for (String json : List.of("{}", "{\"quantization_config\": null}")) {
      assertThat(Quantization.of(JsonFile.object(json, "test"))).isEqualTo(Quantization.NONE);
    }
  }

  @Test
  void theTextModelOfAMultimodalConfigMayHaveTheKey() {
    String json = "{'text_config': {'quantization_config': {'quant_method': 'mxfp4'}}}";
    assertThat(Quantization.of(JsonFile.object(json.replace('\'', '"'), "test")))
        .isInstanceOf(Mxfp4Quantization.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'quant_method': 'awq', 'bits': 4}; quant_method is not supported, was awq; supported: fp8",
        "{'bits': 4}; quant_method is not supported, was {bits:4}; supported: fp8",
        "7; quant_method is not supported, was 7",
        "{'quant_method': 'fp8', 'expert_dtype': 'fp4'}; expert_dtype is not supported, was fp4",
        "{'quant_method': 'fp8', 'weight_block_size': [0, 128]}; weight_block_size must be whole numbers >= 1, was 0",
        "{'quant_method': 'fp8', 'weight_block_size': 128}; weight_block_size must be two whole numbers >= 1, was 128",
        "{'quant_method': 'compressed-tensors', 'format': 'pack-quantized'}; format is not supported, was pack-quantized",
        "{'quant_method': 'compressed-tensors'}; format is not supported",
        "{'quant_method': 'compressed-tensors', 'format': 'float-quantized', 'config_groups': {'group_0': {'weights': {'num_bits': 4, 'type': 'int'}}}}; weights is not supported",
        "{'quant_method': 'compressed-tensors', 'format': 'float-quantized', 'config_groups': {'group_0': {'weights': {'num_bits': 8, 'type': 'float', 'strategy': 'token'}}}}; strategy is not supported, was token",
        "{'quant_method': 'compressed-tensors', 'format': 'float-quantized', 'sparsity_config': {'format': 'sparse-bitmask'}}; sparsity_config is not supported",
      })
  void otherWaysOfQuantizingAreRefusedByName(String config, String said) {
    String json = "{'quantization_config': %s}".formatted(config).replace('\'', '"');
    assertThatThrownBy(() -> Quantization.of(JsonFile.object(json, "test")))
        .isInstanceOf(JobError.class)
        .extracting(error -> error.getMessage().replace("\"", ""))
        .asString()
        .contains("config.json: quantization_config.", said);
  }

  @Test
  void scalesThatAreMissingOrDoNotFitAreAnError() throws IOException {
    Path folder = FOLDERS.resolve("fp8_experts");
    Map<String, TensorEntry> stored =
        new HashMap<>(SafetensorsFile.read(folder.resolve("model.safetensors")));
    Quantization other = quantization(FOLDERS.resolve("fp8_blocks"));
    Checkpoint checkpoint = Checkpoint.open(folder, other);
    assertThatThrownBy(() -> find(checkpoint, "experts.gate_up_proj"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(
            "tensor experts.gate_up_proj_scale_inv has shape [3, 2, 3], which no tile of"
                + " config.json's quantization_config makes of [3, 20, 24]");
    assertThatThrownBy(() -> find(Checkpoint.open(folder), "experts.gate_up_proj"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("has dtype F8_E4M3; supported for weights: F32");
    stored.remove("experts.gate_up_proj_scale_inv");
    assertThatThrownBy(() -> other.dequantized(stored))
        .isInstanceOf(JobError.class)
        .hasMessageContaining(
            "tensor experts.gate_up_proj is F8_E4M3 and the checkpoint has no"
                + " experts.gate_up_proj_scale_inv");
  }

  /** Ties, limits and the numbers beside them; expected bits are those of numpy's float16. */
  @ParameterizedTest
  @CsvSource({
    "0, 0000",
    "-0, 8000",
    "1, 3c00",
    "-2.5, c100",
    "65504, 7bff",
    "65519.996, 7bff",
    "65520, 7c00",
    "-1e9, fc00",
    "NaN, 7e00",
    "5.9604645e-8, 0001",
    "2.9802322e-8, 0000", // half of the smallest: a tie, to even
    "2.9802326e-8, 0001",
    "8.940697e-8, 0002", // one and a half of it: a tie, to even
    "6.1035156e-5, 0400",
    "6.0975552e-5, 03ff",
    "6.1005354e-5, 0400", // between the largest denormal and the smallest normal number
    "1.0004883, 3c00", // 1 + 2^-11: a tie
    "1.0014648, 3c02", // 1 + 3 * 2^-11: a tie
    "0.33325195, 3555",
    "2047.9999, 6800"
  })
  void float16RoundsToTheNearestAndTiesToEven(float value, String bits) {
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    ElementType.F16.put(bytes, 0, value);
    assertThat("%04x".formatted(bytes.getShort(0) & 0xffff)).isEqualTo(bits);
  }

  @Test
  void everyFloat16IsReadAndWrittenBack() {
    ByteBuffer bytes = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
    for (int bits = 0; bits < 1 << 16; bits++) {
      bytes.putShort(0, (short) bits);
      float value = ElementType.F16.get(bytes, 0);
      ElementType.F16.put(bytes, 0, value);
      assertThat(Float.isNaN(value) || (bytes.getShort(0) & 0xffff) == bits).isTrue();
    }
  }
}
