package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
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
}
