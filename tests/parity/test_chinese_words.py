"""Chinese cut into words: our segmenter beside jieba with its hidden Markov model and users' words, our tokenizer beside
transformers' RoFormerTokenizer in ids and offsets, over lines of the corpus and hostile mixtures of scripts, and in the order of
transformers' 4 slow class beside its parts."""

import json
import lzma
import os
import pathlib
import random

import jieba
import pytest
import rjieba
import transformers
from transformers.models.bert.tokenization_bert_legacy import BasicTokenizer, WordpieceTokenizer

from conftest import ROOT, run_program

ZH = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "zh"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LINES, HOSTILE = 1500, 1000
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


def segmented(texts, *options):
    finished = run_program("segment", "--json", *options, text="".join(text + "\n" for text in texts))
    assert finished.returncode == 0, finished.stderr
    answers = [json.loads(line)["words"] for line in finished.stdout.split("\n")[:-1]]
    assert len(answers) == len(texts)
    return answers


# jieba's range of ideographs ends at 9FD5, rjieba's goes on; blocks of others are joined there.
def of_jiebas_range(text):
    return not any("\u3400" <= c < "\u4e00" or "\u9fd5" < c <= "\u9fff" or "\uf900" <= c <= "\ufaff" or c > "\uffff" for c in text)


def test_ends_of_lines_are_no_words():
    finished = run_program("segment", text="今天天气\r\n好\r\n")
    assert finished.stdout == run_program("segment", text="今天天气\n好\n").stdout and "\r" not in finished.stdout


def test_without_model(lines):
    texts = [line for line in random.Random(7).sample(lines, min(LINES, len(lines))) if line]
    for text, ours in zip(texts, segmented(texts)):
        assert ours == list(rjieba.cut(text, False)), text


def test_hidden_markov_model(lines):
    draw = random.Random(9)
    texts = [line for line in draw.sample(lines, min(LINES, len(lines))) if line and of_jiebas_range(line)]
    texts += [text for text in (hostile(draw) for _ in range(HOSTILE)) if text and of_jiebas_range(text)]
    for text, ours in zip(texts, segmented(texts, "--hmm")):
        assert ours == list(jieba.cut(text, HMM=True)), text


