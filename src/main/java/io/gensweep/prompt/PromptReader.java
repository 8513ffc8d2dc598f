package io.gensweep.prompt;

import io.gensweep.files.FileAccess;
import io.gensweep.job.Cause;
import io.gensweep.job.JobError;
import io.gensweep.job.PromptKind;
import io.gensweep.job.PromptsSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Driver. Opens a path or a table with Spark. A line that cannot be parsed becomes a row with the
 * line in the column {@link #MALFORMED}.
 */
final class PromptReader {
  static final String MALFORMED = "__malformed_line";

  private static final String LINE = "__line";

  /** Most characters of a line that an error shows. */
  static final int LINE_SHOWN = 200;

  private final SparkSession spark;
  private final PromptsSpec spec;
  private final String path;

  private PromptReader(SparkSession spark, PromptsSpec spec, String path) {
    this.spark = spark;
    this.spec = spec;
    this.path = path;
  }

  static PromptInput open(SparkSession spark, PromptsSpec spec) {
    return JobDescription.during(spark, "prompts: schema", () -> opened(spark, spec));
  }

  private static PromptInput opened(SparkSession spark, PromptsSpec spec) {
    if (spec.table().isPresent()) {
      String table = spec.table().get();
      return guarded("prompts.table", table, spec, () -> asItIs(spark.table(table)));
    }
    String path = spec.path().orElseThrow();
    PromptInput input =
        guarded("prompts.path", path, spec, () -> new PromptReader(spark, spec, path).read());
    StructType schema = input.rows().schema();
    if (columns(schema).length == 0) {
      String remedy =
          schema.isEmpty()
              ? "there are no rows in it; name a dataset with at least one prompt"
              : "no line of it can be parsed as %s; check prompts.format".formatted(spec.format());
      throw new PromptsError("prompts.path", path, remedy);
    }
    return input;
  }

  /** The column names of the input itself. */
  static String[] columns(StructType schema) {
    return Arrays.stream(schema.fieldNames())
        .filter(name -> !name.equals(MALFORMED))
        .toArray(String[]::new);
  }

  private PromptInput read() {
    try {
      return switch (spec.format().toLowerCase(Locale.ROOT)) {
        case "jsonl", "json" -> json(pattern());
        case "csv" -> csv(pattern());
        case "parquet" -> parquet(pattern());
        case "text", "orc", "avro" -> files(spark.read().format(spec.format()), pattern());
        // What is no file system's path is the source's own affair.
        default -> asItIs(spark.read().format(spec.format()).load(path));
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Finds a path by its exact name first; otherwise the name may be a pattern. */
  private String pattern() throws IOException {
    Path place = new Path(path);
    try {
      FileStatus status = FileAccess.of(spark).fileSystem(place).getFileStatus(place);
      if (status.isFile() && place.getName().matches("[._].*")) {
        throw new PromptsError(
            "prompts.path",
            path,
            "Spark leaves out files whose names begin with . or _; rename it");
      }
      return Globs.literal(path);
    } catch (FileNotFoundException e) {
      return path;
    }
  }

  private DataFrameReader jsonReader() {
    return spark
        .read()
        .format("json")
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", MALFORMED);
  }

  /**
   * Reads ids and conversations as their text in the file: Spark would give a whole column one
   * type, such as a fraction for 9007199254740993 if another id has one, and would drop or mix up
   * what differs between messages.
   */
  private PromptInput json(String pattern) {
    Dataset<Row> files =
        spark
            .read()
            .format("text")
            .schema(new StructType().add(LINE, DataTypes.StringType))
            .load(pattern);
    FolderColumns folders = FolderColumns.of(files);
    StructType types = folders.in(inferred(files), spark);
    if (columns(types).length == 0) {
      return asItIs(spark.createDataFrame(List.of(), types));
    }
    StructType read = folders.asText(types);
    for (String name : texts(types)) {
      read = FolderColumns.withText(read, name);
    }
    if (!Arrays.asList(read.fieldNames()).contains(MALFORMED)) {
      read = read.add(MALFORMED, DataTypes.StringType);
    }
    Dataset<Row> rows =
        folders.typed(jsonReader().schema(read).load(pattern), files.inputFiles(), spec.id());
    // Folders have the last word on their types, the file on those of its own columns.
    StructType shown = rows.schema();
    for (String name : texts(types)) {
      if (!folders.names().contains(name)) {
        shown = with(shown, types.apply(name));
      }
    }
    return new PromptInput(rows, new InputColumns(shown, Map.of()));
  }

  /**
   * The columns of lines of JSON. JSON has no schema, so this reads all of them: a line may have a
   * column, or a type, that those before it have not.
   *
   * @throws PromptsError if Spark would lose something of a line
   */
  private StructType inferred(Dataset<Row> files) {
    JsonLosses losses = new JsonLosses(Set.copyOf(spec.keep()));
    spark.sparkContext().register(losses);
    MapFunction<String, String> looked =
        line -> {
          losses.add(line);
          return line;
        };
    Dataset<String> lines = files.select(LINE).as(Encoders.STRING()).map(looked, Encoders.STRING());
    StructType types = jsonReader().json(lines).schema();
    Optional<String> lost = losses.first(types);
    if (lost.isPresent()) {
      throw new PromptsError("prompts.path", path, lost.get());
    }
    return types;
  }

  /** The columns of JSON that are read as text. */
  private List<String> texts(StructType types) {
    List<String> texts = new ArrayList<>();
    spec.id().ifPresent(texts::add);
    if (spec.kind() == PromptKind.MESSAGES) {
      texts.add(spec.column());
    }
    texts.removeIf(
        name -> Arrays.stream(types.fields()).noneMatch(field -> field.name().equals(name)));
    return texts;
  }

  private static StructType with(StructType schema, StructField field) {
    return new StructType(
        Arrays.stream(schema.fields())
            .map(f -> f.name().equals(field.name()) ? field : f)
            .toArray(StructField[]::new));
  }

  private PromptInput csv(String pattern) throws IOException {
    DataFrameReader reader = spark.read().format("binaryFile");
    Dataset<Row> listed = reader.load(pattern);
    FolderColumns folders = FolderColumns.of(listed);
    Dataset<Row> files =
        folders.areGuessed()
            ? reader.schema(folders.asText(listed.schema())).load(pattern)
            : listed;
    Dataset<Row> text = CsvFiles.read(spark, files, folders);
    return asItIs(
        text.schema().isEmpty() ? text : folders.typed(text, listed.inputFiles(), spec.id()));
  }

  private PromptInput parquet(String pattern) {
    ParquetColumns columns = ParquetColumns.of(spark, pattern);
    DataFrameReader reader = spark.read().format("parquet");
    PromptInput input =
        files(columns.unreadable().isEmpty() ? reader : reader.schema(columns.readable()), pattern);
    return new PromptInput(
        input.rows(), new InputColumns(input.rows().schema(), columns.unreadable()));
  }

  private PromptInput files(DataFrameReader reader, String pattern) {
    Dataset<Row> guessed = reader.load(pattern);
    FolderColumns folders = FolderColumns.of(guessed);
    return asItIs(
        folders.areGuessed()
            ? folders.typed(
                reader.schema(folders.asText(guessed.schema())).load(pattern),
                guessed.inputFiles(),
                spec.id())
            : guessed);
  }

  private static PromptInput asItIs(Dataset<Row> rows) {
    return new PromptInput(rows, new InputColumns(rows.schema(), Map.of()));
  }

  private static PromptInput guarded(
      String key, String value, PromptsSpec spec, Supplier<PromptInput> open) {
    try {
      return open.get();
    } catch (Exception e) {
      // Spark's own exceptions are checked in Scala's way: javac does not know that they are
      // thrown.
      if (e instanceof AnalysisException) {
        throw new PromptsError(key, value, firstLine(e), e);
      }
      if (e instanceof ClassNotFoundException) {
        throw new PromptsError(
            "prompts.format",
            spec.format(),
            "Spark has no such source; use jsonl, parquet, csv, text or the name of a source on"
                + " the class path",
            e);
      }
      if (e instanceof UncheckedIOException failed) {
        throw unreadable(key, value, failed.getCause(), e);
      }
      requireReadable(key, value, e);
      if (e instanceof SparkException || e instanceof JobError) {
        throw e;
      }
      throw new PromptsError(key, value, "cannot be read: " + Cause.line(e), e);
    }
  }

  /**
   * Makes an error for a file that a task could not read because it is truncated or of another
   * format. The caller rethrows any other failure.
   */
  static void requireReadable(String key, String value, Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (failure instanceof SparkException && cause != failure && cause instanceof Exception) {
      throw unreadable(key, value, cause, failure);
    }
  }

  private static PromptsError unreadable(
      String key, String value, Throwable cause, Exception failure) {
    return new PromptsError(
        key,
        value,
        "cannot be read: %s. Repair the file or take it away".formatted(cause),
        failure);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
