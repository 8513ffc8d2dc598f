package io.gensweep.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The job file that README.md shows. */
class ReadmeTest {
  private static final Pattern BLOCK = Pattern.compile("(?s)```yaml\\n(name: .*?)```");

  @Test
  void everyKeyOfTheJobFileIsOneThatTheProgramHas() throws IOException {
    JsonNode shown = YamlTree.parse(block(), line -> "README.md:" + line).root();
    assertThat(shown.fieldNames()).toIterable().isSubsetOf(JobKeys.keys(""));
    for (String section : sections()) {
      for (var keys = shown.path(section).fieldNames(); keys.hasNext(); ) {
        String key = keys.next();
        assertThat(JobKeys.canonical(section, key)).as(section + "." + key).isPresent();
      }
    }
  }

  @Test
  void everyKeyThatTheProgramHasIsNamed() throws IOException {
    String block = block();
    assertThat(JobKeys.keys("")).allSatisfy(key -> assertThat(words(block)).contains(key));
    for (String section : sections()) {
      if (!section.equals(JobKeys.SWEEP)) {
        Matcher text = Pattern.compile("(?m)^" + section + ":.*\\n((?: .*\\n)*)").matcher(block);
        assertThat(text.find()).as(section).isTrue();
        assertThat(words(text.group(1))).as(section).containsAll(JobKeys.keys(section));
      }
    }
  }

  /** What it calls a job's own is refused here, and the other way round. */
  @Test
  void theBlockWithoutWhatExcludesEachOtherIsAJob() throws IOException {
    assertThat(JobText.resolve(block()).spec().name()).isEqualTo("quickstart");
  }

  private static List<String> sections() {
    return JobKeys.keys("").stream().filter(JobKeys::isSection).toList();
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("[a-z_]+").matcher(text);
    while (word.find()) {
      words.add(word.group());
    }
    return words;
  }

  private static String block() throws IOException {
    Matcher block = BLOCK.matcher(Files.readString(Path.of("README.md")));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }
}
