package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.ModelConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NumericsTest {
  private static final DecoderSpec SPEC = ModelFolder.open(Path.of("data/models/tiny")).spec();
  private static final Set<String> AVX2 =
      Set.of("avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "movbe");
  private static final Set<String> AVX512 =
      Stream.concat(
              AVX2.stream(),
              Stream.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512_vnni"))
          .collect(Collectors.toSet());
  private static final Numerics PACKED =
      new Numerics(
          "cpu", "amd64", Backend.PACKED, "oneDNN avx2", "2.7.1 cpu", "", "p1", DType.FLOAT32, 4);

  @Test
  void whatDiffersIsNamedPartByPart() {
    assertThat(PACKED.differences(PACKED)).isEmpty();
    Numerics kernels =
        new Numerics(
            "cpu",
            "amd64",
            Backend.KERNELS,
            "oneDNN avx512",
            "2.7.1 cpu",
            "ab",
            "p2",
            DType.INT8,
            0);
    assertThat(PACKED.differences(kernels))
        .containsExactly(
            "backend was packed, is kernels",
            "instructions was oneDNN avx2, is oneDNN avx512",
            "program was p1, is p2",
            "dtype was float32, is int8",
            "threads was 4, is none",
            "kernels was none, is ab");
    Numerics gpu =
        new Numerics(
            "cuda", "H100, sm_90", Backend.PLAIN, "", "2.7.1 cu124", "", "p1", DType.FLOAT32, 0);
    assertThat(PACKED.differences(gpu))
        .containsExactly(
            "device was cpu, is cuda",
            "architecture was amd64, is H100, sm_90",
            "backend was packed, is plain",
            "instructions was oneDNN avx2, is none",
            "libtorch was 2.7.1 cpu, is 2.7.1 cu124",
            "threads was 4, is none");
  }

  @Test
  void theirPartsReadBack() {
    assertThat(Numerics.of(PACKED.parts())).isEqualTo(PACKED);
    assertThat(PACKED.parts())
        .as("what bits do not depend on is left out")
        .doesNotContainKey("kernels")
        .containsEntry("threads", "4");
    for (String name : List.of("device", "architecture", "backend", "libtorch", "dtype")) {
      Map<String, String> less = new HashMap<>(PACKED.parts());
      less.remove(name);
      assertThatThrownBy(() -> Numerics.of(less))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("numerics must name the " + name);
    }
  }

  @Test
  void threadsMatterWithLibtorchAndNotWithTheKernels() {
    Machine libtorch = cpu(Set.of("avx2"), "");
    assertThat(libtorch.numerics(DType.FLOAT32, SPEC, 3))
        .isEqualTo(libtorch.numerics(DType.FLOAT32, SPEC, 3))
        .isNotEqualTo(libtorch.numerics(DType.FLOAT32, SPEC, 4));
    Machine kernels = cpu(AVX512, "ab");
    assertThat(kernels.numerics(DType.FLOAT32, SPEC, 3))
        .isEqualTo(kernels.numerics(DType.FLOAT32, SPEC, 4))
        .extracting(Numerics::backend, Numerics::kernels)
        .containsExactly(Backend.KERNELS, "ab");
    assertThat(cpu(AVX2, "").numerics(DType.FLOAT32, SPEC, 3).backend())
        .as("kernels that cannot be loaded")
        .isEqualTo(Backend.PACKED);
    assertThat(kernels.numerics(DType.BFLOAT16, SPEC, 3))
        .as("this CPU does not multiply bfloat16 itself")
        .extracting(Numerics::backend, Numerics::kernels)
        .containsExactly(Backend.PACKED, "");
  }

  @Test
  void theProgramIsKnownByItsTextAndBySizesThatItIsCalledWith() {
    String hash = cpu(Set.of("avx2"), "").numerics(DType.FLOAT32, SPEC, 3).program();
    assertThat(hash).matches("[0-9a-f]{16}");
    assertThat(cpu(AVX2, "ab").numerics(DType.FLOAT32, SPEC, 3).program())
        .as("another program, for the kernels")
        .matches("[0-9a-f]{16}")
        .isNotEqualTo(hash);
    // printf 'a + b\n# 256 16' | sha256sum
    assertThat(DecoderProgram.hash("a + b", 256, 16)).isEqualTo("c905fb37e4d32ba6");
    assertThat(
            List.of(
                DecoderProgram.hash("b + a", 256, 16),
                DecoderProgram.hash("a + b", 128, 16),
                DecoderProgram.hash("a + b", 256, 32)))
        .doesNotHaveDuplicates()
        .doesNotContain(DecoderProgram.hash("a + b", 256, 16));
  }

  @Test
  void theTypeIsTheMachinesThatComputesAndNotTheDrivers() {
    Machine old = cpu(Set.of("avx2"), "");
    Machine zen = cpu(Set.of("avx2", "avx512bw", "avx512_bf16"), "");
    CudaDevice h100 = new CudaDevice(0, "H100", 90, 132, 80L << 30, 12_080, "");
    Machine gpu =
        Machine.gpu(h100, new CpuFeatures(Set.of(), "V", Map.of()), Map.of(), "2.7.1", true, "");
    assertThat(old.dtype(DType.AUTO, "bfloat16")).isEqualTo(DType.FLOAT32);
    assertThat(zen.dtype(DType.AUTO, "bfloat16")).isEqualTo(DType.BFLOAT16);
    assertThat(gpu.dtype(DType.AUTO, "bfloat16")).isEqualTo(DType.BFLOAT16);
    assertThat(gpu.dtype(DType.AUTO, "float32")).isEqualTo(DType.FLOAT32);
    CudaDevice t4 = new CudaDevice(0, "Tesla T4", 75, 40, 16L << 30, 12_080, "");
    Machine older =
        Machine.gpu(t4, new CpuFeatures(Set.of(), "V", Map.of()), Map.of(), "2.7.1", true, "");
    assertThat(older.dtype(DType.AUTO, "bfloat16"))
        .as("its tensor cores have no bfloat16")
        .isEqualTo(DType.FLOAT32);
    assertThatThrownBy(() -> old.dtype(DType.BFLOAT16, "float32"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.dtype: bfloat16 needs a CPU with AVX2");
    assertThatThrownBy(() -> gpu.dtype(DType.INT8, "float32"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.dtype: int8 runs on CPUs only");
  }

  @Test
  void bfloat16WithoutAvx512NeedsAModelThatTheKernelsCompute() throws IOException {
    Machine machine = cpu(AVX2, "ab");
    assertThat(machine.dtype(DType.BFLOAT16, "float32")).isEqualTo(DType.BFLOAT16);
    assertThat(machine.dtype(DType.AUTO, "bfloat16")).isEqualTo(DType.FLOAT32);
    assertThat(machine.numerics(DType.BFLOAT16, SPEC, 3).backend()).isEqualTo(Backend.KERNELS);
    JsonNode hybrid =
        new ObjectMapper()
            .readTree(Path.of("src/test/resources/families/qwen3_next.json").toFile())
            .get("shapes")
            .get(0)
            .get("config");
    assertThatThrownBy(() -> machine.numerics(DType.BFLOAT16, ModelConfig.read(hybrid), 3))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model.dtype: bfloat16 needs a CPU with AVX-512 for this model");
  }

  /** What computes here in truth is what the record says. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "INT8"})
  void thisMachineComputesAsItSays(DType dtype) {
    Numerics here = Machine.here("cpu").numerics(dtype, SPEC, 2);
    assertThat(here.backend() == Backend.KERNELS).isEqualTo(CpuFeatures.here().kernels(dtype));
    assertThat(here.libtorch()).startsWith("2.7.1").endsWith(" cpu");
    assertThat(here.parts()).containsEntry("instructions", CpuFeatures.here().instructions());
  }

  private static Machine cpu(Set<String> flags, String kernels) {
    return new Machine(
        "cpu",
        "amd64",
        new CpuFeatures(flags, "V", Map.of()),
        List.of(),
        "",
        "2.7.1 cpu",
        true,
        kernels);
  }
}
