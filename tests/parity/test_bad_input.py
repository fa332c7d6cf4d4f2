"""Bad input ends with exit code 1 or 2 and one clear message that names the place, never with a signal."""

import json
import os
import random
import resource
import shutil
import struct
import subprocess

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from conftest import BUILD, run_program

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", ".", "##s", "a", "dog",
              "ran", "##ning"]  # fmt: skip
SIZES = dict(vocab_size=len(VOCABULARY), hidden_size=32, num_attention_heads=2, num_hidden_layers=2,
             intermediate_size=64, max_position_embeddings=32)  # fmt: skip


@pytest.fixture(scope="session")
def good(tmp_path_factory):
    """A folder with a RoFormer, a BERT and inputs for them."""
    folder = tmp_path_factory.mktemp("good")
    torch.manual_seed(0)
    transformers.RoFormerForMaskedLM(transformers.RoFormerConfig(**SIZES)).save_pretrained(folder / "roformer")
    transformers.BertForMaskedLM(transformers.BertConfig(**SIZES)).save_pretrained(folder / "bert")
    for name in ("roformer", "bert"):
        (folder / name / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    inputs = {"input_ids": torch.randint(0, len(VOCABULARY), (2, 20)), "attention_mask": torch.ones(2, 20).long()}
    save_file(inputs, folder / "in.safetensors")
    return folder


@pytest.fixture
def model(good, tmp_path):
    shutil.copytree(good / "roformer", tmp_path / "model")
    return tmp_path / "model"


def run(model, inputs, work):
    return run_program("run", "--model", model, "--inputs", inputs, "--outputs", work / "out.safetensors")


def assert_refused(finished, *words, code=1):
    assert finished.returncode == code, (finished.returncode, finished.stdout, finished.stderr)
    lines = finished.stderr.strip().splitlines()
    assert len(lines) == 1, finished.stderr
    for word in words:
        assert word in lines[0], lines[0]


def change_config(model, **changes):
    path = model / "config.json"
    config = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in config.items() if value != "absent"}))


def header_of(content):
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def with_header(header, data):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def first_tensor(header):
    return next(name for name in header if name != "__metadata__")


def truncate(content):
    return content[:-100]


def truncate_in_header(content):
    return content[:100]


def extend(content):
    return content + b"\0" * 8


def claim_huge_header(content):
    return struct.pack("<Q", 1 << 62) + content[8:]


def claim_long_header(content):
    return struct.pack("<Q", len(content)) + content[8:]


def claim_short_header(content):
    return struct.pack("<Q", 20) + content[8:]


def overlap(content):
    header, data = header_of(content)
    names = sorted((n for n in header if n != "__metadata__"), key=lambda n: header[n]["data_offsets"])
    size = header[names[1]]["data_offsets"][1] - header[names[1]]["data_offsets"][0]
    header[names[1]]["data_offsets"] = [0, size]
    return with_header(header, data)


def lie_about_shape(content):
    header, data = header_of(content)
    header[first_tensor(header)]["shape"] = [1 << 31, 1 << 31, 1 << 31]
    return with_header(header, data)


def lie_about_end(content):
    header, data = header_of(content)
    header[first_tensor(header)]["data_offsets"][1] = 1 << 60
    return with_header(header, data)


def unknown_type(content):
    header, data = header_of(content)
    header[first_tensor(header)]["dtype"] = "F12"
    return with_header(header, data)


def nest_deeply(content):
    text = b'{"a":' + b"[" * 100000
    return struct.pack("<Q", len(text)) + text


DAMAGES = [truncate, truncate_in_header, extend, claim_huge_header, claim_long_header, claim_short_header, overlap,
           lie_about_shape, lie_about_end, unknown_type, nest_deeply, lambda content: b"", lambda content: content[:7],
           lambda content: b"\0" * 4096]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damaged_safetensors(damage, model, good, tmp_path):
    path = model / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    assert_refused(run(model, good / "in.safetensors", tmp_path), "model.safetensors")
    bad_inputs = tmp_path / "bad.safetensors"
    bad_inputs.write_bytes(damage((good / "in.safetensors").read_bytes()))
    finished = run(good / "roformer", bad_inputs, tmp_path)
    assert_refused(finished, "bad.safetensors")


def test_random_damage_never_ends_in_a_signal(model, good, tmp_path):
    path = model / "model.safetensors"
    content = path.read_bytes()
    header_end = 8 + struct.unpack("<Q", content[:8])[0]
    draw = random.Random(1)
    for _ in range(25):
        damaged = bytearray(content)
        for _ in range(draw.randint(1, 3)):
            damaged[draw.randrange(header_end)] = draw.randrange(256)
        path.write_bytes(damaged)
        finished = run(model, good / "in.safetensors", tmp_path)
        assert finished.returncode in (0, 1), finished


