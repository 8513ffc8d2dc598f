package io.gensweep.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingErrorsTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      textBlock =
          """
          # Unknown keys
          sampling.temprature=1 => --set: sampling.temprature: unknown key; did you mean sampling.temperature?
          sampling.TopP=1 => --set: sampling.TopP: unknown key; did you mean sampling.top_p?
          sampling.max=1 => --set: sampling.max: unknown key; did you mean sampling.max_tokens?
          sampling.top_q=1 => --set: sampling.top_q: unknown key; did you mean sampling.top_k?
          sampling.max_new_token=1 => --set: sampling.max_new_token: unknown key; did you mean sampling.max_new_tokens?
          sampling.dtype=float32 => --set: sampling.dtype: unknown key; did you mean model.dtype?
          sampling.foo=1 => --set: sampling.foo: unknown key; allowed under sampling: from_model, profile, n, max_tokens, min_tokens, temperature, top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff, repetition_penalty, presence_penalty, frequency_penalty, no_repeat_ngram_size, logit_bias, allowed_token_ids, bad_words, bad_words_ids, seed, stop, stop_token_ids, include_stop_str_in_output, ignore_eos, repetition_detection, skip_special_tokens, logprobs, prompt_logprobs
          sampling.stop.x=1 => --set: sampling.stop.x: unknown key; did you mean sampling.stop?
          sampeling.temperature=1 => --set: sampeling.temperature: unknown key; did you mean sampling.temperature?
          temperature=1 => --set: temperature: unknown key; did you mean sampling.temperature?
          path=1 => --set: path: unknown key; did you mean model.path or prompts.path or output.path?
          foo=1 => --set: foo: unknown key; allowed at the top: name, model, prompts, chat, chat_template, sampling, sweep, score, evaluate, engine, output
          foo.bar=1 => --set: foo.bar: unknown key; sections: model, prompts, sampling, sweep, score, evaluate, engine, output
          sweep.temprature=[0] => --set: sweep.temprature: unknown key; did you mean sweep.temperature?
          sweep.dtype=[auto] => --set: sweep.dtype: unknown key; allowed under sweep: profile, n, max_tokens, min_tokens, temperature, top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff, repetition_penalty, presence_penalty, frequency_penalty, no_repeat_ngram_size, logit_bias, allowed_token_ids, bad_words, bad_words_ids, seed, stop, stop_token_ids, include_stop_str_in_output, ignore_eos, repetition_detection, skip_special_tokens, logprobs, prompt_logprobs, points
          sweep.points=[{temperature: 0}, {temprature: 1}] => --set: sweep.points[1].temprature: unknown key; did you mean temperature?
          sweep.points=[{from_model: true}] => --set: sweep.points[0].from_model: unknown key; allowed: profile, n, max_tokens, min_tokens, temperature, top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff, repetition_penalty, presence_penalty, frequency_penalty, no_repeat_ngram_size, logit_bias, allowed_token_ids, bad_words, bad_words_ids, seed, stop, stop_token_ids, include_stop_str_in_output, ignore_eos, repetition_detection, skip_special_tokens, logprobs, prompt_logprobs, name
          # Types
          sampling.temperature=hot => --set: sampling.temperature must be a number, was "hot"
          sampling.temperature="1" => --set: sampling.temperature must be a number, was "1"
          sampling.temperature=true => --set: sampling.temperature must be a number, was true
          sampling.temperature= => --set: sampling.temperature has no value; give one or leave the key out
          sampling.top_k=5.0 => --set: sampling.top_k must be a whole number, was 5.0
          sampling.top_k="5" => --set: sampling.top_k must be a whole number, was "5"
          sampling.top_k=99999999999 => --set: sampling.top_k must be a whole number of at most 32 bits, was 99999999999
          sampling.seed=99999999999999999999 => --set: sampling.seed must be a whole number of at most 64 bits, was 99999999999999999999
          sampling.seed=1.0 => --set: sampling.seed must be a whole number, was 1.0
          sampling.ignore_eos=1 => --set: sampling.ignore_eos must be true or false, was 1
          sampling.ignore_eos=yes => --set: sampling.ignore_eos must be true or false, was "yes"
          sampling.from_model=1 => --set: sampling.from_model must be true or false, was 1
          sampling.stop=5 => --set: sampling.stop must be a list of texts, was 5
          sampling.stop=[a, 5] => --set: sampling.stop must be a list of texts, was ["a",5]
          sampling.stop_token_ids=["5"] => --set: sampling.stop_token_ids must be a list of whole numbers, was ["5"]
          sampling.n={} => --set: sampling.n must be a whole number, was {}
          sampling= => --set: sampling must be a section with keys of its own, was null
          model=tiny => --set: model must be a section with keys of its own, was "tiny"
          model={path: [a]} => --set: model.path must be a text, was ["a"]
          model.dtype=bf16 => --set: model.dtype must be auto | float32 | bfloat16 | int8, was "bf16"
          model.dtype=1 => --set: model.dtype must be auto | float32 | bfloat16 | int8, was 1
          model.dtype=Float32 => --set: model.dtype must be auto | float32 | bfloat16 | int8, was "Float32"
          model.max_model_len="" => --set: model.max_model_len must be a whole number, was ""
          name=5 => --set: name must be a text (quote it), was 5
          chat=yes => --set: chat must be auto | always | never, was "yes"
          prompts.keep=answer => --set: prompts.keep must be a list of texts, was "answer"
          prompts.special_tokens=true => --set: prompts.special_tokens must be parse | plain, was true
          output.if_exists=append => --set: output.if_exists must be resume | fail | overwrite, was "append"
          engine.max_batch=many => --set: engine.max_batch must be a whole number >= 1 or auto, was "many"
          engine.max_batch=2.5 => --set: engine.max_batch must be a whole number >= 1 or auto, was 2.5
          # Ranges
          sampling.n=0 => --set: sampling.n must be in [1, 16384], was 0
          sampling.max_tokens=0 => --set: sampling.max_tokens must be >= 1, was 0
          sampling.max_new_tokens=0 => --set: sampling.max_tokens must be >= 1, was 0
          sampling.min_tokens=-1 => --set: sampling.min_tokens must be >= 0, was -1
          sampling.min_tokens=129 => --set: sampling.min_tokens must be <= max_tokens 128, was 129
          sampling.temperature=-1 => --set: sampling.temperature must be 0 or in [1.0E-30, 1.0E30], was -1.0
          sampling.temperature=.nan => --set: sampling.temperature must be 0 or in [1.0E-30, 1.0E30], was NaN
          sampling.temperature=1e999 => --set: sampling.temperature must be 0 or in [1.0E-30, 1.0E30], was Infinity
          sampling.top_k=-2 => --set: sampling.top_k must be >= 0, or -1 for off, was -2
          sampling.top_p=0 => --set: sampling.top_p must be in (0, 1], was 0.0
          sampling.top_p=1.01 => --set: sampling.top_p must be in (0, 1], was 1.01
          sampling.top_p=.nan => --set: sampling.top_p must be in (0, 1], was NaN
          sampling.min_p=-0.1 => --set: sampling.min_p must be in [0, 1], was -0.1
          sampling.repetition_penalty=0 => --set: sampling.repetition_penalty must be in [1.0E-6, 1000000], was 0.0
          sampling.presence_penalty=2.5 => --set: sampling.presence_penalty must be in [-2, 2], was 2.5
          sampling.frequency_penalty=-3 => --set: sampling.frequency_penalty must be in [-2, 2], was -3.0
          sampling.logprobs=-1 => --set: sampling.logprobs must be >= 0, was -1
          sampling.stop="" => --set: sampling.stop must hold texts that are not empty, was [""]
          sampling.stop=[a, ~] => --set: sampling.stop must hold texts that are not empty, was ["a", "null"]
          sampling.stop_token_ids=[-1] => --set: sampling.stop_token_ids must hold ids >= 0, was [-1]
          sampling.profile=vLLM => --set: sampling.profile must be hf | vllm, was "vLLM"
          sampling.typical_p=0 => --set: sampling.typical_p must be in (0, 1], was 0.0
          sampling.epsilon_cutoff=1 => --set: sampling.epsilon_cutoff must be in [0, 1), was 1.0
          sampling.eta_cutoff=-0.1 => --set: sampling.eta_cutoff must be in [0, 1), was -0.1
          sampling.no_repeat_ngram_size=-1 => --set: sampling.no_repeat_ngram_size must be >= 0, was -1
          sampling.logit_bias={5: 101} => --set: sampling.logit_bias must hold biases in [-100, 100]; allowed_token_ids and bad_words_ids forbid tokens, was {5=101.0}
          sampling.logit_bias={5: ~} => --set: sampling.logit_bias must hold biases in [-100, 100]; allowed_token_ids and bad_words_ids forbid tokens, was {5=null}
          sampling.logit_bias={-5: 1} => --set: sampling.logit_bias must hold ids >= 0, was [-5]
          sampling.logit_bias={the: 1} => --set: sampling.logit_bias must be a map of token ids to numbers, was {"the":1}
          sampling.logit_bias={5: hot} => --set: sampling.logit_bias must be a map of token ids to numbers, was {"5":"hot"}
          sampling.logit_bias=[5] => --set: sampling.logit_bias must be a map of token ids to numbers, was [5]
          sampling.allowed_token_ids=[-1] => --set: sampling.allowed_token_ids must hold ids >= 0, was [-1]
          sampling.bad_words="" => --set: sampling.bad_words must hold texts that are not empty, was [""]
          sampling.bad_words_ids=[5] => --set: sampling.bad_words_ids must be a list of lists of whole numbers, was [5]
          sampling.bad_words_ids=[[]] => --set: sampling.bad_words_ids must hold lists of ids that are not empty, was [[]]
          sampling.bad_words_ids=[[1, -2]] => --set: sampling.bad_words_ids must hold ids >= 0, was [1, -2]
          sampling.repetition_detection=8 => --set: sampling.repetition_detection must be a map of whole numbers with the keys max_pattern_size, min_pattern_size, min_count, was 8
          sampling.repetition_detection={size: 8} => --set: sampling.repetition_detection must be a map of whole numbers with the keys max_pattern_size, min_pattern_size, min_count, was {"size":8}
          sampling.repetition_detection={max_pattern_size: 8} => --set: sampling.repetition_detection must have min_count >= 2 with a max_pattern_size, was 0
          sampling.repetition_detection={max_pattern_size: 8, min_pattern_size: 9, min_count: 3} => --set: sampling.repetition_detection must have min_pattern_size in [0, max_pattern_size 8], was 9
          sampling.skip_special_tokens=no => --set: sampling.skip_special_tokens must be true or false, was "no"
          model.path="" => --set: model.path is required: a folder in Hugging Face layout
          model.device=gpu => --set: model.device must be auto, cpu, cuda or cuda:N, was gpu
          model.device="cuda:" => --set: model.device must be auto, cpu, cuda or cuda:N, was cuda:
          model.max_model_len=0 => --set: model.max_model_len must be >= 1, was 0
          engine.max_batch=0 => --set: engine.max_batch must be >= 1 or auto, was 0
          output.max_failed_fraction=1.5 => --set: output.max_failed_fraction must be in [0, 1], was 1.5
          name="" => --set: name must not be blank
          chat_template=" " => --set: chat_template must not be blank
          prompts.id="" => --set: prompts.id must not be blank
          prompts.keep=[a, a] => --set: prompts.keep must not name a column twice, was ["a", "a"]
          prompts.keep=[""] => --set: prompts.keep must hold column names, was [""]
          # Keys that go together
          prompts.table=t => jobs/x.yaml:2: prompts.path|table: exactly one must be given, both were: path p.jsonl, table t
          prompts.messages=m => jobs/x.yaml:2: prompts.text|messages|tokens: exactly one must be given, was text prompt, messages m
          prompts={messages: m, tokens: t} => jobs/x.yaml:2: prompts.text|messages|tokens: exactly one must be given, was text prompt, messages m, tokens t
          prompts.text= => --set: prompts.text|messages|tokens: exactly one must be given, none was
          prompts.path= => --set: prompts.path|table: exactly one must be given, neither was
          score={reference: a, document: b} => --set: score.reference|document: exactly one must be given, both were: reference a, document b
          sampling={max_tokens: 1, max_new_tokens: 1} => --set: sampling.max_tokens: given twice (max_new_tokens is another name for it)
          sampling.from_model=true => --set: sampling.from_model must be false, was true: m has no generation_config.json
          # Sweeps
          sweep=5 => --set: sweep must be a section with keys of its own, was 5
          sweep.temperature=[] => --set: sweep.temperature must be a list of at least one value, was []
          sweep.temperature=0.5 => --set: sweep.temperature must be a list of at least one value, was 0.5
          sweep.temperature=[0, -1] => --set: sweep.temperature[1] must be 0 or in [1.0E-30, 1.0E30], was -1.0
          sweep.temperature=[0, hot] => --set: sweep.temperature[1] must be a number, was "hot"
          sweep.temperature=[0, ~] => --set: sweep.temperature[1] has no value; give one or leave it out
          sweep.temperature=[0, 0.0] => --set: sweep must not list a value twice, was temperature=0.0 twice
          sweep.min_tokens=[0, 200] => --set: sweep.min_tokens[1] must be <= max_tokens 128, was 200
          sweep={max_tokens: [1, 2], max_new_tokens: [3]} => --set: sweep.max_tokens: given twice (max_new_tokens is another name for it)
          sweep={points: [{n: 2}], seed: [1]} => --set: sweep takes either points or axes, was points and seed
          sweep.points=[] => --set: sweep.points must be a list of at least one map, was []
          sweep.points={n: 2} => --set: sweep.points must be a list of at least one map, was {"n":2}
          sweep.points=[5] => --set: sweep.points[0] must be a map of sampling keys, was 5
          sweep.points=[{name: 5}] => --set: sweep.points[0].name must be a text that is not blank, was 5
          sweep.points=[{temperature: 0, name: a}, {name: a}] => --set: sweep.points must differ in name, was a at [0] and [1]
          sweep.points=[{max_tokens: 0, max_new_tokens: 1}] => --set: sweep.points[0].max_tokens: given twice, once under another name
          sweep.points=[{max_new_tokens: 0}] => --set: sweep.points[0].max_tokens must be >= 1, was 0
          sweep.points=[{top_p: 0.5}, {top_p: 1.5}] => --set: sweep.points[1].top_p must be in (0, 1], was 1.5
          # Not in this version
          model.dtype=float16 => --set: model.dtype: "float16" is not supported by this version; use auto, float32, bfloat16 or int8, whatever the type of the stored weights
          model.adapters={} => --set: model.adapters: not supported by this version; merge the adapter into the weights (PEFT's merge_and_unload)
          prompts.format=openai-batch => --set: prompts.format: "openai-batch" is not supported by this version; use jsonl, with messages as a column
          prompts.keep="*" => --set: prompts.keep: "*" is not supported by this version; list the columns by name
          prompts.keep=["*"] => --set: prompts.keep: ["*"] is not supported by this version; list the columns by name
          prompts.keep={a: b} => --set: prompts.keep: {"a":"b"} is not supported by this version; list the columns by name
          prompts.system=Be brief. => --set: prompts.system: not supported by this version; put a system message first in each row's messages
          prompts.template="{q}" => --set: prompts.template: not supported by this version; make the text a column of the dataset
          prompts.limit=5 => --set: prompts.limit: not supported by this version; name a dataset that has only the prompts you want
          prompts.truncate=left => --set: prompts.truncate: not supported by this version; a prompt that is too long becomes an error row
          sampling.choice=[a, b] => --set: sampling.choice: not supported by this version; leave it out, allowed_token_ids restricts what is drawn
          sampling.regex=a+ => --set: sampling.regex: not supported by this version; leave it out, allowed_token_ids restricts what is drawn
          sampling.json_schema={} => --set: sampling.json_schema: not supported by this version; leave it out, allowed_token_ids restricts what is drawn
          sampling.json=true => --set: sampling.json: not supported by this version; leave it out, allowed_token_ids restricts what is drawn
          sampling.do_sample=false => --set: sampling.do_sample: not a key here; temperature: 0 is greedy, as do_sample: false, any other draws
          sampling.num_beams=4 => --set: sampling.num_beams: there is no beam search here; leave it out
          sampling.max_length=40 => --set: sampling.max_length: not a key here; max_tokens counts the continuation alone
          sweep.do_sample=[true, false] => --set: sweep.do_sample: not a key here; temperature: 0 is greedy, as do_sample: false, any other draws
          sweep.adapter=[a, b] => --set: sweep.adapter: not supported by this version; merge the adapter into the weights (PEFT's merge_and_unload)
          sweep.points=[{do_sample: true}] => --set: sweep.points[0].do_sample: not a key here; temperature: 0 is greedy, as do_sample: false, any other draws
          evaluate.reference=answer => --set: evaluate.reference must be a column of prompts.keep, was answer; prompts.keep has none
          evaluate={reference: answer} => --set: evaluate.reference must be a column of prompts.keep, was answer; prompts.keep has none
          output.format=jsonl => --set: output.format: not supported by this version; rows are written as Parquet
          # Arguments that are no assignment
          noequals => --set: must be key=value, was "noequals"
          =x => --set: must be key=value, was "=x"
          name=!!javax.script.ScriptEngineManager [x] => --set name=!!javax.script.ScriptEngineManager [x]: YAML tags are not allowed, was tag:yaml.org,2002:javax.script.ScriptEngineManager
          name=[a => --set name=[a: not valid YAML: expected ',' or ']', but got <stream end>
          name=a: b: c => --set name=a: b: c: not valid YAML: mapping values are not allowed here
          name=*x => --set name=*x: alias *x has no anchor before it
          """)
  void aBadSettingIsNamedWithItsValueAndWhatIsAllowed(String set, String message) {
    assertThatThrownBy(() -> JobText.least(set)).isInstanceOf(JobError.class).hasMessage(message);
  }

  /** Whatever stands where a value should, the user hears of it in one line and in our words. */
  @Test
  void anyValueUnderAnyKeyIsTakenOrRefusedByAJobError() {
    List<String> odd =
        List.of(
            "",
            "~",
            "x",
            "-1",
            "0",
            "1.5",
            "true",
            ".nan",
            "-.inf",
            "99999999999",
            "1e999",
            "[]",
            "9".repeat(30),
            "9".repeat(500),
            "{}",
            "[~]",
            "[[]]",
            "[{}]",
            "[x, 1, ~]",
            "{a: ~}",
            "[{name: ~}]",
            "[{stop: ~}]",
            "[{n: x}]",
            "[[[1]]]",
            "\"\"",
            "\"a\\nb\"",
            "'",
            "&a x",
            "@");
    List<String> keys = new ArrayList<>(List.of("", ".", "a.", ".a", "sampling.", "sampling..n"));
    for (String section : List.of("", "model", "prompts", "sampling", "sweep", "score", "engine")) {
      JobKeys.keys(section).forEach(key -> keys.add(section.isEmpty() ? key : section + "." + key));
    }
    int refused = 0;
    for (String key : keys) {
      for (String value : odd) {
        try {
          JobText.least(key + "=" + value);
        } catch (JobError e) {
          assertThat(e.getMessage()).matches("(jobs/x.yaml|--set).*");
          refused++;
        }
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }
}
