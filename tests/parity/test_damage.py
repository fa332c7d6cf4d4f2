"""Damaged checkpoints, configurations and tokenizers: an error of ours with a message, or an answer; never a signal, never an
exception of a library. 1,000 of them, 5,000 with ROFORMER_PARITY=full."""

import json
import os
import pathlib
import random
import shutil
import subprocess
from collections import Counter

import pytest
import tokenizers
import torch
import transformers

from conftest import BUILD

COUNT = 5000 if os.environ.get("ROFORMER_PARITY") == "full" else 1000
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
    folders = [root / name for name in ("safetensors", "sharded", "zip", "legacy", "v2")]
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
        answer = process.stdout.readline()
        assert answer, f"{folder}: ended with {process.wait()}"
        return answer.strip()

    yield ask
    process.stdin.close()
    assert process.wait(timeout=60) == 0


def test_damaged_folders(probe, tmp_path):
    dice = random.Random(4)
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
        answer = probe(bad)
        kind = answer.split(":")[0]
        if kind not in ("fine", "refused"):
            shutil.copytree(bad, f"/tmp/roformer-damage-{number}", dirs_exist_ok=True)
        assert kind in ("fine", "refused"), f"{number}: {good.name}/{victim.name}: {answer}"
        outcomes[kind] += 1
        shutil.rmtree(bad)
    print(dict(outcomes))
    assert outcomes["refused"] > COUNT / 3
