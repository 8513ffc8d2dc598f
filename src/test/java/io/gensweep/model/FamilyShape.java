package io.gensweep.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/** Small checkpoints of model families for tests outside this package. */
public final class FamilyShape {
  private FamilyShape() {}

  /** Writes the checkpoint of a shape of src/test/resources/families into a folder. */
  public static ModelFolder in(Path folder, String family, String shape) throws IOException {
    Path file = Path.of("src/test/resources/families", family + ".json");
    for (JsonNode each : new ObjectMapper().readTree(file.toFile()).get("shapes")) {
      if (each.get("name").textValue().equals(shape)) {
        return in(folder, each);
      }
    }
    throw new IllegalArgumentException(family + " has no shape " + shape);
  }

  /** Writes the checkpoint of a shape into a folder. */
  static ModelFolder in(Path folder, JsonNode shape) throws IOException {
    return new FormulaCheckpoint(
            shape.get("config"), shape.get("dtype").textValue(), shape.get("tensors"))
        .in(folder);
  }
}