@pytest.mark.parametrize("changes, words", [
    (dict(hidden_act="swish9"), ["hidden_act", "swish9"]),
    (dict(hidden_size=48, embedding_size=32), ["embeddings_project"]),
    (dict(hidden_size=10**15), ["embeddings_project"]),
    (dict(num_attention_heads=3), ["num_attention_heads"]),
    (dict(num_attention_heads=32), ["head size"]),
    (dict(num_hidden_layers=3), ["num_hidden_layers", "3"]),
    (dict(num_hidden_layers=10**9), ["num_hidden_layers"]),
    (dict(vocab_size=17), ["word_embeddings", "(17, 32)", "(16, 32)"]),
    (dict(vocab_size=10**15), ["word_embeddings"]),
    (dict(vocab_size=-1), ["vocab_size"]),
    (dict(vocab_size="many"), ["vocab_size", "many"]),
    (dict(intermediate_size=10**12), ["intermediate"]),
    (dict(type_vocab_size=3), ["token_type_embeddings"]),
    (dict(model_type="gpt2"), ["model_type", "gpt2"]),
    (dict(add_cross_attention=True), ["is_decoder"]),
    (dict(hidden_dropout_prob=1.5), ["hidden_dropout_prob"]),
    (dict(position_encoding="spiral"), ["position_encoding", "spiral"]),
    (dict(architectures="RoFormerForMaskedLM"), ["architectures"]),
], ids=lambda value: next(iter(value)) if isinstance(value, dict) else "")  # fmt: skip
def test_config_that_does_not_fit(changes, words, model, good, tmp_path):
    change_config(model, **changes)
    assert_refused(run(model, good / "in.safetensors", tmp_path), *words)


def test_config_that_is_no_json(model, good, tmp_path):
    (model / "config.json").write_text('{"model_type": ')
    assert_refused(run(model, good / "in.safetensors", tmp_path), "config.json", "line 1")


def test_missing_files(model, good, tmp_path):
    assert_refused(run(tmp_path / "nowhere", good / "in.safetensors", tmp_path), "nowhere", "config.json")
    assert_refused(run(model, tmp_path / "nothing", tmp_path), "nothing")
    (model / "model.safetensors").unlink()
    assert_refused(run(model, good / "in.safetensors", tmp_path), "model.safetensors")
    (model / "pytorch_model.bin").write_bytes(b"\x80")
    assert_refused(run(model, good / "in.safetensors", tmp_path), "pytorch_model.bin")
    finished = run_program("run", "--model", good / "roformer", "--inputs", good / "in.safetensors",
                           "--outputs", tmp_path / "no" / "folder" / "out.safetensors")  # fmt: skip
    assert_refused(finished, "out.safetensors")


def test_missing_tensor(model, good, tmp_path):
    tensors = load_file(model / "model.safetensors")
    del tensors["roformer.encoder.layer.1.attention.self.key.bias"]
    save_file(tensors, model / "model.safetensors")
    assert_refused(run(model, good / "in.safetensors", tmp_path), "layer.1.attention.self.key.bias")


@pytest.mark.parametrize("inputs, words", [
    (dict(input_ids=torch.full((1, 3), 16)), ["vocab_size", "16"]),
    (dict(input_ids=torch.full((1, 3), -1)), ["-1"]),
    (dict(input_ids=torch.zeros(3, dtype=torch.long)), ["input_ids", "(3)"]),
    (dict(input_ids=torch.zeros(1, 3)), ["input_ids", "Float"]),
    (dict(attention_mask=torch.ones(1, 3)), ["input_ids"]),
    (dict(input_ids=torch.ones(1, 3).long(), attention_mask=torch.ones(3, 1)), ["attention_mask", "(1, 3)", "(3, 1)"]),
    (dict(input_ids=torch.ones(1, 3).long(), attention_mask=torch.full((1, 3), -1e9)), ["attention_mask"]),
    (dict(input_ids=torch.ones(1, 3).long(), token_type_ids=torch.full((1, 3), 2)), ["type_vocab_size", "2"]),
    (dict(input_ids=torch.ones(1, 3).long(), head_mask=torch.ones(3)), ["head_mask"]),
], ids=lambda value: "-".join(value))  # fmt: skip
def test_inputs_that_do_not_fit(inputs, words, good, tmp_path):
    save_file(inputs, tmp_path / "in.safetensors")
    assert_refused(run(good / "roformer", tmp_path / "in.safetensors", tmp_path), *words)


