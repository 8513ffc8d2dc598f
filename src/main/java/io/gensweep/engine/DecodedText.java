package io.gensweep.engine;

import io.gensweep.sampling.SamplingConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Plain Java. The text of a continuation by decoding all of its tokens: once at the end, or after
 * each token where there are stop strings to look for.
 *
 * <p>The stop string that is complete first ends the text; of those that end at the same character
 * the first of the list. One that lies wholly in the text of the first min_tokens tokens does not
 * count.
 */
public final class DecodedText implements ContinuationText {
  private final Function<int[], String> detokenizer;
  private final List<String> stop;
  private final int minTokens;
  private int[] tokenIds = new int[16];
  private int count;
  private int settled;
  private Optional<String> cut = Optional.empty();

  public DecodedText(Function<int[], String> detokenizer, SamplingConfig sampling) {
    this.detokenizer = detokenizer;
    this.stop = sampling.stop();
    this.minTokens = sampling.minTokens();
  }

  @Override
  public Optional<String> append(int tokenId) {
    if (count == tokenIds.length) {
      tokenIds = Arrays.copyOf(tokenIds, 2 * count);
    }
    tokenIds[count++] = tokenId;
    if (stop.isEmpty()) {
      return Optional.empty();
    }
    String text = decode();
    if (count < minTokens) {
      settled = text.length();
      return Optional.empty();
    }
    return find(text);
  }

  @Override
  public String text() {
    return cut.orElseGet(this::decode);
  }

  private Optional<String> find(String text) {
    int end = Integer.MAX_VALUE;
    String found = "";
    for (String candidate : stop) {
      int at = text.indexOf(candidate, Math.max(0, settled - candidate.length() + 1));
      if (at >= 0 && at + candidate.length() < end) {
        end = at + candidate.length();
        found = candidate;
      }
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    cut = Optional.of(text.substring(0, end - found.length()));
    return Optional.of(found);
  }

  private String decode() {
    return detokenizer.apply(Arrays.copyOf(tokenIds, count));
  }
}
