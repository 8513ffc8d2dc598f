package io.gensweep.model.cuda;

import java.util.List;

/**
 * A compiled kernel of a {@link KernelArchive}.
 *
 * @param file of the archive with its image
 * @param entry its name within the image
 * @param threads of a program
 * @param shared bytes of shared memory of a program
 * @param boxes of its tensor maps, in the order of its arguments; empty where it takes pointers
 */
public record Kernel(String file, String entry, int threads, int shared, List<TensorBox> boxes) {
  public Kernel {
    boxes = List.copyOf(boxes);
  }
}
