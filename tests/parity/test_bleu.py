"""BLEU, chrF and their paired tests against sacrebleu: perturbed references of the WMT test sets, random corpora of
awkward characters, every code point through the tokenizers, and `roformer bleu` itself."""

import gzip
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import unicodedata

import pytest
import sacrebleu
from conftest import ROOT, run_program
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest

DATA = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "mt" / "wmt14"
TOKENIZERS = ["13a", "intl", "none", "char"]
TEST_SETS = sorted(DATA.glob("**/*test*.de"))
CLOSE = 1e-9


def run_driver(mode, tasks):
    finished = run_program(mode, program="metric_driver", text="".join(json.dumps(task) + "\n" for task in tasks))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.split("\n")[:-1]]


def metrics_of(task):
    smoothing = dict(smooth_method=task.get("smooth", "exp"), smooth_value=task.get("smooth_value"))
    lowercase = task.get("lowercase", False)
    bleu = BLEU(tokenize=task["tokenize"], lowercase=lowercase, effective_order=task.get("effective_order", False), **smoothing)
    return bleu, CHRF(word_order=task.get("word_order", 0), lowercase=lowercase)


def assert_equal_scores(ours, task):
    bleu, chrf = metrics_of(task)
    theirs = bleu.corpus_score(task["hypotheses"], task["references"])
    assert ours["bleu"] == pytest.approx(theirs.score, abs=CLOSE), task
    assert ours["precisions"] == pytest.approx(theirs.precisions, abs=CLOSE)
    assert ours["line"] == str(theirs)
    assert ours["signature"] == str(bleu.get_signature())
    theirs = chrf.corpus_score(task["hypotheses"], task["references"])
    assert ours["chrf"] == pytest.approx(theirs.score, abs=CLOSE), task
    assert ours["chrf_name"] == theirs.name
    assert ours["chrf_signature"] == str(chrf.get_signature())


def check(tasks):
    answers = run_driver("score", tasks)
    assert len(answers) == len(tasks)
    for ours, task in zip(answers, tasks):
        assert_equal_scores(ours, task)


def test_signature_names_the_release_that_we_are_compared_with():
    assert sacrebleu.__version__ == "2.6.0"


def perturbed(line, chance, strength):
    """What a poor system might have written: words dropped, doubled, swapped, changed in case or punctuation."""
    words = []
    for word in line.split(" "):
        kind = chance.random() / strength
        if kind < 0.1:
            continue
        if kind < 0.15:
            words.append(word)
        elif kind < 0.25:
            word = chance.choice(["Haus", "und", "3,5", "U.S.A.", "der", "-", "2014-15", "¿?"])
        elif kind < 0.3:
            word = word.swapcase()
        elif kind < 0.4:
            word += chance.choice(".,;:!?-“)&")
        elif kind < 0.45:
            word = word.rstrip(".,;:!?")
        words.append(word)
        if kind > 0.95 and len(words) > 1:
            words[-2:] = reversed(words[-2:])
    return " ".join(words)


def lines_of(path):
    return path.read_text(encoding="utf-8").split("\n")[:-1]


needs_test_sets = pytest.mark.skipif(not TEST_SETS, reason=f"SKIPPED LOUDLY: no WMT test sets in {DATA}")


@needs_test_sets
def test_perturbed_references_of_all_test_sets():
    assert len(TEST_SETS) >= 10
    chance = random.Random(6)
    tasks = []
    for number, path in enumerate(TEST_SETS):
        references = lines_of(path)
        hypotheses = [perturbed(line, chance, (number % 4 + 1) / 3) for line in references]
        tokenizer = TOKENIZERS[number % 4] if "newstest2014" not in path.name else "13a"
        tasks.append(dict(tokenize=tokenizer, lowercase=number % 2 == 1, hypotheses=hypotheses, references=[references]))
    check(tasks)


@needs_test_sets
@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_tokenizers_on_part_of_a_test_set(tokenizer):
    chance = random.Random(7)
    references = lines_of(TEST_SETS[0])[:500]
    others = [perturbed(line, chance, 0.3) for line in references]
    hypotheses = [perturbed(line, chance, 0.8) for line in references]
    check([dict(tokenize=tokenizer, word_order=2, hypotheses=hypotheses, references=[references, others])])


