package io.gensweep.output;

import io.gensweep.files.FileAccess;
import io.gensweep.prompt.ShardLayout;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** A process that ends without a word while it writes a shard. */
public final class DiesWhileWriting {
  static final int STATUS = 77;

  // Of 2 KB that do not compress: more than a row group, so that bytes are on disk by then.
  private static final int ROWS = 50_000;

  private DiesWhileWriting() {}

  public static void main(String[] args) throws Exception {
    new ShardCommit(
            args[0],
            new FileAccess(new Configuration()),
            OutputKind.COMPLETIONS,
            ShardLayout.of(1),
            new StructType(),
            Map.of())
        .commit(0, rows(), List.of());
  }

  private static List<Row> rows() {
    Random random = new Random(0);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i <= ROWS; i++) {
      byte[] letters = new byte[2_000];
      random.nextBytes(letters);
      Object[] values = new Object[OutputSchema.COMPLETION_COLUMNS];
      values[0] = "%06d".formatted(i);
      values[1] = 0;
      values[2] = 0;
      values[3] = new String(letters, StandardCharsets.ISO_8859_1);
      values[4] = i < ROWS ? List.of(1) : new Halts();
      rows.add(RowFactory.create(values));
    }
    return rows;
  }

  /** Nothing of the JVM runs after it: no finally block, no shutdown hook. */
  private static final class Halts extends AbstractList<Integer> {
    @Override
    public Integer get(int index) {
      Runtime.getRuntime().halt(STATUS);
      return 0;
    }

    @Override
    public int size() {
      return 1;
    }
  }
}
