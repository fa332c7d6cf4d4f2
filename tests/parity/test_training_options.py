"""Layer-wise rates, frozen layers and epochs: twenty steps as PyTorch's AdamW takes them, with groups of parameters by depth, on
transformers' RoFormer and BERT with the same weights and rows, without dropout; early stopping by the program."""

import json
import random
import re
import tomllib

import pytest
import torch
import transformers

from conftest import randomise, run_program

STEPS, RATE, DECAY, WARMUP = 20, 2e-3, 0.1, 4
ROWS, LAYERS = 24, 3  # all rows in one batch, so that their order does not matter
WORDS = [f"{first}{second}" for first in "bcdfgklmnprst" for second in "aeiou"]
SHAPE = dict(vocab_size=5 + len(WORDS), hidden_size=48, num_attention_heads=4, num_hidden_layers=LAYERS, intermediate_size=96,
             max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, num_labels=2,
             id2label={0: "no", 1: "yes"}, label2id={"no": 0, "yes": 1})  # fmt: skip
FAMILIES = {
    "roformer": (transformers.RoFormerConfig, transformers.RoFormerForSequenceClassification, dict(embedding_size=24)),
    "bert": (transformers.BertConfig, transformers.BertForSequenceClassification, {}),
}
RECIPE = """
task.kind = "classification"
model.checkpoint = "{folder}/start"
[data]
train = "{folder}/rows.tsv"
validation = "{folder}/rows.tsv"
test_share = 0.0
max_length = 24
[[stage]]
batch_size = {rows}
epochs = {steps}
[optimizer]
learning_rate = {rate}
weight_decay = {decay}
[schedule]
warmup_share = {share}
[run]
log_every = 1
"""


