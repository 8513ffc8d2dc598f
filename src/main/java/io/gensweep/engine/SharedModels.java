package io.gensweep.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Executor, one per JVM. Keeps what is dear to load, one for each key, however many tasks ask: the
 * first to ask loads while the others wait, and it stays for the tasks to come. Before another is
 * loaded to the same place, those there that nobody leases are closed, for there may be no room for
 * two. Some places hold one only: who asks for another waits there until nobody leases the first.
 *
 * @param <T> what is held; closed at the end of the JVM, and as soon as it has failed
 */
public final class SharedModels<T extends AutoCloseable> {
  private final Predicate<T> works;
  private final Predicate<Object> holdsOne;

  /** Also the lock of their leases. */
  private final Map<Object, Holding<T>> holdings = new HashMap<>();

  private boolean ended;

  /**
   * @param works false once a held thing has failed for good: it is of no use to those who lease
   *     it, and the next to ask gets a new one
   * @param holdsOne whether a place has room for one only
   */
  public SharedModels(Predicate<T> works, Predicate<Object> holdsOne) {
    this.works = works;
    this.holdsOne = holdsOne;
    // libtorch's threads must end before its library goes, or the JVM may die on its way out.
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "gensweep-close"));
  }

  /**
   * A lease of what is held under {@code key}; loads it if there is none that works.
   *
   * @param place the device, say, on which it is
   * @param task that asks; it may lease several
   * @throws IllegalStateException if the place holds one only, and the task has leased another
   *     there
   */
  public Lease<T> acquire(Object place, Object key, Object task, Callable<T> load)
      throws Exception {
    Holding<T> holding = lease(place, key, task);
    try {
      return new Lease<>(holding.value(load), () -> release(holding, task));
    } catch (Throwable e) {
      release(holding, task);
      throw e;
    }
  }

  /** Closes everything, leased or not: for the end of a local job. Waits for a load under way. */
  public void closeAll() {
    List<Holding<T>> all;
    synchronized (holdings) {
      all = List.copyOf(holdings.values());
      holdings.clear();
      holdings.notifyAll();
    }
    all.forEach(Holding::close);
  }

  private void end() {
    synchronized (holdings) {
      ended = true;
    }
    closeAll();
  }

  private Holding<T> lease(Object place, Object key, Object task) throws InterruptedException {
    synchronized (holdings) {
      while (holdsOne.test(place) && leasesAnother(place, key, task)) {
        holdings.wait();
      }
      if (ended) {
        throw new IllegalStateException("nothing is loaded any more: the JVM is ending");
      }
      Holding<T> holding = holdings.get(key);
      if (holding == null || holding.failed(works)) {
        List<Holding<T>> obsolete = removeIdle(place);
        Optional.ofNullable(holdings.remove(key)).ifPresent(obsolete::add);
        holding = new Holding<>(place, obsolete);
        holdings.put(key, holding);
      }
      holding.tasks.add(task);
      return holding;
    }
  }

  private boolean leasesAnother(Object place, Object key, Object task) {
    List<Holding<T>> others =
        holdings.entrySet().stream()
            .filter(each -> !each.getKey().equals(key))
            .map(Map.Entry::getValue)
            .filter(each -> each.place.equals(place) && !each.tasks.isEmpty())
            .toList();
    if (others.stream().anyMatch(each -> each.tasks.contains(task))) {
      throw new IllegalStateException(
          place
              + " holds one model at a time, and this task needs two there; write out the rows of the"
              + " first model before the second continues them");
    }
    return !others.isEmpty();
  }

  private List<Holding<T>> removeIdle(Object place) {
    List<Holding<T>> idle = new ArrayList<>();
    for (Iterator<Holding<T>> all = holdings.values().iterator(); all.hasNext(); ) {
      Holding<T> holding = all.next();
      if (holding.tasks.isEmpty() && holding.place.equals(place)) {
        all.remove();
        idle.add(holding);
      }
    }
    return idle;
  }

  private void release(Holding<T> holding, Object task) {
    synchronized (holdings) {
      holding.tasks.remove(task);
      holdings.notifyAll();
    }
  }

  private static final class Holding<T extends AutoCloseable> {
    private final Object place;

    /** Closed before this is loaded, by whichever task loads it. */
    private final List<Holding<T>> obsolete;

    /** Held while loading and closing; those who wait for a load can be interrupted. */
    private final ReentrantLock changing = new ReentrantLock();

    /** Those that lease it, once for each lease. */
    private final List<Object> tasks = new ArrayList<>();

    private volatile Optional<T> value = Optional.empty();
    private boolean closed;

    Holding(Object place, List<Holding<T>> obsolete) {
      this.place = place;
      this.obsolete = obsolete;
    }

    T value(Callable<T> load) throws Exception {
      changing.lockInterruptibly();
      try {
        if (closed) {
          throw new IllegalStateException("it was closed before it was loaded");
        }
        if (value.isEmpty()) {
          closeObsolete();
          value = Optional.of(load.call());
        }
        return value.get();
      } finally {
        changing.unlock();
      }
    }

    boolean failed(Predicate<T> works) {
      return value.isPresent() && !works.test(value.get());
    }

    private void closeObsolete() {
      while (!obsolete.isEmpty()) {
        obsolete.remove(0).close();
      }
    }

    void close() {
      changing.lock();
      try {
        closed = true;
        closeObsolete();
        if (value.isPresent()) {
          value.get().close();
        }
      } catch (Exception e) {
        throw new IllegalStateException("could not close " + value, e);
      } finally {
        value = Optional.empty();
        changing.unlock();
      }
    }
  }
}
