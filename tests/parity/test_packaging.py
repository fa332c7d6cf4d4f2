"""`make install` into a folder that is then moved: the program runs there, and the programs of examples/, outside the tree,
build against it with find_package(roformer) and give what ours and transformers give."""

import os
import re
import shutil
import subprocess

import pytest
import torch
import transformers
from transformers.models.roformer import modeling_roformer

from conftest import BUILD, ROOT, randomise, run_program
from test_bad_input import SIZES, VOCABULARY

TEXT = "the [MASK] sat on a [MASK] ."
TEXTS = ["the cat sat on the mat .", "a dog ran", "the dog sat"]
PAIRS = [("the cat sat .", "a dog ran ."), ("the mat", "a mat"), ("the dog sat on", "the cats ran")]


def run(*command, **options):
    """Without LD_LIBRARY_PATH: what is installed must find its libraries by itself."""
    options = {"timeout": 300} | options
    environment = {name: value for name, value in os.environ.items() if name not in ("LD_LIBRARY_PATH", "DESTDIR")}
    finished = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, **options)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("install")
    run("cmake", "--install", BUILD, "--prefix", folder / "first")
    return (folder / "first").rename(folder / "moved")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    torch.manual_seed(3)
    config = transformers.RoFormerConfig(**SIZES, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    randomise(transformers.RoFormerForMaskedLM(config), scale=0.1).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    return folder


def configure(prefix, work, *options):
    shutil.copytree(ROOT / "examples", work / "source", dirs_exist_ok=True)
    command = ["cmake", "-G", "Ninja", "-S", work / "source", "-B", work / "build", f"-DCMAKE_PREFIX_PATH={prefix}", *options]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)


def test_the_standard_library_is_the_systems(prefix, tmp_path):
    """LibTorch's wheel exports parts of an older std::filesystem, which would serve calls within libstdc++ too."""
    loader = dict(os.environ, LD_BIND_NOW="1", LD_DEBUG="bindings", LD_DEBUG_OUTPUT=str(tmp_path / "bindings"))
    subprocess.run([prefix / "bin" / "roformer", "--version"], env=loader, check=True, capture_output=True, timeout=60)
    lines = [line for file in tmp_path.glob("bindings.*") for line in file.read_text(errors="replace").splitlines()]
    ours = [line for line in lines if "10filesystem" in line and re.search(r"binding file \S*/lib(roformer|stdc\+\+)\S* ", line)]
    assert any("/libstdc++" in line.split(" to ")[1] for line in ours)
    assert not [line for line in ours if "/libtorch" in line.split(" to ")[1]]


