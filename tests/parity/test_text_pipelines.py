"""fill-mask and embed against transformers: its tokenizer, its model, its poolings, one line at a time."""

import json
import shutil

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


def test_type_ids_of_tokenizer_json_reach_the_model(checkpoint, tmp_path):
    folder, _, model = checkpoint
    shutil.copytree(folder, tmp_path / "model")
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece({word: i for i, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    tokenizer.add_special_tokens(VOCABULARY[:5])
    tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS]:0 $A:1 [SEP]:1", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.decoder = tokenizers.decoders.WordPiece()
    tokenizer.save(str(tmp_path / "model" / "tokenizer.json"))
    masks = json_lines("fill-mask", tmp_path / "model")
    for text, answer, vector in zip(TEXTS, masks, json_lines("embed", tmp_path / "model")):
        encoding = tokenizer.encode(text)
        assert set(encoding.type_ids) == {0, 1}
        ids, types = torch.tensor([encoding.ids]), torch.tensor([encoding.type_ids])
        with torch.no_grad():
            probabilities = model(input_ids=ids, token_type_ids=types).logits[0].softmax(-1)
            states = model.base_model(input_ids=ids, token_type_ids=types).last_hidden_state[0]
        assert (torch.tensor(vector["embedding"]) - states.mean(0)).abs().max() <= 2e-5
        for candidates, place in zip(answer["masks"], (ids[0] == 4).nonzero().flatten(), strict=True):
            for candidate in candidates:
                assert candidate["probability"] == pytest.approx(float(probabilities[place, candidate["id"]]), abs=2e-5)
