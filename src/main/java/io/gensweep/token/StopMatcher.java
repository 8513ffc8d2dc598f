package io.gensweep.token;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds stop strings in the text of one continuation as its tokens arrive. As in vLLM, the stop
 * string that is complete first wins, and of those that end at the same character the first of the
 * list. As in Hugging Face transformers, one that is the text of a special token is complete at
 * that token, though its text is left out.
 *
 * <p>Only the newest tokens are decoded, together with the few before them that give them their
 * context (the spaces of SentencePiece), so a token costs the same at any length. Text that ends in
 * U+FFFD is held back, because the next token may complete the character; after sixteen tokens it
 * is taken as it is. What was once complete stays: where a decoder would take back a whole run of
 * bytes because of a bad one at its end, the text here keeps the good ones.
 */
public final class StopMatcher {
  private static final char REPLACEMENT = '\uFFFD';

  /** Most tokens held back; a character has at most four bytes, so more cannot belong to one. */
  private static final int MAX_HELD = 16;

  /** Most tokens of an unfinished character, at one byte per token. */
  private static final int UNFINISHED = 3;

  private final List<String> stops;
  private final Detokenizer detokenizer;
  private final int longest;

  /** The stop strings that are special tokens, by their id. */
  private final Map<Integer, String> hidden = new HashMap<>();

  /** Text that later tokens cannot change. */
  private final StringBuilder settled = new StringBuilder();

  /** The newest tokens; the text of those before {@link #settledTokens} is final. */
  private int[] window = new int[MAX_HELD];

  private int windowLength;
  private int settledTokens;

  /** The text of the window's settled tokens alone. */
  private String contextText = "";

  /** Length of the text in which no match may end, because of min_tokens. */
  private int skipped;

  /**
   * Makes a matcher for one continuation.
   *
   * @param stops in order of preference; with none, nothing is ever decoded
   */
  public StopMatcher(List<String> stops, Detokenizer detokenizer) {
    this.stops = List.copyOf(stops);
    this.detokenizer = detokenizer;
    if (this.stops.contains("")) {
      throw new IllegalArgumentException("stop must not hold an empty string");
    }
    for (String stop : this.stops) {
      detokenizer.hidden(stop).ifPresent(id -> hidden.putIfAbsent(id, stop));
    }
    longest = this.stops.stream().mapToInt(String::length).max().orElse(0);
  }

  /** Adds the next token and returns the stop string that it completes, if any. */
  public Optional<StopMatch> accept(int tokenId) {
    return accept(tokenId, true);
  }

  /**
   * Adds a token before min_tokens, which cannot stop the continuation; later matches end after it.
   */
  public void skip(int tokenId) {
    accept(tokenId, false);
  }

  private Optional<StopMatch> accept(int tokenId, boolean search) {
    if (stops.isEmpty()) {
      return Optional.empty();
    }
    int searchedTo = settled.length();
    append(tokenId);
    String text = detokenizer.decode(Arrays.copyOf(window, windowLength));
    String fresh = text.substring(Math.min(contextText.length(), text.length()));
    int sure = fresh.length();
    while (sure > 0 && fresh.charAt(sure - 1) == REPLACEMENT) {
      sure--;
    }
    String visible = fresh.substring(0, sure);
    Optional<StopMatch> match = Optional.empty();
    if (search && hidden.containsKey(tokenId)) {
      match = Optional.of(new StopMatch(hidden.get(tokenId), settled + fresh));
    } else if (search) {
      match = find(searchedTo, visible);
    }
    if (!search) {
      skipped = settled.length() + visible.length();
    }
    if (sure == fresh.length() && sure > 0) {
      settle(fresh, windowLength);
    } else if (windowLength - settledTokens >= MAX_HELD) {
      giveUp();
    }
    return match;
  }

  private void append(int tokenId) {
    if (windowLength == window.length) {
      window = Arrays.copyOf(window, 2 * windowLength);
    }
    window[windowLength++] = tokenId;
  }

  /** Makes the new text final; its tokens become the context of the next ones. */
  private void settle(String fresh, int tokens) {
    settled.append(fresh);
    System.arraycopy(window, settledTokens, window, 0, windowLength - settledTokens);
    windowLength -= settledTokens;
    settledTokens = tokens - settledTokens;
    contextText = detokenizer.decode(Arrays.copyOf(window, settledTokens));
  }

  /** Accepts all but the newest held tokens as they decode, since no character is this long. */
  private void giveUp() {
    int taken = windowLength - UNFINISHED;
    String text = detokenizer.decode(Arrays.copyOf(window, taken));
    if (text.length() > contextText.length()) {
      settle(text.substring(contextText.length()), taken);
    } else {
      System.arraycopy(window, taken, window, settledTokens, UNFINISHED);
      windowLength = settledTokens + UNFINISHED;
    }
  }

  /** The stop string that ends first in the text not searched before. */
  private Optional<StopMatch> find(int searchedTo, String visible) {
    int from = Math.max(0, searchedTo - longest + 1);
    String text = settled.substring(from) + visible;
    int bestEnd = Integer.MAX_VALUE;
    Optional<String> best = Optional.empty();
    for (String stop : stops) {
      int first = Math.max(0, Math.max(searchedTo, skipped) - from - stop.length() + 1);
      int at = text.indexOf(stop, first);
      if (at >= 0 && at + stop.length() < bestEnd) {
        bestEnd = at + stop.length();
        best = Optional.of(stop);
      }
    }
    int end = from + bestEnd;
    return best.map(
        stop -> new StopMatch(stop, (settled + visible).substring(0, end - stop.length())));
  }
}
