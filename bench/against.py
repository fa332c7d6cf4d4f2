"""Measures this build and another one of ours in turn, row by row: what a change to a hot path cost or won.

scripts/bench --against DIR, where DIR is the build folder of another checkout. A ratio is this build's time over the
other's, the median of all pairs of runs; below 1 this build is the faster.
"""
import argparse
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

import marian_model
import programs
import run
import translation


class Rows:
    """The rows by name: each a function that takes a build folder and gives a time, in any unit."""

    def __init__(self, arguments, folder):
        self.threads = ["--threads", arguments.threads]
        self.repeats = ["--repeats", arguments.repeats]
        self.folder = folder
        self.rows = {}
        self.model = None
        self.add_rows()

    def add(self, name, command, arguments, time_of):
        """`arguments` is called for a wanted row alone: models and texts cost time to make."""
        self.rows[name] = lambda build: time_of(run.ours(command, *arguments(), build=build))

    def base_model(self):
        if self.model is None:
            self.model = run.Model(self.folder / "base").folder
            programs.add_vocabulary(self.model, 30522)
        return self.model

    def model_row(self, name, mode, lengths, *options):
        self.add(name, "model", lambda: [mode, "--model", self.base_model(), "--input",
                                         run.make_input(self.folder, lengths)[0], *self.repeats, *self.threads, *options],
                 lambda figures: min(figures["seconds"]))

    def first_answer(self, build):
        return programs.run_measured([build / "roformer", "fill-mask", "--model", self.base_model()], "w1 w2 [MASK] w3\n")[0]

    def translation_row(self, name, mode, make_inputs):
        def arguments():
            model = self.folder / "marian"
            if not model.exists():
                marian_model.write_model(model, vocabulary=translation.VOCABULARY)
            return [mode, model, make_inputs(self.folder, random.Random(7)), *self.threads]

        self.add(name, "translation", arguments, lambda figures: 1 / figures["tokens_per_second"])

    def text(self):
        path = self.folder / "english.txt"
        if not path.exists():
            books = sorted((run.DATA / "books").glob("*.txt.xz"))[:8]
            path.write_bytes(b"".join(subprocess.run(["xz", "-dc", book], capture_output=True, check=True).stdout for book in books))
        return path

    def add_rows(self):
        self.add("rope", "rope", lambda: self.threads, lambda figures: figures["rotation_ms"])
        vocabulary = run.DATA / "vocab" / "bert-base-uncased-vocab.txt"
        if vocabulary.exists():
            self.add("wordpiece", "wordpiece", lambda: [vocabulary, self.text()],
                     lambda figures: 1 / figures["megabytes_per_second"])
        self.rows["first answer of a base checkpoint"] = self.first_answer
        self.model_row("trunk base, ragged", "trunk", run.ragged_lengths())
        self.model_row("trunk base B8 T128", "trunk", [128] * 8)
        for dropout in (0.0, 0.1):
            for count, length in ((8, 128), (2, 512)):
                self.model_row(f"masked training B{count} T{length}, dropout {dropout}", "training", [length] * count, "--dropout",
                               dropout)
        for length in (1024, 4096):
            self.add(f"causal training, Performer, T {length}", "linear",
                     lambda length=length: ["lm", "--length", length, "--repeats", 1, *self.threads],
                     lambda figures: 1 / figures["tokens_per_second"])
        self.add("attention of all encodings", "encodings", lambda: self.threads,
                 lambda figures: sum(row["forward_ms"] + row["backward_ms"] for row in figures["rows"]))
        self.add("generation, linear attention", "generate", lambda: ["linear", 1000],
                 lambda figures: figures["microseconds_per_token"])
        self.translation_row("translation, beam 4", "decode", translation.decoding_sources)
        self.translation_row("translation, training", "train", translation.training_batches)


def in_turn(measure, this, other, rounds):
    """The ratios of the pairs; every second pair begins with the other build."""
    ratios = []
    for index in range(rounds):
        first, second = (this, other) if index % 2 == 0 else (other, this)
        times = {first: measure(first), second: measure(second)}
        ratios.append(times[this] / times[other])
    return ratios


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("other", type=pathlib.Path, help="build folder of another checkout")
    parser.add_argument("--only", nargs="*", default=[], help="names of rows, or parts of names")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of runs")
    parser.add_argument("--repeats", type=int, default=3, help="repetitions within a run, where the program has them")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    other = arguments.other.resolve()
    if not (other / "roformer_bench").exists():
        sys.exit(f"bench/against.py: expected a build folder with roformer_bench but got {other}")
    with tempfile.TemporaryDirectory() as temporary:
        rows = Rows(arguments, pathlib.Path(temporary)).rows
        print(f"{run.processor()}, {arguments.threads} threads, median of {arguments.rounds} pairs\n\n| what | this / other | least | most |"
              "\n|---|---:|---:|---:|", flush=True)
        for name, measure in rows.items():
            if arguments.only and not any(part in name for part in arguments.only):
                continue
            ratios = in_turn(measure, run.BUILD, other, arguments.rounds)
            print(f"| {name} | {statistics.median(ratios):.3f} | {min(ratios):.3f} | {max(ratios):.3f} |", flush=True)


if __name__ == "__main__":
    main()
