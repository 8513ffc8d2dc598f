package io.gensweep.job;

import static io.gensweep.sampling.Checks.require;

import io.gensweep.sampling.SamplingConfig;
import java.io.Serializable;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * One setting of the sweep.
 *
 * @param index place in the grid, from 0
 * @param name the point's own name, or its overrides, such as {@code temperature=0.7,top_p=0.9}
 * @param sampling the job's sampling with the point's overrides
 * @param keys the keys that the point sets itself
 */
public record SweepPoint(int index, String name, SamplingConfig sampling, Set<String> keys)
    implements Serializable {
  public SweepPoint {
    require(index >= 0, "index must be >= 0, was " + index);
    require(!name.isBlank(), "name must not be blank");
    keys = Collections.unmodifiableSet(new TreeSet<>(keys));
  }
}
