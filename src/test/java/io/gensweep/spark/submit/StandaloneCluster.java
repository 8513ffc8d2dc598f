package io.gensweep.spark.submit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A real standalone master and two workers on loopback, with an address each of a made-up GPU. */
public final class StandaloneCluster implements AutoCloseable {
  private static final int WORKERS = 2;

  private final int port = freePort();
  private final Path home;
  private final Path folder;
  private final List<Process> processes = new ArrayList<>();

  private StandaloneCluster(Path home, Path folder) {
    this.home = home;
    this.folder = folder;
  }

  /**
   * @param folder for logs and work folders
   * @param environment of the workers, so of their executors
   */
  static StandaloneCluster start(Path folder, Map<String, String> environment)
      throws IOException, InterruptedException {
    return start(folder, environment, List.of());
  }

  /**
   * @param wrapper that the second worker is started by
   */
  static StandaloneCluster start(Path folder, Map<String, String> environment, List<String> wrapper)
      throws IOException, InterruptedException {
    return start(SparkSubmit.home(), folder, environment, wrapper);
  }

  /**
   * @param home of the Spark distribution
   */
  static StandaloneCluster start(
      Path home, Path folder, Map<String, String> environment, List<String> wrapper)
      throws IOException, InterruptedException {
    StandaloneCluster cluster = new StandaloneCluster(home, folder);
    try {
      cluster.startMaster();
      cluster.startWorkers(environment, wrapper);
      return cluster;
    } catch (Throwable e) {
      cluster.close();
      throw e;
    }
  }

  private void startMaster() throws IOException, InterruptedException {
    launch(
        "master",
        Map.of(),
        List.of(),
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        Integer.toString(port),
        "--webui-port",
        Integer.toString(freePort()));
    await("master", "Starting Spark master");
  }

  private void startWorkers(Map<String, String> environment, List<String> wrapper)
      throws IOException, InterruptedException {
    for (int i = 0; i < WORKERS; i++) {
      Path gpus = folder.resolve("gpu-" + i + ".sh");
      Files.writeString(
          gpus, "#!/bin/sh\necho '{\"name\": \"gpu\", \"addresses\": [\"" + (5 + i) + "\"]}'\n");
      if (!gpus.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + gpus + " executable");
      }
      Path properties = folder.resolve("worker-" + i + ".conf");
      Files.writeString(
          properties,
          "spark.worker.resource.gpu.amount 1\nspark.worker.resource.gpu.discoveryScript "
              + gpus
              + "\n");
      launch(
          "worker-" + i,
          environment,
          i == 0 ? List.of() : wrapper,
          "org.apache.spark.deploy.worker.Worker",
          "--host",
          // A host each: Spark makes no second attempt on the host of the first.
          "127.0.0." + (1 + i),
          "--cores",
          "1",
          "--memory",
          "2g",
          "--webui-port",
          Integer.toString(freePort()),
          "--work-dir",
          folder.resolve("work-" + i).toString(),
          "--properties-file",
          properties.toString(),
          master());
    }
    for (int i = 0; i < WORKERS; i++) {
      await("worker-" + i, "Successfully registered with master");
    }
  }

  String master() {
    return "spark://127.0.0.1:" + port;
  }

  /** Options of a job that starts no task before each worker runs an executor of one core. */
  List<String> both() {
    return List.of(
        "--master",
        master(),
        "--conf",
        "spark.executor.cores=1",
        "--conf",
        "spark.cores.max=" + WORKERS,
        "--conf",
        "spark.scheduler.minRegisteredResourcesRatio=1.0",
        "--conf",
        "spark.scheduler.maxRegisteredResourcesWaitingTime=120s");
  }

  /** The executor that a worker runs, once there is one. */
  ProcessHandle executor(int worker) throws InterruptedException {
    ProcessHandle of = processes.get(1 + worker).toHandle();
    for (int i = 0; i < 600; i++) {
      Optional<ProcessHandle> executor = of.descendants().findFirst();
      if (executor.isPresent()) {
        return executor.get();
      }
      Thread.sleep(100);
    }
    throw new AssertionError("worker " + worker + " has no executor");
  }

  private void launch(
      String name, Map<String, String> environment, List<String> wrapper, String... command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(wrapper);
    all.add(home.resolve("bin/spark-class").toString());
    all.addAll(List.of(command));
    ProcessBuilder builder = SparkSubmit.process(all);
    if (!home.equals(SparkSubmit.home())) {
      builder.environment().putAll(SparkSubmit.environment(home));
    }
    builder.environment().putAll(environment);
    processes.add(builder.redirectOutput(folder.resolve(name + ".log").toFile()).start());
  }

  private void await(String name, String line) throws IOException, InterruptedException {
    Path log = folder.resolve(name + ".log");
    for (int i = 0; i < 300; i++) {
      if (Files.readString(log).contains(line)) {
        return;
      }
      Thread.sleep(200);
    }
    throw new AssertionError(name + " did not start: " + Files.readString(log));
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Ends a worker with its executors. */
  void stop(int worker) {
    end(processes.get(1 + worker));
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    for (int i = processes.size() - 1; i >= 0; i--) {
      end(processes.get(i));
    }
  }
}
