package io.gensweep.spark;

import io.gensweep.engine.EngineCounters;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;

/**
 * Driver, filled by executors. What the tasks of a run did; Spark adds a task's share once, when it
 * succeeds, whatever was retried.
 */
final class Totals implements Serializable {
  private static final long serialVersionUID = 1;

  private final LongAccumulator shards;
  private final LongAccumulator completions;
  private final LongAccumulator failed;
  private final LongAccumulator promptTokens;
  private final LongAccumulator generatedTokens;
  private final LongAccumulator engineNanos;
  private final LongAccumulator prefillNanos;
  private final LongAccumulator decodeNanos;
  private final LongAccumulator prefillTokens;
  private final LongAccumulator halvings;
  private final CollectionAccumulator<EngineReport> engines;

  Totals(SparkContext spark) {
    shards = spark.longAccumulator("shards");
    completions = spark.longAccumulator("completions");
    failed = spark.longAccumulator("failed rows");
    promptTokens = spark.longAccumulator("prompt tokens");
    generatedTokens = spark.longAccumulator("generated tokens");
    engineNanos = spark.longAccumulator("engine nanoseconds");
    prefillNanos = spark.longAccumulator("prefill nanoseconds");
    decodeNanos = spark.longAccumulator("decode nanoseconds");
    prefillTokens = spark.longAccumulator("prefilled tokens");
    halvings = spark.longAccumulator("batch halvings");
    engines = spark.collectionAccumulator("engines");
  }

  /** A row of a shard that may not be whole yet, so that progress shows within shards. */
  void row(long tokens, boolean isFailed) {
    (isFailed ? failed : completions).add(1);
    generatedTokens.add(tokens);
  }

  void shard() {
    shards.add(1);
  }

  void prompt(long tokens) {
    promptTokens.add(tokens);
  }

  void engine(EngineCounters since) {
    engineNanos.add(since.busyNanos());
    prefillNanos.add(since.prefillNanos());
    decodeNanos.add(since.decodeNanos());
    prefillTokens.add(since.prefillTokens());
    halvings.add(since.halvings());
  }

  void loaded(EngineReport report) {
    engines.add(report);
  }

  /** What one task has done, of what Spark knows about it. */
  RowCounts counts(scala.collection.Iterable<AccumulableInfo> ofTask) {
    return new RowCounts(
        value(shards, ofTask),
        value(completions, ofTask),
        value(failed, ofTask),
        value(generatedTokens, ofTask));
  }

  private static long value(
      LongAccumulator wanted, scala.collection.Iterable<AccumulableInfo> ofTask) {
    for (var all = ofTask.iterator(); all.hasNext(); ) {
      AccumulableInfo info = all.next();
      if (info.id() == wanted.id() && info.update().isDefined()) {
        return (Long) info.update().get();
      }
    }
    return 0;
  }

  long rows() {
    return completions.value() + failed.value();
  }

  long promptTokens() {
    return promptTokens.value();
  }

  long generatedTokens() {
    return generatedTokens.value();
  }

  long prefilledTokens() {
    return prefillTokens.value();
  }

  /** Times that an engine went on with half its batch, for want of memory. */
  long halvings() {
    return halvings.value();
  }

  double engineSeconds() {
    return engineNanos.value() / 1e9;
  }

  double prefillSeconds() {
    return prefillNanos.value() / 1e9;
  }

  double decodeSeconds() {
    return decodeNanos.value() / 1e9;
  }

  List<EngineReport> engines() {
    return List.copyOf(engines.value());
  }
}
