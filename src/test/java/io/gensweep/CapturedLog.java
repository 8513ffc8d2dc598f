package io.gensweep;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;

/** What the program's own classes log from debug level up, until it is closed. */
public final class CapturedLog implements AutoCloseable {
  private static final String OURS = "io.gensweep";

  private final LoggerContext context = (LoggerContext) LogManager.getContext(false);
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private CapturedLog() {}

  public static CapturedLog begin() {
    CapturedLog log = new CapturedLog();
    Lines appender = new Lines(log.lines);
    appender.start();
    LoggerConfig config = new LoggerConfig(OURS, Level.DEBUG, false);
    config.addAppender(appender, Level.DEBUG, null);
    log.context.getConfiguration().addLogger(OURS, config);
    log.context.updateLoggers();
    return log;
  }

  /** Level and message, with the stack trace of what was thrown. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    context.getConfiguration().removeLogger(OURS);
    context.updateLoggers();
  }

  private static final class Lines extends AbstractAppender {
    private final List<String> lines;

    Lines(List<String> lines) {
      super("captured", null, null, true, Property.EMPTY_ARRAY);
      this.lines = lines;
    }

    @Override
    public void append(LogEvent event) {
      String thrown =
          event.getThrownProxy() == null
              ? ""
              : event.getThrownProxy().getExtendedStackTraceAsString();
      lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage() + thrown);
    }
  }
}
