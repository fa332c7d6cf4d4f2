"""roformer sweep: the point is chosen by the validation part and reported on the test part; neither --jobs nor a kill changes
a figure; finished runs are not repeated; a point that fails is told and not chosen."""

import json
import os
import pathlib
import random
import re
import signal
import subprocess
import time

import pytest

from conftest import BUILD, run_program

RATES = ("1e-3", "1e-2", "3e-2")
SEEDS = 2
RECIPE = """
task.kind = "causal_lm"
[model]
preset = "roformer-tiny"
hidden_size = 16
embedding_size = 16
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 32
hidden_dropout_prob = 0.1
[data]
text = ["{text}"]
vocabulary = "bytes"
cache = "{cache}"
[[stage]]
length = 16
batch_size = 4
steps = 150
[checkpoint]
every = 20
[evaluate]
every = 50
sequences = 20
[run]
log_every = 1
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    draw = random.Random(3)
    words = ["".join(draw.choice("abcdefgh") for _ in range(draw.randint(2, 6))) for _ in range(60)]
    (folder / "text.txt").write_text("\n".join(" ".join(draw.choices(words, k=12)) for _ in range(300)) + "\n")
    (folder / "recipe.toml").write_text(RECIPE.format(text=folder / "text.txt", cache=folder / "cache"))
    finished = sweep(folder, "whole", "--jobs", 3)
    assert finished.returncode == 0, finished.stderr
    return folder


def arguments(work, out, *more, rates=RATES):
    grid = f"optimizer.learning_rate={','.join(rates)}"
    return ["sweep", work / "recipe.toml", "--grid", grid, "--seeds", SEEDS, "--out", work / out, *more]


def sweep(work, out, *more, **grid):
    return run_program(*arguments(work, out, *more, **grid))


def found(work, out):
    return json.loads((work / out / "sweep.json").read_text())


def runs(work, out):
    return sorted(path.parent for path in (work / out).glob("*/metrics.jsonl"))


def lines(run):
    """Every logged figure that does not speak of time."""
    timing = {"tokens_per_second", "seconds", "time"}
    return [{k: v for k, v in json.loads(line).items() if k not in timing} for line in (run / "metrics.jsonl").read_text().splitlines()]


def same_figures(work, out):
    """Runs and choice are those of the sweep that nothing disturbed."""
    whole, other = found(work, "whole"), found(work, out)
    whole.pop("command"), other.pop("command")
    assert other == whole
    assert [run.name for run in runs(work, out)] == [run.name for run in runs(work, "whole")]
    for run in runs(work, out):
        assert lines(run) == lines(work / "whole" / run.name)


def evaluate(run, split):
    finished = run_program("evaluate", "--model", run, "--split", split, "--json", "--threads", 1)  # as many as the runs had
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_chosen_by_validation_reported_on_test(work):
    result = found(work, "whole")
    assert [point["changes"] for point in result["points"]] == [{"optimizer.learning_rate": rate} for rate in RATES]
    for point in result["points"]:
        losses = [evaluate(work / "whole" / run["folder"], "validation")["loss"] for run in point["runs"]]
        assert point["validation_loss"]["values"] == losses
    best = min(result["points"], key=lambda point: point["validation_loss"]["mean"])
    chosen = result["chosen"]
    assert chosen["changes"] == best["changes"] and chosen["validation_loss"] == best["validation_loss"]
    figures = [evaluate(work / "whole" / run["folder"], "test") for run in best["runs"]]
    assert {name: value["values"] for name, value in chosen["test"].items()} == {
        name: [seed[name] for seed in figures] for name in figures[0]
    }
    assert chosen["test"]["loss"]["values"] != chosen["validation_loss"]["values"]
    assert result["chosen_by"]["part"] == "validation" and result["reported_on"]["part"] == "test"


def test_table_and_report_name_both_parts(work):
    printed = sweep(work, "whole")
    assert printed.returncode == 0, printed.stderr
    for text in (printed.stdout, (work / "whole" / "report.html").read_text()):
        assert "validation part" in text and "test part" in text and "test bits_per_character" in text
        assert len(re.findall(r"\bchosen\b", text)) >= 1
    again = run_program(*arguments(work, "whole", "--json"))
    assert json.loads(again.stdout) == found(work, "whole")


def test_jobs_change_nothing(work):
    finished = sweep(work, "one", "--jobs", 1)
    assert finished.returncode == 0, finished.stderr
    same_figures(work, "one")


def test_finished_runs_are_not_repeated(work):
    assert sweep(work, "wider", rates=RATES[:2]).returncode == 0
    before = {run.name: (run / "metrics.jsonl").stat().st_mtime_ns for run in runs(work, "wider")}
    assert len(before) == 2 * SEEDS
    finished = sweep(work, "wider")
    assert finished.returncode == 0, finished.stderr
    assert {run.name: (run / "metrics.jsonl").stat().st_mtime_ns for run in runs(work, "wider") if run.name in before} == before
    assert f"{SEEDS} runs to train" in finished.stderr
    same_figures(work, "wider")


def children(process):
    return pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def start_and_stop(work, out, number, moment):
    """Begins or goes on; after so many metrics lines more the sweep gets the signal. Returns its exit status."""
    count = lambda: sum((run / "metrics.jsonl").read_bytes().count(b"\n") for run in runs(work, out))  # noqa: E731
    before = count()
    command = [str(part) for part in [BUILD / "roformer", *arguments(work, out, "--jobs", 2)]]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.time() + 120
    while process.poll() is None and count() < before + moment and time.time() < deadline:
        time.sleep(0.005)
    trained_by = children(process) if process.poll() is None else []
    process.send_signal(number)
    errors = process.communicate(timeout=120)[1]
    while any(is_running(pid) for pid in trained_by) and time.time() < deadline:  # they save what they have
        time.sleep(0.01)
    return process.returncode, errors


def test_killed_and_resumed(work):
    stopped = 0
    for moment in (30, 170, 250):
        status, _ = start_and_stop(work, "killed", signal.SIGKILL, moment)
        stopped += status == -signal.SIGKILL
    assert stopped >= 2
    finished = sweep(work, "killed", "--jobs", 2)
    assert finished.returncode == 0, finished.stderr
    same_figures(work, "killed")


def test_stopped_by_a_signal_and_resumed(work):
    status, errors = start_and_stop(work, "stopped", signal.SIGTERM, 200)
    assert status == -signal.SIGTERM, errors
    assert "the same command goes on from there" in errors
    assert not (work / "stopped" / "sweep.json").exists()
    finished = sweep(work, "stopped")
    assert finished.returncode == 0, finished.stderr
    same_figures(work, "stopped")


def test_a_point_that_fails_is_told_and_not_chosen(work):
    rates = ("1e-3", "1e30")
    finished = sweep(work, "failing", "--set", "optimizer.clip_norm=0", rates=rates)
    assert finished.returncode == 0, finished.stderr
    result = found(work, "failing")
    assert result["chosen"]["changes"] == {"optimizer.learning_rate": "1e-3"}
    assert result["points"][1]["validation_loss"] is None
    assert all("finite" in run["failure"] for run in result["points"][1]["runs"])
    assert "learning_rate 1e30, seed 0 failed" in finished.stdout


@pytest.mark.parametrize("changed, words", [
    (["--grid", "optimizer.learning_rat=1,2"], ["did you mean", "learning_rate"]),
    (["--grid", "optimizer.beta1="], ["expected values"]),
    (["--grid", "optimizer.beta1=0.8", "--set", "optimizer.beta1=0.9"], ["optimizer.beta1", "got both"]),
    (["--grid", "run.seed=1,2"], ["--seeds"]),
    (["--grid", "data.test_share=0.1,0.2"], ["scored alike"]),
])  # fmt: skip
def test_refused_before_any_text_is_read(work, changed, words):
    out = work / "refused"
    finished = run_program("sweep", work / "recipe.toml", *changed, "--set", f"data.text={os.devnull}", "--out", out)
    assert finished.returncode == 1
    assert all(word in finished.stderr for word in words), finished.stderr
    assert not out.exists()


def test_a_grid_is_required(work):
    assert run_program("sweep", work / "recipe.toml", "--out", work / "refused").returncode == 2
