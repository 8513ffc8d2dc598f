package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gensweep.LocalSpark;
import io.gensweep.job.JobError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Datasets that are wrong as a whole, or only look so. */
class BadDatasetTest {
  private static final String FOUR = "{\"id\": 4, \"prompt\": \"4 + 4\", \"n\": 8}\n";
  private static final String FIVE = "{\"id\": 5, \"prompt\": \"5 + 5\", \"n\": 10}\n";

  private static final int WORDS = 100_000;

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource
  void datasetsThatNoTaskCouldUseAreRefused(String content, String set, String said)
      throws IOException {
    Path prompts = Files.writeString(folder.resolve("prompts.jsonl"), content);
    assertRefused(prompts, set, said.formatted(prompts));
  }

  static Stream<Arguments> datasetsThatNoTaskCouldUseAreRefused() {
    return Stream.of(
        arguments(
            FOUR + FIVE + FOUR,
            "prompts.id=id",
            "prompts.id: id: ids are not unique: 4 (2 times). Make them unique, or leave out prompts.id"),
        arguments(
            FOUR + FIVE.replace("5,", "null,"),
            "prompts.id=id",
            "prompts.id: id: the id is null in 1 rows, such as those of the prompts: 5 + 5."
                + " Fill the column, or leave out prompts.id to get hashes"),
        arguments(
            FOUR,
            "prompts.text=promt",
            "prompts.text: promt: no such column in the input; did you mean 'prompt'? It has: id, n, prompt"),
        arguments(
            FOUR, "prompts.text=n", "prompts.text: n: the column has type bigint; it must be text"),
        arguments(
            FOUR,
            "prompts={text: null, tokens: prompt}",
            "prompts.tokens: prompt: the column has type string; it must be a list of integers"),
        arguments(
            FOUR + FIVE.strip() + FOUR,
            "prompts.id=id",
            "prompts.path: %s: a line has more than one record, or something after it, which would"
                + " be lost: {\"id\": 5, \"prompt\": \"5 + 5\", \"n\": 10}{\"id\": 4,"),
        arguments(
            "",
            "name=x",
            "prompts.path: %s: there are no rows in it; name a dataset with at least one prompt"),
        arguments(
            "\n  \n\r\n\n",
            "name=x",
            "prompts.path: %s: there are no rows in it; name a dataset with at least one prompt"));
  }

  @Test
  void aFolderWithoutFilesIsRefused() throws IOException {
    Path prompts = Files.createDirectory(folder.resolve("prompts"));
    Files.createFile(prompts.resolve("_SUCCESS"));
    assertRefused(prompts, "name=x", "prompts.path: " + prompts + ": ");
  }

  @Test
  void oneRowIsADataset() throws IOException {
    Path prompts = Files.writeString(folder.resolve("prompts.jsonl"), FOUR.strip());
    TinyRun run = TinyRun.of(prompts, folder.resolve("out")).requireWhole(1);
    assertThat(run.completions()).containsOnlyKeys("4");
  }

  @Test
  void manyThousandsOfWordsAreAllContinued() throws IOException {
    Path prompts =
        Files.write(
            folder.resolve("prompts.jsonl"),
            IntStream.range(0, WORDS)
                .mapToObj(i -> "{\"id\": %d, \"prompt\": \"w%d\"}".formatted(i, i % 7))
                .toList());
    TinyRun run = TinyRun.of(TinyJob.of(prompts, folder.resolve("out"), "sampling.max_tokens=1"));
    run.requireWhole(WORDS);
    assertThat(run.errors()).isEmpty();
  }

  @Test
  void hiddenFilesOfAFolderAreLeftOutAndStrayOnesAreErrorRows() throws IOException {
    Path prompts = Files.createDirectory(folder.resolve("prompts"));
    Files.writeString(prompts.resolve("part-0.jsonl"), FOUR);
    Files.writeString(prompts.resolve("part-1.jsonl"), FIVE);
    Files.createFile(prompts.resolve("_SUCCESS"));
    Files.writeString(prompts.resolve("_metadata.json"), FOUR);
    Files.writeString(prompts.resolve(".part-0.jsonl.crc"), FOUR);
    Files.writeString(prompts.resolve("README.txt"), "Sums.\n\nOf two numbers.\n");
    TinyRun run = TinyRun.of(prompts, folder.resolve("out")).requireWhole(4);
    assertThat(run.completions()).containsOnlyKeys("4", "5");
    assertThat(run.errors().values())
        .containsExactlyInAnyOrder(
            "malformed_prompt: the line is not a whole record: Sums.",
            "malformed_prompt: the line is not a whole record: Of two numbers.");
  }

  @Test
  void aStrayFileOfOtherRecordsIsRefused() throws IOException {
    Path prompts = Files.createDirectory(folder.resolve("prompts"));
    Files.writeString(prompts.resolve("part-0.jsonl"), FOUR);
    Files.writeString(prompts.resolve("dataset_info.json"), "{\"version\": 1}");
    assertRefused(prompts, "name=x", "prompts.id: id: the id is null in 1 rows");
  }

  @Test
  void aFileThatIsNotOfTheFormatIsRefused() throws IOException {
    Path prompts = folder.resolve("prompts");
    Path jsonl = Files.writeString(folder.resolve("prompts.jsonl"), FOUR);
    LocalSpark.session().read().json(jsonl.toString()).write().parquet(prompts.toString());
    Path stray = Files.writeString(prompts.resolve("README.txt"), "Sums of two numbers.");
    assertRefused(
        prompts,
        "prompts.format=parquet",
        "prompts.path: %s: cannot be read: java.lang.RuntimeException: file:%s is not a Parquet file"
            .formatted(prompts, stray));
  }

  @Test
  void anArchiveThatIsCutIsRefused() throws IOException {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream archive = new GZIPOutputStream(whole)) {
      archive.write((FOUR + FIVE).getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = whole.toByteArray();
    Path prompts =
        Files.write(folder.resolve("prompts.jsonl.gz"), Arrays.copyOf(bytes, bytes.length - 9));
    assertRefused(
        prompts,
        "name=x",
        "prompts.path: %s: cannot be read: java.io.EOFException: ".formatted(prompts));
  }

  @Test
  void pathsHaveSpacesAndLetters() throws IOException {
    Path place = Files.createDirectories(folder.resolve("Eingabe für Ünïcode dir"));
    Path model = Files.createDirectory(place.resolve("Modell à 1"));
    try (Stream<Path> files = Files.list(Path.of(TinyJob.MODEL))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    Path prompts = Files.writeString(place.resolve("prompts 1.jsonl"), FOUR + FIVE);
    TinyRun run =
        TinyRun.of(prompts, place.resolve("Ausgabe 100% #1 größer"), "model.path=" + model)
            .requireWhole(2);
    assertThat(run.completions()).containsOnlyKeys("4", "5");
  }

  private void assertRefused(Path prompts, String set, String said) {
    assertThatThrownBy(() -> TinyRun.of(prompts, folder.resolve("out"), set))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith(said);
    assertThat(folder.resolve("out")).doesNotExist();
  }
}
