"""Writes src/test/resources/evaluate/measures.json: completions made up by a fixed rule, and what their measures are.

    python src/test/python/make_evaluate_oracle.py

The measures come from numpy, from scipy (Wilson's interval, the binomial test, quantiles of normal and Student distributions), from NLTK
(BLEU), and from the published formulas of pass@k and of Holm's correction. MeasuresTest compares with them. Needs numpy, scipy and nltk.
"""

import collections
import json
import math
import pathlib

import numpy as np
import scipy.stats
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

import philox

PROMPTS, POINTS, REPLICATES = 24, 3, 1000
SAMPLES = [4, 5, 5]
SCORERS = ["right", "graded", "whole"]
OUT = pathlib.Path(__file__).parent.parent / "resources/evaluate/measures.json"


def number(*address):
    """A uniform number by its address, so that the data need no generator's state."""
    return philox.uniform(11, "/".join(map(str, address)), 0, 0)


def draw(prompt, point, sample):
    where = (prompt, point, sample)
    length = int(number(*where, "length") * 12) + (0 if prompt == 3 else 1)
    ids = [int(number(*where, "id", i) * (4 + 3 * point)) for i in range(length)]
    logprobs = [-int(number(*where, "logprob", i) * 200) / 64 for i in range(length)]
    right = number(*where, "right") < 0.75 - 0.2 * point - 0.3 * number(prompt, "hard")
    answer = "42" if right else str(int(number(*where, "wrong") * 3))
    scores = [
        1.0 if right else 0.0,
        int(number(*where, "graded") * 4) / 4 * (1 - 0.1 * point) if point else int(number(*where, "graded") * 5) / 4,
        1.0 if number(prompt, point, "whole") < 0.9 - 0.3 * point else 0.0,
    ]
    votes = [answer, "text-%d" % int(number(*where, "text") * 3), "%g" % scores[2]]
    if number(*where, "silent") < 0.1 and not right:
        votes[0] = None
    if number(*where, "failed") < 0.05:
        scores[0] = votes[0] = None
    return {
        "prompt_id": "prompt-%02d" % prompt,
        "point": point,
        "sample": sample,
        "finish_reason": "length" if length > 10 else "stop",
        "token_ids": ids,
        "logprobs": logprobs,
        "cumulative_logprob": sum(logprobs),
        "sampling_logprob": sum(logprobs) * 0.75,
        "scores": scores,
        "votes": votes,
        "group": "even" if prompt % 2 == 0 else "odd",
    }


def weights(prompt_id):
    cdf = np.cumsum([math.exp(-1) / math.factorial(k) for k in range(16)])
    return np.array([int((philox.uniform(0, prompt_id, 0xFFFFFFFF, b) >= cdf).sum()) for b in range(REPLICATES)])


def wilson(mean, n):
    """scipy's own where the count is whole; else its formula."""
    count = mean * n
    z = scipy.stats.norm.ppf(0.975)
    center = (mean + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(mean * (1 - mean) / n + z * z / (4 * n * n))
    if abs(count - round(count)) < 1e-9:
        ci = scipy.stats.binomtest(round(count), n).proportion_ci(method="wilson")
        assert abs(ci.low - max(0, center - half)) < 1e-12 and abs(ci.high - min(1, center + half)) < 1e-12
    return max(0.0, center - half), min(1.0, center + half)


def pass_at_k(n, c, k):
    """Of "Evaluating Large Language Models Trained on Code", figure 3."""
    if n - c < k:
        return 1.0
    return 1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1))


def vote(samples, s):
    count = collections.Counter(d["votes"][s] for d in samples if d["votes"][s] is not None)
    if not count:
        return 0.0
    most = max(count.values())
    for d in samples:
        if count.get(d["votes"][s]) == most:
            return d["scores"][s]


def by_prompt(draws):
    grouped = collections.defaultdict(list)
    for d in draws:
        grouped[d["prompt_id"]].append(d)
    return grouped


def scorer_measures(draws, s, boot):
    scored = by_prompt([d for d in draws if d["scores"][s] is not None])
    means = {p: np.mean([d["scores"][s] for d in ds]) for p, ds in scored.items()}
    accuracy = np.mean(list(means.values()))
    low, high = wilson(accuracy, len(means))
    most = max(map(len, scored.values()))
    passes, majority = {}, {}
    for k in range(1, most + 1):
        enough = [ds for ds in scored.values() if len(ds) >= k]
        passes[k] = np.mean([pass_at_k(len(ds), sum(d["scores"][s] == 1 for d in ds), k) for ds in enough])
        majority[k] = np.mean([vote(ds[:k], s) for ds in enough])
    rows = [d for ds in scored.values() for d in ds]
    score = np.array([d["scores"][s] for d in rows])
    best = {}
    for name, value in [
        ("cumulative_logprob", lambda d: d["cumulative_logprob"]),
        ("mean_logprob", lambda d: d["cumulative_logprob"] / max(1, len(d["token_ids"]))),
    ]:
        best[name] = np.mean([ds[int(np.argmax([value(d) for d in ds]))]["scores"][s] for ds in scored.values()])
    told = [d for d in rows if d["token_ids"]]
    confidence = np.array([math.exp(d["cumulative_logprob"] / len(d["token_ids"])) for d in told])
    right = np.array([d["scores"][s] for d in told])
    bins = np.minimum(9, (confidence * 10).astype(int))
    ece = sum(abs(right[bins == b].mean() - confidence[bins == b].mean()) * (bins == b).mean() for b in set(bins))
    out = {
        "accuracy": accuracy,
        "ci_low": low,
        "ci_high": high,
        "prompts": len(means),
        "rows": len(rows),
        "failed_rows": len(draws) - len(rows),
        "pass_at_k": passes,
        "maj_at_k": majority,
        "best_of_n": best,
        "tokens_per_correct": sum(len(d["token_ids"]) for d in rows) / score.sum(),
        "ece": ece,
    }
    if boot is not None:
        w = np.array([boot[p] for p in means])
        replicates = (w * np.array(list(means.values()))[:, None]).sum(0) / w.sum(0)
        out["bootstrap_low"], out["bootstrap_high"] = np.quantile(replicates, [0.025, 0.975])
        out["groups"] = {
            g: scorer_measures([d for d in draws if d["group"] == g], s, None) for g in sorted({d["group"] for d in draws})
        }
    return out


