package io.gensweep.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BadWordsTest {
  /** As a byte-level tokenizer has them, where a word with its space is another token. */
  private static final Map<String, int[]> TOKENS =
      Map.of(
          "cat", new int[] {1},
          " cat", new int[] {2},
          "a cat", new int[] {3, 2},
          " a cat", new int[] {4, 2},
          "7", new int[] {5},
          " 7", new int[] {6, 5},
          "x", new int[] {7},
          " x", new int[] {7},
          "", new int[0],
          " ", new int[] {6});

  @Test
  void aWordIsBannedAtTheStartOfATextAndAfterASpace() {
    assertThat(ids("cat")).containsExactly(List.of(1), List.of(2));
    assertThat(ids("a cat")).containsExactly(List.of(3, 2), List.of(4, 2));
  }

  @Test
  void spacesBeforeAWordSayNothing() {
    assertThat(ids("  cat")).isEqualTo(ids("cat"));
  }

  @Test
  void theWordAfterASpaceIsLeftOutWhereTheSpaceIsATokenOfItsOwnOrNone() {
    assertThat(ids("7")).containsExactly(List.of(5));
    assertThat(ids("x")).containsExactly(List.of(7));
  }

  @Test
  void aWordOfSpacesIsRefused() {
    assertThatThrownBy(() -> ids("  "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bad_words must hold texts that have tokens, was [\"  \"]");
  }

  private static List<List<Integer>> ids(String... words) {
    return BadWords.ids(List.of(words), TOKENS::get);
  }
}
