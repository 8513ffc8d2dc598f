package io.gensweep.spark.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.LocalSpark;
import io.gensweep.spark.task.RowCounts;
import io.gensweep.spark.task.Totals;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TaskWatchTest {
  // Tasks of local mode run in this JVM.
  private static final CountDownLatch MAY_END = new CountDownLatch(1);

  @Test
  void tasksCountWhileTheyRunAndOnceWhenTheyHaveEnded() throws InterruptedException {
    SparkContext spark = LocalSpark.session().sparkContext();
    Totals totals = new Totals(spark);
    BlockingQueue<RowCounts> ended = new LinkedBlockingQueue<>();
    TaskWatch watch = new TaskWatch(totals, ended::add, line -> {}, 1);
    spark.addSparkListener(watch);
    try {
      var tasks =
          new JavaSparkContext(spark)
              .parallelize(List.of(1, 2), 2)
              .foreachAsync(
                  number -> {
                    totals.row(10 * number, false);
                    totals.row(0, true);
                    MAY_END.await();
                    totals.row(100, false);
                    totals.shard();
                  });
      RowCounts halfway = new RowCounts(0, 2, 2, 30);
      while (!watch.now().equals(halfway)) {
        Thread.sleep(20);
      }
      assertThat(ended).isEmpty();
      MAY_END.countDown();
      ended.take();
      RowCounts whole = new RowCounts(2, 4, 2, 230);
      assertThat(ended.take()).isEqualTo(whole);
      assertThat(watch.now()).isEqualTo(whole);
      assertThat(tasks.isCancelled()).isFalse();
    } finally {
      spark.removeSparkListener(watch);
    }
  }

  @Test
  void otherJobsOfTheSessionDoNotCount() {
    SparkContext spark = LocalSpark.session().sparkContext();
    TaskWatch watch = new TaskWatch(new Totals(spark), ended -> {}, line -> {}, 1);
    spark.addSparkListener(watch);
    try {
      Totals others = new Totals(spark);
      new JavaSparkContext(spark).parallelize(List.of(1)).foreach(one -> others.row(5, false));
      assertThat(others.generatedTokens()).isEqualTo(5);
      assertThat(watch.now()).isEqualTo(RowCounts.NONE);
    } finally {
      spark.removeSparkListener(watch);
    }
  }
}
