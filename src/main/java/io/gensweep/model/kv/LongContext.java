package io.gensweep.model.kv;

/**
 * From which length on a sequence is rotated by tables of its own, as models with longrope have
 * them. All rows of a sequence are of one kind, so one that grows beyond that length begins anew.
 *
 * @param above most tokens of a sequence that is not long
 * @param rows of the rotary table before those of long sequences
 */
public record LongContext(int above, int rows) {
  /** Of models whose rotation does not depend on the length. */
  public static final LongContext NONE = new LongContext(Integer.MAX_VALUE, 0);

  boolean isLong(int tokens) {
    return tokens > above;
  }
}
