package io.gensweep.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.gensweep.job.JobError;
import io.gensweep.job.JsonFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Driver and executor. Finds a model's chat templates: chat_template.jinja and
 * additional_chat_templates/NAME.jinja, which replace what tokenizer_config.json has, as in Hugging
 * Face transformers 5.24. Of several templates, the one named default is used.
 */
final class ChatTemplateFiles {
  static final String FILE = "chat_template.jinja";
  static final String FOLDER = "additional_chat_templates";
  private static final String KEY = "chat_template";
  private static final String DEFAULT = "default";
  private static final String SUFFIX = ".jinja";
  private static final int MOST_NAMED = 10;

  private ChatTemplateFiles() {}

  /** The file that holds the template to use, if a file does. */
  static Optional<Path> of(Path folder) {
    Path named = folder.resolve(FOLDER).resolve(DEFAULT + SUFFIX);
    return Stream.of(named, folder.resolve(FILE)).filter(Files::exists).findFirst();
  }

  /** The text of the template to use; empty where the model has none. */
  static Optional<String> text(Path folder) {
    Optional<Path> file = of(folder);
    if (file.isPresent()) {
      return JsonFile.text(file.get(), JsonFile.MOST_BYTES);
    }
    List<String> others = additional(folder);
    if (!others.isEmpty()) {
      throw noDefault(folder, others);
    }
    return ofConfig(folder);
  }

  /** Names of additional templates, as many as a message shows. */
  private static List<String> additional(Path folder) {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder.resolve(FOLDER))) {
      try (DirectoryStream<Path> stream =
          Files.newDirectoryStream(folder.resolve(FOLDER), "*" + SUFFIX)) {
        for (Path file : stream) {
          names.add(file.getFileName().toString());
          if (names.size() == MOST_NAMED) {
            break;
          }
        }
      } catch (IOException e) {
        throw new JobError("model.path: cannot read " + folder.resolve(FOLDER) + ": " + e, e);
      }
    }
    Collections.sort(names);
    return names;
  }

  private static Optional<String> ofConfig(Path folder) {
    JsonNode entry = TokenizerConfig.object(folder.resolve(TokenizerConfig.FILE)).path(KEY);
    if (entry.isTextual()) {
      return Optional.of(entry.textValue());
    }
    if (entry.isMissingNode() || entry.isNull()) {
      return Optional.empty();
    }
    Map<String, JsonNode> templates = new TreeMap<>();
    entry.properties().forEach(named -> templates.put(named.getKey(), named.getValue()));
    if (entry.isArray()) {
      entry.forEach(named -> templates.put(named.path("name").asText(), named.path("template")));
    }
    JsonNode template = templates.get(DEFAULT);
    if (template == null) {
      throw noDefault(folder, templates.keySet());
    }
    if (!template.isTextual()) {
      throw TokenizerConfig.wrong(
          folder.resolve(TokenizerConfig.FILE), KEY, "a text, or texts by name", entry);
    }
    return Optional.of(template.textValue());
  }

  private static JobError noDefault(Path folder, Iterable<String> names) {
    return new JobError(
        "chat_template of "
            + folder
            + " has no template named default, only "
            + JsonFile.shown(String.join(", ", names))
            + ": save the one to use as a file and pass chat_template: FILE");
  }
}
