package io.gensweep.output;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** The local disk under another scheme, for file systems with rules of their own. */
abstract class LocalDisk extends FilterFileSystem {
  private final URI root;

  LocalDisk(String root) {
    super(new RawLocalFileSystem());
    this.root = URI.create(root);
  }

  @Override
  public URI getUri() {
    return root;
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
    return there(fs.getFileStatus(local(path)));
  }

  @Override
  public void setTimes(Path path, long modified, long accessed) throws IOException {
    fs.setTimes(local(path), modified, accessed);
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return Arrays.stream(fs.listStatus(local(path))).map(this::there).toArray(FileStatus[]::new);
  }

  @Override
  public Path makeQualified(Path path) {
    return path.makeQualified(root, new Path("/"));
  }

  @Override
  protected void checkPath(Path path) {
    if (!root.getScheme().equals(path.toUri().getScheme())) {
      throw new IllegalArgumentException("not of this file system: " + path);
    }
  }

  private FileStatus there(FileStatus status) {
    status.setPath(makeQualified(local(status.getPath())));
    return status;
  }

  final Path local(Path path) {
    return new Path(path.toUri().getPath());
  }
}
