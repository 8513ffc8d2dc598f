package io.gensweep.job;

import java.io.InvalidObjectException;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Serialises a record with Optional components, which Java serialization does not support.
 *
 * <p>Reading goes through the record's constructor, so its checks hold for what arrives.
 */
final class RecordForm implements Serializable {
  private static final long serialVersionUID = 1;

  private final Class<? extends Record> type;
  private final ArrayList<Object> values = new ArrayList<>();

  private RecordForm(Class<? extends Record> type) {
    this.type = type;
  }

  static RecordForm of(Record record) {
    RecordForm form = new RecordForm(record.getClass());
    try {
      for (RecordComponent component : record.getClass().getRecordComponents()) {
        Object value = component.getAccessor().invoke(record);
        form.values.add(value instanceof Optional<?> some ? new Maybe(some.orElse(null)) : value);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read the components of " + record, e);
    }
    return form;
  }

  private Object readResolve() throws InvalidObjectException {
    Class<?>[] types =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    List<Object> arguments = new ArrayList<>();
    for (Object value : values) {
      arguments.add(value instanceof Maybe maybe ? Optional.ofNullable(maybe.value()) : value);
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments.toArray());
    } catch (ReflectiveOperationException e) {
      InvalidObjectException invalid = new InvalidObjectException("not a " + type.getName());
      invalid.initCause(e);
      throw invalid;
    }
  }

  /** An Optional's value; null when there is none. */
  private record Maybe(Object value) implements Serializable {}
}
