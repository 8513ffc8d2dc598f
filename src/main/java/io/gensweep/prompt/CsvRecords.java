package io.gensweep.prompt;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Driver and executor. Reads the records of a UTF-8 CSV file by RFC 4180: within quotes every
 * character counts, line ends included, and two quotes are one. A record ends at LF or CRLF; at a
 * lone CR only if the first record does. Lines without a character are no records.
 */
final class CsvRecords implements Closeable {
  private static final int END = -1;

  /**
   * Longest record; an unclosed quote takes the rest of the file, which may not fit into memory.
   */
  private static final int MOST_BYTES = 1 << 26;

  private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputStream in;
  private final byte[] buffer = new byte[1 << 16];
  private int at;
  private int limit;
  private boolean first = true;
  private boolean endsAtReturn;

  private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
  private final ByteArrayOutputStream field = new ByteArrayOutputStream();
  private List<Optional<String>> fields = new ArrayList<>();
  private boolean whole = true;

  /** Reads and closes a stream. */
  CsvRecords(InputStream in) throws IOException {
    this.in = in;
    this.limit = in.readNBytes(buffer, 0, buffer.length);
    if (limit >= 2 && (buffer[0] & buffer[1] & 0xFF) >= 0xFE) {
      throw new IOException("the file is UTF-16; write it as UTF-8");
    }
    boolean marked =
        limit >= MARK.length
            && buffer[0] == MARK[0]
            && buffer[1] == MARK[1]
            && buffer[2] == MARK[2];
    at = marked ? MARK.length : 0;
  }

  /** Advances to the next record; false if there is none. */
  boolean next() throws IOException {
    raw.reset();
    fields = new ArrayList<>();
    whole = true;
    while (peek() != END && atEnd()) {
      at++;
    }
    if (peek() == END) {
      return false;
    }
    boolean more = true;
    while (more) {
      more = peek() == '"' ? quoted() : bare();
    }
    first = false;
    return true;
  }

  /** The fields of the record; empty where there is nothing, not even quotes. */
  List<Optional<String>> fields() {
    return fields;
  }

  /** Whether the record is valid UTF-8 and its quotes close where a field ends. */
  boolean isWhole() {
    return whole;
  }

  /** The record as it is in the file, without its line end. */
  String text() {
    return raw.toString(StandardCharsets.UTF_8);
  }

  /** Reads a field without quotes; returns whether another one follows. */
  private boolean bare() throws IOException {
    field.reset();
    return rest(false);
  }

  private boolean quoted() throws IOException {
    field.reset();
    take();
    while (peek() != END) {
      int next = take();
      if (next != '"') {
        say(next);
      } else if (peek() == '"') {
        say(take());
      } else {
        return afterQuotes();
      }
    }
    whole = false;
    add(true);
    return false;
  }

  private boolean afterQuotes() throws IOException {
    while (peek() == ' ' || peek() == '\t') {
      take();
    }
    if (peek() != ',' && !atEnd()) {
      whole = false;
    }
    return rest(true);
  }

  /** Reads up to the comma or the end of the record. */
  private boolean rest(boolean quoted) throws IOException {
    while (peek() != ',' && !atEnd()) {
      say(take());
    }
    add(quoted);
    if (peek() == ',') {
      take();
      return true;
    }
    endRecord();
    return false;
  }

  /** Whether the record ends here. */
  private boolean atEnd() throws IOException {
    int next = peek();
    return next == END || next == '\n' || (next == '\r' && (endsAtReturn || first || lineFeed()));
  }

  private void endRecord() throws IOException {
    if (peek() == '\r') {
      endsAtReturn |= !lineFeed();
      at++;
    }
    if (peek() == '\n') {
      at++;
    }
  }

  private void add(boolean quoted) {
    if (field.size() == 0 && !quoted) {
      fields.add(Optional.empty());
      return;
    }
    try {
      fields.add(
          Optional.of(
              StandardCharsets.UTF_8
                  .newDecoder()
                  .onMalformedInput(CodingErrorAction.REPORT)
                  .decode(ByteBuffer.wrap(field.toByteArray()))
                  .toString()));
    } catch (CharacterCodingException e) {
      whole = false;
      fields.add(Optional.empty());
    }
  }

  /** Whether a line feed follows the current byte. */
  private boolean lineFeed() throws IOException {
    if (at + 1 == limit) {
      buffer[0] = buffer[at];
      at = 0;
      limit = 1 + Math.max(0, in.read(buffer, 1, buffer.length - 1));
    }
    return at + 1 < limit && buffer[at + 1] == '\n';
  }

  private int take() throws IOException {
    int next = peek();
    if (raw.size() < MOST_BYTES) {
      raw.write(next);
    }
    at++;
    return next;
  }

  private void say(int next) {
    if (field.size() < MOST_BYTES) {
      field.write(next);
    } else {
      whole = false;
    }
  }

  private int peek() throws IOException {
    if (at == limit) {
      at = 0;
      limit = Math.max(0, in.read(buffer));
    }
    return at == limit ? END : buffer[at] & 0xFF;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
