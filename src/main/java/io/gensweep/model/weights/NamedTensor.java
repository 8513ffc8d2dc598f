package io.gensweep.model.weights;

import io.gensweep.job.JobError;
import java.nio.file.Path;
import java.util.List;

/** A tensor of a checkpoint before anyone asks for it: of any type and rank, readable or not. */
public interface NamedTensor {
  String name();

  Path file();

  List<Long> shape();

  /**
   * The tensor as a weight.
   *
   * @throws JobError if it is of a type that no weight has
   */
  StoredTensor open();
}
