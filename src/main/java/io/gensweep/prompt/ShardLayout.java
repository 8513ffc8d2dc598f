package io.gensweep.prompt;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Plain Java. How an output is cut into shards: so many for the prompts of the run that began it,
 * and so many for each lot of prompts that was appended later. Shards count on from lot to lot.
 *
 * @param lots the first run's at 0
 */
public record ShardLayout(List<Lot> lots) implements Serializable {
  private static final int MOST = 99_999;
  private static final Pattern NAME =
      Pattern.compile("shard-(\\d{5})-of-(\\d{5})(?:-appended-(\\d{1,6}))?\\.parquet");

  /**
   * Prompts that came together.
   *
   * @param shards that they are cut into
   * @param slices that the continuations of each of them are cut into, a shard for each; 1 unless
   *     there are fewer prompts than work for them
   */
  public record Lot(int shards, int slices) implements Serializable {
    public Lot {
      if (shards < 1 || shards > MOST) {
        throw new IllegalArgumentException(
            "shards must be in [1, %d], was %d".formatted(MOST, shards));
      }
      if (slices < 1 || slices > shards) {
        throw new IllegalArgumentException(
            "slices must be in [1, %d], was %d".formatted(shards, slices));
      }
    }

    /** Of whole prompts. */
    public static Lot of(int shards) {
      return new Lot(shards, 1);
    }
  }

  public ShardLayout {
    // A list of one kind, which serialises the same in every JVM.
    lots = new ArrayList<>(lots);
    if (lots.isEmpty()) {
      throw new IllegalArgumentException("lots must not be empty");
    }
  }

  /** Of whole prompts, to which nothing was appended. */
  public static ShardLayout of(int shards) {
    return of(Lot.of(shards));
  }

  /** Of an output to which nothing was appended. */
  public static ShardLayout of(Lot lot) {
    return new ShardLayout(List.of(lot));
  }

  @Override
  public List<Lot> lots() {
    return List.copyOf(lots);
  }

  /** Of all lots. */
  public int shards() {
    return lots.stream().mapToInt(Lot::shards).sum();
  }

  /** The first shard of a lot. */
  public int first(int lot) {
    return lots.subList(0, lot).stream().mapToInt(Lot::shards).sum();
  }

  /** With one more lot. */
  public ShardLayout append(Lot lot) {
    List<Lot> more = new ArrayList<>(lots);
    more.add(lot);
    return new ShardLayout(more);
  }

  /** The file name of a shard. */
  public String name(int shard) {
    int lot = 0;
    int number = shard;
    while (lot < lots.size() && number >= lots.get(lot).shards()) {
      number -= lots.get(lot++).shards();
    }
    if (shard < 0 || lot == lots.size()) {
      throw new IllegalArgumentException(
          "shard must be in [0, %d), was %d".formatted(shards(), shard));
    }
    return "shard-%05d-of-%05d%s.parquet"
        .formatted(number, lots.get(lot).shards(), lot == 0 ? "" : "-appended-" + lot);
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
    int lot = parts.group(3) == null ? 0 : Integer.parseInt(parts.group(3));
    int number = Integer.parseInt(parts.group(1));
    if (lot >= lots.size()
        || Integer.parseInt(parts.group(2)) != lots.get(lot).shards()
        || number >= lots.get(lot).shards()) {
      throw new IllegalArgumentException(name + " is no shard of " + lots);
    }
    return OptionalInt.of(first(lot) + number);
  }
}
