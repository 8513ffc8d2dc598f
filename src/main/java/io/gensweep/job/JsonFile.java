package io.gensweep.job;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads text files of a model folder, which is not trusted: only regular files are opened, none
 * that is longer than its kind ever is, and what is no JSON object in UTF-8, has a key twice or is
 * nested without end is a {@link JobError}.
 */
public final class JsonFile {
  /** Largest file that is read, in bytes; known ones have at most 2 MB. */
  public static final long MOST_BYTES = 16L << 20;

  private static final int DEEPEST = 100;
  private static final int LONGEST_SHOWN = 80;

  private static final ObjectMapper STRICT =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonFile() {}

  /** The JSON object in a file; empty if the file does not exist. */
  public static Optional<ObjectNode> read(Path file) {
    return text(file, MOST_BYTES).map(text -> object(text, "model.path: " + file));
  }

  /** The text of a file; empty if the file does not exist. */
  public static Optional<String> text(Path file, long mostBytes) {
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    requireRegular(file);
    try {
      long size = Files.size(file);
      if (size > mostBytes) {
        throw wrong(file, "has " + size + " bytes; at most " + mostBytes + " are read");
      }
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      throw new JobError(at(file) + "is not UTF-8; save it in that encoding", e);
    } catch (IOException e) {
      throw new JobError(at(file) + "cannot be read: " + e.getMessage(), e);
    }
  }

  /** Refuses anything but a regular file: a pipe or a device could block for ever. */
  public static void requireRegular(Path file) {
    if (!Files.isRegularFile(file)) {
      throw wrong(file, "is not a regular file (or a link to one); put the publisher's file there");
    }
  }

  /**
   * Parses a text that is a JSON object.
   *
   * @param place where it stands, for messages
   */
  public static ObjectNode object(String text, String place) {
    if (text.startsWith("\uFEFF")) {
      throw new JobError(place + " begins with a byte order mark; save it as plain UTF-8");
    }
    try {
      JsonNode node = STRICT.readTree(text);
      if (node instanceof ObjectNode object) {
        return object;
      }
      throw new JobError(place + " must hold a JSON object, was " + shown(node));
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw new JobError(
          place
              + ":"
              + line
              + " is not valid JSON: "
              + cut(e.getOriginalMessage())
              + "; take the publisher's file again",
          e);
    }
  }

  /** The value for a message, shortened when long. */
  public static String shown(JsonNode value) {
    return value.isMissingNode() ? "nothing" : cut(value.toString());
  }

  /** As {@link #shown(JsonNode)}, of a name. */
  public static String shown(String name) {
    return cut(name);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "...";
  }

  private static JobError wrong(Path file, String what) {
    return new JobError(at(file) + what);
  }

  private static String at(Path file) {
    return "model.path: " + file + " ";
  }
}
