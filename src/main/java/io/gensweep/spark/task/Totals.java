package io.gensweep.spark.task;

import io.gensweep.engine.EngineCounters;
import io.gensweep.report.EngineReport;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.util.CollectionAccumulator;
import org.apache.spark.util.LongAccumulator;
import scala.collection.Iterable;

/**
 * Driver, filled by executors. Totals of the tasks of a run; Spark adds a task's share once, when
 * it succeeds, however often it was retried.
 */
public final class Totals implements Serializable {
  private static final long serialVersionUID = 1;

  private final LongAccumulator shards;
  private final LongAccumulator completions;
  private final LongAccumulator failed;
  private final LongAccumulator promptTokens;
  private final LongAccumulator generatedTokens;
  private final CollectionAccumulator<EngineCounters> work;
  private final CollectionAccumulator<EngineReport> engines;

  public Totals(SparkContext spark) {
    shards = spark.longAccumulator("shards");
    completions = spark.longAccumulator("completions");
    failed = spark.longAccumulator("failed rows");
    promptTokens = spark.longAccumulator("prompt tokens");
    generatedTokens = spark.longAccumulator("generated tokens");
    work = spark.collectionAccumulator("work of engines");
    engines = spark.collectionAccumulator("engines");
  }

  /** Counts a row, before its shard is complete, so that progress shows within shards. */
  public void row(long tokens, boolean isFailed) {
    (isFailed ? failed : completions).add(1);
    generatedTokens.add(tokens);
  }

  public void shard() {
    shards.add(1);
  }

  void prompt(long tokens) {
    promptTokens.add(tokens);
  }

  void engine(EngineCounters since) {
    work.add(since);
  }

  void loaded(EngineReport report) {
    engines.add(report);
  }

  /** Counts what one task has done, by its accumulators. */
  public RowCounts counts(Iterable<?> ofTask) {
    return new RowCounts(
        value(shards, ofTask),
        value(completions, ofTask),
        value(failed, ofTask),
        value(generatedTokens, ofTask));
  }

  private static long value(LongAccumulator wanted, Iterable<?> ofTask) {
    for (var all = ofTask.iterator(); all.hasNext(); ) {
      AccumulableInfo info = (AccumulableInfo) all.next();
      if (info.id() == wanted.id() && info.update().isDefined()) {
        return (Long) info.update().get();
      }
    }
    return 0;
  }

  public long rows() {
    return completions.value() + failed.value();
  }

  public long promptTokens() {
    return promptTokens.value();
  }

  public long generatedTokens() {
    return generatedTokens.value();
  }

  /** Adds up what all engines did. */
  public EngineCounters work() {
    return work.value().stream().reduce(EngineCounters.NONE, EngineCounters::plus);
  }

  public List<EngineReport> engines() {
    return List.copyOf(engines.value());
  }
}
