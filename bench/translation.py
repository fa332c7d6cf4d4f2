"""Rows of bench/run.py on translation: decoding beside CTranslate2, training beside transformers' Marian."""
import json
import pathlib
import random
import subprocess
import sys

import marian_model

HERE = pathlib.Path(__file__).resolve().parent
VOCABULARY = 32000


def sentence(draw, length):
    return [draw.randrange(2, VOCABULARY - 1) for _ in range(length - 1)] + [0]


def news_length(draw):
    """Word pieces of a sentence of news, its end included: about 28 on average, as newstest2014 has them."""
    return max(3, min(100, round(draw.lognormvariate(3.2, 0.55))))


def training_batches(folder, draw, batches=3, budget=4096):
    """Pairs of like length until the longer sides have `budget` tokens, fairseq's --max-tokens: that of its base recipe."""
    lengths = sorted(news_length(draw) for _ in range(4000))
    result = []
    for i in range(batches):
        pairs, tokens = [], 0
        for length in lengths[len(lengths) * (2 * i + 1) // (2 * batches) :]:
            target = max(2, round(length * draw.uniform(0.85, 1.25)))
            tokens += max(length, target)
            if tokens > budget:
                break
            pairs.append([sentence(draw, length), sentence(draw, target)])
        result.append(pairs)
    path = folder / "batches.json"
    path.write_text(json.dumps(result))
    return path


def decoding_sources(folder, draw, sentences=64):
    path = folder / "sources.json"
    path.write_text(json.dumps([sentence(draw, news_length(draw)) for _ in range(sentences)]))
    return path


def peer(script, *arguments):
    done = subprocess.run([sys.executable, str(HERE / script), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def translation(bench, ours, folder):
    """Transformer-base with 32,000 words: beam search of 32 sentences at a time, 30 tokens each; training steps."""
    decoding = "translation, beam 4, batch 32, 30 tokens, CTranslate2 float32"
    narrow_decoding = "translation, beam 4, batch 32, 30 tokens, CTranslate2 int8"
    training = "translation, training, dropout 0.1, transformers' Marian"
    memory = "translation, training, peak memory"
    if not any(map(bench.wanted, (decoding, narrow_decoding, training))):
        return
    draw = random.Random(7)
    model = folder / "marian"
    marian_model.write_model(model, vocabulary=VOCABULARY)
    threads = ["--threads", bench.arguments.threads]
    sources = decoding_sources(folder, draw)
    for name, mode, script, inputs, more, target in (
        (decoding, "decode", "peer_ctranslate2.py", sources, [], "≥ 1.5"),
        (narrow_decoding, "decode", "peer_ctranslate2.py", sources, ["--compute-type", "int8"], "≥ 1.3"),
        (training, "train", "peer_marian_training.py", training_batches(folder, draw), [], "≥ 1.5"),
    ):
        if not bench.wanted(name):
            continue
        mine = theirs = 0.0
        for _ in range(bench.arguments.rounds):
            own = ours("translation", mode, model, inputs, *threads, *more)
            other = peer(script, model, inputs, *threads, *more)
            mine, theirs = max(mine, own["tokens_per_second"]), max(theirs, other["tokens_per_second"])
        bench.add(name, f"{mine:.0f} tokens/s", f"{theirs:.0f} tokens/s", mine / theirs, target)
        if mode == "train":
            peaks = own["peak_megabytes"], other["peak_megabytes"]
            bench.add(memory, f"{peaks[0]:.0f} MB", f"{peaks[1]:.0f} MB", peaks[0] / peaks[1], "≤ 1.2")
