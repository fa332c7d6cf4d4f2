"""A run killed by SIGKILL at ten random moments and resumed has the same losses as an undisturbed run, to the bit; so has
one stopped by SIGTERM. A full disk leaves the last good checkpoint."""

import json
import os
import random
import signal
import subprocess
import time

import pytest

from conftest import BUILD, run_program

KILLS = 10
RECIPE = """
[model]
preset = "roformer-tiny"
hidden_size = 32
embedding_size = 32
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 64
hidden_dropout_prob = 0.1
attention_probs_dropout_prob = 0.1
[data]
text = ["{text}"]
document = "line"
vocab_size = 200
cache = "{cache}"
[[stage]]
length = 16
batch_size = 4
accumulate = 2
steps = 90
[[stage]]
length = 24
batch_tokens = 96
steps = 60
learning_rate = 2e-3
[optimizer]
learning_rate = 1e-3
[schedule]
kind = "cosine"
warmup_steps = 10
[checkpoint]
every = 6
[evaluate]
every = 40
sequences = 8
[run]
log_every = 1
threads = 1  # the model is too small to share
"""


def write_text(path):
    draw = random.Random(5)
    words = ["".join(draw.choice("abcdefghijklmnop") for _ in range(draw.randint(2, 7))) for _ in range(150)]
    path.write_text("\n".join(" ".join(draw.choices(words, k=draw.randint(5, 30))) for _ in range(400)) + "\n")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resume")
    write_text(folder / "text.txt")
    (folder / "recipe.toml").write_text(RECIPE.format(text=folder / "text.txt", cache=folder / "cache"))
    finished = run_program("train", folder / "recipe.toml", "--out", folder / "whole")
    assert finished.returncode == 0, finished.stderr
    return folder


def start(work, out, *flags):
    command = [BUILD / "roformer", "train", work / "recipe.toml", "--out", work / out, "--resume", *flags]
    return subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def lines(work, out):
    """Every logged figure that does not speak of time."""
    timing = {"tokens_per_second", "seconds", "time"}
    text = (work / out / "metrics.jsonl").read_text()
    return [{k: v for k, v in json.loads(line).items() if k not in timing} for line in text.splitlines()]


def last_step(work, out):
    path = work / out / "metrics.jsonl"
    if not path.exists():
        return 0
    whole = [line for line in path.read_text().splitlines() if line.endswith("}")]
    return json.loads(whole[-1])["step"] if whole else 0


def wait_for_step(work, out, step, process):
    deadline = time.time() + 120
    while process.poll() is None and last_step(work, out) < step and time.time() < deadline:
        time.sleep(0.01)


def finish(work, out):
    finished = run_program("train", work / "recipe.toml", "--out", work / out, "--resume")
    assert finished.returncode == 0, finished.stderr


