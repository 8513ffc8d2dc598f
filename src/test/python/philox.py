"""Prints the uniform numbers of a few addresses, by Philox4x32-10 in plain Python integers: the table of docs/sampling.md.

    python src/test/python/philox.py

One row an address: seed, prompt id as a JSON string, sample index, position, number (repr of the double). DrawsTest and EveryRuleIT compare
with it; make_job_oracle.py draws by it.
"""

import hashlib
import json

MASK = 0xFFFFFFFF


def philox4x32(counter, key, rounds=10):
    c, k = list(counter), list(key)
    for _ in range(rounds):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & MASK, (p0 >> 32) ^ c[3] ^ k[1], p0 & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def uniform(seed, prompt_id, sample_index, position):
    digest = hashlib.sha256(prompt_id.encode("utf-8")).digest()
    counter = [position, sample_index, int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")]
    x = philox4x32(counter, [seed & MASK, (seed >> 32) & MASK])
    return ((x[0] << 32 | x[1]) >> 11) * 2.0**-53


# Known answers of Random123 (kat_vectors, philox4x32 10).
KNOWN = [
    ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([MASK] * 4, [MASK] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]

if __name__ == "__main__":
    for counter, key, words in KNOWN:
        assert philox4x32(counter, key) == words, (counter, key)
    for address in [
        (0, "", 0, 0),
        (0, "p1", 0, 0),
        (0, "p1", 0, 1),
        (0, "p1", 1, 0),
        (7, "p1", 63, 1000),
        (-1, "prompt \u00e4\u20ac\U0001f600", 2, 3),
        (2**40 + 5, "42", 0, 131071),
        (-(2**63), "42", 2**31 - 1, 9),
    ]:
        seed, prompt_id, sample_index, position = address
        print(f"| {seed} | `{json.dumps(prompt_id)}` | {sample_index} | {position} | {uniform(*address)!r} |")
