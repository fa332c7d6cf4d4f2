"""JunnYu's package `roformer` 0.4.3 live, both directions: RoFormerV2, RoFormer-Sim's pooler, the prefix mask. Run by
`make test-legacy` in an environment of its own (transformers 4.40.2)."""

import pathlib
import sys

import pytest
import roformer
import torch
from safetensors.torch import load_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "parity"))
from conftest import run_model, run_program  # noqa: E402
from make_fixtures import main as make_fixtures  # noqa: E402
from make_fixtures import randomise  # noqa: E402

TOLERANCE = 2e-5
FIXTURES = pathlib.Path(__file__).parents[1] / "fixtures" / "junnyu"
V2 = dict(norm_type="rms", use_bias=False, hidden_act="relu")
CASES = [
    ("RoFormerModel", V2, {}, ["last_hidden_state"]),
    ("RoFormerModel", V2 | dict(num_hidden_layers=6, hidden_size=384, num_attention_heads=6), {}, ["last_hidden_state"]),
    ("RoFormerForMaskedLM", V2, {}, ["logits"]),
    ("RoFormerForMaskedLM", dict(embedding_size=40, rotary_value=True), {}, ["logits"]),
    ("RoFormerForSequenceClassification", V2 | dict(num_labels=5), {}, ["logits"]),
    ("RoFormerForTokenClassification", V2 | dict(num_labels=3), {}, ["logits"]),
    ("RoFormerForQuestionAnswering", V2, {}, ["start_logits", "end_logits"]),
    ("RoFormerModel", dict(pooler_activation="linear"), dict(add_pooling_layer=True), ["pooler_output"]),
    ("RoFormerModel", dict(pooler_activation="tanh"), dict(add_pooling_layer=True), ["pooler_output"]),
    ("RoFormerForCausalLM", dict(is_decoder=True, pooler_activation="linear"), {}, ["logits", "pooler_output"]),
]


def make_model(name, config, arguments):
    sizes = dict(vocab_size=307, hidden_size=96, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=128)
    sizes["intermediate_size"] = 4 * config.get("hidden_size", 96)
    torch.manual_seed(3)
    config = roformer.RoFormerConfig(**sizes | config, architectures=[name])
    return randomise(getattr(roformer, name)(config, **arguments), 7)


def make_inputs(model):
    torch.manual_seed(5)
    mask = torch.ones(4, 60, dtype=torch.long)
    for row in range(1, 4):
        mask[row, 60 - 17 * row :] = 0
    inputs = {"input_ids": torch.randint(0, 307, (4, 60)), "attention_mask": mask, "token_type_ids": torch.randint(0, 2, (4, 60))}
    return inputs, ({"prefix_lengths": mask.sum(1)} if model.config.is_decoder else {})


def compare(ours, theirs, mask):
    if theirs.shape[:2] == mask.shape:
        ours, theirs = ours[mask.bool()], theirs[mask.bool()]
    assert (ours - theirs).abs().max() <= TOLERANCE


@pytest.mark.parametrize("name, config, arguments, keys", CASES)
@pytest.mark.parametrize("safe", [True, False], ids=["safetensors", "pickle"])
def test_same_outputs(name, config, arguments, keys, safe, tmp_path):
    if safe and name in ("RoFormerForMaskedLM", "RoFormerForCausalLM"):
        pytest.skip("the package does not save tied weights as safetensors")
    model = make_model(name, config, arguments)
    model.save_pretrained(tmp_path / "model", safe_serialization=safe)
    inputs, prefix = make_inputs(model)
    with torch.no_grad():
        theirs = model(**inputs)
    ours = run_model(tmp_path / "model", inputs | prefix, tmp_path)
    for key in keys:
        compare(ours[key], theirs[key], inputs["attention_mask"])


@pytest.mark.parametrize("name, config, arguments, keys", CASES)
def test_their_package_opens_what_we_save(name, config, arguments, keys, tmp_path):
    model = make_model(name, config, arguments)
    model.save_pretrained(tmp_path / "theirs", safe_serialization=False)
    finished = run_program("resave", tmp_path / "theirs", tmp_path / "ours", program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    opened, info = getattr(roformer, name).from_pretrained(tmp_path / "ours", output_loading_info=True, **arguments)
    assert not info["unexpected_keys"] and not info["mismatched_keys"]
    assert not [key for key in info["missing_keys"] if "embed_positions" not in key]
    inputs, _ = make_inputs(model)
    with torch.no_grad():
        before, after = model(**inputs), opened.eval()(**inputs)
    for key in keys:
        assert torch.equal(before[key], after[key])


def test_the_committed_fixtures_are_what_the_package_computes(tmp_path):
    make_fixtures(tmp_path)
    for path in FIXTURES.rglob("*.safetensors"):
        again = load_file(tmp_path / path.relative_to(FIXTURES))
        for name, tensor in load_file(path).items():
            assert torch.allclose(again[name].double(), tensor.double(), atol=1e-5), (path, name)
