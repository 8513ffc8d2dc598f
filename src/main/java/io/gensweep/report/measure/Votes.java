package io.gensweep.report.measure;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The vote of the first k samples of a prompt, for every k. */
final class Votes {
  private Votes() {}

  /** What one answer has. */
  private static final class Answer {
    final int first;
    final double score;
    int count;

    Answer(int first, double score) {
      this.first = first;
      this.score = score;
    }

    boolean leads(Answer other) {
      return count > other.count || (count == other.count && first < other.first);
    }
  }

  /**
   * The score of the answer with most votes among the first 1, 2, ... samples; of two with as many
   * the one that came first. 0 where nobody has a vote.
   */
  static double[] scores(List<Draw> samples, int scorer) {
    Map<String, Answer> answers = new HashMap<>();
    double[] scores = new double[samples.size()];
    Answer leader = null;
    for (int i = 0; i < scores.length; i++) {
      Draw draw = samples.get(i);
      String vote = draw.votes()[scorer];
      if (vote != null) {
        int at = i;
        Answer answer =
            answers.computeIfAbsent(vote, unused -> new Answer(at, draw.scores()[scorer]));
        answer.count++;
        leader = leader == null || answer.leads(leader) ? answer : leader;
      }
      scores[i] = leader == null ? 0 : leader.score;
    }
    return scores;
  }
}
