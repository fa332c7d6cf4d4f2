"""Multiple choice and ranking: fifty steps as transformers and PyTorch take them (same weights, batches, no dropout), folders
that transformers opens with the same outputs, and answers of `classify` as its logits give them."""

import json
import random

import pytest
import torch
import transformers

from conftest import randomise, run_program
from fifty_steps import compare, fifty_losses, stage

QUESTIONS, CHOICES = 16, 3
WORDS = [f"{first}{second}" for first in "bcdfgklmnprst" for second in "aeiou"]
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=64,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, vocab_size=5 + len(WORDS))  # fmt: skip
RECIPE = """
task.kind = "{kind}"
model.checkpoint = "{folder}/start"
[data]
train = "{folder}/train.tsv"
validation = "{folder}/dev.tsv"
test_share = 0.0
max_length = 40
{data}
"""


def some_words(draw, most=9):
    return " ".join(draw.choices(WORDS, k=draw.randint(2, most)))


def begin(folder, model, kind, data):
    start = folder / "start"
    start.mkdir()
    (start / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    randomise(model).save_pretrained(start)
    (start / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    (folder / "recipe.toml").write_text(RECIPE.format(kind=kind, folder=folder, data=data) + stage(QUESTIONS))
    finished = run_program("train", folder / "recipe.toml", "--out", folder / "run")
    assert finished.returncode == 0, finished.stderr


def encoded(folder, pairs):
    tokenizer = transformers.BertTokenizerFast(str(folder / "start" / "vocab.txt"))
    return tokenizer([a for a, _ in pairs], [b for _, b in pairs], truncation=True, max_length=40, padding=True, return_tensors="pt")


@pytest.fixture(scope="module", params=["roformer", "bert"])
def choices(request, tmp_path_factory):
    folder, draw = tmp_path_factory.mktemp("choices"), random.Random(4)
    rows = {name: [(some_words(draw), [some_words(draw) for _ in range(CHOICES)], draw.randrange(CHOICES)) for _ in range(count)]
            for name, count in (("train", QUESTIONS), ("dev", 30))}  # fmt: skip
    for name, questions in rows.items():
        (folder / f"{name}.tsv").write_text("context\tone\ttwo\tthree\tlabel\n" + "".join(
            "\t".join([context, *options, "ABC"[right]]) + "\n" for context, options, right in questions))  # fmt: skip
    torch.manual_seed(1)
    if request.param == "roformer":
        model_class = transformers.RoFormerForMultipleChoice
        model = model_class(transformers.RoFormerConfig(embedding_size=48, summary_type="first", **SHAPE))
    else:
        model_class = transformers.BertForMultipleChoice
        model = model_class(transformers.BertConfig(**SHAPE))
    begin(folder, model, "multiple_choice", 'text = "context"\nchoices = ["one", "two", "three"]')
    return dict(folder=folder, rows=rows, model=model, model_class=model_class)


def choice_logits(choices, model, part):
    pairs = [(context, option) for context, options, _ in choices["rows"][part] for option in options]
    inputs = {name: values.view(-1, CHOICES, values.shape[-1]) for name, values in encoded(choices["folder"], pairs).items()}
    return model(**inputs).logits


def test_fifty_losses_of_choices(choices):
    right = torch.tensor([row[2] for row in choices["rows"]["train"]])
    compare(choices["folder"], fifty_losses(
        choices["model"], lambda: torch.nn.functional.cross_entropy(choice_logits(choices, choices["model"], "train"), right)))  # fmt: skip


def test_choices_are_answered_as_transformers_does(choices):
    folder, rows = choices["folder"], choices["rows"]["dev"]
    with torch.no_grad():
        logits = choice_logits(choices, choices["model_class"].from_pretrained(folder / "run").eval(), "dev")
    text = "".join("\t".join([context, *options]) + "\n" for context, options, _ in rows)
    answered = run_program("classify", "--model", folder / "run", "--json", text=text)
    assert answered.returncode == 0, answered.stderr
    for line, probabilities in zip(answered.stdout.splitlines(), logits.softmax(-1), strict=True):
        answer = json.loads(line)
        assert answer["probabilities"] == pytest.approx(probabilities.tolist(), abs=2e-5)
        assert answer["choice"] == probabilities.argmax().item()
    evaluated = json.loads(run_program("evaluate", "--model", folder / "run", "--json").stdout)
    right = torch.tensor([row[2] for row in rows])
    assert evaluated["loss"] == pytest.approx(torch.nn.functional.cross_entropy(logits, right).item(), abs=1e-5)
    assert evaluated["accuracy"] == pytest.approx((logits.argmax(-1) == right).float().mean().item())


def test_a_head_that_reads_padding_is_refused(choices, tmp_path):
    if choices["model"].config.model_type == "bert":
        pytest.skip("BERT's reads [CLS]")
    config = json.loads((choices["folder"] / "run" / "config.json").read_text())
    other = tmp_path / "last"
    other.mkdir()
    for file in ("model.safetensors", "vocab.txt", "tokenizer_config.json"):
        (other / file).write_bytes((choices["folder"] / "run" / file).read_bytes())
    (other / "config.json").write_text(json.dumps(config | dict(summary_type="last")))
    for command in (["classify", "--model", other], ["train", choices["folder"] / "recipe.toml", "--out", tmp_path / "out",
                                                     "--set", f"model.checkpoint={other}"]):  # fmt: skip
        refused = run_program(*command, text="a\tb\tc\n")
        assert refused.returncode == 1 and "summary_type" in refused.stderr, refused.stderr


@pytest.fixture(scope="module")
def ranking(tmp_path_factory):
    folder, draw = tmp_path_factory.mktemp("ranking"), random.Random(5)
    queries = {name: [(some_words(draw), [(some_words(draw), draw.choice([0, 1, 2])) for _ in range(draw.randint(1, 3))])
                      for _ in range(count)] for name, count in (("train", QUESTIONS), ("dev", 20))}  # fmt: skip
    for name in queries:  # each has an order
        queries[name] = [(query, [*rows, (some_words(draw), 3)]) for query, rows in queries[name]]
        (folder / f"{name}.tsv").write_text("query\trow\tgrade\n" + "".join(
            f"{query}\t{row}\t{grade}\n" for query, rows in queries[name] for row, grade in rows))  # fmt: skip
    torch.manual_seed(2)
    model = transformers.RoFormerForSequenceClassification(transformers.RoFormerConfig(embedding_size=48, num_labels=1, **SHAPE))
    begin(folder, model, "ranking", 'text = "query"\ntext_pair = "row"\nlabel = "grade"')
    return dict(folder=folder, queries=queries, model=model)


def ranking_scores(ranking, model, part):
    pairs = [(query, row) for query, rows in ranking["queries"][part] for row, _ in rows]
    return model(**encoded(ranking["folder"], pairs)).logits[:, 0]


def leads(scores, queries):
    """The better one's number less the worse one's, for each pair of a query."""
    all_of, place = [], 0
    for _, rows in queries:
        for i, (_, better) in enumerate(rows):
            all_of += [scores[place + i] - scores[place + j] for j, (_, worse) in enumerate(rows) if better > worse]
        place += len(rows)
    return torch.stack(all_of)


def test_fifty_losses_of_rankings(ranking):
    compare(ranking["folder"], fifty_losses(ranking["model"], lambda: torch.nn.functional.softplus(
        -leads(ranking_scores(ranking, ranking["model"], "train"), ranking["queries"]["train"])).mean()))  # fmt: skip


def test_rankings_are_answered_as_transformers_does(ranking):
    folder = ranking["folder"]
    model = transformers.RoFormerForSequenceClassification.from_pretrained(folder / "run").eval()
    with torch.no_grad():
        scores = ranking_scores(ranking, model, "dev")
    text = "".join(f"{query}\t{row}\n" for query, rows in ranking["queries"]["dev"] for row, _ in rows)
    answered = run_program("classify", "--model", folder / "run", "--json", text=text)
    assert answered.returncode == 0, answered.stderr
    assert [json.loads(line)["score"] for line in answered.stdout.splitlines()] == pytest.approx(scores.tolist(), abs=2e-5)
    evaluated = json.loads(run_program("evaluate", "--model", folder / "run", "--json").stdout)
    differences = leads(scores, ranking["queries"]["dev"])
    assert evaluated["loss"] == pytest.approx(torch.nn.functional.softplus(-differences).mean().item(), abs=1e-5)
    assert evaluated["pair_accuracy"] == pytest.approx((differences > 0).float().mean().item())
    ranks, place = [], 0
    for _, rows in ranking["queries"]["dev"]:
        own = scores[place : place + len(rows)].tolist()
        ranks.append(1 + sum(score >= own[-1] for score in own[:-1]))
        place += len(rows)
    assert evaluated["mean_reciprocal_rank"] == pytest.approx(sum(1 / rank for rank in ranks) / len(ranks))
