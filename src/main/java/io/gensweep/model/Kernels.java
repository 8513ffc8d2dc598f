package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.model.spec.DecoderSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Executor, once per JVM. The operators {@code gensweep::*} of {@code src/main/native}: layers of
 * the decoder for CPUs with AVX-512, at the speed of the processor, whose rows have the same bits
 * in every batch, in every span of a prompt and with every number of threads.
 */
final class Kernels {
  private static final String LIBRARY = "linux-x86_64/libgensweep.so";

  private static boolean loaded;

  private Kernels() {}

  /**
   * Whether there is a library for this system; the instructions are {@link CpuFeatures}' matter.
   */
  static boolean exist() {
    return System.getProperty("os.name").equals("Linux")
        && System.getProperty("os.arch").equals("amd64");
  }

  /** SHA-256 of the library, in hexadecimal: other kernels may give other bits. */
  static String hash() {
    try (InputStream in = Kernels.class.getResourceAsStream(LIBRARY)) {
      return Sha256.hex(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException("the kernels cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether the decoder's widths are multiples of what a step of a product takes. */
  static boolean supports(DecoderSpec spec) {
    return spec.hiddenSize() % 4 == 0
        && spec.layers().stream()
            .allMatch(l -> l.mlp().size() % 4 == 0 && l.attention().width() % 4 == 0);
  }

  /**
   * Makes the operators known to libtorch, which is loaded first.
   *
   * @return false if this libtorch is too old for them (before 2.7, as the CUDA builds may be)
   * @throws JobError if the library cannot be loaded from where Java keeps temporary files
   */
  static synchronized boolean load() {
    if (loaded) {
      return true;
    }
    TorchEnvironment.prepare();
    try {
      Path file = Files.createTempFile("libgensweep", ".so");
      try (InputStream in = Kernels.class.getResourceAsStream(LIBRARY)) {
        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        System.load(file.toString());
      } finally {
        // What is loaded stays mapped.
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the kernels cannot be unpacked: " + e.getMessage(), e);
    } catch (UnsatisfiedLinkError e) {
      if (e.getMessage().contains("undefined symbol")) {
        return false;
      }
      throw new JobError(
          "the kernels cannot be loaded: "
              + e.getMessage()
              + "; set -Djava.io.tmpdir to a folder on which programs may run");
    }
    loaded = true;
    return true;
  }
}
