package io.gensweep.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.files.FileAccess;
import io.gensweep.prompt.ShardLayout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardCommitTest {
  private static final StructType NOTHING_KEPT = new StructType();

  @TempDir Path folder;

  @Test
  void aShardIsDoneWhenItsFileIsThereEvenWithoutRows() throws IOException {
    ShardCommit commit = commit(3, new FileAccess(new Configuration()));

    commit.commit(2, List.of(), List.of());

    assertThat(commit.done()).containsExactly(2);
    assertThat(names("completions")).containsExactly("shard-00002-of-00003.parquet");
    assertThat(names("errors")).isEmpty();
    // Neither checksums nor what was temporary.
    assertThat(names("_tmp")).isEmpty();
  }

  @Test
  void aReopenedShardIsMadeAgainAndItsErrorsGoWithWhatFailed() throws IOException {
    ShardCommit commit = commit(3, new FileAccess(new Configuration()));
    commit.commit(0, List.of(row("a", 0, 0)), List.of());
    commit.commit(1, List.of(row("b", 0, 0)), List.of(error("c")));
    byte[] untouched =
        Files.readAllBytes(folder.resolve("completions/shard-00000-of-00003.parquet"));

    assertThat(commit.reopenFailed()).isEqualTo(1);
    assertThat(commit.done()).containsExactly(0);
    assertThat(commit.errorFiles()).isEmpty();

    commit.commit(1, List.of(row("b", 0, 0), row("c", 0, 0)), List.of());
    assertThat(commit.done()).containsExactly(0, 1);
    assertThat(names("errors")).isEmpty();
    assertThat(keys(folder.resolve("completions/shard-00001-of-00003.parquet"))).hasSize(2);
    assertThat(folder.resolve("completions/shard-00000-of-00003.parquet"))
        .hasBinaryContent(untouched);
    assertThat(commit.reopenFailed()).isZero();
  }

  @Test
  void rowsAreSortedByKeyHoweverTheyCame() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String id : List.of("😀", "\uFFFD", "b", "a")) {
      for (int point = 0; point < 2; point++) {
        for (int sample = 0; sample < 12; sample++) {
          rows.add(row(id, point, sample));
        }
      }
    }
    commit(1, new FileAccess(new Configuration())).commit(0, rows, List.of());
    byte[] inOrder = Files.readAllBytes(folder.resolve("completions/shard-00000-of-00001.parquet"));
    List<String> keys = keys(folder.resolve("completions/shard-00000-of-00001.parquet"));
    Files.delete(folder.resolve("completions/shard-00000-of-00001.parquet"));

    Collections.shuffle(rows, new Random(1));
    commit(1, new FileAccess(new Configuration())).commit(0, rows, List.of());

    assertThat(keys.get(0)).isEqualTo("a 0 0");
    assertThat(keys.get(2)).isEqualTo("a 0 2");
    assertThat(keys.get(95)).isEqualTo("😀 1 11");
    assertThat(Files.readAllBytes(folder.resolve("completions/shard-00000-of-00001.parquet")))
        .isEqualTo(inOrder);
  }

  @Test
  void aDoneShardIsLeftAlone() throws IOException {
    ShardCommit commit = commit(1, new FileAccess(new Configuration()));
    commit.commit(0, List.of(row("a", 0, 0)), List.of());

    commit.commit(0, List.of(row("b", 0, 0)), List.of(error("b")));

    assertThat(keys(folder.resolve("completions/shard-00000-of-00001.parquet")))
        .containsExactly("a 0 0");
    assertThat(names("errors")).isEmpty();
  }

  @Test
  void theErrorsOfAnAttemptThatDiedGiveWayToThoseOfTheNext() throws IOException {
    ShardCommit commit = commit(2, new FileAccess(new Configuration()));
    // Died between the two renames.
    commit.commit(0, List.of(), List.of(error("a"), error("b")));
    Files.delete(folder.resolve("completions/shard-00000-of-00002.parquet"));
    commit.commit(1, List.of(), List.of(error("c")));
    Files.delete(folder.resolve("completions/shard-00001-of-00002.parquet"));

    commit.commit(0, List.of(row("a", 0, 0)), List.of(error("b")));
    commit.commit(1, List.of(row("c", 0, 0)), List.of());

    assertThat(keys(folder.resolve("errors/shard-00000-of-00002.parquet")))
        .containsExactly("b 0 0");
    assertThat(names("errors")).containsExactly("shard-00000-of-00002.parquet");
  }

  @Test
  void aWriteThatFailsLeavesNoFile() throws IOException {
    ShardCommit commit = commit(1, new FileAccess(new Configuration()));
    Row wrong = RowFactory.create("z", 0, 0);

    assertThatThrownBy(() -> commit.commit(0, List.of(row("a", 0, 0), wrong), List.of()))
        .hasMessageContaining("a row must have 18 values, had 3");

    assertThat(names("completions")).isEmpty();
    assertThat(names("_tmp")).isEmpty();
    assertThat(commit.done()).isEmpty();
  }

  @Test
  void aProcessKilledWhileItWritesLeavesNoVisibleFile() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DiesWhileWriting.class.getName(),
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isEqualTo(DiesWhileWriting.STATUS);
    // It had come far enough to leave something.
    assertThat(names("_tmp")).hasSize(1);
    assertThat(Files.size(folder.resolve("_tmp").resolve(names("_tmp").get(0)))).isPositive();
    assertThat(names("completions")).isEmpty();
    ShardCommit commit = commit(1, new FileAccess(new Configuration()));
    assertThat(commit.done()).isEmpty();

    commit.commit(0, List.of(row("a", 0, 0)), List.of());
    new OutputFolder(folder.toString(), new FileAccess(new Configuration())).succeed();

    assertThat(names(".")).containsExactly("_SUCCESS", "completions");
  }

  @Test
  void racingAttemptsEndWithOneFile() throws Exception {
    race(folder.toString(), new FileAccess(new Configuration()));
  }

  @Test
  void racingAttemptsEndWithOneFileWhereRenameReplacesNothing() throws Exception {
    Configuration configuration = new Configuration();
    configuration.set("fs.strict.impl", RenameReplacesNothing.class.getName());
    race("strict://host" + folder, new FileAccess(configuration));
    errorsAreReplaced("strict://host" + folder + "/again", new FileAccess(configuration));
  }

  @Test
  void racingAttemptsEndWithOneFileInAnObjectStore() throws Exception {
    race("objects://host" + folder, objectStore());
    errorsAreReplaced("objects://host" + folder + "/again", objectStore());
  }

  @Test
  void anUploadThatBreaksOffShowsNothing() throws IOException {
    ShardCommit commit =
        new ShardCommit(
            "objects://host" + folder,
            objectStore(),
            OutputKind.COMPLETIONS,
            ShardLayout.of(1),
            NOTHING_KEPT,
            Map.of());
    ShowsWhatIsClosed.failing(
        "shard",
        () ->
            assertThatThrownBy(() -> commit.commit(0, List.of(row("a", 0, 0)), List.of()))
                .hasMessage("the connection was reset"));
    assertThat(names("completions")).isEmpty();
    assertThat(commit.done()).isEmpty();
    commit.commit(0, List.of(row("a", 0, 0)), List.of());
    assertThat(keys(folder.resolve("completions/shard-00000-of-00001.parquet")))
        .containsExactly("a 0 0");
    assertThat(names(".")).containsExactly("completions");
  }

  private void race(String output, FileAccess access) throws Exception {
    int shards = 20;
    int attempts = 4;
    ShardCommit commit =
        new ShardCommit(
            output, access, OutputKind.COMPLETIONS, ShardLayout.of(shards), NOTHING_KEPT, Map.of());
    List<Row> rows = IntStream.range(0, 200).mapToObj(i -> row("p" + i, 0, 0)).toList();
    List<Row> errors = List.of(error("q"));
    ExecutorService threads = Executors.newFixedThreadPool(attempts);
    try {
      for (int shard = 0; shard < shards; shard++) {
        int number = shard;
        CyclicBarrier start = new CyclicBarrier(attempts);
        List<Future<Void>> all = new ArrayList<>();
        for (int attempt = 0; attempt < attempts; attempt++) {
          all.add(
              threads.submit(
                  () -> {
                    start.await();
                    commit.commit(number, rows, errors);
                    return null;
                  }));
        }
        for (Future<Void> attempt : all) {
          attempt.get();
        }
      }
    } finally {
      threads.shutdown();
    }
    assertThat(commit.done()).hasSize(shards);
    assertThat(names("completions")).hasSize(shards);
    assertThat(names("errors")).hasSize(shards);
    assertThat(names("_tmp")).isEmpty();
    byte[] first = Files.readAllBytes(folder.resolve("completions/shard-00000-of-00020.parquet"));
    for (String name : names("completions")) {
      assertThat(Files.readAllBytes(folder.resolve("completions").resolve(name))).isEqualTo(first);
    }
  }

  private void errorsAreReplaced(String output, FileAccess access) throws IOException {
    ShardCommit commit =
        new ShardCommit(
            output, access, OutputKind.COMPLETIONS, ShardLayout.of(1), NOTHING_KEPT, Map.of());
    commit.commit(0, List.of(), List.of(error("a"), error("b")));
    Files.delete(folder.resolve("again/completions/shard-00000-of-00001.parquet"));

    commit.commit(0, List.of(), List.of(error("b")));

    assertThat(keys(folder.resolve("again/errors/shard-00000-of-00001.parquet")))
        .containsExactly("b 0 0");
  }

  @Test
  void filesOfAnotherCutAreRefused() throws IOException {
    commit(3, new FileAccess(new Configuration())).commit(0, List.of(), List.of());

    assertThatThrownBy(() -> commit(4, new FileAccess(new Configuration())).done())
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("completions/shard-00000-of-00003.parquet is of another run");
    assertThat(commit(ShardLayout.of(3).append(ShardLayout.Batch.of(2))).done()).containsExactly(0);
  }

  @Test
  void itReachesTasksBySerialization() throws Exception {
    ShardCommit commit = commit(2, new FileAccess(new Configuration()));
    commit.done();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(commit);
    ShardCommit there =
        (ShardCommit)
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

    there.commit(1, List.of(), List.of());

    assertThat(commit.done()).containsExactly(1);
  }

  private static FileAccess objectStore() {
    Configuration configuration = new Configuration();
    ShowsWhatIsClosed.configure(configuration);
    return new FileAccess(configuration);
  }

  static Row row(String id, int point, int sample) {
    Object[] values = new Object[OutputSchema.COMPLETION_COLUMNS];
    values[0] = id;
    values[1] = point;
    values[2] = sample;
    values[3] = "text of " + id;
    values[4] = new int[] {sample, point};
    return RowFactory.create(values);
  }

  private static Row error(String id) {
    Object[] values = new Object[OutputSchema.COMPLETION_COLUMNS + 1];
    values[0] = id;
    values[1] = 0;
    values[2] = 0;
    values[OutputSchema.COMPLETION_COLUMNS] = "kind: message";
    return RowFactory.create(values);
  }

  private ShardCommit commit(int shards, FileAccess access) {
    return new ShardCommit(
        folder.toString(),
        access,
        OutputKind.COMPLETIONS,
        ShardLayout.of(shards),
        NOTHING_KEPT,
        Map.of());
  }

  private ShardCommit commit(ShardLayout layout) {
    return new ShardCommit(
        folder.toString(),
        new FileAccess(new Configuration()),
        OutputKind.COMPLETIONS,
        layout,
        NOTHING_KEPT,
        Map.of());
  }

  private List<String> names(String name) {
    String[] names = new File(folder.toFile(), name).list();
    return names == null ? List.of() : Stream.of(names).sorted().toList();
  }

  private static List<String> keys(Path file) throws IOException {
    List<String> keys = new ArrayList<>();
    try (ParquetReader<Group> reader =
        ParquetReader.builder(new GroupReadSupport(), new org.apache.hadoop.fs.Path(file.toUri()))
            .build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        keys.add(
            group.getString("prompt_id", 0)
                + " "
                + group.getInteger("sweep_point", 0)
                + " "
                + group.getInteger("sample_index", 0));
      }
    }
    return keys;
  }
}
