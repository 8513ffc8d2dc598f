package io.gensweep.model;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import io.gensweep.job.DType;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that loads a model when it may take no more than so many MiB of addresses beyond those
 * that it has with libtorch, and prints what it is told.
 */
final class LoadsWithLittleMemory {
  private static final int RLIMIT_AS = 9;

  private LoadsWithLittleMemory() {}

  public static void main(String[] arguments) throws Exception {
    ModelFolder folder = ModelFolder.open(Path.of(arguments[0]));
    TorchEnvironment.prepare();
    Machine.here("cpu");
    limit(Long.parseLong(arguments[1]) << 20);
    try (ModelRunner runner =
        DecoderLoader.load(folder, new DecoderSettings(DType.FLOAT32, "cpu", 64, 1, 1))) {
      System.out.println("loaded " + runner.shape().vocabSize());
    } catch (Throwable e) {
      System.out.println(e.getClass().getSimpleName() + " " + e.getMessage());
    }
    Runtime.getRuntime().halt(0);
  }

  /** By setrlimit(2): libtorch and Java themselves need most of what they have. */
  private static void limit(long more) throws Exception {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", 2)[0];
    Memory bytes = new Memory(16);
    bytes.setLong(0, Long.parseLong(pages) * 4096 + more);
    bytes.setLong(8, bytes.getLong(0));
    Function setrlimit = NativeLibrary.getProcess().getFunction("setrlimit");
    int error = setrlimit.invokeInt(new Object[] {RLIMIT_AS, bytes});
    if (error != 0) {
      throw new IllegalStateException("setrlimit gave " + error);
    }
  }
}
