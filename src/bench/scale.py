"""Runs a whole job with many prompts and almost no model, and watches whether memory stays flat and executors stay busy.

    python3 src/bench/scale.py --spark-home target/python/lib/python3*/site-packages/pyspark [--prompts N] [--long K]

It makes the prompts and a Llama checkpoint of one layer with random weights, and runs `run` by spark-submit on a standalone master
with two workers of one core on loopback. All heaps are 1 GB. Needs target/gensweep.jar and no Python package.
"""

import argparse
import array
import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "data" / "models" / "tiny"
# Each is one token of the tiny model's tokenizer, with the space before it.
WORDS = "apples books cards coins eggs flowers marbles pencils shells stamps stones tickets".split()
CONTEXT, LONG_PROMPT, LONG_TOKENS = 2048, 1024, 1000
WORKERS = 2
HEAP = "1g"
SHARES = (0.25, 0.5, 0.75, 1.0)


def write_model(folder):
    hidden, inner, vocab = 16, 32, 512
    config = json.loads((TINY / "config.json").read_text())
    config.update(hidden_size=hidden, intermediate_size=inner, num_hidden_layers=1, dtype="float32")
    config.update(num_attention_heads=2, num_key_value_heads=1, head_dim=8, max_position_embeddings=CONTEXT)
    layer = "model.layers.0."
    shapes = {"model.embed_tokens": [vocab, hidden], "model.norm": [hidden]}
    shapes |= {layer + norm: [hidden] for norm in ("input_layernorm", "post_attention_layernorm")}
    shapes |= {f"{layer}self_attn.{name}_proj": [rows, hidden] for name, rows in zip("qkvo", (16, 8, 8, 16))}
    shapes |= {f"{layer}mlp.{name}_proj": [inner, hidden] for name in ("gate", "up")}
    shapes |= {f"{layer}mlp.down_proj": [hidden, inner]}
    rng = random.Random(0)
    header, data = {}, bytearray()
    for name, shape in shapes.items():
        norm = len(shape) == 1
        values = array.array("f", (1 if norm else rng.gauss(0, 0.1) for _ in range(shape[0] * (1 if norm else shape[1]))))
        start = len(data)
        data += values.tobytes()
        header[name + ".weight"] = {"dtype": "F32", "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    (folder / "config.json").write_text(json.dumps(config))
    for name in ("tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        shutil.copy(TINY / name, folder)


def write_prompts(path, count, longs):
    rng = random.Random(0)
    long = set(rng.sample(range(count), longs))
    with open(path, "w") as file:
        for i in range(count):
            row = {"id": f"p{i:08}", "prompt": " ".join(rng.choices(WORDS, k=rng.randint(2, 4)))}
            if i in long:
                row["prompt"] = " ".join(rng.choices(WORDS, k=LONG_PROMPT))
                row["params"] = {"max_tokens": LONG_TOKENS}
            file.write(json.dumps(row) + "\n")


def write_job(path, work, longs):
    prompts = {"path": str(work / "prompts.jsonl"), "format": "jsonl", "id": "id", "text": "prompt"}
    spec = {
        "name": "scale",
        "model": {"path": str(work / "model")},
        "prompts": {**prompts, "sampling": "params"} if longs else prompts,
        # top_k: without it a draw from next to uniform logits costs more than the rest of the job.
        "sampling": {"max_tokens": 2, "top_k": 20, "ignore_eos": True},
        "output": {"path": str(work / "out")},
    }
    path.write_text(json.dumps(spec))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Cluster(contextlib.ExitStack):
    """A standalone master and workers of one core, ended with the block."""

    def __init__(self, spark_home, work):
        super().__init__()
        self.home, self.work, self.workers = spark_home, work, []

    def launch(self):
        port = free_port()
        self.master = f"spark://127.0.0.1:{port}"
        deploy, ui = "org.apache.spark.deploy.", "--webui-port"
        where = ["--host", "127.0.0.1"]
        self.start("master", "spark-class", deploy + "master.Master", *where, "--port", port, ui, free_port())
        self.wait_for("master", "Starting Spark master")
        for i in range(WORKERS):
            size = ["--cores", "1", "--memory", "2g", "--work-dir", self.work / f"worker-{i}"]
            command = [deploy + "worker.Worker", *where, *size, ui, free_port(), self.master]
            self.workers.append(self.start(f"worker-{i}", "spark-class", *command))
        for i in range(WORKERS):
            self.wait_for(f"worker-{i}", "Successfully registered with master")

    def start(self, name, script, *command):
        """A process of this name: Spark's scripts become the JVM that they start."""
        environment = {**os.environ, "SPARK_HOME": str(self.home), "SPARK_LOCAL_IP": "127.0.0.1"}
        with open(self.work / f"{name}.log", "w") as log:
            process = subprocess.Popen(
                [self.home / "bin" / script, *command], stdout=log, stderr=subprocess.STDOUT, env=environment
            )
        self.callback(process.wait)
        self.callback(process.terminate)
        return process

    def wait_for(self, name, line):
        log = self.work / f"{name}.log"
        for _ in range(300):
            if line in log.read_text():
                return
            time.sleep(0.2)
        raise SystemExit(f"{name} did not start, see {log}")

    def submit(self, job):
        conf = {
            "spark.executor.cores": 1,
            "spark.cores.max": WORKERS,
            "spark.executor.memory": HEAP,
            "spark.scheduler.minRegisteredResourcesRatio": 1.0,
            "spark.driver.memory": HEAP,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": f"file:{self.work / 'events'}",
            "spark.local.dir": self.work,
        }
        options = [option for item in conf.items() for option in ("--conf", "{}={}".format(*item))]
        jar = ROOT / "target" / "gensweep.jar"
        return self.start("driver", "spark-submit", "--master", self.master, *options, jar, "run", job)


def children(pid):
    """Whichever of its threads started them."""
    lists = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            lists += (thread / "children").read_text().split()
    return sorted(map(int, lists))


def resident(pid):
    """MiB now and at most; nothing once the process has ended."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        fields = dict(re.findall(r"(VmRSS|VmHWM):\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text()))
        if fields:
            return int(fields["VmRSS"]) // 1024, int(fields["VmHWM"]) // 1024
    return None


def ask_live_heap(pid):
    """A process that makes a full collection and lists what is left by class, with a sum in the last line."""
    jcmd = Path(os.environ["JAVA_HOME"], "bin", "jcmd") if "JAVA_HOME" in os.environ else "jcmd"
    command = [jcmd, str(pid), "GC.class_histogram"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def live_heap(asked):
    """MiB; nothing where the JVM had ended."""
    total = re.search(r"^Total +\d+ +(\d+)$", asked.communicate()[0], re.MULTILINE)
    return int(total[1]) >> 20 if total else ""


def watch(cluster, driver, completions):
    """The memory of each JVM by its name: its peak, and what it has at the shares of the shards. Looks once a second."""
    jvms, shares = {}, list(SHARES)
    while driver.poll() is None:
        done = len(list(completions.glob("*.parquet")))
        total = shards_in(cluster.work / "driver.log")
        reached = [share for share in shares if total and done >= share * total]
        pids = {"driver": driver.pid}
        pids |= {f"executor {i}": pid for i, worker in enumerate(cluster.workers) for pid in children(worker.pid)}
        now = {name: memory for name, memory in ((name, resident(pid)) for name, pid in pids.items()) if memory}
        for name, (size, peak) in now.items():
            jvm = jvms.setdefault(name, {"resident": {}, "live": {}})
            jvm["peak"] = peak
            jvm["resident"].update(dict.fromkeys(reached, size))
        asked = {name: ask_live_heap(pids[name]) for name in now if reached}
        for name, process in asked.items():
            jvms[name]["live"].update(dict.fromkeys(reached, live_heap(process)))
        del shares[: len(reached)]
        time.sleep(1)
    return jvms


def shards_in(log):
    """How many the driver said there are to do; 0 until then."""
    said = re.search(r"of ([\d,]+) shards to do", log.read_text())
    return int(said[1].replace(",", "")) if said else 0


def read_tasks(events):
    """The tasks of the generation, as the event log of Spark has them."""
    (log,) = [path for path in events.iterdir() if not path.name.startswith(".")]
    stage, tasks = None, []
    with open(log) as file:
        for event in map(json.loads, file):
            if event["Event"] == "SparkListenerJobStart":
                if event["Properties"].get("spark.job.description") == "generate":
                    stage = max(event["Stage IDs"])
            elif event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] == stage:
                tasks.append(event)
    return tasks


def idle(tasks):
    """Longest seconds an executor stood still while tasks were queued, and from its last task to the end of all."""
    last_launch = max(launch for _, launch, _ in tasks)
    end = max(finish for _, _, finish in tasks)
    begin = min(launch for _, launch, _ in tasks)
    queued, tail = 0, 0
    for executor in {executor for executor, _, _ in tasks}:
        busy_until = begin
        for launch, finish in sorted((launch, finish) for of, launch, finish in tasks if of == executor):
            queued = max(queued, launch - busy_until)
            busy_until = max(busy_until, finish)
        queued = max(queued, last_launch - busy_until)
        tail = max(tail, end - busy_until)
    return queued / 1000, tail / 1000


def report(a, work, start, wall, jvms):
    metrics = json.loads((work / "out" / "metrics.json").read_text())
    if metrics["completions"] != a.prompts:
        raise SystemExit(f"{metrics['completions']} completions of {a.prompts} prompts, see {work}")
    print(f"{a.prompts:,} prompts, {a.long:,} of them long; heaps of {HEAP}\n")
    report_memory(jvms)

    events = read_tasks(work / "events")
    infos = [event["Task Info"] for event in events]
    tasks = [(info["Executor ID"], info["Launch Time"], info["Finish Time"]) for info in infos]
    rows = [event["Task Metrics"]["Shuffle Read Metrics"]["Total Records Read"] for event in events]
    seconds = [(finish - launch) / 1000 for _, launch, finish in tasks]
    begin = min(launch for _, launch, _ in tasks)
    ends = sorted(finish for _, _, finish in tasks)
    quarters = [begin, *(ends[max(0, round(share * len(ends)) - 1)] for share in SHARES)]
    spans = [f"{(until - since) / 1000:.1f}" for since, until in zip(quarters, quarters[1:])]
    queued, tail = idle(tasks)
    files = [path.stat().st_size for path in (work / "out" / "completions").glob("*.parquet")]
    progress = re.findall(r"^gensweep: .* rows, .* shards\b", (work / "driver.log").read_text(), re.MULTILINE)
    before = begin / 1000 - start
    print(f"\nwall time {wall:.1f} s, {a.prompts / wall:,.0f} prompts/s; {before:.1f} s before the first shard")
    print(f"generation {(ends[-1] - begin) / 1000:.1f} s, {sum(rows) / (ends[-1] - begin) * 1000:,.0f} prompts/s")
    print(f"quarters of the shards took {', '.join(spans)} s; {len(progress)} lines of progress")
    print(f"{len(files):,} shards of {spread(rows, ',.0f')} rows and {spread(seconds, '.1f')} s (least / median / most)")
    print(f"largest file {max(files):,} bytes")
    print(f"an executor stood idle for at most {queued:.2f} s while shards were queued, {tail:.2f} s at the end")


def report_memory(jvms):
    print("| MiB" + " " * 26 + " |   peak | " + " | ".join(f"{share:6.0%}" for share in SHARES) + " |")
    print("|" + "-" * 31 + "|" + "-------:|" * (1 + len(SHARES)))
    for name, jvm in jvms.items():
        row(f"{name}, resident", [jvm["peak"], *(jvm["resident"].get(share, "") for share in SHARES)])
        row(f"{name}, live heap", ["", *(jvm["live"].get(share, "") for share in SHARES)])


def spread(numbers, form):
    return " / ".join(format(number, form) for number in (min(numbers), statistics.median(numbers), max(numbers)))


def row(name, cells):
    print(f"| {name:29} | " + " | ".join(f"{cell:>6}" for cell in cells) + " |")


def main(a, work):
    write_model(work / "model")
    write_prompts(work / "prompts.jsonl", a.prompts, a.long)
    write_job(work / "job.yaml", work, a.long)
    (work / "events").mkdir()
    with Cluster(a.spark_home, work) as cluster:
        cluster.launch()
        start = time.time()
        driver = cluster.submit(work / "job.yaml")
        jvms = watch(cluster, driver, work / "out" / "completions")
        wall = time.time() - start
    if driver.returncode:
        raise SystemExit(f"the job failed, see {work / 'driver.log'}")
    report(a, work, start, wall, jvms)


if __name__ == "__main__":
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--spark-home", required=True, type=lambda path: Path(path).resolve(), help="a Spark distribution")
    cli.add_argument("--prompts", type=int, default=1_000_000)
    cli.add_argument("--long", type=int, default=0, help="prompts among them that nearly fill the context")
    cli.add_argument("--work", type=Path, help="an empty folder that is kept; by default a temporary one")
    args = cli.parse_args()
    # So that a cluster ends with the script that was told to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if args.work:
        args.work.mkdir(parents=True, exist_ok=True)
        main(args, args.work.resolve())
    else:
        # Kept where something fails, for its logs.
        folder = Path(tempfile.mkdtemp(prefix="gensweep-scale-"))
        main(args, folder)
        shutil.rmtree(folder)
