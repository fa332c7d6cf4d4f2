"""Pre-training with BERT's second task: the folder opens in transformers as BertForPreTraining with the same answers; RoFormer,
of which transformers has no such class, opens as its masked language model."""

import json
import pathlib

import pytest
import torch
import transformers

from conftest import run_model, run_program

LICENSE = pathlib.Path("/usr/share/common-licenses/GPL-3")
RECIPE = """
task.kind = "masked_lm"
model.preset = "{family}-tiny"
model.hidden_size = 32
model.intermediate_size = 64
[data]
text = "{text}"
vocab_size = 400
segments = 2
next_sentence = true
[[stage]]
length = 32
batch_size = 16
steps = 20
[optimizer]
learning_rate = 1e-3
[evaluate]
every = 20
sequences = 40
"""


@pytest.fixture(scope="module", params=("bert", "roformer"))
def trained(request, tmp_path_factory):
    work = tmp_path_factory.mktemp("next-sentence")
    (work / "text.txt").write_text(LICENSE.read_text())
    (work / "recipe.toml").write_text(RECIPE.format(family=request.param, text=work / "text.txt"))
    finished = run_program("train", work / "recipe.toml", "--out", work / "run", "--threads", 1)
    assert finished.returncode == 0, finished.stderr
    return request.param, work / "run"


def test_figures_of_both_tasks(trained):
    _, run = trained
    figures = json.loads(run_program("evaluate", "--model", run, "--json").stdout)
    assert figures["loss"] == pytest.approx(figures["masked_loss"] + figures["next_sentence_loss"], rel=0.05)
    assert 0.3 < figures["next_sentence_loss"] < 1.5 and 0.2 < figures["next_sentence_accuracy"] < 0.9


def test_transformers_opens_it(trained, tmp_path):
    family, run = trained
    kind = transformers.BertForPreTraining if family == "bert" else transformers.RoFormerForMaskedLM
    model, report = kind.from_pretrained(run, output_loading_info=True)
    assert {key.split(".")[-2] for key in report["missing_keys"]} <= {"embed_positions"}  # a table that is computed
    left = {key.split(".")[-3 if "pooler" in key else -2] for key in report["unexpected_keys"]}
    assert left == (set() if family == "bert" else {"pooler", "seq_relationship"})
    torch.manual_seed(3)
    ids = torch.randint(5, 300, (3, 12))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": (torch.arange(12) > 5).long().expand(3, 12)}
    with torch.no_grad():
        theirs = model.eval()(**inputs)
    ours = run_model(run, inputs, tmp_path)
    names = ("prediction_logits", "seq_relationship_logits") if family == "bert" else ("logits",)
    for name in names:
        assert (ours[name] - theirs[name]).abs().max() < 1e-4, name
