package io.gensweep.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gensweep.sampling.SamplingConfig;
import io.gensweep.scorer.Scorer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Driver. A job file and the command line's settings, read in two steps: what they say, and, with
 * the model's generation_config.json where the job asks for it, what that comes to.
 *
 * <p>Later layers override earlier ones: job-defaults.yaml, generation_config.json, the job file,
 * the command line.
 */
public final class JobFile {
  private static final String ARGUMENT = "--set";
  private static final String MAX_BATCH = "max_batch";

  private static final String EVALUATE = "evaluate";
  private static final String SCORERS = "scorers";

  private static final String MODEL_PATH = "model.path";

  /** Keys whose value is a path, whose characters must not be read as YAML. */
  private static final Set<String> PATHS =
      Set.of(MODEL_PATH, "prompts.path", "output.path", "chat_template");

  private final String source;
  private final Layer defaults;
  private final Layer given;

  private JobFile(String source, Layer defaults, Layer given) {
    this.source = source;
    this.defaults = defaults;
    this.given = given;
  }

  /**
   * Reads a job file's text and the command line's settings.
   *
   * @param source the job file's path or URI, for errors and the default of `name`
   * @param sets {@code key=value} from the command line, the value in YAML
   * @throws JobError for what no generation_config.json could put right
   */
  public static JobFile parse(String source, String yaml, List<String> sets) {
    YamlTree tree = YamlTree.parse(yaml, line -> source + ":" + line);
    if (!tree.root().isObject() && !tree.root().isNull()) {
      throw JobError.at(
          source, "a job file must be a map of keys, was " + Binding.shown(tree.root()));
    }
    Layer file = Layer.empty();
    file.add(Origin.JOB_FILE, tree.root(), path -> tree.places().getOrDefault(path, source));
    Layer commandLine = Layer.empty();
    for (String set : sets) {
      commandLine.add(Origin.COMMAND_LINE, assignment(set), path -> ARGUMENT);
    }
    Layer defaults = Layer.empty();
    ObjectNode named = JobKeys.DEFAULTS.deepCopy();
    nameOf(source).ifPresent(name -> named.put("name", name));
    defaults.add(Origin.DEFAULT, named, path -> source);
    JobFile job = new JobFile(source, defaults, commandLine.over(file));
    UnsupportedKeys.requireSupported(job.given.over(defaults));
    job.model();
    job.samplingFromModel();
    return job;
  }

  /**
   * Reads what an existing output's rows are made by from its manifest; how they are evaluated is
   * left out, for it may need classes that are not there.
   *
   * @param source the output's folder, for errors
   * @param settings a list of {key, value}, as {@link ResolvedJob#resolved} gives it
   * @param decided settings that the run decided otherwise than the job file could
   */
  public static JobFile ofManifest(String source, JsonNode settings, Map<String, String> decided) {
    return ofManifest(source, settings, decided, key -> !key.startsWith(EVALUATE + "."));
  }

