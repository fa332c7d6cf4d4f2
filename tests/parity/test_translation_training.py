"""Training of translation models: toy tasks are learned, what is saved opens in transformers, steps are those of PyTorch's
Adam on fairseq's loss, a killed run goes on to the bit, and bad pairs are counted or refused."""

import json
import math
import random
import shutil
import signal

import pytest
import torch
import transformers
from conftest import randomise, run_program
from safetensors.torch import load_file
from test_resume import finish, lines, start, wait_for_step

LETTERS = "abcdefghij"
RECIPE = """
[task]
kind = "translation"
label_smoothing = 0.1
[model]
preset = "transformer-tiny"
position_encoding = "{encoding}"
hidden_size = {width}
num_hidden_layers = {layers}
num_attention_heads = 4
intermediate_size = {inner}
hidden_dropout_prob = {dropout}
[data]
source = ["{folder}/train.source"]
target = ["{folder}/train.{target}"]
validation_source = ["{folder}/held.source"]
validation_target = ["{folder}/held.{target}"]
test_share = 0
vocab_size = 40
cache = "{folder}/cache"
[[stage]]
batch_tokens = {batch_tokens}
steps = {steps}
[optimizer]
learning_rate = 2e-3
beta2 = 0.98
epsilon = 1e-9
weight_decay = 0.0
clip_norm = 0.0
[schedule]
kind = "{schedule}"
warmup_steps = {warmup}
initial_ratio = 1e-3
[checkpoint]
every = {every}
keep_last = {keep_last}
[evaluate]
every = {evaluate_every}
bleu_sentences = {bleu_sentences}
[run]
log_every = 1
threads = 1
"""
DEFAULTS = dict(encoding="rotary", width=64, layers=2, inner=128, dropout=0.0, target="reversed", batch_tokens=512, steps=500,
                schedule="cosine", warmup=100, every=1000, keep_last=1, evaluate_every=1000, bleu_sentences=0)  # fmt: skip
TINY = dict(width=32, layers=1, inner=48, dropout=0.1, target="copied", batch_tokens=96, steps=150, warmup=20,
            schedule="inverse_sqrt", every=10, keep_last=3, evaluate_every=40, bleu_sentences=5)  # fmt: skip


def draw_lines(count, seed):
    """Different strings of one to eight letters, blanks between."""
    draw = random.Random(seed)
    found = {}
    while len(found) < count:
        found[" ".join(draw.choices(LETTERS, k=draw.randint(1, 8)))] = None
    rows = list(found)  # the shortest, which are few, are found first
    draw.shuffle(rows)
    return rows


def write_lines(path, rows):
    path.write_text("".join(f"{row}\n" for row in rows))


def write_pairs(folder, training, held_out, seed=7):
    rows = draw_lines(training + held_out, seed)
    for part, chosen in (("held", rows[:held_out]), ("train", rows[held_out:])):
        for name, change in (("source", str), ("copied", str), ("reversed", lambda row: row[::-1])):
            write_lines(folder / f"{part}.{name}", map(change, chosen))


def write_recipe(folder, name="recipe.toml", **changes):
    (folder / name).write_text(RECIPE.format(**DEFAULTS | changes, folder=folder))
    return folder / name


def read_lines(path):
    return path.read_text().splitlines()


# --- toy tasks ---

TOYS = {"copied, rotary": ("copied", "rotary"), "reversed, rotary": ("reversed", "rotary"),
        "reversed, sinusoidal": ("reversed", "sinusoidal")}  # fmt: skip


@pytest.fixture(scope="module")
def toys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toys")
    write_pairs(folder, 12000, 300)
    assert not set(read_lines(folder / "train.source")) & set(read_lines(folder / "held.source"))
    return folder


@pytest.fixture(scope="module")
def trained(toys):
    """The run's folder of a toy, trained when it is first asked for."""

    def train(name):
        out = toys / name.replace(", ", "-")
        if not out.exists():
            target, encoding = TOYS[name]
            recipe = write_recipe(toys, f"{out.name}.toml", target=target, encoding=encoding)
            done = run_program("train", recipe, "--out", out)
            assert done.returncode == 0, done.stderr
        return out

    return train


