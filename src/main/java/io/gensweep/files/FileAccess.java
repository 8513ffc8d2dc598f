package io.gensweep.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Driver and executor. Opens file systems with the driver's Hadoop configuration, wherever it is
 * sent: credentials, endpoints and mount tables of {@code --conf spark.hadoop.*} hold for every
 * file on every machine. It travels as text, for Hadoop's own class does not, and one that an
 * executor makes for itself knows nothing of the submission.
 */
public final class FileAccess implements Serializable {
  private static final long serialVersionUID = 1L;

  private final HashMap<String, String> settings = new HashMap<>();
  // Made on each machine when first asked for.
  private transient Configuration configuration;

  public FileAccess(Configuration configuration) {
    for (Map.Entry<String, String> entry : configuration) {
      settings.put(entry.getKey(), entry.getValue());
    }
  }

  /** With the configuration of a session. */
  public static FileAccess of(SparkSession spark) {
    return new FileAccess(spark.sparkContext().hadoopConfiguration());
  }

  /** Before there is a session: with what it will have of {@code --conf spark.hadoop.*}. */
  public static FileAccess submitted() {
    Configuration configuration = new Configuration();
    for (Tuple2<String, String> each : new SparkConf().getAllWithPrefix("spark.hadoop.")) {
      configuration.set(each._1(), each._2());
    }
    return new FileAccess(configuration);
  }

  public synchronized Configuration configuration() {
    if (configuration == null) {
      configuration = new Configuration(false);
      settings.forEach(configuration::set);
    }
    return configuration;
  }

  /** The file system of a path; the default one if the path names none. */
  public FileSystem fileSystem(Path path) throws IOException {
    return path.getFileSystem(configuration());
  }

  /**
   * UTF-8 text; empty when there is no such file.
   *
   * @param location any Hadoop URI; a path without a scheme is local, whatever the default file
   *     system is
   */
  public Optional<String> text(String location) throws IOException {
    if (!location.matches("\\w[\\w+.-]+:/.*")) {
      java.nio.file.Path local = java.nio.file.Path.of(location);
      if (Files.isDirectory(local)) {
        throw new IOException("it is a folder");
      }
      return Files.isRegularFile(local) ? Optional.of(Files.readString(local)) : Optional.empty();
    }
    Path path = new Path(location);
    FileSystem files = fileSystem(path);
    if (!files.exists(path)) {
      return Optional.empty();
    }
    try (InputStream in = files.open(path)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
