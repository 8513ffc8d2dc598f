package io.gensweep.token;

import io.gensweep.token.jinja.Template;
import io.gensweep.token.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plain Java. A model's chat template: turns a conversation into the text that the model was
 * trained on, as {@code apply_chat_template} of Hugging Face transformers does. Encode that text
 * without adding special tokens: the template writes them. Immutable and safe for threads.
 */
public final class ChatTemplate {
  /** Which template it is, as a message names it. */
  private final String name;

  private final Template template;
  private final Map<String, String> specialTokens;
  private final LocalDateTime now;

  private ChatTemplate(
      String name, Template template, Map<String, String> specialTokens, LocalDateTime now) {
    this.name = name;
    this.template = template;
    this.specialTokens = specialTokens;
    this.now = now;
  }

  /**
   * The template of a model.
   *
   * @param modelFolder where tokenizer_config.json and perhaps chat_template.jinja are
   * @param override the text of a template to use in place of the model's own; "" for that one
   * @param now as in {@link #of(String, Map, LocalDateTime)}
   * @return empty if the model has none and no other is given
   */
  public static Optional<ChatTemplate> load(Path modelFolder, String override, LocalDateTime now) {
    try {
      TokenizerConfig config = TokenizerConfig.read(modelFolder, override.isEmpty());
      Optional<String> text = override.isEmpty() ? config.chatTemplate() : Optional.of(override);
      String name = override.isEmpty() ? "the model's chat template" : "the job's chat template";
      return text.map(template -> of(name, template, config.specialTokens(), now));
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(
          "chat_template of " + modelFolder + " cannot be read: " + unreadable, unreadable);
    }
  }

  /** As {@link #of(String, Map, LocalDateTime)}, with the time of this call. */
  public static ChatTemplate of(String template, Map<String, String> specialTokens) {
    return of(template, specialTokens, LocalDateTime.now(ZoneId.systemDefault()));
  }

  /**
   * Parses a template.
   *
   * @param template Jinja text
   * @param specialTokens by the names that templates use: bos_token, eos_token and so on
   * @param now the time that a template may print; fix it once per job, or rows will differ by day
   * @throws IllegalArgumentException if the template cannot be rendered exactly
   */
  public static ChatTemplate of(
      String template, Map<String, String> specialTokens, LocalDateTime now) {
    return of("the chat template", template, specialTokens, now);
  }

  private static ChatTemplate of(
      String name, String template, Map<String, String> specialTokens, LocalDateTime now) {
    try {
      return new ChatTemplate(name, Template.compile(template), Map.copyOf(specialTokens), now);
    } catch (TemplateException cannotParse) {
      throw new IllegalArgumentException(
          "chat_template: "
              + name
              + " cannot be read: "
              + cannotParse.getMessage()
              + "; pass a simpler one as chat_template: FILE",
          cannotParse);
    }
  }

  /**
   * The prompt for a conversation.
   *
   * @param addGenerationPrompt whether the text ends with the opening of an assistant turn
   * @throws IllegalArgumentException if the template refuses these messages
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages must hold at least one message, was empty");
    }
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put(
        "messages",
        messages.stream()
            .map(message -> ordered("role", message.role(), "content", message.content()))
            .toList());
    variables.put("tools", Optional.empty());
    variables.put("documents", Optional.empty());
    variables.put("add_generation_prompt", addGenerationPrompt);
    try {
      return template.render(variables, now);
    } catch (TemplateException cannotRender) {
      String reason =
          cannotRender.kind() == TemplateException.Kind.RAISED
              ? " refuses these messages: "
              : " cannot render these messages: ";
      throw new IllegalArgumentException(name + reason + cannotRender.getMessage(), cannotRender);
    }
  }

  private static Map<String, Object> ordered(
      String firstKey, Object first, String secondKey, Object second) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(firstKey, first);
    map.put(secondKey, second);
    return map;
  }
}