@pytest.fixture(scope="module", params=FAMILIES)
def work(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("training-options")
    draw = random.Random(5)
    rows = [(" ".join(draw.choices(WORDS, k=draw.randint(2, 12))), draw.choice(["no", "yes"])) for _ in range(ROWS)]
    (folder / "rows.tsv").write_text("text\tlabel\n" + "".join("\t".join(row) + "\n" for row in rows))
    (folder / "start").mkdir()
    (folder / "start" / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    (folder / "start" / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    config, model_class, more = FAMILIES[request.param]
    torch.manual_seed(2)
    randomise(model_class(config(**SHAPE, **more))).save_pretrained(folder / "start")
    (folder / "recipe.toml").write_text(
        RECIPE.format(folder=folder, rows=ROWS, steps=STEPS, rate=RATE, decay=DECAY, share=WARMUP / STEPS))  # fmt: skip
    return dict(folder=folder, rows=rows, model_class=model_class)


def train(work, name, *changes, resume=False):
    settings = [word for change in changes for word in ("--set", change)]
    finished = run_program("train", work["folder"] / "recipe.toml", "--out", work["folder"] / name, *settings, *["--resume"] * resume)
    assert finished.returncode == 0, finished.stderr
    return work["folder"] / name, finished.stderr


def lines_of(run, kind):
    return [line for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines()) if line["kind"] == kind]


def height(name):
    layer = re.search(r"\.encoder\.layer\.(\d+)\.", name)
    if layer:
        return int(layer[1]) + 1
    return 0 if re.match(r"(roformer|bert)\.embeddings", name) else LAYERS + 1


def theirs(work, layer_decay, is_frozen):
    model = work["model_class"].from_pretrained(work["folder"] / "start").train()
    groups = []
    for name, parameter in model.named_parameters():
        if "embed_positions" in name:  # a table of sines, which nobody learns
            continue
        parameter.requires_grad_(not is_frozen(height(name)))
        plain = name.endswith("bias") or "LayerNorm" in name
        if parameter.requires_grad:
            groups.append(dict(params=[parameter], lr=RATE * layer_decay ** (LAYERS + 1 - height(name)), weight_decay=0 if plain else DECAY))
    optimizer = torch.optim.AdamW(groups)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: (step + 1) / WARMUP if step < WARMUP else 1 - (step - WARMUP) / (STEPS - WARMUP))  # fmt: skip
    tokenizer = transformers.BertTokenizerFast(str(work["folder"] / "start" / "vocab.txt"))
    inputs = tokenizer([text for text, _ in work["rows"]], padding=True, return_tensors="pt")
    labels = torch.tensor([["no", "yes"].index(label) for _, label in work["rows"]])
    losses = []
    for _ in range(STEPS):
        loss = model(**inputs, labels=labels).loss
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        schedule.step()
    return losses


@pytest.mark.parametrize("name, changes, layer_decay, is_frozen", [
    ("decay", ["optimizer.layer_decay=0.7"], 0.7, lambda height: False),
    ("frozen", ["optimizer.frozen_layers=2"], 1.0, lambda height: height <= 2),
    ("embeddings", ["optimizer.frozen_embeddings=true"], 1.0, lambda height: height == 0),
    ("both", ["optimizer.layer_decay=0.5", "optimizer.frozen_layers=1"], 0.5, lambda height: height <= 1),
])  # fmt: skip
def test_twenty_losses(work, name, changes, layer_decay, is_frozen):
    run, log = train(work, name, *changes)
    assert ("are frozen" in log) == is_frozen(0)
    ours, expected = [line["loss"] for line in lines_of(run, "training")], theirs(work, layer_decay, is_frozen)
    assert len(ours) == STEPS
    worst = max(abs(a - b) for a, b in zip(ours, expected))
    print(f"largest difference of a loss: {worst:.2e}; first {expected[0]:.4f}, last {expected[-1]:.4f}")
    assert worst <= 1e-5 and expected[-1] < 0.97 * expected[0]
    before, after = (work["model_class"].from_pretrained(folder).state_dict() for folder in (work["folder"] / "start", run))
    for key, value in before.items():
        if is_frozen(height(key)) or not key.endswith(("bias", "embed_positions.weight")):  # the keys' biases have no gradient but for rounding
            assert torch.equal(value, after[key]) == is_frozen(height(key)), key


@pytest.mark.parametrize("batch, epochs, accumulate, steps", [(8, 3, 1, 9), (8, 3, 2, 5), (10, 3, 1, 8), (24, 0.5, 1, 1), (8, 0.5, 1, 2)])
def test_steps_of_epochs(work, batch, epochs, accumulate, steps):
    run, log = train(work, f"epochs-{batch}-{epochs}-{accumulate}", f"stage.0.batch_size={batch}", f"stage.0.epochs={epochs}",
                     f"stage.0.accumulate={accumulate}")  # fmt: skip
    assert [line["step"] for line in lines_of(run, "training")] == list(range(1, steps + 1))
    assert f"{steps} steps ({epochs} epochs)" in log
    every = -(-ROWS // (batch * accumulate))
    assert [line["step"] for line in lines_of(run, "evaluation")] == sorted({*range(0, steps, every), steps})
    kept = tomllib.loads((run / "recipe.toml").read_text())
    assert kept["stage"][0]["epochs"] == epochs and "steps" not in kept["stage"][0]


def test_a_run_that_does_not_get_better_ends(work):
    changes = ["optimizer.learning_rate=1e-9", "evaluate.patience=3"]  # so that no answer is another one
    run, log = train(work, "patience", *changes)
    assert [line["step"] for line in lines_of(run, "evaluation")] == [0, 1, 2, 3]
    assert "stopped early at step 3 of 20" in log and (run / "report.html").exists()
    run, log = train(work, "patience", *changes, resume=True)
    assert "had stopped early at step 3 of 20" in log and len(lines_of(run, "training")) == 3
    run, log = train(work, "patience", changes[0], "evaluate.patience=0", resume=True)
    assert len(lines_of(run, "training")) == STEPS


@pytest.mark.parametrize("change, message", [
    ("optimizer.frozen_layers=4", "at most the 3 layers"),
    ("optimizer.layer_decay=0", "layer_decay"),
    ("stage.0.epochs=-1", "epochs"),
    ("schedule.warmup_share=2", "warmup_share"),
    ("evaluate.patience=-1", "patience"),
])  # fmt: skip
def test_wrong_options_are_refused(work, tmp_path, change, message):
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", change)
    assert refused.returncode == 1 and message in refused.stderr and not (tmp_path / "out").exists(), refused.stderr
