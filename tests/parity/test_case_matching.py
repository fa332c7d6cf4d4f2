"""Similar case matching (section 4.5.4): scores and losses as PyTorch takes them of transformers' trunk, triplets in rotations, a
RoFormer that begins with BERT's weights, and all of Table 5 in small."""

import json
import random
import shutil

import pytest
import torch
import transformers

from conftest import randomise, run_program
from fifty_steps import compare, fifty_losses, stage

LETTERS = "今天气非常好我们来到北京学习语言模型的了"
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=64,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, vocab_size=5 + len(LETTERS))  # fmt: skip
TRIPLETS = 16
RECIPE = """
task.kind = "ranking"
task.pooling = "mean"
task.loss = "each"
model.checkpoint = "{folder}/start"
[data]
train = "{folder}/train.jsonl"
validation = "{folder}/dev.jsonl"
test_share = 0.0
text = "A"
choices = ["B", "C"]
label = ""
max_length = 40
"""


def write_tokenizer(folder):
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *LETTERS]) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')


def text(draw):
    return "".join(draw.choices(LETTERS, k=draw.randint(2, 15)))


@pytest.fixture(scope="module")
def matching(tmp_path_factory):
    folder, draw = tmp_path_factory.mktemp("matching"), random.Random(6)
    triplets = {name: [tuple(text(draw) for _ in "ABC") for _ in range(count)] for name, count in (("train", TRIPLETS), ("dev", 20))}
    for name, rows in triplets.items():
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(dict(zip("ABC", row))) + "\n" for row in rows))
    start = folder / "start"
    start.mkdir()
    write_tokenizer(start)
    torch.manual_seed(3)
    trunk = randomise(transformers.RoFormerModel(transformers.RoFormerConfig(embedding_size=48, **SHAPE)))
    trunk.save_pretrained(start)
    (folder / "recipe.toml").write_text(RECIPE.format(folder=folder) + stage(TRIPLETS))
    # What the head begins with is drawn by us: one update at no rate shows it.
    drawn = run_program("train", folder / "recipe.toml", "--out", folder / "drawn", "--set", "optimizer.learning_rate=0",
                        "--set", "stage.0.steps=1")  # fmt: skip
    assert drawn.returncode == 0, drawn.stderr
    finished = run_program("train", folder / "recipe.toml", "--out", folder / "run")
    assert finished.returncode == 0, finished.stderr
    return dict(folder=folder, triplets=triplets, model=Scorer(trunk, folder / "drawn"))


class Scorer(torch.nn.Module):
    """finetune_scm.py's head: the mean over the tokens of a pair, one number."""

    def __init__(self, trunk, folder):
        super().__init__()
        from safetensors.torch import load_file

        self.trunk, self.score = trunk, torch.nn.Linear(48, 1)
        weights = load_file(folder / "model.safetensors")
        own = {name.removeprefix("roformer."): value for name, value in weights.items() if name.startswith("roformer.")}
        assert not [name for name in self.trunk.load_state_dict(own, strict=False).missing_keys if "position" not in name]
        self.score.load_state_dict({"weight": weights["pair_scorer.weight"], "bias": weights["pair_scorer.bias"]})
        self.config = trunk.config

    def forward(self, pairs, vocabulary):
        tokenizer = transformers.BertTokenizerFast(str(vocabulary))
        inputs = tokenizer([a for a, _ in pairs], [b for _, b in pairs], truncation=True, max_length=40, padding=True, return_tensors="pt")
        mask = inputs["attention_mask"].unsqueeze(-1)
        return self.score((self.trunk(**inputs).last_hidden_state * mask).sum(1) / mask.sum(1))[:, 0]


def pairs_of(rows):
    return [(a, b) for a, b, _ in rows] + [(a, c) for a, _, c in rows]


def test_fifty_losses(matching):
    rows, vocabulary = matching["triplets"]["train"], matching["folder"] / "start" / "vocab.txt"
    near = torch.cat([torch.ones(len(rows)), torch.zeros(len(rows))])
    compare(matching["folder"], fifty_losses(matching["model"], lambda: torch.nn.functional.binary_cross_entropy_with_logits(
        matching["model"](pairs_of(rows), vocabulary), near)))  # fmt: skip


