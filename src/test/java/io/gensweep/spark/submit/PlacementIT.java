package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.spark.executor.Placements;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which engine a task gets on executors with several GPUs, of which several tasks share one: real
 * executors, the settings and the discovery script of conf/, and an nvidia-smi that names GPUs
 * which are not there.
 */
class PlacementIT {
  private static final List<String> PARTS = List.of("bin", "jars");

  @TempDir private Path folder;
  private Path home;

  @Test
  void tasksOfOneGpuShareAnEngineAndEachGpuOfAnExecutorHasItsOwn() throws Exception {
    Map<String, String> environment = environment();
    Path placed = folder.resolve("placed");
    Path jar = jar();
    // Of one class loader, since they share a package.
    String classes = jar + ":" + System.getProperty("gensweep.jar");
    List<String> command = new ArrayList<>(List.of(home.resolve("bin/spark-submit").toString()));
    command.addAll(List.of("--master", "local-cluster[1,4,1024]"));
    command.addAll(List.of("--properties-file", "conf/spark-defaults-standalone-gpu.conf"));
    command.addAll(List.of("--class", Placements.class.getName()));
    Stream.of(
            "spark.worker.resource.gpu.amount=2",
            "spark.worker.resource.gpu.discoveryScript=" + Path.of("conf/discover-gpus.sh"),
            // Two GPUs an executor, two tasks a GPU, where the settings have one and four.
            "spark.executor.resource.gpu.amount=2",
            "spark.task.resource.gpu.amount=0.5",
            "spark.executor.memory=512m",
            "spark.executor.memoryOverhead=384m",
            "spark.executor.extraJavaOptions=" + environment.get("SPARK_SUBMIT_OPTS"),
            "spark.ui.enabled=false",
            "spark.driver.extraClassPath=" + classes,
            "spark.executor.extraClassPath=" + classes)
        .forEach(setting -> command.addAll(List.of("--conf", setting)));
    // A task ends only when another one has taken its engine too.
    command.addAll(List.of(jar.toString(), placed.toString(), "8", "2"));
    SparkSubmit.Ended ended =
        SparkSubmit.inEnvironment(environment, command.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.output()).isZero();

    List<String[]> tasks =
        Files.readAllLines(placed).stream().map(line -> line.split(" ", -1)).toList();
    assertThat(tasks).hasSize(8).allMatch(task -> task[1].equals("cuda:" + task[0]));
    Map<String, Set<String>> engines =
        tasks.stream()
            .collect(
                Collectors.groupingBy(
                    task -> task[1], Collectors.mapping(task -> task[2], Collectors.toSet())));
    assertThat(engines).containsOnlyKeys("cuda:5", "cuda:7");
    assertThat(engines.get("cuda:5")).hasSize(1);
    assertThat(engines.get("cuda:7")).hasSize(1).isNotEqualTo(engines.get("cuda:5"));
  }

  /** A home of its own, for a local cluster keeps its work there. */
  @BeforeEach
  void linkSpark() throws IOException {
    home = Files.createDirectory(folder.resolve("spark"));
    for (String part : PARTS) {
      Files.createSymbolicLink(home.resolve(part), SparkSubmit.home().resolve(part).toRealPath());
    }
  }

  @AfterEach
  void unlinkSpark() throws IOException {
    for (String part : PARTS) {
      Files.delete(home.resolve(part));
    }
  }

  private Map<String, String> environment() throws IOException {
    Path nvidiaSmi = folder.resolve("nvidia-smi");
    Files.writeString(nvidiaSmi, "#!/bin/sh\nprintf '5\\n7\\n'\n");
    assertThat(nvidiaSmi.toFile().setExecutable(true)).isTrue();
    Map<String, String> all = new HashMap<>(SparkSubmit.environment(home));
    all.put("PATH", folder + ":" + System.getenv("PATH"));
    return all;
  }

  /** The program alone; the classes that it calls are those of the jar. */
  private Path jar() throws IOException {
    Path classes =
        Path.of(Placements.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    String name = Placements.class.getName().replace('.', '/');
    Path jar = folder.resolve("placements.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file);
        Stream<Path> all = Files.list(classes.resolve(name).getParent())) {
      for (Path each :
          all.filter(path -> path.getFileName().toString().startsWith("Placements")).toList()) {
        entries.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
        Files.copy(each, entries);
      }
    }
    return jar;
  }
}
