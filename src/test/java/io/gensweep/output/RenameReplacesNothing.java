package io.gensweep.output;

import java.io.IOException;
import org.apache.hadoop.fs.Path;

/** The local disk under {@code strict://host}, with the rename of HDFS. */
public final class RenameReplacesNothing extends LocalDisk {
  public RenameReplacesNothing() {
    super("strict://host");
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    // Check and act at once, as the name node does.
    synchronized (RenameReplacesNothing.class) {
      return !fs.exists(local(to)) && fs.rename(local(from), local(to));
    }
  }
}
