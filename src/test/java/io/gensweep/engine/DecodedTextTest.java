package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.sampling.SamplingConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DecodedTextTest {
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
  void whatTheFirstMinTokensSpellDoesNotEndTheText() {
    ContinuationText text = Requests.text(PLAIN.withMinTokens(3).withStop(List.of("AB", "BC")));
    assertThat(text.append(0)).isEmpty();
    assertThat(text.append(1)).isEmpty();
    assertThat(text.append(2)).isEqualTo(Optional.of("BC"));
    assertThat(text.text()).isEqualTo("A");
  }
}
