package io.gensweep.spark.executor;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.model.GgufFolder;
import io.gensweep.model.HubCache;
import io.gensweep.model.Sha256;
import io.gensweep.token.TokenizerFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;

/**
 * Driver and executor. Gives the model a folder on this machine's disk: its own where it is local,
 * else a copy, made once per machine and URI. A GGUF file gets a folder of what is in it.
 */
public final class ModelCopy {
  private ModelCopy() {}

  /** Makes a path of this machine independent of its working directory and its variables. */
  public static String absolute(String uri) {
    String path = HubCache.folderOf(uri);
    return new org.apache.hadoop.fs.Path(path).toUri().getScheme() == null
        ? Path.of(path).toAbsolutePath().normalize().toString()
        : path;
  }

  /**
   * Returns the folder on this machine, copied first where it is not local.
   *
   * @param uri hf:ORG/NAME, or any Hadoop URI of a folder or a GGUF file; a path without a scheme
   *     is local, whatever the default file system is
   */
  public static Path local(String uri, FileAccess access) {
    org.apache.hadoop.fs.Path source;
    try {
      source = new org.apache.hadoop.fs.Path(HubCache.folderOf(uri));
    } catch (IllegalArgumentException e) {
      throw new JobError("model.path: " + uri + " is no path or URI: " + Cause.line(e), e);
    }
    String scheme = source.toUri().getScheme();
    if (scheme == null || scheme.equals("file")) {
      return folder(Path.of(source.toUri().getPath()).toAbsolutePath());
    }
    try {
      FileSystem files = access.fileSystem(source);
      if (files instanceof LocalFileSystem local) {
        return folder(local.pathToFile(source).toPath());
      }
      if (!files.exists(source)) {
        throw new JobError("model.path: " + uri + " does not exist; give a folder or a GGUF file");
      }
      if (files.getFileStatus(source).isFile()) {
        Path copy = copy(files, source, List.of(files.getFileStatus(source)));
        return folder(copy.resolve(source.getName()));
      }
      return copy(files, source, entries(files, source));
    } catch (JobError e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Hadoop tells of an unknown host, and of a file system whose jar is missing, by the latter.
      throw new JobError("model.path: " + uri + " cannot be read: " + Cause.line(e), e);
    }
  }

  /** The place itself, or the folder of a GGUF file. */
  private static Path folder(Path place) {
    return Files.isRegularFile(place) ? GgufFolder.of(place) : place;
  }

  /** What a model folder has, its chat templates included. */
  private static List<FileStatus> entries(FileSystem files, org.apache.hadoop.fs.Path source)
      throws IOException {
    List<FileStatus> entries = new ArrayList<>(List.of(files.listStatus(source)));
    org.apache.hadoop.fs.Path templates =
        new org.apache.hadoop.fs.Path(source, TokenizerFiles.TEMPLATES);
    if (files.exists(templates)) {
      entries.addAll(List.of(files.listStatus(templates)));
    }
    return entries;
  }

  private static synchronized Path copy(
      FileSystem files, org.apache.hadoop.fs.Path source, List<FileStatus> entries)
      throws IOException {
    StringBuilder version = new StringBuilder(source.toString());
    for (FileStatus entry : entries) {
      version
          .append(entry.getPath().getName())
          .append(entry.getLen())
          .append(entry.getModificationTime());
    }
    Path target =
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("gensweep-model-" + Sha256.hex(version.toString()).substring(0, 16));
    if (Files.isDirectory(target)) {
      return target;
    }
    // Under a name of its own first: another executor of this machine may be copying too.
    Path partial = Files.createTempDirectory(target.getParent(), "gensweep-model-partial");
    for (FileStatus entry : entries) {
      if (entry.isFile()) {
        boolean template = entry.getPath().getParent().getName().equals(TokenizerFiles.TEMPLATES);
        Path place = template ? partial.resolve(TokenizerFiles.TEMPLATES) : partial;
        Path file = Files.createDirectories(place).resolve(entry.getPath().getName());
        try (var in = files.open(entry.getPath())) {
          Files.copy(in, file);
        }
      }
    }
    try {
      return Files.move(partial, target);
    } catch (IOException e) {
      if (Files.isDirectory(target)) {
        return target;
      }
      throw new UncheckedIOException(e);
    }
  }
}
