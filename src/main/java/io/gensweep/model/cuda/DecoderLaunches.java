package io.gensweep.model.cuda;

import java.util.function.ToLongFunction;

/**
 * Which kernels a decoder launches in which order, with which grids. Kernels read and write where
 * {@link ModelAddresses} and {@link Scratch} say. The same order is in {@code
 * src/main/native/cuda/step.py}, which a trial runs without the engine.
 */
public final class DecoderLaunches {
  /** Candidates of a row. */
  public static final int BEST = 64;

  /** Logits that one program looks at, and groups of 64 of them. */
  private static final int LOGITS = 4096;

  static final int GROUPS = LOGITS / 64;

  /** Programs that attention of a decode needs to keep a card busy. */
  private static final int PROGRAMS = 128;

  /** Rows up to which attention asks for keys and values before its queries are there. */
  private static final int EARLY_ROWS = 64;

  private static final int GATHERED = 1024;
  private static final int ROTATED_HEADS = 8;
  private static final int JOINED = 32;
  private static final int PICKED = 256;
  private static final int LEAST_NORM = 1024;
  private static final int LEAST_CANDIDATES = 512;
  private static final double LOG2_E = 1.4426950408889634;

  private final KernelArchive archive;
  private final ToLongFunction<Kernel> functions;
  private final ModelSizes sizes;
  private final ProductLaunches products;
  private final ModelAddresses model;
  private final Scratch scratch;
  private final int positionsPerBlock;
  private final int chunks;

  /**
   * @param functions of the driver by the kernels
   * @param positionsPerBlock of the KV cache
   * @param context most positions of a sequence
   */
  public DecoderLaunches(
      KernelArchive archive,
      ToLongFunction<Kernel> functions,
      ModelSizes sizes,
      ModelAddresses model,
      Scratch scratch,
      int positionsPerBlock,
      int context) {
    this.archive = archive;
    this.functions = functions;
    this.sizes = sizes;
    this.products = new ProductLaunches(archive, sizes);
    this.model = model;
    this.scratch = scratch;
    this.positionsPerBlock = positionsPerBlock;
    this.chunks = chunks(archive, context);
  }

  /** Chunks of attention in a context. */
  public static int chunks(KernelArchive archive, int context) {
    return Launches.ceilDiv(context, archive.chunk());
  }

  static int logitBlocks(ModelSizes sizes) {
    return Launches.ceilDiv(sizes.vocab(), LOGITS);
  }

  /** Rows up to which the chunks of a row's attention are dealt out to several programs. */
  static int mostSplitRows(ModelSizes sizes) {
    return Math.max(1, PROGRAMS / 2 / sizes.kvHeads());
  }

  /** A step of one token for each row, and what is best after it. */
  public long[] decode(int rows, StepInput in, StepOutput out) {
    Launches to = launches();
    gather(to, model.embedding(), in.ids(), scratch.x(), rows);
    for (int layer = 0; layer < sizes.layers(); layer++) {
      LayerAddresses own = model.layers().get(layer);
      norm(to, scratch.x(), own.firstNorm(), scratch.y(), rows);
      qkv(to, own, rows);
      attendRows(to, own, layer, rows, in);
      rest(to, own, rows);
    }
    logits(to, scratch.x(), rows);
    summarise(to, rows, in, out);
    return to.words();
  }

  /**
   * Fills the KV cache with tokens of some prompts.
   *
   * @param tiles address of the tiles of attention, [count, 4]
   * @param whole whether what leaves the last layer is wanted
   */
  public Launches prefill(int tokens, StepInput in, long tiles, int tileCount, boolean whole) {
    Launches to = launches();
    gather(to, model.embedding(), in.ids(), scratch.x(), tokens);
    for (int layer = 0; layer < sizes.layers(); layer++) {
      LayerAddresses own = model.layers().get(layer);
      norm(to, scratch.x(), own.firstNorm(), scratch.y(), tokens);
      qkv(to, own, tokens);
      rotate(to, own, layer, tokens, in);
      if (whole || layer + 1 < sizes.layers()) {
        attendTiles(to, own, layer, in, tiles, tileCount);
        rest(to, own, tokens);
      }
    }
    return to;
  }

