"""Files of predictions for GLUE's site: what transformers predicts for the same rows, row by row, and what is refused."""

import json
import random

import pytest
import torch
import transformers

from conftest import randomise, run_program

WORDS = [f"{first}{second}" for first in "bcdfgklmnprst" for second in "aeiou"]
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=64)
NAMES = {
    "MRPC": ["not_equivalent", "equivalent"],
    "SST-2": ["negative", "positive"],
    "QNLI": ["entailment", "not_entailment"],
    "QQP": ["not_duplicate", "duplicate"],
    "MNLI": ["entailment", "neutral", "contradiction"],
    "STS-B": ["LABEL_0"],
}
IN_FILES = {"QNLI": NAMES["QNLI"], "MNLI": NAMES["MNLI"]}  # of the others "0" and "1"
HEADS = {
    "MRPC": "index\t#1 ID\t#2 ID\t#1 String\t#2 String",
    "SST-2": "index\tsentence",
    "QNLI": "index\tquestion\tsentence",
    "QQP": "id\tquestion1\tquestion2",
    "MNLI": "index\tpromptID\tsentence1\tsentence2",
    "STS-B": "index\tgenre\tsentence1\tsentence2",
}
TEXTS = ("#1 String", "#2 String", "sentence1", "sentence2", "question", "sentence", "question1", "question2")
ROWS, LONGEST = 80, 24


def write_test_file(path, task, seed):
    """Returns the texts of each row."""
    draw, columns, rows = random.Random(seed), HEADS[task].split("\t"), []
    with path.open("w") as file:
        file.write(HEADS[task] + "\n")
        for index in range(ROWS):
            texts = [" ".join(draw.choices([*WORDS, '"', "."], k=draw.randint(1, 20))) for name in columns if name in TEXTS]
            fields, rest = [], iter(texts)
            for name in columns:
                fields.append(next(rest) if name in TEXTS else str(index) if name in ("index", "id") else "x")
            file.write("\t".join(fields) + "\n")
            rows.append(texts)
    return rows


def make_model(folder, task, family, names=None):
    names = names or NAMES[task]
    config_class, model_class = {
        "roformer": (transformers.RoFormerConfig, transformers.RoFormerForSequenceClassification),
        "bert": (transformers.BertConfig, transformers.BertForSequenceClassification),
    }[family]
    torch.manual_seed(len(task))
    labels = dict(num_labels=1, problem_type="regression") if task == "STS-B" else dict(
        id2label=dict(enumerate(names)), label2id={name: i for i, name in enumerate(names)})  # fmt: skip
    more = dict(embedding_size=48) if family == "roformer" else {}
    model = randomise(model_class(config_class(vocab_size=7 + len(WORDS), **SHAPE, **more, **labels))).eval()
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, '"', "."]) + "\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    return model


def theirs(model, folder, rows, longest):
    tokenizer = transformers.BertTokenizerFast(str(folder / "vocab.txt"))
    inputs = tokenizer(*map(list, zip(*rows)), truncation=True, max_length=longest, padding=True, return_tensors="pt")
    with torch.no_grad():
        return model(**inputs).logits


def spread_out(model, folder, rows, mean):
    """Makes the answers to the rows differ: each output has the mean, and three as its standard deviation."""
    weight, bias = list(model.parameters())[-2:]
    with torch.no_grad():
        weight *= 3 / theirs(model, folder, rows, 64).std()
        bias += mean - theirs(model, folder, rows, 64).mean(0)
    model.save_pretrained(folder)


def lines_of(path):
    lines = path.read_text().splitlines()
    assert lines[0] == "index\tprediction"
    rows = [line.split("\t") for line in lines[1:]]
    assert [int(index) for index, _ in rows] == list(range(ROWS))
    return [prediction for _, prediction in rows]


@pytest.mark.parametrize("task, family", [("MRPC", "bert"), ("MRPC", "roformer"), ("SST-2", "roformer"), ("QNLI", "bert"), ("QQP", "bert"),
                                          ("MNLI", "roformer")])  # fmt: skip
def test_predictions_are_those_of_transformers(tmp_path, task, family):
    model = make_model(tmp_path / "model", task, family)
    glue = tmp_path / "glue" / task
    glue.mkdir(parents=True)
    parts = {"test_matched": "MNLI-m", "test_mismatched": "MNLI-mm"} if task == "MNLI" else {"test": task}
    rows = {part: write_test_file(glue / f"{part}.tsv", task, seed) for seed, part in enumerate(parts)}
    spread_out(model, tmp_path / "model", next(iter(rows.values())), 0)
    finished = run_program("glue-submission", "--model", tmp_path / "model", "--out", tmp_path / "out", "--task", task.lower(), "--folder",
                           tmp_path / "glue", "--json")  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    reports = [json.loads(line) for line in finished.stdout.splitlines()]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"{name}.tsv" for name in parts.values())
    in_files = IN_FILES.get(task, ["0", "1"])
    for report, (part, name) in zip(reports, parts.items(), strict=True):
        expected = theirs(model, tmp_path / "model", rows[part], 64).argmax(-1).tolist()
        found = lines_of(tmp_path / "out" / f"{name}.tsv")
        assert found == [in_files[label] for label in expected] and len(set(expected)) > 1
        counts = {label: found.count(label) for label in in_files}
        assert report == dict(file=str(tmp_path / "out" / f"{name}.tsv"), task=task, rows=ROWS, labels=counts, cut=0)


