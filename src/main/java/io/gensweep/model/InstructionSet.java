package io.gensweep.model;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Plain Java. What a CPU's arithmetic can be made of, from the least to the most, as far as the
 * libraries choose other code for it.
 */
enum InstructionSet {
  BASELINE("fpu"),
  SSE41("sse4_1"),
  AVX("avx"),
  AVX2("avx2"),
  AVX_VNNI("avx_vnni"),
  AVX512("avx512bw"),
  AVX512_VNNI("avx512_vnni"),
  AVX512_BF16("avx512_bf16"),
  AMX_BF16("amx_bf16");

  /**
   * Values of {@code ONEDNN_MAX_CPU_ISA} (oneDNN's guide, "CPU Dispatcher Control"), those left out
   * allow all.
   */
  private static final Map<String, InstructionSet> ONEDNN =
      Map.of(
          "SSE41", SSE41,
          "AVX", AVX,
          "AVX2", AVX2,
          "AVX2_VNNI", AVX_VNNI,
          "AVX2_VNNI_2", AVX_VNNI,
          "AVX512_CORE", AVX512,
          "AVX512_CORE_VNNI", AVX512_VNNI,
          "AVX512_CORE_BF16", AVX512_BF16,
          "AVX512_CORE_FP16", AVX512_BF16,
          "AVX10_1_512", AVX512_BF16);

  private static final Map<String, InstructionSet> ATEN =
      Map.of("default", BASELINE, "avx2", AVX2, "avx512", AVX512);

  /** As Linux lists it. */
  private final String flag;

  InstructionSet(String flag) {
    this.flag = flag;
  }

  /** The most that a CPU has. */
  static InstructionSet of(Set<String> flags) {
    return among(flags, AMX_BF16);
  }

  /**
   * What oneDNN uses.
   *
   * @param limit {@code ONEDNN_MAX_CPU_ISA}, in any case; it ignores what it does not know
   */
  static InstructionSet ofOneDnn(Set<String> flags, String limit) {
    return among(flags, ONEDNN.getOrDefault(limit.toUpperCase(Locale.ROOT), AMX_BF16));
  }

  /**
   * What libtorch's own loops use; they know two sets beside the baseline.
   *
   * @param limit {@code ATEN_CPU_CAPABILITY}; libtorch ignores what it does not know
   */
  static InstructionSet ofAten(Set<String> flags, String limit) {
    InstructionSet most = among(flags, ATEN.getOrDefault(limit, AVX512));
    return most.compareTo(AVX2) < 0 ? BASELINE : most.compareTo(AVX512) < 0 ? AVX2 : AVX512;
  }

  private static InstructionSet among(Set<String> flags, InstructionSet limit) {
    InstructionSet most = BASELINE;
    for (InstructionSet each : values()) {
      if (flags.contains(each.flag) && each.isWithin(limit)) {
        most = each;
      }
    }
    return most;
  }

  /** AVX-VNNI is a branch of its own: no set with AVX-512 below that with tiles has it. */
  private boolean isWithin(InstructionSet limit) {
    return compareTo(limit) <= 0 && !(this == AVX_VNNI && limit.hasAvx512() && limit != AMX_BF16);
  }

  boolean hasAvx512() {
    return compareTo(AVX512) >= 0;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
