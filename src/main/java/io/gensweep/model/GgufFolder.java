package io.gensweep.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.job.JobError;
import io.gensweep.model.gguf.GgufModel;
import io.gensweep.model.weights.Checkpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/**
 * Driver and executor. A GGUF file as a folder in Hugging Face layout: the JSON files that it has
 * in its metadata, and a link to the file for the weights. The folder is among the machine's
 * temporary files; its name is a hash of what is in it, so that it is written once and never wrong.
 */
public final class GgufFolder {
  private static final String WEIGHTS = "gensweep-weights.gguf";

  private GgufFolder() {}

  /**
   * Makes the folder of a file where it is not there yet.
   *
   * @throws JobError if the file is damaged or of a kind that is not supported
   */
  public static Path of(Path file) {
    Map<String, ObjectNode> texts = GgufModel.open(file).files();
    StringBuilder content = new StringBuilder(file.toAbsolutePath().toString());
    texts.forEach((name, text) -> content.append('\n').append(name).append(text));
    try {
      Path folder = ofThisUser().resolve(Sha256.hex(content.toString()).substring(0, 16));
      Files.createDirectories(folder);
      for (Map.Entry<String, ObjectNode> text : texts.entrySet()) {
        Path target = folder.resolve(text.getKey());
        if (!Files.exists(target)) {
          move(
              Files.write(
                  partial(folder), text.getValue().toString().getBytes(StandardCharsets.UTF_8)),
              target);
        }
      }
      Path link = folder.resolve(WEIGHTS);
      if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
        Path made = partial(folder);
        Files.delete(made);
        move(Files.createSymbolicLink(made, file.toAbsolutePath()), link);
      }
      return folder;
    } catch (IOException | UnsupportedOperationException e) {
      throw new JobError(
          "model.path: cannot write what is read from "
              + file
              + " to the temporary folder "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + e
              + "; free space there, or set another with -Djava.io.tmpdir",
          e);
    }
  }

  /** A name that no other process takes; another may be making the same folder. */
  private static Path partial(Path folder) throws IOException {
    return Files.createTempFile(folder, "partial", "");
  }

  private static void move(Path made, Path target) throws IOException {
    Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A folder that only this user can write to: what others write there would be believed. */
  private static Path ofThisUser() throws IOException {
    String user = System.getProperty("user.name");
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "gensweep-gguf-" + user);
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException made) {
      if (Files.isSymbolicLink(folder) || !Files.getOwner(folder).getName().equals(user)) {
        throw new IOException(folder + " is not a folder of " + user, made);
      }
    }
    return folder;
  }

  /** What to do with a folder that has GGUF files and no config.json; "" where it has none. */
  static String hint(Path folder) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.gguf")) {
      for (Path file : files) {
        return "; it has " + file.getFileName() + ": give that file as model.path";
      }
      return "";
    } catch (IOException e) {
      return "";
    }
  }

  /** The file whose weights a folder has, if it was made of a GGUF file. */
  static Optional<Path> weights(Path folder) {
    return Optional.of(folder.resolve(WEIGHTS)).filter(Files::exists);
  }

  /** The tensors of a folder's weights. */
  static Optional<Checkpoint> checkpoint(Path folder) {
    return weights(folder).map(file -> GgufModel.open(file).checkpoint());
  }
}
