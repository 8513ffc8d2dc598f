package io.gensweep.output;

import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local disk under {@code strict://host}, with the rename of HDFS. */
public final class RenameReplacesNothing extends FilterFileSystem {
  private static final URI ROOT = URI.create("strict://host");

  public RenameReplacesNothing() {
    super(new RawLocalFileSystem());
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    // Check and act at once, as the name node does.
    synchronized (ROOT) {
      return !fs.exists(local(to)) && fs.rename(local(from), local(to));
    }
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
    return fs.create(
        local(path), permission, overwrite, bufferSize, replication, blockSize, progress);
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return fs.open(local(path), bufferSize);
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return fs.delete(local(path), recursive);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    return fs.mkdirs(local(path));
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return fs.getFileStatus(local(path));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return fs.listStatus(local(path));
  }

  @Override
  protected void checkPath(Path path) {
    if (!ROOT.getScheme().equals(path.toUri().getScheme())) {
      throw new IllegalArgumentException("not of this file system: " + path);
    }
  }

  private static Path local(Path path) {
    return new Path(path.toUri().getPath());
  }
}
