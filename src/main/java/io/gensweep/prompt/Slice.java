package io.gensweep.prompt;

import java.util.List;

/**
 * Plain Java. Which part of a prompt's continuations a task makes: all of them, unless prompts are
 * few and continuations many.
 *
 * @param number from 0
 * @param of how many slices there are
 */
public record Slice(int number, int of) {
  /** The whole. */
  public static final Slice ALL = new Slice(0, 1);

  public Slice {
    if (of < 1 || number < 0 || number >= of) {
      throw new IllegalArgumentException("slice must be in [0, %d), was %d".formatted(of, number));
    }
  }

  public boolean isFirst() {
    return number == 0;
  }

  /**
   * The part of a list that is this slice's; slices of one list differ in length by one at most.
   */
  public <T> List<T> of(List<T> all) {
    return all.subList(start(number, all.size()), start(number + 1, all.size()));
  }

  private int start(int slice, int size) {
    return (int) ((long) slice * size / of);
  }
}
