"""Table 4's training by stages: stopped within a stage and between two, it goes on to the same bits; what it prints is on disk."""

import json
import random
import re
import signal
import subprocess
import time

import pytest

from conftest import BUILD, run_program

STEPS = 6
WORDS = ["今天", "天气", "非常", "好", "我们", "来到", "北京", "学习", "语言", "模型", "的", "了", "，", "。"]


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stages")
    characters = sorted(set("".join(WORDS)))
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters, *(word for word in WORDS if len(word) > 1)]
    (folder / "words").mkdir()
    (folder / "words" / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (folder / "words" / "tokenizer_config.json").write_text('{"tokenizer_class": "RoFormerTokenizer"}')
    draw = random.Random(1)
    (folder / "text.txt").write_text("\n\n".join("".join(draw.choices(WORDS, k=200)) for _ in range(60)), encoding="utf-8")
    changes = {"data.text": folder / "text.txt", "data.vocabulary": folder / "words", "data.validation_share": 0.2, "data.test_share": 0.2,
               "model.hidden_size": 32, "model.intermediate_size": 64, "schedule.warmup_steps": 2, "checkpoint.every": 4,
               "evaluate.every": 100, "evaluate.sequences": 4, "run.log_every": 1}  # fmt: skip
    for stage in range(6):
        changes |= {f"stage.{stage}.steps": STEPS, f"stage.{stage}.batch_size": 2}
    return ["reproduce", "table4", "--seeds", "1", "--threads", "1", *(f"--set={key}={value}" for key, value in changes.items())]


def bits(run):
    return {name: (run / name).read_bytes() for name in ("model.safetensors", *(f"stage-{i + 1}.json" for i in range(6)))}


@pytest.fixture(scope="module")
def whole(arguments, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    finished = run_program(*arguments, "--out", out)
    assert finished.returncode == 0, finished.stderr
    return out, finished.stdout


def stop_when(command, reached):
    """Sends SIGTERM once `reached` says so; whether it did before the end."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not reached():
        time.sleep(0.002)
    if process.poll() is not None:
        return False
    process.send_signal(signal.SIGTERM)
    process.wait()
    return True


def test_stopped_and_resumed_to_the_same_bits(arguments, whole, tmp_path):
    run = tmp_path / "out" / "roformer"
    command = [BUILD / "roformer", *arguments, "--out", tmp_path / "out"]
    lines = lambda: len((run / "metrics.jsonl").read_text().splitlines()) if (run / "metrics.jsonl").exists() else 0
    # Within the first stage, as the second ends, within the fourth.
    stopped = [stop_when(command, lambda: lines() > 2), stop_when(command, lambda: (run / "stage-2.json").exists()),
               stop_when(command, lambda: (run / "stage-3.json").exists() and lines() > 3 * STEPS + 4)]  # fmt: skip
    assert sum(stopped) >= 2, "expected a machine that is not quicker than a look at a file"
    finished = run_program(*arguments, "--out", tmp_path / "out")
    assert finished.returncode == 0, finished.stderr
    assert bits(run) == bits(whole[0] / "roformer")


def test_what_is_shown(whole):
    out, shown = whole
    result = json.loads((out / "result.json").read_text())
    (seed,) = result["numbers"]
    assert len(seed["stages"]) == 6 and list(seed["lengths"]) == ["128", "256", "512", "1024", "1536"]
    rows = re.findall(r"^(\d) +(\d+) +2 +6 +(\d\.\d\d) +(\d\d\.\d) ", shown, re.M)
    assert [(length, loss, right) for _, length, loss, right in rows] == [
        ("512", "1.73", "65.0"), ("1536", "1.61", "66.8"), ("256", "1.75", "64.6"), ("128", "1.83", "63.4"), ("1536", "1.58", "67.4"),
        ("512", "1.66", "66.2")]  # fmt: skip
    for stage in seed["stages"]:
        assert all(0 <= stage[part]["accuracy"] <= 1 and stage[part]["loss"] > 0 for part in ("training", "own_length", "fixed_length"))
    again = run_program("evaluate", "--model", out / "roformer", "--split", "test", "--json", "--set", "evaluate.length=1536")
    assert json.loads(again.stdout)["loss"] == pytest.approx(seed["lengths"]["1536"]["loss"], abs=1e-9)
