package io.gensweep.output;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The local disk under {@code objects://host}, with the rules of an object store: an object is
 * there when its writer is closed, one there is replaced, nothing is renamed, a time is not set.
 */
public final class ShowsWhatIsClosed extends LocalDisk {
  private static final String NONE = "/";
  private static volatile String broken = NONE;

  public ShowsWhatIsClosed() {
    super("objects://host");
  }

  /** Makes the store known. */
  public static void configure(Configuration configuration) {
    configuration.set("fs.objects.impl", ShowsWhatIsClosed.class.getName());
    configuration.set(Uploads.SCHEMES, "objects");
  }

  /** In {@code meanwhile}, uploads to names that start with {@code name} break off. */
  public static void failing(String name, Runnable meanwhile) {
    broken = name;
    try {
      meanwhile.run();
    } finally {
      broken = NONE;
    }
  }

  @Override
  public boolean rename(Path from, Path to) {
    throw new UnsupportedOperationException("a rename of " + from + " to " + to);
  }

  @Override
  public void setTimes(Path path, long modified, long accessed) {
    // As S3A does.
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (!overwrite && exists(path)) {
      throw new org.apache.hadoop.fs.FileAlreadyExistsException(path.toString());
    }
    return new FSDataOutputStream(new Upload(path), null);
  }

  private final class Upload extends FilterOutputStream implements Abortable {
    private final Path path;
    private boolean over;

    Upload(Path path) {
      super(new ByteArrayOutputStream());
      this.path = path;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count / 2);
      if (path.getName().startsWith(broken)) {
        throw new IOException("the connection was reset");
      }
      out.write(bytes, from + count / 2, count - count / 2);
    }

    @Override
    public AbortableResult abort() {
      over = true;
      return null;
    }

    @Override
    public void close() throws IOException {
      if (over) {
        return;
      }
      over = true;
      // In one step, also for a reader that looks meanwhile.
      Path whole = new Path(path.getParent(), "." + System.nanoTime() + path.getName());
      try (OutputStream file = fs.create(local(whole), true)) {
        ((ByteArrayOutputStream) out).writeTo(file);
      }
      fs.rename(local(whole), local(path));
    }
  }
}