@needs_test_sets
@pytest.mark.parametrize("strength", [0.02, 0.1, 0.5])
def test_paired_bootstrap(strength):
    """Both draw resamples of their own, so that figures agree as two samples of one distribution do."""
    chance = random.Random(8)
    references = lines_of(DATA / "newstest2014.de")[:400]
    baseline = [perturbed(line, chance, 0.6) for line in references]
    hypotheses = [perturbed(line, chance, strength) if chance.random() < 0.3 else other
                  for line, other in zip(references, [perturbed(line, chance, 0.62) for line in references])]  # fmt: skip
    near = [perturbed(line, chance, 0.05) for line in baseline]
    for system in (hypotheses, near):
        ours = run_driver("bootstrap", [dict(tokenize="13a", baseline=baseline, hypotheses=system, references=[references])])[0]
        metrics = {"BLEU": BLEU(references=[references]), "chrF": CHRF(references=[references])}
        named = [("baseline", baseline), ("system", system)]
        _, theirs = PairedTest(named, metrics, None, test_type="bs")()
        for key, name in (("bleu", "BLEU"), ("chrf", "chrF2")):
            for side, result in zip(("baseline", "system"), theirs[name]):
                assert ours[key][side]["score"] == pytest.approx(result.score, abs=CLOSE)
                assert ours[key][side]["mean"] == pytest.approx(result.mean, abs=0.15)
                assert ours[key][side]["half_width"] == pytest.approx(result.ci, rel=0.15)
            assert ours[key]["sacrebleu_p_value"] == pytest.approx(theirs[name][1].p_value, abs=0.06)


@needs_test_sets
@pytest.mark.parametrize("share", [0, 0.02, 0.1, 0.5])
def test_approximate_randomisation(share):
    """The part of the lines that the second system translates better decides how sure the difference is."""
    chance = random.Random(9)
    references = lines_of(DATA / "newstest2014.de")[:300]
    baseline = [perturbed(line, chance, 0.6) for line in references]
    hypotheses = [line if chance.random() < share else perturbed(line, chance, 0.6) for line in references]
    ours = run_driver("bootstrap", [dict(tokenize="13a", baseline=baseline, hypotheses=hypotheses, references=[references])])[0]
    metrics = {"BLEU": BLEU(references=[references]), "chrF": CHRF(references=[references])}
    _, theirs = PairedTest([("a", baseline), ("b", hypotheses)], metrics, None, test_type="ar", n_samples=2000)()
    for key, name in (("bleu", "BLEU"), ("chrf", "chrF2")):
        expected = theirs[name][1].p_value
        assert ours[key]["randomisation_p_value"] == pytest.approx(expected, abs=4 * (expected / 1000) ** 0.5 + 0.002)
        # Two right tests of one question agree roughly.
        assert ours[key]["p_value"] == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("baseline, hypotheses", [
    (["a b c d e"] * 5, ["a b c d e"] * 5),
    (["x"] * 5, ["a b c d e"] * 5),
    (["a b c d x", "a b c d e"], ["a b c d x", "a b c d e"]),
    ([""] * 3, [""] * 3),
])  # fmt: skip
def test_paired_bootstrap_without_chance(baseline, hypotheses):
    """Where every resample gives the same difference, random numbers do not matter."""
    references = ["a b c d e"] * len(hypotheses)
    task = dict(tokenize="13a", resamples=100, baseline=baseline, hypotheses=hypotheses, references=[references])
    ours = run_driver("bootstrap", [task])[0]
    metrics = {"BLEU": BLEU(references=[references]), "chrF": CHRF(references=[references])}
    _, theirs = PairedTest([("a", baseline), ("b", hypotheses)], metrics, None, test_type="bs", n_samples=100)()
    for key, name in (("bleu", "BLEU"), ("chrf", "chrF2")):
        assert ours[key]["sacrebleu_p_value"] == theirs[name][1].p_value
        if baseline == hypotheses:
            assert ours[key]["p_value"] == ours[key]["randomisation_p_value"] == 1
            assert ours[key]["difference_95"] == [0, 0]
        assert ours[key]["system"]["score"] == pytest.approx(theirs[name][1].score, abs=CLOSE)
        assert ours[key]["differs"] == (baseline != hypotheses)


