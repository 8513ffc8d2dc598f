package io.gensweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.gensweep.files.FileAccess;
import io.gensweep.spark.run.GenerationJob;
import io.gensweep.spark.run.ReportJob;
import io.gensweep.spark.run.VerifyJob;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * How commands are called and jobs are written by mistake: one line that names the key, the value
 * and the remedy, exit code 2, and nothing written.
 */
class WrongUseTest {
  private static final String RECORD = "{\"id\": \"a\", \"prompt\": \"4 + 4\"}\n";

  @TempDir private static Path folder;

  @BeforeAll
  static void makeFiles() throws IOException {
    file(
        "job.yaml",
        """
        name: wrong
        model: {path: data/models/tiny, dtype: float32, device: cpu}
        prompts: {path: "%s/prompts.jsonl", id: id, text: prompt}
        sampling: {temperature: 0, max_tokens: 2}
        output: {path: "%s/out"}
        """
            .formatted(folder, folder));
    file("prompts.jsonl", RECORD);
    file("tab.yaml", "model:\n\tpath: m\n");
    file("empty.yaml", "");
    file("list.yaml", "- model\n");
    Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, -1});
    Files.write(folder.resolve("utf16.yaml"), "name: x".getBytes(StandardCharsets.UTF_16));
    file("empty.jsonl", "");
    file("header.csv", "id,prompt\n");
    file("words.bin", "not a model");
    file("broken.jinja", "{% if %}");
    Files.createDirectories(folder.resolve("nothing"));
    Files.createDirectories(folder.resolve("no-tokenizer"));
    file("no-tokenizer/config.json", "{}");
    Files.createDirectories(folder.resolve("cut-config"));
    file("cut-config/config.json", "{\"hidden_size\":");
    file("cut-config/tokenizer.json", "{}");
    file("cut-config/generation_config.json", "{\"top_k\":");
    Files.createDirectories(folder.resolve("taken"));
    file("taken/thesis.tex", "years of work");
  }

  private static void file(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void isOneLineBeforeAnyTask(String arguments, String line) {
    StringWriter err = new StringWriter();
    ExitCode code =
        cli().execute(new PrintWriter(new StringWriter()), new PrintWriter(err), split(arguments));
    assertThat(err.toString())
        .hasLineCount(1)
        .startsWith("gensweep: " + line.replace("$", place()));
    assertThat(code).as(err.toString()).isEqualTo(ExitCode.WRONG_JOB);
    assertThat(folder.resolve("out")).doesNotExist();
  }

  static Stream<Arguments> isOneLineBeforeAnyTask() {
    return Stream.of(
        // The command line
        arguments("run", "Missing required parameter: 'JOB.yaml'; usage: gensweep run"),
        arguments("rnu $/job.yaml", "rnu: no such command; did you mean run?"),
        arguments("init data/models/tiny x", "init: this command is not supported yet"),
        arguments("run $/job.yaml --dryrun", "Unknown option: '--dryrun'; usage: gensweep run"),
        arguments("run $/job.yaml --set", "Missing required parameter for option '--set'"),
        arguments("run $/job.yaml --set sampling.n", "--set: must be key=value, was"),
        arguments("run $/job.yaml --set n:3=", "--set: n:3: unknown key; "),
        arguments("run $/job.yaml --set sampling.do_sample=true", "--set: sampling.do_sample: not"),
        arguments("run $/job.yaml --set sampling.temperature=hot", "--set: sampling.temperature "),
        arguments("run $/job.yaml --dry-run --retry-failed", "--dry-run makes nothing"),
        arguments("verify $/nothing --fraction 0", "--fraction must be in (0, 1], was 0.0"),
        arguments("verify $/nothing --fraction half", "Invalid value for option '--fraction'"),
        arguments("verify $/nothing", "OUTPUT_DIR: $/nothing: it is no output of this program"),
        arguments("verify $/nowhere", "OUTPUT_DIR: $/nowhere: it is no output of this program"),
        arguments(
            "verify nosuch://x/y",
            "output.path: nosuch://x/y: it cannot be reached: org.apache.hadoop."),
        arguments("report $/nothing", "OUTPUT_DIR: $/nothing: it is no output of this program"),
        // The job file
        arguments("run $/nowhere.yaml", "$/nowhere.yaml: there is no such job file"),
        arguments("run $/nothing", "$/nothing: $/nothing cannot be read: "),
        arguments("run nosuch://host/job.yaml", "nosuch://host/job.yaml: nosuch://host/job.yaml "),
        arguments("run hdfs://no.such.host/j.yaml", "hdfs://no.such.host/j.yaml: hdfs://no.such"),
        arguments("run $/tab.yaml", "$/tab.yaml:2: not valid YAML: found character '\\t"),
        arguments("run $/empty.yaml", "$/empty.yaml: model.path is required: a folder in"),
        arguments("run $/list.yaml", "$/list.yaml: a job file must be a map of keys"),
        arguments("run $/binary.yaml", "$/binary.yaml: $/binary.yaml is no text in UTF-8"),
        arguments("run $/utf16.yaml", "$/utf16.yaml: $/utf16.yaml is no text in UTF-8"),
        // The evaluation
        set(
            "evaluate.scorer=[exact]",
            "--set: evaluate.scorer: unknown key; did you mean evaluate.scorers"),
        set(
            "evaluate.scorers=exact",
            "--set: evaluate.scorers must be a list of scorers, was \"exact\""),
        set(
            "evaluate.scorers=[exakt]",
            "--set: evaluate.scorers[0]: there is no scorer exakt; did you mean exact?"),
        set(
            "evaluate.scorers=[exact]",
            "$/job.yaml: evaluate.reference must be given for the scorer exact"),
        set(
            "evaluate.scorers=[{type:regex}]",
            "--set: evaluate.scorers[0].type must be a text that is not blank, was"),
        set(
            "evaluate.scorers=[json,json]",
            "--set: evaluate.scorers must differ by name, was json twice"),
        set(
            "evaluate.reference=answer",
            "--set: evaluate.reference must be a column of prompts.keep, was answer"),
        // The model
        set("model.path=$/nowhere", "model.path: $/nowhere is not a folder"),
        set("model.path=$/words.bin", "model.path: $/words.bin is no GGUF file"),
        set("model.path=$/m.gguf", "model.path: $/m.gguf is not a folder"),
        set(
            "model.path=hf:org/name",
            "model.path: hf:org/name is not in the cache of this machine: "),
        set("model.path=hf:../name", "model.path must be hf:ORG/NAME or hf:ORG/NAME@REVISION, was"),
        set("model.path=$/nothing", "model.path: $/nothing has no config.json"),
        set("model.path=$/no-tokenizer", "model.path: $/no-tokenizer has no tokenizer.json"),
        set("model.path=$/cut-config", "model.path: $/cut-config/config.json:1 is not"),
        set("model.path=model:v1/x", "model.path: model:v1/x is no path or URI: "),
        set("model.path=s3://bucket/m", "model.path: s3://bucket/m cannot be read: org.apache."),
        set("model.path=hdfs://no.such.host/m", "model.path: hdfs://no.such.host/m cannot be read"),
        set("model.dtype=int4", "--set: model.dtype must be auto | float32 | bfloat16 | int8, was"),
        set("model.dtype=float16", "--set: model.dtype: \"float16\" is not supported by this"),
        set("model.device=gpu", "--set: model.device must be auto, cpu, cuda or cuda:N, was gpu"),
        set("model.device=cuda", "model.device: "),
        set("model.max_model_len=99999", "model.max_model_len: 99999 is more than the "),
        set("sampling.from_model=true --set model.path=$/cut-config", "generation_config.json:1: "),
        set("chat=always --set chat_template=$/nowhere", "chat_template: there is no file $/now"),
        set("chat=always --set chat_template=$/nothing", "chat_template: $/nothing cannot be read"),
        set("chat=always --set chat_template=$/broken.jinja", "chat_template: "),
        // The prompts
        set("prompts.path=$/nowhere.jsonl", "prompts.path: $/nowhere.jsonl: "),
        set("prompts.path=$/empty.jsonl", "prompts.path: $/empty.jsonl: there are no rows in it"),
        set("prompts.path=$/nothing", "prompts.path: $/nothing: "),
        set("prompts.path=$/words.bin", "prompts.path: $/words.bin: no line of it can be parsed"),
        set("prompts.path=hf://datasets/x", "prompts.path: hf://datasets/x: cannot be read: org."),
        set("prompts.path=s3://bucket/p.jsonl", "prompts.path: s3://bucket/p.jsonl: cannot be"),
        set("prompts.path=hdfs://no.such.host/p", "prompts.path: hdfs://no.such.host/p: cannot be"),
        set("prompts.format=xlsx", "prompts.format: xlsx: Spark has no such source; use jsonl"),
        set("prompts.format=parquet", "prompts.path: $/prompts.jsonl: cannot be read: "),
        set("prompts.format=csv", "prompts.id: id: no such column in the input; "),
        set(
            "prompts.format=csv --set prompts.path=$/header.csv",
            "prompts: $/header.csv: there are no rows"),
        set("prompts.text=question", "prompts.text: question: no such column in the input; "),
        set("prompts.keep=[answer]", "prompts.keep: answer: no such column in the input; "),
        set("prompts.path=null --set prompts.table=no.such", "prompts.table: no.such: "),
        set("prompts.path=null --set prompts.table=9;drop", "prompts.table: 9;drop: "),
        // The output
        set(
            "output.path=$/words.bin",
            "output.path: file:$/words.bin: it is a file; name a folder"),
        set("output.path=$/words.bin/out", "output.path: file:$/words.bin/out: "),
        set("output.path=/proc/gensweep", "output.path: file:/proc/gensweep: it cannot be written"),
        set("output.path=$/taken", "output.path: file:$/taken: it is not empty and no run wrote"),
        set("output.path=$/taken --set output.if_exists=fail", "output.if_exists: fail: "),
        set("output.path=s3://bucket/out", "output.path: s3://bucket/out is no place to write to"),
        set("output.path=abfs://c@a/out", "output.path: abfs://c@a/out is no place to write to: "),
        set("output.path=hdfs://no.such.host/o", "output.path: hdfs://no.such.host/o is no place"),
        // Scores
        arguments("score $/job.yaml", "score.reference|document: "),
        arguments(
            "score $/job.yaml --set score.reference=answer",
            "score.reference: answer: no such column in the input; "));
  }

  private static Arguments set(String setting, String line) {
    return arguments("run $/job.yaml --set " + setting, line);
  }

  private static String[] split(String arguments) {
    return Arrays.stream(arguments.split(" ", -1))
        .map(word -> word.replace("$", place()))
        .toArray(String[]::new);
  }

  private static String place() {
    return folder.toString();
  }

  private static Cli cli() {
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new Cli(
        (command, job, options) -> {
          GenerationJob.run(command, job, options.retryFailed(), LocalSpark.session(), quiet);
          return ExitCode.DONE;
        },
        (output, fraction) ->
            VerifyJob.run(output, fraction, LocalSpark.session(), quiet)
                ? ExitCode.DONE
                : ExitCode.FAILED,
        (outputs, sets) -> {
          ReportJob.run(outputs, sets, LocalSpark.session(), quiet);
          return ExitCode.DONE;
        },
        FileAccess::submitted);
  }
}
