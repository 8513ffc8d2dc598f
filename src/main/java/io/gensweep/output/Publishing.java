package io.gensweep.output;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/**
 * Driver and executor. A way to make a file visible only when it is complete, even if the writing
 * process dies.
 */
sealed interface Publishing permits Renames, Uploads {
  /**
   * Publishes a file. If two attempts race, either may win, since they have the same bytes.
   *
   * @throws IOException if no whole file has the name then
   */
  void publish(Path name, Content content) throws IOException;

  /** As {@link #publish}, but replaces a file of that name. */
  void replace(Path name, Content content) throws IOException;
}
