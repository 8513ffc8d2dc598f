package io.gensweep.model;

import io.gensweep.job.JobError;
import io.gensweep.model.weights.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Driver. The models that Hugging Face's tools have downloaded to this machine: {@code hf:ORG/NAME}
 * is the folder {@code models--ORG--NAME/snapshots/COMMIT}, whose files are links to blobs. Nothing
 * is ever downloaded.
 *
 * <p>Layout and variables: huggingface_hub, "Understand caching" and "Environment variables".
 *
 * @param folder where the models lie
 */
public record HubCache(Path folder) {
  private static final String SCHEME = "hf:";
  private static final String COMMIT = "[0-9a-f]{40}";

  /** The cache of the user who runs this. */
  private static HubCache here() {
    return of(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** The cache that the variables of an environment name, or else the one in a home folder. */
  static HubCache of(Map<String, String> environment, Path home) {
    Environment variables = new Environment(environment, home);
    Path cache = variables.folder("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
    Path huggingFace = variables.folder("HF_HOME").orElse(cache.resolve("huggingface"));
    return new HubCache(
        variables
            .folder("HF_HUB_CACHE")
            .or(() -> variables.folder("HUGGINGFACE_HUB_CACHE"))
            .orElse(huggingFace.resolve("hub")));
  }

  /** The folder of a {@code model.path} that names a model of this user's cache; others as is. */
  public static String folderOf(String path) {
    return path.startsWith(SCHEME) ? here().snapshot(path).toString() : path;
  }

  /** The same {@code model.path} with the commit that it is at now, so that later runs find it. */
  public static String pinned(String path) {
    return path.startsWith(SCHEME) ? here().withCommit(path) : path;
  }

  /**
   * The folder of a model, which is complete.
   *
   * @param path hf:ORG/NAME or hf:ORG/NAME@REVISION
   * @throws JobError that says where it was looked for and how to get it
   */
  Path snapshot(String path) {
    Reference model = Reference.of(path);
    Path repository = repository(model);
    Path snapshot = repository.resolve("snapshots").resolve(commit(model, repository));
    Optional<String> lacking = lacking(snapshot);
    if (lacking.isPresent()) {
      throw new JobError(
          "model.path: "
              + path
              + " is not complete in "
              + snapshot
              + ": "
              + lacking.get()
              + "; run: "
              + model.download());
    }
    return snapshot;
  }

  String withCommit(String path) {
    Reference model = Reference.of(path);
    return SCHEME + model.name + "@" + commit(model, repository(model));
  }

  private Path repository(Reference model) {
    Path repository = folder.resolve("models--" + model.name.replace("/", "--"));
    if (!Files.isDirectory(repository)) {
      throw missing(model, "there is no " + repository);
    }
    return repository;
  }

  private String commit(Reference model, Path repository) {
    if (model.revision.matches(COMMIT)) {
      if (!Files.isDirectory(repository.resolve("snapshots").resolve(model.revision))) {
        throw missing(model, repository + " has no snapshot of that commit");
      }
      return model.revision;
    }
    Path ref = repository.resolve("refs").resolve(model.revision);
    try {
      String commit = Files.isRegularFile(ref) ? Files.readString(ref).strip() : "";
      if (commit.matches(COMMIT)) {
        return commit;
      }
    } catch (IOException e) {
      throw missing(model, ref + " cannot be read: " + e.getMessage());
    }
    throw missing(model, "there is no " + ref + " with a commit");
  }

  private JobError missing(Reference model, String what) {
    return new JobError(
        "model.path: "
            + model.path
            + " is not in the cache of this machine: "
            + what
            + " (the cache is "
            + folder
            + ", by HF_HUB_CACHE, HF_HOME or the home folder); run: "
            + model.download());
  }

  /** What a download that was interrupted has not brought. */
  private static Optional<String> lacking(Path snapshot) {
    if (!Files.isRegularFile(snapshot.resolve("config.json"))) {
      return Optional.of("there is no config.json");
    }
    try (Stream<Path> files = Files.list(snapshot)) {
      Optional<Path> dangling = files.filter(file -> !Files.exists(file)).sorted().findFirst();
      if (dangling.isPresent()) {
        return Optional.of(dangling.get().getFileName() + " is a link to a file that is gone");
      }
      Checkpoint.files(snapshot);
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    } catch (JobError e) {
      return Optional.of(e.getMessage().replaceFirst("^model.path: ", ""));
    }
    return Optional.empty();
  }

  /** Variables that name folders; an empty one counts as absent, as in huggingface_hub. */
  private record Environment(Map<String, String> variables, Path home) {
    Optional<Path> folder(String name) {
      return Optional.ofNullable(variables.get(name))
          .filter(value -> !value.isBlank())
          .map(
              value ->
                  value.equals("~") || value.startsWith("~/") ? home + value.substring(1) : value)
          .map(Path::of)
          .map(Path::toAbsolutePath);
    }
  }

  /**
   * A model as a job names it.
   *
   * @param revision a branch, a tag, refs/pr/N or a commit
   */
  private record Reference(String path, String name, String revision) {
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]*";
    private static final String DEFAULT_REVISION = "main";

    static Reference of(String path) {
      int at = path.indexOf('@');
      String name = path.substring(SCHEME.length(), at < 0 ? path.length() : at);
      String revision = at < 0 ? DEFAULT_REVISION : path.substring(at + 1);
      if (!name.matches(NAME + "(/" + NAME + ")?")
          || name.contains("--")
          || !revision.matches("%s(/%s)*".formatted(NAME, NAME))) {
        throw new JobError("model.path must be hf:ORG/NAME or hf:ORG/NAME@REVISION, was " + path);
      }
      return new Reference(path, name, revision);
    }

    /** The command that brings it. */
    String download() {
      List<String> words = new ArrayList<>(List.of("hf", "download", name));
      if (!revision.equals(DEFAULT_REVISION)) {
        words.addAll(List.of("--revision", revision));
      }
      return String.join(" ", words);
    }
  }
}