def test_ten_kills(work):
    draw = random.Random(int(os.environ.get("ROFORMER_TEST_SEED", "1")))
    killed = 0
    for moment in sorted(draw.sample(range(1, 140), KILLS)):
        process = start(work, "killed")
        wait_for_step(work, "killed", moment, process)
        time.sleep(draw.random() * 0.02)  # any point of a step, saving included
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        process.stderr.close()
    assert killed == KILLS
    finish(work, "killed")
    assert lines(work, "killed") == lines(work, "whole")
    weights = [(work / out / "model.safetensors").read_bytes() for out in ("killed", "whole")]
    assert weights[0] == weights[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_save_and_stop(work, number):
    out = f"stopped{int(number)}"
    process = start(work, out)
    wait_for_step(work, out, 60, process)
    process.send_signal(number)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == -number
    assert "--resume" in messages
    finish(work, out)
    assert lines(work, out) == lines(work, "whole")


def test_refuses_to_overwrite_or_change(work):
    again = run_program("train", work / "recipe.toml", "--out", work / "whole")
    assert again.returncode == 1 and "--resume" in again.stderr
    changed = run_program("train", work / "recipe.toml", "--out", work / "whole", "--resume", "--set", "optimizer.beta1=0.5")
    assert changed.returncode == 1 and "optimizer.beta1" in changed.stderr
    unknown = run_program("train", work / "recipe.toml", "--out", work / "new", "--set", "model.hiden_size=8")
    assert unknown.returncode == 1 and "hidden_size" in unknown.stderr
    assert not (work / "new").exists()


def test_full_disk_leaves_the_last_checkpoint(work):
    # A limit to the size of files stands in for a full disk: the checkpoint's tensors do not fit, the log does.
    out = work / "full"
    command = [BUILD / "roformer", "train", work / "recipe.toml", "--out", out, "--resume"]
    process = start(work, "full")
    wait_for_step(work, "full", 30, process)
    process.terminate()
    process.communicate(timeout=60)
    before = (out / "training" / "latest").read_text()
    limited = f"ulimit -f 60; trap '' XFSZ; exec {' '.join(map(str, command))}"
    finished = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, timeout=120)
    assert finished.returncode == 1, finished.stderr
    assert "one that was there before stays" in finished.stderr
    assert (out / "training" / "latest").read_text() == before
    finish(work, "full")
    assert lines(work, "full") == lines(work, "whole")


def test_other_text_under_the_same_name_is_refused(tmp_path):
    write_text(tmp_path / "text.txt")
    (tmp_path / "recipe.toml").write_text(RECIPE.format(text=tmp_path / "text.txt", cache=tmp_path / "cache"))
    short = ["--set", "stage.0.steps=6", "--set", "stage.1.steps=6"]
    first = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run", *short)
    assert first.returncode == 0, first.stderr
    weights = (tmp_path / "run" / "model.safetensors").read_bytes()
    (tmp_path / "text.txt").write_text((tmp_path / "text.txt").read_text().upper().replace("A", "zz"))
    second = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run", "--resume", *short)
    assert second.returncode == 1
    assert "content of the text and vocabulary" in second.stderr
    assert (tmp_path / "run" / "model.safetensors").read_bytes() == weights


@pytest.mark.parametrize("change", ["data.validation_share=0", "model.vocab_size=256"])
def test_what_cannot_work_is_refused_before_training(work, change):
    done = run_program("train", work / "recipe.toml", "--out", work / change, "--set", change)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()[-1]) > 20 and "error:" in done.stderr
    assert not (work / change / "model.safetensors").exists()


CAUSAL = """
[task]
kind = "causal_lm"
[model]
preset = "roformer-tiny"
hidden_size = 32
num_hidden_layers = 2
num_attention_heads = 2
intermediate_size = 64
hidden_dropout_prob = 0.1
attention_probs_dropout_prob = 0.0
attention = "linear"
feature_map = "favor"
num_features = 12
feature_redraw_interval = 7
[data]
text = ["{text}"]
vocabulary = "bytes"
[[stage]]
length = 24
batch_size = 2
accumulate = 2
steps = 60
[optimizer]
learning_rate = 1e-3
[checkpoint]
every = 6
[evaluate]
every = 20
sequences = 8
[run]
log_every = 1
threads = 1
"""


def test_a_causal_run_goes_on_to_the_bit(tmp_path):
    write_text(tmp_path / "text.txt")
    (tmp_path / "recipe.toml").write_text(CAUSAL.format(text=tmp_path / "text.txt"))
    finish(tmp_path, "whole")
    for moment in (5, 30, 50):  # between two draws of the random features
        process = start(tmp_path, "killed")
        wait_for_step(tmp_path, "killed", moment, process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        process.stderr.close()
    finish(tmp_path, "killed")
    assert lines(tmp_path, "killed") == lines(tmp_path, "whole")
    weights = [(tmp_path / out / "model.safetensors").read_bytes() for out in ("killed", "whole")]
    assert weights[0] == weights[1]
