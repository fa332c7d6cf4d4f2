"""Classification and regression of labelled rows: fifty steps as transformers takes them (same weights, batches, no dropout),
figures as scikit-learn and scipy have them, and folders that transformers opens with the same outputs and labels."""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import time

import pytest
import scipy.stats
import sklearn.metrics
import torch
import transformers
from safetensors.torch import load_file

from conftest import BUILD, ROOT, randomise, run_program
from fifty_steps import STEPS, compare, fifty_losses, lines_of, stage

GLUE = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "glue"
ROWS = 32  # all in one batch, so that their order does not matter
WORDS = [f"{first}{second}" for first in "bcdfgklmnprst" for second in "aeiou"]
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=64,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)  # fmt: skip
FAMILIES = {
    "roformer": (transformers.RoFormerConfig, transformers.RoFormerForSequenceClassification, dict(embedding_size=48)),
    "bert": (transformers.BertConfig, transformers.BertForSequenceClassification, {}),
}
RECIPE = """
task.kind = "{kind}"
model.checkpoint = "{folder}/start"
[data]
train = "{folder}/train.tsv"
validation = "{folder}/dev.tsv"
test = "{folder}/test.tsv"
text = "first"
text_pair = "second"
max_length = 40
[checkpoint]
every = 10
"""


def make_row(draw, kind):
    first, second = (" ".join(draw.choices(WORDS, k=draw.randint(2, 12))) for _ in range(2))
    shared = len(set(first.split()) & set(second.split()))
    if kind == "regression":
        return first, second, f"{len(first.split()) / 4 + draw.random():.3f}"  # which a model of two layers learns
    return first, second, ["no", "maybe", "yes"][min(shared, 2)]


def write_rows(path, rows):
    path.write_text("first\tsecond\tlabel\n" + "".join("\t".join(row) + "\n" for row in rows))