@pytest.mark.parametrize("name", TOYS)
def test_toys_are_learned(name, toys, trained):
    # A word of 24 gets 0.1 / 23 at least from label smoothing, the end too: enough early ends to fill a beam. So the search
    # goes on until nothing better can come.
    source = (toys / "held.source").read_text()
    done = run_program("translate", "--model", trained(name), "--beam-size", 4, "--stopping", "bound", "--threads", 1, text=source)
    assert done.returncode == 0, done.stderr
    expected, answers = read_lines(toys / f"held.{TOYS[name][0]}"), done.stdout.splitlines()
    assert len(answers) == len(expected) == 300
    right = sum(map(str.__eq__, answers, expected))
    print(f"{name}: {right} of 300")
    assert right >= 297


def test_a_sinusoidal_run_opens_in_transformers(toys, trained):
    folder = trained("reversed, sinusoidal")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    assert type(tokenizer).__name__ == "MarianTokenizer"
    model = transformers.MarianMTModel.from_pretrained(folder).eval()
    text = read_lines(toys / "held.source")[:40]
    for penalty, stopping in ((0.6, "full-beam"), (1.0, "bound")):
        done = run_program("translate", "--model", folder, "--json", "--threads", 1, "--length-penalty", penalty, "--stopping",
                           stopping, text="".join(f"{line}\n" for line in text))  # fmt: skip
        assert done.returncode == 0, done.stderr
        ours = [json.loads(line) for line in done.stdout.splitlines()]
        batch = tokenizer(text, return_tensors="pt", padding=True)
        theirs = model.generate(
            **batch, num_beams=4, do_sample=False, length_penalty=penalty, early_stopping=stopping == "full-beam",
            max_new_tokens=50, bad_words_ids=[[tokenizer.pad_token_id]], forced_eos_token_id=None,
            return_dict_in_generate=True, output_scores=True)  # fmt: skip
        for one, ids, row, score in zip(ours, batch["input_ids"], theirs.sequences, theirs.sequences_scores.tolist()):
            assert one["source_tokens"] == tokenizer.convert_ids_to_tokens(ids[ids != tokenizer.pad_token_id])
            assert one["tokens"] == tokenizer.convert_ids_to_tokens(row, skip_special_tokens=True)
            assert one["score"] == pytest.approx(score, abs=1e-4)
            assert one["translation"] == tokenizer.decode(row, skip_special_tokens=True)


def test_a_rotary_run_is_no_model_of_transformers(trained):
    folder = trained("reversed, rotary")
    assert json.loads((folder / "config.json").read_text())["model_type"] == "roformer_translation"
    with pytest.raises(ValueError, match="roformer_translation"):
        transformers.AutoModelForSeq2SeqLM.from_pretrained(folder)


# --- steps ---


def learning_rate(step, peak, warmup, ratio):
    """fairseq's inverse_square_root_schedule.py; `step` counts from 1."""
    if step <= warmup:
        return ratio * peak + step * (peak - ratio * peak) / warmup
    return peak * math.sqrt(warmup) / math.sqrt(step)


def fairseq_loss(logits, labels, mask, smoothing):
    """label_smoothed_cross_entropy.py: a sum over tokens, in float64."""
    logs = torch.log_softmax(logits.double(), -1)[mask]
    likelihood, everything = -logs.gather(1, labels[mask][:, None]).sum(), -logs.sum()
    each = smoothing / (logs.shape[1] - 1)
    return (1 - smoothing - each) * likelihood + each * everything


def pad(rows, value):
    return torch.nn.utils.rnn.pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=value)


