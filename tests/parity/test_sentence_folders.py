"""Folders of sentence-transformers, each key of their files alone and in pairs, against sentence-transformers live: the same
vectors, or a refusal that names the key."""

import itertools
import json
import signal
import subprocess
import time

import pytest
import sentence_transformers
import torch
import transformers
from safetensors.torch import save_file

from conftest import BUILD, run_program

HIDDEN, TOLERANCE = 16, 2e-5
WORDS = "the a cat dog Dog ran runs Red red fast slow query document : , . é É not no one two three four five six seven".split()
LINES = ["the cat runs", "Red Dog ran", "", "a fast red dog , not slow .", "É one two three four five six seven the cat", "unheard of"]


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


class Folder:
    """A small BERT with its tokenizer, and what the parts of a case add to it."""

    def __init__(self, path):
        self.path = path
        torch.manual_seed(3)
        config = transformers.BertConfig(
            vocab_size=64, hidden_size=HIDDEN, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=40, initializer_range=0.5)  # fmt: skip
        transformers.BertModel(config).save_pretrained(path)
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *(f"##{c}" for c in "abcdefghinorstu"), "u", "h"]
        (path / "vocab.txt").write_text("".join(piece + "\n" for piece in pieces))
        self.tokenizer = {"tokenizer_class": "BertTokenizer", "do_lower_case": False}
        self.pooling = {"word_embedding_dimension": HIDDEN, "pooling_mode_mean_tokens": True}
        self.transformer, self.whole, self.steps = {}, {}, []

    def dense(self, size, **more):
        """A layer behind all others."""
        before = [step["out_features"] for step in self.steps if step]
        inside = before[-1] if before else HIDDEN * max(1, self.poolings())
        self.steps.append({"in_features": inside, "out_features": size, "bias": True,
                           "activation_function": "torch.nn.modules.activation.Tanh"} | more)  # fmt: skip

    def poolings(self):
        mode = self.pooling.get("pooling_mode")
        if mode is not None:
            return len(mode) if isinstance(mode, list) else 1
        return sum(bool(value) for key, value in self.pooling.items() if key.startswith("pooling_mode"))

    def save(self):
        names = ["Transformer", "Pooling", *("Dense" if step else "Normalize" for step in self.steps)]
        write(self.path / "modules.json", [
            {"idx": i, "name": str(i), "path": f"{i}_{name}" if i else "", "type": f"sentence_transformers.models.{name}"}
            for i, name in enumerate(names)])  # fmt: skip
        write(self.path / "1_Pooling" / "config.json", self.pooling)
        write(self.path / "tokenizer_config.json", self.tokenizer)
        if self.transformer:
            write(self.path / "sentence_bert_config.json", self.transformer)
        if self.whole:
            write(self.path / "config_sentence_transformers.json", self.whole)
        for number, step in enumerate(self.steps, start=2):
            if not step:
                (self.path / f"{number}_Normalize").mkdir()
                continue
            write(self.path / f"{number}_Dense" / "config.json", step)
            generator = torch.Generator().manual_seed(number)
            inside, outside = step["in_features"], step["out_features"]
            tensors = {"linear.weight": torch.randn(outside, inside, generator=generator)}
            if step["bias"]:
                tensors["linear.bias"] = torch.randn(outside, generator=generator)
            if step.get("use_residual") and inside != outside:
                tensors["residual.weight"] = torch.randn(outside, inside, generator=generator)
            save_file(tensors, self.path / f"{number}_Dense" / "model.safetensors")
        return self.path


def pooling(**more):
    return lambda folder: folder.pooling.update(more)


def flags(*names):
    return lambda folder: folder.pooling.update(
        {"pooling_mode_mean_tokens": False} | {f"pooling_mode_{name}": True for name in names})  # fmt: skip


def transformer(**more):
    return lambda folder: folder.transformer.update(more)


def whole(**more):
    return lambda folder: folder.whole.update(more)


def tokenizer(**more):
    return lambda folder: folder.tokenizer.update(more)


def prompt(**more):
    return whole(prompts={"query": "query : ", "document": "Red document "}, default_prompt_name="query", **more)


