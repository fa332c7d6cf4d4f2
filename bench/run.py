"""Measures us and Hugging Face transformers in one run: same weights, tokens, threads and dropouts, best of several, in turn.

Prints a table of ratios and the share of the machine's own GEMM rate that we reach; --write puts it into bench/RESULTS.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import chinese
import fine_tuning
import linear
import programs
import torch
import translation
from transformers import RoFormerConfig, RoFormerForMaskedLM

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
# As the program does: large pages for LibTorch, ours and the peers' alike.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

DATA = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data"))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="names of rows, or parts of names")
    parser.add_argument("--repeats", type=int, default=3, help="repetitions a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, ours and theirs in turn")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    return parser.parse_args()


def best_of(repeats, work):
    work()  # warms up
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def ours(command, *arguments, build=BUILD):
    """The JSON of a subcommand of roformer_bench."""
    done = subprocess.run([str(build / "roformer_bench"), command, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{build / 'roformer_bench'} {command} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def gemm_rate(threads):
    """GFLOP/s of LibTorch's product of 1024 × 768 by 768 × 3072, the largest of a base block at 1024 tokens."""
    a, b = torch.randn(1024, 768), torch.randn(768, 3072)
    return 2 * 1024 * 768 * 3072 / best_of(10, lambda: a @ b) / 1e9


class Model:
    """RoFormer-base with random weights, saved once for our side."""

    def __init__(self, folder):
        torch.manual_seed(0)
        self.config = RoFormerConfig(vocab_size=30522, max_position_embeddings=1536)
        self.network = RoFormerForMaskedLM(self.config)
        self.folder = folder
        self.network.save_pretrained(folder)

    def training_copy(self, dropout):
        self.config.hidden_dropout_prob = self.config.attention_probs_dropout_prob = dropout
        network = RoFormerForMaskedLM(self.config)
        network.load_state_dict(self.network.state_dict())
        return network.train()


def make_input(folder, lengths, seed=1):
    generator = torch.Generator().manual_seed(seed)
    sequences = [torch.randint(106, 30000, (length,), generator=generator).tolist() for length in lengths]
    total = sum(lengths)
    masked = sorted(torch.randperm(total, generator=generator)[: max(1, int(0.15 * total))].tolist())
    labels = torch.randint(106, 30000, (len(masked),), generator=generator).tolist()
    path = folder / f"input-{len(lengths)}-{total}.json"
    path.write_text(json.dumps({"sequences": sequences, "masked": masked, "labels": labels}))
    return path, sequences, masked, labels


def ragged_lengths():
    """64 lengths, log-normal with mean about 26, at most 128, in the order of a file."""
    generator = torch.Generator().manual_seed(7)
    raw = torch.exp(2.98 + 0.75 * torch.randn(64, generator=generator))
    return raw.round().clamp(3, 128).int().tolist()


def padded(sequences):
    longest = max(map(len, sequences))
    ids = torch.zeros(len(sequences), longest, dtype=torch.int64)
    mask = torch.zeros_like(ids)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = torch.tensor(sequence)
        mask[row, : len(sequence)] = 1
    return ids, mask


def trunk_peer(model, sequences, batch_size):
    trunk = model.network.roformer.eval()
    batches = [padded(sequences[i : i + batch_size]) for i in range(0, len(sequences), batch_size)]

    def work():
        with torch.inference_mode():
            for ids, mask in batches:
                trunk(input_ids=ids, attention_mask=mask)

    return work


def training_peer(model, sequences, masked, labels, dropout):
    network = model.training_copy(dropout)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-5, fused=True)
    ids, _ = padded(sequences)
    targets = torch.full((ids.numel(),), -100)
    targets[torch.tensor(masked)] = torch.tensor(labels)
    targets = targets.view_as(ids)

    def work():
        network(input_ids=ids, labels=targets).loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    return work


def in_turn(rounds, measure_ours, measure_theirs):
    our_best = their_best = float("inf")
    for _ in range(rounds):
        our_best = min(our_best, measure_ours())
        their_best = min(their_best, measure_theirs())
    return our_best, their_best


