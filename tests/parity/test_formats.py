"""Checkpoints in every format: what PyTorch, transformers and TensorFlow write is read, and what convert writes they read;
pickles that would run code are refused, and nothing runs."""

import collections
import functools
import io
import json
import os
import pathlib
import pickle
import shutil
import struct
import zipfile

import pytest
import torch
import transformers
from conftest import ROOT, randomise, run_model, run_program
from safetensors.torch import load_file, save_file

FIXTURES = ROOT / "tests" / "fixtures" / "tensorflow"
SIZES = dict(vocab_size=31, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
             max_position_embeddings=40)  # fmt: skip
INPUTS = {"input_ids": torch.arange(1, 13).view(2, 6)}


def make_model(kind="roformer"):
    torch.manual_seed(0)
    if kind == "bert":
        return randomise(transformers.BertForMaskedLM(transformers.BertConfig(**SIZES)))
    config = transformers.RoFormerConfig(**SIZES, embedding_size=8)
    return randomise(transformers.RoFormerForMaskedLM(config))


def logits(folder, tmp_path):
    return run_model(folder, INPUTS, tmp_path)["logits"]


def theirs(model):
    with torch.no_grad():
        return model(**INPUTS).logits


def save(model, folder, **options):
    model.save_pretrained(folder, **options)
    return folder


def as_bin(model, folder, **options):
    """The model as config.json and pytorch_model.bin alone."""
    save(model, folder)
    (folder / "model.safetensors").unlink()
    torch.save(model.state_dict(), folder / "pytorch_model.bin", **options)
    return folder


@pytest.mark.parametrize("options", [
    {}, {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 3}, {"pickle_protocol": 4}, {"pickle_protocol": 5},
    {"_use_new_zipfile_serialization": False, "pickle_protocol": 4},
], ids=str)  # fmt: skip
def test_reads_what_torch_saves(options, tmp_path):
    model = make_model()
    as_bin(model, tmp_path / "model", **options)
    assert (logits(tmp_path / "model", tmp_path) - theirs(model)).abs().max() < 2e-5


@pytest.mark.parametrize("legacy", [False, True])
def test_reads_parameters_nested_and_wrapped(legacy, tmp_path):
    model = make_model()
    folder = as_bin(model, tmp_path / "model")
    state = {f"module.{name}": torch.nn.Parameter(tensor) for name, tensor in model.named_parameters()}
    torch.save({"epoch": 3, "loss": 1.5, "model": state, "history": [1, (2.0, None)], "size": torch.Size([2, 3])},
               folder / "pytorch_model.bin", _use_new_zipfile_serialization=not legacy)  # fmt: skip
    assert (logits(folder, tmp_path) - theirs(model)).abs().max() < 2e-5
    report = json.loads(run_program("convert", "--json", folder, tmp_path / "out").stdout)
    assert "model" in report["notes"][0] and report["tensors"] == len(state)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("legacy", [False, True])
def test_reads_other_types(dtype, legacy, tmp_path):
    model = make_model().to(dtype)
    folder = as_bin(model, tmp_path / "model", _use_new_zipfile_serialization=not legacy)
    expected = theirs(model.float())
    assert (logits(folder, tmp_path) - expected).abs().max() < 2e-5


ODD_TYPES = ["uint16", "uint32", "uint64", "complex32", "complex64", "complex128", "float8_e4m3fn", "float8_e5m2",
             "float8_e8m0fnu", "float8_e4m3fnuz", "float8_e5m2fnuz", "float4_e2m1fn_x2"]  # fmt: skip


def odd_tensors():
    """A tensor of each type that no model's weights have, of random bytes, and strided ones."""
    torch.manual_seed(1)
    tensors = {}
    for name in ODD_TYPES:
        dtype = getattr(torch, name)
        bytes_ = torch.randint(0, 100, (2, 3 * dtype.itemsize), dtype=torch.uint8)
        tensors[f"extra.{name}"] = bytes_.view(dtype)
        tensors[f"turned.{name}"] = bytes_.view(dtype).t()
    return tensors


