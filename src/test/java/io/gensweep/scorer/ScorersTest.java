package io.gensweep.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScorersTest {
  private static final Scorer NUMERIC = new NumericMatch("n", Take.LAST, 0);

  private record Given(String text, List<String> references, Map<String, Object> columns)
      implements Sample {
    @Override
    public Object column(String name) {
      return columns.get(name);
    }
  }

  private static Verdict verdict(Scorer scorer, String text, String... references) {
    return scorer.score(new Given(text, List.of(references), Map.of()));
  }

  private static void requireRight(Scorer scorer, String text, String... references) {
    assertThat(verdict(scorer, text, references).score()).as(text).isEqualTo(1);
  }

  private static void requireWrong(Scorer scorer, String text, String... references) {
    assertThat(verdict(scorer, text, references).score()).as(text).isZero();
  }

  @Test
  void exactIsEachCharacterButForSpaceAtTheEnds() {
    requireRight(new ExactMatch("e", true), " 68\n", "68");
    requireWrong(new ExactMatch("e", false), " 68\n", "68");
    requireWrong(new ExactMatch("e", true), "Paris.", "Paris");
    requireRight(new ExactMatch("e", true), "Paris", "London", "Paris");
  }

  /** What the evaluation script of SQuAD says (src/test/python/make_scorer_oracle.py). */
  @Test
  void normalizedIsTheRuleOfSquad() throws IOException {
    JsonNode cases =
        new ObjectMapper().readTree(Path.of("src/test/resources/evaluate/squad.json").toFile());
    assertThat(cases).isNotEmpty();
    for (JsonNode one : cases) {
      String text = one.path("text").asText();
      assertThat(Comparison.squad(text)).as(text).isEqualTo(one.path("normalized").asText());
    }
    requireRight(new NormalizedMatch("n"), "The Eiffel Tower!", "eiffel tower");
    requireWrong(new NormalizedMatch("n"), "Eiffel's Tower", "eiffel tower");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "The answer is 68. | 68",
        "97 - 29 = 68 | 68",
        "so 1,234.50 dollars | 1234.5",
        "-7 | -7",
        "5-3 | 3",
        "It is -3.25e2 degrees | -325",
        "x = .5 | 0.5",
        "\u22124 | -4",
        "1, 2, 3 | 3",
        "$-12 | -12",
        "007 | 7",
      })
  void theLastNumberOfTheTextIsTheAnswer(String text, String number) {
    Verdict verdict = verdict(NUMERIC, text, number);
    assertThat(verdict).isEqualTo(new Verdict(1, Optional.of(number)));
  }

  @Test
  void numbersAreComparedAsNumbers() {
    requireRight(NUMERIC, "1234.0", "#### 1,234");
    requireWrong(NUMERIC, "1234.01", "1234");
    requireRight(new NumericMatch("n", Take.LAST, 0.01), "1234.01", "1234");
    requireRight(new NumericMatch("n", Take.FIRST, 0), "12 of 40", "12");
    assertThat(verdict(NUMERIC, "none", "1")).isEqualTo(Verdict.nothingFound());
    assertThat(verdict(NUMERIC, "9".repeat(5_000), "1")).isEqualTo(Verdict.nothingFound());
    assertThatThrownBy(() -> verdict(NUMERIC, "5", "five"))
        .isInstanceOf(ScorerFailure.class)
        .hasMessage("bad_reference: there is no number in \"five\"");
  }

  @Test
  void whatAPatternFindsIsCompared() {
    Scorer last = new RegexMatch("final", "(-?\\d+)\\D*$", Comparison.EXACT);
    assertThat(verdict(last, "It was 4, now 12 apples", "12"))
        .isEqualTo(new Verdict(1, Optional.of("12")));
    requireWrong(last, "It was 12, now 4 apples", "12");
    assertThat(verdict(last, "none", "12")).isEqualTo(Verdict.nothingFound());
    requireRight(new RegexMatch("r", "is (.*)\\.", Comparison.NORMALIZED), "It is The Cat.", "cat");
    requireRight(new RegexMatch("r", "\\S+$", Comparison.NUMERIC), "Total: 1,000.0", "1000");
    assertThatThrownBy(() -> new RegexMatch("r", "(", Comparison.EXACT))
        .hasMessageStartingWith("pattern must be a regular expression of Java, was (: ");
  }

  @Test
  void aPatternThatBacktracksWithoutEndFailsTheRow() {
    Scorer slow = new RegexMatch("r", "(.*?,){11}P", Comparison.EXACT);
    assertThatThrownBy(() -> verdict(slow, "1,2,3,4,5,6,7,8,9,10,11,12,".repeat(4), "a"))
        .isInstanceOf(ScorerFailure.class)
        .hasMessageStartingWith("pattern: it backtracks too often");
  }

  @Test
  void aReferenceIsContained() {
    requireRight(new Containment("c", false), "It is Paris, of course", "London", "Paris");
    requireWrong(new Containment("c", false), "it is paris", "Paris");
    requireRight(new Containment("c", true), "it is paris", "Paris");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "B | B",
        "(C) because A is wrong | C",
        "A is wrong, so the answer is D. | A",
        "Not A. The answer is (D). | D",
        "I think it must be B | B",
        "Answer: C, not A | C",
        "Both A and B |",
        "None of them |",
        "ABBA |",
      })
  void theChoiceOfATextIsFound(String text, String choice) {
    Scorer scorer = new ChoiceMatch("c", List.of("A", "B", "C", "D"));
    assertThat(verdict(scorer, text, "A").extracted()).isEqualTo(Optional.ofNullable(choice));
  }

  @Test
  void aReferenceIsAChoiceOrItsIndex() {
    Scorer letters = new ChoiceMatch("c", List.of("A", "B", "C", "D"));
    requireRight(letters, "C", "C");
    requireRight(letters, "C", "2");
    assertThatThrownBy(() -> verdict(letters, "C", "E")).isInstanceOf(ScorerFailure.class);
    requireRight(
        new ChoiceMatch("c", List.of("yes", "no", "not sure")), "not sure, no", "not sure");
  }

  @Test
  void jsonIsValidAndSuitsItsSchema() {
    Scorer any = new JsonValidity("j", "");
    requireRight(any, " {\"a\": 1} ");
    requireRight(any, "```json\n[1, 2]\n```");
    requireWrong(any, "{\"a\": 1} and more");
    requireWrong(any, "{'a': 1}");
    requireWrong(any, "{\"a\": 1, \"a\": 2}");
    requireWrong(any, "");
    Scorer named =
        new JsonValidity(
            "j",
            "{\"type\": \"object\", \"required\": [\"name\"], \"properties\": {\"name\": {\"type\": \"string\"}}}");
    requireRight(named, "{\"name\": \"Ada\"}");
    requireWrong(named, "{\"name\": 1}");
    requireWrong(named, "{}");
    assertThat(verdict(named, "{ \"name\" : 1 }").extracted()).contains("{\"name\":1}");
  }

  @Test
  void aSchemaIsLookedAtBeforeAnyRowAndFetchesNothing() {
    assertThatThrownBy(() -> new JsonValidity("j", "{"))
        .hasMessageStartingWith("schema must be a JSON Schema, was {");
    assertThatThrownBy(() -> new JsonValidity("j", "{\"type\": 7}"))
        .hasMessageStartingWith("schema must be a JSON Schema, was");
    assertThatThrownBy(() -> new JsonValidity("j", "{\"$ref\": \"http://127.0.0.1:9/x.json\"}"))
        .hasMessageStartingWith("schema must be a JSON Schema, was");
  }

  @Test
  void anExpressionIsTrueOrANumber() {
    SqlExpression sql = new SqlExpression("s", "x");
    assertThat(valued(sql, true).score()).isEqualTo(1);
    assertThat(valued(sql, false).score()).isZero();
    assertThat(valued(sql, 0.25).score()).isEqualTo(0.25);
    assertThatThrownBy(() -> valued(sql, 2)).hasMessage("expression: it must be in [0, 1], was 2");
    assertThatThrownBy(() -> sql.score(new Given("", List.of(), Map.of())))
        .hasMessage("expression: it is null for this row");
  }

  private static Verdict valued(SqlExpression sql, Object value) {
    return sql.score(new Given("", List.of(), Map.of(sql.column(), value)));
  }

  @Test
  void aScorerOfTheUsersOwnIsFoundByItsType() {
    assertThat(CustomScorer.types()).contains("length_limit");
    Scorer limit = new CustomScorer("short", "length_limit", Map.of("most", 3));
    requireRight(limit, "abc");
    requireWrong(limit, "abcd");
    assertThat(limit.needsReference()).isFalse();
    assertThatThrownBy(() -> new CustomScorer("x", "length_limit", Map.of("least", 3)))
        .hasMessage("most must be given");
  }
}
