package io.gensweep.spark.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gensweep.spark.run.TinyJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Model folders that a hub may hold: the tiny model's, each with one file that is wrong. */
public final class HostileFolders {
  /** Puts something wrong in the place of a file. */
  @FunctionalInterface
  interface Edit {
    void apply(Path file) throws IOException, InterruptedException;
  }

  /** One folder, by the file that is wrong in it and what is. */
  public record Folder(String file, String what, Edit edit) {
    @Override
    public String toString() {
      return file + ": " + what;
    }

    /** The folder, made at a place that does not exist. */
    public Path make(Path place) throws IOException, InterruptedException {
      Files.createDirectory(place);
      try (Stream<Path> files = Files.list(TINY)) {
        for (Path each : files.toList()) {
          Path copy = place.resolve(each.getFileName());
          if (each.toString().endsWith(".safetensors")) {
            Files.createSymbolicLink(copy, each.toAbsolutePath());
          } else {
            Files.copy(each, copy);
          }
        }
      }
      edit.apply(place.resolve(file));
      return place;
    }
  }

  public static final Path TINY = Path.of(TinyJob.MODEL);

  private static final ObjectMapper JSON = new ObjectMapper();
  public static final String WEIGHTS = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";
  private static final List<String> VALUES =
      List.of(
          "null",
          "-1",
          "0",
          "0.5",
          "1e308",
          "9223372036854775807",
          "99999999999999999999999",
          "true",
          "\"x\"",
          "\"\"",
          "[]",
          "[[]]",
          "{}",
          "[null]");

  private final List<Folder> folders = new ArrayList<>();

  private HostileFolders() {}

  public static List<Folder> all() throws IOException {
    HostileFolders made = new HostileFolders();
    made.values(
        "config.json",
        "hidden_size num_attention_heads num_key_value_heads head_dim"
            + " num_hidden_layers intermediate_size vocab_size max_position_embeddings rms_norm_eps"
            + " rope_parameters rope_parameters/rope_theta rope_parameters/rope_type eos_token_id"
            + " model_type hidden_act");
    made.values("generation_config.json", "eos_token_id");
    made.values(
        "tokenizer_config.json",
        "bos_token extra_special_tokens added_tokens_decoder chat_template");
    made.values(
        "tokenizer.json",
        "model model/type model/vocab model/vocab/a model/merges model/merges/0 added_tokens"
            + " added_tokens/0 added_tokens/0/id added_tokens/0/content normalizer pre_tokenizer"
            + " pre_tokenizer/pretokenizers post_processor/single post_processor/special_tokens"
            + " decoder");
    for (String file :
        List.of(
            "config.json",
            "generation_config.json",
            "tokenizer_config.json",
            "tokenizer.json",
            "special_tokens_map.json",
            INDEX)) {
      made.texts(file);
    }
    for (String file :
        List.of(
            "config.json",
            "generation_config.json",
            "tokenizer_config.json",
            "tokenizer.json",
            "chat_template.jinja",
            WEIGHTS,
            INDEX)) {
      made.places(file);
    }
    made.weights();
    made.indices();
    made.templates();
    made.expressions();
    return List.copyOf(made.folders);
  }

  private void add(String file, String what, Edit edit) {
    folders.add(new Folder(file, what, edit));
  }

  private void write(String file, String what, byte[] bytes) {
    add(
        file,
        what,
        path -> {
          Files.deleteIfExists(path);
          Files.write(path, bytes);
        });
  }

  /** Each of these places of a JSON file with each value. */
  private void values(String file, String pointers) throws IOException {
    for (String pointer : pointers.split(" ", -1)) {
      for (String value : VALUES) {
        JsonNode root = JSON.readTree(TINY.resolve(file).toFile());
        int last = pointer.lastIndexOf('/');
        JsonNode parent = last < 0 ? root : root.at("/" + pointer.substring(0, last));
        String name = pointer.substring(last + 1);
        if (parent instanceof ArrayNode list) {
          list.set(Integer.parseInt(name), JSON.readTree(value));
        } else {
          ((ObjectNode) parent).set(name, JSON.readTree(value));
        }
        write(file, pointer + " " + value, JSON.writeValueAsBytes(root));
      }
    }
  }

