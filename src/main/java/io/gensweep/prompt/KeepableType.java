package io.gensweep.prompt;

import java.util.Arrays;
import java.util.Optional;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/** Driver. Decides which input types can be carried into the output. */
public final class KeepableType {
  private KeepableType() {}

  /** The part of {@code type} that not all common Parquet readers support, if any. */
  public static Optional<DataType> obstacle(DataType type) {
    if (type instanceof ArrayType array) {
      return obstacle(array.elementType());
    }
    if (type instanceof MapType map) {
      return obstacle(map.keyType()).or(() -> obstacle(map.valueType()));
    }
    if (type instanceof StructType struct) {
      // Parquet has no group without fields.
      return struct.fields().length == 0
          ? Optional.of(type)
          : Arrays.stream(struct.fields())
              .map(StructField::dataType)
              .flatMap(field -> obstacle(field).stream())
              .findFirst();
    }
    return isScalar(type) ? Optional.empty() : Optional.of(type);
  }

  /** Whether a type has one plain string form, as an id needs. */
  static boolean isSimple(DataType type) {
    return isScalar(type) && !(type instanceof BinaryType);
  }

  private static boolean isScalar(DataType type) {
    return type instanceof StringType
        || type instanceof BooleanType
        || type instanceof ByteType
        || type instanceof ShortType
        || type instanceof IntegerType
        || type instanceof LongType
        || type instanceof FloatType
        || type instanceof DoubleType
        || type instanceof DecimalType
        || type instanceof DateType
        || type instanceof TimestampType
        || type instanceof TimestampNTZType
        || type instanceof BinaryType;
  }
}
