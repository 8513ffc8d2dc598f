package io.gensweep.model.cuda;

/**
 * How a product is cut: the output of one program is {@code rows} x {@code columns}.
 *
 * @param name of the kernels that do it, without their form
 * @param depth of the inputs that a program reads at a time
 * @param maps whether they read by tensor maps
 */
public record ProductTile(String name, int rows, int columns, int depth, boolean maps) {

  /** Programs of a product of {@code m} rows with {@code n} outputs. */
  int programs(int m, int n) {
    return Launches.ceilDiv(m, rows) * Launches.ceilDiv(n, columns);
  }

  /** Whether programs read no element beyond a matrix [n, k]. */
  boolean divides(int n, int k) {
    return n % columns == 0 && k % depth == 0;
  }
}
