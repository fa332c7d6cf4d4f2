"""Damaged checkpoints, configurations and tokenizers: an error of ours with a message, or an answer; never a signal, never an
exception of a library, never a hang. 1,000 of them, 5,000 with ROFORMER_PARITY=full; ROFORMER_DAMAGE_SEED draws others."""

import json
import os
import pathlib
import random
import re
import select
import shutil
import subprocess
import tempfile
from collections import Counter

import pytest
import tokenizers
import torch
import transformers

from conftest import BUILD

COUNT = 5000 if os.environ.get("ROFORMER_PARITY") == "full" else 1000
SEED = int(os.environ.get("ROFORMER_DAMAGE_SEED", "4"))
SECONDS = 30  # for one answer; it takes milliseconds
FIXTURES = pathlib.Path(__file__).parents[1] / "fixtures"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", ".", "##s", "c", "##at"]
SIZES = dict(vocab_size=len(WORDS), hidden_size=8, num_attention_heads=2, num_hidden_layers=1, intermediate_size=8,
             max_position_embeddings=16)  # fmt: skip


def make_folders(root):
    model = transformers.BertForMaskedLM(transformers.BertConfig(**SIZES))
    model.save_pretrained(root / "safetensors")
    model.save_pretrained(root / "sharded", max_shard_size="2KB")
    for name, zipped in (("zip", True), ("legacy", False)):
        (root / name).mkdir()
        torch.save(model.state_dict(), root / name / "pytorch_model.bin", _use_new_zipfile_serialization=zipped)
        shutil.copy(root / "safetensors" / "config.json", root / name)
    shutil.copytree(FIXTURES / "junnyu" / "v2-masked", root / "v2")
    shutil.copytree(FIXTURES / "tensorflow" / "bert", root / "tensorflow")
    folders = [root / name for name in ("safetensors", "sharded", "zip", "legacy", "v2", "tensorflow")]
    tokenizer = tokenizers.BertWordPieceTokenizer({word: i for i, word in enumerate(WORDS)})
    for i, folder in enumerate(folders):
        if i % 2:
            tokenizer.save(str(folder / "tokenizer.json"))
        else:
            (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": True}))
    return folders


def damage(data, dice):
    data = bytearray(data)
    kind = dice.randrange(6)
    if kind == 0:
        return data[: dice.randrange(len(data) + 1)]
    if kind == 1:
        place = dice.randrange(len(data) + 1)
        return data[:place] + dice.randbytes(dice.randrange(1, 40)) + data[place:]
    if kind == 2:
        begin = dice.randrange(len(data))
        return data[:begin] + data[begin + dice.randrange(1, 200) :]
    if kind == 3:
        begin, end = sorted(dice.randrange(len(data)) for _ in range(2))
        return data[:end] + data[begin:]
    # Mostly in the first part, where headers are.
    for _ in range(dice.randrange(1, 8)):
        span = min(len(data), 600) if dice.random() < 0.6 else len(data)
        data[dice.randrange(span)] = dice.choice([0, 0xFF, 0x7F, 0x80, dice.randrange(256), ord(dice.choice('0123456789"{}[],:-e'))])
    return data


@pytest.fixture
def probe():
    process = subprocess.Popen([BUILD / "parity_driver", "probe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, errors="replace")  # fmt: skip

    def ask(folder):
        process.stdin.write(f"{folder}\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        if not ready:
            process.kill()
            return f"hang: no answer after {SECONDS} s"
        answer = process.stdout.readline()
        assert answer, f"{folder}: ended with {process.wait()}"
        return answer.strip()

    yield ask
    process.stdin.close()
    status = process.wait(timeout=60)
    assert status == 0, f"ended with {status}"


def keep(bad, number):
    kept = pathlib.Path(tempfile.gettempdir()) / f"roformer-damage-{number}"
    shutil.copytree(bad, kept, dirs_exist_ok=True)
    return kept


def complaint(answer, bad):
    """What is wrong with an answer: anything but "fine" or a refusal that says where; empty if nothing is."""
    if answer == "fine":
        return ""
    kind, _, message = answer.partition(": ")
    if kind != "refused":
        return "neither fine nor refused"
    if not message.startswith("[") or len(message) <= 20:
        return "a refusal without a room or a reason"
    names = [path.name for path in bad.iterdir()]
    if str(bad) not in message and not any(name in message for name in names) and not re.search(r"(tensor|key) '?\w", message):
        return "a refusal that names no file, tensor or key"
    return ""


def test_damaged_folders(probe, tmp_path):
    dice = random.Random(SEED)
    folders = make_folders(tmp_path / "good")
    for folder in folders:
        assert probe(folder) == "fine", probe(folder)
    outcomes = Counter()
    for number in range(COUNT):
        good = folders[number % len(folders)]
        victim = dice.choice([path for path in sorted(good.iterdir()) if path.stat().st_size > 0 and "generat" not in path.name
                              and path.name not in ("inputs.safetensors", "expected.safetensors")])  # fmt: skip
        bad = tmp_path / "bad"
        shutil.copytree(good, bad)
        (bad / victim.name).write_bytes(damage(victim.read_bytes(), dice))
        try:
            answer = probe(bad)
        except AssertionError:
            keep(bad, number)
            raise
        wrong = complaint(answer, bad)
        assert not wrong, f"{number}: {good.name}/{victim.name}: {wrong}: {answer} (kept: {keep(bad, number)})"
        outcomes[answer.split(":")[0]] += 1
        shutil.rmtree(bad)
    print(dict(outcomes))
    assert outcomes["refused"] > COUNT / 3
