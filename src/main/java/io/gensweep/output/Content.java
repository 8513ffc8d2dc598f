package io.gensweep.output;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Driver and executor. Writes the content of a file. */
@FunctionalInterface
interface Content {
  /** Writes the whole file to a path that nobody reads yet. */
  void write(FileSystem files, Path path) throws IOException;
}
