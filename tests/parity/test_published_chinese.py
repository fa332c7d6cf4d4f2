"""A Chinese RoFormer folder as it was published: config.json, vocab.txt and a pytorch_model.bin of the old form, nothing that names
a tokenizer. Weights are random, made by transformers, in the published sizes but for the number of layers (ROFORMER_LAYERS=12: all)."""

import json
import os
import pathlib
import shutil

import pytest
import torch
import transformers

from conftest import ROOT, randomise, run_program

PUBLISHED = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "zh" / "vocab" / "roformer_chinese_base"
LAYERS = int(os.environ.get("ROFORMER_LAYERS", 1))
TEXTS = ["今天[MASK]气非常好。", "永和服装饰品有限公司,今天天气非常好", "第三，预计负债的确认和计提在很大程度上依赖于[MASK]的判断。", "他买了一件T恤，3.14元",
         "小明硕士毕业于中国科学院计算所，后在日本京都大学[MASK]造"]  # fmt: skip

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="no vocabulary as published")


def folder_of(kind, folder, **changes):
    """Folder and model of transformers' class `kind`."""
    config = transformers.RoFormerConfig.from_pretrained(PUBLISHED, num_hidden_layers=LAYERS, **changes)
    torch.manual_seed(3)
    model = randomise(getattr(transformers, kind)(config), scale=0.02)
    shutil.copy(PUBLISHED / "vocab.txt", folder)
    stated = json.loads((PUBLISHED / "config.json").read_text()) | {"architectures": [kind], "num_hidden_layers": LAYERS} | changes
    (folder / "config.json").write_text(json.dumps(stated))
    state = {name: tensor for name, tensor in model.state_dict().items() if tensor.is_floating_point()}
    torch.save(state, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    return model


@pytest.fixture(scope="module")
def tokenizer():
    words = (PUBLISHED / "vocab.txt").read_text(encoding="utf-8").split("\n")[:50000]
    return transformers.RoFormerTokenizer(vocab={word: i for i, word in enumerate(words)})


@pytest.fixture(scope="module")
def language_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    return folder, folder_of("RoFormerForMaskedLM", folder)


def answers(command, folder, *options):
    finished = run_program(command, "--json", "--model", folder, *options, text="".join(text + "\n" for text in TEXTS))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


def test_fill_mask(language_model, tokenizer):
    folder, model = language_model
    for text, answer in zip(TEXTS, answers("fill-mask", folder, "--top", 5), strict=True):
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            probabilities = model(**inputs).logits[0].softmax(-1)
        places = (inputs.input_ids[0] == tokenizer.mask_token_id).nonzero().flatten()
        assert len(answer["masks"]) == len(places)
        for candidates, place in zip(answer["masks"], places):
            values, ids = probabilities[place].topk(5)
            assert [candidate["id"] for candidate in candidates] == ids.tolist()
            found = torch.tensor([candidate["probability"] for candidate in candidates])
            assert (found / values - 1).abs().max() <= 1e-3


@pytest.mark.parametrize("pooling", ("cls", "mean"))
def test_embed(language_model, tokenizer, pooling):
    folder, model = language_model
    for text, answer in zip(TEXTS, answers("embed", folder, "--pooling", pooling), strict=True):
        with torch.no_grad():
            states = model.base_model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        wanted = states[0] if pooling == "cls" else states.mean(0)
        assert (torch.tensor(answer["embedding"]) - wanted).abs().max() <= 2e-5 * wanted.abs().max()


def test_classify(tokenizer, tmp_path):
    labels = {0: "差", 1: "好", 2: "一般"}
    model = folder_of("RoFormerForSequenceClassification", tmp_path, id2label=labels, label2id={name: i for i, name in labels.items()})
    for text, answer in zip(TEXTS, answers("classify", tmp_path), strict=True):
        with torch.no_grad():
            wanted = model(**tokenizer(text, return_tensors="pt")).logits[0].softmax(-1)
        assert list(answer["probabilities"]) == list(labels.values())
        assert (torch.tensor(list(answer["probabilities"].values())) - wanted).abs().max() <= 2e-5
        assert answer["label"] == labels[int(wanted.argmax())]
