package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuFeaturesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // flags, ONEDNN_MAX_CPU_ISA, capability, bfloat16 at all, bfloat16 native, 8-bit dots
        "avx2 avx512bw avx512_vnni avx512_bf16 amx_bf16, -, amx_bf16, true, true, true",
        "avx2 avx512bw avx512_vnni avx512_bf16, -, avx512_bf16, true, true, true",
        "avx2 avx512bw avx512_vnni, -, avx512_vnni, true, false, true",
        "avx2 avx512bw, -, avx512, true, false, false",
        "avx2 avx_vnni, -, avx_vnni, false, false, true",
        "avx2, -, avx2, false, false, false",
        "sse4_1, -, baseline, false, false, false",
        "avx2 avx512bw avx512_vnni avx512_bf16, AVX512_CORE, avx512_bf16 limited by"
            + " ONEDNN_MAX_CPU_ISA=AVX512_CORE, true, false, false",
        "avx2 avx512bw avx512_vnni avx512_bf16, AVX512_CORE_VNNI, avx512_bf16 limited by"
            + " ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI, true, false, true",
        "avx2 avx_vnni avx512bw avx512_vnni, AVX2_VNNI, avx512_vnni limited by"
            + " ONEDNN_MAX_CPU_ISA=AVX2_VNNI, false, false, true",
        "avx2 avx_vnni avx512bw avx512_vnni, avx2, avx512_vnni limited by"
            + " ONEDNN_MAX_CPU_ISA=avx2, false, false, false",
      })
  void whatACpuCanAndWhatItIsHeldTo(
      String flags, String isa, String capability, boolean some, boolean own, boolean dots)
      throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    Files.writeString(cpuinfo, "processor : 0\nflags\t\t: fpu " + flags + "\n");
    CpuFeatures cpu =
        CpuFeatures.of(cpuinfo, isa == null ? Map.of() : Map.of("ONEDNN_MAX_CPU_ISA", isa));
    assertThat(cpu.capability()).isEqualTo(capability);
    assertThat(cpu.bfloat16Products()).isEqualTo(some);
    assertThat(cpu.bfloat16Native()).isEqualTo(own);
    assertThat(cpu.integerDots()).isEqualTo(dots);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // flags beside those of AVX-512, a variable, its value, types with kernels
        "avx512_vnni avx512_bf16, -, -, FLOAT32 BFLOAT16 INT8",
        "avx512_vnni, -, -, FLOAT32 INT8",
        "fma, -, -, FLOAT32",
        "avx512_vnni avx512_bf16 amx_bf16, -, -, FLOAT32",
        "avx512_vnni avx512_bf16, ONEDNN_MAX_CPU_ISA, AVX512_CORE, FLOAT32",
        "avx512_vnni avx512_bf16, ONEDNN_MAX_CPU_ISA, AVX2, ''",
        "avx512_vnni avx512_bf16, ATEN_CPU_CAPABILITY, avx2, ''",
        "avx512_vnni avx512_bf16, ATEN_CPU_CAPABILITY, avx512, FLOAT32 BFLOAT16 INT8",
      })
  void whereThereAreKernels(String flags, String variable, String value, String types)
      throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    String avx512 = "avx512f avx512bw avx512cd avx512dq avx512vl ";
    Files.writeString(cpuinfo, "flags\t\t: " + avx512 + flags + "\n");
    CpuFeatures cpu =
        CpuFeatures.of(cpuinfo, variable == null ? Map.of() : Map.of(variable, value));
    assertThat(Stream.of(DType.values()).filter(cpu::kernels).map(DType::name))
        .containsExactlyInAnyOrder(types.isEmpty() ? new String[0] : types.split(" "));
    Files.writeString(cpuinfo, "flags\t\t: avx512bw " + flags + "\n");
    assertThat(CpuFeatures.of(cpuinfo, Map.of()).kernels(DType.FLOAT32)).isFalse();
  }
}
