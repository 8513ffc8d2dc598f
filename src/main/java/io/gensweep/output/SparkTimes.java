package io.gensweep.output;

import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Executor. Converts dates and times of Spark rows, which are java.sql or java.time types by a
 * session setting, to days and microseconds since 1970.
 */
final class SparkTimes {
  private static final long MICROS = 1_000_000;

  /** Before this day java.sql uses the Julian calendar or local mean time, unlike Spark. */
  private static final long JAVA_SQL_AGREES_FROM =
      Timestamp.valueOf("1901-01-01 00:00:00").getTime();

  private SparkTimes() {}

  static int days(Object value) {
    LocalDate date = value instanceof Date old ? old.toLocalDate() : (LocalDate) value;
    return Math.toIntExact(date.toEpochDay());
  }

  static long micros(Object value) {
    return value instanceof Timestamp old ? micros(old) : micros((Instant) value);
  }

  /** Microseconds of a timestamp without time zone, taken as UTC. */
  static long localMicros(Object value) {
    return micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC));
  }

  private static long micros(Timestamp value) {
    // What a calendar shows is right at all times; the instant is not, for very old ones.
    return micros(
        value.getTime() >= JAVA_SQL_AGREES_FROM
            ? value.toInstant()
            : value.toLocalDateTime().atZone(ZoneId.systemDefault()).toInstant());
  }

  private static long micros(Instant value) {
    long seconds = value.getEpochSecond();
    long micros = value.getNano() / 1_000;
    // Towards 0 first, so that neither end of the longs overflows on the way to it.
    return seconds < 0
        ? Math.addExact(Math.multiplyExact(seconds + 1, MICROS), micros - MICROS)
        : Math.addExact(Math.multiplyExact(seconds, MICROS), micros);
  }
}
