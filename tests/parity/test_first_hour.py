"""What newcomers do in the first hour: names mistyped, runs extended and compared, folders that cannot be written."""

import json
import os
import pty
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, run_program
from scipy import stats
from test_resume import write_text

RECIPE = """
[task]
kind = "{kind}"
[model]
preset = "roformer-tiny"
hidden_size = 32
embedding_size = 32
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 64
[data]
text = ["{text}"]
document = "line"
vocab_size = 200
cache = "{cache}"
[[stage]]
length = 16
batch_size = 4
steps = 8
[schedule]
kind = "linear"
warmup_steps = 2
[evaluate]
every = 4
sequences = 8
[run]
threads = 1
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("first-hour")
    write_text(folder / "text.txt")
    for kind in ("masked_lm", "causal_lm"):
        text = RECIPE.format(kind=kind, text=folder / "text.txt", cache=folder / "cache")
        (folder / f"{kind}.toml").write_text(text)
    return folder


def train(work, out, *flags, kind="masked_lm"):
    finished = run_program("train", work / f"{kind}.toml", "--out", work / out, *flags)
    assert finished.returncode == 0, finished.stderr
    return finished


def test_a_run_ends_with_its_report_and_what_to_do_next(work):
    finished = train(work, "run one", "--set", "optimizer.learning_rate=2e-3")
    assert finished.stdout == f"{work}/run one\n"
    assert f"{work}/run one/report.html" in finished.stderr
    assert "changed by hand: optimizer.learning_rate=2e-3" in finished.stderr
    assert "[optimizer]" not in finished.stderr  # the whole recipe is in the folder
    assert "learning_rate = 0.002" in (work / "run one" / "recipe.toml").read_text()
    # Each command can be pasted as it stands.
    commands = [line.strip() for line in finished.stderr.split("Next:\n")[1].splitlines()]
    assert [re.findall(r"roformer ([a-z-]+)|^(tensorboard)", command)[0] for command in commands] == [
        ("fill-mask", ""), ("evaluate", ""), ("", "tensorboard")]  # fmt: skip
    path = f"{BUILD}:{os.environ['PATH']}"
    for command in commands[:-1]:
        ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env={**os.environ, "PATH": path})
        assert ran.returncode == 0 and ran.stdout, (command, ran.stderr)


def test_evaluate_takes_the_text_of_the_run(work):
    other = work / "other.txt"
    other.write_text("x y z\n" * 300)
    train(work, "other", "--set", f"data.text={other}")
    own = run_program("evaluate", "--model", work / "other", "--json")
    assert own.returncode == 0, own.stderr
    lines = [json.loads(line) for line in (work / "other" / "metrics.jsonl").read_text().splitlines()]
    last = [line for line in lines if line["kind"] == "evaluation"][-1]
    assert json.loads(own.stdout)["loss"] == pytest.approx(last["loss"], abs=1e-5)
    given = run_program("evaluate", work / "masked_lm.toml", "--model", work / "other", "--json")
    assert "recipe.toml, which the model was trained by" in given.stderr
    # From anywhere: paths of the run's recipe are whole.
    moved = subprocess.run([BUILD / "roformer", "evaluate", "--model", work / "other", "--json"], cwd="/",
                           capture_output=True, text=True)  # fmt: skip
    assert moved.stdout == own.stdout


def test_a_finished_run_is_extended(work):
    train(work, "long")
    extended = run_program("train", "--out", work / "long", "--resume", "--set", "stage.0.steps=12")
    assert extended.returncode == 0, extended.stderr
    assert "12 steps in place of 8" in extended.stderr and "depends on the number of steps" in extended.stderr
    lines = [json.loads(line) for line in (work / "long" / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if line["kind"] == "evaluation"] == [0, 4, 8, 12]
    fewer = run_program("train", "--out", work / "long", "--resume", "--set", "stage.0.steps=11")
    assert fewer.returncode == 1 and "at least the 12 steps" in fewer.stderr


def test_a_warm_up_longer_than_the_run_is_scaled(work):
    finished = train(work, "short", "--set", "stage.0.steps=1")
    assert "schedule.warmup_steps = 2 is more than the 1 steps of the run" in finished.stderr


def test_going_on_from_a_checkpoint_on_other_text(work):
    train(work, "base")
    other = work / "more.txt"
    write_text(other)
    recipe = work / "more.toml"
    recipe.write_text(f'[model]\ncheckpoint = "{work}/base"\n[data]\ntext = "{other}"\ndocument = "line"\n'
                      f'cache = "{work}/cache"\n[[stage]]\nlength = 16\nbatch_size = 4\nsteps = 4\n'
                      "[evaluate]\nevery = 4\n")  # fmt: skip
    finished = run_program("train", recipe, "--out", work / "more")
    assert finished.returncode == 0, finished.stderr
    assert "without effect" not in finished.stderr
    assert (work / "more" / "vocab.txt").read_text() == (work / "base" / "vocab.txt").read_text()
    config = json.loads((work / "more" / "config.json").read_text())
    assert config["hidden_size"] == 32 and config["model_type"] == "roformer"


def test_a_checkpoint_by_hand_takes_the_place_of_the_preset(work):
    train(work, "begun")
    shape = ["hidden_size", "embedding_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"]
    plain = "\n".join(line for line in (work / "masked_lm.toml").read_text().splitlines()
                      if line.split(" ")[0] not in shape)  # fmt: skip
    (work / "preset.toml").write_text(plain)
    by_hand = ["--set", f"model.checkpoint={work}/begun"]
    finished = run_program("train", work / "preset.toml", "--out", work / "gone-on", *by_hand)
    assert finished.returncode == 0, finished.stderr
    assert "preset is left out, since a --set leaves it without effect" in finished.stderr
    assert "vocab_size: without effect beside model.checkpoint" in finished.stderr
    kept = (work / "gone-on" / "recipe.toml").read_text()
    assert "preset =" not in kept and "vocab_size" not in kept[kept.index("[data]") :]
    assert run_program("evaluate", "--model", work / "gone-on").returncode == 0
    # What is wrong beside it is told before any text is read.
    for change, message in [("model.position_encoding=learned", 'expected "rotary", as model.checkpoint has it'),
                            ("model.hidden_size=64", "expected 32, as model.checkpoint has it"),
                            ("data.vocab_size=100", "no such key beside model.checkpoint"),
                            ("model.preset=bert-tiny", "expected no preset beside model.checkpoint")]:  # fmt: skip
        refused = run_program("train", work / "preset.toml", "--out", work / "refused", *by_hand, "--set", change)
        assert refused.returncode == 1 and message in refused.stderr, refused.stderr
        assert "data:" not in refused.stderr and not (work / "refused").exists()


def test_an_evaluation_on_another_text_says_so(work):
    text = work / "rewritten.txt"
    write_text(text)
    train(work, "read", "--set", f"data.text={text}")
    same = run_program("evaluate", "--model", work / "read")
    assert same.returncode == 0 and "warning" not in same.stderr, same.stderr
    text.write_text(text.read_text().replace("a", "e"))
    changed = run_program("evaluate", "--model", work / "read")
    assert changed.returncode == 0 and f'data.text = ["{text}"] has changed since then' in changed.stderr
    asked = run_program("evaluate", "--model", work / "read", "--set", f"data.text={work}/text.txt")
    assert asked.returncode == 0 and "has changed" not in asked.stderr


def test_compare(work):
    for seed in (0, 1):
        for encoding in ("rotary", "learned"):
            train(work, f"{encoding}-{seed}", "--set", f"run.seed={seed}", "--set", f"model.position_encoding={encoding}")
    runs = [work / f"{encoding}-{seed}" for encoding in ("rotary", "learned") for seed in (0, 1)]
    finished = run_program("compare", *runs, "--out", work / "compare", "--json")
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    assert report["step"] == 8 and [model["name"] for model in report["models"]] == ["rotary", "learned"]
    first, second = (model["figures"]["loss"] for model in report["models"])
    differences = [b - a for a, b in zip(first, second)]
    difference = report["models"][1]["loss_less_first"]
    test = stats.ttest_rel(second, first)
    assert difference["pairs"] == 2 and difference["mean"] == pytest.approx(sum(differences) / 2)
    assert difference["p_value"] == pytest.approx(test.pvalue)
    assert difference["interval_95"] == pytest.approx(list(test.confidence_interval(0.95)))
    table = run_program("compare", *runs, "--out", work / "compare")
    assert "±" in table.stdout and "Loss of learned beside rotary: " in table.stdout and "two seeds" in table.stdout
    assert (work / "compare" / "report.html").exists()


def test_encodings_that_are_asked_for(work):
    small = [f"data.text={work}/text.txt", f"data.cache={work}/cache", "stage.0.steps=2", "evaluate.every=2", "evaluate.sequences=2",
             "model.num_hidden_layers=1"]  # fmt: skip
    flags = [flag for change in small for flag in ("--set", change)]
    finished = run_program("reproduce", "encodings", "--only", "rotary,learned", "--seeds", 1, "--out", work / "two", *flags)
    assert finished.returncode == 0, finished.stderr
    drawn = ["validation-1.svg"] if shutil.which("gnuplot") else []
    assert sorted(path.name for path in (work / "two").iterdir()) == ["learned", "report.html", "result.json", "rotary", *drawn]
    wrong = run_program("reproduce", "encodings", "--only", "rotray", "--out", work / "none")
    assert wrong.returncode == 1 and "did you mean 'rotary'?" in wrong.stderr and not (work / "none").exists()


@pytest.mark.parametrize("words, message", [
    (["embd"], "embd"), (["embd"], "'embed'"),
    (["embed", "--modle", "x"], "--modle"), (["embed", "--modle", "x"], "'--model'"),
    (["train", "figure3-left-roformer-tyni", "--out", "OUT"], "figure3-left-roformer-tiny"),
    (["train", "paper/figure3-left-roformer-tyni", "--out", "OUT"], "paper/figure3-left-roformer-tiny"),
    (["train", "translation-tiny", "--out", "OUT", "--set", "model.position_encoding=rotray"], "'rotary'"),
    (["train", "translation-tiny", "--out", "OUT", "--set", "model.hiden_size=8"], "hidden_size"),
    (["train", "translation-tiny", "--out", "OUT", "--set", "model.preset=transformer-tyni"], "did you mean 'transformer-tiny'?"),
    (["train", "encodings-tiny", "--out", "OUT", "--set", "schedule.kind=cosin"], "did you mean 'cosine'?"),
    (["train", "encodings-tiny", "--out", "OUT", "--set", "task.kind=causal-lm"], "did you mean 'causal_lm'?"),
    (["embed", "--model", "x", "--pooling", "meen"], "did you mean 'mean'?"),
    (["detokenize", "--model", "x", "--clean-up", "punctuatoin"], "did you mean 'punctuation'?"),
    (["reproduce", "encoding"], "did you mean 'encodings'?"),
    (["reproduce", "encodings", "--scale", "smal"], "did you mean 'small'?"),
    (["train", "encodings-tiny", "--out", "OUT", "--set", "stage.0.steps=0"], "encodings-tiny.toml"),
])  # fmt: skip
def test_a_wrong_name_is_told_before_any_work(words, message, tmp_path):
    finished = run_program(*[str(tmp_path / "out") if word == "OUT" else word for word in words])
    assert finished.returncode in (1, 2) and message in finished.stderr, finished.stderr
    assert not (tmp_path / "out").exists()


def test_a_failed_start_leaves_nothing(work, tmp_path):
    finished = run_program("train", work / "masked_lm.toml", "--out", tmp_path / "a" / "b", "--set", "data.text=absent.txt")
    assert finished.returncode == 1 and "absent.txt" in finished.stderr and "--set data.text=" in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_a_home_the_cache_is_of_this_user_alone(work, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_CACHE_HOME")}
    environment["TMPDIR"] = str(tmp_path)
    recipe = (work / "masked_lm.toml").read_text()
    (tmp_path / "recipe.toml").write_text(re.sub(r"cache = .*\n", "", recipe))
    finished = subprocess.run([BUILD / "roformer", "train", tmp_path / "recipe.toml", "--out", tmp_path / "out"],
                              env=environment, capture_output=True, text=True)  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    cache = tmp_path / f"roformer-cache-{os.geteuid()}"
    assert cache.stat().st_mode & 0o777 == 0o700
    cache.chmod(0o777)
    refused = subprocess.run([BUILD / "roformer", "train", tmp_path / "recipe.toml", "--out", tmp_path / "again"],
                             env=environment, capture_output=True, text=True)  # fmt: skip
    assert refused.returncode == 1 and "XDG_CACHE_HOME" in refused.stderr and not (tmp_path / "again").exists()


def test_a_terminal_is_told_what_is_awaited(work):
    train(work, "typed")
    reader, terminal = pty.openpty()
    process = subprocess.Popen([BUILD / "roformer", "tokenize", "--model", work / "typed"], stdin=terminal,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # fmt: skip
    os.close(terminal)
    os.write(reader, b"a b\n\x04")
    output, errors = process.communicate(timeout=60)
    os.close(reader)
    assert "reading lines from the terminal" in errors and output


def test_advice_names_nothing_that_is_set(work, tmp_path):
    (tmp_path / "novel.txt").write_text("one line of a novel without blank lines\n" * 3000)
    flags = ["--set", f"data.text={tmp_path}/novel.txt", "--set", "data.document=block"]
    finished = run_program("train", work / "masked_lm.toml", "--out", tmp_path / "block", *flags)
    assert finished.returncode == 0, finished.stderr
    assert int(re.search(r"in ([\d,]+) documents", finished.stderr)[1].replace(",", "")) > 20
    (tmp_path / "short.txt").write_text("only one block of text\n")
    flags = ["--set", f"data.text={tmp_path}/short.txt", "--set", "data.document=block"]
    refused = run_program("train", work / "masked_lm.toml", "--out", tmp_path / "one", *flags)
    assert refused.returncode == 1 and 'data.document = "block"' not in refused.stderr, refused.stderr


def test_a_model_one_folder_down_is_named(work, tmp_path):
    train(work, "packed")
    (tmp_path / "un packed").mkdir()
    os.symlink(work / "packed", tmp_path / "un packed" / "model")
    finished = run_program("inspect", tmp_path / "un packed")
    command = f"roformer inspect '{tmp_path}/un packed/model'"
    assert finished.returncode == 1 and finished.stderr.endswith(command + "\n"), finished.stderr
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True,
                         env={**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}"})  # fmt: skip
    assert ran.returncode == 0 and "RoFormer" in ran.stdout
    embedded = run_program("embed", "--model", tmp_path / "un packed", text="a\n")
    assert embedded.returncode == 1 and "un packed/model, which holds a model" in embedded.stderr, embedded.stderr
    # Of two nobody knows which was meant.
    os.symlink(work / "packed", tmp_path / "un packed" / "other")
    finished = run_program("inspect", tmp_path / "un packed")
    assert finished.returncode == 1 and "un packed/model" not in finished.stderr
