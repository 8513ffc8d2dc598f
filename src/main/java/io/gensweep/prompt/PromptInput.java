package io.gensweep.prompt;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Driver. A prompt dataset as Spark read it.
 *
 * @param rows in which ids and conversations of JSON are its text
 * @param columns with the types that the input has
 */
record PromptInput(Dataset<Row> rows, InputColumns columns) {}
