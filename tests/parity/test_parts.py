"""Three parts of every text: `evaluate --split` reads each held-out one, nothing that a run does depends on the test part, and a
run from before there was one is not evaluated on text that it learned from."""

import json
import random
import re

import pytest

from conftest import run_program

MODEL = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
STAGE = "\n[[stage]]\n{stage}\nsteps = 8\n[evaluate]\nevery = 4\n[checkpoint]\nkeep_best = true\n[run]\nthreads = 1\nlog_every = 1\n"
KINDS = {
    "masked_lm": ("roformer-tiny", 'text = "{folder}/text.txt"\ndocument = "line"\nvocab_size = 100', "length = 16\nbatch_size = 4"),
    "causal_lm": ("roformer-tiny", 'text = "{folder}/text.txt"\ndocument = "line"\nvocab_size = 100', "length = 16\nbatch_size = 4"),
    "bytes": ("roformer-tiny", 'text = "{folder}/text.txt"\nvocabulary = "bytes"', "length = 16\nbatch_size = 4"),
    "translation": ("transformer-tiny", 'source = "{folder}/text.txt"\ntarget = "{folder}/text.txt"\nvocab_size = 40', "batch_tokens = 64"),
}


def write_text(path, seed, count=200):
    draw = random.Random(seed)
    words = ["".join(draw.choice("abcdefg") for _ in range(3)) for _ in range(40)]
    path.write_text("\n".join(" ".join(draw.choices(words, k=8)) for _ in range(count)) + "\n")


@pytest.fixture(params=KINDS)
def work(request, tmp_path):
    preset, data, stage = KINDS[request.param]
    write_text(tmp_path / "text.txt", 1)
    kind = request.param.replace("bytes", "causal_lm")
    model = "".join(f"{key} = {value}\n" for key, value in MODEL.items())
    evaluate = "bleu_sentences = 0\n" if kind == "translation" else ""
    (tmp_path / "recipe.toml").write_text(
        f'task.kind = "{kind}"\n[model]\npreset = "{preset}"\n{model}[data]\n{data.format(folder=tmp_path)}\n'
        f'cache = "{tmp_path}/cache"\n' + STAGE.format(stage=stage).replace("every = 4\n", "every = 4\n" + evaluate)
    )  # fmt: skip
    return tmp_path


def train(work, out, *changes):
    settings = [word for change in changes for word in ("--set", change)]
    finished = run_program("train", work / "recipe.toml", "--out", work / out, *settings)
    assert finished.returncode == 0, finished.stderr
    return work / out


def evaluate(run, *arguments):
    return run_program("evaluate", "--model", run, "--json", *arguments)


def loss(run, *arguments):
    finished = evaluate(run, *arguments)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)["loss"]


def test_each_held_out_part_has_figures(work):
    run = train(work, "run")
    assert loss(run) == loss(run, "--split", "validation") != loss(run, "--split", "test")


def test_a_run_that_kept_no_test_part_is_not_evaluated_on_one(work):
    run = train(work, "run")
    recipe = run / "recipe.toml"
    recipe.write_text(re.sub(r"^test_share.*\n", "", recipe.read_text(), flags=re.M))  # as it was written once
    refused = evaluate(run, "--split", "test")
    assert refused.returncode == 1 and "data.test_share" in refused.stderr, refused.stderr
    assert evaluate(run).returncode == 0


def test_other_test_text_changes_nothing_of_a_run(work):
    if "translation" in (work / "recipe.toml").read_text():
        names = ["data.test_source={}", "data.test_target={}"]
    else:
        names = ["data.test_text={}"]
    logs, tests = [], []
    for seed in (2, 3):
        text = work / f"test{seed}.txt"
        write_text(text, seed, count=30)
        run = train(work, f"run{seed}", *(name.format(text) for name in names))
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        logs.append([{key: value for key, value in line.items() if key not in ("time", "seconds", "tokens_per_second")} for line in lines])
        tests.append(loss(run, "--split", "test"))
        logs.append((run / "best" / "model.safetensors").read_bytes())
    assert logs[0] == logs[2] and logs[1] == logs[3]
    assert tests[0] != tests[1]
