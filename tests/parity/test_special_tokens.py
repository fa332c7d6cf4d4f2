"""Special tokens by whichever file of a folder names them, against transformers' AutoTokenizer on the same folder."""

import json

import pytest
import transformers

from conftest import run_program

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the cat sat a b x y z ##x ##y ##z < > [ ]".split()
MODEL = {"model_type": "bert", "vocab_size": len(WORDS) + 4, "hidden_size": 16, "num_hidden_layers": 1,
         "num_attention_heads": 2, "intermediate_size": 32}  # fmt: skip
BERT = {"tokenizer_class": "BertTokenizer", "do_lower_case": False}
LIST = {"additional_special_tokens": ["<x>", "<y>"]}
CASES = {
    "named token beside the map's list": ({**BERT, "eos_token": "[SEP]"}, LIST),
    "list of the map alone": (BERT, LIST),
    "list of both": ({**BERT, "additional_special_tokens": ["<y>"]}, LIST),
    "object in its own order": ({**BERT, "extra_special_tokens": {"z_token": "<x>", "a_token": "<y>"}}, None),
    "names in their own order": (BERT, {"z_token": "<y>", "a_token": "<x>"}),
    "a mask of another name": ({**BERT, "mask_token": "<x>"}, None),
    "a padding of another name": (BERT, {"pad_token": "<y>"}),
}


@pytest.mark.parametrize("case", CASES)
def test_ids_are_those_of_transformers(case, tmp_path):
    settings, special = CASES[case]
    (tmp_path / "config.json").write_text(json.dumps(MODEL))
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    if special:
        (tmp_path / "special_tokens_map.json").write_text(json.dumps(special))
    lines = ["a <x> b", "a <x> <y>", "the cat sat", "<y>x"]
    finished = run_program("tokenize", "--model", tmp_path, "--json", text="\n".join(lines) + "\n")
    assert finished.returncode == 0, finished.stderr
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert [json.loads(line)["ids"] for line in finished.stdout.splitlines()] == [theirs(line).input_ids for line in lines]


def test_what_is_not_computed_is_refused_or_said(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(MODEL))
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    for key, value, code in [("split_special_tokens", True, 1), ("truncation_side", "left", 0),
                             ("model_input_names", ["input_ids"], 0)]:  # fmt: skip
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({**BERT, key: value}))
        finished = run_program("tokenize", "--model", tmp_path, text="a\n")
        assert finished.returncode == code and key in finished.stderr, (key, finished.stderr)