  /** Texts that are no JSON object. */
  private void texts(String file) throws IOException {
    byte[] good =
        Files.exists(TINY.resolve(file))
            ? Files.readAllBytes(TINY.resolve(file))
            : "{}".getBytes(StandardCharsets.UTF_8);
    String text = new String(good, StandardCharsets.UTF_8);
    for (String wrong :
        List.of(
            "",
            "{",
            "[]",
            "null",
            "7",
            "\"x\"",
            "\u0000{}",
            "{} {}",
            "\uFEFF{}",
            "{\"a\": NaN}",
            "{'a': 1}")) {
      write(file, "text " + wrong.replace('\u0000', '0'), wrong.getBytes(StandardCharsets.UTF_8));
    }
    write(file, "first half", Arrays.copyOf(good, good.length / 2));
    write(file, "UTF-16", text.getBytes(StandardCharsets.UTF_16));
    write(file, "byte order mark", ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8));
    write(file, "bytes that are no text", new byte[] {'{', (byte) 0xff, (byte) 0xc0, '}'});
    write(file, "lists in lists", "[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
    write(file, "objects in objects", "{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8));
    write(
        file,
        "a long number",
        ("{\"a\":" + "9".repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8));
  }

  /** What is no regular file. */
  private void places(String file) {
    add(file, "a folder", path -> Files.createDirectory(emptied(path)));
    add(file, "a link to itself", path -> Files.createSymbolicLink(emptied(path), path));
    add(
        file,
        "a link to nothing",
        path -> Files.createSymbolicLink(emptied(path), Path.of("/none")));
    add(file, "a device", path -> Files.createSymbolicLink(emptied(path), Path.of("/dev/zero")));
    add(
        file,
        "a pipe",
        path -> new ProcessBuilder("mkfifo", emptied(path).toString()).start().waitFor());
  }

  private static Path emptied(Path path) throws IOException {
    Files.deleteIfExists(path);
    return path;
  }

  private void weights() throws IOException {
    write(WEIGHTS, "nothing", new byte[0]);
    write(WEIGHTS, "7 bytes", new byte[7]);
    for (long length : new long[] {-1, 0, 1, 100, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40}) {
      write(WEIGHTS, "header of " + length, header(length, "{}"));
    }
    for (String header :
        List.of(
            "",
            "[]",
            "null",
            "{",
            "{\"a\": 1}",
            "{\"__metadata__\": 7}",
            "[".repeat(50_000),
            "\u0000")) {
      write(
          WEIGHTS,
          "header " + header.substring(0, Math.min(20, header.length())),
          header(header.length(), header));
    }
    try (var file = Files.newByteChannel(TINY.resolve(WEIGHTS))) {
      ByteBuffer start = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
      file.read(start);
      int length = (int) start.getLong(0);
      JsonNode good = JSON.readTree(new String(start.array(), 8, length, StandardCharsets.UTF_8));
      String tensor = "model.norm.weight";
      for (String field : List.of("dtype", "shape", "data_offsets")) {
        for (String value :
            List.of(
                "null",
                "\"X9\"",
                "[]",
                "[-1]",
                "[0, -5]",
                "[9223372036854775807, 2]",
                "[4294967296, 4294967296]",
                "[0, 1152921504606846976]",
                "[5, 3]",
                "{}",
                "[1.5, 2]",
                "[[1], 2]")) {
          ObjectNode wrong = good.deepCopy();
          ((ObjectNode) wrong.get(tensor)).set(field, JSON.readTree(value));
          String text = wrong.toString();
          write(WEIGHTS, field + " " + value, header(text.length(), text));
        }
      }
      ObjectNode missing = good.deepCopy();
      missing.remove(tensor);
      write(WEIGHTS, "no norm", header(missing.toString().length(), missing.toString()));
      write(WEIGHTS, "no data", header(good.toString().length(), good.toString()));
    }
  }

  private static byte[] header(long length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(bytes)
        .array();
  }

  /** Tokenizers that are tried in a process of their own. */
  private void expressions() throws IOException {
    for (String expression : List.of("(a+)+$", "(?=a)|(", "")) {
      ObjectNode root = (ObjectNode) JSON.readTree(TINY.resolve("tokenizer.json").toFile());
      root.putObject("pre_tokenizer")
          .put("type", "Split")
          .put("behavior", "Isolated")
          .put("invert", false)
          .putObject("pattern")
          .put("Regex", expression);
      write("tokenizer.json", "split by " + expression, JSON.writeValueAsBytes(root));
    }
  }

  private void indices() {
    for (String map :
        List.of(
            "null",
            "[]",
            "7",
            "{}",
            "{\"a\": 7}",
            "{\"a\": null}",
            "{\"a\": \"\"}",
            "{\"a\": \"/etc/passwd\"}",
            "{\"a\": \"../../../etc/passwd\"}",
            "{\"a\": \"none.safetensors\"}",
            "{\"a\": \"config.json\"}",
            "{\"a\": \".\"}",
            "{\"a\": \"\\u0000\"}")) {
      add(
          INDEX,
          "weight_map " + map,
          path -> {
            Files.writeString(path, "{\"weight_map\": " + map + "}");
            Files.delete(path.resolveSibling(WEIGHTS));
          });
    }
  }

  private void templates() {
    for (String template :
        List.of(
            "{% if %}",
            "{{ x",
            "{% for m in messages %}",
            "{% include 'x' %}",
            "{{ 'a' | nofilter }}",
            "{{ messages | groupby('role') }}",
            "{{ ''.__class__.__mro__ }}",
            "{{ raise_exception('no') }}",
            "{{ raise_exception('a\nb' * 100000) }}",
            "{{ undefined.x }}",
            "{{ 1 // 0 }}",
            "{{ 9223372036854775807 + 1 }}",
            "{{ 'a' * 99999999999 }}",
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{% set t = 'a' * 8000000 %}{% for i in range(99999) %}{% set x = ('a' * 4000000 ~ 'b') in t %}{% endfor %}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{{ " + "(".repeat(50_000) + "}}",
            "{{ x" + ".a".repeat(100_000) + " }}",
            "{{ '\\ud800' }}",
            "{{ '\\U00110000' }}",
            "\u0000",
            "",
            "{{ messages | tojson(indent=99999999) }}")) {
      write(
          "chat_template.jinja",
          template.substring(0, Math.min(40, template.length())),
          template.getBytes(StandardCharsets.UTF_8));
    }
    write("chat_template.jinja", "bytes that are no text", new byte[] {(byte) 0xff, (byte) 0xfe});
    write("chat_template.jinja", "17 MiB", "x".repeat(17 << 20).getBytes(StandardCharsets.UTF_8));
  }
}