def test_more_positions_than_a_learned_table_has(good, tmp_path):
    save_file({"input_ids": torch.ones(1, 33, dtype=torch.long)}, tmp_path / "in.safetensors")
    assert_refused(run(good / "bert", tmp_path / "in.safetensors", tmp_path), "32")
    assert run(good / "roformer", tmp_path / "in.safetensors", tmp_path).returncode == 0


def test_wrong_usage_is_exit_code_2(good):
    for arguments in ([], ["dance"], ["run"], ["run", "--model"], ["embed", "--model", "x", "--pooling", "median"],
                      ["fill-mask", "--model", "x", "--top", "0"], ["inspect"]):  # fmt: skip
        finished = run_program(*arguments)
        assert finished.returncode == 2 and finished.stderr.strip(), arguments
    assert run_program("--help").returncode == 0 and run_program("run", "--help").returncode == 0
    assert "roformer" in run_program("--version").stdout


def test_wrong_device(good, tmp_path):
    finished = run_program("embed", "--model", good / "roformer", "--device", "abacus")
    assert_refused(finished, "abacus")


def test_vocabulary_of_another_size(model):
    """A larger one has ids that the model has no row for; a smaller one is common: vocab_size is often padded."""
    (model / "vocab.txt").write_text("\n".join(VOCABULARY + ["more"]) + "\n")
    for command in ("fill-mask", "embed"):
        assert_refused(run_program(command, "--model", model, text="a cat\n"), "vocab", "16", "17")
    (model / "vocab.txt").write_text("\n".join(VOCABULARY[:-1]) + "\n")
    answer = run_program("fill-mask", "--top", "50", "--json", "--model", model, text="a [MASK]\n")
    assert answer.returncode == 0, answer.stderr
    assert {c["id"] for c in json.loads(answer.stdout)["masks"][0]} == set(range(len(VOCABULARY) - 1))
    (model / "vocab.txt").unlink()
    assert_refused(run_program("embed", "--model", model, text="a cat\n"), "vocab.txt")


def test_empty_lines_have_answers(good):
    finished = run_program("fill-mask", "--json", "--model", good / "roformer", text="\n\nthe [MASK] sat\n\n")
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [len(answer["masks"]) for answer in answers] == [0, 0, 1, 0]
    finished = run_program("embed", "--json", "--model", good / "roformer", text="\nthe cat\n\n")
    vectors = [json.loads(line)["embedding"] for line in finished.stdout.splitlines()]
    assert [len(vector) for vector in vectors] == [32, 32, 32] and vectors[0] == vectors[2] != vectors[1]
    for command in ("fill-mask", "embed"):
        finished = run_program(command, "--model", good / "roformer", text="")
        assert finished.returncode == 0 and finished.stdout == ""


def test_text_that_is_no_text(good):
    text = "\x00 [MASK] \x07 \ufffd [MASK] " + "x" * 10000 + "\n"
    for command in ("fill-mask", "embed"):
        finished = run_program(command, "--json", "--model", good / "roformer", text=text)
        assert finished.returncode == 0 and json.loads(finished.stdout), finished.stderr


def test_long_lines_are_named(good):
    text = "a cat\n" + "the cat sat on a mat . " * 20 + "\n"
    for arguments in (["--model", good / "bert"], ["--model", good / "roformer", "--max-length", 32]):
        assert_refused(run_program("embed", *arguments, text=text), "line 2", "142", "--stride")
        finished = run_program("embed", "--json", *arguments, "--stride", 8, text=text)
        assert finished.returncode == 0 and len(finished.stdout.splitlines()) == 2
    assert run_program("embed", "--model", good / "roformer", text=text).returncode == 0
    assert_refused(run_program("embed", "--model", good / "bert", "--max-length", 33, text=text), "32", "33")
    assert_refused(run_program("embed", "--model", good / "bert", "--max-length", 20, "--stride", 18, text=text), "18")


