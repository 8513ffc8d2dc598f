package io.gensweep.model.cuda;

/**
 * Launches of a decoder's products of rows with its matrices. How a product is cut follows the
 * number of rows, and its bits do not.
 */
final class ProductLaunches {
  private final KernelArchive archive;
  private final ModelSizes sizes;

  ProductLaunches(KernelArchive archive, ModelSizes sizes) {
    this.archive = archive;
    this.sizes = sizes;
  }

  void qkv(Launches to, long x, long weight, long bias, long y, int rows) {
    product(to, "qkv", x, weight, bias, y, rows, sizes.qkv(), sizes.hidden(), false);
  }

  /** Adds to y. */
  void addOut(Launches to, long x, long weight, long bias, long y, int rows) {
    product(to, "out", x, weight, bias, y, rows, sizes.hidden(), sizes.queries(), true);
  }

  /** Adds to y. */
  void addDown(Launches to, long x, long weight, long y, int rows) {
    product(to, "down", x, weight, 0, y, rows, sizes.hidden(), sizes.inner(), true);
  }

  void head(Launches to, long x, long weight, long y, int rows) {
    product(to, "head", x, weight, 0, y, rows, sizes.logits(), sizes.hidden(), false);
  }

  /** SiLU of one product, times another. */
  void gated(Launches to, long x, long gate, long up, long y, int rows) {
    int inputs = sizes.hidden();
    int outputs = sizes.inner();
    ProductTile tile = archive.tile("gated", outputs, rows);
    String kernel = "gated/" + tile.name() + even(tile, outputs, inputs);
    to.launch(archive.kernel(kernel), tile.programs(rows, outputs), 1, 1);
    matrices(to, tile, x, rows, inputs, outputs, gate, up);
    to.pointer(gate, up, y).number(rows, outputs, inputs).end();
  }

  /**
   * One product.
   *
   * @param bias its address, 0 for none
   * @param adds whether it is added to what y has
   */
  private void product(
      Launches to,
      String kind,
      long x,
      long weight,
      long bias,
      long y,
      int rows,
      int outputs,
      int inputs,
      boolean adds) {
    ProductTile tile = archive.tile(kind, outputs, rows);
    String form = (bias == 0 ? "" : "+bias") + (adds ? "+add" : "") + even(tile, outputs, inputs);
    to.launch(archive.kernel("product/" + tile.name() + form), tile.programs(rows, outputs), 1, 1);
    matrices(to, tile, x, rows, inputs, outputs, weight);
    to.pointer(weight, bias == 0 ? weight : bias, y).number(rows, outputs, inputs).end();
  }

  private static String even(ProductTile tile, int outputs, int inputs) {
    return !tile.maps() && tile.divides(outputs, inputs) ? "/even" : "";
  }

  private static void matrices(
      Launches to, ProductTile tile, long x, int rows, int inputs, int outputs, long... weights) {
    if (!tile.maps()) {
      to.pointer(x).pointer(weights);
      return;
    }
    to.map(x, rows, inputs);
    for (long weight : weights) {
      to.map(weight, outputs, inputs);
    }
  }
}