@pytest.fixture(scope="module", params=[("classification", "roformer"), ("classification", "bert"), ("regression", "roformer")], ids="-".join)
def work(request, tmp_path_factory):
    kind, family = request.param
    folder = tmp_path_factory.mktemp("fine-tuning")
    draw = random.Random(3)
    rows = {name: [make_row(draw, kind) for _ in range(count)] for name, count in (("train", ROWS), ("dev", 60), ("test", 40))}
    rows["dev"] += rows["train"]  # so that what is learned helps
    for name in rows:
        write_rows(folder / f"{name}.tsv", rows[name])
    start = folder / "start"
    start.mkdir()
    (start / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    config, model_class, more = FAMILIES[family]
    torch.manual_seed(1)
    labels = {} if kind == "regression" else dict(id2label={0: "maybe", 1: "no", 2: "yes"}, label2id={"maybe": 0, "no": 1, "yes": 2})
    model = randomise(model_class(config(vocab_size=5 + len(WORDS), num_labels=1 if kind == "regression" else 3, **SHAPE, **more, **labels)))
    model.save_pretrained(start)
    (start / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    (folder / "recipe.toml").write_text(RECIPE.format(kind=kind, folder=folder) + stage(ROWS))
    finished = run_program("train", folder / "recipe.toml", "--out", folder / "run")
    assert finished.returncode == 0, finished.stderr
    return dict(folder=folder, kind=kind, rows=rows, model=model, model_class=model_class)


def encoded(work, rows):
    tokenizer = transformers.BertTokenizerFast(str(work["folder"] / "start" / "vocab.txt"))
    return tokenizer([row[0] for row in rows], [row[1] for row in rows], truncation=True, max_length=40, padding=True, return_tensors="pt")


def targets(work, rows):
    if work["kind"] == "regression":
        return torch.tensor([float(row[2]) for row in rows])
    return torch.tensor([["maybe", "no", "yes"].index(row[2]) for row in rows])


def theirs(work):
    inputs, labels = encoded(work, work["rows"]["train"]), targets(work, work["rows"]["train"])
    return fifty_losses(work["model"], lambda: work["model"](**inputs, labels=labels).loss)


def test_fifty_losses(work):
    compare(work["folder"], theirs(work))


def outputs(work, rows):
    model = work["model_class"].from_pretrained(work["folder"] / "run").eval()
    with torch.no_grad():
        return model, model(**encoded(work, rows)).logits


def test_transformers_opens_what_we_write(work):
    model, logits = outputs(work, work["rows"]["test"])
    assert model.config.problem_type == ("regression" if work["kind"] == "regression" else "single_label_classification")
    if work["kind"] == "classification":
        assert model.config.id2label == {0: "maybe", 1: "no", 2: "yes"}
    text = "".join(f"{first}\t{second}\n" for first, second, _ in work["rows"]["test"])
    answered = run_program("classify", "--model", work["folder"] / "run", "--json", text=text)
    assert answered.returncode == 0, answered.stderr
    answers = [json.loads(line) for line in answered.stdout.splitlines()]
    if work["kind"] == "regression":
        assert [answer["score"] for answer in answers] == pytest.approx(logits[:, 0].tolist(), abs=2e-5)
        return
    for answer, probabilities in zip(answers, logits.softmax(-1).tolist(), strict=True):
        assert list(answer["probabilities"].values()) == pytest.approx(probabilities, abs=2e-5)
        assert answer["label"] == max(answer["probabilities"], key=answer["probabilities"].get)
    renamed = run_program("classify", "--model", work["folder"] / "run", "--label-names", "a,b,c", text=text)
    assert {line.split("\t")[0] for line in renamed.stdout.splitlines()} <= {"a", "b", "c"}


def figures(*arguments):
    evaluated = run_program("evaluate", *arguments, "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    return json.loads(evaluated.stdout)


def expect_figures(work, ours, logits, rows):
    gold = targets(work, work["rows"][rows])
    if work["kind"] == "regression":
        assert ours["loss"] == pytest.approx(((logits[:, 0] - gold) ** 2).mean().item(), abs=1e-4)
        assert ours["pearson"] == pytest.approx(scipy.stats.pearsonr(logits[:, 0], gold)[0], abs=1e-4)
        assert ours["spearman"] == pytest.approx(scipy.stats.spearmanr(logits[:, 0], gold)[0], abs=1e-3)
        return
    predicted = logits.argmax(-1)
    assert ours["loss"] == pytest.approx(torch.nn.functional.cross_entropy(logits, gold).item(), abs=1e-5)
    assert ours["accuracy"] == pytest.approx(sklearn.metrics.accuracy_score(gold, predicted))
    assert ours["f1"] == pytest.approx(sklearn.metrics.f1_score(gold, predicted, average="macro", zero_division=0))
    assert ours["matthews_correlation"] == pytest.approx(sklearn.metrics.matthews_corrcoef(gold, predicted))


@pytest.mark.parametrize("split, rows", [("validation", "dev"), ("test", "test")])
def test_figures(work, split, rows):
    _, logits = outputs(work, work["rows"][rows])
    expect_figures(work, figures("--model", work["folder"] / "run", "--split", split), logits, rows)


@pytest.fixture
def run_alone(work, tmp_path):
    """A copy of the run whose recipe names files that are gone."""
    shutil.copytree(work["folder"] / "run", tmp_path / "run")
    recipe = tmp_path / "run" / "recipe.toml"
    recipe.write_text(recipe.read_text().replace(str(work["folder"]), str(tmp_path / "gone")))
    return tmp_path / "run"


def test_figures_of_a_file(work, run_alone, tmp_path):
    ours = figures("--model", run_alone, "--data", work["folder"] / "test.tsv")
    assert ours == figures("--model", work["folder"] / "run", "--split", "test")
    lines = (work["folder"] / "test.tsv").read_text().splitlines(keepends=True)
    renamed = [lines[0].replace("first", "a").replace("second", "b")]
    (tmp_path / "one.tsv").write_text("".join(renamed + lines[1:15]))
    (tmp_path / "two.tsv").write_text("".join(renamed + lines[15:]))
    columns = ["--set", "data.text=a", "--set", "data.text_pair=b"]
    assert ours == figures("--model", run_alone, "--data", tmp_path / "one.tsv", "--data", tmp_path / "two.tsv", *columns)


def test_figures_of_a_folder_of_transformers(work, tmp_path):
    model, logits = outputs(work, work["rows"]["test"])
    model.save_pretrained(tmp_path / "theirs")
    for name in ("vocab.txt", "tokenizer_config.json"):
        shutil.copy(work["folder"] / "start" / name, tmp_path / "theirs")
    recipe = tmp_path / "columns.toml"
    recipe.write_text(f'task.kind = "{work["kind"]}"\ndata.text = "first"\ndata.text_pair = "second"\ndata.max_length = 40\n')
    ours = figures(recipe, "--model", tmp_path / "theirs", "--data", work["folder"] / "test.tsv")
    expect_figures(work, ours, logits, "test")


def test_files_that_have_no_figures(work, run_alone, tmp_path):
    lines = (work["folder"] / "test.tsv").read_text().splitlines(keepends=True)
    (tmp_path / "odd.tsv").write_text("".join(lines[:3]) + "ba\tbe\tperhaps\n")
    refused = run_program("evaluate", "--model", run_alone, "--data", tmp_path / "odd.tsv")
    assert refused.returncode == 1 and "odd.tsv:4" in refused.stderr and "perhaps" in refused.stderr, refused.stderr
    both = run_program("evaluate", "--model", run_alone, "--data", tmp_path / "odd.tsv", "--split", "test")
    assert both.returncode == 2 and "--split" in both.stderr, both.stderr


def test_the_best_model_is_the_one_of_its_figure(work):
    name = "spearman" if work["kind"] == "regression" else "accuracy"
    best = max(line[name] for line in lines_of(work["folder"] / "run", "evaluation") if line["step"] > 0)
    assert figures("--model", work["folder"] / "run" / "best")[name] == pytest.approx(best, abs=1e-6)


def test_a_head_of_other_labels_is_drawn_anew(work, tmp_path):
    """Not the old one by the numbers of its classes, and no error either: the trunk goes on, what answers is new."""
    if work["kind"] == "regression":
        pytest.skip("numbers have no names")
    command = ["train", work["folder"] / "recipe.toml", "--set", f"model.checkpoint={work['folder'] / 'run'}", "--set", "stage.0.steps=1",
               "--set", "optimizer.learning_rate=1e-9", "--set", "schedule.warmup_steps=0"]  # fmt: skip
    same = run_program(*command, "--out", tmp_path / "same")
    assert same.returncode == 0 and "drawn anew" not in same.stderr, same.stderr
    turned = run_program(*command, "--set", 'data.labels=["yes","no","maybe"]', "--out", tmp_path / "turned")
    assert turned.returncode == 0 and "answers in maybe, no, yes" in turned.stderr and "drawn anew" in turned.stderr, turned.stderr
    config = json.loads((tmp_path / "turned" / "config.json").read_text())
    assert config["id2label"] == {"0": "yes", "1": "no", "2": "maybe"}
    before, after = (load_file(work["folder"] / "run" / "model.safetensors"), load_file(tmp_path / "turned" / "model.safetensors"))
    for name, tensor in before.items():
        close = torch.allclose(tensor, after[name], atol=1e-6)
        assert close == (not name.startswith("classifier")), name
    write_rows(tmp_path / "train.tsv", [("ba", "be", str(i % 5)) for i in range(20)])
    numbers = run_program(*command, "--set", "task.kind=regression", "--set", f"data.train={tmp_path}/train.tsv", "--set",
                          f"data.validation={tmp_path}/train.tsv", "--set", f"data.test={tmp_path}/train.tsv", "--out", tmp_path / "numbers")  # fmt: skip
    assert numbers.returncode == 0 and "numbers" in numbers.stderr, numbers.stderr


def test_a_killed_run_goes_on(work):
    folder, timing = work["folder"], {"tokens_per_second", "seconds", "time"}
    command = ["train", folder / "recipe.toml", "--out", folder / "killed", "--set", "data.max_length=20", "--set", "run.threads=1"]
    process = subprocess.Popen([BUILD / "roformer", *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (folder / "killed" / "training" / "step-10").exists():
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    process.wait()
    assert run_program(*command, "--resume").returncode == 0
    assert run_program(*command[:3], folder / "undisturbed", *command[4:]).returncode == 0
    logs = [[{key: value for key, value in line.items() if key not in timing} for line in lines_of(folder / name, kind)]
            for name in ("killed", "undisturbed") for kind in ("training", "evaluation")]  # fmt: skip
    assert logs[0] == logs[2] and logs[1] == logs[3] and len(logs[0]) == STEPS


@pytest.mark.parametrize("change, line, message", [
    ("ba be\tbi\tperhaps", 7, "perhaps"),
    ("ba be\tbi", 7, "3"),
    ("\t\tyes", 7, "expected a text"),
    ("ba \xff\tbi\tyes", 7, "UTF-8"),
    ("ba be\tbi\t", 7, "label"),
])  # fmt: skip
def test_bad_rows_are_named(work, tmp_path, change, line, message):
    if work["kind"] == "regression":
        pytest.skip("labels of classes")
    rows = (work["folder"] / "dev.tsv").read_text().splitlines()
    rows[line - 1] = change
    (tmp_path / "dev.tsv").write_bytes("\n".join(rows).encode("latin-1") + b"\n")
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", f"data.validation={tmp_path}/dev.tsv")
    assert refused.returncode == 1 and f"dev.tsv:{line}" in refused.stderr and message in refused.stderr, refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change, message", [
    ("data.text=fist", "did you mean 'first'"),
    ("data.train=absent.tsv", "absent.tsv"),
    ("data.labels=[\"no\",\"yes\"]", "maybe"),
    ("data.glue=MRPP", "did you mean 'MRPC'"),
    ("data.test_share=0.2", "expected a share or files"),
])  # fmt: skip
def test_wrong_recipes_are_refused(work, tmp_path, change, message):
    if work["kind"] == "regression":
        pytest.skip("labels of classes")
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", change)
    assert refused.returncode == 1 and message in refused.stderr, refused.stderr


@pytest.mark.skipif(not GLUE.exists(), reason="GLUE's files are not beside the project")
@pytest.mark.parametrize("task", ["MRPC", "SST-2", "QNLI", "STS-B", "QQP", "MNLI"])
def test_every_task_of_glue_opens(task, tmp_path):
    kind = "regression" if task == "STS-B" else "classification"
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'task.kind = "{kind}"\n[model]\nhidden_size = 16\nnum_hidden_layers = 1\nnum_attention_heads = 2\nintermediate_size = 32\n'
        f'[data]\nglue = "{task}"\nfolder = "{GLUE}"\nvocab_size = 300\nmax_length = 32\ncache = "{tmp_path}/cache"\n'
        "[[stage]]\nbatch_tokens = 512\nsteps = 3\n[evaluate]\nevery = 3\nsequences = 50\n"
    )
    finished = run_program("train", recipe, "--out", tmp_path / "run")
    assert finished.returncode == 0, finished.stderr
    assert f"{task}: " in finished.stderr and re.search(r"[\d,]+ for validation, [\d,]+ for test", finished.stderr), finished.stderr
    wanted = {"loss", "spearman" if kind == "regression" else "f1"}
    assert wanted <= figures("--model", tmp_path / "run", "--split", "test").keys()
    own = [path for name in ("dev*", "train*") for path in sorted((GLUE / task).glob(name))][0]
    assert wanted <= figures("--model", tmp_path / "run", "--data", own, "--set", "data.folder=gone").keys()
