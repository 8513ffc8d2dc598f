package io.gensweep.spark.executor;

import io.gensweep.engine.BatchProbe;
import io.gensweep.model.CpuFeatures;
import io.gensweep.model.DecoderSettings;
import io.gensweep.model.ModelRunner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executor. Chooses how many sequences an engine decodes together where the job says {@code
 * max_batch: auto}: the size that {@link BatchProbe} measured, cached on this machine's disk, so
 * that only the first engine of a kind measures.
 */
final class BatchSize {
  private static final Logger LOG = LoggerFactory.getLogger(BatchSize.class);

  private BatchSize() {}

  static int of(ModelRunner runner, String modelHash, DecoderSettings decoder) {
    return of(runner, modelHash, decoder, Path.of(System.getProperty("java.io.tmpdir")));
  }

  static int of(ModelRunner runner, String modelHash, DecoderSettings decoder, Path folder) {
    String kind =
        String.join(" ", modelHash, decoder.toString(), CpuFeatures.here().instructions());
    Path file =
        folder.resolve(
            "gensweep-batch-" + UUID.nameUUIDFromBytes(kind.getBytes(StandardCharsets.UTF_8)));
    Optional<Integer> kept = read(file).filter(n -> n >= 1 && n <= decoder.maxBatch());
    if (kept.isPresent()) {
      LOG.info("{} sequences together, as an engine of this kind has measured before", kept.get());
      return kept.get();
    }
    int found = BatchProbe.choose(runner, decoder.maxBatch());
    LOG.info("{} sequences together, as measured now", found);
    write(file, found);
    return found;
  }

  private static Optional<Integer> read(Path file) {
    try {
      return Optional.of(Integer.valueOf(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Writes the file atomically; a size that cannot be stored is measured again. */
  private static void write(Path file, int size) {
    try {
      Path whole = Files.createTempFile(file.getParent(), "gensweep-batch", ".tmp");
      Files.writeString(whole, Integer.toString(size));
      Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // The next engine measures.
    }
  }
}
