package io.gensweep.prompt;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.get_json_object;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Driver. A prompt dataset that was counted and checked with Spark; no prompt reaches the driver
 * except up to three that an error names.
 *
 * <p>One pass over the input makes an entry for each prompt (id, hash, cost, rows of the output),
 * which Spark keeps until {@link #close}; counts, duplicates, the ledger and what was appended are
 * found in the entries.
 */
public final class CountedPrompts implements AutoCloseable {
  private static final long COMPLETIONS_PER_SHARD = 2_000;
  private static final long SHARDS_PER_SLOT = 4;
  // Shards of fewer prompts would be nearly all overhead, and many of them empty; but a prompt that
  // is continued hundreds of times is worth a shard of its own.
  private static final long PROMPTS_PER_SHARD = 4;
  private static final long COMPLETIONS_WORTH_A_SHARD = 256;

  /** Fewest continuations of a slice: as many as are decoded together repay another prefill. */
  private static final long COMPLETIONS_WORTH_A_SLICE = 64;

  /** Most shards, for HDFS and for the five digits of a file name. */
  static final long MOST_SHARDS = 20_000;

  /** Characters per token of English in most vocabularies. */
  private static final double LETTERS_PER_TOKEN = 4;

  private static final int NAMED = 3;
  private static final int LETTERS_SHOWN = 60;

  // Columns of the entries, beside those of the ledger.
  private static final String ROWS = "rows";
  private static final String MALFORMED = "malformed";
  private static final String OWN_ID = "own_id";

  private final Dataset<Row> prompts;
  private final Dataset<Row> kept;
  private final Column cost;
  private final long size;
  private final long malformed;
  private final long rows;
  private final String inputHash;

  private CountedPrompts(Dataset<Row> prompts, Dataset<Row> kept, Column cost, Row totals) {
    this.prompts = prompts;
    this.cost = cost;
    this.kept = kept;
    this.size = totals.getLong(0);
    this.malformed = totals.getLong(1);
    this.rows = totals.getLong(4);
    this.inputHash = inputHash(size, totals.getDecimal(3));
  }

  /**
   * Counts the prompts and checks them, in one pass over the input.
   *
   * @param rows of the output that a prompt makes, a whole number
   * @param tokens at most to generate for a prompt that does not say so itself
   * @throws PromptsError if there are no prompts, ids that are null or not unique, or files that
   *     cannot be read
   */
  public static CountedPrompts of(PromptDataset set, Column rows, double tokens) {
    Column cost = cost(tokens);
    Dataset<Row> kept = entries(set, rows, cost).persist();
    try {
      return JobDescription.during(
          set.rows().sparkSession(),
          "prompts: counts, duplicates and hash",
          () -> counted(set, kept, cost));
    } catch (Exception e) {
      kept.unpersist();
      PromptReader.requireReadable("prompts", set.place(), e);
      throw e;
    }
  }

  private static Dataset<Row> entries(PromptDataset set, Column rows, Column cost) {
    // Rows that never had an id of their own may share one: they only become error rows.
    Column ownId =
        set.idColumn().isPresent() ? not(malformedRow()) : col(PromptColumns.CONTENT).isNotNull();
    return set.rows()
        .select(
            col(PromptColumns.PROMPT_ID),
            rowHash().as(PromptColumns.ROW_HASH),
            cost.as(PromptColumns.COST),
            rows.cast("long").as(ROWS),
            malformedRow().as(MALFORMED),
            ownId.as(OWN_ID));
  }

  private static CountedPrompts counted(PromptDataset set, Dataset<Row> entries, Column cost) {
    Column noId = col(PromptColumns.PROMPT_ID).isNull();
    Row totals =
        entries
            .agg(
                count(lit(1)),
                count(when(col(MALFORMED), lit(1))),
                count(when(noId, lit(1))),
                // As a decimal: Spark 4 by default makes an error of a sum of longs that overflows.
                sum(col(PromptColumns.ROW_HASH).cast("decimal(20,0)")),
                sum(col(ROWS)))
            .first();
    if (totals.getLong(0) == 0) {
      throw new PromptsError(
          set.idColumn().isPresent() ? "prompts" : "prompts.path",
          set.place(),
          "there are no rows in it; name a dataset with at least one prompt");
    }
    if (totals.getLong(2) > 0) {
      throw noIds(set, totals.getLong(2), set.rows().filter(noId));
    }
    checkUnique(set, entries);
    return new CountedPrompts(set.rows(), entries, cost, totals);
  }

  public Dataset<Row> prompts() {
    return prompts;
  }

  /** How many there are, malformed lines included. */
  public long size() {
    return size;
  }

  /** Lines that could not be parsed. */
  long malformed() {
    return malformed;
  }

  /** Rows of the whole output, those that fail included. */
  public long rows() {
    return rows;
  }

  /** Row count and a sum of 64-bit row hashes, so the order of rows is free. */
  public String inputHash() {
    return inputHash;
  }

  /** One row per prompt: its id, a hash of its row, and an estimate of its cost. */
  public Dataset<Row> entries() {
    return kept.select(PromptColumns.PROMPT_ID, PromptColumns.ROW_HASH, PromptColumns.COST);
  }

  /** Estimates the tokens of a prompt and of its continuations. */
  public Column cost() {
    return cost;
  }

  /** Gives back what Spark keeps of the entries; they would be made again from the input. */
  @Override
  public void close() {
    kept.unpersist();
  }

  /**
   * Decides how prompts are divided into shards; a resumed run keeps the shards of its manifest.
   *
   * @param completionsPerPrompt sweep points times samples
   * @param taskSlots tasks that the cluster runs at a time
   */
  public static ShardLayout.Batch batch(long rows, long completionsPerPrompt, int taskSlots) {
    long wanted = Math.min(MOST_SHARDS, SHARDS_PER_SLOT * taskSlots);
    long worth = completionsPerPrompt / COMPLETIONS_WORTH_A_SLICE;
    int slices = (int) Math.max(1, Math.min(worth, wanted / rows));
    return slices == 1
        ? ShardLayout.Batch.of(shards(rows, completionsPerPrompt, taskSlots))
        : new ShardLayout.Batch((int) rows * slices, slices);
  }

  private static int shards(long rows, long completionsPerPrompt, int taskSlots) {
    double completions = (double) rows * completionsPerPrompt;
    long bySize = (long) Math.ceil(completions / COMPLETIONS_PER_SHARD);
    long wanted = Math.max(bySize, SHARDS_PER_SLOT * taskSlots);
    long worth = Math.max(1, COMPLETIONS_WORTH_A_SHARD / Math.max(1, completionsPerPrompt));
    long most = Math.max(1, Math.min(MOST_SHARDS, rows / Math.min(PROMPTS_PER_SHARD, worth)));
    return (int) Math.min(wanted, most);
  }

  private static Column malformedRow() {
    return coalesce(
        col(PromptColumns.PROBLEM).startsWith(PromptColumns.MALFORMED_PROMPT), lit(false));
  }

  private static Column cost(double tokens) {
    Column own = get_json_object(col(PromptColumns.SAMPLING), "$.max_tokens").cast("double");
    Column letters = coalesce(length(to_json(struct(col(PromptColumns.CONTENT)))), lit(0));
    return letters.divide(lit(LETTERS_PER_TOKEN)).plus(coalesce(own, lit(tokens)));
  }

  private static Column rowHash() {
    Column kept = to_json(col(PromptColumns.KEPT), Map.of("timeZone", "UTC"));
    return xxhash64(
        col(PromptColumns.PROMPT_ID),
        col(PromptColumns.CONTENT),
        col(PromptColumns.SAMPLING),
        col(PromptColumns.PROBLEM),
        kept,
        col(PromptColumns.REFERENCES));
  }

  private static String inputHash(long rows, BigDecimal sum) {
    return "xxhash64-sum:%d:%s".formatted(rows, sum.toBigInteger().toString(16));
  }

  private static PromptsError noIds(PromptDataset set, long nulls, Dataset<Row> without) {
    List<Row> first = without.select(col(PromptColumns.CONTENT)).limit(NAMED).collectAsList();
    String prompts =
        first.stream()
            .map(row -> String.valueOf(row.get(0)))
            .map(text -> text.substring(0, Math.min(LETTERS_SHOWN, text.length())))
            .collect(Collectors.joining("; "));
    return new PromptsError(
        "prompts.id",
        set.idColumn().orElse(""),
        "the id is null in %d rows, such as those of the prompts: %s. Fill the column, or leave out prompts.id to get hashes"
            .formatted(nulls, prompts));
  }

  private static void checkUnique(PromptDataset set, Dataset<Row> entries) {
    List<Row> twice =
        entries
            .filter(col(OWN_ID))
            .groupBy(col(PromptColumns.PROMPT_ID))
            .agg(count(lit(1)).as("n"))
            .filter(col("n").gt(lit(1L)))
            .limit(NAMED)
            .collectAsList();
    if (twice.isEmpty()) {
      return;
    }
    String named =
        twice.stream()
            .map(row -> "%s (%d times)".formatted(row.getString(0), row.getLong(1)))
            .collect(Collectors.joining(", "));
    throw set.idColumn().isPresent()
        ? new PromptsError(
            "prompts.id",
            set.idColumn().get(),
            "ids are not unique: " + named + ". Make them unique, or leave out prompts.id")
        : new PromptsError(
            "prompts.id",
            "(not given)",
            "the default id is a hash of the prompt, and prompts repeat: "
                + named
                + ". Remove the copies, or name an id column");
  }
}
