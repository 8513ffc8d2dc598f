package io.gensweep.engine;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Plain Java. The texts of one prompt whose log-probs are wanted.
 *
 * @param shared tokens that every window starts with, such as the prompt's; their KV rows are
 *     filled once. They are filled apart from the rest even for one text, so that a score does not
 *     depend on how many there are.
 * @param texts at least one
 */
public record ScoreRequest(String promptId, int shared, List<ScoredText> texts)
    implements Query<Score> {
  public ScoreRequest {
    Objects.requireNonNull(promptId, "prompt_id");
    texts = List.copyOf(texts);
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("texts must not be empty, prompt_id " + promptId);
    }
    for (ScoredText text : texts) {
      for (ScoredText.Window window : text.windows()) {
        if (shared < 0 || shared > window.from()) {
          throw new IllegalArgumentException(
              "shared must be in [0, from " + window.from() + "], was " + shared);
        }
      }
    }
  }

  @Override
  public int answers() {
    return texts.size();
  }

  @Override
  public Entry submitTo(Engine engine, Consumer<Score> answered) {
    return engine.submit(this, answered);
  }
}
