"""Makes model folders of unusual kinds and records what Hugging Face transformers does with them.

Run from the repository root with transformers 5.24 installed:

    python src/test/python/make_checkpoint_oracle.py [FOLDER ...]

With names it writes only these folders of weights. It writes
- src/test/resources/checkpoints/tokenizers.json: a list of {name, base, files, refused} or {name, base, files, tokens, texts, decoded,
  decoded_skipped, prompt}. base is a folder of src/test/resources/tokenizers; files are edits of it (null: no such file; an object for
  tokenizer.json: keys that replace its own);
- src/test/resources/checkpoints/<name>/: config and weights as they are read, beside oracle.json {ids, eos} or {refused}.

tokenizer.json is loaded as it is (PreTrainedTokenizerFast), whatever tokenizer_class says. A folder that transformers can only read by
inventing weights counts as refused. One rule differs on purpose, as in make_tokenizer_oracle.py: a text that brings its own BOS gets
no second one.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

RESOURCES = pathlib.Path("src/test/resources")
FOLDER = RESOURCES / "checkpoints"

TEXTS = [
    "x <tool>y</tool> lower slower <|im_start|> z",
    " <|im_end|>\n<think> a</think>b <|eot|>  c",
    "<|begin_of_text|>already",
    "<s>one</s> two <mask> three",
    "a<extra>b <image>c <|end_of_text|>d",
    "hello , world . it 's",
    "plain words 123",
]
MESSAGES = [{"role": "user", "content": "Hi <tool>"}, {"role": "assistant", "content": "<think>"}, {"role": "user", "content": "?"}]
TEMPLATE = "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
NAMES = TEMPLATE + "{{ tool_token }}|{{ image }}|{{ eos_token }}|{{ voice_token }}"
PAD = NAMES + "{{ pad_token }}"


def token(content, **flags):
    fields = {"lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": False}
    return {"content": content, **fields, **flags}


def typed(content, **flags):
    return {"__type": "AddedToken", **token(content, **flags)}


def config(**keys):
    return {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", **keys}


def decoder(*tokens, first=707):
    return {str(first + i): t for i, t in enumerate(tokens)}


def tokenizer_combinations():
    def one(name, edits, base="byte-level"):
        files = {n if "." in n else n + ".json": value for n, value in edits.items()}
        return {"name": name, "base": base, "files": files}

    def tc(name, base="byte-level", **keys):
        return one(name, {"tokenizer_config": config(**keys)}, base)

    im_start = token("<|im_start|>", special=True)
    yield one("as it is", {})
    yield one("no tokenizer_config.json", {"tokenizer_config": None})
    yield one("an empty tokenizer_config.json", {"tokenizer_config": {}})
    yield tc("new tokens by the decoder", added_tokens_decoder=decoder(token("<think>"), token("<|eot|>", special=True)))
    yield tc("the decoder's ids do not count", added_tokens_decoder=decoder(token("<|eot|>", special=True), token("<think>"), first=9000))
    yield tc("the decoder's flags rule", added_tokens_decoder=decoder({**im_start, "lstrip": True, "rstrip": True}, token("lower"), token("<tool>", rstrip=True)))
    yield tc("the decoder makes special", added_tokens_decoder=decoder(token("<tool>", special=True)))
    yield tc("the decoder cannot make ordinary", added_tokens_decoder=decoder(token("<|im_start|>", special=False)))
    yield tc("single words by the decoder", added_tokens_decoder=decoder(token("low", single_word=True), token("words", single_word=True)))
    yield tc("the decoder with defaults", added_tokens_decoder=decoder({"content": "<think>"}, {"content": "<|eot|>", "special": True}))
    yield tc("an empty decoder", added_tokens_decoder={})
    yield tc("a null decoder", added_tokens_decoder=None)
    yield tc("a decoder of texts", added_tokens_decoder={"707": "<think>"})
    yield tc("a decoder with an unknown flag", added_tokens_decoder=decoder({**token("<think>"), "colour": True}))
    yield tc("a decoder with a null flag", added_tokens_decoder=decoder({**token("<think>"), "lstrip": None}))
    yield tc("a decoder keyed by words", added_tokens_decoder={"x": token("<think>")})
    yield tc("extra tokens as a list", extra_special_tokens=["<extra>", "<|im_start|>", "<tool>"])
    yield tc("extra tokens as a map", extra_special_tokens={"tool_token": "<tool>", "image": "<image>"}, chat_template=NAMES)
    yield tc("extra tokens as typed objects", extra_special_tokens=[typed("<extra>", lstrip=True, special=True)])
    yield tc("extra tokens as plain objects", extra_special_tokens=[token("<extra>", special=True)])
    yield tc("extra tokens as a text", extra_special_tokens="<extra>")
    yield tc("additional_special_tokens", additional_special_tokens=["<extra>", "<think>"])
    yield tc("additional and extra", additional_special_tokens=["<extra>"], extra_special_tokens=["<think>"])
    yield tc("additional and an empty extra", additional_special_tokens=["<extra>"], extra_special_tokens=[])
    yield tc("a token by a name of its own", voice_token="<extra>", image_token=typed("<image>", rstrip=True), chat_template=NAMES)
    yield tc("a named token that no one knows", pad_token="<pad>", chat_template=PAD)
    yield tc("a named ordinary token", pad_token="<tool>", chat_template=PAD)
    yield tc("a named token in the decoder", pad_token="<pad>", added_tokens_decoder=decoder(token("<pad>", rstrip=True)))
    yield tc("bos and eos as typed objects", bos_token=typed("<|begin_of_text|>"), eos_token=typed("<|end_of_text|>", rstrip=True))
    yield tc("bos as a plain object", bos_token=token("<|begin_of_text|>"))
    yield tc("null bos", bos_token=None, chat_template=TEMPLATE)
    yield tc("bos of a wrong type", bos_token=1)
    yield tc("add_bos_token false, add_eos_token true", add_bos_token=False, add_eos_token=True)
    yield one("no post-processor, add_bos_token true", {"tokenizer_config": config(add_bos_token=True), "tokenizer": {"post_processor": None}})
    yield tc("special tokens split", split_special_tokens=True, chat_template=TEMPLATE)
    yield tc("special tokens split with a decoder", split_special_tokens=True, added_tokens_decoder=decoder(token("<think>"), token("<|eot|>", special=True)))
    yield tc("clean-up of a BPE", clean_up_tokenization_spaces=True)
    yield tc("clean-up of words", "words", bos_token="[BOS]", unk_token="[UNK]", eos_token=None, clean_up_tokenization_spaces=True)
    yield tc("no clean-up of words", "words", bos_token="[BOS]", unk_token="[UNK]", eos_token=None, clean_up_tokenization_spaces=False)
    yield tc("a short model_max_length", model_max_length=4)
    yield tc("a dummy prefix", "metaspace", bos_token="<s>", eos_token="</s>", tokenizer_class="LlamaTokenizer", legacy=True)
    yield tc("no legacy", "metaspace", bos_token="<s>", eos_token="</s>", tokenizer_class="LlamaTokenizerFast", legacy=False, add_prefix_space=True)
    yield tc("digits by GPT2Tokenizer", "digits", bos_token="<|im_start|>", eos_token="<|im_end|>", tokenizer_class="GPT2Tokenizer")
    legacy = {"pad_token": "<pad>", "eos_token": token("<|im_end|>", rstrip=True), "voice_token": "<extra>"}
    for special in legacy.values():
        if isinstance(special, dict):
            special.pop("special")
    yield one("special_tokens_map.json", {"tokenizer_config": config(chat_template=PAD), "special_tokens_map": legacy})
    yield one("a map beside a decoder", {"tokenizer_config": config(added_tokens_decoder={}), "special_tokens_map": legacy})
    yield one("a map with null", {"tokenizer_config": config(chat_template=TEMPLATE), "special_tokens_map": {"bos_token": None}})
    yield one("a map's additional tokens", {"tokenizer_config": config(), "special_tokens_map": {"additional_special_tokens": ["<extra>"]}})
    yield one("a map's additional objects", {"tokenizer_config": config(), "special_tokens_map": {"additional_special_tokens": [{"content": "<extra>"}]}})
    yield one("a map's extra objects", {"tokenizer_config": config(), "special_tokens_map": {"extra_special_tokens": [{"content": "<extra>", "lstrip": True}]}})
    yield one("added_tokens.json", {"tokenizer_config": config(pad_token="<pad>"), "added_tokens": {"<pad>": 708, "<think>": 707}})
    yield one("added_tokens.json beside a decoder", {"tokenizer_config": config(added_tokens_decoder={}), "added_tokens": {"<think>": 707}})
    yield one("added_tokens.json with ids that are taken", {"tokenizer_config": config(), "added_tokens": {"<think>": 700, "<|eot|>": 800}})
    yield tc("named templates as a list", chat_template=[{"name": "default", "template": TEMPLATE}, {"name": "tool_use", "template": "x"}])
    yield tc("named templates as a map", chat_template={"tool_use": "x", "default": TEMPLATE + "d"})
    yield tc("named templates, no default", chat_template={"tool_use": "x", "rag": "y"})
    yield one("a template file", {"tokenizer_config": config(chat_template="old"), "chat_template.jinja": TEMPLATE})
    yield one("more template files", {"tokenizer_config": config(chat_template="old"), "chat_template.jinja": TEMPLATE, "additional_chat_templates/tool_use.jinja": "x"})
    yield one("a default among more", {"tokenizer_config": config(), "chat_template.jinja": "x", "additional_chat_templates/default.jinja": TEMPLATE})
    yield one("only more template files", {"tokenizer_config": config(chat_template=TEMPLATE), "additional_chat_templates/tool_use.jinja": "x"})


def write_tokenizer(combination, folder):
    shutil.copytree(RESOURCES / "tokenizers" / combination["base"], folder, dirs_exist_ok=True)
    for name, value in combination["files"].items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        if value is None:
            file.unlink()
        elif isinstance(value, str):
            file.write_text(value)
        elif name == "tokenizer.json":
            file.write_text(json.dumps({**json.loads(file.read_text()), **value}))
        else:
            file.write_text(json.dumps(value))


def with_one_bos(ids, hf):
    adds_bos = hf("")["input_ids"][:1] == [hf.bos_token_id]
    return ids[1:] if adds_bos and ids[1:2] == [hf.bos_token_id] else ids


def tokenizer_oracle(combination):
    with tempfile.TemporaryDirectory() as place:
        write_tokenizer(combination, pathlib.Path(place))
        try:
            hf = PreTrainedTokenizerFast.from_pretrained(place)
        except Exception as refused:
            return {**combination, "refused": type(refused).__name__}
        try:
            prompt = hf.apply_chat_template(MESSAGES, tokenize=False)
        except ValueError:
            prompt = None
        tokens = hf.special_tokens_map
        if tokens.get("pad_token") == "<|end_of_text|>":
            del tokens["pad_token"]  # the one of tokenizer.json's padding, which is not read
        split = hf.split_special_tokens
        texts = []
        for text in TEXTS:
            added = hf(text)["input_ids"]
            texts.append(
                {
                    "text": text,
                    "added": added if split else with_one_bos(added, hf),
                    "ids": hf(text, add_special_tokens=False)["input_ids"],
                }
            )
        ids = sorted({i for t in texts for i in t["ids"]} | set(hf.added_tokens_decoder))
        return {
            **combination,
            "size": len(hf),
            "tokens": tokens,
            "texts": texts,
            "ids": ids,
            "decoded": [hf.decode([i]) for i in ids],
            "decoded_skipped": [hf.decode([i], skip_special_tokens=True) for i in ids],
            "prompt": prompt,
        }


HEAD, EMBEDDING = "lm_head.weight", "model.embed_tokens.weight"
PROMPT, STEPS = [3, 1, 4, 1, 5], 24

# As Qwen and DeepSeek publish, with smaller tiles; and as llm-compressor writes.
FP8 = {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [16, 8], "modules_to_not_convert": ["lm_head"]}
EIGHT = {"num_bits": 8, "type": "float", "strategy": "channel", "symmetric": True, "dynamic": False}
COMPRESSED = {
    "quant_method": "compressed-tensors",
    "format": "float-quantized",
    "quantization_status": "compressed",
    "config_groups": {"group_0": {"targets": ["Linear"], "weights": EIGHT}},
    "ignore": ["lm_head"],
}


def small_model(tied):
    torch.manual_seed(7)
    sizes = {"vocab_size": 48, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2}
    rest = {"max_position_embeddings": 64, "initializer_range": 0.5, "eos_token_id": 2, "bos_token_id": 0}
    return LlamaForCausalLM(LlamaConfig(**sizes, **rest, num_key_value_heads=1, tie_word_embeddings=tied))


def weight_combinations():
    """Names of folders, each with how to write it."""

    def saved(folder, tied=False, **options):
        small_model(tied).save_pretrained(folder, **options)

    def edited(folder, tied=False, edit=None, weights=None, generation=None):
        saved(folder, tied)
        settings = json.loads((folder / "config.json").read_text())
        settings.update(edit or {})
        (folder / "config.json").write_text(json.dumps(settings))
        if weights is not None:
            tensors = {name: t.clone() for name, t in load_file(folder / "model.safetensors").items()}
            save_file({name: t.contiguous() for name, t in weights(tensors).items()}, folder / "model.safetensors")
        if generation is None:
            (folder / "generation_config.json").unlink()
        else:
            (folder / "generation_config.json").write_text(json.dumps(generation))

    def quantized(folder, settings, suffix, tile):
        """F8_E4M3 in the layers' matrices, bfloat16 elsewhere; what HF is given are the same weights dequantized."""

        def eight_bits(tensors):
            some = {}
            for name, t in tensors.items():
                if "_proj" not in name:
                    some[name] = t.bfloat16()
                    continue
                bits, scales = tiled(t, *tile)
                some |= {name: bits, name + suffix: scales}
            return some

        edited(folder, edit={"dtype": "bfloat16", "quantization_config": settings}, weights=eight_bits)

    def stale(folder):
        saved(folder, max_shard_size="6KB")
        index = (folder / "model.safetensors.index.json").read_text()
        shutil.rmtree(folder)
        saved(folder)
        (folder / "model.safetensors.index.json").write_text(index)

    def without(name):
        return lambda t: {n: v for n, v in t.items() if n != name}

    def head(t):
        return {**t, HEAD: t[EMBEDDING].flip(0)}

    odd = {"steps": torch.tensor(7), "cube": torch.zeros(2, 2, 2, dtype=torch.uint8), "model.layers.0.self_attn.q_proj.bias": torch.ones(16)}
    other_rope = {"rope_parameters": {"rope_type": "default", "rope_theta": 100.0}}
    llama3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
    return {
        "saved": saved,
        "saved-tied": lambda f: saved(f, True),
        "saved-in-shards": lambda f: saved(f, max_shard_size="6KB"),
        "tied-head-of-its-own": lambda f: edited(f, True, weights=head),
        "tied-head-the-same": lambda f: edited(f, True, weights=lambda t: {**t, HEAD: t[EMBEDDING].clone()}),
        "tied-head-alone": lambda f: edited(f, True, weights=lambda t: {**without(EMBEDDING)(t), HEAD: t[EMBEDDING].flip(0)}),
        "untied-without-head": lambda f: edited(f, weights=without(HEAD)),
        "untied-without-embedding": lambda f: edited(f, weights=without(EMBEDDING)),
        "without-prefix": lambda f: edited(f, weights=lambda t: {n.removeprefix("model."): v for n, v in t.items()}),
        "stale-index": stale,
        "unused-tensors": lambda f: edited(f, weights=lambda t: {**t, **odd}),
        "mixed-types": lambda f: edited(f, weights=lambda t: {n: v.half() if "mlp" in n else v.double() if "attn" in n else v for n, v in t.items()}),
        "fewer-layers": lambda f: edited(f, edit={"num_hidden_layers": 1}),
        "more-layers": lambda f: edited(f, edit={"num_hidden_layers": 3}),
        "rope-scaling-rules": lambda f: edited(f, edit={**other_rope, "rope_scaling": {"type": "linear", "factor": 4.0}, "rope_theta": 50.0}),
        "linear-below-one": lambda f: edited(f, edit={"rope_parameters": {"rope_type": "linear", "factor": 0.5, "rope_theta": 1000}}),
        "llama3-by-default": lambda f: edited(f, edit={"rope_parameters": {**llama3, "rope_theta": 100.0}}),
        "llama3-by-config": lambda f: edited(f, edit={"original_max_position_embeddings": 16, "rope_parameters": {**llama3, "original_max_position_embeddings": 32}}),
        "ends-by-config-list": lambda f: edited(f, edit={"eos_token_id": [2, 33]}),
        "ends-null": lambda f: edited(f, edit={"eos_token_id": None}),
        "ends-by-generation-list": lambda f: edited(f, generation={"eos_token_id": [9, 2]}),
        "ends-by-generation-null": lambda f: edited(f, generation={"eos_token_id": None}),
        "ends-by-empty-generation": lambda f: edited(f, generation={}),
        "ends-nested": lambda f: edited(f, generation={"eos_token_id": [[2, 9]]}),
        "epsilon-whole": lambda f: edited(f, edit={"rms_norm_eps": 1}),
        "heads-as-text": lambda f: edited(f, edit={"num_attention_heads": "2"}),
        "rope-list": lambda f: edited(f, edit={"rope_scaling": [1]}),
        "fp8-blocks": lambda f: quantized(f, FP8, "_scale_inv", FP8["weight_block_size"]),
        "fp8-channels": lambda f: quantized(f, COMPRESSED, "_scale", [1, 1 << 20]),
        "odd-values": lambda f: edited(f, edit={"pad_token_id": -1, "pretraining_tp": 4, "architectures": None, "dtype": None}),
    }


