package io.gensweep.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.SpecialTokens;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceTokensTest {
  /** Where lm-evaluation-harness ends the whole run. */
  @Test
  void aTextWithoutATokenOfItsOwnIsRefusedForThatReason() {
    try (Tokenizer tokenizer = Tokenizer.load(Path.of("data/models/tiny"))) {
      ReferenceTokens tokens = new ReferenceTokens(tokenizer, "Q:t", 0, SpecialTokens.PARSE);
      assertThat(tokens.continuation("")).isEmpty();
      assertThat(tokens.continuation(" an")).isNotEmpty();
      assertThatThrownBy(() -> tokens.continuation("an"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the text to score merges with the end of its prompt: ");
    }
  }
}
