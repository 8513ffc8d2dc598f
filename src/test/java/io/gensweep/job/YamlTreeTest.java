package io.gensweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTreeTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      textBlock =
          """
          no        => "no"
          on        => "on"
          True      => true
          ~         => null
          010       => 10
          -7        => -7
          1e-3      => 0.001
          .5        => 0.5
          2.        => 2.0
          1:30      => "1:30"
          2026-01-01 => "2026-01-01"
          0x1F      => "0x1F"
          1_000     => "1_000"
          "5"       => "5"
          'null'    => "null"
          "a\\nb"   => "a\\nb"
          9007199254740993 => 9007199254740993
          .inf      => "Infinity"
          """)
  void plainScalarsFollowYaml12(String yaml, String json) {
    assertThat(parse(yaml).toString()).isEqualTo(json);
  }

  @Test
  void jsonIsYaml() {
    assertThat(parse("{\"a\": [1, {\"b\": null}], \"c\": \"\\u00e9\"}").toString())
        .isEqualTo("{\"a\":[1,{\"b\":null}],\"c\":\"é\"}");
  }

  @Test
  void anAliasStandsForItsValue() {
    assertThat(parse("a: &x [1, 2]\nb: *x").get("b").toString()).isEqualTo("[1,2]");
  }

  @Test
  void aliasesThatUnfoldWithoutBoundAreRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for (int i = 1; i < 20; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("a%d: &a%d [".formatted(i, i)).append((alias + ", ").repeat(9)).append("1]\n");
    }
    assertThatThrownBy(() -> parse(bomb.toString()))
        .isInstanceOf(JobError.class)
        .hasMessage("6: more than 100000 values, those behind aliases included");
  }

  @Test
  void keysHaveTheirLines() {
    YamlTree tree = YamlTree.parse("a:\n  b: 1\n\n  c:\n    - d: 2", line -> "f:" + line);
    assertThat(tree.places())
        .containsEntry("a", "f:1")
        .containsEntry("a.b", "f:2")
        .containsEntry("a.c", "f:4")
        .containsEntry("a.c[0].d", "f:5");
  }

  private static JsonNode parse(String yaml) {
    return YamlTree.parse(yaml, Integer::toString).root();
  }
}
