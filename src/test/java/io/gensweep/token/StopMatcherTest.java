package io.gensweep.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.job.SpecialTokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopMatcherTest {
  /** One token for each byte; 256 is a special token that has no text. */
  private static final Detokenizer BYTES =
      ids -> {
        int[] bytes = Arrays.stream(ids).filter(id -> id < 256).toArray();
        byte[] utf8 = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
          utf8[i] = (byte) bytes[i];
        }
        return new String(utf8, StandardCharsets.UTF_8);
      };

  @Test
  void aStopStringThatSpansTokensIsCutOff() {
    assertThat(run(List.of("\n\n"), "one\n\ntwo")).contains(new StopMatch("\n\n", "one"));
    assertThat(run(List.of("###"), "a## b## c###d")).contains(new StopMatch("###", "a## b## c"));
    assertThat(run(List.of("x"), "abc")).isEmpty();
  }

  @Test
  void aStopStringThatIsASpecialTokenIsCompleteAtItsId() {
    Detokenizer special =
        new Detokenizer() {
          @Override
          public String decode(int[] ids) {
            return BYTES.decode(ids);
          }

          @Override
          public OptionalInt hidden(String specialToken) {
            return specialToken.equals("<end>") ? OptionalInt.of(256) : OptionalInt.empty();
          }
        };
    StopMatcher matcher = new StopMatcher(List.of("b", "<end>"), special);
    matcher.skip(256);
    assertThat(matcher.accept('a')).isEmpty();
    assertThat(matcher.accept(0xC3)).isEmpty();
    assertThat(matcher.accept(256)).contains(new StopMatch("<end>", "a\uFFFD"));
    assertThat(new StopMatcher(List.of("<end>"), BYTES).accept(256)).isEmpty();
  }

  @Test
  void theStopStringThatIsCompleteFirstWins() {
    assertThat(run(List.of("abcd", "bc"), "xabcd")).contains(new StopMatch("bc", "xa"));
    assertThat(run(List.of("long stop", "st"), "a long stop"))
        .contains(new StopMatch("st", "a long "));
  }

  @Test
  void ofStopStringsThatEndTogetherTheFirstOfTheListWins() {
    assertThat(run(List.of("bc", "abc"), "xabc")).contains(new StopMatch("bc", "xa"));
    assertThat(run(List.of("abc", "bc"), "xabc")).contains(new StopMatch("abc", "x"));
  }

  @Test
  void charactersSplitOverTokensAreWaitedFor() {
    assertThat(run(List.of("\uD83D\uDE42"), "caf\u00e9 \uD83D\uDE42!"))
        .contains(new StopMatch("\uD83D\uDE42", "caf\u00e9 "));
    assertThat(run(List.of("\u597d"), "\u4f60\u597d")).contains(new StopMatch("\u597d", "\u4f60"));
  }

  @Test
  void aStopStringIsSeenEvenWhenItsTokenAlsoBeginsAnotherCharacter() {
    byte[] head = "stop".getBytes(StandardCharsets.UTF_8);
    Detokenizer wide =
        ids ->
            BYTES.decode(
                Arrays.stream(ids)
                    .flatMap(
                        id ->
                            id == 300
                                ? IntStream.of(head[0], head[1], head[2], head[3], 0xF0, 0x9F)
                                : IntStream.of(id))
                    .toArray());
    StopMatcher matcher = new StopMatcher(List.of("stop"), wide);
    assertThat(matcher.accept('a')).isEmpty();
    assertThat(matcher.accept(300)).contains(new StopMatch("stop", "a"));
  }

  @Test
  void skippedTokensCannotStopButMayBeginAStopString() {
    StopMatcher matcher = new StopMatcher(List.of("ab"), BYTES);
    for (char c : "ab ab a".toCharArray()) {
      matcher.skip(c);
    }
    assertThat(matcher.accept('b')).contains(new StopMatch("ab", "ab ab "));
    StopMatcher other = new StopMatcher(List.of("ab"), BYTES);
    other.skip('a');
    other.skip('b');
    assertThat(other.accept('c')).isEmpty();
  }

  @Test
  void bytesThatNeverBecomeACharacterDoNotHideWhatFollows() {
    StopMatcher matcher = new StopMatcher(List.of("end"), BYTES);
    for (int i = 0; i < 1000; i++) {
      assertThat(matcher.accept(0x80)).isEmpty();
      assertThat(matcher.accept(256)).isEmpty();
    }
    assertThat(matcher.accept('e')).isEmpty();
    assertThat(matcher.accept('n')).isEmpty();
    assertThat(matcher.accept('d')).contains(new StopMatch("end", "\uFFFD".repeat(1000)));
  }

  @Test
  void aTokenCostsTheSameAtAnyLength() {
    AtomicLong decoded = new AtomicLong();
    Detokenizer counting =
        ids -> {
          decoded.addAndGet(ids.length);
          return BYTES.decode(ids);
        };
    for (int[] cycle :
        List.of(
            new int[] {'a'},
            new int[] {0x80},
            new int[] {256},
            new int[] {0xE4, 0xBD, 0xA0, 256, 'b', 0xFF})) {
      StopMatcher matcher = new StopMatcher(List.of("never"), counting);
      decoded.set(0);
      for (int i = 0; i < 20_000; i++) {
        matcher.accept(cycle[i % cycle.length]);
      }
      assertThat(decoded.get()).as("cycle of %s", Arrays.toString(cycle)).isLessThan(20_000L * 60);
    }
  }

  @Test
  void withoutStopStringsNothingIsDecoded() {
    Detokenizer never =
        ids -> {
          throw new AssertionError("decoded");
        };
    assertThat(new StopMatcher(List.of(), never).accept(5)).isEmpty();
  }

  @Test
  void anEmptyStopStringIsRefused() {
    assertThatThrownBy(() -> new StopMatcher(List.of("a", ""), BYTES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stop");
  }

  /** The reference decodes and searches the whole continuation at every token. */
  @Test
  void randomBytesStopWhereASearchOfTheWholeTextStops() {
    Random random = new Random(1);
    int[] alphabet = {'a', 'b', ' ', 0xE4, 0xBD, 0xA0, 0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80, 256};
    int stopped = 0;
    for (int round = 0; round < 3000; round++) {
      int[] ids = random.ints(40, 0, alphabet.length).map(i -> alphabet[i]).toArray();
      List<String> stops = List.of("ab", "b a", "\u00e9", "a\u4f60", "bb");
      Optional<StopMatch> wanted = reference(stops, ids, BYTES);
      assertThat(feed(new StopMatcher(stops, BYTES), ids))
          .as(Arrays.toString(ids))
          .isEqualTo(wanted);
      stopped += wanted.isPresent() ? 1 : 0;
    }
    assertThat(stopped).isBetween(500, 2990);
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "digits"})
  void textsStopWhereASearchOfTheWholeTextStops(String name) {
    Random random = new Random(2);
    List<String> texts =
        List.of(
            "The quick brown fox.\n\nQ: what is 12 + 34?\nA: 46 <|im_end|> and more",
            "caf\u00e9 \u4f60\u597d\uff0c\u4e16\u754c \uD83D\uDE42\uD83D\uDE42  two  spaces </s> \u041f\u0440\u0438\u0432\u0435\u0442",
            " leading, def add(a, b):\n    return a + b\n\n\n");
    int stopped = 0;
    try (Tokenizer tokenizer = Tokenizer.load(TokenizerFixture.folder(name))) {
      for (int round = 0; round < 300; round++) {
        String text = texts.get(round % texts.size());
        List<String> stops = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          int from = random.nextInt(text.length());
          int to = Math.min(text.length(), from + 1 + random.nextInt(5));
          stops.add(text.substring(from, to));
        }
        int[] ids = tokenizer.encode(text, false, SpecialTokens.PARSE);
        Optional<StopMatch> wanted = reference(stops, ids, tokenizer);
        assertThat(feed(new StopMatcher(stops, tokenizer), ids)).as("%s", stops).isEqualTo(wanted);
        stopped += wanted.isPresent() ? 1 : 0;
      }
    }
    assertThat(stopped).isGreaterThan(200);
  }

  private static Optional<StopMatch> reference(
      List<String> stops, int[] ids, Detokenizer detokenizer) {
    for (int length = 1; length <= ids.length; length++) {
      String text = detokenizer.decode(Arrays.copyOf(ids, length)).replaceAll("\uFFFD+$", "");
      Optional<StopMatch> best = Optional.empty();
      int bestEnd = Integer.MAX_VALUE;
      for (String stop : stops) {
        int at = text.indexOf(stop);
        if (at >= 0 && at + stop.length() < bestEnd) {
          bestEnd = at + stop.length();
          best = Optional.of(new StopMatch(stop, text.substring(0, at)));
        }
      }
      if (best.isPresent()) {
        return best;
      }
    }
    return Optional.empty();
  }

  private static Optional<StopMatch> run(List<String> stops, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[utf8.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Byte.toUnsignedInt(utf8[i]);
    }
    return feed(new StopMatcher(stops, BYTES), ids);
  }

  private static Optional<StopMatch> feed(StopMatcher matcher, int[] ids) {
    for (int id : ids) {
      Optional<StopMatch> match = matcher.accept(id);
      if (match.isPresent()) {
        return match;
      }
    }
    return Optional.empty();
  }
}
