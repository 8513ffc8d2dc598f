"""A decode step from its cubins by the CUDA driver alone: no Triton, no PyTorch, no toolkit where it plays. What a host library has to do.

by_driver.py record DIR   runs a step by Triton and writes its launches, cubins, given buffers and what the step made of the others
by_driver.py play DIR     in a process of its own: memory, modules, tensor maps and a captured graph by libcuda.so.1; compares every buffer
"""

import ctypes as c
import json
import sys
import time
from pathlib import Path


def record(folder):
    """One step of 16 rows at a context of 151 of two layers in the shape of a 1B."""
    import torch

    import step

    folder.mkdir(parents=True, exist_ok=True)
    shape = step.Shape(**{**vars(step.SHAPES["1b"]), "layers": 2, "vocabulary": 8192})
    weights = step.Weights.random(shape, torch.bfloat16, "cuda")

    class Recorder(step.Launcher):
        def __init__(self):
            super().__init__(pdl=2)
            self.launches, self.buffers = [], []

        def place(self, t):
            known = next((i for i, b in enumerate(self.buffers) if b is t), None)
            if known is None:
                known = len(self.buffers)
                self.buffers.append(t)
            return known

        def argument(self, kind, value, maps):
            if isinstance(value, torch.Tensor):
                return ["buffer", self.place(value)]
            if kind.startswith("tensordesc"):
                meta = next(maps)
                host_type = {8: 10, 9: 8, 10: 9}.get(meta["elem_type"], meta["elem_type"])  # Triton's numbers of types to the driver's
                return [
                    "map",
                    self.place(value.base),
                    meta["swizzle"],
                    meta["elem_size"],
                    host_type,
                    list(meta["block_size"]),
                    list(value.shape),
                    list(value.strides),
                ]
            return [kind, value]

        def __call__(self, kernel, grid, *args, **options):
            options.update(PDL=self.pdl, launch_pdl=True)
            k = kernel[grid](*args, **options)
            meta, maps = k.metadata, iter(k.metadata.tensordesc_meta or [])
            name = f"{len(self.launches):02}-{meta.name}.cubin"
            (folder / name).write_bytes(k.asm["cubin"])
            kinds = k.src.signature
            arguments = [self.argument(kinds[n], a, maps) for n, a in zip(k.src.fn.arg_names, args) if kinds[n] != "constexpr"]
            assert meta.global_scratch_size == 0
            self.launches.append(
                dict(cubin=name, name=meta.name, shared=meta.shared, threads=32 * meta.num_warps, grid=[*grid, 1, 1][:3], args=arguments)
            )

    recorder = Recorder()
    decoder = step.Decoder(weights, recorder, 512)
    cache = step.Cache(shape, 16, 256, torch.bfloat16, "cuda", torch.randperm(16 * (256 // step.PAGE)))
    for pages in cache.k + cache.v:
        pages.normal_()
    ids = torch.randint(0, shape.vocabulary, (16,), device="cuda")
    positions = torch.full((16,), 150, device="cuda", dtype=torch.int32)
    inverse = torch.full((16,), 1.25, device="cuda")
    before = {id(t): t.clone() for t in cache.k + cache.v}
    layers = [t for layer in weights.layers for t in vars(layer).values() if t is not None]
    given = {
        id(t)
        for t in [
            weights.embedding,
            weights.head,
            weights.last_norm,
            *layers,
            ids,
            positions,
            inverse,
            decoder.cos,
            decoder.sin,
            cache.table,
        ]
    }
    decoder.candidates(decoder.decode(ids, positions, cache), inverse)
    torch.cuda.synchronize()
    sizes = []
    for i, t in enumerate(recorder.buffers):
        if id(t) in given or id(t) in before:
            before.get(id(t), t).contiguous().view(torch.uint8).cpu().numpy().tofile(folder / f"{i}.given")
        if id(t) not in given:
            t.view(torch.uint8).cpu().numpy().tofile(folder / f"{i}.made")
        sizes.append(t.numel() * t.element_size())
    (folder / "step.json").write_text(json.dumps(dict(sizes=sizes, launches=recorder.launches)))
    print("recorded", len(recorder.launches), "launches,", len(sizes), "buffers,", sum(sizes) >> 20, "MiB", flush=True)


class Configuration(c.Structure):
    """CUlaunchConfig."""

    _fields_ = [(n, c.c_uint) for n in ("gx", "gy", "gz", "bx", "by", "bz", "shared")] + [
        ("stream", c.c_void_p),
        ("attributes", c.c_void_p),
        ("count", c.c_uint),
    ]


class Attribute(c.Structure):
    """CUlaunchAttribute."""

    _fields_ = [("id", c.c_int), ("pad", c.c_int), ("value", c.c_int), ("rest", c.c_char * 60)]


class Driver:
    def __init__(self):
        self.cu = c.CDLL("libcuda.so.1")
        self("cuInit", 0)
        device, context, self.stream = c.c_int(), c.c_void_p(), c.c_void_p()
        self("cuDeviceGet", c.byref(device), 0)
        self("cuDevicePrimaryCtxRetain", c.byref(context), device)
        self("cuCtxSetCurrent", context)
        self("cuStreamCreate", c.byref(self.stream), 1)
        self.keep = []

    def __call__(self, name, *args):
        code = getattr(self.cu, name)(*args)
        if code:
            text = c.c_char_p()
            self.cu.cuGetErrorString(code, c.byref(text))
            raise RuntimeError(f"{name}: {code} {text.value}")

    def memory(self, size):
        p = c.c_uint64()
        self("cuMemAlloc_v2", c.byref(p), c.c_size_t(max(size, 16)))
        return p.value

    def function(self, path, name, shared):
        module, function = c.c_void_p(), c.c_void_p()
        self("cuModuleLoadData", c.byref(module), path.read_bytes())
        self("cuModuleGetFunction", c.byref(function), module, name.encode())
        if shared > 48 << 10:
            self("cuFuncSetAttribute", function, 8, shared)  # dynamic shared memory at most
        return function

    def tensor_map(self, address, swizzle, size, kind, block, shape, strides):
        """A CUtensorMap, 128 bytes aligned to 64; sizes innermost first."""
        room = c.create_string_buffer(256)
        at = (c.addressof(room) + 127) & ~127
        sizes = (c.c_uint64 * 2)(shape[1], shape[0])
        steps = (c.c_uint64 * 2)(strides[0] * size, shape[0] * strides[0] * size)
        box, ones = (c.c_uint32 * 2)(block[1], block[0]), (c.c_uint32 * 2)(1, 1)
        # No interleave, lines of 128 bytes promoted to L2 (2), zeros outside.
        self("cuTensorMapEncodeTiled", c.c_void_p(at), kind, 2, c.c_uint64(address), sizes, steps, box, ones, 0, swizzle, 2, 0)
        self.keep.append(room)
        return at

    def pointers(self, arguments, places):
        """The void** of a kernel's parameters; after its own come two pointers of Triton's (scratch, profile), zero here."""
        values = []
        for kind, *rest in arguments:
            if kind == "buffer":
                values.append(c.c_uint64(places[rest[0]]))
            elif kind == "map":
                _, *how, block, shape, strides = rest
                values.append(self.tensor_map(places[rest[0]], *how, block, shape, strides))
                values += [c.c_int32(n) for n in shape] + [c.c_int64(n) for n in strides]
            else:
                values.append({"i32": c.c_int32, "i64": c.c_int64, "fp32": c.c_float}[kind](rest[0]))
        values += [c.c_uint64(0), c.c_uint64(0)]
        self.keep.append(values)
        return (c.c_void_p * len(values))(*(v if isinstance(v, int) else c.addressof(v) for v in values))


def play(folder):
    driver = Driver()
    step = json.loads((folder / "step.json").read_text())
    places = [driver.memory(n) for n in step["sizes"]]
    for i, (place, size) in enumerate(zip(places, step["sizes"])):
        given = folder / f"{i}.given"
        data = given.read_bytes() if given.exists() else b"\xff" * size
        driver("cuMemcpyHtoD_v2", c.c_uint64(place), data, c.c_size_t(size))
    launches = []
    early = Attribute(6, 0, 1)  # programmatic stream serialization
    for launch in step["launches"]:
        function = driver.function(folder / launch["cubin"], launch["name"], launch["shared"])
        how = Configuration(*launch["grid"], launch["threads"], 1, 1, launch["shared"], driver.stream, c.addressof(early), 1)
        launches.append((how, function, driver.pointers(launch["args"], places)))
    driver("cuStreamBeginCapture_v2", driver.stream, 2)
    for how, function, parameters in launches:
        driver("cuLaunchKernelEx", c.byref(how), function, parameters, None)
    graph, ready = c.c_void_p(), c.c_void_p()
    driver("cuStreamEndCapture", driver.stream, c.byref(graph))
    driver("cuGraphInstantiateWithFlags", c.byref(ready), graph, c.c_uint64(0))
    driver("cuGraphLaunch", ready, driver.stream)
    driver("cuStreamSynchronize", driver.stream)
    same, differ = 0, []
    for i, (place, size) in enumerate(zip(places, step["sizes"])):
        made = folder / f"{i}.made"
        if made.exists():
            back = c.create_string_buffer(size)
            driver("cuMemcpyDtoH_v2", back, c.c_uint64(place), c.c_size_t(size))
            if back.raw == made.read_bytes():
                same += 1
            else:
                differ.append(i)
    begun = time.time()
    for _ in range(200):
        driver("cuGraphLaunch", ready, driver.stream)
    driver("cuStreamSynchronize", driver.stream)
    print(
        json.dumps(
            dict(
                launches=len(launches),
                buffers_with_the_same_bits=same,
                buffers_that_differ=differ,
                microseconds_a_step=round((time.time() - begun) / 200 * 1e6, 1),
                torch_or_triton_loaded=any(m in sys.modules for m in ("torch", "triton")),
            )
        ),
        flush=True,
    )
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit({"record": record, "play": play}[sys.argv[1]](Path(sys.argv[2])))
