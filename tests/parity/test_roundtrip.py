"""What we save opens in transformers with the same outputs, and files of older or other programs open here."""

import json
import resource
import signal
import subprocess

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from conftest import BUILD, randomise, run_model, run_program

SIZES = dict(vocab_size=211, hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96,
             max_position_embeddings=64)  # fmt: skip

MODELS = [
    ("RoFormerForMaskedLM", dict(embedding_size=24, rotary_value=True)),
    ("RoFormerForMaskedLM", dict(tie_word_embeddings=False)),
    ("RoFormerForSequenceClassification", dict(num_labels=5)),
    ("RoFormerForTokenClassification", dict(hidden_act="relu")),
    ("RoFormerModel", dict(hidden_act="gelu_new")),
    ("BertForMaskedLM", {}),
    ("BertForMaskedLM", dict(tie_word_embeddings=False)),
    ("BertForSequenceClassification", dict(num_labels=3, id2label={0: "no", 1: "yes", 2: "perhaps"})),
    ("BertForTokenClassification", {}),
    ("BertModel", {}),
]


def make_model(name, changes, seed=0):
    kind = "Bert" if name.startswith("Bert") else "RoFormer"
    torch.manual_seed(3)
    return randomise(getattr(transformers, name)(getattr(transformers, kind + "Config")(**SIZES | changes)), seed)


def make_inputs():
    torch.manual_seed(5)
    mask = torch.ones(2, 9, dtype=torch.long)
    mask[1, 6:] = 0
    return {"input_ids": torch.randint(0, SIZES["vocab_size"], (2, 9)), "attention_mask": mask}


def resave(folder, target):
    finished = run_program("resave", folder, target, program="parity_driver")
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("name, changes", MODELS, ids=lambda value: value if isinstance(value, str) else "")
def test_transformers_opens_what_we_save(name, changes, tmp_path):
    model = make_model(name, changes)
    model.save_pretrained(tmp_path / "theirs")
    resave(tmp_path / "theirs", tmp_path / "ours")
    opened, info = getattr(transformers, name).from_pretrained(tmp_path / "ours", output_loading_info=True)
    # transformers computes its sinusoids anew; a saved table would only limit the length.
    missing = {key for key in info["missing_keys"] if not key.endswith("encoder.embed_positions.weight")}
    pooler = {"pooler.dense.weight", "pooler.dense.bias"}  # BertModel's own; our bare encoder has none
    assert missing <= (pooler if name == "BertModel" else set())
    assert not info["unexpected_keys"] and not info["mismatched_keys"]
    assert opened.dtype == torch.float32
    inputs = make_inputs()
    with torch.no_grad():
        before, after = model(**inputs), opened.eval()(**inputs)
    key = "logits" if "logits" in before else "last_hidden_state"
    assert torch.equal(before[key], after[key])
    for attribute in ("id2label", "num_labels", "hidden_act", "tie_word_embeddings", "architectures"):
        assert getattr(opened.config, attribute) == getattr(model.config, attribute), attribute


def test_our_second_save_is_the_first(tmp_path):
    make_model("RoFormerForMaskedLM", dict(embedding_size=24)).save_pretrained(tmp_path / "theirs")
    resave(tmp_path / "theirs", tmp_path / "first")
    resave(tmp_path / "first", tmp_path / "second")
    for name in ("config.json", "model.safetensors"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def edit_weights(folder, edit):
    path = folder / "model.safetensors"
    save_file(edit(load_file(path)), path, {"format": "pt"})


def test_old_names_of_layer_norm_and_decoder(tmp_path):
    """google-bert/bert-base-uncased: gamma and beta, a copy of the tied decoder, the head of the next sentence."""
    model = make_model("BertForMaskedLM", {})
    model.save_pretrained(tmp_path / "old")

    def edit(tensors):
        renamed = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor
                   for name, tensor in tensors.items()}  # fmt: skip
        renamed["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"].clone()
        renamed["cls.seq_relationship.weight"] = torch.zeros(2, 48)
        renamed["bert.embeddings.position_ids"] = torch.arange(64)[None]
        return renamed

    edit_weights(tmp_path / "old", edit)
    inputs = make_inputs()
    ours = run_model(tmp_path / "old", inputs, tmp_path)
    with torch.no_grad():
        theirs = model(**inputs).logits
    mask = inputs["attention_mask"].bool()
    assert (ours["logits"] - theirs)[mask].abs().max() <= 2e-5
    facts = json.loads(run_program("inspect", tmp_path / "old", "--json").stdout)
    assert facts["unused"] == ["cls.seq_relationship.weight"] and facts["missing"] == []


def test_a_decoder_that_differs_is_not_tied(tmp_path):
    """transformers decides likewise, whatever tie_word_embeddings says."""
    make_model("RoFormerForMaskedLM", {}).save_pretrained(tmp_path / "model")

    def edit(tensors):
        tensors["cls.predictions.decoder.weight"] = torch.randn(SIZES["vocab_size"], 48) * 0.1
        tensors["cls.predictions.decoder.bias"] = torch.randn(SIZES["vocab_size"])
        return tensors

    edit_weights(tmp_path / "model", edit)
    opened = transformers.RoFormerForMaskedLM.from_pretrained(tmp_path / "model").eval()
    inputs = make_inputs()
    with torch.no_grad():
        theirs = opened(**inputs).logits
    ours = run_model(tmp_path / "model", inputs, tmp_path)["logits"]
    assert (ours - theirs)[inputs["attention_mask"].bool()].abs().max() <= 2e-5


def test_head_on_a_bare_encoder_starts_afresh_with_a_warning(tmp_path):
    make_model("BertModel", {}).save_pretrained(tmp_path / "model")
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    config["architectures"] = ["BertForTokenClassification"]
    (tmp_path / "model" / "config.json").write_text(json.dumps(config))
    finished = run_program("inspect", tmp_path / "model", "--json")
    assert sorted(json.loads(finished.stdout)["missing"]) == ["classifier.bias", "classifier.weight"]
    save_file(make_inputs(), tmp_path / "in.safetensors")
    finished = run_program("run", "--model", tmp_path / "model", "--inputs", tmp_path / "in.safetensors",
                           "--outputs", tmp_path / "out.safetensors")  # fmt: skip
    assert finished.returncode == 0 and "classifier.weight" in finished.stderr


def test_a_failed_save_leaves_the_last_checkpoint(tmp_path):
    """A limit to file sizes stands for the full disk."""
    make_model("RoFormerForMaskedLM", {}).save_pretrained(tmp_path / "theirs")
    resave(tmp_path / "theirs", tmp_path / "ours")
    make_model("RoFormerForMaskedLM", {}, seed=9).save_pretrained(tmp_path / "other")
    before = {path.name: path.read_bytes() for path in (tmp_path / "ours").iterdir()}

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

    finished = subprocess.run([BUILD / "parity_driver", "resave", tmp_path / "other", tmp_path / "ours"],
                              capture_output=True, text=True, preexec_fn=limit)  # fmt: skip
    assert finished.returncode == 1 and "model.safetensors" in finished.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "ours").iterdir()} == before
