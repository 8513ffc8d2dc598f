package io.gensweep.model;

import io.gensweep.job.DType;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Driver and executor. What the CPU's instructions allow, as Linux lists them and as the
 * environment narrows them.
 *
 * @param vendor as the CPU names it; MKL chooses by it
 * @param limits settings of the environment that say what a library computes with, by name
 */
public record CpuFeatures(Set<String> flags, String vendor, Map<String, String> limits)
    implements Serializable {
  /** oneDNN reads the newer name first. */
  private static final List<String> MAX_ISA = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

  private static final List<String> FPMATH =
      List.of("ONEDNN_DEFAULT_FPMATH_MODE", "DNNL_DEFAULT_FPMATH_MODE");

  /** What the kernels for AVX2 are made of: x86-64-v3. */
  private static final Set<String> AVX2 =
      Set.of("avx2", "fma", "f16c", "bmi1", "bmi2", "abm", "movbe");

  private static final Set<String> AVX512 =
      Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");

  private static final String ATEN = "ATEN_CPU_CAPABILITY";
  private static final String MKL = "MKL_CBWR";
  private static final String MKL_MOST = "MKL_ENABLE_INSTRUCTIONS";

  public CpuFeatures {
    flags = Set.copyOf(flags);
    limits = Map.copyOf(limits);
  }

  public static CpuFeatures here() {
    return of(Path.of("/proc/cpuinfo"), System.getenv());
  }

  static CpuFeatures of(Path cpuinfo, Map<String, String> environment) {
    Map<String, String> limits = new TreeMap<>(environment);
    limits.keySet().retainAll(Set.of(ATEN, MKL, MKL_MOST));
    for (List<String> names : List.of(MAX_ISA, FPMATH)) {
      names.stream()
          .filter(environment::containsKey)
          .findFirst()
          .ifPresent(name -> limits.put(names.get(0), environment.get(name)));
    }
    Map<String, String> first = new TreeMap<>();
    try (var lines = Files.lines(cpuinfo)) {
      lines
          .map(line -> line.split(":", 2))
          .filter(pair -> pair.length == 2)
          .limit(64)
          .forEach(pair -> first.putIfAbsent(pair[0].strip(), pair[1].strip()));
    } catch (IOException e) {
      // Another system than Linux: the least that there can be.
    }
    return new CpuFeatures(
        Set.copyOf(List.of(first.getOrDefault("flags", "").split("\\s+"))),
        first.getOrDefault("vendor_id", "an unknown vendor"),
        limits);
  }

  private InstructionSet oneDnn() {
    return InstructionSet.ofOneDnn(flags, limits.getOrDefault(MAX_ISA.get(0), ""));
  }

  private InstructionSet aten() {
    return InstructionSet.ofAten(flags, limits.getOrDefault(ATEN, ""));
  }

  /** Whether oneDNN packs bfloat16 weights here; below AVX-512 it refuses. */
  public boolean bfloat16Products() {
    return oneDnn().hasAvx512();
  }

  /** Whether the CPU multiplies bfloat16 itself and does not only emulate it. */
  public boolean bfloat16Native() {
    return oneDnn().compareTo(InstructionSet.AVX512_BF16) >= 0;
  }

  /** Whether the CPU sums four products of 8-bit numbers without overflow in between (VNNI). */
  public boolean integerDots() {
    return oneDnn() == InstructionSet.AVX_VNNI
        || (oneDnn().compareTo(InstructionSet.AVX512_VNNI) >= 0 && flags.contains("avx512_vnni"));
  }

  /** Whether the project's own kernels serve decoders in this type. */
  public boolean kernels(DType dtype) {
    return whyNotKernels(dtype).isEmpty();
  }

  /**
   * Why the project's own kernels do not serve decoders in this type, if they do not. Where the CPU
   * has instructions for products of fewer than 32 bits that the kernels do not use, oneDNN
   * computes.
   */
  Optional<String> whyNotKernels(DType dtype) {
    if (!Kernels.exist()) {
      return Optional.of("they are for Linux on x86-64");
    }
    if (!flags.containsAll(AVX2) || !isWithinLimits(InstructionSet.AVX2)) {
      return Optional.of("they need AVX2 and FMA, this CPU has " + instructions());
    }
    return switch (dtype) {
      case FLOAT32 -> Optional.empty();
      case BFLOAT16 -> leftToOneDnn(dtype, bfloat16Products());
      case INT8 -> leftToOneDnn(dtype, integerDots());
      default -> Optional.of("they do not compute in " + dtype);
    };
  }

  private Optional<String> leftToOneDnn(DType dtype, boolean able) {
    boolean tiles = oneDnn() == InstructionSet.AMX_BF16;
    return tiles || (able && !avx512Kernels(dtype))
        ? Optional.of("they leave " + dtype + " to oneDNN on this CPU, which has " + instructions())
        : Optional.empty();
  }

  private boolean isWithinLimits(InstructionSet least) {
    return oneDnn().compareTo(least) >= 0 && aten().compareTo(least) >= 0;
  }

  /** Whether those kernels that serve decoders in this type are the ones for AVX-512. */
  boolean avx512Kernels(DType dtype) {
    return flags.containsAll(AVX512)
        && isWithinLimits(InstructionSet.AVX512)
        && switch (dtype) {
          case BFLOAT16 -> flags.contains("avx512_bf16") && bfloat16Native();
          case INT8 -> flags.contains("avx512_vnni") && integerDots();
          default -> true;
        };
  }

  /** The instructions of those kernels, as logs name them. */
  public String kernelInstructions(DType dtype) {
    return avx512Kernels(dtype) ? "AVX-512" : "AVX2";
  }

  /**
   * What each library computes with, as its own rules have it: rows are the same bytes on CPUs for
   * which this is the same. MKL takes other code on another vendor's CPU, unless it is told to be
   * compatible with all.
   */
  public String instructions() {
    String mkl =
        limits.containsKey(MKL) ? "CBWR=" + limits.get(MKL) : InstructionSet.of(flags).toString();
    return "oneDNN "
        + oneDnn()
        + told(FPMATH.get(0), " in ")
        + ", ATen "
        + aten()
        + ", MKL "
        + mkl
        + told(MKL_MOST, " within ")
        + (mkl.startsWith("CBWR=COMPATIBLE") ? "" : " on " + vendor);
  }

  private String told(String limit, String word) {
    return limits.containsKey(limit) ? word + limits.get(limit) : "";
  }
}
