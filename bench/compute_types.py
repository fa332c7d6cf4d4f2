"""A base encoder in float32, bfloat16 and int8 beside ONNX Runtime, OpenVINO and CTranslate2, in turn; and training steps in
bfloat16 beside float32.

CTranslate2 has no RoFormer and runs a BERT of the same shape; peers that pad get their sequences by length. --write puts the
tables into their section of bench/RESULTS.md.
"""
import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import fine_tuning
import run
import torch

HERE = pathlib.Path(__file__).resolve().parent
SECTION = "# Compute types"
PEERS = {"float32": ("onnxruntime float32", "openvino float32", "ctranslate2 float32"),
         "bfloat16": ("openvino bfloat16", "ctranslate2 bfloat16"),
         "int8": ("onnxruntime int8", "ctranslate2 int8")}  # fmt: skip


def works():
    return {"B1 T26": [26], "B1 T128": [128], "B8 T128": [128] * 8, "B8 T512": [512] * 8, "64 ragged": run.ragged_lengths()}


def save_models(folder):
    import transformers

    torch.manual_seed(0)
    transformers.RoFormerForMaskedLM(transformers.RoFormerConfig(vocab_size=30522, max_position_embeddings=1536)).save_pretrained(
        folder / "roformer")  # fmt: skip
    # CTranslate2's converter asks for the key, which transformers 5 no longer writes.
    transformers.BertModel(transformers.BertConfig(position_embedding_type="absolute")).save_pretrained(folder / "bert")


def peer(engine, folder, path, arguments):
    done = subprocess.run([sys.executable, HERE / "peer_trunk.py", engine, folder, path, "--threads", str(arguments.threads),
                           "--repeats", str(arguments.repeats)], capture_output=True, text=True)  # fmt: skip
    if done.returncode != 0:
        print(f"SKIPPED {engine}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}", file=sys.stderr)
        return None
    return min(json.loads(done.stdout.splitlines()[-1])["seconds"])


def ours(what, folder, path, arguments, *more):
    return min(run.ours("model", what, "--model", folder / "roformer", "--input", path, "--repeats", arguments.repeats, "--threads",
                        arguments.threads, *more)["seconds"])  # fmt: skip


def row(name, lengths, compute_type, folder, arguments):
    """Tokens a second of each side, best of the rounds."""
    path = run.make_input(folder, lengths)[0]
    best = {}
    for _ in range(arguments.rounds):
        best["ours"] = min(best.get("ours", 1e9), ours("trunk", folder, path, arguments, "--compute-type", compute_type))
        for engine in PEERS[compute_type]:
            if best.get(engine, 1e9) is None:
                continue
            seconds = peer(engine, folder, path, arguments)
            best[engine] = None if seconds is None else min(best.get(engine, 1e9), seconds)
    rates = {side: None if seconds is None else sum(lengths) / seconds for side, seconds in best.items()}
    print(f"{name} {compute_type}: " + ", ".join(f"{side} {rate:.0f}" for side, rate in rates.items() if rate), file=sys.stderr)
    return rates


def table(compute_type, rates):
    peers = [engine for engine in PEERS[compute_type] if any(sides.get(engine) for sides in rates.values())]
    lines = [f"| {compute_type}, tokens/s | ours | {' | '.join(engine.split()[0] for engine in peers)} | by the best of them |",
             "|---|---:" + "|---:" * (len(peers) + 1) + "|"]  # fmt: skip
    for name, sides in rates.items():
        best = max((sides[engine] for engine in peers if sides.get(engine)), default=None)
        cells = [f"{sides[engine]:,.0f}" if sides.get(engine) else "–" for engine in peers]
        ratio = f"{sides['ours'] / best:.2f}" if best else "–"
        lines.append(f"| {name} | {sides['ours']:,.0f} | {' | '.join(cells)} | {ratio} |")
    return "\n".join(lines)


def training(folder, arguments):
    lines = ["| step, base, dropout 0.1 | float32, tokens/s | bfloat16, tokens/s | ratio |", "|---|---:|---:|---:|"]
    for name, lengths in (("B8 T128", [128] * 8), ("B2 T512", [512] * 2)):
        path = run.make_input(folder, lengths)[0]
        best = {"float32": 1e9, "bfloat16": 1e9}
        for _ in range(arguments.rounds):
            for compute_type in best:
                best[compute_type] = min(best[compute_type], ours("training", folder, path, arguments, "--dropout", 0.1,
                                                                  "--compute-type", compute_type))  # fmt: skip
        rates = [sum(lengths) / seconds for seconds in best.values()]
        lines.append(f"| {name} | {rates[0]:,.0f} | {rates[1]:,.0f} | {rates[1] / rates[0]:.2f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--types", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--only", nargs="*", default=list(works()), help="works")
    parser.add_argument("--rounds", type=int, default=2, help="ours and theirs in turn")
    parser.add_argument("--repeats", type=int, default=4, help="repetitions a round")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--no-training", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the tables into bench/RESULTS.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        save_models(folder)
        parts = []
        for compute_type in arguments.types:
            rates = {name: row(name, lengths, compute_type, folder, arguments)
                     for name, lengths in works().items() if name in arguments.only}  # fmt: skip
            parts.append(table(compute_type, rates))
        if not arguments.no_training and "bfloat16" in arguments.types:
            parts.append(training(folder, arguments))
    text = (f"{SECTION}\n\nA run of bench/compute_types.py on {datetime.date.today()}: {run.processor()}, {arguments.threads} threads, "
            f"torch {torch.__version__}, RoFormer base of random weights; CTranslate2 runs a BERT of that shape, since it has no "
            f"RoFormer. In turn, best of {arguments.rounds} × {arguments.repeats}; who pads has the sequences by length.\n\n"
            + "\n\n".join(parts))  # fmt: skip
    print(text)
    if arguments.write:
        fine_tuning.write_section(HERE / "RESULTS.md", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
