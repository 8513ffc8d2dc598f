package io.gensweep.spark.submit;

import static org.assertj.core.api.Assertions.assertThat;

import io.gensweep.spark.run.TinyJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that reads and writes a file system which only {@code --conf spark.hadoop.*} names. */
class SubmittedSettingsIT {
  private static final String ROOT = "viewfs://mounts/data";

  @TempDir private Path folder;

  @Test
  void everyFileOfAJobIsFoundByTheSettingsOfTheSubmission() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    Path model = Files.createDirectory(data.resolve("model"));
    try (Stream<Path> files = Files.list(Path.of(TinyJob.MODEL))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    Files.copy(Path.of("data/prompts/chat.jsonl"), data.resolve("prompts.jsonl"));
    Files.writeString(
        data.resolve("template.jinja"),
        "{% for message in messages %}Q: {{ message.content }}\nA:{% endfor %}");
    Files.writeString(data.resolve("job.yaml"), job(ROOT, "out"));
    Files.writeString(folder.resolve("local.yaml"), job(data.toString(), "local"));

    try (StandaloneCluster cluster = StandaloneCluster.start(folder, Map.of())) {
      List<String> mounted = new ArrayList<>(cluster.both());
      mounted.addAll(
          List.of("--conf", "spark.hadoop.fs.viewfs.mounttable.mounts.link./data=" + data.toUri()));
      done(SparkSubmit.gensweep(mounted, "run", ROOT + "/job.yaml"));
      done(SharedDriver.gensweep(mounted, "verify", ROOT + "/out", "--fraction", "0.5"));
      String[] score = {
        "--set", "score.reference=answer", "--set", "output.path=" + ROOT + "/scores"
      };
      done(SparkSubmit.gensweep(mounted, with(score, "score", ROOT + "/job.yaml")));
      done(SharedDriver.gensweep(mounted, "verify", ROOT + "/scores", "--fraction", "0.5"));
    }
    List<String> local = List.of("--master", "local[1]");
    done(SharedDriver.gensweep(local, "run", folder.resolve("local.yaml").toString()));
    SparkSubmit.requireSameRows(128, data.resolve("out"), data.resolve("local"));
    assertThat(data.resolve("scores/_SUCCESS")).exists();
  }

  private static String job(String root, String output) {
    return """
        model: {path: "%1$s/model", dtype: float32, device: cpu}
        prompts: {path: "%1$s/prompts.jsonl", id: id, messages: messages, keep: [answer]}
        chat_template: "%1$s/template.jinja"
        sampling: {n: 2, max_tokens: 16}
        output: {path: "%1$s/%2$s"}
        """
        .formatted(root, output);
  }

  private static String[] with(String[] more, String... arguments) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private static void done(SparkSubmit.Ended ended) throws IOException {
    assertThat(ended.exitCode()).as(ended.output()).isZero();
  }
}
