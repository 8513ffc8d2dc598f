package io.gensweep;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much more resident memory than at its beginning this JVM has had at a time, heap and native
 * libraries together: VmHWM and VmRSS of /proc/self/status, in bytes.
 */
public final class PeakMemory {
  private static final int RUSAGE_CHILDREN = -1;

  /** Of struct rusage on 64 bits, after two times of 16 bytes each. */
  private static final int MAX_RSS_AT = 32;

  private static final int RUSAGE_BYTES = 144;

  private final long before;

  private PeakMemory(long before) {
    this.before = before;
  }

  /** Lets the peak begin again at what is resident now (proc(5): 5 to clear_refs). */
  public static PeakMemory begin() {
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PeakMemory(status("VmRSS:"));
  }

  public long growth() {
    return status("VmHWM:") - before;
  }

  /** The most that any process which this JVM started, and which has ended, was resident with. */
  public static long ofChildren() {
    try (Memory usage = new Memory(RUSAGE_BYTES)) {
      int error =
          NativeLibrary.getProcess()
              .getFunction("getrusage")
              .invokeInt(new Object[] {RUSAGE_CHILDREN, usage});
      if (error != 0) {
        throw new IllegalStateException("getrusage gave " + error);
      }
      return usage.getLong(MAX_RSS_AT) << 10;
    }
  }

  private static long status(String name) {
    try {
      String line =
          Files.readAllLines(Path.of("/proc/self/status")).stream()
              .filter(each -> each.startsWith(name))
              .findFirst()
              .orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
