package io.gensweep.spark;

import io.gensweep.engine.EngineCounters;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkContext;
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
    engines = spark.collectionAccumulator("engines");
  }

  void shard(long completed, long failures, long tokens) {
    shards.add(1);
    completions.add(completed);
    failed.add(failures);
    generatedTokens.add(tokens);
  }

  void prompt(long tokens) {
    promptTokens.add(tokens);
  }

  void engine(EngineCounters since) {
    engineNanos.add(since.busyNanos());
    prefillNanos.add(since.prefillNanos());
    decodeNanos.add(since.decodeNanos());
    prefillTokens.add(since.prefillTokens());
  }

  void loaded(EngineReport report) {
    engines.add(report);
  }

  long shards() {
    return shards.value();
  }

  long completions() {
    return completions.value();
  }

  long failed() {
    return failed.value();
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
