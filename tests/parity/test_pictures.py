"""`roformer reproduce` of the pictures that the paper lacks: numbers against formulas, and what is refused."""

import json

import pytest
import torch

from conftest import run_program
from test_first_hour import RECIPE
from test_resume import write_text


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A folder with runs of two steps: masked models with two encodings, and causal Performers."""
    folder = tmp_path_factory.mktemp("pictures")
    write_text(folder / "text.txt")
    for kind in ("masked_lm", "causal_lm"):
        (folder / f"{kind}.toml").write_text(RECIPE.format(kind=kind, text=folder / "text.txt", cache=folder / "cache"))
    for out, kind, *changes in [
        ("rotary-0", "masked_lm"),
        ("rotary-1", "masked_lm", "run.seed=1"),
        ("learned-0", "masked_lm", "model.position_encoding=learned", "model.max_position_embeddings=24"),
        ("performer", "causal_lm", "model.attention=linear", "model.feature_map=favor", "model.attention_probs_dropout_prob=0"),
    ]:  # fmt: skip
        flags = [word for change in [*changes, "stage.0.steps=2", "evaluate.every=2"] for word in ("--set", change)]
        finished = run_program("train", folder / f"{kind}.toml", "--out", folder / out, *flags)
        assert finished.returncode == 0, finished.stderr
    return folder


def picture(name, out, *flags):
    finished = run_program("reproduce", name, "--out", out, *flags)
    assert finished.returncode == 0, finished.stderr
    assert f"roformer reproduce {name}" in (out / "report.html").read_text()
    result = json.loads((out / "result.json").read_text())
    assert result["study"] == name and result["verdicts"] and all(verdict in finished.stdout for verdict in result["verdicts"])
    assert all((out / file).exists() for file in result["pictures"])
    return json.loads((out / "numbers.json").read_text()), finished.stdout


def test_decay(work, tmp_path):
    numbers, printed = picture("decay", tmp_path / "decay", "--model", work / "rotary-0", "--tokens", 200)
    assert "it proves no decay here." in printed
    assert numbers["distance"][0] == 0 and numbers["distance"][-1] == 1_000_000
    # All h_i are equal: the bound is Figure 2's mean, the modulus |S_{d/2}| over d / 2.
    distance = torch.tensor(numbers["distance"], dtype=torch.float64)
    theta = 10000 ** (-torch.arange(0, 128, 2, dtype=torch.float64) / 128)
    sums = torch.polar(torch.ones(len(distance), 64, dtype=torch.float64), distance[:, None] * theta).cumsum(1).abs()
    assert numbers["constant"]["bound"] == pytest.approx(sums.mean(1).tolist(), rel=1e-9)
    assert numbers["constant"]["modulus"] == pytest.approx((sums[:, -1] / 64).tolist(), rel=1e-9, abs=1e-9)
    random = numbers["random"]
    assert random["pairs_below"] == 0 and 2 < random["smallest_bound"]["least"] < random["smallest_bound"]["mean"] < 6
    (model,) = numbers["models"]
    assert len(model["layers"]) == 1 and model["all"]["pairs"] == model["layers"][0]["pairs"] > 0
    for curves in (random, numbers["constant"], model["all"]):
        assert all(modulus <= min(bound, 1 + 1e-9) for modulus, bound in zip(curves["modulus"], curves["bound"]))


def test_loss_by_position(work, tmp_path):
    runs = [word for run in ("rotary-0", "rotary-1", "learned-0") for word in ("--model", work / run)]
    numbers, printed = picture("loss-by-position", tmp_path / "loss", *runs, "--times", 3)
    rotary, learned = numbers["models"]
    assert len(rotary["runs"]) == 2 and len(learned["runs"]) == 1
    assert [model["runs"][0]["length"] for model in (rotary, learned)] == [48, 24]  # the table's end
    for run in [*rotary["runs"], *learned["runs"]]:
        assert run["training_length"] == 16 and 16 in [bin["begin"] for bin in run["bins"]]
        targets = sum(bin["targets"] for bin in run["bins"])
        mean = sum(bin["targets"] * bin["loss"] for bin in run["bins"] if bin["targets"]) / targets
        assert run["loss"] == pytest.approx(mean, rel=1e-9)
    run = rotary["runs"][0]
    at = {length: evaluated(run["folder"], f"evaluate.length={length}", f"evaluate.sequences={sequences}") for length, sequences in ((16, 8), (48, 2))}
    assert run["loss_at_training_length"] == pytest.approx(at[16], rel=1e-5) and run["loss"] == pytest.approx(at[48], rel=1e-5)
    assert "±" in printed and "beyond it" in printed


def evaluated(run, *changes):
    flags = [word for change in changes for word in ("--set", change)]
    finished = run_program("evaluate", "--model", run, "--json", *flags)
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)["loss"]


def test_linear_weights(work, tmp_path):
    numbers, printed = picture("linear-weights", tmp_path / "weights", "--model", work / "performer")
    for figures in [*numbers["random"].values(), *numbers["models"][0]["layers"]]:
        behind, before = figures["behind φ (Eq. 19)"], figures["before φ"]
        assert before["negative_share"] == 0 and before["row_sum"]["mean"] == pytest.approx(1, abs=1e-2)
        assert 0 <= behind["negative_share"] < 1 and behind["row_sum"]["least"] < 0.999
    assert numbers["random"]["favor"]["behind φ (Eq. 19)"]["negative_share"] > 0.05
    loss = numbers["models"][0]["figures"]["loss"]
    assert loss == pytest.approx(evaluated(work / "performer"), rel=1e-6) and f"{loss:.4f}" in printed


def test_frequency_norms(work, tmp_path):
    (tmp_path / "lines.txt").write_text("one two three\n\nfour five\n")
    flags = ["--model", work / "rotary-0", "--model", work / "performer", "--text", tmp_path / "lines.txt"]
    numbers, printed = picture("frequency-norms", tmp_path / "norms", *flags)
    softmax, linear = numbers["models"]
    assert len(softmax["frequencies"]) == 8 and softmax["frequencies"][1] == pytest.approx(10000 ** (-1 / 8))
    assert len(softmax["query"]) == 1 and len(softmax["query"][0]) == 8 and min(softmax["key"][0]) > 0
    assert len(linear["key"][0]) == len(linear["frequencies"]) > 8 and "features of queries and keys" in printed
    assert (tmp_path / "norms" / "queries-1.svg").read_text().startswith("<svg ")


@pytest.mark.parametrize("arguments, words", [
    (["loss-by-positon"], ["did you mean 'loss-by-position'?", "linear-weights"]),
    (["decay", "--scale", "tiny"], ["no --scale with decay", "--model, --text"]),
    (["figure2", "--model", "DIR"], ["no --model with figure2"]),
    (["encodings", "--text", "FILE"], ["no --text with encodings"]),
    (["table1", "--only", "rotary"], ["to name models of the study", "roformer, transformer"]),
    (["frequency-norms"], ["--model with frequency-norms"]),
    (["loss-by-position"], ["--model with loss-by-position"]),
    (["frequency-norms", "--model", "/no/such/folder"], ["/no/such/folder"]),
    (["loss-by-position", "--model", "/no/such/folder"], ["/no/such/folder"]),
    (["loss-by-position", "--times", 0], ["--times", "1 to 1000"]),
])  # fmt: skip
def test_bad_input_is_named(arguments, words, tmp_path):
    finished = run_program("reproduce", *arguments, "--out", tmp_path / "out")
    assert finished.returncode in (1, 2) and finished.stdout == ""
    for word in words:
        assert word in finished.stderr, finished.stderr
    assert not (tmp_path / "out").exists()


def test_models_that_do_not_fit_are_refused(work, tmp_path):
    for name, run, words in [("linear-weights", "rotary-0", "linear attention but got softmax"),
                             ("frequency-norms", "learned-0", "rotary positions but got learned")]:  # fmt: skip
        finished = run_program("reproduce", name, "--model", work / run, "--out", tmp_path / name)
        assert finished.returncode == 1 and words in finished.stderr and not (tmp_path / name).exists()
