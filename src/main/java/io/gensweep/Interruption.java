package io.gensweep;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Driver. A process that is told to end (SIGTERM, Ctrl-C) says so in one line, and not what then
 * breaks under the thread that was at work. The exit code is the JVM's own, 128 and the signal's
 * number.
 */
final class Interruption {
  /** Before Spark's hook, which ends the tasks, and the output's, which gives its lock back. */
  private static final int HOOK_PRIORITY = 1000;

  private final PrintStream err;
  private volatile String next = "; nothing was written";
  private volatile boolean over;
  private volatile boolean told;

  private Interruption(PrintStream err) {
    this.err = err;
  }

  static Interruption watch(PrintStream err) {
    Interruption interruption = new Interruption(err);
    ShutdownHookManager.get().addShutdownHook(interruption::tell, HOOK_PRIORITY);
    return interruption;
  }

  /** From here on there are shards to go on from. */
  void writing() {
    next = "; shards that are done stay, and the same command goes on with the others";
  }

  /** The process ends by itself. */
  void over() {
    over = true;
  }

  /** Runs it; should the process be told to end meanwhile, its end is nobody's news. */
  <T> T during(Callable<T> work) throws Exception {
    try {
      return work.call();
    } catch (Throwable e) {
      while (told) {
        LockSupport.park();
      }
      throw e;
    }
  }

  private void tell() {
    if (!over) {
      told = true;
      Logs.end();
      err.println("gensweep: told to end (SIGTERM or Ctrl-C)" + next);
      err.flush();
    }
  }
}
