"""Fifty steps on real sentence pairs of MRPC and STS-B, in BERT's words, as transformers takes them: same weights, same batch,
no dropout."""

import csv
import os
import pathlib

import pytest
import torch
import transformers

from conftest import ROOT, randomise, run_program
from fifty_steps import DECAY, RATE, STEPS, WARMUP, compare, fifty_losses

DATA = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data"))
VOCABULARY = DATA / "vocab" / "bert-base-uncased-vocab.txt"
pytestmark = pytest.mark.skipif(not (DATA / "glue").exists(), reason="GLUE's files are not beside the project")
ROWS, LENGTH = 32, 64
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=LENGTH,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)  # fmt: skip
COLUMNS = {"MRPC": ("#1 String", "#2 String", "Quality"), "STS-B": ("sentence1", "sentence2", "score")}


def first_rows(task):
    with open(DATA / "glue" / task / "train.tsv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[:ROWS]
    return [[row[name] for name in COLUMNS[task]] for row in rows]


@pytest.mark.parametrize("family", ["roformer", "bert"])
@pytest.mark.parametrize("task", ["MRPC", "STS-B"])
def test_fifty_losses_on_real_pairs(task, family, tmp_path):
    rows, is_regression = first_rows(task), task == "STS-B"
    (tmp_path / "train.tsv").write_text("a\tb\tlabel\n" + "".join("\t".join(row) + "\n" for row in rows))
    words = VOCABULARY.read_text().splitlines()
    labels = dict(num_labels=1) if is_regression else dict(id2label={0: "0", 1: "1"}, label2id={"0": 0, "1": 1})
    torch.manual_seed(1)
    if family == "roformer":
        model = transformers.RoFormerForSequenceClassification(
            transformers.RoFormerConfig(vocab_size=len(words), embedding_size=48, **SHAPE, **labels))  # fmt: skip
    else:
        model = transformers.BertForSequenceClassification(transformers.BertConfig(vocab_size=len(words), **SHAPE, **labels))
    start = tmp_path / "start"
    randomise(model).save_pretrained(start)
    (start / "vocab.txt").write_text(VOCABULARY.read_text())
    (start / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    (tmp_path / "recipe.toml").write_text(f"""
task.kind = "{"regression" if is_regression else "classification"}"
model.checkpoint = "{start}"
data = {{ train = "{tmp_path}/train.tsv", validation = "{tmp_path}/train.tsv", test_share = 0.0, text = "a", text_pair = "b", max_length = {LENGTH} }}
stage = [{{ batch_size = {ROWS}, steps = {STEPS} }}]
optimizer = {{ learning_rate = {RATE}, weight_decay = {DECAY} }}
schedule.warmup_steps = {WARMUP}
run.log_every = 1
""")
    finished = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run")
    assert finished.returncode == 0, finished.stderr
    tokenizer = transformers.BertTokenizerFast(str(VOCABULARY))
    inputs = tokenizer([row[0] for row in rows], [row[1] for row in rows], truncation=True, max_length=LENGTH, padding=True, return_tensors="pt")
    targets = torch.tensor([float(row[2]) for row in rows] if is_regression else [int(row[2]) for row in rows])
    compare(tmp_path, fifty_losses(model, lambda: model(**inputs, labels=targets).loss))
