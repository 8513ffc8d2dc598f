package io.gensweep.model.cuda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gensweep.job.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The kernels for cards of one kind and numbers of one type, as {@code
 * src/main/native/cuda/archive.py} writes them.
 */
public final class KernelArchive {
  /** The least compute capability, as 10 * major + minor, that has the kernels' instructions. */
  public static final int LEAST_CAPABILITY = 80;

  /** From here on a kernel may start before the one ahead of it has ended. */
  private static final int EARLY_LAUNCHES = 90;

  /** Rows that tiles of products are chosen by; more take those of the last. */
  private static final List<Integer> BUCKETS = List.of(16, 32, 64, 128, 256, 512);

  /** Outputs of a product below which its matrix is small, and below which it is medium. */
  private static final int SMALL = 4096;

  private static final int MEDIUM = 10000;

  private static final String PTX = "ptx";

  /** Those that were asked for in this JVM, by their names; empty where there is none. */
  private static final Map<String, Optional<KernelArchive>> READ = new ConcurrentHashMap<>();

  private final String name;
  private final byte[] bytes;
  private final Map<String, byte[]> files;
  private final JsonNode index;
  private final Map<String, Kernel> kernels = new HashMap<>();
  private final Map<String, ProductTile> tiles = new HashMap<>();

  private KernelArchive(String name, byte[] bytes) throws IOException {
    this.name = name;
    this.bytes = bytes;
    this.files = files(bytes);
    this.index = new ObjectMapper().readTree(files.get("index.json"));
    index.get("kernels").fields().forEachRemaining(k -> kernels.put(k.getKey(), kernel(k)));
    index.get("products").fields().forEachRemaining(t -> tiles.put(t.getKey(), tile(t)));
  }

  private static Map<String, byte[]> files(byte[] bytes) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    return files;
  }

  private static Kernel kernel(Map.Entry<String, JsonNode> named) {
    JsonNode entry = named.getValue();
    List<TensorBox> boxes = new ArrayList<>();
    for (JsonNode box : entry.path("maps")) {
      boxes.add(
          new TensorBox(
              box.get(0).asInt(), box.get(1).asInt(), box.get(2).asInt(), box.get(3).asInt()));
    }
    return new Kernel(
        entry.get("file").asText(),
        entry.get("entry").asText(),
        entry.get("threads").asInt(),
        entry.get("shared").asInt(),
        boxes);
  }

  private static ProductTile tile(Map.Entry<String, JsonNode> named) {
    JsonNode tile = named.getValue();
    return new ProductTile(
        tile.get("tile").asText(),
        tile.get("rows").asInt(),
        tile.get("columns").asInt(),
        tile.get("depth").asInt(),
        tile.get("maps").asBoolean());
  }

  /**
   * The kernels for a card. Those for 8.0 run on all of 8.x; those for later ones use what only
   * that very capability has, as NVIDIA's compiler calls it. Others get PTX, which the driver
   * compiles.
   *
   * @param capability 10 * major + minor
   * @return empty if there are none for the card or the type
   */
  public static Optional<KernelArchive> of(int capability, DType dtype) {
    if (capability < LEAST_CAPABILITY) {
      return Optional.empty();
    }
    int compiled = capability < EARLY_LAUNCHES ? LEAST_CAPABILITY : capability;
    String type = "-" + dtype + ".zip";
    return named("sm_" + compiled + type).or(() -> named(PTX + type));
  }

  private static Optional<KernelArchive> named(String name) {
    return READ.computeIfAbsent(name, KernelArchive::read);
  }

  private static Optional<KernelArchive> read(String name) {
    try (InputStream in = KernelArchive.class.getResourceAsStream(name)) {
      return in == null
          ? Optional.empty()
          : Optional.of(new KernelArchive(name, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException("the GPU kernels cannot be read: " + e.getMessage(), e);
    }
  }

  /** Its name in the jar. */
  public String name() {
    return name;
  }

  /** Whether the driver compiles them: its version is part of what they compute, then. */
  public boolean isPtx() {
    return name.startsWith(PTX);
  }

  /** All bytes of it. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Whether kernels may start before those ahead of them have ended. */
  boolean launchesEarly() {
    return index.get("capability").asInt() >= EARLY_LAUNCHES;
  }

  Kernel kernel(String kernel) {
    Kernel found = kernels.get(kernel);
    if (found == null) {
      throw new IllegalArgumentException(name + " has no kernel " + kernel);
    }
    return found;
  }

  /**
   * How a product is cut. The tile changes how long it takes, and never its bits.
   *
   * @param kind qkv, out, gated, down or head
   * @param outputs of its matrix
   * @param rows of its input
   */
  ProductTile tile(String kind, int outputs, int rows) {
    int last = BUCKETS.get(BUCKETS.size() - 1);
    int bucket = BUCKETS.stream().filter(b -> rows <= b).findFirst().orElse(last);
    return tiles.get(kind + "/" + size(outputs) + "/" + bucket);
  }

  private static String size(int outputs) {
    if (outputs < SMALL) {
      return "small";
    }
    return outputs < MEDIUM ? "medium" : "large";
  }

  /** Positions that attention takes at a time: they are part of the order of its sums. */
  int chunk() {
    return index.get("chunk").asInt();
  }

  /** Queries of a program of attention in prefill. */
  public int prefillRows() {
    return index.get("prefill_rows").asInt();
  }

  /** A kernel's code for the card. */
  public byte[] image(Kernel kernel) {
    return files.get(kernel.file()).clone();
  }
}
