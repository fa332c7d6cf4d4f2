"""Folders of tests/fixtures/cases, each of which was answered wrongly without a word: see README there."""

import json
import pathlib

import pytest

from conftest import run_program

CASES = pathlib.Path(__file__).parent.parent / "fixtures" / "cases"


def answer(case, command, *flags):
    return run_program(command, "--model", CASES / case, *flags, text=(CASES / case / "lines.txt").read_text())


@pytest.mark.parametrize("case", ["additional-special-tokens", "tokenizer-json-verbatim"])
def test_tokens_are_those_of_transformers(case):
    finished = answer(case, "tokenize", "--json")
    ours = [json.loads(line) for line in finished.stdout.splitlines()]
    theirs = json.loads((CASES / case / "expected.json").read_text())
    assert [line["ids"] for line in ours] == [line["ids"] for line in theirs], finished.stderr


@pytest.mark.parametrize("flags", [[], ["--truncate"]])
@pytest.mark.parametrize("case", ["sentence-do-lower-case", "sentence-default-prompt", "sentence-model-max-length"])
def test_vectors_are_those_of_sentence_transformers(case, flags):
    finished = answer(case, "embed", *flags)
    ours = [[float(x) for x in line.split()] for line in finished.stdout.splitlines()]
    theirs = [[float(x) for x in line.split()] for line in (CASES / case / "expected.txt").read_text().splitlines()]
    assert finished.returncode == 0 and len(ours) == len(theirs), finished.stderr
    assert max(abs(a - b) for x, y in zip(ours, theirs) for a, b in zip(x, y)) <= 2e-5


def test_a_null_is_an_absent_key():
    finished = answer("config-null-rope-scaling", "fill-mask")
    assert finished.returncode == 0 and "mask 1:" in finished.stdout, finished.stderr


def test_a_tensor_without_use_may_have_any_type():
    finished = answer("safetensors-unused-dtype", "fill-mask")
    assert finished.returncode == 0 and "mask 1:" in finished.stdout, finished.stderr
    listed = run_program("inspect", CASES / "safetensors-unused-dtype")
    assert listed.returncode == 0 and "unused: 1" in listed.stdout, listed.stdout


def test_a_mask_behind_the_cut_is_refused():
    finished = answer("fill-mask-mask-cut-off", "fill-mask", "--truncate")
    assert finished.returncode == 1 and "line 1" in finished.stderr and "lie behind" in finished.stderr


def test_added_tokens_of_a_marian_folder():
    finished = answer("marian-added-tokens", "translate", "--json", "--max-length", 6)
    ours = json.loads(finished.stdout.splitlines()[0])
    theirs = json.loads((CASES / "marian-added-tokens" / "expected.json").read_text())
    assert ours["source_tokens"] == theirs["source_tokens"]
    assert ours["translation"] == theirs["translation"]
