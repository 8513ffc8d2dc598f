package io.gensweep.output;

import static org.apache.parquet.schema.LogicalTypeAnnotation.dateType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.intType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.listType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.mapType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Type.Repetition;
import org.apache.parquet.schema.Types;
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

/**
 * Executor. Maps Spark's types to Parquet's, by the Parquet format's LogicalTypes.md: three-level
 * lists, int64 microseconds, decimals in the smallest type that holds them.
 */
final class ParquetTypes {
  static final String LIST = "list";
  static final String ELEMENT = "element";
  static final String KEY_VALUE = "key_value";
  static final String KEY = "key";
  static final String VALUE = "value";

  /** Most digits of a decimal in an int32 and in an int64. */
  static final int INT_DIGITS = 9;

  static final int LONG_DIGITS = 18;

  private ParquetTypes() {}

  static MessageType message(StructType schema) {
    return new MessageType("gensweep", fields(schema));
  }

  /** Bytes of a two's complement number with this many decimal digits. */
  static int decimalBytes(int digits) {
    return BigInteger.TEN.pow(digits).subtract(BigInteger.ONE).bitLength() / 8 + 1;
  }

  private static List<Type> fields(StructType struct) {
    List<Type> fields = new ArrayList<>();
    for (StructField field : struct.fields()) {
      fields.add(type(field.name(), field.dataType(), field.nullable()));
    }
    return fields;
  }

  private static Type type(String name, DataType type, boolean nullable) {
    Repetition repetition = nullable ? Repetition.OPTIONAL : Repetition.REQUIRED;
    if (type instanceof ArrayType array) {
      GroupType list =
          Types.repeatedGroup()
              .addField(type(ELEMENT, array.elementType(), array.containsNull()))
              .named(LIST);
      return Types.buildGroup(repetition).as(listType()).addField(list).named(name);
    }
    if (type instanceof MapType map) {
      GroupType pair =
          Types.repeatedGroup()
              .addField(type(KEY, map.keyType(), false))
              .addField(type(VALUE, map.valueType(), map.valueContainsNull()))
              .named(KEY_VALUE);
      return Types.buildGroup(repetition).as(mapType()).addField(pair).named(name);
    }
    if (type instanceof StructType struct) {
      return new GroupType(repetition, name, fields(struct));
    }
    return scalar(name, type, repetition);
  }

  private static Type scalar(String name, DataType type, Repetition repetition) {
    if (type instanceof StringType) {
      return Types.primitive(PrimitiveTypeName.BINARY, repetition).as(stringType()).named(name);
    }
    if (type instanceof BinaryType) {
      return Types.primitive(PrimitiveTypeName.BINARY, repetition).named(name);
    }
    if (type instanceof BooleanType) {
      return Types.primitive(PrimitiveTypeName.BOOLEAN, repetition).named(name);
    }
    if (type instanceof ByteType) {
      return Types.primitive(PrimitiveTypeName.INT32, repetition).as(intType(8, true)).named(name);
    }
    if (type instanceof ShortType) {
      return Types.primitive(PrimitiveTypeName.INT32, repetition).as(intType(16, true)).named(name);
    }
    if (type instanceof IntegerType) {
      return Types.primitive(PrimitiveTypeName.INT32, repetition).named(name);
    }
    if (type instanceof LongType) {
      return Types.primitive(PrimitiveTypeName.INT64, repetition).named(name);
    }
    if (type instanceof FloatType) {
      return Types.primitive(PrimitiveTypeName.FLOAT, repetition).named(name);
    }
    if (type instanceof DoubleType) {
      return Types.primitive(PrimitiveTypeName.DOUBLE, repetition).named(name);
    }
    if (type instanceof DateType) {
      return Types.primitive(PrimitiveTypeName.INT32, repetition).as(dateType()).named(name);
    }
    if (type instanceof TimestampType || type instanceof TimestampNTZType) {
      boolean isInstant = type instanceof TimestampType;
      return Types.primitive(PrimitiveTypeName.INT64, repetition)
          .as(timestampType(isInstant, TimeUnit.MICROS))
          .named(name);
    }
    if (type instanceof DecimalType decimal) {
      return decimal(name, decimal, repetition);
    }
    throw new IllegalArgumentException(
        "column %s has type %s, which cannot be written".formatted(name, type.simpleString()));
  }

  private static Type decimal(String name, DecimalType type, Repetition repetition) {
    int digits = type.precision();
    if (digits > LONG_DIGITS) {
      return Types.primitive(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY, repetition)
          .length(decimalBytes(digits))
          .as(decimalType(type.scale(), digits))
          .named(name);
    }
    PrimitiveTypeName held =
        digits > INT_DIGITS ? PrimitiveTypeName.INT64 : PrimitiveTypeName.INT32;
    return Types.primitive(held, repetition).as(decimalType(type.scale(), digits)).named(name);
  }
}
