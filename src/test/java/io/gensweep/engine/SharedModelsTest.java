package io.gensweep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedModelsTest {
  private static final class Thing implements AutoCloseable {
    private volatile boolean broken;
    private volatile boolean closed;

    @Override
    public void close() {
      closed = true;
    }
  }

  private final SharedModels<Thing> host =
      new SharedModels<>(thing -> !thing.broken, "cuda:0"::equals);
  private final AtomicInteger loads = new AtomicInteger();

  @Test
  void manyThatAskAtOnceShareOneLoad() throws Exception {
    CountDownLatch asking = new CountDownLatch(8);
    ExecutorService tasks = Executors.newFixedThreadPool(8);
    List<Future<Thing>> things = new ArrayList<>();
    for (int task = 0; task < 8; task++) {
      things.add(
          tasks.submit(
              () -> {
                asking.countDown();
                asking.await();
                try (Lease<Thing> lease = host.acquire("cpu", "a", "task", this::load)) {
                  return lease.value();
                }
              }));
    }
    for (Future<Thing> thing : things) {
      assertThat(thing.get()).isSameAs(things.get(0).get());
      assertThat(thing.get().closed).isFalse();
    }
    assertThat(loads).hasValue(1);
    tasks.shutdown();
  }

  @Test
  void aLoadThatFailsIsTriedAgainByTheNextToAsk() throws Exception {
    assertThatThrownBy(
            () ->
                host.acquire(
                    "cpu",
                    "a",
                    "task",
                    () -> {
                      throw new IOException("disk");
                    }))
        .isInstanceOf(IOException.class);
    assertThat(value("cpu", "a")).isNotNull();
    assertThat(loads).hasValue(1);
  }

  @Test
  void whatHasFailedIsClosedAndLoadedAnewThoughOthersLeaseIt() throws Exception {
    try (Lease<Thing> first = host.acquire("cpu", "a", "task", this::load)) {
      first.value().broken = true;
      try (Lease<Thing> second = host.acquire("cpu", "a", "task", this::load)) {
        assertThat(second.value()).isNotSameAs(first.value());
        assertThat(second.value().closed).isFalse();
      }
      assertThat(first.value().closed).isTrue();
    }
  }

  @Test
  void anotherTakesThePlaceOfOneThatNobodyLeases() throws Exception {
    Thing idle = value("cpu", "idle");
    Thing elsewhere = value("cuda:0", "idle too");
    try (Lease<Thing> busy = host.acquire("cpu", "busy", "task", this::load)) {
      assertThat(idle.closed).isTrue();
      value("cpu", "new");
      assertThat(busy.value().closed).isFalse();
      assertThat(elsewhere.closed).isFalse();
    }
  }

  @Test
  void whereOneHasRoomAnotherWaitsUntilNobodyLeasesIt() throws Exception {
    Lease<Thing> first = host.acquire("cuda:0", "a", "task 1", this::load);
    Lease<Thing> shared = host.acquire("cuda:0", "a", "task 2", this::load);
    assertThat(shared.value()).isSameAs(first.value());
    assertThat(value("cuda:1", "c")).as("side by side with it").isNotSameAs(first.value());
    ExecutorService tasks = Executors.newFixedThreadPool(1);
    Future<Thing> waiting = tasks.submit(() -> value("cuda:0", "b"));
    first.close();
    assertThatThrownBy(() -> waiting.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(shared.value().closed).isFalse();
    shared.close();
    assertThat(waiting.get().closed).isFalse();
    assertThat(first.value().closed).isTrue();
    tasks.shutdown();
  }

  @Test
  void whereOneHasRoomATaskThatNeedsTwoIsToldSoAndDoesNotWaitForItself() throws Exception {
    try (Lease<Thing> first = host.acquire("cuda:0", "a", "task", this::load);
        Lease<Thing> again = host.acquire("cuda:0", "a", "task", this::load)) {
      assertThat(again.value()).isSameAs(first.value());
      assertThatThrownBy(() -> value("cuda:0", "b"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("cuda:0 holds one model at a time, and this task needs two");
    }
    assertThat(value("cuda:0", "b").closed).isFalse();
  }

  /** Also while several ask for what must be loaded in the place of another. */
  @Test
  void whereOneHasRoomThereAreNeverTwo() throws Exception {
    AtomicInteger there = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    SharedModels<AutoCloseable> places = new SharedModels<>(thing -> true, place -> true);
    ExecutorService tasks = Executors.newFixedThreadPool(8);
    List<Future<?>> all = new ArrayList<>();
    for (int task = 0; task < 400; task++) {
      int key = task / 4 % 3;
      Object name = task;
      all.add(
          tasks.submit(
              () -> {
                try (Lease<AutoCloseable> lease =
                    places.acquire(
                        "cuda:0",
                        key,
                        name,
                        () -> {
                          most.accumulateAndGet(there.incrementAndGet(), Math::max);
                          return () -> {
                            Thread.sleep(1);
                            there.decrementAndGet();
                          };
                        })) {
                  return lease.value();
                }
              }));
    }
    for (Future<?> each : all) {
      each.get();
    }
    assertThat(most).hasValue(1);
    tasks.shutdown();
  }

  @Test
  void aTaskThatWaitsForALoadCanBeInterrupted() throws Exception {
    CountDownLatch loading = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    ExecutorService tasks = Executors.newFixedThreadPool(2);
    Future<Lease<Thing>> slow =
        tasks.submit(
            () ->
                host.acquire(
                    "cpu",
                    "a",
                    "task",
                    () -> {
                      loading.countDown();
                      mayEnd.await();
                      return load();
                    }));
    loading.await();
    CountDownLatch interrupted = new CountDownLatch(1);
    Future<?> waiting =
        tasks.submit(
            () -> {
              try {
                host.acquire("cpu", "a", "task", this::load);
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              return null;
            });
    Thread.sleep(50);
    waiting.cancel(true);
    interrupted.await();
    mayEnd.countDown();
    assertThat(slow.get().value().closed).isFalse();
    tasks.shutdown();
  }

  @Test
  void closingAllClosesWhatIsLeasedAndTheNextToAskLoadsAnew() throws Exception {
    try (Lease<Thing> lease = host.acquire("cpu", "a", "task", this::load)) {
      host.closeAll();
      assertThat(lease.value().closed).isTrue();
    }
    assertThat(value("cpu", "a").closed).isFalse();
    assertThat(loads).hasValue(2);
  }

  private Thing value(Object place, Object key) throws Exception {
    try (Lease<Thing> lease = host.acquire(place, key, "task", this::load)) {
      return lease.value();
    }
  }

  private Thing load() {
    loads.incrementAndGet();
    return new Thing();
  }
}