PARTS = {
    "cls": flags("cls_token"),
    "max": flags("max_tokens"),
    "sqrt": flags("mean_sqrt_len_tokens"),
    "weighted": flags("weightedmean_tokens"),
    "last": flags("lasttoken"),
    "cls+mean+max": flags("cls_token", "mean_tokens", "max_tokens"),
    "word": pooling(pooling_mode="weightedmean"),
    "words": pooling(pooling_mode=["lasttoken", "cls", "mean"]),
    "no-mode": lambda folder: folder.pooling.pop("pooling_mode_mean_tokens", None),
    "unpooled-prompt": lambda folder: (folder.pooling.update(include_prompt=False), prompt()(folder)),
    "unpooled-empty-prompt": lambda folder: (
        folder.pooling.update(include_prompt=False), folder.whole.update(prompts={"e": ""}, default_prompt_name="e")),
    "null-include-prompt": lambda folder: (folder.pooling.update(include_prompt=None), prompt()(folder)),
    "length": transformer(max_seq_length=5),
    "null-length": transformer(max_seq_length=None, do_lower_case=False),
    "lower": transformer(do_lower_case=True),
    "kwargs-length": transformer(processor_kwargs={"model_max_length": 6}),
    "null-kwargs-length": transformer(max_seq_length=5, processor_kwargs={"model_max_length": None}),
    "cut-at-begin": lambda folder: (folder.transformer.update(max_seq_length=5), folder.tokenizer.update(truncation_side="left")),
    "tokenizer-length": tokenizer(model_max_length=7),
    "old-tokenizer-length": tokenizer(max_len=7),
    "prompt": prompt(),
    "null-prompt": whole(prompts={"e": None}, default_prompt_name="e"),
    "built-in-prompt": whole(prompts={"query": "query : "}, default_prompt_name="document"),
    "prompts-unused": whole(prompts={"query": "query : "}, default_prompt_name=None),
    "dimensions": whole(truncate_dim=5),
    "too-many-dimensions": whole(truncate_dim=99),
    "similarity": whole(similarity_fn_name="dot", __version__={"sentence_transformers": "6.2.0"}),
    "normalize": lambda folder: folder.steps.append(None),
    "dense": lambda folder: folder.dense(9),
    "dense-identity": lambda folder: folder.dense(7, activation_function="torch.nn.modules.linear.Identity", bias=False),
    "dense-gelu": lambda folder: folder.dense(7, activation_function="torch.nn.modules.activation.GELU"),
    "residual": lambda folder: folder.dense(12, use_residual=True),
    "residual-square": lambda folder: folder.dense(HIDDEN * max(1, folder.poolings()), use_residual=True),
    "strip-accents": tokenizer(strip_accents=True),
    "tokenizer-lower": tokenizer(do_lower_case=True),
}
# What we do not compute is refused by its name.
REFUSED = {
    "transformer_task": transformer(transformer_task="fill-mask"),
    "tokenizer_name_or_path": transformer(tokenizer_name_or_path="elsewhere"),
    "config_kwargs": transformer(config_kwargs={"hidden_act": "relu"}),
    "model_args": transformer(model_args={"dtype": "float16"}),
    "pooling_mode": pooling(pooling_mode="median"),
    "activation_function": lambda folder: folder.dense(4, activation_function="torch.nn.modules.activation.Mish"),
    "module_input_name": lambda folder: folder.dense(4, module_input_name="token_embeddings"),
    "default_prompt_name": whole(prompts={"query": "q"}, default_prompt_name="answer"),
    "model_type": whole(model_type="CrossEncoder"),
    "model_input_names": tokenizer(model_input_names=["input_ids"]),
}
PAIRS = [pair for i, pair in enumerate(itertools.combinations(PARTS, 2)) if i % 6 == 0]


def ours(path):
    finished = run_program("embed", "--model", path, text="".join(line + "\n" for line in LINES))
    assert finished.returncode == 0, finished.stderr
    return torch.tensor([[float(x) for x in line.split()] for line in finished.stdout.splitlines()])


def theirs(path):
    model = sentence_transformers.SentenceTransformer(str(path), device="cpu")
    return model.encode(LINES, convert_to_tensor=True)


def make(names, path):
    folder = Folder(path)
    for name in names:
        PARTS[name](folder)
    return folder.save()


@pytest.mark.parametrize("names", [(name,) for name in PARTS] + PAIRS, ids="+".join)
def test_vectors_are_sentence_transformers(names, tmp_path):
    path = make(names, tmp_path / "model")
    expected, found = theirs(path), ours(path)
    assert found.shape == expected.shape
    assert (found - expected).abs().max() <= TOLERANCE


@pytest.mark.parametrize("key", REFUSED)
def test_what_is_not_computed_is_refused_by_name(key, tmp_path):
    folder = Folder(tmp_path / "model")
    REFUSED[key](folder)
    finished = run_program("embed", "--model", folder.save(), text="the cat\n")
    assert finished.returncode == 1
    word = "answer" if key == "default_prompt_name" else "CrossEncoder" if key == "model_type" else key
    assert word in finished.stderr, finished.stderr


