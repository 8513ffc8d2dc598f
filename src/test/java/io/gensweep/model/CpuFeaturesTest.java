package io.gensweep.model;

import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.job.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuFeaturesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // flags, ONEDNN_MAX_CPU_ISA, what oneDNN, ATen and MKL use, bfloat16 at all, native, dots
        "avx2 avx512bw avx512_vnni avx512_bf16 amx_bf16, -, amx_bf16 avx512 amx_bf16, true, true, true",
        "avx2 avx512bw avx512_vnni avx512_bf16, -, avx512_bf16 avx512 avx512_bf16, true, true, true",
        "avx2 avx512bw avx512_vnni, -, avx512_vnni avx512 avx512_vnni, true, false, true",
        "avx2 avx512bw, -, avx512 avx512 avx512, true, false, false",
        "avx2 avx_vnni, -, avx_vnni avx2 avx_vnni, false, false, true",
        "avx avx2, -, avx2 avx2 avx2, false, false, false",
        "sse4_1 avx, -, avx baseline avx, false, false, false",
        "sse4_1, -, sse41 baseline sse41, false, false, false",
        "avx2 avx512bw avx512_vnni avx512_bf16, AVX512_CORE, avx512 avx512 avx512_bf16, true, false, false",
        "avx2 avx512bw avx512_vnni avx512_bf16, AVX512_CORE_VNNI, avx512_vnni avx512 avx512_bf16, true, false, true",
        "avx2 avx_vnni avx512bw avx512_vnni, AVX2_VNNI, avx_vnni avx512 avx512_vnni, false, false, true",
        "avx2 avx_vnni avx512bw avx512_vnni, AVX512_CORE, avx512 avx512 avx512_vnni, true, false, false",
        "avx2 avx_vnni, AVX512_CORE, avx2 avx2 avx_vnni, false, false, false",
        "avx2 avx_vnni avx512bw avx512_vnni, avx2, avx2 avx512 avx512_vnni, false, false, false",
        "avx2 avx512bw, nonsense, avx512 avx512 avx512, true, false, false",
      })
  void whatACpuCanAndWhatItIsHeldTo(
      String flags, String isa, String used, boolean some, boolean own, boolean dots)
      throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    Files.writeString(
        cpuinfo, "processor : 0\nvendor_id\t: SomeVendor\nflags\t\t: fpu " + flags + "\n");
    CpuFeatures cpu =
        CpuFeatures.of(cpuinfo, isa == null ? Map.of() : Map.of("ONEDNN_MAX_CPU_ISA", isa));
    String[] each = used.split(" ", -1);
    assertThat(cpu.instructions())
        .isEqualTo("oneDNN %s, ATen %s, MKL %s on SomeVendor", each[0], each[1], each[2]);
    assertThat(cpu.bfloat16Products()).isEqualTo(some);
    assertThat(cpu.bfloat16Native()).isEqualTo(own);
    assertThat(cpu.integerDots()).isEqualTo(dots);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // flags beside those of x86-64-v3, a variable, its value, types with kernels for AVX-512,
        // for AVX2
        "V4 avx512_vnni avx512_bf16, -, -, FLOAT32 BFLOAT16 INT8, ''",
        "V4 avx512_vnni, -, -, FLOAT32 INT8, ''",
        "V4, -, -, FLOAT32, INT8",
        "V4 avx512_vnni avx512_bf16 amx_bf16, -, -, FLOAT32, ''",
        "V4 avx512_vnni avx512_bf16, ONEDNN_MAX_CPU_ISA, AVX512_CORE, FLOAT32, INT8",
        "V4 avx512_vnni avx512_bf16, ONEDNN_MAX_CPU_ISA, AVX2, '', FLOAT32 BFLOAT16 INT8",
        "V4 avx512_vnni avx512_bf16 amx_bf16, ONEDNN_MAX_CPU_ISA, AVX2, '', FLOAT32 BFLOAT16 INT8",
        "V4 avx512_vnni avx512_bf16, ATEN_CPU_CAPABILITY, avx512, FLOAT32 BFLOAT16 INT8, ''",
        "avx512f avx512bw, -, -, '', FLOAT32 INT8",
        "-, -, -, '', FLOAT32 BFLOAT16 INT8",
        "avx_vnni, -, -, '', FLOAT32 BFLOAT16",
        "-, ONEDNN_MAX_CPU_ISA, SSE41, '', ''",
        "-, ATEN_CPU_CAPABILITY, default, '', ''",
      })
  void whereThereAreKernels(String flags, String variable, String value, String avx512, String avx2)
      throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    String some =
        flags == null ? "" : flags.replace("V4", "avx512f avx512bw avx512cd avx512dq avx512vl");
    Files.writeString(cpuinfo, "flags\t\t: avx2 fma f16c bmi1 bmi2 abm movbe " + some + "\n");
    CpuFeatures cpu =
        CpuFeatures.of(cpuinfo, variable == null ? Map.of() : Map.of(variable, value));
    Map<Boolean, List<String>> kernels =
        Stream.of(DType.values())
            .filter(cpu::kernels)
            .collect(partitioningBy(cpu::avx512Kernels, mapping(DType::name, toList())));
    assertThat(String.join(" ", kernels.get(true))).isEqualTo(avx512);
    assertThat(String.join(" ", kernels.get(false))).isEqualTo(avx2);
    Files.writeString(cpuinfo, "flags\t\t: avx2 bmi1 bmi2 abm movbe " + some + "\n");
    assertThat(CpuFeatures.of(cpuinfo, Map.of()).kernels(DType.FLOAT32))
        .as("without FMA")
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ATEN_CPU_CAPABILITY=default; oneDNN avx2, ATen baseline, MKL avx2 on SomeVendor",
        "ATEN_CPU_CAPABILITY=avx512; oneDNN avx2, ATen avx2, MKL avx2 on SomeVendor",
        "MKL_CBWR=AVX2,STRICT; oneDNN avx2, ATen avx2, MKL CBWR=AVX2,STRICT on SomeVendor",
        "MKL_CBWR=COMPATIBLE; oneDNN avx2, ATen avx2, MKL CBWR=COMPATIBLE",
        "MKL_ENABLE_INSTRUCTIONS=SSE4_2; oneDNN avx2, ATen avx2, MKL avx2 within SSE4_2 on SomeVendor",
        "DNNL_MAX_CPU_ISA=SSE41; oneDNN sse41, ATen avx2, MKL avx2 on SomeVendor",
        "DNNL_DEFAULT_FPMATH_MODE=BF16; oneDNN avx2 in BF16, ATen avx2, MKL avx2 on SomeVendor",
        "OMP_NUM_THREADS=3; oneDNN avx2, ATen avx2, MKL avx2 on SomeVendor",
      })
  void everySettingThatChangesBitsIsTold(String setting, String used) throws IOException {
    Path cpuinfo = folder.resolve("cpuinfo");
    Files.writeString(
        cpuinfo, "vendor_id\t: SomeVendor\nflags\t\t: sse4_1 avx avx2\n\nvendor_id\t: Other\n");
    String[] named = setting.split("=", 2);
    assertThat(CpuFeatures.of(cpuinfo, Map.of(named[0], named[1])).instructions()).isEqualTo(used);
  }

  /** A machine with more is held to the same instructions as one that has no more. */
  @Test
  void pinnedAndNativeAreTheSameWhereTheyComputeAlike() throws IOException {
    Map<String, String> pin =
        Map.of("ONEDNN_MAX_CPU_ISA", "AVX2", "ATEN_CPU_CAPABILITY", "avx2", "MKL_CBWR", "AVX2");
    Path cpuinfo = folder.resolve("cpuinfo");
    Files.writeString(cpuinfo, "flags\t\t: avx avx2\n");
    CpuFeatures less = CpuFeatures.of(cpuinfo, pin);
    Files.writeString(cpuinfo, "flags\t\t: avx avx2 avx512bw avx512_bf16\n");
    assertThat(CpuFeatures.of(cpuinfo, pin).instructions()).isEqualTo(less.instructions());
    assertThat(CpuFeatures.of(cpuinfo, Map.of()).instructions()).isNotEqualTo(less.instructions());
  }
}
