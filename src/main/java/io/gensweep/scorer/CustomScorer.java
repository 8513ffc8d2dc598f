package io.gensweep.scorer;

import static io.gensweep.sampling.Checks.require;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A {@link RowScorer} by its type and the settings that a job file gives it.
 *
 * @param settings texts, numbers, booleans, and lists and maps of them
 */
public record CustomScorer(String name, String type, Map<String, Object> settings)
    implements Scorer {
  private static final Map<String, RowScorer> LOADED = new ConcurrentHashMap<>();

  public CustomScorer {
    settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    Optional<RowScorer> loaded = find(type);
    require(
        loaded.isPresent(),
        "type must be one of the scorers, or a RowScorer on the class path, was " + type);
    loaded.get().check(settings);
  }

  /** The types that the class path has. */
  public static List<String> types() {
    List<String> types = new ArrayList<>();
    for (RowScorer scorer : ServiceLoader.load(RowScorer.class, loader())) {
      types.add(scorer.type());
    }
    Collections.sort(types);
    return types;
  }

  @Override
  public boolean needsReference() {
    return scorer().needsReference();
  }

  @Override
  public Verdict score(Sample sample) {
    return scorer().score(sample, settings);
  }

  private RowScorer scorer() {
    return find(type)
        .orElseThrow(
            () -> new ScorerFailure("no_scorer: the executor's class path has no " + type));
  }

  private static Optional<RowScorer> find(String type) {
    RowScorer known = LOADED.get(type);
    if (known != null) {
      return Optional.of(known);
    }
    try {
      for (RowScorer scorer : ServiceLoader.load(RowScorer.class, loader())) {
        LOADED.putIfAbsent(scorer.type(), scorer);
      }
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "type: a RowScorer cannot be loaded: " + e.getMessage(), e);
    }
    return Optional.ofNullable(LOADED.get(type));
  }

  /** Spark's, which has the user's jars. */
  private static ClassLoader loader() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread == null ? CustomScorer.class.getClassLoader() : ofThread;
  }
}
