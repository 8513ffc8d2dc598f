package io.gensweep.job;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.Serializable;
import java.util.List;

/**
 * Driver. A job with every setting decided.
 *
 * @param settings each key of the job once, those not given included
 */
public record ResolvedJob(JobSpec spec, List<Setting> settings) implements Serializable {
  public ResolvedJob {
    settings = List.copyOf(settings);
  }

  /** The settings as JSON for the manifest: a list of {key, value, origin}, the command first. */
  public ArrayNode resolved(Command command) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    list.addObject()
        .put("key", Command.KEY)
        .put("origin", Origin.COMMAND_LINE.toString())
        .put("value", command.toString());
    for (Setting setting : settings) {
      list.addObject()
          .put("key", setting.key())
          .put("origin", setting.origin().toString())
          .set("value", setting.value());
    }
    return list;
  }
}
