package io.gensweep.engine;

import io.gensweep.sampling.SamplingConfig;
import io.gensweep.token.Detokenizer;
import io.gensweep.token.StopMatch;
import io.gensweep.token.StopMatcher;
import java.util.Arrays;
import java.util.Optional;

/**
 * Plain Java. The text of one continuation while it grows.
 *
 * <p>The first min_tokens tokens cannot end it, nor can a stop string that lies wholly in their
 * text. With include_stop_str_in_output the stop string stays, and so does a stop token's text.
 */
public final class ContinuationText {
  private final Detokenizer detokenizer;
  private final StopMatcher stops;
  private final int minTokens;
  private final boolean includesStop;
  private int[] tokenIds = new int[16];
  private int count;
  private Optional<String> cut = Optional.empty();

  public ContinuationText(Detokenizer detokenizer, SamplingConfig sampling) {
    this.detokenizer = detokenizer;
    this.stops = new StopMatcher(sampling.stop(), detokenizer);
    this.minTokens = sampling.minTokens();
    this.includesStop = sampling.includeStopStrInOutput();
  }

  /** Appends a token. Gives the stop string that ends the text now, if one does. */
  Optional<String> append(int tokenId) {
    add(tokenId);
    if (count <= minTokens) {
      stops.skip(tokenId);
      return Optional.empty();
    }
    Optional<StopMatch> match = stops.accept(tokenId);
    cut = match.map(m -> includesStop ? m.text() + m.stop() : m.text());
    return match.map(StopMatch::stop);
  }

  /** Appends the stop token that ended the continuation. */
  void end(int stopTokenId) {
    if (includesStop) {
      add(stopTokenId);
    }
  }

  /** The text so far, cut where the stop string ended it. */
  String text() {
    return cut.orElseGet(() -> detokenizer.decode(Arrays.copyOf(tokenIds, count)));
  }

  private void add(int tokenId) {
    if (count == tokenIds.length) {
      tokenIds = Arrays.copyOf(tokenIds, 2 * count);
    }
    tokenIds[count++] = tokenId;
  }
}
