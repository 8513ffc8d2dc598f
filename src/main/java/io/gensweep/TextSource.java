package io.gensweep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Driver. Where job files and a model's generation_config.json are read from. */
@FunctionalInterface
public interface TextSource {
  /** The text, UTF-8, at a path or URI; empty when there is no such file. */
  Optional<String> read(String location) throws IOException;

  /** Files of this machine. */
  static TextSource local() {
    return location -> {
      Path path = Path.of(location);
      return Files.exists(path) ? Optional.of(Files.readString(path)) : Optional.empty();
    };
  }
}