def whole_batch(folder, run):
    """All training pairs as one padded batch: inputs of MarianMTModel, labels and where they count."""
    vocabulary = json.loads((run / "vocab.json").read_text())
    end, start_id = vocabulary["</s>"], vocabulary["<pad>"]
    sides = [[[vocabulary[f"▁{letter}"] for letter in line.split()] for line in read_lines(folder / f"train.{side}")]
             for side in ("source", "reversed")]  # fmt: skip
    source, labels = (pad([row + [end] for row in side], start_id) for side in sides)
    target = pad([[start_id] + row for row in sides[1]], start_id)
    inputs = {"input_ids": source, "attention_mask": (source != start_id).long(), "decoder_input_ids": target}
    return inputs, labels, labels != start_id


STEPS, PEAK, WARMUP = 6, 2e-3, 3


def train_theirs(start_folder, inputs, labels, mask):
    model = transformers.MarianMTModel.from_pretrained(start_folder).double().train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1.0, betas=(0.9, 0.98), eps=1e-9)
    losses, norms = [], []
    for step in range(1, STEPS + 1):
        loss = fairseq_loss(model(**inputs).logits, labels, mask, 0.1) / mask.sum()
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), math.inf).item())
        # The first step is ours to find the initial weights by: its checkpoint holds them.
        optimizer.param_groups[0]["lr"] = 0.0 if step == 1 else learning_rate(step, PEAK, WARMUP, 1e-3)
        optimizer.step()
    return model, losses, norms


