package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/**
 * A YAML document as a JSON tree, with the file and line of each key.
 *
 * <p>It reads the parser's events, not its objects: Jackson's YAML reader turns an alias into the
 * alias's name and passes over tags, and neither keeps the lines. Tags are refused, a key given
 * twice is an error, and what aliases unfold to is bounded.
 *
 * @param places of keys by dotted path, such as {@code jobs/x.yaml:7}
 */
record YamlTree(JsonNode root, Map<String, String> places) {
  private static final int MAX_VALUES = 100_000;
  private static final int MAX_DEPTH = 20;

  /**
   * @param place what to call a line, counted from 1
   */
  static YamlTree parse(String yaml, IntFunction<String> place) {
    Reading reading = new Reading(yaml, place);
    try {
      return new YamlTree(reading.document(), reading.places);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw JobError.at(place.apply(line), "not valid YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw JobError.at(place.apply(1), "not valid YAML: " + oneLine(e.getMessage()));
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private static final class Reading {
    private final Iterator<Event> events;
    private final IntFunction<String> place;
    private final Map<String, String> places = new HashMap<>();
    private final Map<String, Anchor> anchors = new HashMap<>();
    private int values;

    Reading(String yaml, IntFunction<String> place) {
      this.events =
          new Yaml(new SafeConstructor(new LoaderOptions()))
              .parse(new StringReader(yaml))
              .iterator();
      this.place = place;
    }

    JsonNode document() {
      events.next(); // stream start
      if (!events.next().is(Event.ID.DocumentStart)) {
        return JsonNodeFactory.instance.nullNode();
      }
      JsonNode root = node(events.next(), "", 0);
      events.next(); // document end
      Event end = events.next();
      if (!end.is(Event.ID.StreamEnd)) {
        throw error(end, "a second YAML document starts here; only one is allowed");
      }
      return root;
    }

    private JsonNode node(Event event, String path, int depth) {
      if (depth > MAX_DEPTH) {
        throw error(event, "nested deeper than " + MAX_DEPTH + " levels");
      }
      if (event instanceof AliasEvent alias) {
        Anchor anchor =
            Optional.ofNullable(anchors.get(alias.getAnchor()))
                .orElseThrow(
                    () -> error(event, "alias *" + alias.getAnchor() + " has no anchor before it"));
        count(event, anchor.values());
        return anchor.node();
      }
      int before = values;
      count(event, 1);
      JsonNode node;
      if (event instanceof ScalarEvent scalar) {
        refuseTag(event, scalar.getTag());
        node = YamlScalar.node(scalar);
      } else {
        refuseTag(event, ((CollectionStartEvent) event).getTag());
        node = event instanceof MappingStartEvent ? mapping(path, depth) : sequence(path, depth);
      }
      String name = ((NodeEvent) event).getAnchor();
      if (name != null) {
        anchors.put(name, new Anchor(node, values - before));
      }
      return node;
    }

    private ObjectNode mapping(String path, int depth) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      for (Event event = events.next(); !event.is(Event.ID.MappingEnd); event = events.next()) {
        if (!(event instanceof ScalarEvent scalar)) {
          throw error(event, "a key must be a text");
        }
        refuseTag(event, scalar.getTag());
        String key = scalar.getValue();
        String full = path.isEmpty() ? key : path + "." + key;
        if (node.has(key)) {
          throw error(event, full + ": given twice");
        }
        places.put(full, place.apply(line(event)));
        node.set(key, node(events.next(), full, depth + 1));
      }
      return node;
    }

    private ArrayNode sequence(String path, int depth) {
      ArrayNode node = JsonNodeFactory.instance.arrayNode();
      for (Event event = events.next(); !event.is(Event.ID.SequenceEnd); event = events.next()) {
        node.add(node(event, path + "[" + node.size() + "]", depth + 1));
      }
      return node;
    }

    private void count(Event event, int more) {
      values += more;
      if (values > MAX_VALUES) {
        throw error(event, "more than " + MAX_VALUES + " values, those behind aliases included");
      }
    }

    private void refuseTag(Event event, String tag) {
      if (tag != null) {
        throw error(event, "YAML tags are not allowed, was " + oneLine(tag));
      }
    }

    private JobError error(Event event, String message) {
      return JobError.at(place.apply(line(event)), message);
    }

    private static int line(Event event) {
      return event.getStartMark().getLine() + 1;
    }
  }

  /** A value that aliases may repeat, with the number of values it expands to. */
  private record Anchor(JsonNode node, int values) {}
}