@pytest.mark.parametrize("options", [{}, {"_use_new_zipfile_serialization": False}, {"pickle_protocol": 4}], ids=str)
def test_tensors_of_types_that_nobody_needs_are_listed_and_passed_over(options, tmp_path):
    model = make_model()
    folder = as_bin(model, tmp_path / "model")
    torch.save(model.state_dict() | odd_tensors(), folder / "pytorch_model.bin", **options)
    assert (logits(folder, tmp_path) - theirs(model)).abs().max() < 2e-5
    listed = run_program("inspect", folder, "--tensors")
    assert listed.returncode == 0, listed.stderr
    for name in odd_tensors():
        assert name in listed.stdout, name


def test_converts_types_that_nobody_computes_with(tmp_path):
    tensors = odd_tensors()
    torch.save(tensors, tmp_path / "odd.bin")
    finished = run_program("convert", tmp_path / "odd.bin", tmp_path / "out", "--format", "pytorch")
    assert finished.returncode == 0, finished.stderr
    back = torch.load(tmp_path / "out" / "pytorch_model.bin", weights_only=True)
    for name, tensor in tensors.items():
        assert back[name].dtype == tensor.dtype and back[name].shape == tensor.shape, name
        assert bytes(back[name].contiguous().view(torch.uint8).flatten()) == bytes(
            tensor.contiguous().view(torch.uint8).flatten()), name  # fmt: skip
    # Neither have a word for some of them.
    refused = run_program("convert", tmp_path / "odd.bin", tmp_path / "old", "--format", "pytorch-legacy")
    assert refused.returncode == 1 and "--format pytorch has it" in refused.stderr, refused.stderr
    refused = run_program("convert", tmp_path / "odd.bin", tmp_path / "safe")
    assert refused.returncode == 1 and "expected a type that safetensors has" in refused.stderr, refused.stderr


@pytest.mark.parametrize("name", ["float8_e4m3fn", "complex64", "uint16"])
def test_a_weight_of_a_type_that_is_not_computed_is_refused(name, tmp_path):
    model = make_model()
    folder = as_bin(model, tmp_path / "model")
    state = model.state_dict()
    weight = "roformer.embeddings.word_embeddings.weight"
    state[weight] = torch.zeros(state[weight].shape, dtype=torch.uint8 if name.startswith("float8") else getattr(torch, name))
    if name.startswith("float8"):
        state[weight] = state[weight].view(getattr(torch, name))
    torch.save(state, folder / "pytorch_model.bin")
    save_file(INPUTS, tmp_path / "inputs.safetensors")
    refused = run_program("run", "--model", folder, "--inputs", tmp_path / "inputs.safetensors",
                          "--outputs", tmp_path / "outputs.safetensors")  # fmt: skip
    assert refused.returncode == 1 and weight in refused.stderr, refused.stderr


def test_reads_views_and_strides(tmp_path):
    model = make_model()
    folder = as_bin(model, tmp_path / "model")
    state = {}
    for name, tensor in model.state_dict().items():
        buffer = torch.zeros(tensor.numel() + 3)  # a view with an offset
        buffer[3:] = tensor.flatten()
        state[name] = buffer[3:].view(tensor.shape)
        if tensor.dim() == 2:
            state[name] = tensor.t().contiguous().t()  # columns one behind the other
    for legacy in (False, True):
        torch.save(state, folder / "pytorch_model.bin", _use_new_zipfile_serialization=not legacy)
        assert (logits(folder, tmp_path) - theirs(model)).abs().max() < 2e-5


