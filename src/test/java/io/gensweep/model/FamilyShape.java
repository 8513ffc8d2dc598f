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
        return new FormulaCheckpoint(
                each.get("config"), each.get("dtype").textValue(), each.get("tensors"))
            .in(folder);
      }
    }
    throw new IllegalArgumentException(family + " has no shape " + shape);
  }
}