def test_scores_and_figures(matching):
    folder, rows = matching["folder"], matching["triplets"]["dev"]
    with torch.no_grad():
        scores = Scorer(matching["model"].trunk, folder / "run").eval()(pairs_of(rows), folder / "start" / "vocab.txt")
    answered = run_program("classify", "--model", folder / "run", "--json", text="".join(f"{a}\t{b}\n" for a, b in pairs_of(rows)))
    assert answered.returncode == 0, answered.stderr
    assert [json.loads(line)["score"] for line in answered.stdout.splitlines()] == pytest.approx(scores.tolist(), abs=2e-5)
    evaluated = json.loads(run_program("evaluate", "--model", folder / "run", "--json").stdout)
    assert evaluated["pair_accuracy"] == pytest.approx((scores[: len(rows)] > scores[len(rows) :]).float().mean().item())


@pytest.mark.parametrize("keep", ["head", "tail", "both"])
def test_pairs_are_cut_by_classify_as_by_evaluate(matching, tmp_path, keep):
    folder, draw, length = matching["folder"], random.Random(8), 15
    rows = [["".join(draw.choices(LETTERS, k=length)) for _ in "ABC"] for _ in range(20)]
    (tmp_path / "dev.jsonl").write_text("".join(json.dumps(dict(zip("ABC", row))) + "\n" for row in rows))
    trained = run_program("train", folder / "recipe.toml", "--out", tmp_path / "run", "--set", "data.max_length=13", "--set",
                          f"data.keep={keep}", "--set", f"data.validation={tmp_path}/dev.jsonl", "--set", "stage.0.steps=3")  # fmt: skip
    assert trained.returncode == 0, trained.stderr

    def kept(text):  # of 13 tokens 3 are special, and each text has 5
        return {"head": text[:5], "tail": text[-5:], "both": text[:3] + text[-2:]}[keep]

    def scores(pairs, *flags, warned=True, model="run"):
        finished = run_program("classify", "--model", tmp_path / model, "--json", *flags, text="".join(f"{a}\t{b}\n" for a, b in pairs))
        assert finished.returncode == 0, finished.stderr
        assert ("40 lines were longer than 13 tokens, data.max_length of" in finished.stderr) == warned, finished.stderr
        return [json.loads(line)["score"] for line in finished.stdout.splitlines()]

    found = scores(pairs_of(rows))
    assert found == pytest.approx(scores([(kept(a), kept(b)) for a, b in pairs_of(rows)], warned=False), abs=1e-6)
    evaluated = json.loads(run_program("evaluate", "--model", tmp_path / "run", "--json").stdout)
    assert evaluated["pair_accuracy"] == pytest.approx(sum(near > far for near, far in zip(found[:20], found[20:])) / 20)
    # Whoever asks for more tokens has them.
    assert scores(pairs_of(rows), "--max-length", 40, warned=False) != pytest.approx(found, abs=1e-4)
    # A recipe that lies about is no run's.
    shutil.copytree(tmp_path / "run", tmp_path / "copy", ignore=shutil.ignore_patterns("metrics.jsonl"))
    scores(pairs_of(rows), warned=False, model="copy")


