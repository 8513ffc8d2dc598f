package io.gensweep.prompt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import io.gensweep.job.LastAssistant;
import io.gensweep.job.PromptKind;
import io.gensweep.job.PromptsSpec;
import io.gensweep.job.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Prompt files as tests write and read them. */
final class ReadPrompts {
  static final Optional<String> NONE = Optional.empty();

  private ReadPrompts() {}

  static void assertRefused(PromptsSpec spec, String start, String part) {
    assertThatThrownBy(() -> read(spec))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith(start)
        .hasMessageContaining(part);
  }

  static PromptDataset read(PromptsSpec spec) {
    return PromptSource.read(
        LocalSpark.session(), spec, Optional.empty(), Set.of("prompt_id", "text", "error"));
  }

  /** Sorted by id. */
  static List<Prompt> prompts(PromptDataset set) {
    return set.rows().sort(PromptColumns.PROMPT_ID).collectAsList().stream()
        .map(Prompts::fromRow)
        .toList();
  }

  static Path write(Path folder, String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  static PromptsSpec jsonl(
      Path path, String id, PromptKind kind, String column, List<String> keep) {
    return spec(path, "jsonl", Optional.of(id), kind, column, keep, NONE);
  }

  static PromptsSpec text(Path path) {
    return spec(path, "text", NONE, PromptKind.TEXT, "value", List.of(), NONE);
  }

  static PromptsSpec spec(
      Path path,
      String format,
      Optional<String> id,
      PromptKind kind,
      String column,
      List<String> keep,
      Optional<String> sampling) {
    return new PromptsSpec(
        Optional.of(path.toString()),
        NONE,
        format,
        id,
        kind,
        column,
        keep,
        sampling,
        SpecialTokens.PARSE,
        LastAssistant.ERROR);
  }
}
