package io.gensweep.model.kv;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Places for the states of fixed size that some models keep for each sequence beside its KV rows.
 * One thread.
 */
final class StateSlots {
  /** The slot of a sequence of a model that has no states. */
  static final int NONE = -1;

  private final int count;
  private final BitSet taken = new BitSet();
  private final List<BlockCopy> copies = new ArrayList<>();

  /**
   * @param count 0 for a model that has no states
   */
  StateSlots(int count) {
    this.count = count;
  }

  boolean exist() {
    return count > 0;
  }

  boolean anyFree() {
    return !exist() || taken.cardinality() < count;
  }

  int take() {
    if (!exist()) {
      return NONE;
    }
    int slot = taken.nextClearBit(0);
    if (slot >= count) {
      throw new IllegalStateException("no slot is free: sequences hold all " + count);
    }
    taken.set(slot);
    return slot;
  }

  /** Takes one whose state will be that of another. */
  int takeCopy(int source) {
    int slot = take();
    if (slot != NONE) {
      copies.add(new BlockCopy(source, slot));
    }
    return slot;
  }

  void letGo(int slot) {
    if (slot != NONE) {
      taken.clear(slot);
      copies.removeIf(copy -> copy.target() == slot);
    }
  }

  List<BlockCopy> takeCopies() {
    List<BlockCopy> all = List.copyOf(copies);
    copies.clear();
    return all;
  }

  /** 1 + the highest slot that is taken; 0 if none is. */
  int highWater() {
    return taken.length();
  }
}
