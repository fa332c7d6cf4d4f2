"""Hugging Face tokenizers on the same text: one line at a time, one thread, offsets included. Prints one JSON line.

peer_wordpiece.py VOCABULARY TEXT [PASSES [MEGABYTES]]; TEXT is a file or a folder of plain or .xz files, of which
the first megabytes are taken.
"""

import json
import lzma
import os
import sys
import time
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from transformers import BertTokenizerFast  # noqa: E402  (reads the environment)


def read_lines(name, megabytes):
    path = Path(name)
    left = megabytes * 1e6
    files = sorted(p for p in path.rglob("*") if p.suffix in (".txt", ".xz")) if path.is_dir() else [path]
    for file in files:
        with (lzma.open if file.suffix == ".xz" else open)(file, "rt", encoding="utf-8", newline="\n") as text:
            for line in text:
                line = line.rstrip("\r\n")
                if left <= 0:
                    return
                left -= len(line.encode("utf-8")) + 1
                yield line


def main():
    vocabulary, text = sys.argv[1:3]
    passes = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    tokenizer = BertTokenizerFast(vocabulary)._tokenizer
    lines = list(read_lines(text, float(sys.argv[4]) if len(sys.argv) > 4 else 8.0))
    megabytes = sum(len(line.encode("utf-8")) + 1 for line in lines) / 1e6
    best = float("inf")
    for _ in range(passes):
        begin = time.perf_counter()
        tokens = 0
        for line in lines:
            encoding = tokenizer.encode(line)
            tokens += len(encoding.ids)
            encoding.offsets
        best = min(best, time.perf_counter() - begin)
    print(json.dumps({"name": "wordpiece", "megabytes": round(megabytes, 2), "tokens": tokens,
                      "megabytes_per_second": round(megabytes / best, 2)}))


if __name__ == "__main__":
    main()
