"""Tags of words: fifty steps as transformers takes them (same weights and rows, no dropout, labels −100 on all but first pieces),
figures as seqeval has them, folders that transformers opens, and lines answered as its pipeline answers them."""

import json
import random
import signal
import subprocess
import time

import pytest
import seqeval.metrics
import torch
import transformers

from conftest import BUILD, randomise, run_model, run_program
from fifty_steps import STEPS, compare, fifty_losses, lines_of, stage

LENGTH = 24
SENTENCES = 32  # all in one batch, so that their order does not matter
SYLLABLES = [f"{first}{second}" for first in "bcdfgklm" for second in "aeiou"]
TAGS = ["B-LOC", "B-PER", "I-LOC", "I-PER", "O"]
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *SYLLABLES, *(f"##{syllable}" for syllable in SYLLABLES), ".", ",", "u", "s", "中"]
SHAPE = dict(vocab_size=len(VOCABULARY), hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96,
             max_position_embeddings=64, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)  # fmt: skip
FAMILIES = {
    "roformer": (transformers.RoFormerConfig, transformers.RoFormerForTokenClassification, dict(embedding_size=48)),
    "bert": (transformers.BertConfig, transformers.BertForTokenClassification, {}),
}
RECIPE = f"""
task.kind = "token_classification"
model.checkpoint = "{{folder}}/start"
[data]
train = "{{folder}}/train.conll"
validation = "{{folder}}/dev.conll"
test = "{{folder}}/test.conll"
max_length = {LENGTH}
[checkpoint]
every = 10
"""


def make_sentence(draw):
    """Words of one to four pieces, some of which no vocabulary has; the first letter says the tag, behind its like I-."""
    words, tags = [], []
    for _ in range(draw.randint(1, 12)):
        word = "".join(draw.choices(SYLLABLES, k=draw.randint(1, 3)))
        word = draw.choice([word] * 8 + [word.capitalize() + ".", "U.S.", "☃", "中中", word.replace("a", "á")])
        kind = {"b": "PER", "c": "PER", "d": "LOC"}.get(word[0].lower())
        before = tags[-1][2:] if tags and tags[-1] != "O" else None
        words.append(word)
        tags.append("O" if kind is None else f"I-{kind}" if before == kind else f"B-{kind}")
    return words, tags


def write_sentences(path, sentences):
    path.write_text("".join("".join(f"{word} {tag}\n" for word, tag in zip(*sentence)) + "\n" for sentence in sentences))


def tokenizer_of(folder):
    return transformers.BertTokenizerFast(str(folder / "vocab.txt"))


