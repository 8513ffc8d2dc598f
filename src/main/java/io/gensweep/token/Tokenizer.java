package io.gensweep.token;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.gensweep.job.SpecialTokens;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Driver for checks, and executor, one per model. Encodes and decodes text with a model's
 * tokenizer.json, with the same ids as Hugging Face transformers 5; truncation and padding are
 * always off. Threads may share it; closing waits for calls under way.
 */
public final class Tokenizer implements AutoCloseable, Detokenizer {
  static {
    DjlOffline.apply();
  }

  /**
   * Longest run of spaces or of other characters in a text. Regular expressions backtrack through a
   * run, and the tokenizers library ends the process after 10 million backtracking steps.
   */
  private static final int LONGEST_RUN = 1 << 20;

  private static final Map<String, String> OPTIONS =
      Map.of("truncation", "DO_NOT_TRUNCATE", "padding", "DO_NOT_PAD", "addSpecialTokens", "true");

  private final Path folder;
  private final TokenizerConfig config;
  private final HuggingFaceTokenizer parsing;
  private final int vocabSize;
  private final boolean cleansUp;
  private final OptionalInt bosTokenId;
  private final OptionalInt eosTokenId;
  private final boolean addsBos;
  private final Set<String> specialTexts;
  private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
  private Optional<HuggingFaceTokenizer> plain = Optional.empty();
  private boolean closed;

  private Tokenizer(Path folder, TokenizerConfig config, TokenizerJson json) {
    this.folder = folder;
    this.config = config;
    parsing = open(json.parsing());
    vocabSize = json.vocabSize();
    specialTexts = Set.copyOf(json.specials());
    cleansUp = config.cleanUpSpaces() && (!json.isBpe() || config.cleanUpBpeToo());
    bosTokenId = named("bos_token");
    eosTokenId = named("eos_token");
    int[] start = ids(parsing, "", true);
    addsBos = start.length > 0 && bosTokenId.equals(OptionalInt.of(start[0]));
  }

  /**
   * Loads tokenizer.json and the configuration beside it.
   *
   * @param modelFolder a local folder
   * @throws IllegalArgumentException if there is no tokenizer.json or it cannot be understood
   */
  public static Tokenizer load(Path modelFolder) {
    TokenizerConfig config = TokenizerConfig.read(modelFolder);
    return new Tokenizer(modelFolder, config, TokenizerJson.read(modelFolder, config));
  }

