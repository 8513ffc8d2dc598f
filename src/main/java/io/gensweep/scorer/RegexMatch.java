package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Right if what a pattern finds first in the text is the reference: its first group, or the whole
 * match if it has no group.
 *
 * @param pattern of java.util.regex
 */
public record RegexMatch(String name, String pattern, Comparison compare) implements Scorer {
  public RegexMatch {
    require(pattern != null, "pattern must be given, a regular expression");
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "pattern must be a regular expression of Java, was "
              + pattern
              + ": "
              + e.getDescription()
              + " near position "
              + e.getIndex(),
          e);
    }
  }

  @Override
  public Verdict score(Sample sample) {
    Matcher matcher = Patterns.of(pattern).matcher(new BoundedText(sample.text()));
    if (!matcher.find()) {
      return Verdict.nothingFound();
    }
    String found = matcher.groupCount() == 0 ? matcher.group() : matcher.group(1);
    if (found == null) {
      return Verdict.nothingFound();
    }
    boolean right =
        sample.references().stream().anyMatch(reference -> compare.areSame(found, reference));
    return Verdict.of(right, found);
  }
}