@pytest.fixture(scope="module", params=FAMILIES)
def work(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("token-classification")
    draw = random.Random(5)
    sentences = {name: [make_sentence(draw) for _ in range(count)] for name, count in (("train", SENTENCES), ("dev", 40), ("test", 30))}
    sentences["dev"] += sentences["train"]  # so that what is learned helps
    sentences["dev"].append((["ba", "\x01", "da", "\x02"], ["B-PER", "I-PER", "B-LOC", "O"]))  # two words without a token
    for name in sentences:
        write_sentences(folder / f"{name}.conll", sentences[name])
    start = folder / "start"
    start.mkdir()
    (start / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    (start / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    config, model_class, more = FAMILIES[request.param]
    torch.manual_seed(1)
    names = dict(id2label=dict(enumerate(TAGS)), label2id={tag: number for number, tag in enumerate(TAGS)})
    model = randomise(model_class(config(**SHAPE, **more, **names)))
    model.save_pretrained(start)
    (folder / "recipe.toml").write_text(RECIPE.format(folder=folder) + stage(SENTENCES))
    finished = run_program("train", folder / "recipe.toml", "--out", folder / "run")
    assert finished.returncode == 0, finished.stderr
    return dict(folder=folder, sentences=sentences, model=model, model_class=model_class, log=finished.stderr)


def rows_of(tokenizer, words):
    """[(pieces, first pieces' word numbers or None)]: a sentence in rows of LENGTH tokens, each from a word's begin."""
    whole = tokenizer(words, is_split_into_words=True, add_special_tokens=False)
    rows, pieces, of = [], [], []
    for number in range(len(words)):
        own = [piece for piece, word in zip(whole.input_ids, whole.word_ids()) if word == number][: LENGTH - 2]
        if len(pieces) + len(own) > LENGTH - 2:
            rows.append((pieces, of))
            pieces, of = [], []
        pieces, of = pieces + own, of + [number, *[None] * (len(own) - 1)][: len(own)]
    return [*rows, (pieces, of)]


def encoded(work, sentences):
    """What transformers computes, and for each first piece its row, column, sentence and word."""
    tokenizer = tokenizer_of(work["folder"] / "start")
    rows = [(number, row) for number, (words, _) in enumerate(sentences) for row in rows_of(tokenizer, words)]
    longest = max(len(pieces) for _, (pieces, _) in rows) + 2
    inputs = {name: torch.zeros(len(rows), longest, dtype=torch.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
    labels, places = torch.full((len(rows), longest), -100), []
    for row, (sentence, (pieces, of)) in enumerate(rows):
        ids = [tokenizer.cls_token_id, *pieces, tokenizer.sep_token_id]
        inputs["input_ids"][row, : len(ids)] = torch.tensor(ids)
        inputs["attention_mask"][row, : len(ids)] = 1
        for column, word in enumerate(of, 1):
            if word is not None:
                labels[row, column] = TAGS.index(sentences[sentence][1][word])
                places.append((row, column, sentence, word))
    return inputs, labels, places


def theirs(work):
    inputs, labels, _ = encoded(work, work["sentences"]["train"])
    return fifty_losses(work["model"], lambda: work["model"](**inputs, labels=labels).loss)


def test_fifty_losses(work):
    compare(work["folder"], theirs(work), falls_to=0.5)


def test_what_is_odd_is_said(work):
    assert "2 words have no token" in work["log"] and "sentences are longer than data.max_length" in work["log"], work["log"]


def test_transformers_opens_what_we_write(work, tmp_path):
    model = work["model_class"].from_pretrained(work["folder"] / "run").eval()
    assert model.config.id2label == dict(enumerate(TAGS))
    inputs, _, _ = encoded(work, work["sentences"]["test"])
    with torch.no_grad():
        expected = model(**inputs).logits
    ours = run_model(work["folder"] / "run", inputs, tmp_path)["logits"]
    there = inputs["attention_mask"].bool()
    assert (ours - expected)[there].abs().max() <= 1e-4


@pytest.mark.parametrize("split, name", [("validation", "dev"), ("test", "test")])
def test_figures(work, split, name):
    model, sentences = work["model_class"].from_pretrained(work["folder"] / "run").eval(), work["sentences"][name]
    inputs, labels, places = encoded(work, sentences)
    with torch.no_grad():
        result = model(**inputs, labels=labels)
    gold, predicted = [tags for _, tags in sentences], [["O"] * len(tags) for _, tags in sentences]
    for row, column, sentence, word in places:
        predicted[sentence][word] = TAGS[result.logits[row, column].argmax()]
    evaluated = run_program("evaluate", "--model", work["folder"] / "run", "--split", split, "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    ours = json.loads(evaluated.stdout)
    assert ours["loss"] == pytest.approx(result.loss.item(), abs=1e-5)
    for figure in ("accuracy", "precision", "recall", "f1"):
        assert ours[figure] == pytest.approx(getattr(seqeval.metrics, f"{figure}_score")(gold, predicted)), figure
    assert 0.3 < ours["f1"] < 1


def test_the_best_model_is_the_one_of_f1(work):
    best = max(line["f1"] for line in lines_of(work["folder"] / "run", "evaluation") if line["step"] > 0)
    evaluated = run_program("evaluate", "--model", work["folder"] / "run" / "best", "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    assert json.loads(evaluated.stdout)["f1"] == pytest.approx(best, abs=1e-6)


LINES = ["Babe dadidu didada lives, in the U.S.", "cabadu bé da.da  ba", "中中 ba ☃☃ dadida, cici", "\tbaba\tcaco ", "u.s. [MASK] da", "ba"]


def test_lines_are_answered_as_by_the_pipeline(work, tmp_path):
    tokenizer, draw, seen = tokenizer_of(work["folder"] / "start"), random.Random(7), set()
    lines = LINES + [" ".join(make_sentence(draw)[0]) for _ in range(50)]
    for scale in (0.02, 0.07):  # away from what was learned, so that I- without a beginning is among the answers too
        model = randomise(work["model_class"].from_pretrained(work["folder"] / "run"), seed=2, scale=scale)
        model.save_pretrained(tmp_path)
        tokenizer.save_pretrained(tmp_path)
        tagger = transformers.pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first", device="cpu")
        answered = run_program("classify", "--model", tmp_path, "--json", text="".join(f"{line}\n" for line in lines))
        assert answered.returncode == 0, answered.stderr
        answers = [json.loads(line)["entities"] for line in answered.stdout.splitlines()]
        for line, ours in zip(lines, answers, strict=True):
            expected = tagger(line)
            assert [(e["label"], e["begin"], e["end"]) for e in ours] == [(e["entity_group"], e["start"], e["end"]) for e in expected], line
            assert [e["probability"] for e in ours] == pytest.approx([float(e["score"]) for e in expected], abs=2e-5)
            assert all(e["text"] == line[e["begin"] : e["end"]] for e in ours)
            seen |= {(e["label"], " " in e["text"]) for e in ours}
        plain = run_program("classify", "--model", tmp_path, text="".join(f"{line}\n" for line in lines))
        assert plain.stdout.splitlines() == ["\t".join(f"{e['label']}:{e['text']}".replace("\t", " ") for e in ours) for ours in answers]
    assert {label for label, _ in seen} == {"LOC", "PER"} and {spaced for _, spaced in seen} == {False, True}, seen


def test_labels_that_are_no_tags_of_entities(work):
    answered = run_program("classify", "--model", work["folder"] / "run", "--label-names", "a,b,c,d,e", "--json", text="Babe  lives.\n\n")
    assert answered.returncode == 0, answered.stderr
    words, none = (json.loads(line)["entities"] for line in answered.stdout.splitlines())
    assert [(word["text"], word["begin"], word["end"]) for word in words] == [("Babe", 0, 4), ("lives", 6, 11), (".", 11, 12)]
    assert {word["label"] for word in words} <= set("abcde") and none == []


def test_long_lines_are_refused_or_cut(work):
    line = "ba " * 70 + "\n"
    refused = run_program("classify", "--model", work["folder"] / "run", "--max-length", "64", text=line)
    assert refused.returncode == 1 and "line 1" in refused.stderr and "--truncate" in refused.stderr, refused.stderr
    cut = run_program("classify", "--model", work["folder"] / "run", "--max-length", "64", "--truncate", text=line)
    assert cut.returncode == 0, cut.stderr


def test_inspect_names_the_command(work):
    inspected = run_program("inspect", work["folder"] / "run")
    assert inspected.returncode == 0 and "roformer classify --model" in inspected.stdout, inspected.stdout + inspected.stderr


def test_a_killed_run_goes_on(work):
    folder, timing = work["folder"], {"tokens_per_second", "seconds", "time"}
    command = ["train", folder / "recipe.toml", "--out", folder / "killed", "--set", "run.threads=1"]
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


@pytest.mark.parametrize("change, message", [
    ("ba B-PRE", "got 'B-PRE'"),
    ("ba", "columns"),
    ("ba x O", "columns"),
    ("b\udcff O", "UTF-8"),
])  # fmt: skip
def test_bad_lines_are_named(work, tmp_path, change, message):
    lines = (work["folder"] / "test.conll").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if number > 5 and text)
    lines[line - 1] = change
    (tmp_path / "dev.conll").write_bytes("\n".join(lines).encode(errors="surrogateescape"))
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", f"data.validation={tmp_path}/dev.conll")
    assert refused.returncode == 1 and f"dev.conll:{line}" in refused.stderr and message in refused.stderr, refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("change, message", [
    ('data.labels=["O","B-PER","I-PER","B-LOC"]', "I-LOC"),
    ('data.labels=["O","B-PER","I-PER","B-LOC","I-LOC","B-ORG"]', "none of 'B-ORG'"),
    ("data.tag_column=3", "at least 3 columns"),
    ("data.max_length=65", "max_position_embeddings"),
    ("data.text=words", "[data] text: expected it only for tasks whose files are tables"),
])  # fmt: skip
def test_wrong_recipes_are_refused(work, tmp_path, change, message):
    if change.startswith("data.max_length") and "RoFormer" in work["model_class"].__name__:
        pytest.skip("rotary positions have no end")
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", change)
    assert refused.returncode == 1 and message in refused.stderr, refused.stderr