def trunk_flops(lengths):
    """Twelve blocks of 7.08 M weights, and the two products of attention."""
    return sum(2 * 12 * 7_077_888 * n + 12 * 4 * n * n * 768 for n in lengths)


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.rows = []
        self.gemm = gemm_rate(arguments.threads)
        self.model = None

    def wanted(self, name):
        return not self.arguments.only or any(part in name for part in self.arguments.only)

    def base_model(self):
        if self.model is None:
            self.model = Model(self.folder / "base")
        return self.model

    def add(self, name, our_figure, their_figure, ratio, target, share=None):
        self.rows.append((name, our_figure, their_figure, ratio, target, share))
        print(f"{name}: {our_figure} · {their_figure} · ratio {ratio:.2f} ({target})", file=sys.stderr, flush=True)

    def rope(self):
        if not self.wanted("rope"):
            return
        from transformers.models.roformer.modeling_roformer import (
            RoFormerSelfAttention,
            RoFormerSinusoidalPositionalEmbedding,
        )

        table = RoFormerSinusoidalPositionalEmbedding(512, 64)
        table.weight = torch.nn.Parameter(table.create_weight(), requires_grad=False)
        places = table(torch.Size([8, 512]))[None, None]
        q, k = torch.randn(8, 12, 512, 64), torch.randn(8, 12, 512, 64)

        def theirs():
            with torch.inference_mode():
                RoFormerSelfAttention.apply_rotary_position_embeddings(places, q, k)

        ours_ms = scale_ms = their_ms = float("inf")
        for _ in range(self.arguments.rounds):
            figures = ours("rope", "--threads", self.arguments.threads)
            ours_ms, scale_ms = min(ours_ms, figures["rotation_ms"]), min(scale_ms, figures["scaling_ms"])
            their_ms = min(their_ms, 1e3 * best_of(20, theirs))
        self.add("rope q and k, B8 T512 H12 D64, HF's function", f"{ours_ms:.2f} ms", f"{their_ms:.2f} ms",
                 their_ms / ours_ms, "≥ 7")
        self.add("rope, a loop that only scales (time relative to it)", f"{ours_ms:.2f} ms", f"{scale_ms:.2f} ms",
                 ours_ms / scale_ms, "≤ 1.3")

    def trunk(self, name, lengths, batch_size, target, order=lambda s: s):
        if not self.wanted(name):
            return
        model = self.base_model()
        path, sequences, _, _ = make_input(self.folder, lengths)
        peer = trunk_peer(model, order(sequences), batch_size)
        options = ["--model", model.folder, "--input", path, "--repeats", self.arguments.repeats, "--threads",
                   self.arguments.threads]
        our_best, their_best = in_turn(self.arguments.rounds,
                                       lambda: min(ours("model", "trunk", *options)["seconds"]),
                                       lambda: best_of(self.arguments.repeats, peer))
        total = sum(lengths)
        self.add(name, f"{total / our_best:.0f} tokens/s", f"{total / their_best:.0f} tokens/s", their_best / our_best,
                 target, trunk_flops(lengths) / our_best / 1e9 / self.gemm)

    def training(self, name, lengths, dropout, target):
        if not self.wanted(name):
            return
        model = self.base_model()
        path, sequences, masked, labels = make_input(self.folder, lengths)
        peer = training_peer(model, sequences, masked, labels, dropout)
        options = ["--model", model.folder, "--input", path, "--repeats", self.arguments.repeats, "--threads",
                   self.arguments.threads, "--dropout", dropout]
        our_best, their_best = in_turn(self.arguments.rounds,
                                       lambda: min(ours("model", "training", *options)["seconds"]),
                                       lambda: best_of(self.arguments.repeats, peer))
        total = sum(lengths)
        flops = 3 * (trunk_flops(lengths) + len(masked) * 2 * 768 * (30522 + 768))
        self.add(name, f"{total / our_best:.0f} tokens/s", f"{total / their_best:.0f} tokens/s", their_best / our_best,
                 target, flops / our_best / 1e9 / self.gemm)

    def wordpiece(self):
        if not self.wanted("wordpiece"):
            return
        vocabulary = DATA / "vocab" / "bert-base-uncased-vocab.txt"
        books = sorted((DATA / "books").glob("*.txt.xz"))
        if not vocabulary.exists() or not books:
            print(f"SKIPPED wordpiece: no text in {DATA}", file=sys.stderr)
            return
        text = self.folder / "english.txt"
        with open(text, "wb") as out:
            for book in books[:8]:
                out.write(subprocess.run(["xz", "-dc", str(book)], capture_output=True, check=True).stdout)
        peer = [sys.executable, str(ROOT / "bench" / "peer_wordpiece.py"), str(vocabulary), str(text)]
        our_best = their_best = 0
        for _ in range(self.arguments.rounds):
            our_best = max(our_best, ours("wordpiece", vocabulary, text)["megabytes_per_second"])
            done = subprocess.run(peer, capture_output=True, text=True, check=True)
            their_best = max(their_best, json.loads(done.stdout.splitlines()[-1])["megabytes_per_second"])
        self.add("wordpiece, one thread, English, HF tokenizers one by one", f"{our_best:.1f} MB/s",
                 f"{their_best:.2f} MB/s", our_best / their_best, "≥ 8")


