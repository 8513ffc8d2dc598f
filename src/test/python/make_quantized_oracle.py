"""Makes quantized tensors and records what transformers 5.24 and compressed-tensors 0.20 dequantize them to.

Run from the repository root with both installed:

    python src/test/python/make_quantized_oracle.py

It writes src/test/resources/quantized/<name>/: config.json and model.safetensors as they are published, and expected.safetensors with the
tensors dequantized, under the names that they have unquantized.
"""

import json
import pathlib

import torch
from compressed_tensors.compressors.naive_quantized.base import FloatQuantizationCompressor
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme
from safetensors.torch import save_file
from transformers.integrations.finegrained_fp8 import Fp8Dequantize, _dequantize_fp8_weight
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

FOLDER = pathlib.Path("src/test/resources/quantized")
E4M3 = torch.float8_e4m3fn


def bits(*shape):
    """Random bits of all kinds, zeros and denormals too; not those of NaN."""
    values = torch.randint(0, 256, shape, dtype=torch.uint8)
    values[(values & 127) == 127] = 1
    return values.view(E4M3)


def write(name, quantization, stored, expected):
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    config = json.dumps({"quantization_config": quantization}, indent=1)
    (folder / "config.json").write_text(config + "\n")
    save_file({key: value.contiguous() for key, value in stored.items()}, folder / "model.safetensors")
    save_file({key: value.contiguous() for key, value in expected.items()}, folder / "expected.safetensors")


def fp8(name, block, weights, **more):
    """weights: name to (bits, scales)."""
    stored = {"norm.weight": torch.rand(8, dtype=torch.bfloat16)}
    expected = dict(stored)
    for key, (weight, scale) in weights.items():
        stored |= {key: weight, key + "_scale_inv": scale}
        expected[key] = _dequantize_fp8_weight(weight, scale.float(), block, torch.float32)
        rows, columns = weight.shape[-2:]
        if block is None or not (rows % block[0] or columns % block[1]):
            same = Fp8Dequantize(None)._dequantize_one(weight, scale, torch.float32)
            assert torch.equal(same, expected[key]), key
    quantization = {"quant_method": "fp8", "activation_scheme": "dynamic", **more}
    write(name, quantization, stored, expected)


def compressed(name, args, weight, scale):
    scheme = QuantizationScheme(targets=["Linear"], weights=QuantizationArgs(**args))
    state = {"weight": weight, "weight_scale": scale}
    expected = FloatQuantizationCompressor.decompress(state, scheme)["weight"]
    assert expected.dtype == scale.dtype
    group = {"targets": ["Linear"], "weights": args, "input_activations": {"num_bits": 8, "type": "float", "dynamic": True}}
    quantization = {
        "quant_method": "compressed-tensors",
        "format": "float-quantized",
        "quantization_status": "compressed",
        "config_groups": {"group_0": group},
        "ignore": ["lm_head"],
    }
    stored = {"a.weight": weight, "a.weight_scale": scale, "a.input_scale": torch.rand(1), "lm_head.weight": torch.rand(2, 3)}
    write(name, quantization, stored, {"a.weight": expected, "lm_head.weight": stored["lm_head.weight"]})


def main():
    torch.manual_seed(7)
    every = torch.arange(256, dtype=torch.uint8)[(torch.arange(256) & 127) != 127].reshape(2, 127).view(E4M3)
    fp8(
        "fp8_blocks",
        [128, 128],
        {
            "q.weight": (bits(130, 140), torch.rand(2, 2)),
            "o.weight": (bits(128, 128), torch.rand(1, 1) * 1e-3),
            "every.weight": (every, torch.tensor([[3.3e-5]])),
        },
        weight_block_size=[128, 128],
        modules_to_not_convert=["norm"],
    )
    fp8("fp8_default", [128, 128], {"q.weight": (bits(4, 130), torch.rand(1, 2))})
    fp8("fp8_experts", [16, 8], {"experts.gate_up_proj": (bits(3, 20, 24), torch.rand(3, 2, 3))}, weight_block_size=[16, 8])
    fp8("fp8_tensor", None, {"q.weight": (bits(6, 10), torch.tensor(0.0123))}, weight_block_size=None)
    powers = torch.tensor([[2.0**-9, 2.0**3], [1.0, 2.0**-126]]).to(torch.float8_e8m0fnu)
    fp8("fp8_ue8m0", [16, 8], {"q.weight": (bits(20, 16), powers)}, weight_block_size=[16, 8], scale_fmt="ue8m0")

    eight = {"num_bits": 8, "type": "float", "symmetric": True, "dynamic": False}
    compressed("compressed_tensor", {**eight, "strategy": "tensor"}, bits(9, 12), torch.rand(1, dtype=torch.bfloat16))
    compressed("compressed_channel", {**eight, "strategy": "channel"}, bits(9, 12), torch.rand(9, 1, dtype=torch.bfloat16) * 1e-2)
    compressed("compressed_channel_half", {**eight, "strategy": "channel"}, bits(9, 12), torch.rand(9, 1).half() * 1e-3)
    compressed("compressed_channel_float", {**eight, "strategy": "channel"}, bits(9, 12), torch.rand(9, 1))
    block = {**eight, "strategy": "block", "block_structure": [8, 4]}
    compressed("compressed_block", block, bits(20, 10), torch.rand(3, 3, dtype=torch.bfloat16))
    group = {**eight, "strategy": "group", "group_size": 4}
    compressed("compressed_group", group, bits(5, 12), torch.rand(5, 3, dtype=torch.bfloat16))

    blocks = torch.randint(0, 256, (3, 6, 2, 16), dtype=torch.uint8)
    scales = torch.randint(0, 250, (3, 6, 2), dtype=torch.uint8)
    bias = torch.rand(3, 6, dtype=torch.bfloat16)
    experts = "mlp.experts.gate_up_proj"
    write(
        "mxfp4",
        {"quant_method": "mxfp4", "modules_to_not_convert": ["lm_head"]},
        {experts + "_blocks": blocks, experts + "_scales": scales, experts + "_bias": bias},
        {experts: convert_moe_packed_tensors(blocks, scales), experts + "_bias": bias},
    )


main()