def bleu(ids, others):
    return sentence_bleu(others, ids, smoothing_function=SmoothingFunction().method1) if ids else 0.0


def point_measures(draws, boot):
    prompts = by_prompt(draws)
    lengths = [len(d["token_ids"]) for d in draws]
    tokens = sum(lengths)
    distinct = {}
    for n in (1, 2, 3):
        shares = []
        for ds in prompts.values():
            grams = [tuple(d["token_ids"][i : i + n]) for d in ds for i in range(len(d["token_ids"]) - n + 1)]
            if grams:
                shares.append(len(set(grams)) / len(grams))
        distinct[n] = np.mean(shares)
    self_bleu = [
        np.mean([bleu(d["token_ids"], [o["token_ids"] for o in ds if o is not d]) for d in ds])
        for ds in prompts.values()
        if len(ds) > 1
    ]
    histogram = np.zeros(41, int)
    for d in draws:
        for logprob in d["logprobs"]:
            histogram[min(40, int(-logprob / 0.25))] += 1
    return {
        "prompts": len(prompts),
        "rows": len(draws),
        "tokens": tokens,
        "lengths": dict(
            zip(["mean", "min", "p10", "p50", "p90", "max"], [np.mean(lengths), *np.quantile(lengths, [0, 0.1, 0.5, 0.9, 1])])
        ),
        "finish_reasons": {r: c / len(draws) for r, c in collections.Counter(d["finish_reason"] for d in draws).items()},
        "distinct": distinct,
        "self_bleu": np.mean(self_bleu),
        "entropy": -sum(d["sampling_logprob"] for d in draws) / tokens,
        "perplexity": math.exp(-sum(d["cumulative_logprob"] for d in draws) / tokens),
        "logprob_histogram": histogram.tolist(),
        "scorers": {name: scorer_measures(draws, s, boot) for s, name in enumerate(SCORERS)},
    }


def comparisons(draws, boot):
    every = []
    for s, name in enumerate(SCORERS):
        means = []
        for point in range(POINTS):
            scored = by_prompt([d for d in draws if d["point"] == point and d["scores"][s] is not None])
            means.append({p: np.mean([d["scores"][s] for d in ds]) for p, ds in scored.items()})
        shared = sorted(set.intersection(*(set(m) for m in means)))
        w = np.array([boot[p] for p in shared])
        mine = []
        for a, b in [(0, 1), (0, 2), (1, 2)]:
            xa, xb = (np.array([means[i][p] for p in shared]) for i in (a, b))
            d = np.round(xb - xa, 10)  # means of the same scores differ by their last bits
            replicates = (w * d[:, None]).sum(0) / w.sum(0)
            better, worse = int((d > 0).sum()), int((d < 0).sum())
            if set(xa) | set(xb) <= {0.0, 1.0}:
                p = scipy.stats.binomtest(better, better + worse).pvalue if better + worse else 1.0
            else:
                t = abs(d.mean()) / replicates.std(ddof=1)
                p = max(2 * scipy.stats.t.sf(t, len(shared) - 1), 2.0 ** (1 - better - worse))
            low, high = np.quantile(replicates, [0.025, 0.975])
            mine.append(
                {"scorer": name, "a": a, "b": b, "difference": d.mean(), "ci_low": low, "ci_high": high, "prompts": len(shared)}
                | {"better": better, "worse": worse, "p_value": p, "variance": d.var()}
            )
        order = sorted(range(len(mine)), key=lambda i: mine[i]["p_value"])
        largest = 0.0
        for rank, i in enumerate(order):
            largest = max(largest, min(1.0, (len(mine) - rank) * mine[i]["p_value"]))
            mine[i]["p_adjusted"] = largest
        for c in mine:
            c["real"] = bool(c["p_adjusted"] < 0.05)
            c["more_prompts"] = None
            if not c["real"]:
                z = scipy.stats.norm.ppf(1 - 0.025 / len(mine)) + scipy.stats.norm.ppf(0.8)
                needed = math.ceil(z * z * c["variance"] / c["difference"] ** 2)
                c["more_prompts"] = max(1, needed - c["prompts"])
            del c["variance"]
        every += mine
    return every


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def main():
    draws = [
        draw(prompt, point, sample)
        for prompt in range(PROMPTS)
        for point in range(POINTS)
        if (prompt, point) != (5, 2)  # one prompt failed at one point
        for sample in range(SAMPLES[point])
    ]
    boot = {"prompt-%02d" % p: weights("prompt-%02d" % p) for p in range(PROMPTS)}
    points = [point_measures([d for d in draws if d["point"] == point], boot) for point in range(POINTS)]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(
        json.dumps(
            plain(
                {
                    "scorers": SCORERS,
                    "weights": boot["prompt-00"].tolist(),
                    "points": points,
                    "comparisons": comparisons(draws, boot),
                    "draws": draws,
                }
            )
        )
        + "\n"
    )


main()
