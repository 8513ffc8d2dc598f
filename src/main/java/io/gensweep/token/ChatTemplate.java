package io.gensweep.token;

import io.gensweep.token.jinja.PythonText;
import io.gensweep.token.jinja.Template;
import io.gensweep.token.jinja.TemplateException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Renders a conversation as the text format that a model was trained on, as {@code
 * apply_chat_template} of Hugging Face transformers does. Encode that text without adding special
 * tokens: the template has written them. Immutable and safe for threads.
 */
public final class ChatTemplate {
  private static final String CONTENT = "content";
  private static final List<String> REASONING =
      List.of("reasoning_content", "thinking", "reasoning");

  /**
   * The same mark as transformers uses, because templates may measure their input; the space shows
   * whether a template trims.
   */
  private static final String END_MARK = "CONTINUE_FINAL_MESSAGE_TAG ";

  private static final String PART_MARK = "a part of text";

  /** What error messages call this template. */
  private final String name;

  private final String source;
  private final Template template;
  private final Map<String, String> specialTokens;
  private final LocalDateTime now;

  private ChatTemplate(
      String name,
      String source,
      Template template,
      Map<String, String> specialTokens,
      LocalDateTime now) {
    this.name = name;
    this.source = source;
    this.template = template;
    this.specialTokens = specialTokens;
    this.now = now;
  }

  /**
   * Loads the template of a model.
   *
   * @param modelFolder where tokenizer_config.json and perhaps chat_template.jinja are
   * @param override the text of a template to use in place of the model's own; "" for that one
   * @param now as in {@link #of(String, Map, LocalDateTime)}
   * @return empty if the model has none and no other is given
   */
  public static Optional<ChatTemplate> load(Path modelFolder, String override, LocalDateTime now) {
    Optional<String> text =
        override.isEmpty() ? ChatTemplateFiles.text(modelFolder) : Optional.of(override);
    Map<String, String> tokens = TokenizerConfig.read(modelFolder).specialTokens();
    String name = override.isEmpty() ? "the model's chat template" : "the job's chat template";
    return text.map(template -> of(name, template, tokens, now));
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
      return new ChatTemplate(
          name, template, Template.compile(template), Map.copyOf(specialTokens), now);
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
   * Renders the prompt for a conversation.
   *
   * @param addGenerationPrompt whether the text ends with the opening of an assistant turn
   * @throws IllegalArgumentException if the template refuses these messages
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    return rendered(shown(messages), addGenerationPrompt);
  }

  /**
   * Renders a conversation up to the end of its last message, for the model to continue it, as
   * {@code continue_final_message} does.
   *
   * @throws IllegalArgumentException if the template refuses these messages, or does not show the
   *     last as it is
   */
  public String continued(List<Message> messages) {
    List<Message> shown = new ArrayList<>(shown(messages));
    Message last = shown.remove(shown.size() - 1);
    Object content = last.fields().getOrDefault(CONTENT, Optional.empty());
    if (content == Optional.empty()) {
      throw new IllegalArgumentException("the last message has no content to continue");
    }
    if (!source.contains(CONTENT)) {
      throw new IllegalArgumentException(name + " does not show what a message says");
    }
    shown.add(last.with(CONTENT, marked(content)));
    String text = rendered(shown, false);
    String mark = END_MARK.strip();
    int end = text.lastIndexOf(mark);
    if (end < 0 || !text.contains(PythonText.strip(lastText(content)))) {
      throw new IllegalArgumentException(
          name + " leaves out a part of the last message, so it cannot be continued");
    }
    String before = text.substring(0, end);
    // Where the template trims the message, its own end goes too.
    return text.startsWith(END_MARK, end) ? before : PythonText.rstrip(before);
  }

  private static String lastText(Object content) {
    return content instanceof List<?> parts
        ? (String) ((Map<?, ?>) parts.get(parts.size() - 1)).get(Message.TEXT)
        : (String) content;
  }

  private static Object marked(Object content) {
    if (!(content instanceof List<?> parts)) {
      return content + END_MARK;
    }
    List<Object> marked = new ArrayList<>(parts);
    Map<Object, Object> part = new LinkedHashMap<>((Map<?, ?>) marked.remove(marked.size() - 1));
    part.put(Message.TEXT, lastText(content) + END_MARK);
    marked.add(part);
    return marked;
  }

  /** Joins content that is a list of parts, unless the template supports parts. */
  private List<Message> shown(List<Message> messages) {
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages must hold at least one message, was empty");
    }
    return messages.stream().noneMatch(Message::hasParts) || takesParts()
        ? messages
        : messages.stream().map(Message::joined).toList();
  }

  /** Whether the template renders a part of text as it renders the text alone. */
  private boolean takesParts() {
    Message text = new Message("user", PART_MARK);
    try {
      return rendered(List.of(text.with(CONTENT, List.of(Message.part(PART_MARK)))), true)
          .equals(rendered(List.of(text), true));
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }

  private String rendered(List<Message> messages, boolean addGenerationPrompt) {
    Map<String, Object> variables = new HashMap<>(specialTokens);
    variables.put("messages", messages.stream().map(ChatTemplate::withNamesOfReasoning).toList());
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

  /** Templates know reasoning by several names; transformers provides two of them. */
  private static Map<String, Object> withNamesOfReasoning(Message message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (String name : REASONING) {
      if (fields.isEmpty() && message.fields().containsKey(name)) {
        fields.put("thinking", message.fields().get(name));
      }
    }
    Optional<Object> reasoning = Optional.ofNullable(fields.get("thinking"));
    fields.putAll(message.fields());
    reasoning.ifPresent(text -> fields.put("reasoning_content", text));
    return fields;
  }
}
