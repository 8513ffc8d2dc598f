package io.gensweep.output;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Driver. Lets only one run at a time write to an output: a lock file names the writing process,
 * which renews it every {@link #BEAT}.
 *
 * <p>Whose process is gone on this host holds nothing, so a run that was killed is resumed at once.
 * Of other hosts only the file's age is known: after {@link #STALE} without a beat the lock is
 * taken over, and a process that comes back to find it taken is told. A JVM that is told to end
 * (SIGTERM) gives the lock back after Spark has stopped, and takes the temporary files with it.
 */
public final class OutputLock implements AutoCloseable {
  static final String NAME = "_lock";
  static final Duration BEAT = Duration.ofSeconds(20);
  static final Duration STALE = Duration.ofMinutes(3);

  /** Wait after writing, in which a process that found the lock free too would overwrite ours. */
  private static final long TAKEOVER_MILLIS = 500;

  /** After Spark's own hook (50), which ends the tasks; before Hadoop closes file systems (10). */
  private static final int HOOK_PRIORITY = 20;

  private final Storage storage;
  private final Path file;
  private final ObjectNode self;
  private final Runnable lost;
  private final Runnable hook = this::abandon;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "gensweep-lock");
            thread.setDaemon(true);
            return thread;
          });

  private OutputLock(Storage storage, Runnable lost) {
    this.storage = storage;
    this.file = storage.path(NAME);
    this.lost = lost;
    ProcessHandle process = ProcessHandle.current();
    this.self =
        Json.MAPPER
            .createObjectNode()
            .put("id", UUID.randomUUID().toString())
            .put("host", host())
            .put("pid", process.pid())
            .put("process_started", started(process))
            .put("since", Instant.now().toString());
  }

  /**
   * Takes the lock.
   *
   * @param lost called once, should another process have taken the lock over
   * @throws OutputError naming who holds it
   */
  public static OutputLock acquire(String output, FileAccess access, Runnable lost)
      throws IOException {
    OutputLock lock = new OutputLock(new Storage(output, access), lost);
    try {
      lock.take();
    } catch (IOException | FSError e) {
      throw new OutputError(
          "output.path",
          output,
          "it cannot be written to: " + Cause.line(e) + "; name a folder that can");
    }
    ShutdownHookManager.get().addShutdownHook(lock.hook, HOOK_PRIORITY);
    var unused =
        lock.timer.scheduleWithFixedDelay(
            lock::beat, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
    return lock;
  }

  private void take() throws IOException {
    if (storage.create(file, Json.pretty(self))) {
      if (storage.isObjectStore()) {
        // Which looks first and creates then.
        requireLast();
      }
      return;
    }
    Optional<JsonNode> holder = holder();
    if (holder.isPresent() && holds(holder.get())) {
      throw heldBy(holder.get());
    }
    storage.write(file, Json.pretty(self));
    requireLast();
  }

  /** Of processes that took the lock at the same time, the one that wrote last has it. */
  private void requireLast() throws IOException {
    try {
      Thread.sleep(TAKEOVER_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    requireHeld();
  }

  /**
   * Checks that no other process has taken the lock over.
   *
   * @throws OutputError naming the one that has
   */
  public void requireHeld() throws IOException {
    if (!isHeld()) {
      throw heldBy(holder().orElseGet(Json.MAPPER::createObjectNode));
    }
  }

  private OutputError heldBy(JsonNode holder) {
    return new OutputError(
        "output.path",
        storage.toString(),
        "another run writes to it: process %s on %s, since %s. Wait for its end; should it be gone, this is free %d minutes after its last sign of life"
            .formatted(
                holder.path("pid").asText("?"),
                holder.path("host").asText("?"),
                holder.path("since").asText("?"),
                STALE.toMinutes()));
  }

  /** Reads the lock file; an empty object while it is being written. */
  private Optional<JsonNode> holder() throws IOException {
    try {
      JsonNode said = Json.parse(storage.read(file));
      return Optional.of(said.isObject() ? said : Json.MAPPER.createObjectNode());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      return Optional.of(Json.MAPPER.createObjectNode());
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private boolean holds(JsonNode holder) throws IOException {
    if (holder.path("host").asText().equals(self.path("host").asText())) {
      // A number of a process that ended may be another's by now, which started later.
      return ProcessHandle.of(holder.path("pid").asLong())
          .map(OutputLock::started)
          .filter(started -> started == holder.path("process_started").asLong())
          .isPresent();
    }
    long beat = storage.files().getFileStatus(file).getModificationTime();
    return System.currentTimeMillis() - beat < STALE.toMillis();
  }

  private boolean isHeld() throws IOException {
    return holder().map(now -> now.path("id").equals(self.path("id"))).orElse(false);
  }

  /** Renews the lock, or notices that another process has it. */
  void beat() {
    try {
      if (isHeld()) {
        storage.touch(file, Json.pretty(self));
      } else {
        timer.shutdown();
        lost.run();
      }
    } catch (IOException e) {
      // A store that does not answer now may do so at the next beat.
    }
  }

  @Override
  public void close() throws IOException {
    timer.shutdownNow();
    ShutdownHookManager.get().removeShutdownHook(hook);
    release();
  }

  private void abandon() {
    timer.shutdownNow();
    try {
      storage.delete(storage.path(Storage.TEMPORARY));
      release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void release() throws IOException {
    if (isHeld()) {
      storage.delete(file);
      if (storage.list(storage.path()).isEmpty()) {
        storage.delete(storage.path());
      }
    }
  }

  private static long started(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
