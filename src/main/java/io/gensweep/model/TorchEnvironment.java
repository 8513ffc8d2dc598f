package io.gensweep.model;

import ai.djl.engine.Engine;
import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Map;

/** Executor, once per JVM. What libtorch and DJL are told before anything else. */
final class TorchEnvironment {
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_MMAP_THRESHOLD = -3;

  /** The most that glibc takes as M_MMAP_THRESHOLD. */
  private static final int KEPT_BYTES = 1 << 25;

  /** Some tens of microseconds: about what threads of one operation differ by. */
  private static final String SPINS = "10000";

  private TorchEnvironment() {}

  static synchronized void prepare() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    waitShortly();
    keepFreedMemory();
    Engine.getEngine("PyTorch");
  }

  /**
   * By default threads of libgomp, which libtorch brings, spin for milliseconds where they wait for
   * one another. On a host that has other work, such as a second executor, they take the cores from
   * what they wait for: a small job then took ten times the CPU time. Its variables are read when
   * it is loaded; what the user set stays.
   */
  private static void waitShortly() {
    Map<String, String> set = System.getenv();
    if (set.containsKey("OMP_WAIT_POLICY") || set.containsKey("GOMP_SPINCOUNT")) {
      return;
    }
    try {
      Function setenv = NativeLibrary.getProcess().getFunction("setenv");
      setenv.invokeInt(new Object[] {"GOMP_SPINCOUNT", SPINS, 0});
    } catch (UnsatisfiedLinkError e) {
      // No POSIX system: its threads spin as they do by default.
    }
  }

  /**
   * A step's larger temporaries, 12 MB of logits for one, would go back to the system by glibc's
   * defaults and come again page by page; its allocator is told to keep them (mallopt(3)).
   */
  private static void keepFreedMemory() {
    try {
      Function mallopt = NativeLibrary.getProcess().getFunction("mallopt");
      mallopt.invokeInt(new Object[] {M_MMAP_THRESHOLD, KEPT_BYTES});
      mallopt.invokeInt(new Object[] {M_TRIM_THRESHOLD, KEPT_BYTES});
    } catch (UnsatisfiedLinkError e) {
      // Another C library, such as musl: steps are slower, and nothing else changes.
    }
  }

  /** Number of GPUs that libtorch sees; 0 for its CPU build. */
  static int gpus() {
    return Engine.getEngine("PyTorch").getGpuCount();
  }
}
