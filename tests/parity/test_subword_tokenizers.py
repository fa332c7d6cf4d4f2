"""Tokenizers of translation models against transformers' MarianTokenizer and subword-nmt, run live on models that are
trained here."""

import io
import json
import lzma
import os
import pathlib
import random

import pytest
import sentencepiece
import transformers
from subword_nmt import apply_bpe, get_vocab, learn_bpe

from conftest import ROOT, run_program

MULTI30K = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "mt/multi30k"
ODD_LINES = [
    "", " ", "     ", "\t", "\u00a0", "\u3000x\u3000", "\u2581", "\u2581a \u2581", "a  b   c ", " leading", "trailing ",
    "\U0001f600", "👨‍👩‍👧 family", "caf\u00e9 cafe\u0301", "\ufb01 \u00bd \u2460 \u212b", "\x01\x02 control \x7f", "a\u200bb", "\ufeffa",
    ">>deu<< Hello there", ">>deu<<Hello", " >>deu<< a", ">>xyz<< a", ">>deu", ">><<", ">>a<<>>deu<<", "a >>deu<< b",
    "</s>", "a</s>b", "<pad> x <unk>", "<s>", "<unk><unk>", "x" * 500, "中文字符 und Deutsch", "\ud7ff\ue000", "\ufffd", "<", "</", "\u2028 x",
]  # fmt: skip


def multi30k(language, count):
    path = MULTI30K / f"train.{language}.xz"
    if not path.exists():
        words = random.Random(language)
        return [" ".join(words.choices(["ein", "Hund", "the", "dogs", "läuft", "green", "Straße", "."], k=9)) for _ in range(count)]
    with lzma.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [line.rstrip("\n") for _, line in zip(range(count), lines)]


def random_lines(count, seed):
    draw = random.Random(seed)
    letters = "abcdeABCäöüßéñ0123.,!?'\"-<>/ \t▁中日😀\u0301\u200d\u00ad\x1f"
    return ["".join(draw.choices(letters, k=draw.randint(0, 30))) for _ in range(count)]


def train(lines, prefix, size, kind, **options):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(prefix), vocab_size=size, model_type=kind,
        hard_vocab_limit=False, minloglevel=2, num_threads=1, **options)  # fmt: skip
    return pathlib.Path(f"{prefix}.model").read_bytes()


