package io.gensweep.output;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.prompt.Globs;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Driver and executor. A folder on any Hadoop file system, with the operations that commits of
 * shards and manifest need.
 */
final class Storage implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Folder of incomplete files. */
  static final String TEMPORARY = "_tmp";

  private final String root;
  private final FileAccess access;
  // Made on each machine when first asked for.
  private transient FileSystem opened;

  Storage(String root, FileAccess access) {
    this.root = root;
    this.access = access;
  }

  Path path(String... names) {
    Path path = new Path(root);
    for (String name : names) {
      path = new Path(path, name);
    }
    return path;
  }

  /** The path for Spark's readers, with the characters of a glob pattern escaped. */
  String readable(String... names) {
    return Globs.literal(path(names).toString());
  }

  synchronized FileSystem files() {
    if (opened == null) {
      opened = open();
    }
    return opened;
  }

  private FileSystem open() {
    try {
      FileSystem files = access.fileSystem(new Path(root));
      // The checksummed local file system would leave a .crc beside each file.
      return files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
    } catch (IOException | RuntimeException e) {
      throw new OutputError("output.path", root, "it cannot be reached: " + Cause.line(e));
    }
  }

  boolean exists(Path path) throws IOException {
    return files().exists(path);
  }

  boolean isFile(Path path) throws IOException {
    return exists(path) && files().getFileStatus(path).isFile();
  }

  /** Sorted names of the files in a folder; none if it does not exist. */
  List<String> list(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    try {
      for (FileStatus status : files().listStatus(folder)) {
        names.add(status.getPath().getName());
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    names.sort(null);
    return names;
  }

  byte[] read(Path path) throws IOException {
    try (InputStream in = files().open(path)) {
      return in.readAllBytes();
    }
  }

  /** Writes a file in place. */
  void write(Path path, byte[] bytes) throws IOException {
    put(files(), path, bytes);
  }

  /** Creates a file; returns false and changes nothing if it exists. */
  boolean create(Path path, byte[] bytes) throws IOException {
    try {
      if (files() instanceof RawLocalFileSystem local) {
        // Hadoop looks first and creates then; the operating system does both at once.
        if (!files().mkdirs(path.getParent())) {
          throw new IOException("the folder " + path.getParent() + " cannot be made");
        }
        Files.write(local.pathToFile(path).toPath(), bytes, StandardOpenOption.CREATE_NEW);
      } else {
        try (OutputStream out = files().create(path, false)) {
          out.write(bytes);
        }
      }
      return true;
    } catch (FileAlreadyExistsException | org.apache.hadoop.fs.FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      // A full disk has room for the name, and no more.
      delete(path);
      throw e;
    }
  }

  /** Sets the modification time of a file to now. */
  void touch(Path path, byte[] same) throws IOException {
    long now = System.currentTimeMillis();
    files().setTimes(path, now, -1);
    // Some stores take no time from outside.
    if (files().getFileStatus(path).getModificationTime() < now) {
      write(path, same);
    }
  }

  void delete(Path path) throws IOException {
    files().delete(path, true);
  }

  /** Whether a file is invisible to others until its writer is closed. */
  boolean isObjectStore() {
    return Uploads.suit(files());
  }

  /** Publishes a complete file; an existing one stays, since it has the same bytes. */
  void publish(Path name, Content content) throws IOException {
    publishing().publish(name, content);
  }

  /** As {@link #publish}, but replaces an existing file. */
  void replace(Path name, Content content) throws IOException {
    publishing().replace(name, content);
  }

  void replace(Path name, byte[] bytes) throws IOException {
    replace(name, (files, path) -> put(files, path, bytes));
  }

  private Publishing publishing() {
    return isObjectStore() ? new Uploads(files()) : new Renames(files(), path(TEMPORARY));
  }

  private static void put(FileSystem files, Path path, byte[] bytes) throws IOException {
    try (OutputStream out = files.create(path, true)) {
      out.write(bytes);
    } catch (FSError e) {
      throw failed(path, e);
    }
  }

  /** Adds the path to the Error by which Hadoop's local file system reports a full disk. */
  static IOException failed(Path path, FSError error) {
    return new IOException("cannot write " + path + ": " + error.getCause().getMessage(), error);
  }

  @Override
  public String toString() {
    return root;
  }
}
