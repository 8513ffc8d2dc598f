package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.model.DeviceException;
import io.gensweep.sampling.SamplingConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineLoopTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults().withIgnoreEos(true);
  private static final SamplingConfig ENDLESS = PLAIN.withMaxTokens(1_000_000);

  private final HashModel model = new HashModel(12800, 230);
  private final BlockingQueue<Completion> completed = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> failed = new LinkedBlockingQueue<>();

  @Test
  void eightThreadsThatSubmitGetWhatOneAtATimeGives() throws InterruptedException {
    List<Request<Completion>> requests = Requests.random(new Random(1), 1600);
    Map<String, String> lines = new ConcurrentSkipListMap<>();
    AtomicInteger deliveries = new AtomicInteger();
    try (EngineLoop loop = EngineLoop.start(new Engine(model, 16, Requests::text))) {
      List<Thread> tasks = new ArrayList<>();
      for (int task = 0; task < 8; task++) {
        List<Request<Completion>> mine = requests.subList(200 * task, 200 * task + 200);
        tasks.add(new Thread(() -> runTask(loop, mine, lines, deliveries)));
      }
      tasks.forEach(Thread::start);
      for (Thread task : tasks) {
        task.join();
      }
      assertThat(loop.counters().maxBatch()).isLessThanOrEqualTo(16);
    }
    assertThat(lines).isEqualTo(PlainGeneration.all(requests, 230, -1));
    assertThat(deliveries).hasValue(lines.size());
    assertNothingIsHeld();
  }

  private static void runTask(
      EngineLoop loop,
      List<Request<Completion>> mine,
      Map<String, String> lines,
      AtomicInteger deliveries) {
    CountDownLatch left =
        new CountDownLatch(mine.stream().mapToInt(request -> request.variants().size()).sum());
    for (Request<Completion> request : mine) {
      loop.submit(
          request,
          completion -> {
            lines.put(PlainGeneration.key(completion), PlainGeneration.line(completion));
            deliveries.incrementAndGet();
            left.countDown();
          },
          cause -> {});
    }
    try {
      assertThat(left.await(50, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theLoopSleepsWhenIdleAndWakesForTheNextRequest() throws InterruptedException {
    try (EngineLoop loop = EngineLoop.start(new Engine(model, 4, Requests::text))) {
      loop.submit(Requests.of("a", 2, PLAIN, 1, 2), completed::add, failed::add);
      completed.take();
      completed.take();
      Thread.sleep(50);
      long steps = loop.counters().steps();
      assertThat(steps).isEqualTo(128);
      Thread.sleep(50);
      assertThat(loop.counters().steps()).isEqualTo(steps);
      loop.submit(Requests.of("b", 1, PLAIN, 1, 2), completed::add, failed::add);
      assertThat(completed.take().promptId()).isEqualTo("b");
    }
    assertThat(failed).isEmpty();
  }

  @Test
  void aCancelledRequestDeliversNothingAndFreesItsSlots() throws InterruptedException {
    HashModel large = new HashModel(256000, 200_000);
    try (EngineLoop loop = EngineLoop.start(new Engine(large, 2, Requests::text))) {
      Submission<Completion> endless =
          loop.submit(Requests.of("a", 9, ENDLESS, 1, 2), completed::add, failed::add);
      loop.submit(Requests.of("b", 1, PLAIN, 1, 2), completed::add, failed::add);
      while (loop.counters().steps() == 0) {
        Thread.onSpinWait();
      }
      endless.cancel();
      endless.cancel();
      assertThat(completed.take().promptId()).isEqualTo("b");
      // The step that b ended in may have begun before the other was cancelled.
      loop.submit(Requests.of("c", 1, PLAIN, 1, 2), completed::add, failed::add);
      assertThat(completed.take().promptId()).isEqualTo("c");
    }
    assertThat(completed).isEmpty();
    assertThat(failed).isEmpty();
    assertThat(large.pool().heldBlocks()).isZero();
  }

  @Test
  void aStepThatThrowsFailsEveryRequestAndEndsTheLoop() throws InterruptedException {
    Engine engine =
        new Engine(
            model,
            1,
            sampling -> {
              if (sampling.seed() == 13) {
                throw new DeviceException("device lost", null);
              }
              return Requests.text(sampling);
            });
    try (EngineLoop loop = EngineLoop.start(engine)) {
      SamplingConfig bad = PLAIN.withSeed(13);
      loop.submit(Requests.of("a", 1, PLAIN, 1, 2), completed::add, failed::add);
      loop.submit(Requests.of("b", 2, bad, 1, 2), completed::add, failed::add);
      loop.submit(Requests.of("c", 1, PLAIN, 1, 2), completed::add, failed::add);
      assertThat(failed.take()).hasMessage("device lost");
      assertThat(failed.take()).hasMessage("device lost");
      assertThat(completed).hasSize(1);
      assertThatThrownBy(
              () -> loop.submit(Requests.of("d", 1, PLAIN, 1), completed::add, failed::add))
          .isInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage("device lost");
    }
    assertThat(failed).isEmpty();
  }

  @Test
  void aConsumerThatThrowsEndsItsOwnRequestOnly() throws InterruptedException {
    try (EngineLoop loop = EngineLoop.start(new Engine(model, 2, Requests::text))) {
      loop.submit(
          Requests.of("a", 6, PLAIN, 1, 2),
          completion -> {
            throw new IllegalArgumentException("full");
          },
          failed::add);
      loop.submit(Requests.of("b", 1, PLAIN, 1, 2), completed::add, failed::add);
      assertThat(completed.take().promptId()).isEqualTo("b");
      assertThat(failed.take()).hasMessage("full");
    }
    assertThat(failed).isEmpty();
    assertNothingIsHeld();
  }

  @Test
  void closingFailsWhatIsLeftAndFreesTheCache() throws InterruptedException {
    HashModel large = new HashModel(256000, 200_000);
    EngineLoop loop = EngineLoop.start(new Engine(large, 2, Requests::text));
    loop.submit(Requests.of("a", 3, ENDLESS, 1, 2), completed::add, failed::add);
    loop.submit(Requests.of("b", 3, ENDLESS, 1, 2), completed::add, failed::add);
    loop.close();
    loop.close();
    assertThat(failed).hasSize(2).allMatch(t -> t.getMessage().contains("closed"));
    assertThat(completed).isEmpty();
    assertThat(large.pool().heldBlocks()).isZero();
    assertThatThrownBy(
            () -> loop.submit(Requests.of("c", 1, PLAIN, 1), completed::add, failed::add))
        .isInstanceOf(IllegalStateException.class);
  }

  private void assertNothingIsHeld() {
    assertThat(model.pool().heldBlocks()).isZero();
  }
}
