"""A study that was killed goes on by the same command, repeats nothing and finds what an undisturbed one finds; each model has a
learning rate of its own; a comparison whose control does not hold says so before all else."""

import json
import os
import re
import shlex
import signal
import subprocess
import time

import pytest

from conftest import BUILD, ROOT, run_program
from test_resume import write_text

SMALL = {"data.document": "line", "data.vocab_size": 200, "model.hidden_size": 16, "model.num_hidden_layers": 1,
         "model.intermediate_size": 32, "stage.0.length": 16, "stage.0.batch_size": 4, "stage.0.steps": 4, "schedule.warmup_steps": 1,
         "checkpoint.every": 1, "evaluate.every": 2, "evaluate.sequences": 8, "run.log_every": 1}  # fmt: skip
MODELS = ["roformer", "bert", "none"]
RATES = [0.0005, 0.001, 0.002, 0.004]  # around the recipe's 1e-3


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    folder = tmp_path_factory.mktemp("studies")
    write_text(folder / "text.txt")
    return folder


def arguments(work, out):
    settings = SMALL | {"data.text": work / "text.txt", "data.cache": work / "cache"}
    changes = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    return ["reproduce", "figure3-left", "--tune", "--seeds", "2", "--only", ",".join(MODELS), "--threads", "1",
            "--out", work / out, *changes]  # fmt: skip


@pytest.fixture(scope="module")
def whole(work):
    finished = run_program(*arguments(work, "whole"))
    assert finished.returncode == 0, finished.stderr
    return finished


def result(folder):
    return json.loads((folder / "result.json").read_text())


def logs(folder):
    return {path.parent.name: path.read_bytes() for path in folder.glob("*/metrics.jsonl")}


def logs_after_the_command(work, out):
    finished = run_program(*arguments(work, out))
    assert finished.returncode == 0, finished.stderr
    return logs(work / out)


def test_each_model_has_the_rate_of_its_lowest_validation_loss(work, whole):
    found = result(work / "whole")
    assert (found["study"], found["scale"], found["seeds"], found["tuned"]) == ("figure3-left", "tiny", 2, True)
    assert [model["key"] for model in found["models"]] == MODELS
    for model in found["models"]:
        losses = {tried["learning_rate"]: tried["validation_loss"] for tried in model["tried"]}
        assert list(losses) == RATES
        assert model["learning_rate"] == min(losses, key=losses.get)
        assert model["runs"] == [f"{model['key']}-rate{model['learning_rate']}{seed}" for seed in ("", "-seed1")]
        assert len(model["validation_loss"]) == len(model["test_loss"]) == 2
        assert model["validation_loss"][0] == pytest.approx(min(losses.values()), abs=1e-5)
    # Equal cost: four rates, and one more seed.
    names = [path.name for path in (work / "whole").iterdir() if path.is_dir()]
    assert [sum(name.startswith(model + "-") for name in names) for model in MODELS] == [5, 5, 5]


def test_losses_are_of_the_test_part(work, whole):
    model = result(work / "whole")["models"][1]
    for split in ("validation", "test"):
        evaluated = run_program("evaluate", "--model", work / "whole" / model["runs"][1], "--split", split, "--json")
        assert evaluated.returncode == 0, evaluated.stderr
        assert json.loads(evaluated.stdout)["loss"] == pytest.approx(model[f"{split}_loss"][1], abs=1e-5)
    assert model["test_loss"] != pytest.approx(model["validation_loss"], abs=1e-3)


def test_four_steps_are_unfit_and_that_is_said_first(work, whole):
    assert whole.stdout.strip().startswith("UNFIT: BERT must lie at least 0.3 below no positions")
    page = (work / "whole" / "report.html").read_text()
    assert "<title>UNFIT: Figure 3, left" in page
    assert re.search(r"<p>(.*?)[ :]", page, re.S)[1] == "UNFIT"
    verdicts = result(work / "whole")["verdicts"]
    assert verdicts[0].startswith("UNFIT: ") and sum("UNFIT" in verdict for verdict in verdicts) == 1
    assert any(verdict.startswith("On the test part RoFormer beside BERT: ") for verdict in verdicts)


def test_the_command_and_the_next_steps_are_those_of_the_study(work, whole):
    found = result(work / "whole")
    given = [str(word) for word in arguments(work, "whole")]
    given.remove("--threads")
    given.remove("1")
    assert sorted(shlex.split(found["command"])) == sorted(["roformer", "--scale", "tiny", *given])
    run = work / "whole" / found["models"][0]["runs"][0]
    assert f"roformer evaluate --model {run}" in whole.stderr
    assert str(run) in whole.stdout and str(work / "whole" / "report.html") in whole.stdout


