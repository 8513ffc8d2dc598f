package io.gensweep.engine;

import io.gensweep.model.DeviceMemoryException;
import io.gensweep.model.ModelRunner;
import io.gensweep.model.kv.BlockPool;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which branches run: the oldest first, at most {@code maxBatch} of them in a step.
 *
 * <p>A branch takes blocks of the KV cache as it grows. Where there are none it waits, and the
 * oldest takes them from the youngest, which is put back and begins again later: its rows come out
 * the same, since draws have addresses and kernels do not look at the batch.
 */
final class Scheduler {
  /**
   * Blocks that each running sequence may grow by in each group of layers before it finds none,
   * when another joins.
   */
  private static final long HEADROOM = 4;

  private final ModelRunner runner;
  private final BlockPool pool;
  private final Function<SamplingConfig, ContinuationText> texts;
  private int maxBatch;

  /** Without KV rows. */
  private final TreeSet<Branch> waiting = new TreeSet<>(Branch.OLDEST_FIRST);

  /** With KV rows; those beyond {@code maxBatch} run when others have finished. */
  private final TreeSet<Branch> live = new TreeSet<>(Branch.OLDEST_FIRST);

  private long submissions;
  private long births;
  private long putBack;

  Scheduler(ModelRunner runner, int maxBatch, Function<SamplingConfig, ContinuationText> texts) {
    if (maxBatch < 1) {
      throw new IllegalArgumentException("max_batch must be >= 1, was " + maxBatch);
    }
    this.runner = runner;
    this.pool = runner.pool();
    this.maxBatch = maxBatch;
    this.texts = texts;
  }

  void submit(Submission<?> submission) {
    Request<?> request = submission.request();
    long order = submissions++;
    waiting.add(
        request.texts().isEmpty()
            ? new DrawBranch(submission, order, births++, request.variants(), texts)
            : new ScoreBranch(submission, order, births++, request.texts()));
  }

  boolean hasWork() {
    return !waiting.isEmpty() || !live.isEmpty();
  }

  /** Branches that were put back so far, for want of blocks. */
  long putBack() {
    return putBack;
  }

  /** Begins branches that wait, while there are slots and blocks for them. */
  void admit() {
    drop();
    while (live.size() < maxBatch && !waiting.isEmpty() && pool.hasRoomForSequence()) {
      Branch next = waiting.first();
      if (!live.isEmpty() && !hasRoom(next)) {
        return;
      }
      waiting.remove(next);
      if (next.begin(runner.shape(), pool)) {
        next.hold(pool.sequence());
        live.add(next);
      }
    }
  }

  private boolean hasRoom(Branch next) {
    long sequences = next.width() + live.stream().mapToLong(Branch::width).sum();
    long headroom = pool.groups().size() * HEADROOM * Math.min(sequences, maxBatch);
    return pool.heldBy(next.promptRows()) + headroom <= pool.freeBlocks();
  }

  /** Chooses the KV rows that this step fills. */
  FillStep fill() {
    FillStep step = new FillStep(runner);
    for (Branch branch : List.copyOf(live)) {
      if (live.contains(branch)) {
        branch.fill(step);
        while (step.takeLack() && makeRoomFor(branch)) {
          branch.fill(step);
        }
      }
    }
    return step;
  }

  /** Chooses the sequences that this step decodes. */
  List<DrawBranch> batch() {
    List<DrawBranch> batch = new ArrayList<>();
    int blocks = 0;
    for (Branch branch : List.copyOf(live)) {
      if (batch.size() < maxBatch
          && branch instanceof DrawBranch drawing
          && live.contains(branch)
          && drawing.drawable()) {
        while (blocks + branch.kv().growth(1) > pool.freeBlocks() && makeRoomFor(branch)) {
          // Another branch was put back.
        }
        if (blocks + branch.kv().growth(1) <= pool.freeBlocks()) {
          batch.add(drawing);
          blocks += branch.kv().growth(1);
        }
      }
    }
    return batch;
  }

  /** The oldest branch gets what the youngest holds; false for others, and if there is none. */
  private boolean makeRoomFor(Branch branch) {
    if (live.size() < 2 || live.first() != branch) {
      return false;
    }
    putBack(live.last());
    putBack++;
    return true;
  }

  /** Adds the branches that parted from one of the batch; those without KV rows begin anew. */
  void add(Collection<DrawBranch> parted) {
    for (DrawBranch branch : parted) {
      if (branch.runs()) {
        live.add(branch);
      } else {
        putBack(branch);
        putBack++;
      }
    }
  }

  /** Numbers a branch that parts from another. */
  long birth() {
    return births++;
  }

  /** Frees what finished branches hold. */
  void retire() {
    live.stream().filter(Branch::finished).forEach(Branch::release);
    live.removeIf(Branch::finished);
  }

  /**
   * After a step that memory was not enough for: what ran begins again, half as many at a time.
   * What finished in that step was delivered.
   *
   * @throws DeviceMemoryException {@code e}, if a single branch was too much
   */
  void halve(DeviceMemoryException e) {
    int ran = Math.min(live.size(), maxBatch);
    if (ran < 2) {
      throw e;
    }
    maxBatch = ran / 2;
    retire();
    List.copyOf(live).forEach(this::putBack);
    // Where it was growing, a part of it has grown and the rest would find no memory.
    runner.clearCache();
  }

  /** Forgets every request; nothing more of them is delivered. */
  void clear() {
    live.forEach(Branch::release);
    live.clear();
    waiting.clear();
  }

  /** Branches of a request that are put back begin again as one. */
  private void putBack(Branch branch) {
    live.remove(branch);
    branch.release();
    Branch restarted = branch.restarted();
    if (branch instanceof DrawBranch drawing) {
      Optional<DrawBranch> sibling =
          waiting.stream()
              .takeWhile(other -> other.order() <= branch.order())
              .filter(other -> other.submission() == branch.submission())
              .map(DrawBranch.class::cast)
              .findFirst();
      if (sibling.isPresent()) {
        waiting.remove(sibling.get());
        restarted = drawing.restartedWith(sibling.get().unfinished());
      }
    }
    waiting.add(restarted);
  }

  private void drop() {
    waiting.removeIf(branch -> branch.submission().cancelled());
    live.stream().filter(branch -> branch.submission().cancelled()).forEach(Branch::release);
    live.removeIf(branch -> branch.submission().cancelled());
  }
}
