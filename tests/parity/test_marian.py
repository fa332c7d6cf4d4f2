"""Encoder-decoders of transformers' MarianMTModel (OPUS-MT) with random weights: equal outputs from every file format, what
convert and average write opens in transformers, and files that lie are errors."""

import json
import shutil

import pytest
import torch
import transformers
from conftest import randomise, run_model, run_program
from safetensors.torch import load_file, save_file
from test_translate import write_tokenizer

SIZES = dict(
    vocab_size=47, d_model=32, encoder_layers=3, decoder_layers=2, encoder_ffn_dim=40, decoder_ffn_dim=56,
    encoder_attention_heads=4, decoder_attention_heads=2, max_position_embeddings=64, pad_token_id=46,
    decoder_start_token_id=46, eos_token_id=0, forced_eos_token_id=0)  # fmt: skip
COMPANIONS = ["generation_config.json", "source.spm", "target.spm", "tokenizer_config.json", "vocab.json"]


def make_model(seed=0, **changes):
    torch.manual_seed(seed)
    model = transformers.MarianMTModel(transformers.MarianConfig(**SIZES | changes))
    randomise(model, seed, 0.1)
    with torch.no_grad():
        model.final_logits_bias.normal_(generator=torch.Generator().manual_seed(seed))
    return model


def save(model, folder):
    model.save_pretrained(folder)
    return folder


def make_inputs(source_lengths=(9, 1, 5), target_lengths=(4, 7, 1)):
    generator = torch.Generator().manual_seed(3)
    inputs = {}
    for prefix, lengths in (("", source_lengths), ("decoder_", target_lengths)):
        places = torch.arange(max(lengths))[None]
        inputs[f"{prefix}attention_mask"] = (places < torch.tensor(lengths)[:, None]).long()
        inputs[f"{prefix}input_ids"] = torch.randint(0, 46, (len(lengths), max(lengths)), generator=generator)
    return inputs


INPUTS = make_inputs()


def theirs(model, inputs):
    with torch.no_grad():
        out = model(**inputs, output_hidden_states=True)
    tensors = {"encoder_last_hidden_state": out.encoder_last_hidden_state, "logits": out.logits,
               "last_hidden_state": out.decoder_hidden_states[-1]}  # fmt: skip
    for side in ("encoder", "decoder"):
        tensors |= {f"{side}_hidden_states.{i}": state for i, state in enumerate(out[f"{side}_hidden_states"])}
    return tensors


def check(ours, expected, inputs, tolerance=2e-5):
    assert ours.keys() == expected.keys()
    for name, tensor in expected.items():
        mask = inputs["attention_mask" if name.startswith("encoder") else "decoder_attention_mask"].bool()
        assert ours[name].shape == tensor.shape
        assert (ours[name] - tensor)[mask].abs().max() <= tolerance, name
        assert not ours[name][~mask].any(), name


def same_outputs(folder, model, work, inputs=INPUTS):
    check(run_model(folder, inputs, work, "--hidden-states", "--threads", 1), theirs(model, inputs), inputs)


def refused(folder, work, *words):
    """`run` fails with one line that has the words."""
    save_file(INPUTS, work / "inputs.safetensors")
    done = run_program("run", "--model", folder, "--inputs", work / "inputs.safetensors", "--outputs", work / "no.safetensors")
    assert done.returncode == 1 and done.stderr.startswith("error: "), done
    assert done.stderr.count("\n") == 1 and not (work / "no.safetensors").exists()
    for word in words:
        assert word in done.stderr, done.stderr


@pytest.mark.parametrize("activation", ["relu", "swish", "gelu"])
@pytest.mark.parametrize("scale", [True, False])
def test_outputs(activation, scale, tmp_path):
    model = make_model(activation_function=activation, scale_embedding=scale)
    same_outputs(save(model, tmp_path / "model"), model, tmp_path)


@pytest.mark.parametrize("lengths", [((1,), (1,)), ((64, 2), (3, 64))])
def test_shortest_and_longest(lengths, tmp_path):
    model = make_model(scale_embedding=True)
    same_outputs(save(model, tmp_path / "model"), model, tmp_path, make_inputs(*lengths))


