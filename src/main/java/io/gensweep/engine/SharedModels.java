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
 * two.
 *
 * @param <T> what is held; closed at the end of the JVM, and as soon as it has failed
 */
public final class SharedModels<T extends AutoCloseable> {
  private final Predicate<T> works;

  /** Also the lock of their leases. */
  private final Map<Object, Holding<T>> holdings = new HashMap<>();

  private boolean ended;

  /**
   * @param works false once a held thing has failed for good: it is of no use to those who lease
   *     it, and the next to ask gets a new one
   */
  public SharedModels(Predicate<T> works) {
    this.works = works;
    // libtorch's threads must end before its library goes, or the JVM may die on its way out.
    Runtime.getRuntime().addShutdownHook(new Thread(this::end, "gensweep-close"));
  }

  /**
   * A lease of what is held under {@code key}; loads it if there is none that works.
   *
   * @param place the device, say, on which it is
   */
  public Lease<T> acquire(Object place, Object key, Callable<T> load) throws Exception {
    List<Holding<T>> obsolete = new ArrayList<>();
    Holding<T> holding = lease(place, key, obsolete);
    try {
      obsolete.forEach(Holding::close);
      return new Lease<>(holding.value(load), () -> release(holding));
    } catch (Throwable e) {
      release(holding);
      throw e;
    }
  }

  /** Closes everything, leased or not: for the end of a local job. Waits for a load under way. */
  public void closeAll() {
    List<Holding<T>> all;
    synchronized (holdings) {
      all = List.copyOf(holdings.values());
      holdings.clear();
    }
    all.forEach(Holding::close);
  }

  private void end() {
    synchronized (holdings) {
      ended = true;
    }
    closeAll();
  }

  private Holding<T> lease(Object place, Object key, List<Holding<T>> obsolete) {
    synchronized (holdings) {
      if (ended) {
        throw new IllegalStateException("nothing is loaded any more: the JVM is ending");
      }
      Holding<T> holding = holdings.get(key);
      if (holding == null || holding.failed(works)) {
        Optional.ofNullable(holdings.remove(key)).ifPresent(obsolete::add);
        obsolete.addAll(removeIdle(place));
        holding = new Holding<>(place);
        holdings.put(key, holding);
      }
      holding.leases++;
      return holding;
    }
  }

  private List<Holding<T>> removeIdle(Object place) {
    List<Holding<T>> idle = new ArrayList<>();
    for (Iterator<Holding<T>> all = holdings.values().iterator(); all.hasNext(); ) {
      Holding<T> holding = all.next();
      if (holding.leases == 0 && holding.place.equals(place)) {
        all.remove();
        idle.add(holding);
      }
    }
    return idle;
  }

  private void release(Holding<T> holding) {
    synchronized (holdings) {
      holding.leases--;
    }
  }

  private static final class Holding<T extends AutoCloseable> {
    private final Object place;

    /** Held while loading and closing; those who wait for a load can be interrupted. */
    private final ReentrantLock changing = new ReentrantLock();

    private volatile Optional<T> value = Optional.empty();
    private boolean closed;
    private int leases;

    Holding(Object place) {
      this.place = place;
    }

    T value(Callable<T> load) throws Exception {
      changing.lockInterruptibly();
      try {
        if (closed) {
          throw new IllegalStateException("it was closed before it was loaded");
        }
        if (value.isEmpty()) {
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

    void close() {
      changing.lock();
      try {
        closed = true;
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