def tiled(weight, rows, columns):
    """F8_E4M3 bits of a matrix and the float32 scale of each tile, which has its largest value at 448."""
    rows, columns = min(rows, weight.shape[0]), min(columns, weight.shape[1])
    scales = torch.empty(-(-weight.shape[0] // rows), -(-weight.shape[1] // columns))
    for i in range(scales.shape[0]):
        for j in range(scales.shape[1]):
            scales[i, j] = weight[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns].abs().max() / 448
    return (weight / spread(scales, rows, columns, weight)).to(torch.float8_e4m3fn), scales


def spread(scales, rows, columns, weight):
    return scales.repeat_interleave(rows, 0).repeat_interleave(columns, 1)[: weight.shape[0], : weight.shape[1]]


def dequantized(folder, place):
    """A copy whose weights are plain: transformers computes in 8 bits on GPUs only."""
    shutil.copytree(folder, place)
    settings = json.loads((folder / "config.json").read_text())
    settings["dtype"] = "float32"
    block = settings.pop("quantization_config").get("weight_block_size", [1, 1 << 20])
    (place / "config.json").write_text(json.dumps(settings))
    stored = load_file(folder / "model.safetensors")
    plain = {name: t.float() for name, t in stored.items() if "_scale" not in name}
    for name, scales in stored.items():
        if "_scale" in name:
            weight = name[: name.index("_scale")]
            rows, columns = (min(size, most) for size, most in zip(block, plain[weight].shape))
            plain[weight] = plain[weight] * spread(scales, rows, columns, plain[weight])
    save_file({name: t.contiguous() for name, t in plain.items()}, place / "model.safetensors", {"format": "pt"})
    return place


def weight_oracle(folder):
    if "quantization_config" in json.loads((folder / "config.json").read_text()):
        with tempfile.TemporaryDirectory() as place:
            return weight_oracle(dequantized(folder, pathlib.Path(place) / "plain"))
    try:
        hf, info = LlamaForCausalLM.from_pretrained(folder, output_loading_info=True)
        if info["missing_keys"]:
            return {"refused": "missing " + sorted(info["missing_keys"])[0]}
        ids = hf.generate(torch.tensor([PROMPT]), max_new_tokens=STEPS, do_sample=False)[0, len(PROMPT) :].tolist()
        ends = hf.generation_config.eos_token_id
        return {"prompt": PROMPT, "ids": ids, "ends": ends if isinstance(ends, list) else [] if ends is None else [ends]}
    except Exception as refused:
        return {"refused": type(refused).__name__}


def main():
    if sys.argv[1:]:
        write_weights({name: write for name, write in weight_combinations().items() if name in sys.argv[1:]})
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    lines = [json.dumps(tokenizer_oracle(c), separators=(",", ":")) for c in tokenizer_combinations()]
    (FOLDER / "tokenizers.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
    write_weights(weight_combinations())


def write_weights(combinations):
    for name, write in combinations.items():
        folder = FOLDER / name
        write(folder)
        oracle = weight_oracle(folder)
        (folder / "oracle.json").write_text(json.dumps(oracle) + "\n")
        print(name, oracle)


if __name__ == "__main__":
    main()
