package io.gensweep.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.JobError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in the cache of Hugging Face's tools. */
class HubCacheTest {
  private static final Path TINY = Path.of("data/models/tiny");

  @TempDir Path folder;

  private HubCache cache;
  private Path snapshot;

  @BeforeEach
  void download() throws IOException {
    cache = new HubCache(folder);
    snapshot = HubLayout.in(folder, TINY);
  }

  @Test
  void aModelIsTheSnapshotOfItsRef() throws IOException {
    assertThat(cache.snapshot("hf:org/tiny")).isEqualTo(snapshot);
    assertThat(cache.snapshot("hf:org/tiny@main")).isEqualTo(snapshot);
    assertThat(cache.snapshot("hf:org/tiny@" + HubLayout.COMMIT)).isEqualTo(snapshot);
    assertThat(cache.withCommit("hf:org/tiny")).isEqualTo("hf:org/tiny@" + HubLayout.COMMIT);
    Path ref = folder.resolve("models--org--tiny/refs/refs/pr/1");
    Files.createDirectories(ref.getParent());
    Files.writeString(ref, HubLayout.COMMIT);
    assertThat(cache.snapshot("hf:org/tiny@refs/pr/1")).isEqualTo(snapshot);
    Files.move(folder.resolve("models--org--tiny"), folder.resolve("models--tiny"));
    assertThat(cache.snapshot("hf:tiny")).isNotEqualTo(snapshot).isDirectory();
  }

  @Test
  void aSnapshotOfLinksIsAModelLikeAnyOther() {
    ModelFolder model = ModelFolder.open(cache.snapshot("hf:org/tiny"));
    assertThat(model.spec()).isEqualTo(ModelFolder.open(TINY).spec());
    assertThat(Sha256.hex(List.of(model.path().resolve("model.safetensors"))))
        .isEqualTo(Sha256.hex(List.of(TINY.resolve("model.safetensors"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hf:org/other; there is no $/models--org--other; hf download org/other",
        "hf:org/tiny@v2; there is no $/models--org--tiny/refs/v2; hf download org/tiny --revision v2",
        "hf:org/tiny@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; has no snapshot of that commit; --revision aaaa"
      })
  void whatIsNotThereIsSaidWithTheCommandThatBringsIt(String path, String said, String command) {
    assertThatThrownBy(() -> cache.snapshot(path))
        .isInstanceOf(JobError.class)
        .hasMessageStartingWith("model.path: " + path + " is not in the cache of this machine: ")
        .hasMessageContaining(said.replace("$", folder.toString()))
        .hasMessageContaining("the cache is " + folder)
        .hasMessageContaining("; run: hf download org/")
        .hasMessageContaining(command);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "config.json; there is no config.json",
        "model.safetensors; has neither model.safetensors nor",
      })
  void aDownloadThatLacksAFileIsNotComplete(String file, String said) throws IOException {
    Files.delete(snapshot.resolve(file));
    assertThatThrownBy(() -> cache.snapshot("hf:org/tiny"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("hf:org/tiny is not complete in " + snapshot + ": ")
        .hasMessageContaining(said)
        .hasMessageEndingWith("; run: hf download org/tiny");
  }

  @Test
  void aLinkWhoseBlobIsGoneIsNotComplete() throws IOException {
    Files.delete(snapshot.resolve("tokenizer.json").toRealPath());
    assertThatThrownBy(() -> cache.snapshot("hf:org/tiny"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("tokenizer.json is a link to a file that is gone; run: hf download");
  }

  @Test
  void aShardThatIsMissingIsNotComplete() throws IOException {
    Files.delete(snapshot.resolve("model.safetensors"));
    Files.writeString(
        snapshot.resolve("model.safetensors.index.json"),
        """
        {"metadata": {}, "weight_map": {"a": "model-00001-of-00001.safetensors"}}
        """);
    assertThatThrownBy(() -> cache.snapshot("hf:org/tiny"))
        .isInstanceOf(JobError.class)
        .hasMessageContaining("model-00001-of-00001.safetensors, which is not in the folder")
        .hasMessageEndingWith("; run: hf download org/tiny");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf:",
        "hf:org/",
        "hf:../tiny",
        "hf:org/../tiny",
        "hf:/etc",
        "hf://org/tiny",
        "hf:a/b/c",
        "hf:org--x/tiny",
        "hf:org/tiny@",
        "hf:org/tiny@../main",
        "hf:org/tiny@/main",
        "hf:org/ti ny"
      })
  void aNameThatIsNoneIsAnError(String path) {
    assertThatThrownBy(() -> cache.snapshot(path))
        .isInstanceOf(JobError.class)
        .hasMessage("model.path must be hf:ORG/NAME or hf:ORG/NAME@REVISION, was " + path);
  }

  /** The order of huggingface_hub's constants.py. */
  @ParameterizedTest
  @CsvSource({
    "'', '', '', '', /home/u/.cache/huggingface/hub",
    "'', '', '', /x, /x/huggingface/hub",
    "'', '', /h, /x, /h/hub",
    "'', /old, /h, /x, /old",
    "/c, /old, /h, /x, /c",
    "~/c, '', '', '', /home/u/c"
  })
  void theCacheIsWhereTheVariablesSay(
      String hub, String old, String home, String xdg, String expected) {
    Map<String, String> variables =
        Map.of(
            "HF_HUB_CACHE", hub,
            "HUGGINGFACE_HUB_CACHE", old,
            "HF_HOME", home,
            "XDG_CACHE_HOME", xdg);
    assertThat(HubCache.of(variables, Path.of("/home/u")).folder()).isEqualTo(Path.of(expected));
  }
}
