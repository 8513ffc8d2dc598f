package io.gensweep.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** The rules of sampling written down as plainly as can be, to compare the sampler with. */
final class PlainDistribution {
  final List<Integer> ids = new ArrayList<>();
  final List<Double> probabilities = new ArrayList<>();

  PlainDistribution(float[] row, SamplingConfig sampling, Set<Integer> masked) {
    float[] scaled = new float[row.length];
    List<Integer> order = new ArrayList<>();
    for (int id = 0; id < row.length; id++) {
      scaled[id] = row[id] / (float) sampling.temperature();
      if (!masked.contains(id)) {
        order.add(id);
      }
    }
    order.sort(Comparator.<Integer>comparingDouble(id -> -scaled[id]).thenComparingInt(id -> id));
    if (sampling.topK() > 0 && sampling.topK() < order.size()) {
      float least = scaled[order.get(sampling.topK() - 1)];
      order.removeIf(id -> scaled[id] < least);
    }
    double[] p = softmax(scaled, order);
    double before = 0;
    for (int i = 0; i < p.length; i++) {
      boolean nucleus = sampling.topP() == 1 || (float) before < (float) sampling.topP();
      boolean likely = (float) p[i] >= (float) (sampling.minP() * p[0]);
      if (i == 0 || (nucleus && likely)) {
        ids.add(order.get(i));
        probabilities.add(p[i]);
      }
      before += p[i];
    }
    double kept = probabilities.stream().mapToDouble(x -> x).sum();
    probabilities.replaceAll(x -> x / kept);
  }

  private static double[] softmax(float[] scaled, List<Integer> order) {
    double best = scaled[order.get(0)];
    double sum = order.stream().mapToDouble(id -> Math.exp(scaled[id] - best)).sum();
    return order.stream().mapToDouble(id -> Math.exp(scaled[id] - best) / sum).toArray();
  }

  /** Index into ids. */
  int draw(double uniform) {
    double cumulative = 0;
    for (int i = 0; i < ids.size(); i++) {
      cumulative += probabilities.get(i);
      if (cumulative > uniform) {
        return i;
      }
    }
    return ids.size() - 1;
  }

  double probability(int id) {
    int at = ids.indexOf(id);
    return at < 0 ? 0 : probabilities.get(at);
  }
}