def test_steps_are_fairseqs_loss_and_pytorchs_adam(tmp_path):
    write_pairs(tmp_path, 60, 5)
    recipe = write_recipe(tmp_path, encoding="sinusoidal", batch_tokens=10000, steps=1, warmup=WARMUP, schedule="inverse_sqrt",
                          every=1, keep_last=STEPS)  # fmt: skip
    text = recipe.read_text().replace("steps = 1\n", "steps = 1\nlearning_rate = 1e-35\n[[stage]]\nbatch_tokens = 10000\nsteps = 5\n", 1)
    recipe.write_text(text)
    done = run_program("train", recipe, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    ours = [line for line in lines(tmp_path, "run") if line["kind"] == "training"]
    assert len(ours) == STEPS
    for line in ours[1:]:
        assert line["learning_rate"] == pytest.approx(learning_rate(line["step"], PEAK, WARMUP, 1e-3), rel=1e-9)
    model, losses, norms = train_theirs(tmp_path / "run/checkpoints/step-1", *whole_batch(tmp_path, tmp_path / "run"))
    assert [line["loss"] for line in ours] == pytest.approx(losses, rel=1e-5)
    assert [line["gradient_norm"] for line in ours] == pytest.approx(norms, rel=1e-4)
    assert losses[0] - losses[-1] > 0.05
    first, last = (load_file(tmp_path / f"run/checkpoints/step-{step}/model.safetensors") for step in (1, STEPS))
    state = model.state_dict()
    differences, moved = [], 0
    for name, tensor in last.items():
        if name.endswith("k_proj.bias"):
            continue  # no gradient but rounding's, since softmax does not feel it, which Adam makes a step of
        differences.append((tensor - state[name]).abs().flatten())
        moved += (tensor - first[name]).abs().max().item() > 1e-3
    assert len(differences) == 80 and moved == 79  # final_logits_bias is no parameter
    differences = torch.cat(differences)
    beyond = (differences > 1e-5).sum().item()
    print(f"weights: largest difference {differences.max():.1e}, {beyond} of {len(differences)} beyond 1e-5")
    # Adam makes a step as large as any of a gradient that is all but zero, and so of its rounding, which is the processor's: on
    # one with AVX-512 a single weight of 168,600 is 1.1e-4 away.
    assert beyond <= len(differences) / 10000 and (differences > 1e-4).sum() <= 1 and differences.max() <= 2e-4


# --- runs that stop and go on ---


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    write_pairs(folder, 600, 20)
    write_recipe(folder, **TINY)
    finish(folder, "whole")
    return folder


def test_killed_and_resumed(work):
    for moment in (15, 75, 118):
        process = start(work, "killed")
        wait_for_step(work, "killed", moment, process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        process.stderr.close()
    finish(work, "killed")
    assert lines(work, "killed") == lines(work, "whole")
    assert {"loss", "perplexity", "accuracy", "bleu"} <= lines(work, "whole")[-1].keys()
    for file in ("model.safetensors", "best/model.safetensors", "checkpoints/step-140/model.safetensors"):
        assert (work / "killed" / file).read_bytes() == (work / "whole" / file).read_bytes(), file


def test_models_that_are_kept(work):
    kept = sorted(path.name for path in (work / "whole/checkpoints").iterdir())
    assert kept == ["step-130", "step-140", "step-150"]
    line = read_lines(work / "held.source")[0]
    for folder in (work / "whole", work / "whole/best", *(work / "whole/checkpoints" / name for name in kept)):
        done = run_program("translate", "--model", folder, "--threads", 1, text=f"{line}\n")
        assert done.returncode == 0 and done.stdout.count("\n") == 1, done.stderr
    last = [(work / "whole" / path / "model.safetensors").read_bytes() for path in ("", "checkpoints/step-150")]
    assert last[0] == last[1]
    evaluations = [line for line in lines(work, "whole") if line["kind"] == "evaluation"]
    assert [line["step"] for line in evaluations] == [0, 40, 80, 120, 150]
    assert min(evaluations, key=lambda line: line["loss"])["step"] == 150
    best = [(work / "whole" / path / "model.safetensors").read_bytes() for path in ("", "best")]
    assert best[0] == best[1]
    done = run_program("average", work / "whole", "--last", 3, "--out", work / "mean")
    assert done.returncode == 0, done.stderr
    assert run_program("translate", "--model", work / "mean", text=f"{line}\n").returncode == 0


@pytest.mark.parametrize("change, word", [
    ("task.label_smoothing=0.2", "label_smoothing"), ("model.position_encoding=sinusoidal", "position_encoding"),
    ("data.max_length=20", "max_length"), ("data.max_length=5", "content of the text"), ("stage.0.steps=100", "steps"),
])  # fmt: skip
def test_another_recipe_does_not_go_on(work, change, word):
    before = (work / "whole/model.safetensors").read_bytes()
    done = run_program("train", work / "recipe.toml", "--out", work / "whole", "--resume", "--set", change)
    assert done.returncode == 1 and word in done.stderr.splitlines()[-1], done.stderr
    assert (work / "whole/model.safetensors").read_bytes() == before


# --- bad input ---


@pytest.fixture
def small(tmp_path):
    write_pairs(tmp_path, 50, 5)
    write_recipe(tmp_path, **TINY | dict(steps=2, warmup=1, bleu_sentences=0))
    return tmp_path


def train(folder, *changes):
    flags = [flag for change in changes for flag in ("--set", change)]
    return run_program("train", folder / "recipe.toml", "--out", folder / "run", *flags)


def refuses(folder, *words, changes=()):
    done = train(folder, *changes)
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and last.startswith("error: "), done
    for word in words:
        assert str(word) in last, last
    assert not (folder / "run/model.safetensors").exists()


@pytest.mark.parametrize("part, side, add", [("train", "source", 1), ("train", "copied", 3), ("held", "copied", 2)])
def test_sides_of_different_length(small, part, side, add):
    with open(small / f"{part}.{side}", "a") as file:
        file.write("a b\n" * add)
    counts = {"source": {"train": 50, "held": 5}[part], "copied": {"train": 50, "held": 5}[part]}
    counts[side] += add
    refuses(small, f"{part}.source has {counts['source']} lines", f"{part}.copied has {counts['copied']}")


def test_bad_pairs_are_counted_and_told(small):
    source, target = read_lines(small / "train.source"), read_lines(small / "train.copied")
    source[3], target[7] = "", "   "
    source[10] = target[10] = " ".join("abcdefghij" * 3)
    target[30] = " ".join("abc" * 9)
    write_lines(small / "train.source", source)
    write_lines(small / "train.copied", target)
    for name, place in (("copied", 20), ("source", 22)):
        rows = (small / f"train.{name}").read_bytes().split(b"\n")
        rows[place] = b"a b \xff\xc3 c"
        (small / f"train.{name}").write_bytes(b"\n".join(rows))
    held = (small / "held.copied").read_bytes().split(b"\n")
    (small / "held.copied").write_bytes(b"\n".join([held[0], b"\xe2\x82", *held[2:]]))
    done = train(small, "data.max_length=25")
    assert done.returncode == 0, done.stderr
    training, held_out = [line for line in done.stderr.splitlines() if line.startswith("warning:") and "skipped" in line]
    file = small / "train.source"
    for part in (f"2 with an empty side (the first: {file}:4)", f"2 longer than data.max_length (the first: {file}:11)",
                 f"2 that are not UTF-8 (the first: {file}:21)", "training text: 6 pairs skipped"):  # fmt: skip
        assert part in training, training
    assert f"validation: 1 pair skipped: 1 that are not UTF-8 (the first: {small / 'held.source'}:2)" in held_out
    assert "44 pairs to learn from" in done.stderr and "4 for validation" in done.stderr


def test_nothing_to_learn_from(small):
    for name in ("source", "copied"):
        (small / f"train.{name}").write_text("")
    refuses(small, "pairs to learn from", "data.source")
    for name in ("source", "copied"):
        (small / f"train.{name}").write_text("\n\n")
    refuses(small, "pairs to learn from", "data.source")


def test_all_pairs_skipped(small):
    write_lines(small / "train.source", ["a b c d e f g h"] * 4)
    write_lines(small / "train.copied", ["a b c d e f g h"] * 4)
    refuses(small, "pairs to learn from", "4 longer than data.max_length", changes=["data.max_length=2"])


def test_missing_files(small):
    recipe = small / "recipe.toml"
    recipe.write_text(recipe.read_text().replace("vocab_size = 40\n", ""))
    refuses(small, small / "none", "data.vocabulary", changes=[f"data.vocabulary={small / 'none'}"])
    refuses(small, small / "held.source", changes=[f"data.vocabulary={small / 'held.source'}"])  # no SentencePiece model
    (small / "empty").mkdir()
    refuses(small, small / "empty", changes=[f"data.vocabulary={small / 'empty'}"])
    (small / "train.copied").unlink()
    refuses(small, small / "train.copied")


@pytest.mark.parametrize("change, words", [
    ("data.surce=x", ["surce"]), ("task.smoothing=0.1", ["smoothing"]), ("stage.0.length=64", ["length", "data.max_length"]),
    ("task.label_smoothing=1", ["label_smoothing"]), ("evaluate.beam_size=0", ["beam_size"]), ("data.vocab_size=3", ["vocab_size"]),
    ("model.position_encoding=circular", ["circular"]), ("model.num_attention_heads=5", ["heads"]),
    ("checkpoint.keep_last=0", ["keep_last"]), ("model.vocab_size=99", ["model.vocab_size"]), ("task.kind=translate", ["translate"]),
])  # fmt: skip
def test_recipes_that_are_wrong(small, change, words):
    refuses(small, *words, changes=[change])


def test_nothing_held_out(small):
    recipe = small / "recipe.toml"
    kept = [line for line in recipe.read_text().splitlines() if not line.startswith("validation_")]
    recipe.write_text("\n".join(kept))
    refuses(small, "data.validation_source", changes=["data.validation_share=0"])


def test_models_that_cannot_translate(work, tmp_path):
    sizes = dict(vocab_size=31, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=24)
    randomise(transformers.RoFormerForMaskedLM(transformers.RoFormerConfig(**sizes))).save_pretrained(tmp_path / "encoder")
    shutil.copytree(work / "whole/best", tmp_path / "bare")
    (tmp_path / "bare/vocab.json").unlink()
    for folder, word in ((tmp_path / "encoder", "encoder-decoder"), (tmp_path / "bare", "vocab.json")):
        done = run_program("translate", "--model", folder, text="a b\n")
        assert done.returncode == 1 and done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done
        assert str(folder) in done.stderr and word in done.stderr and not done.stdout, done