def test_sines_know_no_longest(tmp_path):
    """A sentence beyond max_position_embeddings: what a model with a larger table says."""
    model = make_model(max_position_embeddings=100)
    folder = save(model, tmp_path / "model")
    change_config(folder, max_position_embeddings=64)
    same_outputs(folder, model, tmp_path, make_inputs((100, 3), (2, 99)))


def test_without_masks_and_hidden_states(tmp_path):
    model = make_model()
    inputs = {name: tensor for name, tensor in INPUTS.items() if name.endswith("input_ids")}
    ours = run_model(save(model, tmp_path / "model"), inputs, tmp_path)
    full = {name.replace("input_ids", "attention_mask"): torch.ones_like(tensor) for name, tensor in inputs.items()}
    expected = {name: tensor for name, tensor in theirs(model, inputs).items() if "hidden_states" not in name}
    check(ours, expected, full)


def old_opus_folder(model, folder):
    """As OPUS-MT's files of 2020 are: a pickle with all the tied copies and the tables of sines."""
    save(model, folder)
    (folder / "model.safetensors").unlink()
    state = model.state_dict()
    assert {"lm_head.weight", "model.encoder.embed_tokens.weight", "model.decoder.embed_tokens.weight", "model.shared.weight",
            "model.encoder.embed_positions.weight", "final_logits_bias"} <= set(state)  # fmt: skip
    torch.save(state, folder / "pytorch_model.bin")
    config = json.loads((folder / "config.json").read_text())
    for key in ("share_encoder_decoder_embeddings", "tie_word_embeddings", "decoder_vocab_size"):
        config.pop(key, None)
    config |= {"normalize_before": False, "normalize_embedding": False, "add_final_layer_norm": False, "static_position_embeddings": True}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_old_pickles(tmp_path):
    model = make_model(scale_embedding=True)
    folder = old_opus_folder(model, tmp_path / "model")
    same_outputs(folder, model, tmp_path)
    done = run_program("run", "--model", folder, "--inputs", tmp_path / "inputs.safetensors", "--outputs", tmp_path / "x.safetensors")
    assert done.returncode == 0 and "unused" not in done.stderr


def with_exact_positions(model):
    """Sines as we compute them, where float16 files or .half() have rounded transformers' table."""
    exact = make_model().state_dict()
    for side in ("encoder", "decoder"):
        name = f"model.{side}.embed_positions.weight"
        model.state_dict()[name].copy_(exact[name])
    return model


def test_float16(tmp_path):
    model = make_model().half()
    folder = save(model, tmp_path / "model")
    assert load_file(folder / "model.safetensors")["model.shared.weight"].dtype == torch.float16
    same_outputs(folder, with_exact_positions(model.float()), tmp_path)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("options", [["--format", "safetensors"], ["--format", "pytorch", "--max-shard-size", "40KB"],
                                     ["--dtype", "float16"]], ids=str)  # fmt: skip
def test_transformers_opens_what_convert_writes(old, options, tmp_path):
    model = make_model(scale_embedding=True)
    start = (old_opus_folder if old else save)(model, tmp_path / "start")
    write_tokenizer(start)
    done = run_program("convert", start, tmp_path / "out", *options)
    assert done.returncode == 0, done.stderr
    for name in COMPANIONS:
        assert (tmp_path / "out" / name).read_bytes() == (start / name).read_bytes(), name
    loaded = transformers.MarianMTModel.from_pretrained(tmp_path / "out", dtype=torch.float32).eval()
    expected = model
    if "float16" in options:
        expected = with_exact_positions(model.half().float())
        with_exact_positions(loaded)
    for name, tensor in expected.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor), name
    same_outputs(tmp_path / "out", loaded, tmp_path)
    assert json.loads((tmp_path / "out/config.json").read_text())["model_type"] == "marian"


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return save(make_model(), tmp_path_factory.mktemp("good") / "model")


@pytest.fixture
def folder(good, tmp_path):
    """A copy to spoil."""
    shutil.copytree(good, tmp_path / "model")
    return tmp_path / "model"


