package io.gensweep.prompt;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class PromptPlanTest {
  private final SparkSession spark = LocalSpark.session();

  @Test
  void shardCountsFollowSizeAndSlotsWithinBounds() {
    assertThat(PromptPlan.shards(1, 1, 64)).isEqualTo(1);
    assertThat(PromptPlan.shards(20, 1, 2)).isEqualTo(5);
    assertThat(PromptPlan.shards(1_000, 1, 8)).isEqualTo(32);
    assertThat(PromptPlan.shards(1_000, 640, 8)).isEqualTo(320);
    // Few prompts with many points: a shard each, so that all executors have work.
    assertThat(PromptPlan.shards(8, 64, 8)).isEqualTo(2);
    assertThat(PromptPlan.shards(8, 128, 8)).isEqualTo(4);
    assertThat(PromptPlan.shards(8, 400, 8)).isEqualTo(8);
    assertThat(PromptPlan.shards(1_000_000, 1, 8)).isEqualTo(500);
    assertThat(PromptPlan.shards(10_000_000_000L, 1_000_000_000, 8)).isEqualTo(20_000);
  }

  @Test
  void idsThatAreNullOrRepeatAreNamed() {
    assertThatThrownBy(() -> PromptPlan.of(set("(1, 'a'), (1, 'b'), (2, 'c'), (3, 'd'), (3, 'e')")))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.id: id: ids are not unique: ")
        .hasMessageContaining("1 (2 times)")
        .hasMessageContaining("3 (2 times)");
    assertThatThrownBy(() -> PromptPlan.of(set("(null, 'where am I'), (2, 'c')")))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.id: id: the id is null in 1 rows")
        .hasMessageContaining("where am I");
    // A null prompt has an id all the same, and that must be its own.
    assertThatThrownBy(() -> PromptPlan.of(set("(1, 'a'), (1, cast(null as string))")))
        .isInstanceOf(PromptsError.class);
  }

  @Test
  void theInputHashSeesValuesAndNotTheirOrder() {
    PromptSet set = set("(1, 'a'), (2, 'b'), (3, 'c')");
    String hash = PromptPlan.of(set).inputHash();
    PromptSet shuffled =
        new PromptSet(set.rows().repartition(3, col("content")), "x", Optional.of("id"));

    assertThat(PromptPlan.of(shuffled).inputHash()).isEqualTo(hash);
    assertThat(PromptPlan.of(set("(1, 'a'), (2, 'c'), (3, 'b')")).inputHash()).isNotEqualTo(hash);
    assertThat(PromptPlan.of(set("(1, 'a'), (2, 'b')")).inputHash()).isNotEqualTo(hash);
    // It goes into manifests, so it may not change with the version of Spark.
    assertThat(hash).isEqualTo("xxhash64-sum:3:-3051c6f28fa387de");
  }

  @Test
  void aShardDependsOnTheIdAlone() {
    Dataset<Row> prompts = numbered(1_000);
    ShardAssignment one = new ShardAssignment(16, Set.of(), 1);
    ShardAssignment many = new ShardAssignment(16, Set.of(), 5);

    List<String> alone = lines(prompts.coalesce(1), one);
    List<String> spread = lines(prompts.repartition(7), many);

    assertThat(alone).hasSize(1_000).isEqualTo(spread);
    // A manifest may be of an older Spark, whose shards must be these.
    assertThat(alone.get(0)).startsWith("0 Prompt[id=1, ");
  }

  @Test
  void partitionsComeSortedAndHoldTheShardsTheyShould() {
    Set<Integer> done = Set.of(0, 3, 15);
    ShardAssignment assignment = new ShardAssignment(16, done, 4);

    List<List<Row>> partitions =
        ShardedPrompts.of(numbered(500), assignment)
            .mapPartitions(
                rows -> {
                  List<Row> all = new ArrayList<>();
                  rows.forEachRemaining(all::add);
                  return List.of(all).iterator();
                })
            .collect();

    assertThat(partitions).hasSize(4);
    Set<Integer> seen = new TreeSet<>();
    for (int p = 0; p < 4; p++) {
      List<Row> rows = partitions.get(p);
      assertThat(rows.stream().map(Prompts::shard)).isSorted();
      assertThat(new HashSet<>(rows.stream().map(Prompts::shard).toList()))
          .isSubsetOf(assignment.shardsOf(p));
      for (int i = 1; i < rows.size(); i++) {
        if (Prompts.shard(rows.get(i)) == Prompts.shard(rows.get(i - 1))) {
          assertThat(Utf8Order.INSTANCE.compare(id(rows.get(i - 1)), id(rows.get(i)))).isNegative();
        }
      }
      rows.forEach(row -> seen.add(Prompts.shard(row)));
    }
    assertThat(seen).doesNotContainAnyElementsOf(done).hasSize(13);
  }

  @Test
  void everyRemainingShardHasOnePartition() {
    for (int partitions : new int[] {1, 2, 5, 8, 100}) {
      ShardAssignment assignment = new ShardAssignment(13, Set.of(1, 12), partitions);
      List<Integer> all = new ArrayList<>();
      for (int p = 0; p < assignment.numPartitions(); p++) {
        for (int shard : assignment.shardsOf(p)) {
          assertThat(assignment.getPartition(new scala.Tuple2<>(shard, "id"))).isEqualTo(p);
          all.add(shard);
        }
      }
      assertThat(all).containsExactly(0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }
  }

  @Test
  void nothingRemainsWhenAllShardsAreDone() {
    ShardAssignment assignment = new ShardAssignment(2, Set.of(0, 1), 4);

    assertThat(assignment.numPartitions()).isZero();
    assertThat(ShardedPrompts.of(numbered(10), assignment).collect()).isEmpty();
  }

  @Test
  void idsSortAsTheirUtf8Bytes() {
    List<String> ids = new ArrayList<>(List.of("😀", "\uFFFD", "z", "", "é", "za", "😀a"));

    ids.sort(Utf8Order.INSTANCE);

    assertThat(ids).containsExactly("", "z", "za", "é", "\uFFFD", "😀", "😀a");
  }

  /** One line a prompt, by shard and id. */
  private static List<String> lines(Dataset<Row> prompts, ShardAssignment assignment) {
    List<String> lines =
        ShardedPrompts.of(prompts, assignment)
            .map(row -> Prompts.shard(row) + " " + Prompts.fromRow(row))
            .collect();
    assertThat(lines).isNotEmpty();
    return lines;
  }

  private Dataset<Row> numbered(int count) {
    String values =
        String.join(
            ",",
            IntStream.range(0, count).mapToObj(i -> "(" + i + ",'prompt " + i + "')").toList());
    return set(values).rows();
  }

  private static String id(Row row) {
    return Prompts.fromRow(row).id();
  }

  private PromptSet set(String values) {
    Dataset<Row> rows =
        spark.sql(
            "select cast(i as string) as prompt_id, c as content, cast(null as string) as sampling,"
                + " cast(null as string) as problem, cast(null as array<int>) as kept,"
                + " cast(null as array<string>) as references from values "
                + values
                + " as t(i, c)");
    return new PromptSet(rows, "here", Optional.of("id"));
  }
}