def test_checkpoints_without_what_a_command_needs(good, tmp_path):
    transformers.BertModel(transformers.BertConfig(**SIZES), add_pooling_layer=False).save_pretrained(tmp_path / "bare")
    (tmp_path / "bare" / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    assert_refused(run_program("fill-mask", "--model", tmp_path / "bare", text="a [MASK]\n"), "cls.predictions")
    assert_refused(run_program("embed", "--pooling", "pooler", "--model", tmp_path / "bare", text="a\n"), "pooler")


def test_deep_json_is_refused(good, model):
    deep = "[" * 100_000
    for name in ("tokenizer_config.json", "added_tokens.json", "special_tokens_map.json", "tokenizer.json", "config.json"):
        (model / name).write_text(deep)
        assert_refused(run_program("embed", "--model", model, text="a\n"), name, "levels")
        (model / name).unlink()
    assert_refused(run_program("detokenize", "--model", good / "roformer", text="[1]\n" + deep + "\n"), "line 2", "levels")


def test_files_that_outgrow_their_limit(good, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    command = [str(BUILD / "roformer"), "convert", str(good / "roformer"), str(tmp_path / "out")]
    assert_refused(subprocess.run(command, capture_output=True, text=True, preexec_fn=limit), "File too large")


def test_standard_input_that_cannot_be_read(good):
    for command in ("embed", "fill-mask", "tokenize", "detokenize"):
        arguments = [str(BUILD / "roformer"), command, "--model", str(good / "roformer")]
        folder = os.open("/", os.O_RDONLY)
        assert_refused(subprocess.run(arguments, stdin=folder, capture_output=True, text=True), "standard input")
        os.close(folder)
        closed = ["sh", "-c", 'exec "$@" <&-', "sh", *arguments]
        assert_refused(subprocess.run(closed, capture_output=True, text=True), "standard input")


def test_what_is_downloaded_in_place_of_weights(good, model):
    weights = model / "model.safetensors"
    for content, words in (
        ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "git-lfs"),
        ("\n<!DOCTYPE html>\n<html></html>\n", "HTML"),
        ("<html><body>404</body></html>", "HTML"),
    ):
        weights.write_text(content)
        assert_refused(run_program("inspect", model), words, "model.safetensors")
    weights.unlink()
    os.mkfifo(weights)
    assert_refused(run_program("inspect", model, timeout=20), "pipe", "model.safetensors")


def test_lengths_out_of_range_are_short_messages(good):
    finished = run_program("embed", "--model", good / "roformer", "--max-length", -1, text="a\n")
    assert finished.returncode == 2 and len(finished.stderr) < 300, finished.stderr


CAUSAL = """
[task]
kind = "causal_lm"
[model]
preset = "roformer-tiny"
hidden_size = 32
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 32
[data]
text = ["{text}"]
vocabulary = "bytes"
[[stage]]
length = 64
batch_size = 2
steps = 2
"""


@pytest.mark.parametrize("changes, words", [
    (["task.kind=masked_lm"], ["data.vocabulary", "recipe.toml", "masked_lm", "bytes"]),
    (["data.mask_share=0.2"], ["mask_share", "causal_lm"]),
    (["data.vocab_size=512"], ["vocab_size", "bytes"]),
    (["data.split=documents"], ["split", "ranges"]),
    (["stage.0.length=4000"], ["4000", "stage.0.length", "data.text"]),
    (["data.validation_share=0"], ["validation", "data.validation_share"]),
    (["task.kind=dreaming"], ["kind", "masked_lm", "causal_lm"]),
    (["model.attention_probs_dropout_prob=0.1", "model.attention=linear"], ["attention_probs_dropout_prob"]),
], ids=lambda value: value[0] if "=" in value[0] else "")  # fmt: skip
def test_causal_recipes(changes, words, tmp_path):
    (tmp_path / "text.txt").write_text("some text\n" * 200)
    (tmp_path / "recipe.toml").write_text(CAUSAL.format(text=tmp_path / "text.txt"))
    flags = [flag for change in changes for flag in ("--set", change)]
    finished = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run", *flags)
    assert finished.returncode == 1
    message = finished.stderr.strip().splitlines()[-1]
    assert message.startswith("error:") and all(word.replace("data.", "") in message for word in words), message


def test_causal_text_that_is_empty(tmp_path):
    (tmp_path / "text.txt").write_text("")
    (tmp_path / "recipe.toml").write_text(CAUSAL.format(text=tmp_path / "text.txt"))
    finished = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run")
    assert finished.returncode == 1
    assert "data.text" in finished.stderr and "text.txt" in finished.stderr


def test_models_that_cannot_write(good):
    assert_refused(run_program("generate", "--model", good / "roformer", text="a cat\n"), "is_decoder", "encoder")
    assert run_program("generate", "--model", "x", "--top-p", "2").returncode == 2
    assert run_program("generate", "--model", "x", "--max-new-tokens", "0").returncode == 2