LIES = [
    (dict(vocab_size=48), "vocab_size"),
    (dict(vocab_size=46, decoder_vocab_size=46), "46"),  # beyond it lies pad_token_id
    (dict(vocab_size=48, decoder_vocab_size=48), "model.shared.weight"),
    (dict(vocab_size=10**15, decoder_vocab_size=10**15), ""),
    (dict(vocab_size=-1, decoder_vocab_size=-1), "vocab_size"),
    (dict(encoder_layers=4), "model.encoder.layers.3"),
    (dict(encoder_layers=10**12), "encoder"),
    (dict(decoder_layers=-2), "layers"),
    (dict(encoder_ffn_dim=41), "model.encoder.layers.2.fc1.weight"),
    (dict(encoder_ffn_dim=39), "model.encoder.layers.2.fc1.weight"),
    (dict(decoder_ffn_dim=55), "model.decoder.layers.1.fc1.weight"),
    (dict(decoder_ffn_dim=10**15), ""),
    (dict(d_model=64), "model.shared.weight"),
    (dict(d_model="32"), "d_model"),
    (dict(encoder_attention_heads=5), "heads"),
    (dict(decoder_attention_heads=0), "heads"),
    (dict(pad_token_id=47), "pad_token_id"),
    (dict(eos_token_id=-1), "eos_token_id"),
    (dict(decoder_start_token_id=99), "decoder_start_token_id"),
    (dict(activation_function="maxout"), "maxout"),
    (dict(normalize_before=True), "normalize_before"),
    (dict(share_encoder_decoder_embeddings=False), "share_encoder_decoder_embeddings"),
    (dict(tie_word_embeddings=False), "tie_word_embeddings"),
    (dict(model_type="t5"), "t5"),
]


@pytest.mark.parametrize("changes, word", LIES, ids=lambda value: str(value)[:40])
def test_configurations_that_lie(folder, changes, word, tmp_path):
    change_config(folder, **changes)
    refused(folder, tmp_path, word)


def test_layers_that_config_leaves_out_are_told(folder, tmp_path):
    change_config(folder, encoder_layers=2)
    save_file(INPUTS, tmp_path / "inputs.safetensors")
    done = run_program("run", "--model", folder, "--inputs", tmp_path / "inputs.safetensors", "--outputs", tmp_path / "x.safetensors")
    assert done.returncode == 0 and "16 tensors" in done.stderr and "model.encoder.layers.2" in done.stderr, done.stderr


@pytest.mark.parametrize("name", ["model.shared.weight", "model.decoder.layers.1.encoder_attn.k_proj.weight",
                                  "model.encoder.layers.0.final_layer_norm.bias"])  # fmt: skip
def test_missing_tensors(folder, name, tmp_path):
    state = load_file(folder / "model.safetensors")
    for copy in [other for other in state if other == name or (name.endswith("shared.weight") and "embed_tokens" in other)]:
        del state[copy]
    state.pop("lm_head.weight", None)
    save_file(state, folder / "model.safetensors")
    refused(folder, tmp_path, name)


