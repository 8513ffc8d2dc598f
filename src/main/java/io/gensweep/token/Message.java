package io.gensweep.token;

import java.io.Serializable;
import java.util.Objects;

/** Plain Java. One turn of a conversation: who speaks, and what is said. */
public record Message(String role, String content) implements Serializable {
  public Message {
    Objects.requireNonNull(content, "content");
    if (role.isEmpty()) {
      throw new IllegalArgumentException("role must not be empty");
    }
  }
}
