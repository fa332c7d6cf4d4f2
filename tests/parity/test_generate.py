"""Text that is written: greedy against transformers' generate, logits processors against transformers', and what the
command promises: seeds, batches, streams, stops; a byte model from recipe to text."""

import json
import math

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from conftest import randomise, run_program

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(75)]
PROMPTS = ["w1 w2 w3", "w70", "w5 w5 w9 w30 w31 w2 w2 w8", "w44 w45"]


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("writer")
    torch.manual_seed(3)
    model = transformers.RoFormerForCausalLM(transformers.RoFormerConfig(
        vocab_size=len(WORDS), embedding_size=32, hidden_size=48, num_attention_heads=4, num_hidden_layers=3,
        intermediate_size=96, max_position_embeddings=128, is_decoder=True, initializer_range=0.3))  # fmt: skip
    randomise(model, scale=0.2).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    return folder, model


def generate(folder, prompts, *flags):
    finished = run_program("generate", "--model", folder, "--json", *flags, text="".join(f"{p}\n" for p in prompts))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.mark.parametrize("penalty", [1.0, 1.3])
def test_greedy_is_transformers(writer, penalty):
    folder, model = writer
    answers = generate(folder, PROMPTS, "--temperature", 0, "--max-new-tokens", 40, "--repetition-penalty", penalty)
    for prompt, answer in zip(PROMPTS, answers):
        ids = torch.tensor([[WORDS.index(word) for word in prompt.split()]])
        wanted = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=40, use_cache=True,
                                repetition_penalty=penalty, eos_token_id=3, pad_token_id=0)[0, ids.shape[1]:].tolist()  # fmt: skip
        assert answer["ids"] == wanted
        assert answer["tokens"] == [WORDS[i] for i in wanted]
        assert answer["finish"] == ("end" if wanted[-1] == 3 else "length")
    assert len({tuple(answer["ids"]) for answer in answers}) > 1


@pytest.mark.parametrize("top_k, top_p, temperature, penalty", [
    (0, 1.0, 1.0, 1.0), (7, 1.0, 0.7, 1.0), (0, 0.8, 1.0, 1.4), (20, 0.6, 2.0, 0.7), (500, 0.05, 0.3, 1.2), (1, 0.9, 1.0, 5.0),
])  # fmt: skip
def test_processors_are_transformers(top_k, top_p, temperature, penalty, tmp_path):
    torch.manual_seed(top_k)
    logits = 3 * torch.randn(40, 300)
    ids = torch.randint(0, 300, (40, 25))
    save_file({"logits": logits, "ids": ids, "top_k": torch.tensor(top_k), "top_p": torch.tensor(top_p, dtype=torch.float64),
               "temperature": torch.tensor(temperature, dtype=torch.float64),
               "repetition_penalty": torch.tensor(penalty, dtype=torch.float64)}, tmp_path / "in")  # fmt: skip
    finished = run_program("process", "-", tmp_path / "in", tmp_path / "out", program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    steps = LogitsProcessorList([RepetitionPenaltyLogitsProcessor(penalty), TemperatureLogitsWarper(temperature)])
    if top_k:
        steps.append(TopKLogitsWarper(top_k))
    if top_p < 1:
        steps.append(TopPLogitsWarper(top_p))
    wanted, found = steps(ids, logits.clone()), load_file(tmp_path / "out")["logits"]
    # At most one token a batch may stand on the very edge of top-p, where sums in another order decide.
    assert (wanted.isinf() != found.isinf()).sum() <= 1
    both = wanted.isfinite() & found.isfinite()
    torch.testing.assert_close(found[both], wanted[both], rtol=1e-5, atol=1e-5)


def test_seeds_lines_and_streams(writer):
    folder, _ = writer
    flags = ["--max-new-tokens", 30, "--top-p", 0.95]
    answers = generate(folder, PROMPTS, *flags, "--seed", 5)
    assert generate(folder, PROMPTS, *flags, "--seed", 5, "--lines-at-once", 1) == answers
    assert generate(folder, PROMPTS[:1], *flags, "--seed", 5) == answers[:1]
    others = generate(folder, PROMPTS, *flags, "--seed", 6)
    assert all(a["ids"] != b["ids"] for a, b in zip(answers, others))
    plain = run_program("generate", "--model", folder, *flags, "--seed", 5, text="".join(f"{p}\n" for p in PROMPTS))
    assert plain.stdout == "".join(answer["continuation"] + "\n" for answer in answers)
    for prompt, answer in zip(PROMPTS, answers):
        words = [token for token in answer["tokens"] if not token.startswith("[")]
        assert answer["text"] == prompt and answer["continuation"] == "".join(f" {word}" for word in words)


def test_ends(writer):
    folder, _ = writer
    whole = generate(folder, PROMPTS[:1], "--temperature", 0, "--max-new-tokens", 12)[0]
    stop = whole["tokens"][4] + " " + whole["tokens"][5]
    ended = generate(folder, PROMPTS[:1], "--temperature", 0, "--max-new-tokens", 12, "--stop", "nothing", "--stop", stop)[0]
    assert ended["finish"] == "stop"
    assert ended["continuation"] == whole["continuation"][: whole["continuation"].index(stop)]
    assert ended["ids"] == whole["ids"][: len(ended["ids"])]
    empty = generate(folder, [""], "--temperature", 0, "--max-new-tokens", 3)[0]
    assert empty["ids"] == generate(folder, ["[SEP]"], "--temperature", 0, "--max-new-tokens", 3)[0]["ids"]
    first = generate(folder, ["w1"], "--temperature", 0, "--max-new-tokens", 3, "--first-token", "[CLS]")[0]
    assert first["ids"] == generate(folder, ["[CLS] w1"], "--temperature", 0, "--max-new-tokens", 3)[0]["ids"]


def test_no_room_in_a_learned_table(tmp_path):
    model = transformers.BertLMHeadModel(transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_attention_heads=2, num_hidden_layers=1, intermediate_size=16,
        max_position_embeddings=20, is_decoder=True))  # fmt: skip
    model.save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    text = "w1\nw1 w2 w3 w4\n"
    flags = ["generate", "--model", tmp_path / "model"]
    finished = run_program(*flags, "--max-new-tokens", 18, text=text)
    answers = finished.stdout.split("\n")
    assert finished.returncode == 1 and len(answers) == 3 and answers[0] and answers[1:] == ["", ""]
    assert "line 2" in finished.stderr and "20" in finished.stderr
    assert run_program(*flags, "--max-new-tokens", 17, text=text).returncode == 0


