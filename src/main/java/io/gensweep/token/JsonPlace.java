package io.gensweep.token;

import java.util.Optional;

/**
 * Driver and executor. The place of a value in a JSON file, printed as a JSON pointer.
 *
 * @param depth steps from the whole file
 */
record JsonPlace(Optional<JsonPlace> outer, String step, int depth) {
  private static final int LONGEST = 120;

  static final JsonPlace WHOLE = new JsonPlace(Optional.empty(), "", 0);

  JsonPlace at(String name) {
    return new JsonPlace(Optional.of(this), name, depth + 1);
  }

  JsonPlace at(int index) {
    return at(Integer.toString(index));
  }

  /** The pointer of RFC 6901; names from the file are cut where they are long. */
  @Override
  public String toString() {
    return outer.map(place -> place + "/" + escaped(step)).orElse("");
  }

  private static String escaped(String name) {
    String text = name.replace("~", "~0").replace("/", "~1");
    return Printable.cut(text, LONGEST);
  }
}
