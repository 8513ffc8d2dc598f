package io.gensweep.output;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * Driver and executor. Publishes by upload for object stores, where an object is visible only when
 * its writer is closed, and where a rename is a copy that can stop half way. A file is made on the
 * local disk, and once it is whole its bytes go straight to their name. A second attempt puts the
 * same bytes.
 */
final class Uploads implements Publishing {
  /** Hadoop's setting for the URI schemes of such stores. */
  static final String SCHEMES = "gensweep.object.stores";

  // A rename is one step on abfs (with a hierarchical namespace), ofs and hdfs.
  private static final String[] KNOWN = {"s3a", "s3", "s3n", "gs", "oss", "cosn", "obs"};

  private final FileSystem store;

  Uploads(FileSystem store) {
    this.store = store;
  }

  static boolean suit(FileSystem files) {
    return List.of(files.getConf().getTrimmedStrings(SCHEMES, KNOWN))
        .contains(files.getUri().getScheme());
  }

  @Override
  public void publish(Path name, Content content) throws IOException {
    replace(name, content);
  }

  @Override
  public void replace(Path name, Content content) throws IOException {
    RawLocalFileSystem local = new RawLocalFileSystem();
    local.initialize(local.getUri(), store.getConf());
    // Executors clear their temporary folder when they end, so what a killed one leaves goes too.
    File whole = File.createTempFile("gensweep-", "-" + name.getName());
    try {
      // Made anew: what is there may not be written over.
      Files.delete(whole.toPath());
      content.write(local, new Path(whole.toURI()));
      upload(whole, name);
    } catch (FSError e) {
      throw Storage.failed(new Path(whole.toURI()), e);
    } finally {
      Files.deleteIfExists(whole.toPath());
    }
  }

  private void upload(File whole, Path name) throws IOException {
    FSDataOutputStream out = store.create(name, true);
    try (InputStream in = Files.newInputStream(whole.toPath())) {
      in.transferTo(out);
    } catch (IOException | RuntimeException e) {
      giveUp(out, e);
      throw e;
    }
    out.close();
  }

  /** To close would show the part that was sent, so a store that cannot abort is left waiting. */
  private static void giveUp(FSDataOutputStream out, Exception why) {
    try {
      out.abort();
    } catch (UnsupportedOperationException e) {
      why.addSuppressed(e);
    }
  }
}
