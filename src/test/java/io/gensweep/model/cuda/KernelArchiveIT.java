package io.gensweep.model.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The archives in the resources are what the sources give: all of them name the sources' hash, and
 * one kernel of each kind, compiled again for every card, has the same bytes.
 */
class KernelArchiveIT {
  private static final Path KEPT = Path.of("src/main/resources/io/gensweep/model/cuda");
  private static final Path SCRIPT = Path.of("src/main/native/cuda/archive.py");
  private static final List<String> SAMPLE =
      List.of("norm/1024", "attend/64/prefill", "product/16x32x*+add", "pick");
  private static final int ARCHIVES = 10;

  @TempDir private Path folder;

  @Test
  void sourcesGiveTheSameBytes() throws Exception {
    List<String> command = new ArrayList<>(List.of(System.getProperty("gensweep.python")));
    command.addAll(List.of(SCRIPT.toString(), "--out", folder.toString(), "--only"));
    command.addAll(SAMPLE);
    // Ends the list of patterns: all cards are meant.
    command.addAll(List.of("--types", "bfloat16", "float32"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TRITON_CACHE_DIR", folder.resolve("cache").toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    List<Path> archives = archives(KEPT);
    assertThat(archives).hasSize(ARCHIVES);
    for (Path kept : archives) {
      compare(kept, folder.resolve(kept.getFileName()));
    }
  }

  private static void compare(Path kept, Path built) throws IOException {
    JsonNode before = index(kept);
    JsonNode now = index(built);
    assertThat(now.get("sources"))
        .as("%s is of other sources; run %s", kept, SCRIPT)
        .isEqualTo(before.get("sources"));
    assertThat(now.get("products")).isEqualTo(before.get("products"));
    Set<String> kinds = new HashSet<>();
    now.get("kernels")
        .fields()
        .forEachRemaining(
            kernel -> {
              // A file is named by the hash of its bytes.
              boolean varies = varies(kept, kernel.getKey());
              assertThat(facts(kernel.getValue(), varies))
                  .as("%s of %s", kernel.getKey(), kept)
                  .isEqualTo(facts(before.get("kernels").get(kernel.getKey()), varies));
              kinds.add(kernel.getKey().replaceFirst("/.*", ""));
            });
    assertThat(kinds).contains("norm", "attend", "product", "pick");
  }

  /**
   * Where Triton 3.6.0 compiles for the tensor memory of 10.0 it gives one of two images, by
   * chance.
   */
  private static boolean varies(Path archive, String kernel) {
    return archive.getFileName().toString().startsWith("sm_100-") && kernel.contains("/prefill");
  }

  private static JsonNode facts(JsonNode kernel, boolean varies) {
    ObjectNode facts = kernel.deepCopy();
    if (varies) {
      facts.remove("file");
    }
    return facts;
  }

  private static JsonNode index(Path archive) throws IOException {
    try (ZipFile zip = new ZipFile(archive.toFile());
        InputStream in = zip.getInputStream(zip.getEntry("index.json"))) {
      return new ObjectMapper().readTree(in);
    }
  }

  private static List<Path> archives(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".zip")).sorted().toList();
    }
  }
}
