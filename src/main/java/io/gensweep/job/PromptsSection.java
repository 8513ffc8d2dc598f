package io.gensweep.job;

import static io.gensweep.sampling.Checks.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The section `prompts` as a job file spells it. */
record PromptsSection(
    Optional<String> path,
    Optional<String> table,
    String format,
    Optional<String> id,
    Optional<String> text,
    Optional<String> messages,
    Optional<String> tokens,
    List<String> keep,
    Optional<String> sampling,
    SpecialTokens specialTokens,
    LastAssistant lastAssistant) {

  PromptsSection {
    List<String> given = new ArrayList<>();
    text.ifPresent(column -> given.add("text " + column));
    messages.ifPresent(column -> given.add("messages " + column));
    tokens.ifPresent(column -> given.add("tokens " + column));
    require(!given.isEmpty(), "text|messages|tokens: exactly one must be given, none was");
    require(
        given.size() == 1,
        "text|messages|tokens: exactly one must be given, was " + String.join(", ", given));
  }

  PromptsSpec spec() {
    PromptKind kind = messages.isPresent() ? PromptKind.MESSAGES : PromptKind.TOKENS;
    if (text.isPresent()) {
      kind = PromptKind.TEXT;
    }
    String column = text.or(() -> messages).or(() -> tokens).orElseThrow();
    return new PromptsSpec(
        path, table, format, id, kind, column, keep, sampling, specialTokens, lastAssistant);
  }
}
