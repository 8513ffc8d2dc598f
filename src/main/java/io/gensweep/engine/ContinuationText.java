package io.gensweep.engine;

import io.gensweep.sampling.SamplingConfig;
import io.gensweep.token.Detokenizer;
import io.gensweep.token.StopMatch;
import io.gensweep.token.StopMatcher;
import java.util.Arrays;
import java.util.Optional;

/**
 * Plain Java. The text of one continuation while it grows. Stop tokens are not shown to it.
 *
 * <p>The first min_tokens tokens cannot end it, nor can a stop string that lies wholly in their
 * text.
 */
public final class ContinuationText {
  private final Detokenizer detokenizer;
  private final StopMatcher stops;
  private final int minTokens;
  private int[] tokenIds = new int[16];
  private int count;
  private Optional<String> cut = Optional.empty();

  public ContinuationText(Detokenizer detokenizer, SamplingConfig sampling) {
    this.detokenizer = detokenizer;
    this.stops = new StopMatcher(sampling.stop(), detokenizer);
    this.minTokens = sampling.minTokens();
  }

  /** Appends a token. Gives the stop string that ends the text now, if one does. */
  Optional<String> append(int tokenId) {
    if (count == tokenIds.length) {
      tokenIds = Arrays.copyOf(tokenIds, 2 * count);
    }
    tokenIds[count++] = tokenId;
    if (count <= minTokens) {
      stops.skip(tokenId);
      return Optional.empty();
    }
    Optional<StopMatch> match = stops.accept(tokenId);
    cut = match.map(StopMatch::text);
    return match.map(StopMatch::stop);
  }

  /** The text so far, cut before the stop string. */
  String text() {
    return cut.orElseGet(() -> detokenizer.decode(Arrays.copyOf(tokenIds, count)));
  }
}
