package io.gensweep.prompt;

import java.util.List;

/**
 * Plain Java. The part of a prompt's continuations that a task makes: all of them, unless there are
 * few prompts with many continuations.
 *
 * @param number from 0
 * @param of how many slices there are
 */
public record Slice(int number, int of) {
  /** The only slice of a prompt that is not sliced. */
  public static final Slice ALL = new Slice(0, 1);

  public Slice {
    if (of < 1 || number < 0 || number >= of) {
      throw new IllegalArgumentException("slice must be in [0, %d), was %d".formatted(of, number));
    }
  }

  public boolean isFirst() {
    return number == 0;
  }

  /** The elements of a list that belong to this slice; slices differ in length by at most one. */
  public <T> List<T> of(List<T> all) {
    return all.subList(start(number, all.size()), start(number + 1, all.size()));
  }

  private int start(int slice, int size) {
    return (int) ((long) slice * size / of);
  }
}
