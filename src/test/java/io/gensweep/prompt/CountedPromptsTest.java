package io.gensweep.prompt;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

class CountedPromptsTest {
  private final SparkSession spark = LocalSpark.session();

  @Test
  void fewPromptsWithManyContinuationsAreCutIntoSlices() {
    assertThat(CountedPrompts.batch(1, 1_000, 8)).isEqualTo(new ShardLayout.Batch(15, 15));
    assertThat(CountedPrompts.batch(1, 1_000, 2)).isEqualTo(new ShardLayout.Batch(8, 8));
    assertThat(CountedPrompts.batch(3, 1_000, 8)).isEqualTo(new ShardLayout.Batch(30, 10));
    assertThat(CountedPrompts.batch(16, 400, 8)).isEqualTo(new ShardLayout.Batch(32, 2));
    assertThat(CountedPrompts.batch(17, 400, 8)).isEqualTo(ShardLayout.Batch.of(17));
    assertThat(CountedPrompts.batch(1, 127, 8)).isEqualTo(ShardLayout.Batch.of(1));
  }

  @Test
  void shardCountsFollowSizeAndSlotsWithinBounds() {
    assertThat(CountedPrompts.batch(1, 1, 64)).isEqualTo(ShardLayout.Batch.of(1));
    assertThat(CountedPrompts.batch(20, 1, 2)).isEqualTo(ShardLayout.Batch.of(5));
    assertThat(CountedPrompts.batch(1_000, 1, 8)).isEqualTo(ShardLayout.Batch.of(32));
    assertThat(CountedPrompts.batch(1_000, 640, 8)).isEqualTo(ShardLayout.Batch.of(320));
    // Prompts with many points: shards of few of them, so that all executors have work.
    assertThat(CountedPrompts.batch(8, 64, 8)).isEqualTo(ShardLayout.Batch.of(2));
    assertThat(CountedPrompts.batch(40, 128, 8)).isEqualTo(ShardLayout.Batch.of(20));
    assertThat(CountedPrompts.batch(40, 400, 8)).isEqualTo(ShardLayout.Batch.of(32));
    assertThat(CountedPrompts.batch(1_000_000, 1, 8)).isEqualTo(ShardLayout.Batch.of(500));
    assertThat(CountedPrompts.batch(10_000_000_000L, 1_000_000_000, 8))
        .isEqualTo(ShardLayout.Batch.of(20_000));
  }

  @Test
  void idsThatAreNullOrRepeatAreNamed() {
    assertThatThrownBy(() -> count(set("(1, 'a'), (1, 'b'), (2, 'c'), (3, 'd'), (3, 'e')")))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.id: id: ids are not unique: ")
        .hasMessageContaining("1 (2 times)")
        .hasMessageContaining("3 (2 times)");
    assertThatThrownBy(() -> count(set("(null, 'where am I'), (2, 'c')")))
        .isInstanceOf(PromptsError.class)
        .hasMessageStartingWith("prompts.id: id: the id is null in 1 rows")
        .hasMessageContaining("where am I");
    // A null prompt has an id all the same, and that must be its own.
    assertThatThrownBy(() -> count(set("(1, 'a'), (1, cast(null as string))")))
        .isInstanceOf(PromptsError.class);
  }

  @Test
  void theInputHashSeesValuesAndNotTheirOrder() {
    PromptDataset set = set("(1, 'a'), (2, 'b'), (3, 'c')");
    String hash = count(set).inputHash();
    assertThat(count(set).size()).isEqualTo(3);
    assertThat(count(set).rows()).as("two of each").isEqualTo(6);
    PromptDataset shuffled =
        new PromptDataset(set.rows().repartition(3, col("content")), "x", Optional.of("id"));

    assertThat(count(shuffled).inputHash()).isEqualTo(hash);
    assertThat(count(set("(1, 'a'), (2, 'c'), (3, 'b')")).inputHash()).isNotEqualTo(hash);
    assertThat(count(set("(1, 'a'), (2, 'b')")).inputHash()).isNotEqualTo(hash);
    // It goes into manifests, so it may not change with the version of Spark.
    assertThat(hash).isEqualTo("xxhash64-sum:3:-3051c6f28fa387de");
  }

  @Test
  void aShardDependsOnTheIdAlone() {
    Dataset<Row> prompts = numbered(1_000);
    List<String> alone = lines(prompts.coalesce(1), assignment(16, Set.of()));
    List<String> spread = lines(prompts.repartition(7), assignment(16, Set.of()));

    assertThat(alone).hasSize(1_000).isEqualTo(spread);
    // A manifest may be of an older Spark, whose shards must be these.
    assertThat(alone.get(0)).startsWith("0 Prompt[id=1, ");
  }

