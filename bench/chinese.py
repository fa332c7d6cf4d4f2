"""Rows of bench/run.py on Chinese: words and tokens on one thread, and how soon the first words are there."""
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ("encyclopedia", "news", "web", "law", "novels")


def peer(*arguments):
    done = subprocess.run([sys.executable, str(HERE / "peer_chinese.py"), *map(str, arguments)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def first_words(build):
    """Milliseconds of the whole program, its dictionary compiled before."""
    command = [str(build / "roformer"), "segment"]
    subprocess.run(command, input="今天天气非常好\n", capture_output=True, text=True, check=True)
    begin = time.perf_counter()
    subprocess.run(command, input="今天天气非常好\n", capture_output=True, text=True, check=True)
    return 1000 * (time.perf_counter() - begin)


def chinese(bench, ours, data, build):
    tokens, words, start = "Chinese tokenizer, one thread", "Chinese words, one thread, rjieba", "first Chinese words, whole program, jieba"
    if not any(map(bench.wanted, (tokens, words, start))):
        return
    vocabulary, text = data / "zh" / "vocab" / "roformer_chinese_base", bench.folder / "chinese.txt"
    if not vocabulary.exists():
        print(f"SKIPPED Chinese: no text in {data}", file=sys.stderr)
        return
    with open(text, "wb") as out:
        for kind in KINDS:
            packed = subprocess.run(["xz", "-dc", str(data / "zh" / "corpus" / f"{kind}.txt.xz")], capture_output=True, check=True)
            out.write(packed.stdout[: packed.stdout.rindex(b"\n", 0, 1_000_000) + 1])
    best = {name: [0.0, 0.0] for name in (tokens, words, start)}
    for _ in range(bench.arguments.rounds):
        keep = lambda name, mine, theirs: best.update({name: [max(best[name][0], mine), max(best[name][1], theirs)]})
        keep(tokens, ours("wordpiece", vocabulary, text)["megabytes_per_second"],
             peer("tokenizer", vocabulary / "vocab.txt", text, 1)["megabytes_per_second"])
        keep(words, ours("segment", text)["megabytes_per_second"], peer("rjieba", text, 8)["megabytes_per_second"])
        keep(start, 1 / first_words(build), 1 / peer("start")["milliseconds"])
    for name, target in ((tokens, "≥ 20"), (words, "≥ 2")):
        mine, theirs = best[name]
        bench.add(name, f"{mine:.1f} MB/s", f"{theirs:.3g} MB/s", mine / theirs, target)
    mine, theirs = best[start]
    bench.add(start, f"{1 / mine:.0f} ms", f"{1 / theirs:.0f} ms", mine / theirs, "≤ 50 ms")