  /**
   * Looks up what follows some tokens of a prefill, after its launches.
   *
   * @param asked address of the tokens' places in the call, int32
   * @param targets address of the ids that follow, int32
   * @param picked address for their logits, float32
   */
  public void score(
      Launches to, int rows, long asked, long targets, long picked, StepInput in, StepOutput out) {
    gather(to, scratch.x(), asked, scratch.last(), rows);
    logits(to, scratch.last(), rows);
    summarise(to, rows, in, out);
    pick(to, in.rows(), targets, picked, rows);
  }

  /** The best of some rows of the last logits, at other temperatures. */
  public long[] summaries(int rows, StepInput in, StepOutput out) {
    Launches to = launches();
    summarise(to, rows, in, out);
    return to.words();
  }

  /**
   * Some of the last logits.
   *
   * @param rows address of their rows, int32, as ids
   */
  public long[] picks(int count, long rows, long ids, long picked) {
    Launches to = launches();
    pick(to, rows, ids, picked, count);
    return to.words();
  }

  private Launches launches() {
    return new Launches(functions, archive.launchesEarly());
  }

  private void gather(Launches to, long table, long ids, long y, int rows) {
    to.launch(archive.kernel("gather"), rows, Launches.ceilDiv(sizes.hidden(), GATHERED), 1)
        .pointer(table, ids, y)
        .number(sizes.hidden())
        .end();
  }

  private void norm(Launches to, long x, long weight, long y, int rows) {
    int block = Math.max(LEAST_NORM, powerOfTwo(sizes.hidden()));
    to.launch(archive.kernel("norm/" + block), rows, 1, 1)
        .pointer(x, weight, y)
        .number(sizes.hidden())
        .real(sizes.eps())
        .end();
  }

  private void qkv(Launches to, LayerAddresses own, int rows) {
    products.qkv(to, scratch.y(), own.qkv(), own.qkvBias(), scratch.qkv(), rows);
  }

  /** What follows attention in a layer: both parts add to x. */
  private void rest(Launches to, LayerAddresses own, int rows) {
    products.addOut(to, scratch.attended(), own.out(), own.outBias(), scratch.x(), rows);
    norm(to, scratch.x(), own.secondNorm(), scratch.y(), rows);
    products.gated(to, scratch.y(), own.gate(), own.up(), scratch.inner(), rows);
    products.addDown(to, scratch.inner(), own.down(), scratch.x(), rows);
  }

  private void logits(Launches to, long x, int rows) {
    norm(to, x, model.finalNorm(), scratch.y(), rows);
    products.head(to, scratch.y(), model.head(), scratch.logits(), rows);
  }

  private String heads(String kernel) {
    return kernel + (sizes.normsHeads() ? "+norm" : "");
  }

  /** The norms of heads; any address where there are none. */
  private void headNorms(Launches to, LayerAddresses own) {
    to.pointer(
        sizes.normsHeads() ? own.queryNorm() : own.firstNorm(),
        sizes.normsHeads() ? own.keyNorm() : own.firstNorm());
  }

  private long keys(int layer) {
    return model.cache() + 2L * layer * sizes.blockPart(positionsPerBlock) * sizes.bytes();
  }

  private long values(int layer) {
    return keys(layer) + sizes.blockPart(positionsPerBlock) * sizes.bytes();
  }