@pytest.mark.parametrize("kind", ["roformer", "bert"])
def test_reads_shards(kind, tmp_path):
    model = make_model(kind)
    folder = save(model, tmp_path / "model", max_shard_size="6KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    assert (logits(folder, tmp_path) - theirs(model)).abs().max() < 2e-5


def test_shards_that_lie_are_errors(tmp_path):
    good = save(make_model(), tmp_path / "good", max_shard_size="6KB")
    index = json.loads((good / "model.safetensors.index.json").read_text())
    names = list(index["weight_map"])

    def refused(change, *words):
        folder = tmp_path / "bad"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(good, folder)
        other = json.loads(json.dumps(index))
        change(other["weight_map"], folder)
        (folder / "model.safetensors.index.json").write_text(json.dumps(other))
        finished = run_program("inspect", folder)
        assert finished.returncode == 1 and finished.stderr.startswith("error: "), finished
        for word in words:
            assert word in finished.stderr, finished.stderr

    first = index["weight_map"][names[0]]
    other = next(file for file in index["weight_map"].values() if file != first)
    refused(lambda map, folder: map.update({names[0]: other}), names[0], other)
    refused(lambda map, folder: (folder / first).unlink(), first)
    shutil.copy(good / first, tmp_path / first)
    refused(lambda map, folder: map.update({names[0]: f"../{first}"}), names[0], "beside the index")
    refused(lambda map, folder: map.update({names[0]: str(good / first)}), names[0], "beside the index")
    refused(lambda map, folder: map.update({names[0]: 7}), names[0])


FORMATS = ["safetensors", "pytorch", "pytorch-legacy", "tensorflow"]


@pytest.mark.parametrize("kind", ["roformer", "bert"])
def test_converts_between_all_formats(kind, tmp_path):
    model = make_model(kind)
    last = save(model, tmp_path / "start")
    state = load_file(last / "model.safetensors")
    a, b, c, d = FORMATS
    for step, format in enumerate([a, a, b, a, c, a, d, b, b, c, b, d, c, c, d, d, a]):  # every pair once
        out = tmp_path / f"{step}-{format}"
        finished = run_program("convert", last, out, "--format", format, "--max-shard-size", "9KB")
        assert finished.returncode == 0, finished.stderr
        last = out
    assert (logits(last, tmp_path) - theirs(model)).abs().max() < 2e-5
    out = tmp_path / "end"
    assert run_program("convert", last, out).returncode == 0
    end = load_file(out / "model.safetensors")
    state.pop("roformer.encoder.embed_positions.weight", None)  # no tensor of bert4keras' files
    assert end.keys() == state.keys() and all(torch.equal(end[name], state[name]) for name in state)
    assert json.loads((out / "config.json").read_text()) == json.loads((tmp_path / "start/config.json").read_text())


@pytest.mark.parametrize("format", FORMATS[:3])
@pytest.mark.parametrize("limit", ["5GB", "9KB"])
def test_transformers_reads_what_convert_writes(format, limit, tmp_path):
    model = make_model()
    save(model, tmp_path / "model")
    finished = run_program("convert", tmp_path / "model", tmp_path / "out", "--format", format, "--max-shard-size", limit)
    assert finished.returncode == 0, finished.stderr
    if format != "safetensors":
        for file in (tmp_path / "out").glob("*.bin"):
            assert torch.load(file, weights_only=True)
    loaded = transformers.RoFormerForMaskedLM.from_pretrained(tmp_path / "out").eval()
    assert torch.equal(theirs(loaded), theirs(model))


@pytest.mark.parametrize("format", FORMATS[:3])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_converts_types(format, dtype, tmp_path):
    model = make_model()
    save(model, tmp_path / "model")
    assert run_program("convert", tmp_path / "model", tmp_path / "out", "--format", format, "--dtype", dtype).returncode == 0
    assert json.loads((tmp_path / "out/config.json").read_text())["dtype"] == dtype
    path = tmp_path / "out" / ("model.safetensors" if format == "safetensors" else "pytorch_model.bin")
    state = load_file(path) if format == "safetensors" else torch.load(path, weights_only=True)
    for name, tensor in model.state_dict().items():
        if name in state:
            assert torch.equal(state[name], tensor.to(getattr(torch, dtype))), name


def test_converts_every_element_type_and_odd_shapes(tmp_path):
    state = {f"x{i}": torch.ones(shape, dtype=dtype)
             for i, dtype in enumerate([torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64,
                                        torch.float16, torch.bfloat16, torch.float32, torch.float64])
             for shape in [(2, 3)]}  # fmt: skip
    state |= {"scalar": torch.tensor(2.5), "none": torch.zeros(0, 4), "one": torch.ones(1)}
    save_file(state, tmp_path / "x.safetensors")
    for format in FORMATS[1:]:
        finished = run_program("convert", tmp_path / "x.safetensors", tmp_path / format, "--format", format)
        assert finished.returncode == 0 and "no config.json" in finished.stdout, finished.stderr
        source = tmp_path / format / ("bert_model.ckpt" if format == "tensorflow" else "pytorch_model.bin")
        if format != "tensorflow":
            theirs = torch.load(source, weights_only=True)
            assert all(torch.equal(theirs[name], state[name]) and theirs[name].dtype == state[name].dtype for name in state)
        assert run_program("convert", source, tmp_path / f"{format}-back").returncode == 0
        back = load_file(tmp_path / f"{format}-back" / "model.safetensors")
        assert all(torch.equal(back[name], state[name]) and back[name].dtype == state[name].dtype for name in state)


def test_embed_positions_is_transformers_own(tmp_path):
    model = make_model()
    save(model, tmp_path / "model")
    run = run_program("convert", tmp_path / "model", tmp_path / "bare", "--prefix", "none")
    assert run.returncode == 0, run.stderr
    assert run_program("convert", tmp_path / "model", tmp_path / "out", "--embed-positions").returncode == 0
    table = load_file(tmp_path / "out/model.safetensors")["roformer.encoder.embed_positions.weight"]
    assert (table - model.roformer.encoder.embed_positions.weight).abs().max() < 1e-6
    assert "embeddings.word_embeddings.weight" in load_file(tmp_path / "bare/model.safetensors")


def test_gamma_beta_and_prefixes(tmp_path):
    model = make_model("bert")
    save(model, tmp_path / "model")
    options = ["--format", "pytorch-legacy", "--names", "gamma-beta"]
    assert run_program("convert", tmp_path / "model", tmp_path / "old", *options).returncode == 0
    state = torch.load(tmp_path / "old/pytorch_model.bin", weights_only=True)
    assert "bert.embeddings.LayerNorm.gamma" in state and not any("LayerNorm.weight" in name for name in state)
    assert (logits(tmp_path / "old", tmp_path) - theirs(model)).abs().max() < 2e-5


def test_convert_replaces_nothing_by_itself(tmp_path):
    save(make_model(), tmp_path / "model")
    save(make_model(), tmp_path / "there")
    before = (tmp_path / "there/model.safetensors").read_bytes()
    finished = run_program("convert", tmp_path / "model", tmp_path / "there", "--format", "pytorch")
    assert finished.returncode == 1 and "--force" in finished.stderr
    assert (tmp_path / "there/model.safetensors").read_bytes() == before
    assert run_program("convert", tmp_path / "model", tmp_path / "model", "--force").returncode == 1
    finished = run_program("convert", tmp_path / "model", tmp_path / "there", "--format", "pytorch", "--force")
    assert finished.returncode == 0 and "model.safetensors was there" in finished.stdout
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == ["config.json", "pytorch_model.bin"]
    for arguments in (["--max-shard-size", "5 bananas"], ["--max-shard-size", "0"]):
        assert run_program("convert", tmp_path / "model", tmp_path / "x", *arguments).returncode == 1
    assert run_program("convert", tmp_path / "model", tmp_path / "x", "--format", "abacus").returncode == 2


@pytest.mark.parametrize("kind", ["roformer", "bert"])
def test_reads_googles_and_bert4keras_checkpoints(kind, tmp_path):
    expected = load_file(FIXTURES / kind / "expected.safetensors")
    for source in (FIXTURES / kind, FIXTURES / kind / "bert_model.ckpt", FIXTURES / kind / "bert_model.ckpt.index"):
        out = tmp_path / f"out-{source.name}"
        finished = run_program("convert", source, out)
        assert finished.returncode == 0 and "3 tensors, bert/pooler/dense/bias/adam_m" in finished.stdout, finished.stderr
        state = load_file(out / "model.safetensors")
        assert state.keys() == expected.keys() and all(torch.equal(state[name], expected[name]) for name in state)
    class_, key = transformers.RoFormerForMaskedLM, "logits"
    if kind == "bert":
        class_, key = transformers.BertForPreTraining, "prediction_logits"
    model = class_.from_pretrained(out).eval()
    inputs = {"input_ids": torch.arange(1, 11).view(2, 5)}
    with torch.no_grad():
        assert (run_model(out, inputs, tmp_path)[key] - model(**inputs)[key]).abs().max() < 2e-5


def test_tensorflow_reads_what_convert_writes(tmp_path):
    tensorflow = pytest.importorskip("tensorflow", reason="TensorFlow is not installed here: its reader is not compared")
    model = make_model("bert")
    save(model, tmp_path / "model")
    run = run_program("convert", tmp_path / "model", tmp_path / "out", "--format", "tensorflow", "--max-shard-size", "9KB")
    assert run.returncode == 0, run.stderr
    reader = tensorflow.train.load_checkpoint(str(tmp_path / "out"))
    kernel = torch.from_numpy(reader.get_tensor("bert/encoder/layer_1/intermediate/dense/kernel"))
    assert torch.equal(kernel.t(), model.bert.encoder.layer[1].intermediate.dense.weight.detach())


def explained(folder):
    finished = run_program("inspect", "--json", folder)
    assert finished.returncode == 0, finished.stderr
    facts = json.loads(finished.stdout)
    plain = run_program("inspect", folder).stdout
    assert facts["model"] in plain and all(line in plain for line in facts["unusual"] + facts["heads"] + facts["commands"])
    return facts


def test_inspect_explains_every_format(tmp_path):
    model = make_model()
    model.half()
    save(model, tmp_path / "model")
    (tmp_path / "model" / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"]) + "\n")
    (tmp_path / "model" / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RoFormerTokenizer"}))
    words = {"safetensors": "safetensors", "pytorch": "zip", "pytorch-legacy": "legacy", "tensorflow": "TensorFlow"}
    for format in FORMATS:
        out = tmp_path / format
        run = run_program("convert", tmp_path / "model", out, "--format", format, "--max-shard-size", "5KB", "--embed-positions")
        assert run.returncode == 0, run.stderr
        facts = explained(out)
        unusual = " ".join(facts["unusual"])
        assert words[format] in facts["format"] and facts["files"] > 1 and facts["element_types"] == "float16", facts
        assert facts["heads"] == ["masked language model"] and "RoFormer encoder: 2 blocks of 16" in facts["model"]
        for word in ("float16", "table of sines for 40", "jieba", "6 tokens but the model 31", "8 dimensions"):
            assert word in unusual, (word, unusual)
        assert any("fill-mask" in command for command in facts["commands"])
        assert ("pickle" in unusual) == format.startswith("pytorch") and ("1.6" in unusual) == (format == "pytorch-legacy")
        assert facts["bytes"] == sum(2 * parameter.numel() for parameter in model.parameters())


def test_inspect_names_heads_and_what_is_missing(tmp_path):
    config = transformers.BertConfig(**SIZES, id2label={0: "no", 1: "maybe", 2: "yes"}, label2id={"no": 0, "maybe": 1, "yes": 2})
    randomise(transformers.BertForSequenceClassification(config)).save_pretrained(tmp_path / "classifier")
    assert explained(tmp_path / "classifier")["heads"] == ["pooler", "classifier of 3 labels (no, maybe, yes)"]
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(tmp_path / "bare")
    facts = explained(tmp_path / "bare")
    assert facts["heads"] == [] and "no pooler" in " ".join(facts["unusual"])
    randomise(transformers.BertForPreTraining(config)).save_pretrained(tmp_path / "pretraining")
    assert explained(tmp_path / "pretraining")["heads"] == ["masked language model", "pooler", "next sentence"]
    randomise(transformers.BertForQuestionAnswering(transformers.BertConfig(**SIZES))).save_pretrained(tmp_path / "answers")
    assert "question answering" in explained(tmp_path / "answers")["heads"]
    assert "transformers " + transformers.__version__ == facts["made_by"]


# --- pickles that would run code ---


class Call:
    """Unpickled by Python, it calls `function`."""

    def __init__(self, function, *arguments, state=None):
        self.reduced = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self):
        return self.reduced


class WithState:
    def __setstate__(self, state):
        os.system(state["command"])


def short(text):
    return b"\x8c" + bytes([len(text)]) + text


def hand_made(command):
    """Pickles that Python's own pickler does not write; each is run by pickle.loads, or refused by it for good reason."""
    line = command.encode()
    string = b"X" + struct.pack("<I", len(line)) + line
    protocol = b"\x80\x04"
    system = protocol + short(b"os") + short(b"system") + b"\x93"
    return {
        "global-reduce": b"\x80\x02cos\nsystem\n(" + string + b"tR.",
        "stack-global": system + string + b"\x85R.",
        "inst": b"(" + string + b"ios\nsystem\n.",
        "inst-protocol-2": b"\x80\x02(" + string + b"ios\nsystem\n.",
        "obj": b"\x80\x02(cos\nsystem\n" + string + b"o.",
        "newobj": b"\x80\x02csubprocess\nPopen\n(" + string + b"t\x81.",
        "newobj-ex": protocol + b"csubprocess\nPopen\n)}" + short(b"args") + string + b"s\x92.",
        "ext": b"\x80\x02\x82\x01.",
        "build-setstate": b"\x80\x02c" + WithState.__module__.encode() + b"\nWithState\n)\x81}X\x07\x00\x00\x00command"
        + string + b"sb.",
        "memoised": b"\x80\x02cos\nsystem\nq\x000h\x00(" + string + b"tR.",
        "persistent-id": b"\x80\x02(X\x07\x00\x00\x00storagecos\nsystem\n" + string + b"\x85RX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQ.",
        "persistent-id-of-a-module": b"\x80\x02(X\x06\x00\x00\x00modulecos\nsystem\n" + string + b"tQ.",
        "key": b"\x80\x02}cos\nsystem\n(" + string + b"tRK\x01s.",
        "in-a-list": b"\x80\x02](cos\nsystem\n(" + string + b"tRe.",
        "popped": b"\x80\x02cos\nsystem\n(" + string + b"tR0}.",
        "dotted": protocol + short(b"collections") + short(b"abc.sys.modules") + b"\x93.",
        "dotted-from-allowed": protocol + short(b"torch._utils") + short(b"_rebuild_tensor_v2.__globals__") + b"\x93.",
        "torch-size-getattr": b"\x80\x02ctorch\nSize.__class__\n(" + string + b"tR.",
        "copyreg": b"\x80\x02ccopyreg\n__newobj__\n(csubprocess\nPopen\n" + string + b"tR.",
        "lookalike": b"\x80\x02ccollections\nOrderedDict \n)R.",
        "build-of-a-class": b"\x80\x02ccollections\nOrderedDict\n}X\x08\x00\x00\x00__call__cos\nsystem\nsb.",
    }  # fmt: skip


def by_pickler(command):
    state = collections.OrderedDict(weight=torch.ones(2))
    return {
        "os.system": Call(os.system, command),
        "eval": Call(eval, f"__import__('os').system({command!r})"),
        "exec": Call(exec, f"import os; os.system({command!r})"),
        "getattr": Call(getattr, Call(__import__, "os"), "system"),
        "partial": functools.partial(os.system, command),
        "nested-pickle": Call(pickle.loads, pickle.dumps(Call(os.system, command))),
        "torch-load": Call(torch.load, io.BytesIO(b"x")),
        "within-a-state": {"model": {"weight": torch.ones(2), "x": Call(os.system, command)}},
        "after-a-state": [state, Call(os.system, command)],
        "a-key": {("a", Call(os.system, command)): 1},
        "with-state": Call(collections.OrderedDict, state={"x": Call(os.system, command)}),
        "defaultdict": collections.defaultdict(list, weight=torch.ones(2)),
        "a-path": {"weight": torch.ones(2), "path": pathlib.PurePosixPath("x")},
    }


def contain(data, form):
    """The pickle as data.pkl of a zip file, or as the object of a legacy file."""
    if form == "zip":
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("archive/data.pkl", data)
            archive.writestr("archive/version", "3\n")
        return buffer.getvalue()
    buffer = io.BytesIO()
    torch.save({}, buffer, _use_new_zipfile_serialization=False)
    whole = buffer.getvalue()
    inner = pickle.dumps({}, protocol=2)
    at = whole.rindex(inner)
    return whole[:at] + data + whole[at + len(inner) :]


@pytest.mark.parametrize("form", ["zip", "legacy"])
def test_pickles_that_would_run_code(form, tmp_path):
    marker = tmp_path / "it-ran"
    command = f"touch {marker}"
    folder = as_bin(make_model(), tmp_path / "model")
    cases = {name: ("data", data) for name, data in hand_made(command).items()}
    cases |= {name: ("object", value) for name, value in by_pickler(command).items()}
    assert len(cases) >= 30
    for name, (kind, value) in cases.items():
        if kind == "data":
            (folder / "pytorch_model.bin").write_bytes(contain(value, form))
        else:
            torch.save(value, folder / "pytorch_model.bin", _use_new_zipfile_serialization=form == "zip")
        finished = run_program("inspect", folder)
        assert finished.returncode == 1 and finished.stderr.startswith("error: "), (name, finished)
        assert finished.stderr.count("\n") == 1 and "pytorch_model.bin" in finished.stderr, (name, finished)
        assert not marker.exists(), name


def test_the_cases_would_have_run(tmp_path):
    """What the test above refuses is dangerous indeed: Python runs it."""
    marker = tmp_path / "it-ran"
    ran = 0
    for data in [*hand_made(f"touch {marker}").values(),
                 *(pickle.dumps(value) for name, value in by_pickler(f"touch {marker}").items() if name != "torch-load")]:
        try:
            pickle.loads(data)
        except Exception:
            pass
        ran += marker.exists()
        marker.unlink(missing_ok=True)
    assert ran >= 18


def test_tensorflow_names_are_bert4keras_own(tmp_path):
    save(make_model(), tmp_path / "model")
    run = run_program("convert", tmp_path / "model", tmp_path / "out", "--format", "tensorflow")
    assert run.returncode == 0, run.stderr
    assert run_program("convert", tmp_path / "out", tmp_path / "back", "--prefix", "keep").returncode == 0
    names = load_file(tmp_path / "back/model.safetensors").keys()
    assert "bert.embeddings.word_embeddings.weight" in names
    assert all(name.startswith(("bert.", "cls.")) and "embed_positions" not in name for name in names), names


def test_force_leaves_no_weights_of_another_format(tmp_path):
    save(make_model(), tmp_path / "model")
    for format in FORMATS + FORMATS[::-1]:
        options = ["--format", format, "--force", "--max-shard-size"]
        assert run_program("convert", tmp_path / "model", tmp_path / "out", *options, "9KB").returncode == 0
        run = run_program("convert", "--json", tmp_path / "model", tmp_path / "out", *options, "20KB")
        assert run.returncode == 0, run.stderr
        report = json.loads(run.stdout)
        left = {path.name for path in (tmp_path / "out").iterdir()} - set(report["files"])
        assert left <= {"bert_config.json"}, format  # of no matter beside config.json
        assert any("is removed" in note for note in report["notes"]), report


def test_wrong_options_of_convert_list_the_right_ones(tmp_path):
    save(make_model(), tmp_path / "model")
    for value in ("1", "onnx", ""):
        run = run_program("convert", tmp_path / "model", tmp_path / "out", "--format", value)
        assert run.returncode == 2 and not (tmp_path / "out").exists()
        if value:
            assert "pytorch, pytorch-legacy, safetensors, tensorflow" in run.stderr and "{" not in run.stderr, run.stderr