RECIPE = """
[task]
kind = "causal_lm"
[model]
preset = "roformer-tiny"
hidden_size = 32
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 64
hidden_dropout_prob = 0.0
attention_probs_dropout_prob = 0.0
initializer_range = 0.15
attention = "{attention}"
[data]
text = ["{text}"]
vocabulary = "bytes"
[[stage]]
length = 32
batch_size = 8
steps = 250
[optimizer]
learning_rate = 1e-2
[evaluate]
every = 250
[run]
threads = 1
"""
LINE = "Füchse jagen über 漢字.\n"


@pytest.mark.parametrize("attention", ["softmax", "linear"])
def test_a_byte_model_from_recipe_to_text(attention, tmp_path):
    (tmp_path / "text.txt").write_text(LINE * 400, encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(RECIPE.format(text=tmp_path / "text.txt", attention=attention))
    run = tmp_path / "run"
    trained = run_program("train", tmp_path / "recipe.toml", "--out", run)
    assert trained.returncode == 0, trained.stderr
    assert transformers.AutoTokenizer.from_pretrained(run).decode([i + 3 for i in "ü".encode()]) == "ü"
    assert "RoFormerForCausalLM" in run_program("inspect", run).stdout
    for split in ("validation", "test"):
        done = run_program("evaluate", tmp_path / "recipe.toml", "--model", run, "--json", "--split", split)
        assert done.returncode == 0, done.stderr
        figures = json.loads(done.stdout)
        assert figures["bits_per_character"] == pytest.approx(figures["loss"] / math.log(2))
        assert figures["bits_per_character"] < 1
    answer = generate(run, ["Füchse jag", ""], "--temperature", 0, "--max-new-tokens", 60)[0]
    assert (answer["text"] + answer["continuation"]).startswith(LINE + "Füchse")
    stopped = generate(run, ["Füchse jag"], "--temperature", 0, "--stop", "\n")[0]
    assert stopped["text"] + stopped["continuation"] == LINE.strip() and stopped["finish"] == "stop"

    other = "linear" if attention == "softmax" else "softmax"
    wrong = run_program("evaluate", tmp_path / "recipe.toml", "--model", run, "--set", f"model.attention={other}")
    assert wrong.returncode == 1 and f'"{other}"' in wrong.stderr and f'"{attention}"' in wrong.stderr
    wrong = run_program("evaluate", tmp_path / "recipe.toml", "--model", run, "--set", "model.position_encoding=none")
    assert wrong.returncode == 1 and '"rotary"' in wrong.stderr and '"none"' in wrong.stderr
