"""RoFormerV2, RoFormer-Sim's pooler and its prefix mask against fixtures that JunnYu's own package made
(tests/legacy/make_fixtures.py, `make test-legacy`): folders as that package saves them, inputs, outputs."""

import pathlib

import pytest
import torch
from safetensors.torch import load_file, save_file

from conftest import run_program, run_model

FIXTURES = pathlib.Path(__file__).parents[1] / "fixtures" / "junnyu"
TOLERANCE = 2e-5


def cases():
    return sorted(path.name for path in FIXTURES.iterdir() if (path / "config.json").exists())


def test_there_are_fixtures():
    assert set(cases()) >= {"v2", "v2-masked", "v2-classifier", "sim", "sim-causal", "prefix"}


@pytest.mark.parametrize("name", cases())
def test_outputs_are_those_of_junnyus_package(name, tmp_path):
    folder = FIXTURES / name
    inputs = load_file(folder / "inputs.safetensors")
    expected = load_file(folder / "expected.safetensors")
    ours = run_model(folder, inputs, tmp_path)
    mask = inputs["attention_mask"].bool() if "attention_mask" in inputs else None
    for key, theirs in expected.items():
        mine = ours[key]
        if mask is not None and theirs.dim() == 3 and theirs.shape[:2] == mask.shape:
            mine, theirs = mine[mask], theirs[mask]
        difference = (mine - theirs).abs().max().item()
        print(f"{name} {key}: {difference:.1e}")
        assert difference <= TOLERANCE, key


def test_prefix_mask_goes_on_with_the_cache_as_theirs_does(tmp_path):
    """The prompt sees itself whole, then each token looks back: greedy tokens and logits of JunnYu's cached steps."""
    folder = FIXTURES / "prefix"
    expected = load_file(folder / "generated.safetensors")
    prompt = load_file(folder / "inputs.safetensors")["input_ids"]
    count = expected["tokens"].shape[1]
    save_file({"input_ids": prompt, "prefix_lengths": torch.full((prompt.shape[0],), prompt.shape[1]),
               "new_tokens": torch.tensor([count])}, tmp_path / "in.safetensors")  # fmt: skip
    finished = run_program("continue", folder, tmp_path / "in.safetensors", tmp_path / "out.safetensors",
                           program="parity_driver")  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    ours = load_file(tmp_path / "out.safetensors")
    assert torch.equal(ours["tokens"], expected["tokens"])
    assert torch.equal(ours["cached_tokens"], expected["tokens"])
    for key in ("logits", "cached_logits"):
        assert (ours[key] - expected["logits"]).abs().max() <= TOLERANCE
