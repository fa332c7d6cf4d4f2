"""`roformer rope` against transformers: the scalings' frequencies, a model's scores by distance; Figure 2 and bad input."""

import json
import math
import random
import types

import pytest
import torch
from transformers import RoFormerConfig, RoFormerModel
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from conftest import randomise, run_program


def answer(*arguments, **options):
    finished = run_program("rope", *arguments, "--json", **options)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def random_case(kind, draw):
    """(our options, transformers' rope_parameters, head size, base, length of the sequence)"""
    dim, base = draw.choice([8, 32, 64, 96, 128]), draw.choice([500.0, 10000.0, 500000.0])
    factor, original = draw.choice([1.0, 2.0, 5.5, 32.0]), draw.choice([64, 512, 4096, 8192])
    ours, theirs = {"factor": factor}, {"factor": factor, "rope_theta": base}
    if kind in ("dynamic", "yarn", "longrope", "llama3"):
        ours["original-length"] = original
        theirs["original_max_position_embeddings"] = original
    if kind == "yarn":
        for option, key, value in [("beta-fast", "beta_fast", draw.choice([16.0, 32.0, 40.5])), ("beta-slow", "beta_slow", draw.choice([0.5, 1.0, 2.0]))]:
            ours[option] = theirs[key] = value
        if draw.random() < 0.5:
            ours["no-truncate"], theirs["truncate"] = None, False
        if draw.random() < 0.5:
            ours["mscale"], ours["mscale-all-dim"] = theirs["mscale"], theirs["mscale_all_dim"] = draw.uniform(0.5, 2), draw.uniform(0.5, 2)
    if kind in ("yarn", "longrope") and draw.random() < 0.3:
        ours["attention-factor"] = theirs["attention_factor"] = draw.uniform(0.5, 2)
    if kind == "longrope":
        for option, key in [("short-factor", "short_factor"), ("long-factor", "long_factor")]:
            theirs[key] = [round(draw.uniform(1, 40), 4) for _ in range(dim // 2)]
            ours[option] = ",".join(map(str, theirs[key]))
    if kind == "llama3":
        ours["low-frequency-factor"] = theirs["low_freq_factor"] = draw.choice([0.5, 1.0, 2.0])
        ours["high-frequency-factor"] = theirs["high_freq_factor"] = draw.choice([4.0, 8.0])
    if kind == "proportional":
        ours["partial-factor"] = theirs["partial_rotary_factor"] = draw.choice([0.25, 0.3, 0.5, 1.0])
    length = None
    if kind in ("dynamic", "longrope"):
        ours["length"] = length = draw.choice([original // 2, original, original + 1, 3 * original])
    return ours, theirs, dim, base, length, original


@pytest.mark.parametrize("kind", ["linear", "dynamic", "yarn", "longrope", "llama3", "proportional"])
def test_scalings_are_those_of_transformers(kind):
    draw = random.Random(f"scaling {kind}")
    for _ in range(10):
        ours, theirs, dim, base, length, original = random_case(kind, draw)
        config = types.SimpleNamespace(rope_parameters=theirs, head_dim=dim, hidden_size=dim, num_attention_heads=1, max_position_embeddings=original, standardize_rope_params=lambda: None)
        inverse, attention_factor = ROPE_INIT_FUNCTIONS[kind](config, torch.device("cpu"), seq_len=length)
        flags = [word for option, value in ours.items() for word in ([f"--{option}"] if value is None else [f"--{option}", value])]
        got = answer("angles", "--dim", dim, "--base", base, "--scaling", kind, "--positions", "0,3", *flags)
        plain = [base ** (-2 * i / dim) for i in range(dim // 2)]
        assert len(got["inverse_frequencies"]) == dim // 2
        for theirs_i, ours_i, plain_i in zip(inverse.tolist(), got["inverse_frequencies"], plain):
            # transformers computes in float32, where ramps round by 1e-7 of the frequency before it is divided by the factor
            assert abs(theirs_i - ours_i) <= 1e-6 * abs(theirs_i) + 2e-7 * plain_i, (ours, theirs_i, ours_i)
        assert got["attention_factor"] == pytest.approx(attention_factor, rel=1e-12)
        assert got["angles"][1] == [3 * value for value in got["inverse_frequencies"]]


def test_figure_2_and_its_formula():
    got = answer("decay", "--dim", 32, "--base", 500, "--max-distance", 40)
    assert got["distance"] == list(range(41))
    theta = 500 ** (-torch.arange(0, 32, 2, dtype=torch.float64) / 32)
    terms = torch.polar(torch.ones(41, 16, dtype=torch.float64), torch.arange(41)[:, None] * theta)
    assert got["bound"] == pytest.approx(terms.cumsum(1).abs().mean(1).tolist(), rel=1e-12)
    expected = answer("decay", "--dim", 32, "--base", 500, "--max-distance", 40, "--expected")
    assert expected["expected"] == pytest.approx(terms.real.mean(1).tolist(), abs=1e-12)


def test_worked_example_of_the_study_notes():
    got = answer("example")
    assert [step["position"] for step in got["positions"]] == [1, 2, 3, 4]
    assert got["positions"][3]["angles"] == [4, 0.04]
    for row in got["by_distance"]:
        score = sum(0.8 * math.cos(row["distance"] * theta) + 0.6 * math.sin(row["distance"] * theta) for theta in (1, 0.01))
        assert row["score"] == pytest.approx(score, abs=1e-14)


def test_negative_positions_turn_back():
    got = answer("angles", "--dim", 8, "--positions", "-3,-1,0,3")
    assert got["positions"] == [-3, -1, 0, 3]
    assert got["angles"][0] == [-angle for angle in got["angles"][3]]
    # Of the scalings that look at the length: no position is beyond that of training.
    dynamic = ["--dim", 8, "--scaling", "dynamic", "--factor", 2, "--original-length", 16]
    assert answer("angles", *dynamic, "--positions", "-300,-5")["inverse_frequencies"] == got["inverse_frequencies"]
    by_position = answer("example", "--positions", "-2,0,5")
    assert [step["position"] for step in by_position["positions"]] == [-2, 0, 5]
    shifted = answer("example", "--positions", "1,3,8")
    for row, other in zip(by_position["by_distance"], shifted["by_distance"]):
        assert row["distance"] == other["distance"] and row["score"] == pytest.approx(other["score"], abs=1e-14)
    assert run_program("rope", "angles", "--positions", "-3").returncode == 0  # one alone is no option


def test_scores_of_a_model_by_distance(tmp_path):
    torch.manual_seed(0)
    config = RoFormerConfig(vocab_size=30, embedding_size=32, hidden_size=32, num_hidden_layers=3, num_attention_heads=4, intermediate_size=40, max_position_embeddings=64)
    model = randomise(RoFormerModel(config), scale=0.2)
    model.save_pretrained(tmp_path)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{chr(97 + i)}" for i in range(25)]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
    draw = random.Random(1)
    lines = [[draw.randrange(5, 30) for _ in range(length)] for length in (1, 9, 9, 20)]
    kept = {}

    def keep(layer, name):
        return lambda module, inputs, output: kept.__setitem__((layer, name), output)

    for i, layer in enumerate(model.encoder.layer):
        layer.attention.self.query.register_forward_hook(keep(i, "q"))
        layer.attention.self.key.register_forward_hook(keep(i, "k"))
    sums, pairs = torch.zeros(3, 13, dtype=torch.float64), torch.zeros(13)
    for line in lines:
        ids = torch.tensor([[2, *line, 3]])
        length = ids.shape[1]
        with torch.no_grad():
            model(ids)
        sinusoidal = model.encoder.embed_positions(ids.shape)[None, None]
        distance = (torch.arange(length)[:, None] - torch.arange(length)).abs()
        for i, layer in enumerate(model.encoder.layer):
            q, k = (kept[i, name].view(1, length, 4, 8).transpose(1, 2) for name in "qk")
            q, k = layer.attention.self.apply_rotary_position_embeddings(sinusoidal, q, k)
            scores = (q @ k.transpose(-1, -2) / math.sqrt(8)).mean(1)[0].double()
            for d in range(13):
                sums[i, d] += scores[distance == d].sum()
        pairs += torch.tensor([(distance == d).sum() for d in range(13)])
    text = "\n".join(" ".join(words[i] for i in line) for line in lines) + "\n"
    (tmp_path / "lines.txt").write_text("\n" + text)
    got = answer("scores", "--model", tmp_path, "--text", tmp_path / "lines.txt", "--max-distance", 12)
    assert got["pairs"] == pairs.tolist()
    for i, layer in enumerate(got["layers"]):
        assert layer["layer"] == i
        assert layer["score"] == pytest.approx((sums[i] / pairs).tolist(), abs=2e-5)
    one = answer("scores", "--model", tmp_path, "--layer", 2, "--max-distance", 30, text=text)
    assert [layer["layer"] for layer in one["layers"]] == [2]
    assert one["layers"][0]["score"][:13] == pytest.approx(got["layers"][2]["score"], abs=1e-9)
    assert one["layers"][0]["score"][22:] == [None] * 9
    assert one["pairs"][21] == 2
    assert run_program("rope", "scores", "--model", tmp_path, "--layer", 3, text=text).returncode == 1


@pytest.mark.parametrize("arguments, words", [
    (["decay", "--dim", 7], ["even number", "7"]),
    (["decay", "--base", 0], ["positive base", "0"]),
    (["decay", "--max-distance", -1], ["--max-distance", "-1", "0 to 1000000"]),
    (["decay", "--max-distance", 10**9], ["--max-distance", "0 to 1000000"]),
    (["decay", "--scaling", "linear", "--factor", 0.5], ["factor >= 1", "0.5"]),
    (["angles", "--scaling", "longrope", "--dim", 8, "--original-length", 9, "--short-factor", "1,2", "--long-factor", "1,2"], ["4 numbers in short_factor", "2"]),
    (["angles", "--scaling", "yarn", "--factor", 2], ["original_length", "yarn"]),
    (["angles", "--factor", 2], ["--factor", "--scaling none"]),
    (["angles", "--positions", "1,x"], ["--positions", "x"]),
    (["example", "--query", "1,0"], ["--query", "4", "2"]),
    (["decay", "--samples", 5], ["--expected"]),
    (["scores", "--model", "/no/such/folder"], ["/no/such/folder"]),
])  # fmt: skip
def test_bad_input_is_named(arguments, words):
    finished = run_program("rope", *arguments)
    assert finished.returncode in (1, 2) and finished.stdout == ""
    for word in words:
        assert word in finished.stderr


def test_figure_2_is_reproduced(tmp_path):
    finished = run_program("reproduce", "figure2", "--out", tmp_path / "figure2")
    assert finished.returncode == 0, finished.stderr
    assert "32.500" in finished.stdout and "6.548" in finished.stdout
    curves = json.loads((tmp_path / "figure2" / "curves.json").read_text())
    assert curves["figure2"]["d = 128, base 10000"] == answer("decay")["bound"]
    assert len(curves["scalings"]["distance"]) == len(curves["scalings"]["yarn"]) == 2049
    assert "<h2>Figure 2</h2>" in (tmp_path / "figure2" / "report.html").read_text()
    refused = run_program("reproduce", "figure2", "--scale", "tiny", "--out", tmp_path / "other")
    assert refused.returncode == 1 and "--scale" in refused.stderr and not (tmp_path / "other").exists()