def test_a_killed_study_goes_on_and_repeats_nothing(work, whole):
    out = work / "killed"
    process = subprocess.Popen([BUILD / "roformer", *arguments(work, "killed")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.time() + 60
    while not (out / "bert-rate0.002" / "metrics.jsonl").exists() and process.poll() is None and time.time() < deadline:
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    killed = logs(out)
    assert not (out / "result.json").exists() and "bert-rate0.002" in killed and not any(name.startswith("none") for name in killed)
    resumed, done = logs_after_the_command(work, "killed"), [f"roformer-rate{rate}" for rate in RATES]
    assert len(resumed) == 15 and [resumed[name] for name in done] == [killed[name] for name in done]
    assert result(out)["models"] == result(work / "whole")["models"]
    assert logs_after_the_command(work, "killed") == resumed
    assert result(out)["models"] == result(work / "whole")["models"]


def test_tiny_has_three_seeds(work):
    settings = SMALL | {"data.text": work / "text.txt", "data.cache": work / "cache"}
    changes = [word for key, value in settings.items() if key not in ("data.document", "data.vocab_size")
               for word in ("--set", f"{key}={value}")]  # fmt: skip
    finished = run_program("reproduce", "encodings", "--only", "rotary", "--out", work / "three", *changes)
    assert finished.returncode == 0, finished.stderr
    assert sorted(logs(work / "three")) == ["rotary", "rotary-seed1", "rotary-seed2"]
    found = result(work / "three")
    assert found["seeds"] == 3 and "--seeds" not in found["command"] and len(found["models"][0]["test_loss"]) == 3


@pytest.mark.parametrize("flags, message", [
    (["--only", "roformer,brt"], "did you mean 'bert'?"),
    (["--only", "roformer,none"], "expected --only to keep roformer and bert"),
    (["--tune", "--set", "optimizer.learning_rate=1e-3"], "no --set optimizer.learning_rate"),
])  # fmt: skip
def test_what_the_study_cannot_do_is_told_before_any_work(flags, message, tmp_path):
    refused = run_program("reproduce", "figure3-left", *flags, "--out", tmp_path / "out")
    assert refused.returncode == 1 and message in refused.stderr, refused.stderr
    assert not (tmp_path / "out").exists()


def small_glue(folder):
    """Files of all six tasks as GLUE has them, a few made-up rows each."""
    columns = {"MRPC": "Quality\t#1 String\t#2 String", "SST-2": "sentence\tlabel", "QNLI": "index\tquestion\tsentence\tlabel",
               "STS-B": "index\tsentence1\tsentence2\tscore", "QQP": "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate",
               "MNLI": "index\tsentence1\tsentence2\tgold_label"}  # fmt: skip
    parts = {"MNLI": ["train", "dev_matched", "dev_mismatched"]}
    for task, head in columns.items():
        (folder / task).mkdir(parents=True)
        for part in parts.get(task, ["train", "dev"]):
            rows = [head]
            for row in range(30):
                text = {"label": "01"[row % 2], "Quality": "01"[row % 2], "is_duplicate": "01"[row % 2], "score": str(row % 6),
                        "gold_label": ["entailment", "neutral", "contradiction"][row % 3]}  # fmt: skip
                if task == "QNLI":
                    text["label"] = ["entailment", "not_entailment"][row % 2]
                rows.append("\t".join(text.get(name) or f"{name} {row}" for name in head.split("\t")))
            (folder / task / f"{part}.tsv").write_text("\n".join(rows) + "\n")
    return folder


def small_recipes(folder, text):
    """Ours at tiny, a few steps of little models on little text."""
    pairs = {"source": text, "target": text, "validation_source": text, "validation_target": text, "test_source": text, "test_target": text}
    values = {"hidden_size": "16", "num_hidden_layers": "1", "decoder_layers": "1", "num_attention_heads": "2", "intermediate_size": "16",
              "num_features": "8", "text": f'["{text}"]', "document": '"line"', "vocab_size": "200", "length": "16", "batch_size": "2",
              "batch_tokens": "64", "steps": "2", "warmup_steps": "1", "every": "1", "keep_last": "2", "sequences": "2", "bleu_sentences": "2",
              "log_every": "1", "max_position_embeddings": "16", "max_length": "16", "folder": f'"{folder / "glue"}"',
              **{key: f'["{value}"]' for key, value in pairs.items()}}  # fmt: skip
    small_glue(folder / "glue")
    shrink = lambda found: f"{found[1]} = {values[found[1]]}" if found[1] in values else found[0]
    for path in (ROOT / "recipes").rglob("*-tiny.toml"):
        small = folder / path.relative_to(ROOT / "recipes")
        small.parent.mkdir(parents=True, exist_ok=True)
        small.write_text(re.sub(r"^(\w+) = .*$", shrink, path.read_text(), flags=re.M))
    return folder


def test_all_claims_from_nothing(work, tmp_path):
    lines = [" ".join(line.split()[:12]) for line in (work / "text.txt").read_text().splitlines() if line.strip()]
    (tmp_path / "lines.txt").write_text("\n".join(lines[:200]) + "\n")
    environment = os.environ | {"ROFORMER_RECIPES": str(small_recipes(tmp_path / "recipes", tmp_path / "lines.txt"))}
    command = [BUILD / "roformer", "reproduce", "all", "--scale", "tiny", "--seeds", "1", "--threads", "1", "--out", "claims"]
    run = lambda: subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    finished = run()
    assert finished.returncode == 0, finished.stderr
    page = (tmp_path / "claims" / "claims.md").read_text()
    names = ["figure2", "figure3-left", "figure3-right", "table1", "table2", "table3", "encodings", "decay", "frequency-norms", "linear-weights",
             "loss-by-position"]  # fmt: skip
    assert re.findall(r"^    roformer reproduce (\S+)", page, re.M) == ["all", *names]
    titles = re.findall(r"^## (.*)$", page, re.M)
    assert len(titles) == len(names) and all(f"| {title} | " in page for title in titles)
    for name, title in zip(names, titles):
        found = result(tmp_path / "claims" / name)
        assert found["title"] == title and found["claim"] in page and all(f"- {verdict}\n" in page for verdict in found["verdicts"])
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", page)
    assert all((tmp_path / "claims" / picture).read_text().lstrip().startswith("<svg") for picture in pictures)
    assert "claims/frequency-norms-queries-1.svg" in pictures  # drawn without gnuplot
    alone = subprocess.run([*command[:2], "table2", *command[3:-1], "claims/table2"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert alone.returncode == 0 and "MNLI-mm (accuracy)" in alone.stdout and "pretraining/roformer" in alone.stderr, alone.stderr
    # Again: nothing is trained anew, and the page is the same.
    before = {path: path.read_bytes() for path in tmp_path.glob("claims/**/metrics.jsonl")}
    assert len(before) == 4 + 5 + 2 + 16 + 2 + 2 * 6 * 4 and run().returncode == 0
    assert {path: path.read_bytes() for path in before} == before and (tmp_path / "claims" / "claims.md").read_text() == page


def test_rates_that_diverge_are_out_and_the_others_are_tried(work, tmp_path):
    settings = SMALL | {"data.text": work / "text.txt", "data.cache": work / "cache", "optimizer.clip_norm": 0}
    for path in small_recipes(tmp_path / "recipes", work / "text.txt").rglob("figure3-left-*.toml"):
        path.write_text(re.sub(r"^learning_rate = .*$", "learning_rate = 1e30", path.read_text(), flags=re.M))
    changes = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    command = [BUILD / "roformer", "reproduce", "figure3-left", "--tune", "--only", "roformer,bert", "--threads", "1", "--out", tmp_path / "out"]
    environment = os.environ | {"ROFORMER_RECIPES": str(tmp_path / "recipes")}
    refused = subprocess.run([*map(str, command), *map(str, changes)], env=environment, capture_output=True, text=True)
    assert refused.returncode == 1 and "expected a learning rate with which RoFormer learns" in refused.stderr, refused.stderr
    assert refused.stderr.count("the rate is out") == 4


def test_a_missing_test_part_is_told_before_any_training(work, tmp_path):
    refused = run_program(*arguments(work, tmp_path / "out"), "--set", "data.test_share=0")
    assert refused.returncode == 1 and "test part" in refused.stderr, refused.stderr
    assert not (tmp_path / "out").exists()


def test_all_is_for_text_at_hand(tmp_path):
    refused = run_program("reproduce", "all", "--scale", "paper", "--out", tmp_path / "out")
    assert refused.returncode == 1 and "tiny or small" in refused.stderr and not (tmp_path / "out").exists()
