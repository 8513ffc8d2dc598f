package io.gensweep.prompt;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Plain Java. Orders strings as their UTF-8 bytes do, which is the order of Spark and of Parquet
 * statistics; {@link String#compareTo} differs from it outside the Basic Multilingual Plane.
 */
public enum Utf8Order implements Comparator<String>, Serializable {
  INSTANCE;

  @Override
  public int compare(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // A surrogate stands for a code point above every char that is none.
        int order = Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
        return order == 0 ? Character.compare(a, b) : order;
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