def is_met(ratio, target, our_figure):
    """`target` reads "≥ 1.15" or "≤ 1.3", of the ratio, or with a unit, "≤ 50 ms", of our own figure."""
    sign, bound, *unit = target.split()
    reached = float(our_figure.split()[0]) if unit else ratio
    return reached >= float(bound) if sign == "≥" else reached <= float(bound)


def as_markdown(bench):
    lines = ["| what | ours | Hugging Face | ratio | wanted | met | share of the GEMM rate |", "|---|---:|---:|---:|---:|---|---:|"]
    for name, our_figure, their_figure, ratio, target, share in bench.rows:
        part = "" if share is None else f"{100 * share:.0f} %"
        lines.append(f"| {name} | {our_figure} | {their_figure} | {ratio:.2f} | {target} | {'yes' if is_met(ratio, target, our_figure) else '**no**'} | {part} |")
    return "\n".join(lines)


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(arguments, pathlib.Path(temporary))
        ragged = ragged_lengths()
        bench.rope()
        bench.wordpiece()
        chinese.chinese(bench, ours, DATA, BUILD)
        mean = sum(ragged) / len(ragged)
        kind = f"trunk base, 64 ragged sequences (mean {mean:.0f}, max {max(ragged)})"
        bench.trunk(f"{kind}, file order, HF padded in 16s", ragged, 16, "≥ 2.2")
        bench.trunk(f"{kind}, HF sorted by length", ragged, 16, "≥ 1.35", lambda s: sorted(s, key=len))
        bench.trunk("trunk base B8 T128", [128] * 8, 8, "≥ 1.03")
        bench.training("training step base B8 T128, dropout 0", [128] * 8, 0.0, "≥ 1.15")
        bench.training("training step base B2 T512, dropout 0", [512] * 2, 0.0, "≥ 1.3")
        bench.training("training step base B8 T128, dropout 0.1", [128] * 8, 0.1, "≥ 1.2")
        bench.training("training step base B2 T512, dropout 0.1", [512] * 2, 0.1, "≥ 1.1")
        bench.trunk("long document: trunk base B1 T1024", [1024], 1, "≥ 1.3")
        bench.trunk("long document: trunk base B1 T1536", [1536], 1, "≥ 1.3")
        bench.training("long document: training step base B1 T1024, dropout 0.1", [1024], 0.1, "≥ 1.3")
        bench.training("long document: training step base B1 T1536, dropout 0.1", [1536], 0.1, "≥ 1.3")
        programs.first_answer(bench, BUILD / "roformer")
        programs.sentence_encoder(bench, BUILD / "roformer")
        linear.performer(bench, ours)
        linear.one_head(bench, ours)
        translation.translation(bench, ours, bench.folder)
        tables = [fine_tuning.tables(bench, ours, BUILD, DATA), linear.attention_by_length(bench, ours),
                  linear.encodings(bench, ours), linear.generation(bench, BUILD)]  # fmt: skip
    table = "\n\n".join(part for part in [as_markdown(bench), *tables] if part)
    print(table)
    if arguments.write:
        write_results(arguments, bench, table)
    return report_missed(bench)


def report_missed(bench):
    """The exit status."""
    missed = [row[0] for row in bench.rows if not is_met(row[3], row[4], row[1])]
    for name in missed:
        print(f"NOT MET: {name}", file=sys.stderr)
    return 1 if missed else 0


def write_results(arguments, bench, table):
    isa = ours("rope", "--repeats", 1)["isa"]
    heading = (f"# Measured\n\nOne run of `make bench` on {datetime.date.today()}: {processor()}, {arguments.threads} threads, "
               f"kernels {isa}, torch {torch.__version__}, GEMM rate {bench.gemm:.0f} GFLOP/s. Ours and theirs in turn, best of "
               f"{arguments.rounds} × {arguments.repeats}. Absolute figures mean little on another machine; ratios are the point.\n\n")
    (ROOT / "bench" / "RESULTS.md").write_text(heading + table + "\n")


if __name__ == "__main__":
    sys.exit(main())
