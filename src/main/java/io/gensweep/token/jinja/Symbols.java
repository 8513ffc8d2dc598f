package io.gensweep.token.jinja;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names of one frame of a template (the template itself, or the body of a loop, macro, {@code
 * with} or block), in the order of the text. jinja2 resolves names before it renders: a name that a
 * frame assigns before it reads it, and that no frame around it knows, is the frame's own from its
 * start, so frames inside see it undefined until it is assigned, whatever the variables hold.
 */
final class Symbols {
  private final Optional<Symbols> outer;

  /** The frame that this is a branch of. */
  private final Optional<Symbols> whole;

  /** By name, whether the frame's own variable starts undefined, for want of a read before. */
  private final Map<String, Boolean> startsUndefined = new HashMap<>();

  private final Set<String> assigned = new HashSet<>();
  private Optional<Set<String>> hidden = Optional.empty();

  private Symbols(Optional<Symbols> outer, Optional<Symbols> whole) {
    this.outer = outer;
    this.whole = whole;
  }

  static Symbols ofTemplate() {
    return new Symbols(Optional.empty(), Optional.empty());
  }

  Symbols inner() {
    return new Symbols(Optional.of(whole.orElse(this)), Optional.empty());
  }

  void read(String name) {
    startsUndefined.putIfAbsent(name, false);
  }

  void assign(String name) {
    startsUndefined.putIfAbsent(name, true);
    assigned.add(name);
  }

  /** Names that have a value from the start: parameters and the targets of loops. */
  void declare(String name) {
    startsUndefined.put(name, false);
  }

  /** This frame as one branch of an {@code if} sees it; give the branches to {@link #join}. */
  Symbols branch() {
    Symbols branch = new Symbols(outer, Optional.of(whole.orElse(this)));
    branch.startsUndefined.putAll(startsUndefined);
    branch.assigned.addAll(assigned);
    return branch;
  }

  /** A name that some branches do not assign keeps the value from outside until it is assigned. */
  void join(List<Symbols> branches) {
    Map<String, Integer> assignments = new HashMap<>();
    for (Symbols branch : branches) {
      branch.assigned.stream()
          .filter(name -> !assigned.contains(name))
          .forEach(name -> assignments.merge(name, 1, Integer::sum));
      startsUndefined.putAll(branch.startsUndefined);
    }
    assignments.forEach(
        (name, count) -> {
          assigned.add(name);
          if (count < branches.size()) {
            startsUndefined.put(name, false);
          }
        });
  }

  /** The names to make undefined where the frame begins. Call it when all frames are parsed. */
  Set<String> hidden() {
    if (hidden.isEmpty()) {
      Set<String> names = new HashSet<>();
      startsUndefined.forEach(
          (name, undefined) -> {
            if (undefined && outer.stream().noneMatch(frame -> frame.knows(name))) {
              names.add(name);
            }
          });
      hidden = Optional.of(names);
    }
    return hidden.get();
  }

  private boolean knows(String name) {
    return startsUndefined.containsKey(name) || outer.stream().anyMatch(frame -> frame.knows(name));
  }
}
