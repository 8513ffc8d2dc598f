package io.gensweep.prompt;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plain Java. How an output is divided into shards: one batch of shards for the prompts of the
 * first run, and one for each set of prompts appended later. Shard numbers continue from batch to
 * batch.
 *
 * @param batches in the order they were added; the first run's is at index 0
 */
public record ShardLayout(List<Batch> batches) implements Serializable {
  private static final int MOST = 99_999;
  private static final Pattern NAME =
      Pattern.compile("shard-(\\d{5})-of-(\\d{5})(?:-appended-(\\d{1,6}))?\\.parquet");

  /**
   * A set of prompts that were added in one run.
   *
   * @param shards the number of shards of these prompts
   * @param slices per prompt, each with a part of its continuations and a shard of its own; 1
   *     unless there are too few prompts to keep all task slots busy
   */
  public record Batch(int shards, int slices) implements Serializable {
    public Batch {
      if (shards < 1 || shards > MOST) {
        throw new IllegalArgumentException(
            "shards must be in [1, %d], was %d".formatted(MOST, shards));
      }
      if (slices < 1 || slices > shards) {
        throw new IllegalArgumentException(
            "slices must be in [1, %d], was %d".formatted(shards, slices));
      }
    }

    /** A batch whose prompts are not sliced. */
    public static Batch of(int shards) {
      return new Batch(shards, 1);
    }
  }

  public ShardLayout {
    // A list of one kind, which serialises the same in every JVM.
    batches = new ArrayList<>(batches);
    if (batches.isEmpty()) {
      throw new IllegalArgumentException("batches must not be empty");
    }
  }

  /** The layout of one batch whose prompts are not sliced. */
  public static ShardLayout of(int shards) {
    return of(Batch.of(shards));
  }

  /** The layout of one batch. */
  public static ShardLayout of(Batch batch) {
    return new ShardLayout(List.of(batch));
  }

  @Override
  public List<Batch> batches() {
    return List.copyOf(batches);
  }

  /** The number of shards of all batches. */
  public int shards() {
    return batches.stream().mapToInt(Batch::shards).sum();
  }

  /** The number of the first shard of a batch. */
  public int first(int batch) {
    return batches.subList(0, batch).stream().mapToInt(Batch::shards).sum();
  }

  /** Copies the layout with one more batch. */
  public ShardLayout append(Batch batch) {
    List<Batch> more = new ArrayList<>(batches);
    more.add(batch);
    return new ShardLayout(more);
  }

  /** The file name of a shard. */
  public String name(int shard) {
    int batch = 0;
    int number = shard;
    while (batch < batches.size() && number >= batches.get(batch).shards()) {
      number -= batches.get(batch++).shards();
    }
    if (shard < 0 || batch == batches.size()) {
      throw new IllegalArgumentException(
          "shard must be in [0, %d), was %d".formatted(shards(), shard));
    }
    return "shard-%05d-of-%05d%s.parquet"
        .formatted(number, batches.get(batch).shards(), batch == 0 ? "" : "-appended-" + batch);
  }

  /**
   * The shard of a file name, if it is one.
   *
   * @throws IllegalArgumentException if it is a shard of another layout
   */
  public OptionalInt shard(String name) {
    Matcher parts = NAME.matcher(name);
    if (!parts.matches()) {
      return OptionalInt.empty();
    }
    int batch = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
    int number = Integer.parseInt(parts.group(1));
    if (batch >= batches.size()
        || Integer.parseInt(parts.group(2)) != batches.get(batch).shards()
        || number >= batches.get(batch).shards()) {
      throw new IllegalArgumentException(name + " is no shard of " + batches);
    }
    return OptionalInt.of(first(batch) + number);
  }
}
