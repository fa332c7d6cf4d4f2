"""Rows of bench/run.py on labelled text: fine-tuning steps beside transformers, classes beside transformers and ONNX Runtime.

By itself: these rows alone, on GLUE's sentences. --quick takes a tiny model and says nothing about speed: whether everything
runs and both sides compute the same; --write puts the table into its section of bench/RESULTS.md.
"""
import argparse
import csv
import dataclasses
import datetime
import importlib.metadata
import importlib.util
import json
import lzma
import math
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import label_model

HERE = pathlib.Path(__file__).resolve().parent
SECTION = "# Fine-tuning and classification"
BATCH = 32
DROPOUT, RATE = 0.1, 2e-5
# Losses of steps and differences of logits may be so far apart.
TOLERANCE = 1e-3
RECIPE = """
task.kind = "classification"
model.checkpoint = "{model}"
model.hidden_dropout_prob = {dropout}
model.attention_probs_dropout_prob = {dropout}
[data]
glue = "{task}"
folder = "{glue}/{task}"
max_length = 128
[[stage]]
batch_size = {batch}
steps = {steps}
[optimizer]
learning_rate = {rate}
[schedule]
kind = "constant"
warmup_steps = 0
[evaluate]
sequences = 1
[checkpoint]
keep_best = false
[run]
log_every = 1
"""


@dataclasses.dataclass(frozen=True)
class Scale:
    model: label_model.Size
    steps: int  # timed; one before them warms up
    sentences: int


BASE = Scale(label_model.BASE, steps=8, sentences=10**6)
QUICK = Scale(label_model.TINY, steps=3, sentences=100)