@pytest.fixture(scope="module")
def examples(prefix, tmp_path_factory):
    """The folder with the programs of examples/."""
    work = tmp_path_factory.mktemp("examples")
    configured = configure(prefix, work, "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
    assert configured.returncode == 0, configured.stderr
    run("cmake", "--build", work / "build", "-j", "2", timeout=900)
    return work / "build"


def vectors(lines):
    return torch.tensor([[float(number) for number in line.split()] for line in lines.splitlines()])


def embedded(folder, texts, *flags):
    finished = run_program("embed", "--model", folder, *flags, text="".join(text + "\n" for text in texts))
    assert finished.returncode == 0, finished.stderr
    return vectors(finished.stdout)


def theirs_embedded(model, tokenizer, texts):
    return torch.cat([model(**tokenizer(text, return_tensors="pt")).last_hidden_state.mean(1) for text in texts])


def test_every_example_is_built(examples):
    sources = {path.stem for path in (ROOT / "examples").glob("*.cpp")}
    assert sources and all((examples / name).exists() for name in sources)


def test_example_fills_a_mask(prefix, examples, checkpoint):
    answer = run(examples / "fill_mask", checkpoint, TEXT)
    ours = run_program("fill-mask", "--model", checkpoint, text=TEXT + "\n").stdout
    candidates = re.findall(r" (\S+) \(", ours)
    assert len(candidates) == 10
    assert [line.split()[0] for line in answer.splitlines()] == candidates
    assert run(examples / "logits", checkpoint, TEXT).split() == candidates[:1]
    libraries = run("ldd", examples / "fill_mask")
    assert "not found" not in libraries
    assert str(prefix) in libraries


def test_example_embeds(examples, checkpoint):
    first, second = embedded(checkpoint, TEXTS[:2], "--normalize")
    assert float(run(examples / "embed", checkpoint, *TEXTS[:2])) == pytest.approx(float(first @ second), abs=2e-6)


def test_example_pools_a_packed_batch(examples, checkpoint):
    pooled = vectors(run(examples / "pool", checkpoint, *TEXTS))
    torch.testing.assert_close(pooled, embedded(checkpoint, TEXTS), rtol=1e-5, atol=1e-6)


def test_example_rotates(examples):
    x = torch.arange(2 * 3 * 4 * 8).view(2, 3, 4, 8) / 100
    angles = torch.outer(torch.arange(4), 10000.0 ** (-torch.arange(4) / 4))
    theirs, _ = modeling_roformer.RoFormerSelfAttention.apply_rotary_position_embeddings(
        torch.cat([angles.sin(), angles.cos()], 1)[None, None], x, x)  # fmt: skip
    ours = vectors(run(examples / "rotate")).view(x.shape)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


def test_example_trains_by_its_own_loss(examples, checkpoint, tmp_path):
    """Loss by loss as PyTorch trains transformers' model, and the folder is one that both open."""
    lines = "".join(f"{first}\t{second}\n" for first, second in PAIRS)
    ours = vectors(run(examples / "own_loss", checkpoint, tmp_path / "out", 8, input=lines)).flatten()
    model = transformers.RoFormerModel.from_pretrained(checkpoint).train()
    tokenizer = transformers.BertTokenizer.from_pretrained(checkpoint)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    theirs = []
    for _ in range(8):
        sides = [torch.nn.functional.normalize(theirs_embedded(model, tokenizer, side)) for side in zip(*PAIRS)]
        loss = torch.nn.functional.cross_entropy(20 * sides[0] @ sides[1].T, torch.arange(len(PAIRS)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        theirs.append(loss.item())
    assert theirs[-1] < theirs[0]
    torch.testing.assert_close(ours, torch.tensor(theirs), rtol=1e-3, atol=1e-4)
    saved, report = transformers.AutoModel.from_pretrained(tmp_path / "out", output_loading_info=True)
    assert all("embed_positions" in key for key in report["missing_keys"]) and not report["unexpected_keys"]
    expected = theirs_embedded(saved.eval(), transformers.BertTokenizer.from_pretrained(tmp_path / "out"), TEXTS)
    torch.testing.assert_close(embedded(tmp_path / "out", TEXTS), expected, rtol=1e-5, atol=1e-5)
    assert "RoFormerModel" in run_program("inspect", tmp_path / "out").stdout


@pytest.mark.parametrize("example", ["embed", "fill_mask", "logits", "own_loss", "pool"])
def test_examples_say_what_is_wrong(examples, example, tmp_path):
    count = {"embed": 2, "own_loss": 2}.get(example, 1)
    finished = subprocess.run([examples / example, tmp_path / "none", *["1"] * count], capture_output=True, text=True, timeout=60)
    assert finished.returncode == 1 and str(tmp_path / "none") in finished.stderr


def test_another_minor_version_of_libtorch_is_refused(prefix, tmp_path):
    torch_root = tmp_path / "torch"
    version = torch_root / "include" / "torch" / "headeronly" / "version.h"
    version.parent.mkdir(parents=True)
    version.write_text("#define TORCH_VERSION_MAJOR 1\n#define TORCH_VERSION_MINOR 99\n#define TORCH_VERSION_PATCH 0\n")
    (torch_root / "lib").mkdir()
    (torch_root / "lib" / "libtorch_cpu.so").touch()
    configured = configure(prefix, tmp_path, f"-DTorch_DIR={torch_root / 'share' / 'cmake' / 'Torch'}")
    assert configured.returncode != 0
    message = " ".join(configured.stderr.split())
    assert "built with, but got 1.99.0" in message and str(torch_root) in message


def test_an_unfitting_version_of_ours_is_refused(prefix, tmp_path):
    text = (ROOT / "examples" / "CMakeLists.txt").read_text()
    assert "find_package(roformer 0.1 REQUIRED)" in text
    shutil.copytree(ROOT / "examples", tmp_path / "other")
    (tmp_path / "other" / "CMakeLists.txt").write_text(text.replace("roformer 0.1", "roformer 0.9"))
    configured = subprocess.run(
        ["cmake", "-G", "Ninja", "-S", tmp_path / "other", "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={prefix}"],
        capture_output=True, text=True, timeout=120)  # fmt: skip
    assert configured.returncode != 0 and "0.9" in configured.stderr


def test_installed_program_finds_library_and_recipes(prefix):
    assert run(prefix / "bin" / "roformer", "--version") == run(BUILD / "roformer", "--version")
    assert str(prefix) in run("ldd", prefix / "lib" / "libroformer_commands.so")
    recipes = sorted(path.relative_to(ROOT / "recipes") for path in (ROOT / "recipes").rglob("*.toml"))
    assert recipes
    assert all((prefix / "share" / "roformer" / "recipes" / path).exists() for path in recipes)
    assert str(recipes[0].with_suffix("")) in run(prefix / "bin" / "roformer", "train", "--help", cwd=prefix)


def test_manual_page_and_completion_are_installed(prefix):
    assert (prefix / "share" / "man" / "man1" / "roformer.1").read_text() == run(BUILD / "roformer", "manual")
    run("bash", "-n", prefix / "share" / "bash-completion" / "completions" / "roformer")


def test_installed_headers_are_whole(prefix):
    headers = {path.relative_to(prefix / "include").as_posix(): path.read_text() for path in (prefix / "include").rglob("*.h")}
    assert "roformer/pipeline/fill_mask.h" in headers and not any(name.startswith("roformer/cli/") for name in headers)
    included = {name for text in headers.values() for name in re.findall(r'#include "(roformer/[^"]+)"', text)}
    assert included <= headers.keys()


def test_every_library_that_is_linked_has_a_notice(prefix):
    notice = (prefix / "share" / "doc" / "roformer" / "NOTICE").read_text()
    assert (prefix / "share" / "doc" / "roformer" / "LICENSE").read_text().lstrip().startswith("Apache License")
    files = [prefix / "bin" / "roformer", *(prefix / "lib").glob("*.so")]
    assert len(files) >= 4
    for file in files:
        for name in re.findall(r"NEEDED.*\[(.*?)\.so", run("readelf", "--dynamic", file)):
            if not name.startswith("libroformer"):
                library = re.escape(name.removesuffix("_train").removesuffix("-x86-64"))
                assert re.search(rf"^\|.*(?<!\w){library}(?![\w+]).*\|$", notice, re.MULTILINE), f"{file.name} needs {name}"


@pytest.mark.parametrize("variable, shown", [
    (None, r"GOMP_SPINCOUNT = '\d{3,5}'"),
    (("GOMP_SPINCOUNT", "77"), r"GOMP_SPINCOUNT = '77'"),
    (("OMP_WAIT_POLICY", "passive"), r"OMP_WAIT_POLICY = 'PASSIVE'"),
])  # fmt: skip
def test_how_threads_wait_is_chosen_unless_the_user_does(prefix, variable, shown):
    """libgomp's own default, 300000 turns, takes most of the machine from the other programs on it, and from us."""
    environment = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    environment |= {"OMP_DISPLAY_ENV": "verbose"} | (dict([variable]) if variable else {})
    finished = subprocess.run([prefix / "bin" / "roformer", "--version"], capture_output=True, text=True, env=environment, timeout=60)
    assert finished.returncode == 0
    assert re.search(shown, finished.stderr), finished.stderr
