"""Weights that are no numbers: every command that answers says so, names the line where there is one, and ends with 1."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from conftest import run_program
from test_bad_input import SIZES, VOCABULARY, assert_refused
from test_translate import write_model

SPOILT = VOCABULARY.index("dog")
TEXT = "the cat sat [MASK]\nthe dog [MASK]\na dog\n"
RECIPE = """
[task]
kind = "masked_lm"
[model]
preset = "roformer-tiny"
[data]
text = ["{folder}/text.txt"]
document = "line"
validation_share = 0.5
vocabulary = "{folder}/model"
cache = "{folder}/cache"
[[stage]]
length = 16
batch_size = 4
steps = 1
"""


@pytest.fixture(params=["nan", "inf"])
def number(request):
    return float(request.param)


def spoil(folder, name, place, number):
    """A number of the weights that is none."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    tensors[name][place] = number
    save_file(tensors, path, {"format": "pt"})
    return folder


def encoder(folder, kind, config, number, **more):
    """Only lines that have the word "dog" are spoilt."""
    torch.manual_seed(1)
    model = kind(config(**SIZES, **more))
    model.save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    prefix = model.base_model_prefix + "."
    return spoil(folder, prefix + "embeddings.word_embeddings.weight", (SPOILT, 0), number)


@pytest.fixture
def model(tmp_path, number):
    return encoder(tmp_path / "model", transformers.RoFormerForMaskedLM, transformers.RoFormerConfig, number,
                   tie_word_embeddings=False, embedding_size=SIZES["hidden_size"])  # fmt: skip


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("command", ["fill-mask", "embed", "embed --pooling cls", "embed --pooling max"])
def test_encoders(command, flags, model):
    finished = run_program(*command.split(), *flags, "--model", model, text=TEXT)
    assert_refused(finished, "line 2", "finite", "but got nan", "weights", str(model))
    assert finished.stdout == ""
    # A line that the damage does not reach has its answer.
    finished = run_program(*command.split(), *flags, "--model", model, text=TEXT.splitlines()[0] + "\n")
    assert finished.returncode == 0 and finished.stdout and "nan" not in finished.stdout


def test_lines_without_masks_are_not_computed(model):
    finished = run_program("fill-mask", "--json", "--model", model, text="a dog\nthe cat [MASK]\n")
    assert finished.returncode == 0, finished.stderr
    assert [len(json.loads(line)["masks"]) for line in finished.stdout.splitlines()] == [0, 1]


@pytest.mark.parametrize("flags", [[], ["--json"], ["--temperature", 0]], ids=["text", "json", "greedy"])
def test_generate(flags, tmp_path, number):
    folder = encoder(tmp_path / "model", transformers.RoFormerForCausalLM, transformers.RoFormerConfig, number,
                     is_decoder=True, tie_word_embeddings=False, embedding_size=SIZES["hidden_size"])  # fmt: skip
    finished = run_program("generate", *flags, "--max-new-tokens", 3, "--model", folder, text="the cat\nthe dog\n")
    assert_refused(finished, "line 2", "finite", "but got nan", "weights")


@pytest.mark.parametrize("flags", [[], ["--json"], ["--n-best", 2]], ids=["text", "json", "n-best"])
def test_translate(flags, tmp_path, number):
    folder = tmp_path / "translator"
    write_model(folder, 1, 3.0)
    spoil(folder, "model.encoder.layers.1.final_layer_norm.bias", 0, number)
    finished = run_program("translate", *flags, "--model", folder, text="\n\na dog runs\n")
    assert_refused(finished, "line 3", "finite", "weights")
    finished = run_program("translate", *flags, "--model", folder, "--model", folder, text="a dog runs\n")
    assert_refused(finished, "line 1", "finite", "weights")


def test_run(model, tmp_path):
    inputs, outputs = tmp_path / "in.safetensors", tmp_path / "out.safetensors"
    flags = ["run", "--model", model, "--inputs", inputs, "--outputs", outputs]
    save_file({"input_ids": torch.tensor([[2, 5, 6, 3], [2, SPOILT, 3, 0]])}, inputs)
    for more in ([], ["--hidden-states"], ["--attentions"]):
        assert_refused(run_program(*flags, *more), "finite", "but got nan", "weights", str(model))
        assert not outputs.exists()
    # Without labels that count the loss is none: that is no damage.
    save_file({"input_ids": torch.tensor([[2, 5, 6, 3]]), "labels": torch.full((1, 4), -100)}, inputs)
    finished = run_program(*flags)
    assert finished.returncode == 0 and load_file(outputs)["loss"].isnan(), finished.stderr


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_evaluate(flags, model, tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat on a mat\na dog ran\n" * 20)
    (tmp_path / "recipe.toml").write_text(RECIPE.format(folder=tmp_path))
    finished = run_program("evaluate", *flags, tmp_path / "recipe.toml", "--model", model)
    assert finished.returncode == 1 and finished.stdout == ""
    for word in ("finite", "nan", "weights", str(model)):
        assert word in finished.stderr.splitlines()[-1], finished.stderr


@pytest.mark.parametrize("flags", [[], ["--json"]], ids=["text", "json"])
def test_rope_scores(flags, model):
    finished = run_program("rope", "scores", *flags, "--model", model, text="the cat sat on a mat\na dog\n")
    assert_refused(finished, "line 2", "finite", "but got nan", "weights", str(model))
    finished = run_program("rope", "scores", "--json", "--model", model, "--max-distance", 9, text="the cat\n")
    scores = json.loads(finished.stdout)
    assert scores["pairs"][4:] == [0] * 6 and scores["layers"][0]["score"][4:] == [None] * 6


def test_numbers_that_json_has_no_word_for():
    for vector in ("nan,1,1,1", "1,inf,1,1", "1,1,-inf,1"):
        for flags in ([], ["--json"]):
            finished = run_program("rope", "example", "--query", vector, *flags)
            assert finished.returncode == 2 and "--query" in finished.stderr and finished.stdout == ""