def test_prompts_by_name_and_text(tmp_path):
    path = make(["prompt"], tmp_path / "model")
    model = sentence_transformers.SentenceTransformer(str(path), device="cpu")
    for arguments, wanted in [(("--prompt-name", "document"), dict(prompt_name="document")), (("--prompt", ""), dict(prompt="")),
                              (("--prompt", "Dog : "), dict(prompt="Dog : "))]:  # fmt: skip
        finished = run_program("embed", "--model", path, *arguments, text="the cat\n")
        found = torch.tensor([float(x) for x in finished.stdout.split()])
        assert (found - model.encode("the cat", convert_to_tensor=True, **wanted)).abs().max() <= TOLERANCE


def test_two_names_are_prompts_without_a_file(tmp_path):
    path = Folder(tmp_path / "model").save()
    model = sentence_transformers.SentenceTransformer(str(path), device="cpu")
    for name in ("query", "document"):
        finished = run_program("embed", "--model", path, "--prompt-name", name, text="the cat\n")
        assert finished.returncode == 0, finished.stderr
        found = torch.tensor([float(x) for x in finished.stdout.split()])
        assert (found - model.encode("the cat", convert_to_tensor=True, prompt_name=name)).abs().max() <= TOLERANCE
    with pytest.raises(ValueError):
        model.encode("the cat", prompt_name="passage")
    refused = run_program("embed", "--model", path, "--prompt-name", "passage", text="the cat\n")
    assert refused.returncode == 1 and "passage" in refused.stderr and "query" in refused.stderr


@pytest.mark.parametrize("part, words", [("length", "what is behind them"), ("cut-at-begin", "what is before them")])
def test_long_lines_are_cut_with_one_warning(part, words, tmp_path):
    path = make([part], tmp_path / "model")
    finished = run_program("embed", "--model", path, text="".join(line + "\n" for line in LINES))
    assert finished.stderr.count("warning") == 1 and words in finished.stderr, finished.stderr
    assert "3 lines were longer than 5 tokens (the first: line 4)" in finished.stderr, finished.stderr


def test_padding_on_the_left_is_warned_of_where_it_moves_positions(tmp_path):
    folder = Folder(tmp_path / "model")
    folder.tokenizer.update(padding_side="left")
    path = folder.save()
    warned = run_program("embed", "--model", path, text="the cat\n")
    assert warned.returncode == 0 and warned.stderr.count("padding_side") == 1, warned.stderr
    # A line alone has no padding: there the vectors are the same.
    model = sentence_transformers.SentenceTransformer(str(path), device="cpu")
    found = torch.tensor([float(x) for x in warned.stdout.split()])
    assert (found - model.encode("the cat", convert_to_tensor=True)).abs().max() <= TOLERANCE


def test_more_dimensions_than_there_are_are_refused(tmp_path):
    path = make(["words"], tmp_path / "model")  # three poolings side by side
    for dimensions, code in [(3 * HIDDEN, 0), (3 * HIDDEN + 1, 1)]:
        finished = run_program("embed", "--model", path, "--dimensions", dimensions, text="the cat\n")
        assert finished.returncode == code, finished.stderr
    assert f"at most {3 * HIDDEN} dimensions" in finished.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_file_that_is_not_whole_goes_with_the_program(number, tmp_path):
    path = Folder(tmp_path / "model").save()
    process = subprocess.Popen([BUILD / "roformer", "embed", "--model", path, "--output", tmp_path / "vectors.npy"],
                               stdin=subprocess.PIPE, text=True)  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "vectors.npy.partial").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (tmp_path / "vectors.npy.partial").exists()
    process.stdin.write("the cat\n")
    process.stdin.flush()
    process.send_signal(number)
    assert process.wait(timeout=60) == -number
    assert not list(tmp_path.glob("vectors.npy*"))


def test_a_converted_folder_gives_the_same_vectors(tmp_path):
    folder = Folder(tmp_path / "model")
    folder.transformer.update(max_seq_length=6)
    folder.dense(8)
    path = folder.save()
    before = ours(path)
    (path / "sentence_bert_config.json").rename(path / "sentence_roberta_config.json")  # another of its names
    converted = run_program("convert", path, tmp_path / "converted", "--format", "pytorch")
    assert converted.returncode == 0, converted.stderr
    assert (ours(tmp_path / "converted") - before).abs().max() <= 1e-6
