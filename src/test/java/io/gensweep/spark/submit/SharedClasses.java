package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Classes of a Spark distribution, loaded and verified once for the many JVMs of these tests: a
 * third of the CPU time of a small job (-XX:ArchiveClassesAtExit).
 */
final class SharedClasses {
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private SharedClasses() {}

  /**
   * The option by which a JVM takes classes from the archive. One that cannot, since it has another
   * class path or collector, goes on without.
   *
   * @param javaOptions of the JVMs
   */
  static synchronized String option(Path sparkHome, String javaOptions)
      throws IOException, InterruptedException {
    String name = "classes-" + Integer.toHexString(sparkHome.toString().hashCode());
    Path archive = TARGET.resolve(name + ".jsa");
    // Another JVM of the tests may ask at the same time: it waits.
    try (FileChannel lock =
        FileChannel.open(
            TARGET.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      if (!Files.exists(archive)) {
        make(archive, javaOptions);
      }
    }
    return "-Xlog:disable -Xlog:all=error:stderr -XX:SharedArchiveFile=" + archive;
  }

  private static void make(Path archive, String javaOptions)
      throws IOException, InterruptedException {
    Path unfinished = archive.resolveSibling(archive.getFileName() + ".unfinished");
    Path folder = Files.createTempDirectory("gensweep");
    Path log = folder.resolve("log");
    Process job =
        SparkSubmit.process(
                SparkSubmit.commandOf(
                    javaOptions,
                    List.of("--master", "local[2]"),
                    "run",
                    "jobs/quickstart.yaml",
                    "--set",
                    "output.path=" + folder.resolve("output")),
                javaOptions + " -XX:ArchiveClassesAtExit=" + unfinished)
            .redirectOutput(log.toFile())
            .start();
    assertThat(job.waitFor()).as(Files.readString(log)).isZero();
    Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
  }
}