def test_truncated_weights(folder, tmp_path):
    whole = (folder / "model.safetensors").read_bytes()
    for size in (0, 7, 8, 500, len(whole) // 2, len(whole) - 1):
        (folder / "model.safetensors").write_bytes(whole[:size])
        refused(folder, tmp_path, "model.safetensors")


def test_inputs_that_do_not_fit(good, tmp_path):
    for changes, word in [
        (dict(decoder_input_ids=None), "decoder_input_ids"), (dict(input_ids=None), "input_ids"),
        (dict(decoder_input_ids=INPUTS["decoder_input_ids"][:2], decoder_attention_mask=None), "rows"),
        (dict(input_ids=INPUTS["input_ids"] + 40), "0 .. 46"), (dict(token_type_ids=INPUTS["attention_mask"] * 0), "token_type_ids"),
        (dict(attention_mask=INPUTS["attention_mask"][:, :4].contiguous()), "attention_mask"),
    ]:  # fmt: skip
        inputs = {name: tensor.contiguous() for name, tensor in (INPUTS | changes).items() if tensor is not None}
        save_file(inputs, tmp_path / "inputs.safetensors")
        done = run_program("run", "--model", good, "--inputs", tmp_path / "inputs.safetensors", "--outputs", tmp_path / "o.safetensors")
        assert done.returncode == 1 and word in done.stderr, (changes, done)


# --- average ---


def test_average_is_the_mean(tmp_path):
    models = [make_model(seed) for seed in (1, 2, 3)]
    folders = [save(model, tmp_path / f"m{i}") for i, model in enumerate(models)]
    for folder in folders:
        write_tokenizer(folder)
    done = run_program("average", *folders, "--out", tmp_path / "mean")
    assert done.returncode == 0, done.stderr
    state = load_file(tmp_path / "mean/model.safetensors")
    parts = [load_file(folder / "model.safetensors") for folder in folders]
    assert state.keys() == parts[0].keys()
    for name, tensor in state.items():
        assert torch.equal(tensor, (sum(part[name].double() for part in parts) / 3).float()), name
    for name in COMPANIONS:
        assert (tmp_path / "mean" / name).read_bytes() == (folders[-1] / name).read_bytes()
    loaded = transformers.MarianMTModel.from_pretrained(tmp_path / "mean").eval()
    same_outputs(tmp_path / "mean", loaded, tmp_path)
    assert run_program("average", folders[0], "--out", tmp_path / "one").returncode == 0
    one = load_file(tmp_path / "one/model.safetensors")
    assert all(torch.equal(one[name], parts[0][name]) for name in one)


def test_average_of_the_last(tmp_path):
    run = tmp_path / "run"
    for step in (9, 10, 100):  # by number, not by letter
        save(make_model(step), run / "checkpoints" / f"step-{step}")
    (run / "checkpoints" / "step-5000.partial").mkdir()
    done = run_program("average", run, "--last", 2, "--out", tmp_path / "mean")
    assert done.returncode == 0, done.stderr
    parts = [load_file(run / f"checkpoints/step-{step}/model.safetensors") for step in (10, 100)]
    for name, tensor in load_file(tmp_path / "mean/model.safetensors").items():
        assert torch.equal(tensor, ((parts[0][name].double() + parts[1][name].double()) / 2).float()), name
    for arguments, word in [((run, "--last", 4), "keep_last"), ((run, run, "--last", 2), "--last"), ((tmp_path / "none",), "none")]:
        done = run_program("average", *arguments, "--out", tmp_path / "no")
        assert done.returncode == 1 and word in done.stderr and not (tmp_path / "no").exists(), done
    assert run_program("average", run, "--last", 0, "--out", tmp_path / "no").returncode == 2


def test_average_refuses_and_writes_nothing(good, tmp_path):
    other = save(make_model(encoder_ffn_dim=44), tmp_path / "other")
    half = save(make_model().half(), tmp_path / "half")
    deeper = save(make_model(decoder_layers=3), tmp_path / "deeper")
    alike, words = save(make_model(), tmp_path / "alike"), save(make_model(), tmp_path / "words")  # equal names and shapes
    config = json.loads((alike / "config.json").read_text())
    (alike / "config.json").write_text(json.dumps(config | {"num_beams": 9}))
    (good / "vocab.json").exists() or (good / "vocab.json").write_text("{}")
    (words / "vocab.json").write_text('{"other": 0}')
    for folders, word in [((good, other), "encoder_ffn_dim"), ((good, half), "F16"), ((good, deeper), "decoder_layers"),
                          ((deeper, good), "decoder_layers"), ((good, alike), "num_beams"), ((good, words), "vocab.json")]:
        done = run_program("average", *folders, "--out", tmp_path / "out")
        assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("error: ") and word in done.stderr, done
        assert not (tmp_path / "out").exists()
    whole = (half / "model.safetensors").read_bytes()
    (half / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert run_program("average", half, "--out", tmp_path / "out").returncode == 1 and not (tmp_path / "out").exists()


def test_average_replaces_nothing_by_itself(good, tmp_path):
    there = save(make_model(5), tmp_path / "there")
    before = (there / "model.safetensors").read_bytes()
    done = run_program("average", good, good, "--out", there)
    assert done.returncode == 1 and "--force" in done.stderr and (there / "model.safetensors").read_bytes() == before
    assert run_program("average", good, there, "--out", there, "--force").returncode == 1  # itself a source
    assert (there / "model.safetensors").read_bytes() == before
    done = run_program("average", good, good, "--out", there, "--force")
    assert done.returncode == 0, done.stderr
    mean, part = load_file(there / "model.safetensors"), load_file(good / "model.safetensors")
    assert all(torch.equal(mean[name], part[name]) for name in part)
