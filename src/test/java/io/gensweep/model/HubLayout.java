package io.gensweep.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A cache as {@code hf download} leaves it: blobs, links to them by commit, and a ref. */
public final class HubLayout {
  public static final String COMMIT = "c1899de289a04d12100db370d81485cdf75e47ca";

  private HubLayout() {}

  /** Puts a folder's files there as org/tiny; tells the snapshot. */
  public static Path in(Path cache, Path model) throws IOException {
    Path repository = cache.resolve("models--org--tiny");
    Path blobs = Files.createDirectories(repository.resolve("blobs"));
    Path snapshot = Files.createDirectories(repository.resolve("snapshots").resolve(COMMIT));
    List<Path> files;
    try (Stream<Path> all = Files.list(model)) {
      files = all.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String hash = Sha256.hex(List.of(file));
      Files.copy(file, blobs.resolve(hash));
      Files.createSymbolicLink(
          snapshot.resolve(file.getFileName()), Path.of("../../blobs").resolve(hash));
    }
    Path refs = Files.createDirectories(repository.resolve("refs"));
    Files.writeString(refs.resolve("main"), COMMIT);
    return snapshot;
  }
}
