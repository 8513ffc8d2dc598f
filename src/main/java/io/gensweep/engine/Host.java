package io.gensweep.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/**
 * Executor, one per JVM. Keeps what is dear to load, one for each key, however many tasks ask: the
 * first to ask loads while the others wait, and it stays for the tasks to come.
 *
 * @param <T> what is held; closed at the end of the JVM, or once it has failed and nobody leases it
 */
public final class Host<T extends AutoCloseable> {
  private final Predicate<T> works;
  private final Map<Object, Holding<T>> holdings = new HashMap<>();

  /**
   * @param works false once a held thing has failed for good; the next to ask gets a new one
   */
  public Host(Predicate<T> works) {
    this.works = works;
    // libtorch's threads must end before its library goes, or the JVM may die on its way out.
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAll, "gensweep-close"));
  }

  /** A lease of what is held under {@code key}; loads it if there is none that works. */
  public Lease<T> acquire(Object key, Callable<T> load) throws Exception {
    Holding<T> holding = lease(key);
    try {
      T value = holding.value(load);
      return new Lease<>(value, holding::release);
    } catch (Exception e) {
      holding.release();
      throw e;
    }
  }

  /** Closes everything, leased or not: for the end of a JVM or of a local job. */
  public void closeAll() {
    List<Holding<T>> all;
    synchronized (holdings) {
      all = List.copyOf(holdings.values());
      holdings.clear();
    }
    all.forEach(Holding::close);
  }

  private Holding<T> lease(Object key) {
    synchronized (holdings) {
      Holding<T> holding = holdings.get(key);
      if (holding == null || !holding.works(works)) {
        if (holding != null) {
          holding.retire();
        }
        holding = new Holding<>();
        holdings.put(key, holding);
      }
      holding.lease();
      return holding;
    }
  }

  private static final class Holding<T extends AutoCloseable> {
    private final Object counting = new Object();
    private volatile Optional<T> value = Optional.empty();
    private int leases;
    private boolean retired;

    synchronized T value(Callable<T> load) throws Exception {
      if (value.isEmpty()) {
        value = Optional.of(load.call());
      }
      return value.get();
    }

    boolean works(Predicate<T> works) {
      return value.map(works::test).orElse(true);
    }

    void lease() {
      synchronized (counting) {
        leases++;
      }
    }

    void release() {
      synchronized (counting) {
        leases--;
        closeIfFree();
      }
    }

    void retire() {
      synchronized (counting) {
        retired = true;
        closeIfFree();
      }
    }

    private void closeIfFree() {
      if (retired && leases == 0) {
        close();
      }
    }

    synchronized void close() {
      try {
        if (value.isPresent()) {
          value.get().close();
        }
      } catch (Exception e) {
        throw new IllegalStateException("could not close " + value, e);
      } finally {
        value = Optional.empty();
      }
    }
  }
}
