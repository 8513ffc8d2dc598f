package io.gensweep.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.files.FileAccess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputLockTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final AtomicInteger lost = new AtomicInteger();
  private Path output;
  private Path file;

  @BeforeEach
  void place() {
    output = folder.resolve("out");
    file = output.resolve("_lock");
  }

  @Test
  void aSecondRunIsRefusedAndToldWhoWrites() throws IOException {
    OutputLock first = acquire();
    assertThatThrownBy(this::acquire)
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("another run writes to it")
        .hasMessageContaining("process " + ProcessHandle.current().pid() + " on ");
    first.close();
    acquire().close();
    // What was there only for the lock goes with it.
    assertThat(output).doesNotExist();
  }

  @Test
  void whatElseIsInTheFolderStays() throws IOException {
    OutputLock lock = acquire();
    Files.writeString(output.resolve("manifest.json"), "{}");
    lock.close();
    assertThat(output).isDirectoryContaining("glob:**/manifest.json");
    assertThat(file).doesNotExist();
  }

  @Test
  void aProcessThatIsGoneFromThisHostHoldsNothing() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    heldBy("pid", ended.pid());
    acquire().close();
  }

  @Test
  void aNumberThatIsAnotherProcessByNowHoldsNothing() throws IOException {
    heldBy("process_started", 1L);
    acquire().close();
  }

  @Test
  void anotherHostHoldsItUntilItHasBeenSilent() throws IOException {
    ObjectNode holder = holder();
    Files.createDirectories(output);
    JSON.writeValue(file.toFile(), holder.put("id", "other").put("host", "elsewhere"));
    assertThatThrownBy(this::acquire).hasMessageContaining("on elsewhere");
    age(OutputLock.STALE.toMillis() - 30_000);
    assertThatThrownBy(this::acquire).hasMessageContaining("on elsewhere");
    age(OutputLock.STALE.toMillis() + 1_000);
    acquire().close();
  }

  @Test
  void aFileCutShortIsHeldWhileItIsYoung() throws IOException {
    Files.createDirectories(output);
    Files.writeString(file, "{\"id\": ");
    assertThatThrownBy(this::acquire).hasMessageContaining("another run writes to it");
    age(OutputLock.STALE.toMillis() + 1_000);
    acquire().close();
  }

  @Test
  void aBeatKeepsTheFileYoungAndNoticesThatItIsAnothers() throws IOException {
    OutputLock lock = acquire();
    age(100_000);
    lock.beat();
    assertThat(Files.getLastModifiedTime(file).toInstant()).isAfter(Instant.now().minusSeconds(50));
    assertThat(lost).hasValue(0);
    JSON.writeValue(file.toFile(), ((ObjectNode) said()).put("id", "other"));
    lock.beat();
    assertThat(lost).hasValue(1);
    lock.close();
    assertThat(said().path("id").asText()).as("the other keeps it").isEqualTo("other");
  }

  @Test
  void whoFindsItTakenOverMayNotWriteOn() throws IOException {
    OutputLock lock = acquire();
    lock.requireHeld();
    JSON.writeValue(file.toFile(), ((ObjectNode) said()).put("id", "other").put("host", "there"));
    assertThatThrownBy(lock::requireHeld)
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("on there");
    Files.delete(file);
    assertThatThrownBy(lock::requireHeld).isInstanceOf(OutputError.class);
    lock.close();
  }

  @Test
  void anObjectStoreHoldsItToo() throws IOException {
    Configuration configuration = new Configuration();
    ShowsWhatIsClosed.configure(configuration);
    FileAccess store = new FileAccess(configuration);
    String place = "objects://host" + output;
    OutputLock lock = OutputLock.acquire(place, store, lost::incrementAndGet);
    assertThatThrownBy(() -> OutputLock.acquire(place, store, lost::incrementAndGet))
        .hasMessageContaining("another run writes to it");
    age(100_000);
    lock.beat();
    assertThat(Files.getLastModifiedTime(file).toInstant()).isAfter(Instant.now().minusSeconds(50));
    lock.close();
    assertThat(file).doesNotExist();
    assertThat(lost).hasValue(0);
  }

  private OutputLock acquire() throws IOException {
    return OutputLock.acquire(
        output.toString(), new FileAccess(new Configuration()), lost::incrementAndGet);
  }

  /** What this process writes. */
  private ObjectNode holder() throws IOException {
    OutputLock lock = acquire();
    ObjectNode said = (ObjectNode) said();
    lock.close();
    return said;
  }

  private void heldBy(String key, long value) throws IOException {
    ObjectNode holder = holder();
    Files.createDirectories(output);
    JSON.writeValue(file.toFile(), holder.put("id", "other").put(key, value));
  }

  private JsonNode said() throws IOException {
    return JSON.readTree(file.toFile());
  }

  private void age(long millis) throws IOException {
    Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis() - millis));
  }
}
