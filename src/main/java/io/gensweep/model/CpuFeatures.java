package io.gensweep.model;

import io.gensweep.job.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Driver and executor. What the CPU's instructions allow, as Linux lists them and as the
 * environment narrows them.
 *
 * @param maxIsa what oneDNN may use at most ({@code ONEDNN_MAX_CPU_ISA}); empty for all
 * @param limits settings of the environment that narrow what any kernel uses, {@code NAME=value}
 */
public record CpuFeatures(Set<String> flags, String maxIsa, List<String> limits) {
  /** What holds oneDNN, libtorch's own kernels and MKL to fewer instructions than there are. */
  private static final List<String> LIMITS =
      List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "MKL_CBWR");

  public CpuFeatures {
    flags = Set.copyOf(flags);
    maxIsa = maxIsa.toUpperCase(Locale.ROOT);
    limits = List.copyOf(limits);
  }

  public static CpuFeatures here() {
    return of(Path.of("/proc/cpuinfo"), System.getenv());
  }

  static CpuFeatures of(Path cpuinfo, Map<String, String> environment) {
    String isa =
        environment.getOrDefault(
            "ONEDNN_MAX_CPU_ISA", environment.getOrDefault("DNNL_MAX_CPU_ISA", ""));
    List<String> limits =
        LIMITS.stream()
            .filter(environment::containsKey)
            .map(name -> name + "=" + environment.get(name))
            .toList();
    try (var lines = Files.lines(cpuinfo)) {
      String flags = lines.filter(l -> l.startsWith("flags")).findFirst().orElse("flags :");
      return new CpuFeatures(
          Set.of(flags.substring(flags.indexOf(':') + 1).strip().split("\\s+")), isa, limits);
    } catch (IOException e) {
      return new CpuFeatures(Set.of(), isa, limits);
    }
  }

  /** Whether oneDNN packs bfloat16 weights here; below AVX-512 it refuses. */
  public boolean bfloat16Products() {
    return flags.contains("avx512bw")
        && !maxIsa.startsWith("AVX2")
        && !maxIsa.startsWith("SSE")
        && !maxIsa.equals("AVX");
  }

  /** Whether the CPU multiplies bfloat16 itself and does not only emulate it. */
  public boolean bfloat16Native() {
    return bfloat16Products()
        && (flags.contains("avx512_bf16") || flags.contains("amx_bf16"))
        && !maxIsa.equals("AVX512_CORE")
        && !maxIsa.equals("AVX512_CORE_VNNI");
  }

  /** Whether the CPU sums four products of 8-bit numbers without overflow in between (VNNI). */
  public boolean integerDots() {
    return (flags.contains("avx512_vnni") && bfloat16Products() && !maxIsa.equals("AVX512_CORE"))
        || (flags.contains("avx_vnni") && !Set.of("AVX2", "AVX", "SSE41").contains(maxIsa));
  }

  /**
   * Whether the project's own kernels serve decoders in this type. Where the CPU has tiles (AMX),
   * oneDNN has the faster products of fewer than 32 bits.
   */
  public boolean kernels(DType dtype) {
    boolean held = limits.stream().anyMatch(l -> l.matches("ATEN_CPU_CAPABILITY=(?!avx512).*"));
    return Kernels.exist()
        && bfloat16Products()
        && flags.containsAll(Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"))
        && !held
        && switch (dtype) {
          case FLOAT32 -> true;
          case BFLOAT16 -> flags.contains("avx512_bf16") && bfloat16Native() && !tiles();
          case INT8 -> flags.contains("avx512_vnni") && integerDots() && !tiles();
          default -> false;
        };
  }

  private boolean tiles() {
    return flags.contains("amx_bf16");
  }

  /** One word for the manifest: rows are the same bytes on CPUs with the same word. */
  public String capability() {
    String found =
        tiles()
            ? "amx_bf16"
            : flags.contains("avx512_bf16")
                ? "avx512_bf16"
                : flags.contains("avx512_vnni")
                    ? "avx512_vnni"
                    : flags.contains("avx512bw")
                        ? "avx512"
                        : flags.contains("avx_vnni")
                            ? "avx_vnni"
                            : flags.contains("avx2") ? "avx2" : "baseline";
    return limits.isEmpty() ? found : found + " limited by " + String.join(" ", limits);
  }
}
