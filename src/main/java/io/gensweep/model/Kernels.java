package io.gensweep.model;

import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import io.gensweep.model.spec.AttentionSpec;
import io.gensweep.model.spec.DecoderSpec;
import io.gensweep.model.spec.HeadNorm;
import io.gensweep.model.spec.KvSource;
import io.gensweep.model.spec.LayerEmbeddings;
import io.gensweep.model.spec.LayerSpec;
import io.gensweep.model.spec.MlpSpec;
import io.gensweep.model.spec.NormSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Executor, once per JVM. The operators {@code gensweep::*} of {@code src/main/native}: layers of
 * the decoder for CPUs with AVX2 or AVX-512, at the speed of the processor, whose rows have the
 * same bits in every batch, in every span of a prompt and with every number of threads.
 */
final class Kernels {
  private static final String LIBRARY = "linux-x86_64/libgensweep.so";

  /** What a step of a product takes of its inputs. */
  private static final int STEP = 4;

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

  /** Why the kernels do not compute a decoder, if they do not. */
  static Optional<String> whyNot(DecoderSpec spec) {
    if (spec.hiddenSize() % STEP != 0) {
      return Optional.of("hidden_size is no multiple of " + STEP);
    }
    if (spec.ends().layerEmbeddings().map(LayerEmbeddings::norm).stream()
        .anyMatch(Kernels::hasBias)) {
      return Optional.of("norms of the embeddings of layers have no biases there");
    }
    return spec.layers().stream()
        .distinct()
        .map(Kernels::whyNot)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> whyNot(LayerSpec layer) {
    if (!(layer.mixer() instanceof AttentionSpec attention) || attention.gated()) {
      return Optional.of("they have neither the gated delta rule nor gates of attention");
    }
    Stream<Integer> ofInput = layer.input().stream().map(input -> input.mlp().size());
    if (Stream.of(Stream.of(attention.width()), mlpSizes(layer.mlp()), ofInput)
        .flatMap(sizes -> sizes)
        .anyMatch(size -> size % STEP != 0)) {
      return Optional.of("a width of the model is no multiple of " + STEP);
    }
    if (Stream.concat(attention.headNorm().stream().map(HeadNorm::norm), valueNorm(attention.kv()))
        .anyMatch(Kernels::hasBias)) {
      return Optional.of("norms of heads have no biases there");
    }
    boolean experts = !(layer.mlp() instanceof MlpSpec.Dense);
    return layer.parallel() && (experts || layer.norms().mixerInput().isEmpty())
        ? Optional.of("blocks side by side have a norm before them there, and no experts")
        : Optional.empty();
  }

  private static Stream<Integer> mlpSizes(MlpSpec mlp) {
    if (mlp instanceof MlpSpec.Experts experts) {
      return Stream.concat(
          Stream.of(experts.expert().size()), experts.shared().stream().map(e -> e.mlp().size()));
    }
    if (mlp instanceof MlpSpec.DenseAndExperts both) {
      return Stream.concat(mlpSizes(both.dense()), mlpSizes(both.experts()));
    }
    return Stream.of(((MlpSpec.Dense) mlp).size());
  }

  private static Stream<NormSpec> valueNorm(KvSource kv) {
    return kv instanceof KvSource.Own own ? own.valueNorm().stream() : Stream.empty();
  }

  private static boolean hasBias(NormSpec norm) {
    return norm instanceof NormSpec.LayerNorm layerNorm && layerNorm.bias();
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
    CpuFeatures cpu = CpuFeatures.here();
    useAvx512(
        cpu.avx512Kernels(DType.FLOAT32),
        cpu.avx512Kernels(DType.BFLOAT16),
        cpu.avx512Kernels(DType.INT8));
    loaded = true;
    return true;
  }

  /** Of which types the products are computed by AVX-512; of the others by AVX2. */
  private static native void useAvx512(boolean float32, boolean bfloat16, boolean int8);
}
