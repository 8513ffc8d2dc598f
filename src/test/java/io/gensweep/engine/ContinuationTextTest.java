package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.sampling.SamplingConfig;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ContinuationTextTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults();

  @Test
  void withoutStopStringsTheTextIsThatOfAllTokens() {
    ContinuationText text = Requests.text(PLAIN);
    assertThat(text.text()).isEmpty();
    for (int i = 0; i < 26; i++) {
      assertThat(text.append(i)).isEmpty();
    }
    assertThat(text.text()).isEqualTo("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  }

  @Test
  void theStopStringThatIsCompleteFirstEndsTheText() {
    ContinuationText text = Requests.text(PLAIN.withStop(List.of("ABCD", "BC", "C")));
    assertThat(text.append(0)).isEmpty();
    assertThat(text.append(1)).isEmpty();
    assertThat(text.append(2)).isEqualTo(Optional.of("BC"));
    assertThat(text.text()).isEqualTo("A");
  }

  @Test
  void theStopStringStaysWhereItIsWanted() {
    SamplingConfig stop = PLAIN.withStop(List.of("BC")).withIncludeStopStrInOutput(true);
    ContinuationText text = Requests.text(stop);
    assertThat(text.append(0)).isEmpty();
    assertThat(text.append(1)).isEmpty();
    assertThat(text.append(2)).isEqualTo(Optional.of("BC"));
    assertThat(text.text()).isEqualTo("ABC");
  }

  @Test
  void whatTheFirstMinTokensSpellDoesNotEndTheText() {
    ContinuationText text = Requests.text(PLAIN.withMinTokens(2).withStop(List.of("AB", "BC")));
    assertThat(text.append(0)).isEmpty();
    assertThat(text.append(1)).isEmpty();
    assertThat(text.append(2)).isEqualTo(Optional.of("BC"));
    assertThat(text.text()).isEqualTo("A");
  }

  @Test
  void theLastOfTheFirstMinTokensCannotEndTheText() {
    ContinuationText text = Requests.text(PLAIN.withMinTokens(3).withStop(List.of("BC")));
    for (int i = 0; i < 4; i++) {
      assertThat(text.append(i)).isEmpty();
    }
    assertThat(text.text()).isEqualTo("ABCD");
  }

  @Test
  void aTokenCostsTheSameHoweverLongTheTextIs() {
    AtomicLong decoded = new AtomicLong();
    ContinuationText text =
        new ContinuationText(
            ids -> {
              decoded.addAndGet(ids.length);
              return Requests.decode(ids);
            },
            PLAIN.withMaxTokens(10_000).withMinTokens(100).withStop(List.of("never")));
    for (int i = 0; i < 10_000; i++) {
      assertThat(text.append(i % 26)).isEmpty();
    }
    assertThat(decoded.get()).isLessThan(10_000 * 10);
    assertThat(text.text()).hasSize(10_000);
  }
}
