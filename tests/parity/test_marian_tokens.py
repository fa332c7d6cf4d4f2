"""Special and added tokens of Marian folders, by whichever file names them, against transformers' MarianTokenizer."""

import json
import shutil

import pytest
import transformers

from conftest import ROOT, run_program
from test_special_tokens import LIST, decoder, token, typed

FOLDER = ROOT / "tests" / "fixtures" / "cases" / "marian-added-tokens"
SETTINGS = {"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}
AT = len(json.loads((FOLDER / "vocab.json").read_text()))
LINES = ["a <x> b <y>", "<x>a", "<X> <z>", "<pad> </s> <unk> a", ">>fr<< a", "A<x><y>  b <x>", "xx<y>xx <y>", "a<y> a", "a  <x>  "]
# Of each: tokenizer_config.json, special_tokens_map.json, added_tokens.json.
CASES = {
    "none": ({},),
    "older file": ({}, None, {"<x>": AT, "<y>": AT + 1}),
    "the map's list": ({}, LIST),
    "list with flags, which are lost": ({"additional_special_tokens": [typed("<x>", lstrip=True), typed("<y>", single_word=True)]},),
    "object in its own order": ({"extra_special_tokens": {"z_token": "<x>", "a_token": "<y>"}},),
    "names in transformers' order": ({"mask_token": "<x>", "bos_token": "<y>"},),
    "decoder alone in its word": (decoder((AT, token("<x>", special=True)), (AT + 1, token("<y>", single_word=True))),),
    "decoder that takes white space": (decoder((AT, token("<x>", lstrip=True, rstrip=True)), (AT + 1, token("<y>", rstrip=True))),),
    "decoder with a gap": ({**decoder((AT + 4, token("<x>", special=True))), "bos_token": "<y>"},),
    "another end": ({"eos_token": "<x>"},),
}  # fmt: skip


def write_folder(folder, settings, special=None, added=None):
    for name in ("config.json", "vocab.json", "source.spm", "target.spm"):
        shutil.copyfile(FOLDER / name, folder / name)
    (folder / "tokenizer_config.json").write_text(json.dumps({**SETTINGS, **settings}))
    if special:
        (folder / "special_tokens_map.json").write_text(json.dumps(special))
    if added:
        (folder / "added_tokens.json").write_text(json.dumps(added))


def tokenize(folder):
    return run_program("tokenize", "--model", folder, "--json", text="\n".join(LINES) + "\n")


@pytest.mark.parametrize("case", CASES)
def test_ids_are_those_of_transformers(case, tmp_path):
    write_folder(tmp_path, *CASES[case])
    finished = tokenize(tmp_path)
    assert finished.returncode == 0, finished.stderr
    theirs = transformers.MarianTokenizer.from_pretrained(tmp_path)
    assert [json.loads(line)["ids"] for line in finished.stdout.splitlines()] == [theirs(line).input_ids for line in LINES]


@pytest.mark.parametrize("case, said", [
    (({"split_special_tokens": True},), "split_special_tokens"),
    (({}, {"additional_special_tokens": [token("<x>")]}), "__type"),
    (({}, None, {"a": AT}), "'a'"),
])  # fmt: skip
def test_what_is_not_computed_is_refused_by_name(case, said, tmp_path):
    write_folder(tmp_path, *case)
    finished = tokenize(tmp_path)
    assert finished.returncode == 1 and said in finished.stderr, finished.stderr
