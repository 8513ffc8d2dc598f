package io.gensweep.model;

import io.gensweep.job.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Driver and executor. How values are computed, as far as their bits depend on it: where two are
 * equal, the same job gives the same rows. The driver decides it once for all executors, the
 * manifest and every shard name it, and who cannot compute so writes nothing.
 *
 * @param device cpu or cuda
 * @param architecture of the processor
 * @param instructions that the libraries use, as the environment limits them
 * @param libtorch version and flavor
 * @param kernels SHA-256 of the project's own; empty where others compute
 * @param program start of the SHA-256 of the decoder program; empty in manifests of gensweep before
 *     it was noted
 * @param dtype never AUTO
 * @param threads of one operation; 0 where bits do not depend on them
 */
public record Numerics(
    String device,
    String architecture,
    Backend backend,
    String instructions,
    String libtorch,
    String kernels,
    String program,
    DType dtype,
    int threads)
    implements Serializable {
  private static final String THREADS = "threads";

  public Numerics {
    if (dtype == DType.AUTO) {
      throw new IllegalArgumentException("dtype must be resolved, was " + dtype);
    }
    if (threads < 0) {
      throw new IllegalArgumentException("threads must be >= 0, was " + threads);
    }
  }

  /** By name, as manifests have them; what bits do not depend on is left out. */
  public Map<String, String> parts() {
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("device", device);
    parts.put("architecture", architecture);
    parts.put("backend", backend.toString());
    parts.put("instructions", instructions);
    parts.put("libtorch", libtorch);
    parts.put("kernels", kernels);
    parts.put("program", program);
    parts.put("dtype", dtype.toString());
    parts.put(THREADS, threads == 0 ? "" : Integer.toString(threads));
    parts.values().removeIf(String::isEmpty);
    return parts;
  }

  /**
   * What {@link #parts} told.
   *
   * @throws IllegalArgumentException naming what is missing
   */
  public static Numerics of(Map<String, String> parts) {
    return new Numerics(
        named(parts, "device"),
        named(parts, "architecture"),
        Backend.valueOf(named(parts, "backend").toUpperCase(Locale.ROOT)),
        parts.getOrDefault("instructions", ""),
        named(parts, "libtorch"),
        parts.getOrDefault("kernels", ""),
        parts.getOrDefault("program", ""),
        DType.valueOf(named(parts, "dtype").toUpperCase(Locale.ROOT)),
        Integer.parseInt(parts.getOrDefault(THREADS, "0")));
  }

  private static String named(Map<String, String> parts, String name) {
    if (!parts.containsKey(name)) {
      throw new IllegalArgumentException("numerics must name the " + name);
    }
    return parts.get(name);
  }

  /** One line for each part in which {@code now} differs from these earlier ones. */
  public List<String> differences(Numerics now) {
    Map<String, String> before = parts();
    Map<String, String> after = now.parts();
    Map<String, String> names = new LinkedHashMap<>(before);
    names.putAll(after);
    List<String> lines = new ArrayList<>();
    for (String name : names.keySet()) {
      String was = before.getOrDefault(name, "none");
      String is = after.getOrDefault(name, "none");
      if (!was.equals(is)) {
        lines.add("%s was %s, is %s".formatted(name, was, is));
      }
    }
    return lines;
  }
}
