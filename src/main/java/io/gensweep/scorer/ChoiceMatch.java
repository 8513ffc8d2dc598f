package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Right if the text chooses the reference among the choices of a question.
 *
 * <p>The answer is the choice that the text begins with; else the first one after its last word
 * "answer"; else the only one that it names.
 *
 * @param choices as the text spells them; the reference may be one of them, or its index from 0
 */
public record ChoiceMatch(String name, List<String> choices) implements Scorer {
  private static final Pattern ANSWER = Pattern.compile("\\banswers?\\b", Pattern.CASE_INSENSITIVE);

  public ChoiceMatch {
    require(choices != null && choices.size() >= 2, "choices must hold two texts or more");
    require(
        choices.stream().allMatch(choice -> choice != null && !choice.isBlank()),
        "choices must hold texts that are not blank, was " + choices);
    require(
        choices.stream().distinct().count() == choices.size(),
        "choices must differ, was " + choices);
    choices = List.copyOf(choices);
  }

  @Override
  public Verdict score(Sample sample) {
    List<String> wanted = sample.references().stream().map(this::wanted).toList();
    return chosen(sample.text())
        .map(choice -> Verdict.of(wanted.contains(choice), choice))
        .orElseGet(Verdict::nothingFound);
  }

  private String wanted(String reference) {
    String stripped = reference.strip();
    if (choices.contains(stripped)) {
      return stripped;
    }
    if (stripped.matches("\\d{1,4}") && Integer.parseInt(stripped) < choices.size()) {
      return choices.get(Integer.parseInt(stripped));
    }
    throw new ScorerFailure("bad_reference: %s is none of %s".formatted(reference, choices));
  }

  private Optional<String> chosen(String text) {
    List<MatchResult> named = named().matcher(text).results().toList();
    if (named.isEmpty()) {
      return Optional.empty();
    }
    MatchResult first = named.get(0);
    if (text.substring(0, first.start()).chars().noneMatch(Character::isLetterOrDigit)) {
      return Optional.of(first.group());
    }
    Matcher answer = ANSWER.matcher(text);
    int after = -1;
    while (answer.find()) {
      after = answer.end();
    }
    for (MatchResult choice : named) {
      if (after >= 0 && choice.start() >= after) {
        return Optional.of(choice.group());
      }
    }
    boolean only = named.stream().map(MatchResult::group).distinct().count() == 1;
    return only ? Optional.of(first.group()) : Optional.empty();
  }

  /** Each choice as a word of its own, longer ones first. */
  private Pattern named() {
    List<String> longest = new ArrayList<>(choices);
    longest.sort((a, b) -> b.length() - a.length());
    return Patterns.of(
        longest.stream()
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(?<![\\p{L}\\p{N}_])(?:", ")(?![\\p{L}\\p{N}_])")));
  }
}
