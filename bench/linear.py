"""Rows of bench/run.py on position encodings and linear attention, and the tables beside them."""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def performer(bench, ours):
    """Training of a causal Performer language model, 4 × 512, 8 heads, 256 features, beside performer-pytorch."""
    name = "causal Performer LM, training T 1024, performer-pytorch"
    steady = "the same, T 4096 in proportion to T 1024, both ours"
    if not bench.wanted(name) and not bench.wanted(steady):
        return
    threads = ["--threads", str(bench.arguments.threads)]
    peer = [sys.executable, str(HERE / "peer_performer.py"), "--repeats", "1", *threads]
    short = long = theirs = 0.0
    for _ in range(bench.arguments.rounds):
        short = max(short, ours("linear", "lm", "--length", 1024, *threads)["tokens_per_second"])
        long = max(long, ours("linear", "lm", "--length", 4096, "--repeats", 1, *threads)["tokens_per_second"])
        done = subprocess.run(peer, capture_output=True, text=True, check=True)
        theirs = max(theirs, json.loads(done.stdout.splitlines()[-1])["tokens_per_second"])
    bench.add(name, f"{short:.0f} tokens/s", f"{theirs:.0f} tokens/s", short / theirs, "≥ 5")
    bench.add(steady, f"{long:.0f} tokens/s", f"{short:.0f} tokens/s", long / short, "≥ 0.9")


def attention_by_length(bench, ours):
    """A table of causal attention with gradient: FAVOR+ with RoPE beside softmax with RoPE."""
    if not bench.wanted("linear attention"):
        return ""
    figures = ours("linear", "attention", "--threads", bench.arguments.threads, "--repeats", 1)
    memory = ours("linear", "memory", "--threads", bench.arguments.threads)["rows"]
    lines = ["| tokens | FAVOR+, 256 features, Eq. 19 | softmax with RoPE |", "|---:|---:|---:|"]
    for row in figures["rows"]:
        lines.append(f"| {row['length']} | {row['linear_ms']:.1f} ms | {row['softmax_ms']:.1f} ms |")
    crossing = figures["crossing"]
    where = f"Linear attention is the faster from about {crossing:.0f} tokens on." if crossing else "They do not cross."
    peaks = ", ".join(f"{row['peak_megabytes']} MB at {row['length']}" for row in memory)
    return (f"## Causal attention by length\n\nOne layer of 8 heads × 64, one sequence, forward and backward. {where} "
            f"Peak memory of the program with linear attention: {peaks} tokens.\n\n" + "\n".join(lines) + "\n")


def generation(bench, build):
    """A table of time and memory a token while a text is written with linear attention."""
    if not bench.wanted("generation"):
        return ""
    command = [str(build / "roformer_bench"), "generate", "linear", "1000", "5000", "20000", "50000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    lines = ["| tokens so far | time a token | memory of the program |", "|---:|---:|---:|"]
    for row in rows:
        lines.append(f"| {row['at']} | {row['microseconds_per_token']:.0f} µs | {row['resident_kb'] / 1024:.0f} MB |")
    return "## Generation with linear attention\n\nOne sequence, token by token, random weights.\n\n" + "\n".join(lines) + "\n"


def encodings(bench, ours):
    """A table of self-attention with each position encoding, beside the rotary one."""
    if not bench.wanted("encodings"):
        return ""
    threads = ["--threads", bench.arguments.threads]
    equal = relative_to_rotary(ours("encodings", *threads)["rows"])
    ragged = relative_to_rotary(ours("encodings", "--sequences", 64, "--length", 26, "--ragged", *threads)["rows"])
    lines = ["| encoding | 4 × 256: forward | backward | relative to rotary | 64 ragged, mean 26: forward | backward | relative to rotary |",
             "|---|---:|---:|---:|---:|---:|---:|"]
    for name, cells in equal.items():
        lines.append(f"| {name} | {cells} | {ragged[name]} |")
    return ("## Position encodings\n\nSelf-attention of a layer, 8 heads × 64, with the product that makes queries, keys and values. "
            "floater integrates its curve every tenth update; its row is the mean of ten.\n\n" + "\n".join(lines) + "\n")


def relative_to_rotary(rows):
    """Name → the cells forward, backward and their sum in proportion to rotary's."""
    total = {row["encoding"]: row["forward_ms"] + row["backward_ms"] for row in rows}
    return {row["encoding"]: f"{row['forward_ms']:.1f} ms | {row['backward_ms']:.1f} ms | "
                             f"{total[row['encoding']] / total['rotary']:.2f}" for row in rows}


def one_head(bench, ours):
    """Rows on the gradient of one head of 4096 tokens by all threads."""
    names = {"softmax": "attention backward, one head of 4096 tokens, all threads in proportion to one",
             "linear": "the same, causal FAVOR+ with 256 features"}
    if not any(bench.wanted(name) for name in names.values()):
        return
    figures = ours("linear", "one-head", "--hidden", 64, "--length", 4096, "--threads", bench.arguments.threads)
    for key, name in names.items():
        row = figures[key]
        bench.add(name, f"{row['all_threads_ms']:.0f} ms", f"{row['one_thread_ms']:.0f} ms", row["ratio"], "≥ 1.7")