@pytest.mark.parametrize("model", (False, True))
def test_words_of_users(lines, tmp_path, model):
    draw = random.Random(11)
    some = [line for line in draw.sample(lines, min(800, len(lines))) if line and of_jiebas_range(line)]
    words = []
    for line in some[:400]:
        begin = draw.randrange(len(line))
        word = line[begin : begin + draw.randint(1, 5)].strip()
        if word:
            words.append(word + draw.choice(("", " n", f" {draw.choice((0, 1, 50, 100000))}", f" {draw.choice((0, 3, 7000))} nz")))
    (tmp_path / "mine.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    theirs = jieba.Tokenizer()
    jieba.finalseg.Force_Split_Words.clear()
    theirs.load_userdict(str(tmp_path / "mine.txt"))
    options = ["--hmm"] if model else []
    for text, ours in zip(some, segmented(some, *options, "--dictionary", tmp_path / "mine.txt")):
        assert ours == list(theirs.cut(text, HMM=model)), text
    jieba.finalseg.Force_Split_Words.clear()


class SlowTokenizer:
    """transformers 4's RoFormerTokenizer, whose class version 5 has no more, from the parts that it kept: lower case, rjieba, and
    BERT's tokenizer for the words that the vocabulary lacks. Zhuiyi's takes accents off before the cut."""

    def __init__(self, words, strips_first):
        self.ids = {word: i for i, word in enumerate(words)}
        self.basic = BasicTokenizer(do_lower_case=True)
        self.pieces = WordpieceTokenizer(vocab=self.ids, unk_token="[UNK]")
        self.strips_first = strips_first

    def __call__(self, text):
        text = text.lower()
        text = self.basic._run_strip_accents(text) if self.strips_first else text
        tokens = []
        for word in rjieba.cut(text, False):
            tokens += [word] if word in self.ids else [piece for part in self.basic.tokenize(word) for piece in self.pieces.tokenize(part)]
        return [self.ids["[CLS]"]] + [self.ids[token] for token in tokens] + [self.ids["[SEP]"]]


@pytest.mark.parametrize("order", ("transformers-4", "zhuiyi"))
def test_order_of_the_slow_class(both, lines, tmp_path, order):
    (tmp_path / "vocab.txt").write_bytes((both[0] / "vocab.txt").read_bytes())
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RoFormerTokenizer", "segmentation": {"order": order}}))
    theirs = SlowTokenizer((tmp_path / "vocab.txt").read_text(encoding="utf-8").split("\n")[:-1], order == "zhuiyi")
    draw = random.Random(13)
    # "[MASK]" is split off before; lower-casing Σ by its place in the word is Python's alone.
    texts = draw.sample(lines, min(LINES, len(lines))) + [hostile(draw) for _ in range(HOSTILE)]
    texts = [text for text in texts if text and "[MASK]" not in text and "[SEP]" not in text and "Σ" not in text]
    finished = run_program("tokenize", "--model", tmp_path, "--json", text="".join(text + "\n" for text in texts))
    assert finished.returncode == 0, finished.stderr
    for text, line in zip(texts, finished.stdout.split("\n")[:-1], strict=True):
        ours = json.loads(line)
        assert ours["ids"] == theirs(text), text
        assert all(0 <= begin < end <= len(text) or id in (2, 3) for id, (begin, end) in zip(ours["ids"], ours["offsets"]))


def test_settings_stay_with_the_tokenizer(both, tmp_path):
    """What tokenizer_config.json says of words is kept by a model that is trained on, with the words themselves."""
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "vocab.txt").write_bytes((both[0] / "vocab.txt").read_bytes())
    (folder / "mine.txt").write_text("今天天气 100000\n", encoding="utf-8")
    settings = {"tokenizer_class": "WoBertTokenizer", "segmentation": {"hmm": True, "user_dictionaries": ["mine.txt"]}}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (tmp_path / "text.txt").write_text("今天天气非常好。\n" * 400, encoding="utf-8")
    (tmp_path / "recipe.toml").write_text(
        'task.kind = "masked_lm"\nmodel = {preset = "bert-tiny", hidden_size = 32, intermediate_size = 64}\n'
        f'data = {{text = "text.txt", vocabulary = "{folder}", document = "line", mask_unit = "jieba"}}\n'
        "[[stage]]\nlength = 16\nbatch_size = 4\nsteps = 2\n")
    finished = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run", "--threads", 1)
    assert finished.returncode == 0, finished.stderr
    kept = json.loads((tmp_path / "run" / "tokenizer_config.json").read_text())
    assert kept["tokenizer_class"] == "WoBertTokenizer" and kept["segmentation"]["hmm"]
    tokens = [run_program("tokenize", "--model", place, text="今天天气非常好。\n").stdout for place in (folder, tmp_path / "run")]
    assert tokens[0] == tokens[1]


@pytest.mark.parametrize("stated, wanted", [
    ({"order": "slow"}, "transformers-5"), ({"hmm": 1}, "hmm"), ({"hidden": True}, "hidden"), ([], "object"),
    ({"user_dictionaries": ["absent.txt"]}, "absent.txt"), ({"user_dictionaries": ["bad.txt"]}, "bad.txt:2")])  # fmt: skip
def test_bad_settings_are_named(both, tmp_path, stated, wanted):
    (tmp_path / "vocab.txt").write_bytes((both[0] / "vocab.txt").read_bytes())
    (tmp_path / "bad.txt").write_bytes("词\n".encode() + b"\xe4\xbb 3\n")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RoFormerTokenizer", "segmentation": stated}))
    finished = run_program("tokenize", "--model", tmp_path, text="词\n")
    assert finished.returncode == 1 and wanted in finished.stderr