  /**
   * Encodes a text. With special tokens added, the tokenizer's own template applies; but where it
   * would put a BOS before a text that already starts with one, there is only the text's own. Text
   * that a chat template rendered brings its special tokens and is encoded without adding any.
   *
   * @throws IllegalArgumentException if the text has an unpaired surrogate, which is no character,
   *     or a run of characters that the tokenizers library cannot take
   */
  public int[] encode(String text, boolean addSpecialTokens, SpecialTokens mode) {
    checkCharacters(text);
    int[] ids = whileOpen(() -> ids(tokenizer(mode), text, addSpecialTokens));
    boolean doubled =
        addSpecialTokens && parses(mode) && addsBos && ids.length > 1 && ids[0] == ids[1];
    return doubled ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  /**
   * Decodes ids. Bytes that are not UTF-8 become U+FFFD; ids without a token become nothing.
   *
   * @param skipSpecialTokens whether special tokens are left out
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    String text = whileOpen(() -> parsing.decode(wide, skipSpecialTokens));
    return cleansUp ? cleanedUp(text) : text;
  }

  /** Decodes a continuation, without special tokens. */
  @Override
  public String decode(int[] ids) {
    return decode(ids, true);
  }

  /** The decoder of continuations, with or without special tokens. */
  public Detokenizer detokenizer(boolean skipSpecialTokens) {
    return skipSpecialTokens ? this : ids -> decode(ids, false);
  }

  @Override
  public OptionalInt hidden(String specialToken) {
    return specialTexts.contains(specialToken)
        ? whileOpen(() -> single(parsing, specialToken))
        : OptionalInt.empty();
  }

  /** The number of tokens, added ones included; a model may have more embedding rows. */
  public int vocabSize() {
    return vocabSize;
  }

  public OptionalInt bosTokenId() {
    return bosTokenId;
  }

  /** The token before a text without context: the BOS, or the EOS if there is no BOS. */
  public OptionalInt prefixTokenId() {
    return bosTokenId.isPresent() ? bosTokenId : eosTokenId;
  }

  /** Special tokens by name (bos_token, eos_token and so on), as chat templates use them. */
  public Map<String, String> specialTokens() {
    return config.specialTokens();
  }

  /** The texts that are encoded as special tokens. */
  Set<String> specialTexts() {
    return specialTexts;
  }

  @Override
  public void close() {
    lifetime.writeLock().lock();
    try {
      closed = true;
      parsing.close();
      plain.ifPresent(HuggingFaceTokenizer::close);
    } finally {
      lifetime.writeLock().unlock();
    }
  }

  private <T> T whileOpen(Supplier<T> call) {
    lifetime.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the tokenizer of " + folder + " is closed");
      }
      return call.get();
    } finally {
      lifetime.readLock().unlock();
    }
  }

  private HuggingFaceTokenizer tokenizer(SpecialTokens mode) {
    return parses(mode) ? parsing : plain();
  }

  /** Whether special tokens in a text are tokens, by the job and by the model. */
  private boolean parses(SpecialTokens mode) {
    return mode == SpecialTokens.PARSE && !config.splitSpecialTokens();
  }

  /** Loaded at first use, since few jobs need it and it doubles the memory. */
  private synchronized HuggingFaceTokenizer plain() {
    if (plain.isEmpty()) {
      TokenizerJson json = TokenizerJson.read(folder, config);
      HuggingFaceTokenizer opened = open(json.plain());
      for (String token : json.ordinaryAdded()) {
        if (!Arrays.equals(ids(opened, token, false), ids(parsing, token, false))) {
          opened.close();
          throw new IllegalStateException(
              "special_tokens: plain would change the id of the added token '" + token + "'");
        }
      }
      plain = Optional.of(opened);
    }
    return plain.get();
  }

  private HuggingFaceTokenizer open(String json) {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), OPTIONS);
    } catch (IOException | RuntimeException refused) {
      throw TokenizerJson.wrong(
          folder.resolve(TokenizerJson.FILE),
          "the tokenizers library refuses it: " + Printable.cut(refused.getMessage(), 200),
          refused);
    }
  }

  private static int[] ids(HuggingFaceTokenizer tokenizer, String text, boolean addSpecialTokens) {
    return Arrays.stream(encoding(tokenizer, text, addSpecialTokens).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  private static Encoding encoding(
      HuggingFaceTokenizer tokenizer, String text, boolean addSpecialTokens) {
    try {
      return tokenizer.encode(text, addSpecialTokens, false);
    } catch (RuntimeException refused) {
      throw new IllegalArgumentException(
          "the tokenizer cannot encode this text: " + Printable.cut(refused.getMessage(), 200),
          refused);
    }
  }

  private OptionalInt named(String name) {
    return config.specialTokens().containsKey(name)
        ? single(parsing, config.specialTokens().get(name))
        : OptionalInt.empty();
  }

  private static OptionalInt single(HuggingFaceTokenizer tokenizer, String token) {
    int[] ids = ids(tokenizer, token, false);
    return ids.length == 1 ? OptionalInt.of(ids[0]) : OptionalInt.empty();
  }

  private static void checkCharacters(String text) {
    int run = 0;
    boolean inSpace = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      run = inSpace == Character.isWhitespace(c) ? run + 1 : 1;
      inSpace = Character.isWhitespace(c);
      if (run > LONGEST_RUN) {
        throw new IllegalArgumentException(
            "text has more than "
                + LONGEST_RUN
                + " characters of white space, or without any, on end: split the row");
      }
      boolean paired =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (paired) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException(
            String.format(
                "text has an unpaired surrogate U+%04X at index %d, which is no character:"
                    + " repair the encoding of the row",
                (int) c, i));
      }
    }
  }

  /** Hugging Face's clean-up of spaces, for models that split text into words. */
  private static String cleanedUp(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }
}