def test_scores_are_those_of_transformers(tmp_path):
    model = make_model(tmp_path / "model", "STS-B", "roformer")
    rows = write_test_file(tmp_path / "test.tsv", "STS-B", 5)
    spread_out(model, tmp_path / "model", rows, 2.5)
    finished = run_program("glue-submission", "--model", tmp_path / "model", "--out", tmp_path, "--task", "STS-B", "--folder", tmp_path)
    assert finished.returncode == 0, finished.stderr
    expected = theirs(model, tmp_path / "model", rows, 64).flatten()
    clipped = int(((expected < 0) | (expected > 5)).sum())
    assert f"80 rows, {clipped} scores clipped" in finished.stdout and 0 < clipped < ROWS
    found = torch.tensor([float(prediction) for prediction in lines_of(tmp_path / "STS-B.tsv")])
    assert (found - expected.clamp(0, 5)).abs().max() <= 6e-4


RECIPE = """
task.kind = "classification"
model.checkpoint = "{folder}/start"
[data]
glue = "MRPC"
folder = "{folder}/glue"
max_length = {longest}
[[stage]]
batch_size = 8
steps = 4
[evaluate]
every = 2
"""


def test_a_run_knows_its_task_its_folder_and_its_length(tmp_path):
    (tmp_path / "glue").mkdir()
    rows = write_test_file(tmp_path / "glue" / "test.tsv", "MRPC", 9)
    spread_out(make_model(tmp_path / "start", "MRPC", "bert"), tmp_path / "start", rows, 0)
    for name, seed in (("train", 1), ("dev", 2)):
        labelled = "".join(f"{index % 2}\t1\t2\t{first}\t{second}\n"
                           for index, (first, second) in enumerate(write_test_file(tmp_path / "made-up.tsv", "MRPC", seed)))  # fmt: skip
        (tmp_path / "glue" / f"{name}.tsv").write_text("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n" + labelled)
    (tmp_path / "recipe.toml").write_text(RECIPE.format(folder=tmp_path, longest=LONGEST))
    trained = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run")
    assert trained.returncode == 0, trained.stderr
    card = (tmp_path / "run" / "README.md").read_text()
    assert "`BertForSequenceClassification`" in card and "0 `not_equivalent`, 1 `equivalent`" in card and "MRPC: 80 rows" in card
    finished = run_program("glue-submission", "--model", tmp_path / "run", "--out", tmp_path / "out")
    assert finished.returncode == 0, finished.stderr
    tokenizer = transformers.BertTokenizerFast(str(tmp_path / "start" / "vocab.txt"))
    cut = sum(len(tokenizer(*row).input_ids) > LONGEST for row in rows)
    assert f"{cut} rows are longer than the run's data.max_length, {LONGEST} tokens" in finished.stderr and cut > 0
    model = transformers.BertForSequenceClassification.from_pretrained(tmp_path / "run").eval()
    expected = theirs(model, tmp_path / "start", rows, LONGEST).argmax(-1).tolist()
    assert lines_of(tmp_path / "out" / "MRPC.tsv") == [str(label) for label in expected] and len(set(expected)) > 1
    assert f"0 (not_equivalent): {expected.count(0)}, 1 (equivalent): {expected.count(1)}" in finished.stdout
    other = run_program("glue-submission", "--model", tmp_path / "run", "--out", tmp_path / "out", "--task", "SST-2")
    assert other.returncode == 1 and "expected --folder" in other.stderr, other.stderr


def test_what_is_refused(tmp_path):
    make_model(tmp_path / "model", "MRPC", "bert", names=["equivalent", "not_equivalent"])
    empty, whole, sample = (tmp_path / name for name in ("empty", "whole", "sample"))
    for folder in (empty, whole, sample):
        folder.mkdir()
    write_test_file(whole / "test.tsv", "MRPC", 1)
    write_test_file(sample / "test_sample.tsv", "MRPC", 1)

    def refusal(*arguments):
        finished = run_program("glue-submission", "--model", tmp_path / "model", "--out", tmp_path / "out", *arguments)
        assert finished.returncode == 1 and not (tmp_path / "out").exists(), finished.stderr
        return finished.stderr

    assert "expected --task" in refusal()
    assert "expected --folder" in refusal("--task", "MRPC")
    assert "did you mean 'MRPC'" in refusal("--task", "MRPP", "--folder", whole)
    assert "found none" in refusal("--task", "MRPC", "--folder", empty)
    (empty / "dev.tsv").write_text("Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t1\t2\ta\tb\n")
    assert "test.tsv is not there" in refusal("--task", "MRPC", "--folder", empty)
    assert "got a sample" in refusal("--task", "MRPC", "--folder", sample)
    assert "GLUE's order, not_equivalent, equivalent, but got equivalent, not_equivalent" in refusal("--task", "MRPC", "--folder", whole)
    (whole / "test_matched.tsv").write_text((whole / "test.tsv").read_text())
    assert "test_mismatched.tsv is not there" in refusal("--task", "MNLI", "--folder", whole)
    named = run_program("glue-submission", "--model", tmp_path / "model", "--out", tmp_path / "out", "--task", "MRPC", "--folder", whole,
                        "--label-names", "0,1")  # fmt: skip
    assert named.returncode == 0 and len(lines_of(tmp_path / "out" / "MRPC.tsv")) == ROWS, named.stderr
