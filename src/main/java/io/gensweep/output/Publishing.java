package io.gensweep.output;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/**
 * Driver and executor. How a file gets its name only when it is whole, whatever happens to the
 * process that writes it.
 */
sealed interface Publishing permits Renames, Uploads {
  /**
   * Of two attempts one wins; it does not matter which, for they have the same bytes.
   *
   * @throws IOException if no whole file has the name then
   */
  void publish(Path name, Content content) throws IOException;

  /** As {@link #publish}, but a file that has the name already gives way to this one. */
  void replace(Path name, Content content) throws IOException;
}