  @Test
  void eachRemainingShardHasAPartitionOfItsOwnSortedById() {
    Set<Integer> done = Set.of(0, 3, 15);
    ShardAssignment assignment = assignment(16, done);

    List<List<Row>> partitions =
        ShardPartitions.of(sharded(numbered(500), 16), assignment)
            .mapPartitions(
                rows -> {
                  List<Row> all = new ArrayList<>();
                  rows.forEachRemaining(all::add);
                  return List.of(all).iterator();
                })
            .collect();

    assertThat(partitions).hasSize(13);
    for (int p = 0; p < 13; p++) {
      List<Row> rows = partitions.get(p);
      assertThat(rows.stream().map(Prompts::shard)).containsOnly(assignment.shard(p));
      assertThat(rows.stream().map(CountedPromptsTest::id)).isSortedAccordingTo(Utf8Order.INSTANCE);
      assertThat(done).doesNotContain(assignment.shard(p));
    }
  }

  @Test
  void theCostliestPromptsOfAShardComeFirst() {
    Dataset<Row> prompts =
        sharded(numbered(9), 1)
            .withColumn(
                PromptColumns.COST,
                org.apache.spark.sql.functions.expr("IF(prompt_id IN ('3', '7'), 2.0D, 1.0D)"));
    List<String> ids =
        ShardPartitions.of(prompts, assignment(1, Set.of())).map(CountedPromptsTest::id).collect();
    assertThat(ids).containsExactly("3", "7", "0", "1", "2", "4", "5", "6", "8");
  }

  @Test
  void theCostliestShardsAreBegunFirst() {
    ShardAssignment assignment = new ShardAssignment(new double[] {1, 5, 2, 5, 9, 2}, Set.of(4));
    List<Integer> order = new ArrayList<>();
    for (int p = 0; p < assignment.numPartitions(); p++) {
      int shard = assignment.shard(p);
      assertThat(assignment.getPartition(new scala.Tuple3<>(shard, 1.0, "id"))).isEqualTo(p);
      assertThat(assignment.isDone(shard)).isFalse();
      order.add(shard);
    }
    assertThat(order).containsExactly(1, 3, 2, 5, 0);
    assertThat(assignment.isDone(4)).isTrue();
  }

  @Test
  void whatAPromptLetsGenerateAndItsLengthMakeItsCost() {
    PromptDataset plain = set("(1, 'a'), (2, repeat('a', 400)), (3, NULL)");
    Dataset<Row> prompts =
        plain
            .rows()
            .withColumn(
                PromptColumns.SAMPLING,
                org.apache.spark.sql.functions.expr(
                    "CASE prompt_id WHEN 1 THEN '{\"max_tokens\": 70}' END"));
    List<Double> costs =
        count(new PromptDataset(prompts, plain.place(), plain.idColumn()))
            .entries()
            .orderBy(PromptColumns.PROMPT_ID)
            .collectAsList()
            .stream()
            .map(row -> row.getDouble(2))
            .toList();
    assertThat(costs.get(0)).isBetween(70.0, 80.0);
    assertThat(costs.get(1)).isBetween(120.0, 130.0);
    assertThat(costs.get(2)).isBetween(20.0, 21.0);
  }

  @Test
  void nothingRemainsWhenAllShardsAreDone() {
    ShardAssignment assignment = assignment(2, Set.of(0, 1));

    assertThat(assignment.numPartitions()).isZero();
    assertThat(ShardPartitions.of(sharded(numbered(10), 2), assignment).collect()).isEmpty();
  }

  @Test
  void idsSortAsTheirUtf8Bytes() {
    List<String> ids = new ArrayList<>(List.of("😀", "\uFFFD", "z", "", "é", "za", "😀a"));

    ids.sort(Utf8Order.INSTANCE);

    assertThat(ids).containsExactly("", "z", "za", "é", "\uFFFD", "😀", "😀a");
  }

  /** Two rows of the output for each, and at most 20 tokens. */
  static CountedPrompts count(PromptDataset prompts) {
    try (CountedPrompts counted =
        CountedPrompts.of(prompts, org.apache.spark.sql.functions.lit(2), 20)) {
      return counted;
    }
  }

  private static ShardAssignment assignment(int shards, Set<Integer> done) {
    return new ShardAssignment(new double[shards], done);
  }

  private static Dataset<Row> sharded(Dataset<Row> prompts, int shards) {
    return ShardPartitions.withShard(
            prompts.withColumn(PromptColumns.BATCH, org.apache.spark.sql.functions.lit(0)),
            ShardLayout.of(shards))
        .withColumn(PromptColumns.COST, org.apache.spark.sql.functions.lit(1.0));
  }

  /** One line a prompt, by shard and id. */
  private static List<String> lines(Dataset<Row> prompts, ShardAssignment assignment) {
    List<String> lines =
        ShardPartitions.of(sharded(prompts, 16), assignment)
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

  private PromptDataset set(String values) {
    Dataset<Row> rows =
        spark.sql(
            "select cast(i as string) as prompt_id, c as content, cast(null as string) as sampling,"
                + " cast(null as string) as problem, cast(null as array<int>) as kept,"
                + " cast(null as array<string>) as references from values "
                + values
                + " as t(i, c)");
    return new PromptDataset(rows, "here", Optional.of("id"));
  }
}