def marian_folder(folder, kind, **options):
    """OPUS-MT's layout: two models, the union of their pieces in one table."""
    folder.mkdir()
    table = {"</s>": 0, "<unk>": 1, ">>deu<<": 2}
    for side, language in (("source", "en"), ("target", "de")):
        lines = multi30k(language, 1500)
        (folder / f"{side}.spm").write_bytes(train(lines, folder / side, 400, kind, **options))
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{side}.spm"))
        for piece in map(model.id_to_piece, range(model.get_piece_size())):
            if piece not in ("<s>", "</s>", "<unk>"):
                table.setdefault(piece, len(table))
        (folder / f"{side}.model").unlink()
        (folder / f"{side}.vocab").unlink()
    table["<pad>"] = len(table)
    (folder / "vocab.json").write_text(json.dumps(table))
    config = {"source_lang": "en", "target_lang": "de", "tokenizer_class": "MarianTokenizer"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def encode(folder, lines, *options):
    finished = run_program("tokenize", "--model", folder, "--json", *options, text="".join(line + "\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.split("\n")[:-1]]


def decode(folder, rows):
    text = "".join(json.dumps(ids) + "\n" for ids in rows)
    finished = run_program("detokenize", "--model", folder, "--json", text=text)
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line)["text"] for line in finished.stdout.split("\n")[:-1]]


def compare(folder):
    theirs = transformers.MarianTokenizer.from_pretrained(folder)
    for side, language in (("source", "en"), ("target", "de")):
        lines = multi30k(language, 2000)[1400:] + ODD_LINES + random_lines(600, side)
        lines = [line.replace("\r", "").replace("\n", "") for line in lines]
        key = "text_target" if side == "target" else "text"
        expected = [theirs(**{key: line})["input_ids"] for line in lines]
        got = encode(folder, lines, "--side", side)
        for line, want, ours in zip(lines, expected, got, strict=True):
            assert ours["ids"] == want, (side, line, ours["tokens"], theirs.convert_ids_to_tokens(want))
        texts = [theirs.decode(ids, skip_special_tokens=True, use_source_tokenizer=False) for ids in expected]
        for ids, want, ours in zip(expected, texts, decode(folder, expected), strict=True):
            assert ours == want, (side, ids)
    draw = random.Random(1)
    rows = [[draw.randrange(theirs.vocab_size) for _ in range(draw.randint(0, 20))] for _ in range(400)]
    texts = [theirs.decode(ids, skip_special_tokens=True, use_source_tokenizer=False) for ids in rows]
    assert decode(folder, rows) == texts


@pytest.mark.parametrize("kind, options", [
    ("bpe", {}),
    ("unigram", {}),
    ("bpe", {"byte_fallback": True, "normalization_rule_name": "identity"}),
    ("unigram", {"normalization_rule_name": "nmt_nfkc_cf", "remove_extra_whitespaces": False, "add_dummy_prefix": False}),
])  # fmt: skip
def test_marian(tmp_path, kind, options):
    compare(marian_folder(tmp_path / "model", kind, **options))


def test_separate_vocabularies_are_refused(tmp_path):
    folder = marian_folder(tmp_path / "model", "bpe")
    (folder / "tokenizer_config.json").write_text(json.dumps({"separate_vocabs": True}))
    finished = run_program("tokenize", "--model", folder, text="a\n")
    assert finished.returncode == 1 and "separate_vocabs" in finished.stderr


def learned_codes(lines, symbols):
    codes = io.StringIO()
    learn_bpe.learn_bpe(io.StringIO("".join(line + "\n" for line in lines)), codes, symbols)
    return codes.getvalue()


def segment(tmp_path, lines, *options):
    finished = run_program("tokenize", "--codes", tmp_path / "codes", *options, text="".join(line + "\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.split("\n")[:-1]


def words_and_lines():
    draw = random.Random(3)
    words = ["".join(draw.choices("aabbcdeeinrstü</w>@中", k=draw.randint(1, 15))) for _ in range(1500)]
    odd = ["", " ", "  ", " a  b ", "a\tb", "@@ a@@", "</w>", "a</w> </w>b", "x" * 300, "\u00a0a\u2028b", "👨‍👩‍👧"]
    lines = multi30k("en", 1000)[500:] + multi30k("de", 1000)[500:]
    return [line for line in lines + odd + words if "\n" not in line]


@pytest.mark.parametrize("version", ["0.2", "0.1"])
def test_subword_nmt(tmp_path, version):
    lines = words_and_lines()
    codes = learned_codes(multi30k("en", 600) + multi30k("de", 600), 500)
    if version == "0.1":  # learnt before the end of a word belonged to its last character
        pairs = [line.replace("</w>", "") for line in codes.split("\n")[1:] if line]
        codes = "".join(line + "\n" + line.replace(" ", "") + " </w>\n" for line in pairs)
    (tmp_path / "codes").write_text(codes)
    theirs = apply_bpe.BPE(io.StringIO(codes))
    segmented = [theirs.process_line(line) for line in lines]
    assert segment(tmp_path, lines) == segmented
    counts = io.StringIO()
    get_vocab.get_vocab(io.StringIO("".join(line + "\n" for line in segmented)), counts)
    counts = "".join(line for line in counts.getvalue().splitlines(True) if line.count(" ") == 1 and not line.startswith(" "))
    (tmp_path / "counts").write_text(counts)
    for threshold in (0, 5, 100):
        vocabulary = apply_bpe.read_vocabulary(io.StringIO(counts), threshold)
        theirs = apply_bpe.BPE(io.StringIO(codes), vocab=vocabulary, separator="@@")
        options = "--vocabulary", tmp_path / "counts", "--vocabulary-threshold", threshold
        assert segment(tmp_path, lines, *options) == [theirs.process_line(line) for line in lines]
    theirs = apply_bpe.BPE(io.StringIO(codes), separator="￭")
    assert segment(tmp_path, lines, "--separator", "￭") == [theirs.process_line(line) for line in lines]


def test_random_codes(tmp_path):
    """Codes in an order that no training gives: pairs before their parts, twice, of equal results."""
    draw = random.Random(5)
    symbols = ["a", "b", "c", "a</w>", "b</w>", "c</w>"]
    for _ in range(6):
        parts = list(symbols)
        pairs = []
        for _ in range(40):
            left, right = draw.choice([p for p in parts if not p.endswith("</w>")]), draw.choice(parts)
            pairs.append((left, right))
            parts.append(left + right)
        draw.shuffle(pairs)
        pairs += draw.choices(pairs, k=5)
        codes = "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in pairs)
        (tmp_path / "codes").write_text(codes)
        lines = [" ".join("".join(draw.choices("abc", k=draw.randint(1, 12))) for _ in range(8)) for _ in range(200)]
        assert segment(tmp_path, lines) == [apply_bpe.BPE(io.StringIO(codes)).process_line(line) for line in lines]
        units = sorted({f"{p}@@" for p in draw.sample(parts, 9)} | {p.replace("</w>", "") for p in draw.sample(parts, 9)})
        (tmp_path / "counts").write_text("".join(f"{unit} 3\n" for unit in units))
        theirs = apply_bpe.BPE(io.StringIO(codes), vocab=set(units))
        assert segment(tmp_path, lines, "--vocabulary", tmp_path / "counts") == [theirs.process_line(line) for line in lines]
