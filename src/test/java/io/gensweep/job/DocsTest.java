package io.gensweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What README.md, CONTRIBUTING.md and docs/ point to is there, and their job files are job files.
 */
class DocsTest {
  private static final Pattern JOB = Pattern.compile("(?s)```yaml\\n(.*?)```");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#([^)\\s]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  /** A path of the repository, up to its first wildcard; behind a colon it is an older commit's. */
  private static final Pattern SOURCE =
      Pattern.compile("(?<![\\w./:-])(?:src|jobs|conf|data|docs)/[\\w./-]*\\w");

  private static final Pattern TEST_CLASS =
      Pattern.compile("\\b[A-Z][a-z0-9]\\w*(?:Test|IT|Benchmark)\\b");

  private static final Pattern TYPE = Pattern.compile("`([A-Z][a-z]\\w*)[`.]");
  private static final Set<Path> ABOUT_CODE =
      Set.of(Path.of("CONTRIBUTING.md"), Path.of("docs/architecture.md"));

  @Test
  void everyKeyOfTheReadmesJobIsOneThatTheProgramHas() throws IOException {
    JsonNode shown = YamlTree.parse(readmeJob(), line -> "README.md:" + line).root();
    assertThat(shown.fieldNames()).toIterable().isSubsetOf(JobKeys.keys(""));
    for (String section : sections()) {
      for (var keys = shown.path(section).fieldNames(); keys.hasNext(); ) {
        String key = keys.next();
        assertThat(JobKeys.canonical(section, key)).as(section + "." + key).isPresent();
      }
    }
  }

  @Test
  void everyKeyThatTheProgramHasIsInTheReadme() throws IOException {
    String job = readmeJob();
    assertThat(JobKeys.keys("")).allSatisfy(key -> assertThat(words(job)).contains(key));
    for (String section : sections()) {
      if (!section.equals(JobKeys.SWEEP)) {
        Matcher text = Pattern.compile("(?m)^" + section + ":.*\\n((?: .*\\n)*)").matcher(job);
        assertThat(text.find()).as(section).isTrue();
        assertThat(words(text.group(1))).as(section).containsAll(JobKeys.keys(section));
      }
    }
  }

  /** A part of a job file is one with the least that every job needs. */
  @Test
  void everyJobFileShownIsAJob() throws IOException {
    for (Found job : findAll(JOB)) {
      String shown = job.group(1);
      String missing =
          JobText.LEAST
              .lines()
              .filter(line -> !has(shown, line.substring(0, line.indexOf(':') + 1)))
              .collect(Collectors.joining("\n", "", "\n"));
      assertThatCode(() -> JobText.resolve(missing + shown))
          .as("%s:%n%s", job.page(), shown)
          .doesNotThrowAnyException();
    }
  }

  private static boolean has(String job, String section) {
    return job.lines().anyMatch(line -> line.startsWith(section));
  }

  @Test
  void everyLinkEndsAtAFileAndAHeading() throws IOException {
    for (Found link : findAll(LINK)) {
      if (!link.group(1).contains("://")) {
        Path target = link.page().resolveSibling(link.group(1));
        assertThat(target).as(link.toString()).exists();
        if (link.group(2) != null) {
          assertThat(anchors(target)).as(link.toString()).contains(link.group(2));
        }
      }
    }
  }

  @Test
  void everyPathNamedIsThere() throws IOException {
    for (Found path : findAll(SOURCE)) {
      assertThat(Path.of(path.group(0))).as(path.toString()).exists();
    }
  }

  @Test
  void everyTestNamedIsThere() throws IOException {
    Set<String> tests = javaFiles("src/test/java", "src/bench/java");
    for (Found test : findAll(TEST_CLASS)) {
      assertThat(tests).as(test.toString()).contains(test.group(0));
    }
  }

  /** In the pages that speak of the code; elsewhere it may be a class of others. */
  @Test
  void everyTypeNamedIsThere() throws IOException {
    Set<String> types = javaFiles("src/main/java", "src/test/java");
    for (Found type : findAll(TYPE)) {
      if (ABOUT_CODE.contains(type.page())) {
        assertThat(types).as(type.toString()).contains(type.group(1));
      }
    }
  }

  /** A match of a pattern, and the page that has it. */
  private record Found(Path page, MatchResult match) {
    String group(int number) {
      return match.group(number);
    }

    @Override
    public String toString() {
      return page + ": " + match.group();
    }
  }

  private static List<Found> findAll(Pattern pattern) throws IOException {
    List<Found> found = new ArrayList<>();
    for (Path page : pages()) {
      Matcher matcher = pattern.matcher(Files.readString(page));
      matcher.results().forEach(match -> found.add(new Found(page, match)));
    }
    return found;
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> root = Files.list(Path.of(""));
        Stream<Path> docs = Files.list(Path.of("docs"))) {
      return Stream.concat(root, docs).filter(file -> file.toString().endsWith(".md")).toList();
    }
  }

  private static Set<String> javaFiles(String... folders) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String folder : folders) {
      try (Stream<Path> tree = Files.walk(Path.of(folder))) {
        tree.forEach(files::add);
      }
    }
    return files.stream()
        .map(file -> file.getFileName().toString())
        .filter(name -> name.endsWith(".java"))
        .map(name -> name.replace(".java", ""))
        .collect(Collectors.toSet());
  }

  /** Of the headings of a page, as GitHub makes them. */
  private static List<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(Files.readString(page))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w -]", "").replace(' ', '-'))
        .toList();
  }

  private static List<String> sections() {
    return JobKeys.keys("").stream().filter(JobKeys::isSection).toList();
  }

  private static List<String> words(String text) {
    return Pattern.compile("[a-z_]+").matcher(text).results().map(MatchResult::group).toList();
  }

  private static String readmeJob() throws IOException {
    Matcher job = JOB.matcher(Files.readString(Path.of("README.md")));
    assertThat(job.find()).isTrue();
    return job.group(1);
  }
}
