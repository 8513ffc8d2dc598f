package io.gensweep.spark.executor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import scala.Tuple2;

/** Driver. Small text files at any Hadoop URI; a path without a scheme is local. */
public final class HadoopTexts {
  private HadoopTexts() {}

  /**
   * Hadoop's configuration before there is a Spark session: what the session will have of {@code
   * --conf spark.hadoop.*} is in it already.
   */
  public static Configuration submitted() {
    Configuration configuration = new Configuration();
    for (Tuple2<String, String> each : new SparkConf().getAllWithPrefix("spark.hadoop.")) {
      configuration.set(each._1(), each._2());
    }
    return configuration;
  }

  /** UTF-8 text; empty when there is no such file. */
  public static Optional<String> read(String location, Configuration configuration)
      throws IOException {
    if (!location.matches("\\w[\\w+.-]+:/.*")) {
      java.nio.file.Path local = java.nio.file.Path.of(location);
      if (Files.isDirectory(local)) {
        throw new IOException("it is a folder");
      }
      return Files.isRegularFile(local) ? Optional.of(Files.readString(local)) : Optional.empty();
    }
    Path path = new Path(location);
    FileSystem files = path.getFileSystem(configuration);
    if (!files.exists(path)) {
      return Optional.empty();
    }
    try (InputStream in = files.open(path)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
