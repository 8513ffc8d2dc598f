package io.gensweep.token;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Driver. Records which tokenizers passed their trial on this machine, as one empty file each, so
 * that a trial runs only once. Failures are not recorded, since a slow machine can cause them.
 *
 * @param folder that only this user can write to; empty if there is none
 */
record PassedTrials(Optional<Path> folder) {

  static PassedTrials ofThisUser() {
    String user = System.getProperty("user.name");
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "gensweep-tokenizers-" + user);
    try {
      make(folder);
      boolean ours = !Files.isSymbolicLink(folder) && Files.getOwner(folder).getName().equals(user);
      return new PassedTrials(ours ? Optional.of(folder) : Optional.empty());
    } catch (IOException | UnsupportedOperationException noFolder) {
      return new PassedTrials(Optional.empty());
    }
  }

  private static void make(Path folder) throws IOException {
    try {
      Files.createDirectory(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException made) {
      // By an earlier job.
    }
  }

  boolean contains(String key) {
    return folder.filter(made -> Files.exists(made.resolve(key))).isPresent();
  }

  void add(String key) {
    if (folder.isPresent()) {
      try {
        Files.createFile(folder.get().resolve(key));
      } catch (IOException full) {
        // The next job tries again.
      }
    }
  }
}
