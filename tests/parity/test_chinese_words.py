"""Chinese cut into words: our segmenter beside rjieba over the whole corpus, our tokenizer beside transformers'
RoFormerTokenizer in ids and offsets, over lines of the corpus and hostile mixtures of scripts."""

import json
import lzma
import os
import pathlib
import random

import pytest
import rjieba
import transformers

from conftest import ROOT, run_program

ZH = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "zh"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LINES, HOSTILE = 3000, 2000
SOME_TEXT = ["今天天气非常好。", "永和服装饰品有限公司,今天天气非常好", "第三，预计负债的确认和计提在很大程度上依赖于管理层的判断。",
             "中国的首都是北京", "他买了一件T恤，3.14元", "小明硕士毕业于中国科学院计算所，后在日本京都大学深造"]  # fmt: skip


def corpus():
    """Every line of the corpus; without it a few sentences."""
    if not (ZH / "corpus").exists():
        return SOME_TEXT
    lines = []
    for file in sorted((ZH / "corpus").glob("*.xz")):
        with lzma.open(file, "rt", encoding="utf-8", newline="\n") as text:
            lines += [line.rstrip("\n") for line in text]
    return lines


def vocabulary(lines):
    """Characters, words of two and more, pieces, and Latin words."""
    draw, words = random.Random(1), set()
    for line in lines[:4000]:
        words |= {word for word in rjieba.cut(line, False) if len(word) > 1 and draw.random() < 0.5}
    characters = {c for line in lines[:20000] for c in line if not c.isspace() and draw.random() < 0.97}
    pieces = {f"##{a}{b}" for a in "aeiou" for b in "nrst"} | {f"##{a}" for a in "abcdefghijklmnopqrstuvwxyz0123456789"}
    return SPECIAL + sorted(words | characters | pieces - set(SPECIAL))


def hostile(draw):
    """Chinese of all planes, accents, joiners, white space of all kinds, controls, specials."""
    parts = ["今天", "天气", "的", "𠀀", "㐀", "豈", "é", "e\u0301", "ẞ", "İ", "ﬁ", "한국", "ひらがな", "カタカナ", "ＡＢ", "ａ1", "a.b", "C++", "3.14%",
             "T恤", "\u200b", "\u200d", "\ufeff", "\u3000", "\xa0", "\t", " ", "  ", "\x85", "\x00", "\x1c", "\ufffd", "，", "。", "《", "[MASK]", "[SEP]",
             "mask]", "##a", "x" * 120, "字" * 120, "😀", "👩‍💻", "࿿", "-", "_", "&", "#", "%", "+", "...", "İstanbul", "Ω", "ß", "中华人民共和国"]  # fmt: skip
    return "".join(draw.choice(parts) for _ in range(draw.randint(0, 12)))


@pytest.fixture(scope="module")
def lines():
    return corpus()


@pytest.fixture(scope="module")
def both(lines, tmp_path_factory):
    folder = tmp_path_factory.mktemp("words")
    words = vocabulary(lines)
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RoFormerTokenizer"}))
    return folder, transformers.RoFormerTokenizer(vocab={word: i for i, word in enumerate(words)})


def compare(both, texts):
    folder, theirs = both
    finished = run_program("tokenize", "--model", folder, "--json", text="".join(text + "\n" for text in texts))
    assert finished.returncode == 0, finished.stderr
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    assert len(answers) == len(texts)
    for text, ours in zip(texts, answers):
        wanted = theirs(text, return_offsets_mapping=True)
        assert ours["ids"] == wanted["input_ids"], text
        assert [tuple(offset) for offset in ours["offsets"]] == wanted["offset_mapping"], text


def test_lines_of_the_corpus(both, lines):
    draw = random.Random(3)
    compare(both, [line for line in draw.sample(lines, min(LINES, len(lines))) if line])


def test_hostile_mixtures(both):
    draw = random.Random(5)
    compare(both, [text for text in (hostile(draw) for _ in range(HOSTILE)) if text])