# Pieces of lines that the tokenizers treat each in its own way.
PIECES = [
    "the", "The", "Haus", "straße", "ΟΔΟΣ", "ΑΣ.", "Σ", "İstanbul", "ДОМ", "東京", "中文，", "한국", "ไทย", "🙂", "👩‍👩‍👧", "🇩🇪", "é", "e\u0301",
    "1,000.50", "3.", ".5", ",", ".", "...", "a.b", "1-2", "-", "--", "x-1", "9-", "U.S.", "٣٫٥", "½", "Ⅷ", "²", "५,६",
    "&quot;", "&amp;", "&lt;", "&gt;", "&amp;lt;", "&amp;quot;", "&apos;", "&", "<skipped>", "<", "a<skipped>b", "&am", "quot;",
    "'s", "don't", "“q”", "„q“", "«", "€5", "$", "+", "=", "~", "`", "^", "|", "(hi)", "[x]", "{", "\\", "/", "@-@", "#tag", "%",
    "\t", "\u00a0", "\u0085", "\u2028", "\u2029", "\u3000", "\u200b", "\u200d", "\ufeff", "\x1c", "\x1f", "\x0b", "\r", "\x00", "\x7f", "\ufffd", "\U0010ffff",
]  # fmt: skip


def random_line(chance):
    kind = chance.random()
    if kind < 0.1:
        return ""
    if kind < 0.2:  # any assigned code points
        return "".join(random_character(chance) for _ in range(chance.randrange(20)))
    glue = chance.choice(["", " ", " ", " ", "  "])
    return glue.join(chance.choice(PIECES) for _ in range(chance.randrange(30)))


def random_character(chance):
    while True:
        character = chr(chance.choice([chance.randrange(0x250), chance.randrange(0x3400), chance.randrange(0x20000)]))
        if character != "\n" and unicodedata.category(character) not in ("Cs", "Cn"):
            return character


def random_variant(line, chance):
    if chance.random() < 0.2:
        return line
    return "".join(character for character in line if chance.random() > 0.05) + chance.choice(["", ".", " "])


def random_corpus(number):
    chance = random.Random(number)
    references = [random_line(chance) for _ in range(chance.choice([1, 2, 5, 12]))]
    hypotheses = [random_variant(line, chance) if chance.random() < 0.8 else random_line(chance) for line in references]
    if number % 50 == 1:
        hypotheses = list(references)
    if number % 50 == 2:
        hypotheses = [""] * len(references)
    if number % 50 == 3:
        hypotheses = references = [""] * len(references)
    more = [[random_variant(line, chance) for line in references] for _ in range(chance.choice([0, 0, 1, 2]))]
    smooth = chance.choice(["exp", "exp", "none", "floor", "add-k"])
    task = dict(tokenize=TOKENIZERS[number % 4], smooth=smooth, lowercase=chance.random() < 0.3, word_order=chance.choice([0, 0, 1, 2]),
                effective_order=chance.random() < 0.2, hypotheses=hypotheses, references=[references, *more])  # fmt: skip
    if smooth in ("floor", "add-k") and chance.random() < 0.5:
        task["smooth_value"] = chance.choice([0.01, 0.5, 2])
    return task


def test_random_corpora():
    tasks = [random_corpus(number) for number in range(1000)]
    scores = run_driver("score", tasks)
    assert len({round(score["bleu"], 6) for score in scores}) > 300  # of all kinds
    for ours, task in zip(scores, tasks):
        assert_equal_scores(ours, task)


def in_contexts(character):
    """Between letters, after and before a digit, and beside its like."""
    return f"a{character}b 1{character} {character}1 {character}{character}."


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_every_code_point(tokenizer):
    """Each character is what the tokenizer takes it for; beyond plane 1, letters and private use alone, every 101st."""
    codes = [*range(0x20000), *range(0x20000, 0x110000, 101), *range(0xE0000, 0xE0200)]
    characters = [chr(code) for code in codes if not 0xD800 <= code < 0xE000]
    lines = [" ".join(map(in_contexts, characters[first : first + 128])) for first in range(0, len(characters), 128)]
    tokenize = BLEU(tokenize=tokenizer).tokenizer
    ours = run_driver("tokens", [dict(tokenize=tokenizer, lines=lines)])[0]
    assert len(ours) == len(lines)
    for line, tokens in zip(lines, ours):
        assert tokens == tokenize(line).split(), f"U+{ord(line[1]):04X} and after"


