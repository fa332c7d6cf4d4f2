"""Commands without tensors: their process never loads LibTorch, and where it turns out to need it they are the same."""

import os
import subprocess

import pytest

from conftest import BUILD

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "今", "天", "非常", "好"]
LINE = "今天非常好\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (tmp_path / "lines.txt").write_text(LINE)
    return tmp_path


def start(folder, *arguments, text=LINE):
    """The finished process, and which of our and LibTorch's libraries it loaded."""
    environment = dict(os.environ, LD_DEBUG="files", LD_DEBUG_OUTPUT=str(folder / "loaded"))
    finished = subprocess.run([BUILD / "roformer", *map(str, arguments)], input=text, capture_output=True, text=True,
                              env=environment, timeout=60)  # fmt: skip
    loaded = "".join(file.read_text(errors="replace") for file in folder.glob("loaded.*"))
    for file in folder.glob("loaded.*"):
        file.unlink()
    assert "libroformer_plain_commands.so" in loaded
    return finished, "libtorch" in loaded or "libgomp" in loaded


@pytest.mark.parametrize("command", [
    ("segment", "--json"),
    ("tokenize", "--model", "FOLDER", "--json"),
    ("tokenize", "--model", "FOLDER/vocab.txt"),
    ("detokenize", "--model", "FOLDER"),
    ("bleu", "--reference", "FOLDER/lines.txt", "--tokenize", "char"),
    ("segment", "--help"),
])  # fmt: skip
def test_without_tensors_libtorch_stays_where_it_is(folder, command):
    command = [part.replace("FOLDER", str(folder)) for part in command]
    finished, loads_torch = start(folder, *command, text="5 6\n" if command[0] == "detokenize" else LINE)
    assert finished.returncode == 0 and finished.stdout, finished.stderr
    assert not loads_torch


def test_wrong_usage_is_told_without_it_too(folder):
    finished, loads_torch = start(folder, "segment", "--jsn")
    assert finished.returncode == 2 and "did you mean '--json'?" in finished.stderr
    assert not loads_torch


def test_weights_name_the_folder_of_their_tokenizer(folder):
    """Only the readers of all formats can tell what a file is: the other library answers."""
    weights = folder / "model.safetensors"
    header = b'{"x": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}}'
    weights.write_bytes(len(header).to_bytes(8, "little") + header)
    by_weights, loads_torch = start(folder, "tokenize", "--model", weights)
    assert loads_torch
    by_folder, _ = start(folder, "tokenize", "--model", folder)
    assert by_weights.returncode == 0, by_weights.stderr
    assert by_weights.stdout == by_folder.stdout != ""


def test_all_commands_are_known_to_help(folder):
    finished, loads_torch = start(folder, "--help")
    assert loads_torch
    assert all(f"  {name} " in finished.stdout for name in ("segment", "tokenize", "detokenize", "bleu", "train"))