def test_a_triplet_of_one_text_twice_is_counted(matching, tmp_path):
    same = tmp_path / "same.jsonl"
    same.write_text('{"A": "今", "B": "天", "C": "气"}\n{"A": "今", "B": "天", "C": "天"}\n', encoding="utf-8")
    trained = run_program("train", matching["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", f"data.train={same}",
                          "--set", "stage.0.steps=1")  # fmt: skip
    assert trained.returncode == 0 and "1 query has one text twice" in trained.stderr and "same.jsonl:2" in trained.stderr, trained.stderr


def test_a_triplet_without_a_label_is_named(matching, tmp_path):
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"A": "今", "B": "天", "C": "气", "label": "B"}\n{"A": "今", "B": "天", "C": "气"}\n', encoding="utf-8")
    refused = run_program("train", matching["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", f"data.train={bad}",
                          "--set", f"data.validation={bad}", "--set", "data.label=label")  # fmt: skip
    assert refused.returncode == 1 and "bad.jsonl:2" in refused.stderr and "label" in refused.stderr, refused.stderr


def test_berts_weights_begin_a_roformer(matching, tmp_path):
    bert = tmp_path / "bert"
    bert.mkdir()
    torch.manual_seed(4)
    randomise(transformers.BertModel(transformers.BertConfig(**SHAPE))).save_pretrained(bert)
    write_tokenizer(bert)
    trained = run_program("train", matching["folder"] / "recipe.toml", "--out", tmp_path / "run", "--set", f"model.checkpoint={bert}",
                          "--set", "model.position_encoding=rotary", "--set", "optimizer.learning_rate=0",
                          "--set", "stage.0.steps=1")  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    assert "table of positions is left out" in trained.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["model_type"] == "roformer" and config["architectures"] == ["RoFormerForPairScoring"]
    from safetensors.torch import load_file

    mine, theirs = load_file(tmp_path / "run" / "model.safetensors"), load_file(bert / "model.safetensors")
    assert not [name for name in mine if "position_embeddings" in name]
    name = "encoder.layer.1.attention.self.query.weight"
    assert torch.equal(mine[f"roformer.{name}"], theirs[name])
    assert run_program("evaluate", "--model", tmp_path / "run").returncode == 0
    other = run_program("train", matching["folder"] / "recipe.toml", "--out", tmp_path / "other", "--set", f"model.checkpoint={bert}",
                        "--set", "model.position_encoding=sinusoidal")  # fmt: skip
    assert other.returncode == 1 and "position_encoding" in other.stderr


def run_study(folder):
    """Table 5 with encoders that have learned next to nothing."""
    words = folder / "words"
    words.mkdir()
    write_tokenizer(words)
    draw = random.Random(1)
    (folder / "text.txt").write_text("\n\n".join("".join(draw.choices(LETTERS, k=200)) for _ in range(40)), encoding="utf-8")
    triplets = folder / "triplets.jsonl"
    rows = [{"A": LETTERS[i % 7 : i % 7 + 9], "B": text(draw), "C": text(draw) if i % 2 else LETTERS[3:9]} for i in range(30)]
    triplets.write_text("".join(json.dumps(row) + "\n" for row in rows))
    changes = {"pretraining.data.text": folder / "text.txt", "pretraining.data.validation_share": 0.2, "pretraining.data.test_share": 0.2,
               "pretraining.model.hidden_size": 8, "pretraining.model.intermediate_size": 8, "pretraining.model.num_hidden_layers": 1,
               "pretraining.checkpoint.every": 100, "pretraining.evaluate.every": 100, "pretraining.evaluate.sequences": 2,
               "data.train": json.dumps([str(triplets)]), "data.folds": 3, "stage.0.epochs": 1}  # fmt: skip
    for stage in range(6):
        changes |= {f"pretraining.stage.{stage}.steps": 1, f"pretraining.stage.{stage}.batch_size": 1}
    arguments = [f"--set={key}={value}" for key, value in changes.items()]
    finished = run_program("reproduce", "table5", "--seeds", "1", "--threads", "1", "--out", folder / "out", *arguments)
    assert finished.returncode == 0, finished.stderr
    again = run_program("reproduce", "table5", "--seeds", "1", "--threads", "1", "--out", folder / "out", *arguments)
    assert again.stdout == finished.stdout
    return rows, json.loads((folder / "out" / "result.json").read_text())


def right_by_characters(rows):
    """The share in order by scikit-learn's TF-IDF of pairs of characters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = sorted({row[key] for row in rows for key in "ABC"})
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), lowercase=False).fit_transform(texts)
    place = {one: number for number, one in enumerate(texts)}
    cosine = (vectors @ vectors.T).toarray()
    return sum(cosine[place[row["A"]], place[row["B"]]] > cosine[place[row["A"]], place[row["C"]]] + 1e-12 for row in rows) / len(rows)


def test_all_of_table_5(tmp_path):
    rows, found = run_study(tmp_path)
    numbers = found["numbers"]
    assert 0 < numbers["test_texts_learned_from"] <= numbers["test_texts_learned_from_or_chosen_by"] <= numbers["test_texts"]
    assert "summed over the 3 rotations" in " ".join(found["verdicts"]) and "alone and whole" in json.dumps(found)
    assert found["numbers"]["bigrams"] == pytest.approx(right_by_characters(rows))
    assert [row["model"] for row in found["numbers"]["models"]] == [
        "BERT-512", "WoBERT-512", "WoBERT-1024", "RoFormer-512", "RoFormer-1024"]  # fmt: skip
    for row in found["numbers"]["models"]:
        assert len(row["right_by_triplet"]) == 30 and len(row["rates"]) == 3 and row["cut_share"] == 0
        assert row["right_by_seed"][0] == pytest.approx(sum(row["right_by_triplet"]) / 30)
    assert (tmp_path / "out" / "cut-off.svg").exists()
