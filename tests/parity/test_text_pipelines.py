"""fill-mask and embed against transformers: its tokenizer, its model, its poolings, one line at a time."""

import json

import pytest
import tokenizers
import torch
import transformers

from conftest import randomise, run_program
from test_bad_input import SIZES, VOCABULARY

TEXTS = ["the [MASK] sat on a [MASK] .", "", "the cat ran", "[MASK]", "the dog sat on the cats mat . a dog running",
         "unknown words [MASK] here"]  # fmt: skip


@pytest.fixture(scope="module", params=["RoFormer", "Bert"])
def checkpoint(request, tmp_path_factory):
    """Folder, tokenizer and model of transformers."""
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(2)
    config = getattr(transformers, request.param + "Config")(**SIZES)
    model = randomise(getattr(transformers, request.param + "ForMaskedLM")(config), scale=0.1)
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    return folder, transformers.BertTokenizer(str(folder / "vocab.txt")), model


def json_lines(command, folder, *flags):
    text = "".join(line + "\n" for line in TEXTS)
    finished = run_program(command, "--json", "--model", folder, *flags, text=text)
    assert finished.returncode == 0, finished.stderr
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert len(answers) == len(TEXTS)
    return answers


def test_fill_mask(checkpoint):
    folder, tokenizer, model = checkpoint
    for text, answer in zip(TEXTS, json_lines("fill-mask", folder, "--top", 3)):
        assert answer["text"] == text
        inputs = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            probabilities = model(**inputs).logits[0].softmax(-1)
        expected = [probabilities[place].topk(3) for place in (inputs.input_ids[0] == 4).nonzero().flatten()]
        assert len(answer["masks"]) == len(expected)
        for candidates, (values, ids) in zip(answer["masks"], expected):
            assert [candidate["id"] for candidate in candidates] == ids.tolist()
            assert [candidate["token"] for candidate in candidates] == [VOCABULARY[i] for i in ids]
            found = torch.tensor([candidate["probability"] for candidate in candidates])
            assert (found - values).abs().max() <= 2e-5


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_embed(checkpoint, pooling):
    folder, tokenizer, model = checkpoint
    for text, answer in zip(TEXTS, json_lines("embed", folder, "--pooling", pooling)):
        with torch.no_grad():
            states = model.base_model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        expected = states[0] if pooling == "cls" else states.mean(0)
        assert (torch.tensor(answer["embedding"]) - expected).abs().max() <= 2e-5


def test_pooler(tmp_path):
    model = randomise(transformers.BertModel(transformers.BertConfig(**SIZES)), scale=0.1)
    model.save_pretrained(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    tokenizer = transformers.BertTokenizer(str(tmp_path / "vocab.txt"))
    for text, answer in zip(TEXTS, json_lines("embed", tmp_path, "--pooling", "pooler")):
        with torch.no_grad():
            expected = model(**tokenizer(text, return_tensors="pt")).pooler_output[0]
        assert (torch.tensor(answer["embedding"]) - expected).abs().max() <= 2e-5


@pytest.fixture(scope="module", params=["RoFormer", "Bert"])
def typed_checkpoint(request, tmp_path_factory):
    """A tokenizer.json whose template gives the types 1 1 0 to [CLS] text [SEP], and a model with three types."""
    folder = tmp_path_factory.mktemp(request.param + "-types")
    torch.manual_seed(3)
    config = getattr(transformers, request.param + "Config")(**SIZES, type_vocab_size=3)
    model = randomise(getattr(transformers, request.param + "ForMaskedLM")(config), scale=0.3)
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"))._tokenizer
    ends = [("[CLS]", VOCABULARY.index("[CLS]")), ("[SEP]", VOCABULARY.index("[SEP]"))]
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing("[CLS]:1 $A:1 [SEP]:0", special_tokens=ends)
    tokenizer.save(str(folder / "tokenizer.json"))
    names = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
    fast = transformers.PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **names)
    fast.save_pretrained(folder)  # its class says that tokenizer.json counts as it is
    return folder, transformers.AutoTokenizer.from_pretrained(folder), model


def test_types_of_a_template(typed_checkpoint):
    folder, tokenizer, model = typed_checkpoint
    answers = json_lines("fill-mask", folder, "--top", 3)
    vectors = json_lines("embed", folder, "--pooling", "mean", "--max-length", 6, "--truncate")
    for text, answer, vector in zip(TEXTS, answers, vectors):
        inputs = tokenizer(text, return_tensors="pt", return_token_type_ids=True)
        assert inputs.token_type_ids[0].tolist() == [1] * (inputs.input_ids.shape[1] - 1) + [0]
        cut = tokenizer(text, return_tensors="pt", return_token_type_ids=True, truncation=True, max_length=6)
        with torch.no_grad():
            probabilities = model(**inputs).logits[0].softmax(-1)
            expected = model.base_model(**cut).last_hidden_state[0].mean(0)
        places = (inputs.input_ids[0] == 4).nonzero().flatten()
        assert len(answer["masks"]) == len(places)
        for candidates, place in zip(answer["masks"], places):
            values, ids = probabilities[place].topk(3)
            assert [candidate["id"] for candidate in candidates] == ids.tolist()
            found = torch.tensor([candidate["probability"] for candidate in candidates])
            assert (found - values).abs().max() <= 2e-5
        assert (torch.tensor(vector["embedding"]) - expected).abs().max() <= 2e-5
