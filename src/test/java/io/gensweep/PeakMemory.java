package io.gensweep;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much more resident memory than at its beginning this JVM has had at a time, heap and native
 * libraries together: VmHWM and VmRSS of /proc/self/status, in bytes.
 */
public final class PeakMemory {
  private static final Path SELF = Path.of("/proc/self");

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
    return new PeakMemory(status(SELF, "VmRSS:"));
  }

  public long growth() {
    return status(SELF, "VmHWM:") - before;
  }

  /**
   * The most that a process below this JVM was resident with, looked at every few milliseconds
   * until it is closed.
   *
   * <p>getrusage would count a child with what this JVM was resident with when it was started.
   */
  public static final class OfChildren implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final String program;
    private final AtomicLong most = new AtomicLong();
    private final Thread looking = new Thread(this::look, "peak-memory");

    /**
     * @param program a word of the command line of the processes that count
     */
    public OfChildren(String program) {
      this.program = program;
      looking.setDaemon(true);
      looking.start();
    }

    public long most() {
      return most.get();
    }

    private void look() {
      try {
        while (true) {
          ProcessHandle.current().descendants().forEach(this::lookAt);
          Thread.sleep(PAUSE.toMillis());
        }
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    }

    private void lookAt(ProcessHandle process) {
      Path folder = Path.of("/proc", Long.toString(process.pid()));
      try {
        if (Files.readString(folder.resolve("cmdline")).contains(program)) {
          most.accumulateAndGet(status(folder, "VmHWM:"), Math::max);
        }
      } catch (IOException | UncheckedIOException | NoSuchElementException ended) {
        // Between the list and the look.
      }
    }

    @Override
    public void close() throws InterruptedException {
      looking.interrupt();
      looking.join();
    }
  }

  private static long status(Path process, String name) {
    try {
      String line =
          Files.readAllLines(process.resolve("status")).stream()
              .filter(each -> each.startsWith(name))
              .findFirst()
              .orElseThrow();
      return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
