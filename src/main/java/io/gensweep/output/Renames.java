package io.gensweep.output;

import java.io.IOException;
import java.util.UUID;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Driver and executor. Publishes by rename where a rename is atomic, as on a local disk and on
 * HDFS: a file is written under a temporary name in another folder, then renamed.
 */
final class Renames implements Publishing {
  private final FileSystem files;
  private final Path folder;

  /**
   * @param folder of incomplete files
   */
  Renames(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
  }

  @Override
  public void publish(Path name, Content content) throws IOException {
    publish(written(name, content), name);
  }

  @Override
  public void replace(Path name, Content content) throws IOException {
    Path temporary = written(name, content);
    if (files instanceof RawLocalFileSystem) {
      // POSIX replaces at once.
      publish(temporary, name);
      return;
    }
    files.mkdirs(name.getParent());
    try {
      FileContext.getFileContext(files.getUri(), files.getConf())
          .rename(temporary, name, Options.Rename.OVERWRITE);
    } catch (UnsupportedFileSystemException e) {
      // For a moment there is neither.
      files.delete(name, false);
      publish(temporary, name);
    }
  }

  private Path written(Path name, Content content) throws IOException {
    Path temporary = new Path(folder, UUID.randomUUID() + "-" + name.getName());
    try {
      content.write(files, temporary);
      return temporary;
    } catch (IOException | RuntimeException e) {
      files.delete(temporary, false);
      throw e;
    } catch (FSError e) {
      files.delete(temporary, false);
      throw Storage.failed(temporary, e);
    }
  }

  /** Renames; HDFS refuses to replace a file and POSIX does, and both are right here. */
  private void publish(Path temporary, Path name) throws IOException {
    files.mkdirs(name.getParent());
    if (renamed(temporary, name)) {
      return;
    }
    if (!files.exists(name)) {
      throw new IOException("could not rename " + temporary + " to " + name);
    }
    files.delete(temporary, false);
  }

  private boolean renamed(Path from, Path to) throws IOException {
    try {
      return files.rename(from, to);
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
