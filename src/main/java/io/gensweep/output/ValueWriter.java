package io.gensweep.output;

import java.math.BigDecimal;
import java.util.Arrays;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/** Executor. Writes one non-null value to Parquet, in the form of {@link ParquetTypes}. */
@FunctionalInterface
interface ValueWriter {
  void write(RecordConsumer out, Object value);

  static ValueWriter of(DataType type) {
    if (type instanceof ArrayType array) {
      return new ListWriter(array);
    }
    if (type instanceof MapType map) {
      return new MapWriter(map);
    }
    if (type instanceof StructType struct) {
      return new StructWriter(struct);
    }
    if (type instanceof StringType) {
      return (out, value) -> out.addBinary(Binary.fromString((String) value));
    }
    if (type instanceof BinaryType) {
      return (out, value) -> out.addBinary(Binary.fromConstantByteArray((byte[]) value));
    }
    if (type instanceof BooleanType) {
      return (out, value) -> out.addBoolean((Boolean) value);
    }
    if (type instanceof LongType) {
      return (out, value) -> out.addLong((Long) value);
    }
    if (type instanceof FloatType) {
      return (out, value) -> out.addFloat((Float) value);
    }
    if (type instanceof DoubleType) {
      return (out, value) -> out.addDouble((Double) value);
    }
    if (type instanceof DateType) {
      return (out, value) -> out.addInteger(SparkTimes.days(value));
    }
    if (type instanceof TimestampType) {
      return (out, value) -> out.addLong(SparkTimes.micros(value));
    }
    if (type instanceof TimestampNTZType) {
      return (out, value) -> out.addLong(SparkTimes.localMicros(value));
    }
    if (type instanceof DecimalType decimal) {
      return decimal(decimal);
    }
    // byte, short and int; ParquetTypes has refused everything else.
    return (out, value) -> out.addInteger(((Number) value).intValue());
  }

  private static ValueWriter decimal(DecimalType type) {
    int scale = type.scale();
    if (type.precision() <= ParquetTypes.INT_DIGITS) {
      return (out, value) -> out.addInteger(unscaled(value, scale).intValueExact());
    }
    if (type.precision() <= ParquetTypes.LONG_DIGITS) {
      return (out, value) -> out.addLong(unscaled(value, scale).longValueExact());
    }
    int length = ParquetTypes.decimalBytes(type.precision());
    return (out, value) -> {
      byte[] shortest = unscaled(value, scale).toByteArray();
      byte[] bytes = new byte[length];
      // Big-endian two's complement, the sign carried to the left.
      Arrays.fill(bytes, 0, length - shortest.length, (byte) (shortest[0] < 0 ? -1 : 0));
      System.arraycopy(shortest, 0, bytes, length - shortest.length, shortest.length);
      out.addBinary(Binary.fromConstantByteArray(bytes));
    };
  }

  private static java.math.BigInteger unscaled(Object value, int scale) {
    return ((BigDecimal) value).setScale(scale, java.math.RoundingMode.UNNECESSARY).unscaledValue();
  }
}
