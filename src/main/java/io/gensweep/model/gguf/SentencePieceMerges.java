package io.gensweep.model.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merges of a SentencePiece BPE, which a GGUF file does not have: SentencePiece joins two
 * neighbours if they make a token, the one with the best score first. So each way to cut a token
 * into two is a merge, and the scores rank them. Only normal tokens are made by merges: text never
 * becomes a special token in that way.
 */
record SentencePieceMerges(Metadata metadata, Vocabulary vocabulary) {
  /** What stands for a space inside of tokens. */
  static final String SPACE = "\u2581";

  /** In UTF-16 units; the longest of Gemma 3 has 31. */
  private static final int LONGEST_TOKEN = 512;

  /** Gemma 3 has half a million. */
  private static final int MOST_MERGES = 5_000_000;

  private static final String SCORES = "tokenizer.ggml.scores";

  private record Merge(String left, String right, double score, int leftId, int rightId) {
    /** Best first; of one score, as transformers has them. */
    static final Comparator<Merge> RANK =
        Comparator.comparingDouble(Merge::score)
            .thenComparingInt(merge -> length(merge.left))
            .thenComparingInt(merge -> length(merge.right))
            .reversed()
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId);

    private static int length(String text) {
      return text.codePointCount(0, text.length());
    }
  }

  /** The merges of tokenizer.json. */
  ArrayNode ranked() {
    double[] scores = metadata.decimals(SCORES);
    if (scores.length < vocabulary.size()) {
      throw metadata.wrong(
          "has " + SCORES + " of " + scores.length + " for " + vocabulary.size() + " tokens");
    }
    Map<String, Integer> ids = new HashMap<>();
    vocabulary.each(
        (token, id) -> {
          if (vocabulary.kinds().get(id) == TokenKind.NORMAL) {
            ids.put(token, id);
          }
        });
    List<Merge> merges = new ArrayList<>();
    ids.forEach((token, id) -> addCuts(token, scores[id], ids, merges));
    ArrayNode ranked = JsonNodeFactory.instance.arrayNode();
    merges.sort(Merge.RANK);
    merges.forEach(merge -> ranked.addArray().add(merge.left).add(merge.right));
    return ranked;
  }

  private void addCuts(String token, double score, Map<String, Integer> ids, List<Merge> merges) {
    if (token.length() > LONGEST_TOKEN || merges.size() > MOST_MERGES) {
      throw metadata.wrong(
          "has tokens of more than "
              + LONGEST_TOKEN
              + " characters, or more than "
              + MOST_MERGES
              + " ways to make a token of two, far beyond every known vocabulary; take the"
              + " publisher's file");
    }
    for (int at = token.offsetByCodePoints(0, 1);
        at < token.length();
        at = token.offsetByCodePoints(at, 1)) {
      String left = token.substring(0, at);
      String right = token.substring(at);
      if (ids.containsKey(left) && ids.containsKey(right)) {
        merges.add(new Merge(left, right, score, ids.get(left), ids.get(right)));
      }
    }
  }
}
