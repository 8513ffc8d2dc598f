package io.gensweep.prompt;

import io.gensweep.files.FileAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Executor. Reads the rows of a CSV file, given its path and the values of its folders. A record
 * whose length differs from the header's has its text in {@link PromptReader#MALFORMED}.
 */
final class CsvRows implements FlatMapFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final String[] header;
  private final FileAccess access;

  CsvRows(List<String> header, FileAccess access) {
    this.header = header.toArray(String[]::new);
    this.access = access;
  }

  @Override
  public Iterator<Row> call(Row file) throws IOException {
    CsvRecords records = CsvFiles.open(new Path(file.getString(0)), access);
    // A reader may stop before the last row.
    TaskCompletionListener close = ended -> close(records);
    var unused = TaskContext.get().addTaskCompletionListener(close);
    if (records.next() && !CsvFiles.header(records).equals(List.of(header))) {
      throw new IOException(
          "%s has the columns %s, the first file %s; files of one dataset need the same"
              .formatted(file.getString(0), CsvFiles.header(records), List.of(header)));
    }
    return new Rows(records, file);
  }

  private final class Rows implements Iterator<Row> {
    private final CsvRecords records;
    private final Row file;
    private Optional<Boolean> more = Optional.empty();

    Rows(CsvRecords records, Row file) {
      this.records = records;
      this.file = file;
    }

    @Override
    public boolean hasNext() {
      if (more.isEmpty()) {
        try {
          more = Optional.of(records.next());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        if (!more.get()) {
          close(records);
        }
      }
      return more.get();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      more = Optional.empty();
      return row();
    }

    private Row row() {
      List<Optional<String>> fields = records.fields();
      Object[] values = new Object[header.length + file.length()];
      for (int i = 0; i < Math.min(header.length, fields.size()); i++) {
        values[i] = fields.get(i).orElse(null);
      }
      if (!records.isWhole() || fields.size() != header.length) {
        values[header.length] = records.text();
      }
      for (int i = 1; i < file.length(); i++) {
        values[header.length + i] = file.get(i);
      }
      return RowFactory.create(values);
    }
  }

  private static void close(CsvRecords records) {
    try {
      records.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