  private void rotate(Launches to, LayerAddresses own, int layer, int tokens, StepInput in) {
    int heads = sizes.heads() + 2 * sizes.kvHeads();
    to.launch(
            archive.kernel(heads("rotate/" + sizes.head())),
            tokens,
            Launches.ceilDiv(heads, ROTATED_HEADS),
            1)
        .pointer(scratch.qkv(), model.cosines(), model.sines());
    headNorms(to, own);
    to.pointer(in.positions(), in.starts(), in.table(), scratch.queries())
        .pointer(keys(layer), values(layer))
        .number((int) sizes.block(positionsPerBlock), sizes.kvHeads(), group())
        .real(sizes.headEps())
        .end();
  }

  private int group() {
    return sizes.heads() / sizes.kvHeads();
  }

  private void attendRows(Launches to, LayerAddresses own, int layer, int rows, StepInput in) {
    int parts = parts(rows);
    Kernel kernel = archive.kernel(heads("attend/" + sizes.head() + "/" + decodeForm(rows, parts)));
    to.launch(kernel, rows, sizes.kvHeads(), parts).pointer(scratch.qkv());
    attend(to, own, layer, in, in.positions(), parts);
    if (parts > 1) {
      to.launch(
              archive.kernel("join/" + sizes.head()),
              rows,
              sizes.heads(),
              Launches.ceilDiv(sizes.head(), JOINED))
          .pointer(scratch.part(), scratch.stats(), in.positions(), scratch.attended())
          .number(sizes.heads(), chunks, sizes.window())
          .end();
    }
  }

  private static String decodeForm(int rows, int parts) {
    if (parts > 1) {
      return "split";
    }
    return rows <= EARLY_ROWS ? "decode" : "wide";
  }

  /** Programs of a row and key head. */
  private int parts(int rows) {
    int most = PROGRAMS / (powerOfTwo(rows) * sizes.kvHeads());
    return Math.max(1, Math.min(powerOfTwo(chunks), most));
  }

  private void attendTiles(
      Launches to, LayerAddresses own, int layer, StepInput in, long tiles, int count) {
    Kernel kernel = archive.kernel(heads("attend/" + sizes.head() + "/prefill"));
    to.launch(kernel, count, sizes.kvHeads(), 1).pointer(scratch.queries());
    attend(to, own, layer, in, tiles, 1);
  }

  private void attend(
      Launches to, LayerAddresses own, int layer, StepInput in, long tiles, int parts) {
    to.pointer(model.cosines(), model.sines());
    headNorms(to, own);
    to.pointer(in.positions(), in.starts(), tiles, in.table())
        .pointer(keys(layer), values(layer))
        .pointer(scratch.attended(), scratch.part(), scratch.stats())
        .number((int) sizes.block(positionsPerBlock), sizes.kvHeads(), group())
        .number(chunks, parts, sizes.window())
        .real(sizes.scale() * LOG2_E, sizes.headEps())
        .end();
  }

  private void summarise(Launches to, int rows, StepInput in, StepOutput out) {
    int blocks = logitBlocks(sizes);
    int count = blocks * GROUPS;
    to.launch(archive.kernel("groups"), rows, blocks, 1)
        .pointer(scratch.logits(), in.rows(), in.inverse(), scratch.groups(), scratch.sums())
        .number(sizes.logits(), sizes.vocab(), blocks)
        .end();
    int room = Math.max(LEAST_CANDIDATES, powerOfTwo(count));
    to.launch(archive.kernel("candidates/" + room), rows, 1, 1)
        .pointer(scratch.logits(), in.rows(), in.inverse(), scratch.groups(), scratch.sums())
        .pointer(out.values(), out.ids(), out.sums())
        .number(sizes.logits(), sizes.vocab(), blocks, count)
        .end();
  }

  private void pick(Launches to, long rows, long ids, long picked, int count) {
    to.launch(archive.kernel("pick"), Launches.ceilDiv(count, PICKED), 1, 1)
        .pointer(scratch.logits(), rows, ids, picked)
        .number(sizes.logits(), count)
        .end();
  }

  private static int powerOfTwo(int atLeast) {
    return atLeast <= 1 ? 1 : 2 * Integer.highestOneBit(atLeast - 1);
  }
}