class LabelledText:
    """The files that both sides take, in a folder that is there for the run."""

    def __init__(self, folder, data, scale):
        self.folder, self.glue, self.scale = folder, data / "glue", scale
        self.vocabulary = data / "vocab" / "bert-base-uncased-vocab.txt"

    def is_there(self):
        return self.vocabulary.exists() and (self.glue / "MRPC").exists() and (self.glue / "SST-2").exists()

    def model(self):
        folder = self.folder / "classifier"
        return folder if folder.exists() else label_model.write_model(folder, self.scale.model, self.vocabulary)

    def recipe(self, task, dropout):
        path = self.folder / f"{task}-{dropout}.toml"
        path.write_text(RECIPE.format(model=self.model(), dropout=dropout, task=task, glue=self.glue, batch=BATCH,
                                      steps=self.scale.steps + 1, rate=RATE))  # fmt: skip
        return path

    def sentences(self):
        """SST-2's dev set, a line each."""
        with open(self.glue / "SST-2" / "dev.tsv", encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            lines = [row["sentence"] for row in rows][: self.scale.sentences]
        path = self.folder / "sentences.txt"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path


def peer(script, *arguments):
    done = subprocess.run([sys.executable, str(HERE / script), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script} {' '.join(map(str, arguments))} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def our_training(program, recipe, threads):
    """The log of `roformer train`, a line a step; its time leaves out reading, evaluation and saving."""
    out = recipe.with_suffix(".run")
    shutil.rmtree(out, ignore_errors=True)
    command = [program, "train", recipe, "--out", out, "--threads", threads]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{program} train failed: {done.stderr.strip()}")
    lines = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    shutil.rmtree(out)
    return [line for line in lines if line["kind"] == "training"]


def require_near(name, ours, theirs, spread=0.0):
    """Both sides compute the same, of which no two values are alike where a spread is wanted."""
    worst = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    if not worst < TOLERANCE:
        sys.exit(f"{name}: expected the same of both sides within {TOLERANCE} but got {worst}")
    if spread and statistics.pstdev(ours) < spread:
        sys.exit(f"{name}: expected answers that differ but got {statistics.pstdev(ours)} between them")


def check_training(text, task, program, batches, threads):
    """The losses of the first steps, without dropout: batches, gradients and updates are the same."""
    ours = [line["loss"] for line in our_training(program, text.recipe(task, 0.0), threads)]
    theirs = peer("peer_fine_tuning.py", text.model(), batches, "--dropout", 0, "--rate", RATE, "--threads", threads)["losses"]
    require_near(f"fine-tuning {task}", ours, theirs)


TRAINING_PEERS = {
    "transformers' RoFormer": ("--family", "roformer"),
    "transformers' BERT, fused attention": ("--family", "bert"),
    "transformers' RoFormer, batches of like length": ("--family", "roformer", "--grouped"),
    "transformers' BERT, fused attention, batches of like length": ("--family", "bert", "--grouped"),
}


def in_turn(rounds, sides):
    """The least seconds of each side, by name; one round measures each once."""
    best = dict.fromkeys(sides, math.inf)
    for _ in range(rounds):
        for name, measure in sides.items():
            best[name] = min(best[name], measure())
    return best


def table(title, unit, amounts, best):
    """`amounts`: what is done in the seconds of each side, by name of the unit."""
    ours = best["ours"]
    lines = [f"| {title} | {' | '.join(f'{name}/s' for name in amounts)} | time, ours = 1 |", f"|---|{'---:|' * (len(amounts) + 1)}"]
    for name, seconds in best.items():
        rates = " | ".join(f"{amount / seconds:.{digits}f}" for amount, digits in zip(amounts.values(), unit))
        lines.append(f"| {name} | {rates} | {seconds / ours:.2f} |")
    return "\n".join(lines)


def fastest(best, names):
    name = min(names, key=best.get)
    return name, best[name]


def training(bench, ours, text, program, task, target):
    """Steps on the same rows. The row is about the batches that our recipe draws, which are transformers' default too; the table
    has batches of like length beside them, transformers' group_by_length."""
    name = f"fine-tuning on {task}, batch {BATCH}, dropout {DROPOUT}"
    if not bench.wanted(name):
        return ""
    threads = bench.arguments.threads
    recipe, batches = text.recipe(task, DROPOUT), text.folder / f"{task}.json"
    ours("fine-tuning", recipe, batches)
    check_training(text, task, program, batches, threads)
    timed = json.loads(batches.read_text())[1:]
    rows = sum(len(batch["ids"]) for batch in timed)
    tokens = sum(len(ids) for batch in timed for ids in batch["ids"])
    sides = {"ours": lambda: sum(line["seconds"] for line in our_training(program, recipe, threads)[1:])}
    for label, options in TRAINING_PEERS.items():
        sides[label] = lambda options=options: peer("peer_fine_tuning.py", text.model(), batches, *options, "--dropout", DROPOUT,
                                                    "--rate", RATE, "--threads", threads)["seconds"]  # fmt: skip
    best = in_turn(bench.arguments.rounds, sides)
    label, seconds = fastest(best, [side for side, options in TRAINING_PEERS.items() if "--grouped" not in options])
    bench.add(f"{name}, {label}", f"{rows / best['ours']:.2f} rows/s", f"{rows / seconds:.2f} rows/s", seconds / best["ours"], target)
    return table(f"{name}, {rows} rows of {tokens / rows:.0f} tokens", (2, 0), {"rows": rows, "tokens": tokens}, best)


PREDICTION_PEERS = {
    "transformers' RoFormer, 32s in file order": ("--engine", "roformer", "--order", "file"),
    "transformers' BERT, fused attention, 32s in file order": ("--engine", "bert", "--order", "file"),
    "ONNX Runtime, float32, our batches": ("--engine", "onnxruntime", "--order", "ours"),
    "ONNX Runtime, float32, 32s in file order": ("--engine", "onnxruntime", "--order", "file"),
    "ONNX Runtime, float32, 32s of like length": ("--engine", "onnxruntime", "--order", "length"),
}


def log_odds(figures):
    """Of the second class, from our probabilities or from their logits."""
    if "logits" in figures:
        return [second - first for first, second in figures["logits"]]
    return [math.log(second / first) for first, second in figures["probabilities"]]


class Prediction:
    """Passes over the sentences; what is answered is compared in the first of each side."""

    def __init__(self, text, ours, threads):
        self.text, self.ours, self.threads = text, ours, threads
        self.lines, self.rows = text.sentences(), text.folder / "rows.json"
        self.answers = log_odds(ours("classify", text.model(), self.lines, "--batches", self.rows, "--threads", threads))

    def our_seconds(self):
        return self.ours("classify", self.text.model(), self.lines, "--threads", self.threads)["seconds"]

    def their_seconds(self, options):
        figures = peer("peer_classification.py", self.text.model(), self.rows, *options, "--threads", self.threads)
        if "bert" not in options:  # another model, of the same size
            require_near(f"classes {' '.join(options)}", self.answers, log_odds(figures), 30 * TOLERANCE)
        return figures["seconds"]


def prediction(bench, ours, text):
    """SST-2's dev set: our pipeline, from text to classes; the peers from token ids on, padded."""
    name = "classes of SST-2's dev set"
    if not bench.wanted(name):
        return ""
    has_onnx = all(importlib.util.find_spec(package) for package in ("onnxruntime", "onnxscript"))
    if not has_onnx:
        print("SKIPPED ONNX Runtime: scripts/setup --bench installs it", file=sys.stderr)
    run = Prediction(text, ours, bench.arguments.threads)
    sides = {"ours": run.our_seconds}
    for label, options in PREDICTION_PEERS.items():
        if has_onnx or "onnxruntime" not in options:
            sides[label] = lambda options=options: run.their_seconds(options)
    best = in_turn(bench.arguments.rounds, sides)
    ids = json.loads(run.rows.read_text())["ids"]
    rows, tokens = len(ids), sum(map(len, ids))

    def add(label, target):
        seconds = best[label]
        bench.add(f"{name}, {label}", f"{rows / best['ours']:.1f} rows/s", f"{rows / seconds:.1f} rows/s", seconds / best["ours"], target)

    add(fastest(best, [side for side in best if side.startswith("transformers")])[0], "≥ 2.5")
    if has_onnx:
        add("ONNX Runtime, float32, our batches", "≥ 1.5")
    return table(f"{name}, {rows} rows of {tokens / rows:.0f} tokens", (1, 0), {"rows": rows, "tokens": tokens}, best)


def tables(bench, ours, build, data, scale=BASE):
    """Adds the rows; a table of all sides of each."""
    text = LabelledText(bench.folder, data, scale)
    if not text.is_there():
        print(f"SKIPPED fine-tuning: no GLUE in {data}", file=sys.stderr)
        return ""
    program = build / "roformer"
    parts = [training(bench, ours, text, program, task, "≥ 1.8") for task in ("MRPC", "SST-2")]
    parts.append(prediction(bench, ours, text))
    return "\n\n".join(part for part in parts if part)


def write_section(path, text):
    """Puts the text in place of the section of its heading, its first line, or behind all others."""
    heading = text.splitlines()[0]
    sections = re.split(r"^(?=# )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    others = [section.strip() for section in sections if section.strip()]
    places = [i for i, section in enumerate(others) if section.splitlines()[0] == heading] or [len(others)]
    others[places[0] : places[0] + 1] = [text.strip()]
    path.write_text("\n\n".join(others) + "\n", encoding="utf-8")


def version(package):
    return f"{package} {importlib.metadata.version(package)}" if importlib.util.find_spec(package) else f"no {package}"


def heading(run, bench):
    arguments, isa = bench.arguments, run.ours("rope", "--repeats", 1)["isa"]
    return (f"{SECTION}\n\nA run of these rows alone on {datetime.date.today()}: {run.processor()}, {arguments.threads} threads, kernels {isa}, GEMM "
            f"rate {bench.gemm:.0f} GFLOP/s, {version('torch')}, {version('transformers')}, {version('onnxruntime')}.\nOurs and theirs in turn, "
            f"best of {arguments.rounds} rounds. A base model with random weights; making tokens of text counts in our time alone.")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tiny model and few rows: says nothing about speed")
    parser.add_argument("--only", nargs="*", default=[], help="names of rows, or parts of names")
    parser.add_argument("--rounds", type=int, default=3, help="ours and theirs in turn")
    parser.add_argument("--threads", type=int, help="default: the machine's; with --quick 1, which waits for nobody")
    parser.add_argument("--write", action="store_true", help="put the table into bench/RESULTS.md")
    arguments = parser.parse_args()
    if arguments.quick and arguments.write:
        parser.error("--quick measures nothing worth writing down")
    if arguments.quick:
        arguments.rounds = 1
    arguments.threads = arguments.threads or (1 if arguments.quick else os.cpu_count())
    return arguments


def main():
    import run  # which imports this file for its own table

    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as temporary:
        bench = run.Bench(arguments, pathlib.Path(temporary))
        sides = tables(bench, run.ours, run.BUILD, run.DATA, QUICK if arguments.quick else BASE)
    text = "\n\n".join([run.as_markdown(bench), sides])
    if arguments.quick:
        print(f"A tiny model: no measure of speed.\n\n{text}")
        return 0
    text = f"{heading(run, bench)}\n\n{text}"
    print(text)
    if arguments.write:
        write_section(HERE / "RESULTS.md", text)
    return run.report_missed(bench)


if __name__ == "__main__":
    sys.exit(main())
