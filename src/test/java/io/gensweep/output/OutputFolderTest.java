package io.gensweep.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gensweep.files.FileAccess;
import io.gensweep.job.DType;
import io.gensweep.job.IfExists;
import io.gensweep.model.Backend;
import io.gensweep.model.Numerics;
import io.gensweep.prompt.ShardLayout;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path parent;

  @Test
  void aNewFolderStartsAfreshWhateverTheJobSays() throws IOException {
    for (IfExists ifExists : IfExists.values()) {
      assertThat(folder().check(ifExists)).isEmpty();
    }
    assertThat(parent.resolve("out")).doesNotExist();
  }

  @Test
  void theManifestReadsBackAsItWasWritten() throws IOException {
    Manifest manifest =
        manifest(0.7, "abc")
            .withCounts(Map.of("prompts", 5_000_000_000L))
            .withLayout(ShardLayout.of(7).append(ShardLayout.Batch.of(2)));
    begin(manifest, IfExists.RESUME);

    assertThat(folder().manifest()).isEqualTo(manifest);
    assertThat(folder().check(IfExists.RESUME)).contains(manifest);
    assertThat(Files.readString(parent.resolve("out/manifest.json")))
        .startsWith("{\n  \"format\" : 2,\n  \"shards\" : 7,\n  \"appended_shards\" : [ 2 ],\n")
        .endsWith("}\n");
    assertThat(names()).containsExactly("_tmp", "manifest.json");
  }

  @Test
  void aManifestCanBeWrittenAgain() throws IOException {
    begin(manifest(0.7, "abc"), IfExists.RESUME);
    folder().write(manifest(0.7, "abc").withCounts(Map.of("failed", 3L)));

    assertThat(folder().manifest().counts()).isEqualTo(Map.of("failed", 3L));
  }

  @Test
  void aResumeIsRefusedWhenASettingOrAHashDiffers() {
    Manifest earlier = manifest(0.7, "abc");

    folder().requireSame(earlier, manifest(0.7, "abc"));
    assertThatThrownBy(() -> folder().requireSame(earlier, manifest(1.0, "abd")))
        .isInstanceOf(OutputError.class)
        .hasMessageStartingWith("output.if_exists: resume: " + parent.resolve("out"))
        .hasMessageContaining("sampling.temperature was 0.7, is 1.0")
        .hasMessageContaining("hash of model was abc, is abd")
        .hasMessageContaining("overwrite");
  }

  @Test
  void placesAndOriginsMayDifferInAResume() {
    Manifest earlier = manifest(0.7, "abc");
    ArrayNode settings = earlier.settings().deepCopy();
    settings.addObject().put("key", "output.path").put("value", "elsewhere");
    settings.addObject().put("key", "engine.max_batch").put("value", 8);
    settings.addObject().put("key", "name").put("value", "other");
    Manifest now =
        new Manifest(
            settings,
            earlier.hashes(),
            earlier.numerics(),
            new TreeMap<>(Map.of("os", "x")),
            new TreeMap<>(),
            ShardLayout.of(9));

    assertThat(earlier.differences(now)).isEmpty();
    settings.addObject().put("key", "names").put("value", "x");
    assertThat(
            earlier.differences(
                new Manifest(
                    settings,
                    now.hashes(),
                    now.numerics(),
                    now.versions(),
                    now.counts(),
                    ShardLayout.of(9))))
        .containsExactly("names was not there, is \"x\"");
  }

  @Test
  void theOutputOfAnotherCommandIsNotGoneOnWith() {
    assertThat(manifest("run", 0.7, "abc").differences(manifest("score", 0.7, "abc")))
        .containsExactly("command was run, is score");
    assertThat(manifest("score", 0.7, "abc").differences(manifest("score", 1.0, "abc")))
        .as("a score does not depend on the sampling")
        .isEmpty();
  }

  @Test
  void anOutputIsNotTouchedWhenTheJobSaysFail() throws IOException {
    begin(manifest(0.7, "abc"), IfExists.FAIL);

    assertThatThrownBy(() -> folder().check(IfExists.FAIL))
        .isInstanceOf(OutputError.class)
        .hasMessageStartingWith("output.if_exists: fail: ");
  }

  @Test
  void aFolderThatNoRunWroteIsNeverUsed() throws IOException {
    Files.createDirectories(parent.resolve("out/completions"));
    Files.writeString(parent.resolve("out/completions/thesis.tex"), "years of work");

    for (IfExists ifExists : List.of(IfExists.RESUME, IfExists.OVERWRITE)) {
      assertThatThrownBy(() -> folder().check(ifExists))
          .isInstanceOf(OutputError.class)
          .hasMessageContaining("no manifest.json");
    }
  }

  /** What a kill, or a full disk, leaves between the writing of the first manifest and its name. */
  @Test
  void aRunThatEndedBeforeItsManifestHadANameIsBegunAfresh() throws IOException {
    Path temporary = Files.createDirectories(parent.resolve("out/_tmp"));
    Files.writeString(temporary.resolve(UUID.randomUUID() + "-manifest.json"), "{");
    assertThat(folder().check(IfExists.RESUME)).isEmpty();
    assertThat(folder().check(IfExists.OVERWRITE)).isEmpty();

    Files.createDirectories(parent.resolve("out/_prompts/batch=0"));
    assertThat(folder().check(IfExists.RESUME)).isEmpty();

    Files.writeString(temporary.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> folder().check(IfExists.OVERWRITE))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("no run wrote it");
  }

  @Test
  void overwritingTakesAwayTheEarlierRunAndNothingElse() throws IOException {
    finishedRun();
    Files.writeString(parent.resolve("out/notes.txt"), "mine");

    assertThat(folder().check(IfExists.OVERWRITE)).isEmpty();
    assertThat(parent.resolve("out/_SUCCESS")).exists();
    begin(manifest(1.0, "abc"), IfExists.OVERWRITE);

    assertThat(names()).containsExactly("_tmp", "manifest.json", "notes.txt");
    assertThat(commit().done()).isEmpty();
  }

  @Test
  void resumingKeepsShardsAndTakesTheSuccessBack() throws IOException {
    finishedRun();
    Files.createDirectories(parent.resolve("out/_tmp"));
    Files.writeString(parent.resolve("out/_tmp/half.parquet"), "PAR1");

    assertThat(folder().check(IfExists.RESUME)).isPresent();
    begin(manifest(0.7, "abc"), IfExists.RESUME);

    assertThat(commit().done()).containsExactly(4);
    assertThat(folder().succeeded()).isFalse();
    assertThat(parent.resolve("out/_tmp/half.parquet")).doesNotExist();
  }

  @Test
  void aFinishedRunHasMetricsAndSuccessAndNothingTemporary() throws IOException {
    finishedRun();

    assertThat(folder().succeeded()).isTrue();
    assertThat(folder().metrics().path("prompts").asInt()).isEqualTo(12);
    assertThat(names()).containsExactly("_SUCCESS", "completions", "manifest.json", "metrics.json");
  }

  @Test
  void aManifestThatCannotBeReadIsSaidSo() throws IOException {
    Files.createDirectories(parent.resolve("out"));
    Files.writeString(parent.resolve("out/manifest.json"), "{\"format\": 1,");
    assertThatThrownBy(() -> folder().check(IfExists.RESUME))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("manifest.json: it cannot be read");

    Files.writeString(parent.resolve("out/manifest.json"), "{\"format\": 3}");
    assertThatThrownBy(() -> folder().check(IfExists.RESUME))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("format must be 2, was 3");
  }

  /** Written before manifests named the numerics. */
  @Test
  void anOlderManifestIsRefusedWithTheReason() throws IOException {
    Files.createDirectories(parent.resolve("out"));
    Files.writeString(parent.resolve("out/manifest.json"), "{\"format\": 1}");
    assertThatThrownBy(() -> folder().check(IfExists.RESUME))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("did not note how rows are computed")
        .hasMessageContaining("use that version, another output.path, or overwrite");
    assertThat(folder().check(IfExists.OVERWRITE)).isEmpty();
  }

  @Test
  void aResumeIsRefusedWhenRowsWouldBeComputedOtherwise() {
    Manifest earlier = manifest(0.7, "abc");
    Manifest now = with(numerics("oneDNN avx512"), earlier);
    assertThat(earlier.differences(now))
        .containsExactly("numerics.instructions was oneDNN avx2, is oneDNN avx512");
    assertThatThrownBy(() -> folder().requireSame(earlier, now))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining("has rows that are computed otherwise than here: numerics.instr")
        .hasMessageContaining("Run on machines that compute as those did");
    assertThatThrownBy(
            () -> folder().requireSame(earlier, with(now.numerics(), manifest(1, "abc"))))
        .isInstanceOf(OutputError.class)
        .hasMessageContaining(
            "has the output of another job: sampling.temperature was 0.7, is 1.0;")
        .hasMessageContaining("numerics.instructions was oneDNN avx2");
  }

  private static Manifest with(Numerics numerics, Manifest manifest) {
    return new Manifest(
        manifest.settings(),
        manifest.hashes(),
        numerics,
        manifest.versions(),
        manifest.counts(),
        manifest.layout());
  }

  private static Numerics numerics(String instructions) {
    return new Numerics(
        "cpu", "amd64", Backend.PACKED, instructions, "2.7.1 cpu", "", "p1", DType.FLOAT32, 2);
  }

  private void finishedRun() throws IOException {
    begin(manifest(0.7, "abc"), IfExists.RESUME);
    commit().commit(4, List.of(), List.of());
    folder().writeMetrics(JSON.createObjectNode().put("prompts", 12));
    folder().succeed();
  }

  private ShardCommit commit() {
    return new ShardCommit(
        parent.resolve("out").toString(),
        new FileAccess(new Configuration()),
        OutputKind.COMPLETIONS,
        ShardLayout.of(7),
        new StructType(),
        Map.of());
  }

  private void begin(Manifest manifest, IfExists ifExists) throws IOException {
    folder().clear(ifExists);
    folder().write(manifest);
  }

  private OutputFolder folder() {
    return new OutputFolder(parent.resolve("out").toString(), new FileAccess(new Configuration()));
  }

  private List<String> names() {
    String[] names = new File(parent.toFile(), "out").list();
    return Stream.of(names).sorted().toList();
  }

  private static Manifest manifest(double temperature, String modelHash) {
    return manifest("run", temperature, modelHash);
  }

  private static Manifest manifest(String command, double temperature, String modelHash) {
    ArrayNode settings = JSON.createArrayNode();
    settings.addObject().put("key", "command").put("value", command);
    settings
        .addObject()
        .put("key", "sampling.temperature")
        .put("origin", "job_file")
        .put("value", temperature);
    settings.addObject().put("key", "output.path").put("origin", "job_file").put("value", "out");
    return new Manifest(
        settings,
        new TreeMap<>(Map.of("model", modelHash)),
        numerics("oneDNN avx2"),
        new TreeMap<>(Map.of("gensweep", "0.1.0")),
        new TreeMap<>(),
        ShardLayout.of(7));
  }
}