  private static JobFile ofManifest(
      String source, JsonNode settings, Map<String, String> decided, Predicate<String> wanted) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    for (JsonNode setting : settings) {
      String key = setting.path("key").asText();
      // The values that come from the model stand there as such.
      boolean given =
          wanted.test(key)
              && !key.equals(Command.KEY)
              && !key.equals(JobKeys.SAMPLING + "." + JobKeys.FROM_MODEL);
      if (given && !setting.path("value").isNull()) {
        put(tree, key, setting.path("value"));
      }
    }
    decided.forEach((key, value) -> put(tree, key, TextNode.valueOf(value)));
    Layer given = Layer.empty();
    given.add(Origin.JOB_FILE, tree, path -> source);
    Layer defaults = Layer.empty();
    defaults.add(Origin.DEFAULT, JobKeys.DEFAULTS, path -> source);
    return new JobFile(source, defaults, given);
  }

  /**
   * Reads the whole job of an existing output from its manifest, and lets the command line change
   * how the output is evaluated.
   *
   * @param source the output's folder, for errors
   * @param settings as {@link #ofManifest} takes them
   * @param sets {@code evaluate.key=value}
   * @throws JobError for a setting of anything else, which its rows were made by
   */
  public static JobFile ofReport(String source, JsonNode settings, List<String> sets) {
    Layer commandLine = Layer.empty();
    for (String set : sets) {
      JsonNode tree = assignment(set);
      tree.fieldNames()
          .forEachRemaining(
              key -> {
                if (!key.equals(EVALUATE)) {
                  throw JobError.at(
                      ARGUMENT,
                      set
                          + ": a report takes settings of evaluate alone, such as"
                          + " evaluate.scorers=[numeric]; its rows are made by the others");
                }
              });
      commandLine.add(Origin.COMMAND_LINE, tree, path -> ARGUMENT);
    }
    JobFile job = ofManifest(source, settings, Map.of(), key -> true);
    return new JobFile(source, job.defaults, commandLine.over(job.given));
  }

  private static void put(ObjectNode tree, String key, JsonNode value) {
    int dot = key.indexOf('.');
    if (dot < 0) {
      tree.set(key, value);
    } else {
      tree.withObject("/" + key.substring(0, dot)).set(key.substring(dot + 1), value);
    }
  }

  /** The model, whose folder may hold the generation_config.json that {@link #resolve} takes. */
  public ModelSpec model() {
    return section(given.over(defaults), "model", ModelSpec.class);
  }

  /** The same job with {@code model.path} written in another way. */
  public JobFile withModelPath(UnaryOperator<String> rewritten) {
    Leaf leaf = given.leaf(MODEL_PATH);
    Layer path = Layer.empty();
    path.leaves()
        .put(
            MODEL_PATH,
            new Leaf(
                TextNode.valueOf(rewritten.apply(model().path())), leaf.origin(), leaf.place()));
    return new JobFile(source, defaults, path.over(given));
  }

  /** Whether the job says {@code sampling.from_model: true}. */
  public boolean samplingFromModel() {
    Leaf leaf = given.over(defaults).leaf(JobKeys.SAMPLING + "." + JobKeys.FROM_MODEL);
    if (!leaf.value().isBoolean()) {
      throw JobError.at(
          leaf.place(),
          "sampling.from_model must be true or false, was " + Binding.shown(leaf.value()));
    }
    return leaf.value().booleanValue();
  }

  /**
   * Decides every setting.
   *
   * @param generationConfig the text of the model's generation_config.json, when it has one; read
   *     only when {@link #samplingFromModel}
   */
  public ResolvedJob resolve(Optional<String> generationConfig) {
    Layer lower = defaults;
    if (samplingFromModel()) {
      Leaf leaf = given.leaf(JobKeys.SAMPLING + "." + JobKeys.FROM_MODEL);
      String json =
          generationConfig.orElseThrow(
              () ->
                  JobError.at(
                      leaf.place(),
                      "sampling.from_model must be false, was true: "
                          + model().path()
                          + " has no generation_config.json"));
      lower = GenerationConfig.layer(json).over(defaults);
    }
    Layer settings = given.over(lower);
    JobSpec spec = Binding.checked(scope(settings, ""), () -> spec(settings));
    List<Setting> all = new ArrayList<>();
    settings
        .leaves()
        .forEach((key, leaf) -> all.add(new Setting(key, leaf.value(), leaf.origin())));
    return new ResolvedJob(spec, all);
  }

  private JobSpec spec(Layer settings) {
    refuseFormatOfTable(settings);
    TopSection top = section(settings, "", TopSection.class);
    ModelSpec model = section(settings, "model", ModelSpec.class);
    PromptsSection prompts = section(settings, "prompts", PromptsSection.class);
    ObjectNode samplingTree = settings.tree(JobKeys.SAMPLING);
    samplingTree.remove(JobKeys.FROM_MODEL);
    SamplingConfig sampling =
        Binding.bind(samplingTree, SamplingConfig.class, scope(settings, JobKeys.SAMPLING));
    return new JobSpec(
        top.name(),
        model,
        Binding.checked(scope(settings, "prompts"), prompts::spec),
        new ChatSpec(top.chat(), top.chatTemplate()),
        sampling,
        Binding.checked(
            scope(settings, JobKeys.SAMPLING),
            () -> new SweepReader(settings, samplingTree, source).grid(sampling)),
        score(settings),
        evaluate(settings),
        engine(settings),
        section(settings, "output", OutputSpec.class));
  }

  private Optional<ScoreSpec> score(Layer settings) {
    boolean given = settings.section("score").values().stream().anyMatch(l -> !l.value().isNull());
    return given ? Optional.of(section(settings, "score", ScoreSpec.class)) : Optional.empty();
  }

  private EvaluateSpec evaluate(Layer settings) {
    ObjectNode tree = settings.tree(EVALUATE);
    List<Scorer> scorers =
        new ScorersReader(settings.place(EVALUATE + "." + SCORERS, source))
            .read(tree.remove(SCORERS));
    EvaluateSection section = Binding.bind(tree, EvaluateSection.class, scope(settings, EVALUATE));
    return Binding.checked(scope(settings, EVALUATE), () -> section.spec(scorers));
  }

  private EngineSpec engine(Layer settings) {
    ObjectNode tree = settings.tree("engine");
    JsonNode maxBatch = tree.get(MAX_BATCH);
    if (maxBatch.equals(TextNode.valueOf("auto"))) {
      tree.putNull(MAX_BATCH);
    } else if (!maxBatch.isInt()) {
      throw JobError.at(
          settings.leaf("engine." + MAX_BATCH).place(),
          "engine.max_batch must be a whole number >= 1 or auto, was " + Binding.shown(maxBatch));
    }
    return Binding.bind(tree, EngineSpec.class, scope(settings, "engine"));
  }

  private void refuseFormatOfTable(Layer settings) {
    Leaf format = settings.leaf("prompts.format");
    boolean table = !settings.leaf("prompts.table").value().isNull();
    if (table && format.origin() != Origin.DEFAULT) {
      throw JobError.at(
          format.place(),
          "prompts.format must be left out with prompts.table, was "
              + Binding.shown(format.value())
              + ": a table has a format of its own");
    }
  }

  private <T extends Record> T section(Layer settings, String section, Class<T> type) {
    return Binding.bind(settings.tree(section), type, scope(settings, section));
  }

  private Binding.Scope scope(Layer settings, String section) {
    String prefix = section.isEmpty() ? "" : section + ".";
    return new Binding.Scope() {
      @Override
      public String key(String local) {
        return prefix + local;
      }

      @Override
      public String place(String local) {
        return settings.place(prefix + local, source);
      }
    };
  }

  /** Parses {@code a.b=value} into the tree {a: {b: value}}. */
  private static JsonNode assignment(String set) {
    int equals = set.indexOf('=');
    if (equals < 1) {
      throw JobError.at(ARGUMENT, "must be key=value, was " + TextNode.valueOf(set));
    }
    String key = set.substring(0, equals);
    String place = ARGUMENT + " " + set.replaceAll("\\s+", " ");
    String text = set.substring(equals + 1);
    JsonNode tree =
        PATHS.contains(key) && isPlain(text)
            ? TextNode.valueOf(text.strip())
            : YamlTree.parse(text, line -> place).root();
    int dot = key.indexOf('.');
    if (dot < 0) {
      return JsonNodeFactory.instance.objectNode().set(key, tree);
    }
    String section = key.substring(0, dot);
    String under = key.substring(dot + 1);
    if (!JobKeys.isSection(section)) {
      throw JobError.at(ARGUMENT, JobKeys.unknownSection(section, under));
    }
    ObjectNode assigned = JsonNodeFactory.instance.objectNode();
    assigned.putObject(section).set(under, tree);
    return assigned;
  }

  /** Neither in quotes, which YAML takes away, nor nothing. */
  private static boolean isPlain(String path) {
    return !path.isBlank() && !path.strip().matches("null|(?s)['\"].*");
  }

  /** The file's name without folders and its last ending. */
  private static Optional<String> nameOf(String source) {
    String file = source.substring(source.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    String name = dot < 0 ? file : file.substring(0, dot);
    return name.isBlank() ? Optional.empty() : Optional.of(name);
  }

  /** The keys of {@code evaluate} but for its scorers. */
  record EvaluateSection(Optional<String> reference, List<String> groupBy) {
    EvaluateSpec spec(List<Scorer> scorers) {
      return new EvaluateSpec(reference, scorers, groupBy);
    }
  }

  /** The keys that stand at the top of a job file. */
  record TopSection(String name, ChatMode chat, Optional<String> chatTemplate) {}
}
