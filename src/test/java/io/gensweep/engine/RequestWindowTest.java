package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gensweep.engine.RequestWindow.Arrival;
import io.gensweep.model.DeviceException;
import io.gensweep.sampling.SamplingConfig;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestWindowTest {
  private static final SamplingConfig PLAIN = SamplingConfig.defaults().withIgnoreEos(true);
  private static final SamplingConfig ENDLESS = PLAIN.withMaxTokens(1_000_000);

  private final HashModel model = new HashModel(256000, 200_000);
  private final AtomicBoolean cancelled = new AtomicBoolean();

  @Test
  void everyCompletionComesOnceWithItsOrigin() throws InterruptedException {
    HashModel small = new HashModel(12800, 230);
    Map<String, String> lines = new TreeMap<>();
    var requests = Requests.random(new Random(3), 300);
    try (EngineLoop loop = EngineLoop.start(new Engine(small, 8, Requests::text));
        RequestWindow<Completion, Request<Completion>> window =
            new RequestWindow<>(loop, 20, cancelled::get)) {
      for (Request<Completion> request : requests) {
        window.submit(request, request);
        while (window.full()) {
          take(window, lines);
        }
      }
      while (!window.empty()) {
        take(window, lines);
      }
    }
    assertThat(lines).isEqualTo(PlainGeneration.all(requests, 230, -1));
  }

  private static void take(
      RequestWindow<Completion, Request<Completion>> window, Map<String, String> lines)
      throws InterruptedException {
    Arrival<Completion, Request<Completion>> arrival = window.next();
    assertThat(arrival.answer().promptId()).isEqualTo(arrival.origin().promptId());
    String key = PlainGeneration.key(arrival.answer());
    assertThat(lines.put(key, PlainGeneration.line(arrival.answer()))).isNull();
  }

  @Test
  void aTaskToldToEndNoticesThoughCompletionsKeepComing() throws InterruptedException {
    try (EngineLoop loop = EngineLoop.start(new Engine(model, 2, Requests::text));
        RequestWindow<Completion, String> window = new RequestWindow<>(loop, 2, cancelled::get)) {
      window.submit(Requests.of("a", 3, PLAIN, 1, 2), "a");
      window.next();
      while (loop.counters().drawnTokens() < 3 * 128) {
        Thread.onSpinWait();
      }
      cancelled.set(true);
      assertThatThrownBy(window::next).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void aTaskToldToEndNoticesWhileItWaits() {
    try (EngineLoop loop = EngineLoop.start(new Engine(model, 1, Requests::text))) {
      try (RequestWindow<Completion, String> window =
          new RequestWindow<>(loop, 1, cancelled::get)) {
        window.submit(Requests.of("a", 1, ENDLESS, 1, 2), "a");
        new Thread(() -> cancelled.set(true)).start();
        assertThatThrownBy(window::next).isInstanceOf(CancellationException.class);
      }
    }
    assertThat(model.pool().heldBlocks()).isZero();
  }

  @Test
  void anEngineThatFailsFailsThoseWhoWaitAndThoseWhoSubmit() throws InterruptedException {
    CountDownLatch mayFail = new CountDownLatch(1);
    Engine engine =
        new Engine(
            model,
            2,
            sampling -> {
              if (sampling.seed() == 13) {
                await(mayFail);
                throw new DeviceException("device lost", null);
              }
              return Requests.text(sampling);
            });
    try (EngineLoop loop = EngineLoop.start(engine);
        RequestWindow<Completion, String> window = new RequestWindow<>(loop, 9, cancelled::get)) {
      window.submit(Requests.of("a", 1, PLAIN.withSeed(13), 1, 2), "a");
      window.submit(Requests.of("b", 1, PLAIN, 1, 2), "b");
      mayFail.countDown();
      assertThatThrownBy(window::next)
          .isInstanceOf(IllegalStateException.class)
          .hasRootCauseMessage("device lost");
      assertThatThrownBy(() -> window.submit(Requests.of("c", 1, PLAIN, 1), "c"))
          .hasRootCauseMessage("device lost");
    }
  }

  @Test
  void aLoopClosedMeanwhileIsToldToo() {
    EngineLoop loop = EngineLoop.start(new Engine(model, 1, Requests::text));
    try (RequestWindow<Completion, String> window = new RequestWindow<>(loop, 1, cancelled::get)) {
      window.submit(Requests.of("a", 1, ENDLESS, 1, 2), "a");
      new Thread(loop::close).start();
      assertThatThrownBy(window::next).hasRootCauseMessage("the engine loop was closed");
    }
  }

  @Test
  void nothingUnderWayIsNothingToWaitFor() {
    try (EngineLoop loop = EngineLoop.start(new Engine(model, 1, Requests::text));
        RequestWindow<Completion, String> window = new RequestWindow<>(loop, 1, cancelled::get)) {
      assertThatThrownBy(window::next).hasMessage("no request is under way");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
