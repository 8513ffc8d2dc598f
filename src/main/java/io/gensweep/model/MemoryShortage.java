package io.gensweep.model;

import io.gensweep.job.Cause;
import io.gensweep.job.DType;
import io.gensweep.job.JobError;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Executor. What a shortage of memory looks like, and what is said of one at a model's load. */
final class MemoryShortage {
  /** Of DefaultCPUAllocator, CUDACachingAllocator and C++, as libtorch passes them on. */
  private static final List<String> WORDS =
      List.of("not enough memory", "can't allocate memory", "out of memory", "std::bad_alloc");

  private MemoryShortage() {}

  /** Whether libtorch's message is of an allocator that has no more. */
  static boolean isToldBy(String message) {
    return WORDS.stream().anyMatch(message::contains);
  }

  /** What to say of a load that failed; empty if it was not for want of memory. */
  static Optional<JobError> whileLoading(ModelFolder folder, DType dtype, Throwable thrown) {
    return reason(thrown)
        .map(
            reason ->
                new JobError(
                    String.format(
                        Locale.ROOT,
                        "model.path: there is not enough memory to load %s, whose weights take %,d"
                            + " MiB in %s (%s); give each executor more (spark.executor.memory for"
                            + " Java's part, spark.executor.memoryOverhead for the rest), or take a"
                            + " model.dtype of fewer bytes",
                        folder.path(),
                        (folder.weights().elements() * bytes(dtype)) >> 20,
                        dtype,
                        reason),
                    thrown));
  }

  /** The line that tells it, of the exception or of one of its causes. */
  private static Optional<String> reason(Throwable thrown) {
    return Cause.chain(thrown).stream()
        .flatMap(
            link ->
                link instanceof OutOfMemoryError
                    ? Stream.of(link.toString())
                    : String.valueOf(link.getMessage()).lines().filter(MemoryShortage::isToldBy))
        .findFirst()
        .map(String::strip);
  }

  private static int bytes(DType dtype) {
    return switch (dtype) {
      case INT8 -> 1;
      case BFLOAT16 -> 2;
      default -> 4;
    };
  }
}
