"""transformers' RoFormerTokenizer, rjieba and jieba on the same text, one line at a time, one thread. Prints one JSON line.

peer_chinese.py tokenizer VOCABULARY TEXT MEGABYTES | rjieba TEXT MEGABYTES | start
"""

import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from peer_wordpiece import read_lines  # noqa: E402  (reads the environment)


def measure(work, text, megabytes):
    """Megabytes a second; `work` gives what it has made of a line, which is counted."""
    lines = list(read_lines(text, float(megabytes)))
    work(lines[0])  # opens dictionaries
    begin = time.perf_counter()
    made = sum(len(work(line)) for line in lines)
    seconds = time.perf_counter() - begin
    size = sum(len(line.encode()) + 1 for line in lines) / 1e6
    return {"megabytes": round(size, 2), "made": made, "megabytes_per_second": round(size / seconds, 3)}


def tokenizer(vocabulary, text, megabytes):
    from transformers import RoFormerTokenizer

    with open(vocabulary, encoding="utf-8") as file:
        words = file.read().split("\n")
    words = words[: words.index("")] if "" in words else words
    encode = RoFormerTokenizer(vocab={word: i for i, word in enumerate(words)})._tokenizer.encode

    def ids(line):
        encoding = encode(line)
        encoding.offsets
        return encoding.ids

    return measure(ids, text, megabytes)


def rjieba(text, megabytes):
    import rjieba

    return measure(lambda line: rjieba.cut(line, False), text, megabytes)


def start():
    """Milliseconds of jieba from its import to the first words, its dictionary's cache at hand."""
    begin = time.perf_counter()
    import jieba

    jieba.setLogLevel(60)
    list(jieba.cut("今天天气非常好", HMM=False))
    return {"milliseconds": 1000 * (time.perf_counter() - begin)}


if __name__ == "__main__":
    print(json.dumps({"tokenizer": tokenizer, "rjieba": rjieba, "start": start}[sys.argv[1]](*sys.argv[2:])))