def test_lower_case_of_every_code_point():
    lines = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cs", "Cn")]
    lines += [f"{before}Σ{after}" for before in ("", "a", "1", "Α.", "ª", "Ⓐ") for after in ("", "b", ".", "’b", "\u0301", "Ⅷ", " c")]
    lines += [f"a{c}Σ" for c in lines[: 0x30000]] + [f"aΣ{c}b" for c in lines[: 0x30000 // 4]]
    ours = run_driver("lower", [dict(lines=lines)])[0]
    assert [line for line, lower in zip(lines, ours) if lower != line.lower()] == []


def write_lines(path, lines):
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="")
    return path


@pytest.fixture
def files(tmp_path):
    """Two references and a baseline, with lines that end otherwise than in \\n alone, and the translations."""
    first = ["Das Haus ist alt.", "", "Er zahlte 1,50 €\u2028heute\u0085.", "Ein\rTag\r"]
    second = ["Das alte Haus.", "x", "Er zahlte heute 1,50 €.", "Tag"]
    baseline = ["Haus", "", "Er zahlte", "Tag"]
    paths = [write_lines(tmp_path / name, lines) for name, lines in zip("abc", (first, second, baseline))]
    return paths, [first, second], ["Das Haus ist ALT.", "", "Er zahlte 1,50 € .", "Ein Tag"]


def run_bleu(hypotheses, *arguments):
    return run_program("bleu", *arguments, text="".join(line + "\n" for line in hypotheses))


@pytest.mark.parametrize("flags, options", [
    ([], {}),
    (["--tokenize", "intl", "--lowercase"], dict(tokenize="intl", lowercase=True)),
    (["--smooth", "floor", "--smooth-value", "0.25", "--chrf-word-order", "2"], dict(smooth="floor", smooth_value=0.25, word_order=2)),
])  # fmt: skip
def test_command(flags, options, files):
    paths, references, hypotheses = files
    finished = run_bleu(hypotheses, "--reference", paths[0], "--reference", paths[1], "--json", *flags)
    assert finished.returncode == 0, finished.stderr
    figures = json.loads(finished.stdout)
    assert list(figures)[:3] == ["bleu", "chrf", "signature"]
    bleu, chrf = metrics_of(dict(tokenize="13a") | options)
    theirs = bleu.corpus_score(hypotheses, references)
    assert figures["bleu"] == pytest.approx(theirs.score, abs=CLOSE)
    assert figures["chrf"] == pytest.approx(chrf.corpus_score(hypotheses, references).score, abs=CLOSE)
    assert figures["signature"] == str(bleu.get_signature())
    assert figures["chrf_signature"] == str(chrf.get_signature())
    plain = run_bleu(hypotheses, "--reference", paths[0], "--reference", paths[1], *flags).stdout
    assert str(theirs) in plain and figures["signature"] in plain and figures["chrf_signature"] in plain


def test_command_compares(files):
    paths, _, hypotheses = files
    arguments = ["--reference", paths[0], "--compare", paths[2], "--resamples", 50]
    runs = [run_bleu(hypotheses, *arguments, "--json", "--seed", seed).stdout for seed in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]
    comparison = json.loads(runs[0])["comparison"]
    assert comparison["bleu"]["system"]["score"] == json.loads(runs[0])["bleu"]
    assert comparison["bleu"]["system_wins"] > 0.5 and comparison["bleu"]["differs"]
    for key in ("bleu", "chrf"):
        assert {"p_value", "randomisation_p_value", "sacrebleu_p_value", "difference", "difference_95"} <= comparison[key].keys()
        assert comparison[key]["difference"] == comparison[key]["system"]["score"] - comparison[key]["baseline"]["score"]
    plain = run_bleu(hypotheses, *arguments).stdout
    assert "50 paired resamples" in plain
    assert re.search(r"^BLEU of standard input beside the baseline's: (higher by|not told apart: difference \+)", plain, re.MULTILINE)
    same = run_bleu(paths[2].read_text().split("\n")[:-1], *arguments)
    assert same.stdout.count("no difference on any line") == 2


PERL = r"s{(\S)-(\S)}{$1 ##AT##-##AT## $2}g"  # compound_split_bleu.sh of fairseq, get_ende_bleu.sh of tensor2tensor


def split_by_perl(lines):
    given = "".join(line + "\n" for line in lines).encode()
    return subprocess.run(["perl", "-ple", PERL], input=given, capture_output=True, check=True).stdout.decode().split("\n")[:-1]


@pytest.mark.skipif(not shutil.which("perl"), reason="SKIPPED LOUDLY: no perl")
def test_compounds_are_split_as_perl_does():
    chance = random.Random(10)
    awkward = ["-", "--", "a", "b-c", " ", "\t", "\x0b", "\x1c", "\u00a0", "ü", "\u2028", "東-", "\r", "0-0-0"]
    lines = ["".join(chance.choice(awkward) for _ in range(chance.randrange(12))) for _ in range(3000)]
    lines += [line for path in TEST_SETS[:2] for line in lines_of(path)]
    ours = run_driver("tokens", [dict(tokenize="compounds", lines=lines)])[0]
    assert ours == [line.split() for line in split_by_perl(lines)]
    assert sum(len(line) for line in ours) > sum(len(line.split()) for line in lines) + 1000


@pytest.mark.skipif(not shutil.which("perl"), reason="SKIPPED LOUDLY: no perl")
@pytest.mark.parametrize("options", [dict(smooth="none"), dict(lowercase=True)])
def test_bleu_of_split_compounds(options):
    """fairseq-score of the split text is BLEU of its words as they are, without smoothing."""
    chance = random.Random(11)
    references = [" ".join(chance.choice(["ein", "Haus-Boot", "a-b-c", "der", ",", "-", "EU-Rats-Sitzung", "."]) for _ in range(20)) for _ in range(200)]
    hypotheses = [perturbed(line, chance, 0.6) for line in references]
    ours, whole = run_driver("score", [dict(tokenize=name, hypotheses=hypotheses, references=[references]) | options
                                       for name in ("compounds", "none")])  # fmt: skip
    bleu, _ = metrics_of(dict(tokenize="none") | options)
    theirs = bleu.corpus_score(split_by_perl(hypotheses), [split_by_perl(references)])
    assert ours["bleu"] == pytest.approx(theirs.score, abs=CLOSE) != whole["bleu"]
    assert "tok:compounds" in ours["signature"]


def test_last_line_needs_no_end_and_references_may_be_compressed(files, tmp_path):
    paths, _, hypotheses = files
    (tmp_path / "a.gz").write_bytes(gzip.compress(paths[0].read_bytes()))
    whole = run_bleu(hypotheses, "--reference", paths[0]).stdout
    finished = run_program("bleu", "--reference", tmp_path / "a.gz", text="\n".join(hypotheses))
    assert finished.returncode == 0 and finished.stdout == whole


def fails(finished, *words):
    assert finished.returncode == 1 and finished.stdout == ""
    assert finished.stderr.startswith("error: ") and finished.stderr.count("\n") == 1
    for word in words:
        assert str(word) in finished.stderr
    return True


def test_bad_input(files, tmp_path):
    paths, references, hypotheses = files
    reference = ["--reference", paths[0]]
    assert fails(run_bleu(hypotheses[:3], *reference), "standard input has 3", paths[0], "has 4")
    assert fails(run_bleu(hypotheses, *reference, "--reference", write_lines(tmp_path / "d", references[0] + [""])), "has 4", "has 5")
    assert fails(run_bleu(hypotheses, *reference, "--compare", write_lines(tmp_path / "e", [])), tmp_path / "e", "has 0")
    assert fails(run_bleu([], *reference), "standard input", "empty")
    assert fails(run_bleu(hypotheses, "--reference", tmp_path / "none"), tmp_path / "none")
    assert fails(run_bleu(hypotheses, "--reference", tmp_path), tmp_path)
    (tmp_path / "latin").write_bytes("a\nb\nüber\nd\n".encode("latin-1"))
    assert fails(run_bleu(hypotheses, "--reference", tmp_path / "latin"), tmp_path / "latin", "line 3", "UTF-8")
    (tmp_path / "cut").write_bytes("a\nb\nc\nü".encode()[:-1])
    assert fails(run_bleu(hypotheses, "--reference", tmp_path / "cut"), "line 4")
    assert fails(run_bleu(hypotheses, *reference, "--smooth-value", "1"), "--smooth", "exp")
    assert run_bleu(hypotheses).returncode == 2
    assert run_bleu(hypotheses, *reference, "--tokenize", "zh").returncode == 2
    assert run_bleu(hypotheses, *reference, "--seed", "1").returncode == 2
