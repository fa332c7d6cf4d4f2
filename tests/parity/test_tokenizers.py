"""Tokenizers of every kind against the published libraries, run live: tokenizer.json over all options against the
tokenizers package, vocabularies and special tokens as transformers reads them, bytes, characters."""

import json
import random
import unicodedata

import pytest
import transformers
from tokenizers import Tokenizer

from conftest import run_program

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000 and c != 10]
# Categories of characters newer than these are the Unicode database's of the day, there and here.
ASSIGNED = [c for c in CODE_POINTS if unicodedata.category(chr(c)) not in ("Cn", "Co")]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-!?'éàñüß中文日本ñåö"


def run_lines(command, folder, lines, *options):
    """One of our commands with --json; a list with one answer a line."""
    assert all("\n" not in line for line in lines)
    finished = run_program(command, "--model", folder, "--json", *options, text="".join(line + "\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.split("\n")[:-1]]


def hostile_lines(count, seed):
    draw = random.Random(seed)
    marks = [c for c in CODE_POINTS if unicodedata.combining(chr(c))]
    compatible = [c for c in CODE_POINTS if unicodedata.decomposition(chr(c)).startswith("<")]
    composed = [c for c in CODE_POINTS if unicodedata.decomposition(chr(c)) and c not in set(compatible)]
    pieces = ["[MASK]", "[SEP]", "<new>", "NEW", "new word", "##", "  ", "\t", "\u3000", "\u00a0", "\u200b", "--", "::", ", ",
              "中", "가", "각", "ᄀ", "ᅡ", "ᆨ", "ﬁ", "½", "①", "٣", "İ", "Σ", "ſ", "\u212b", "Å", "\u0344", "x_y", "ẛ̣"]
    for _ in range(count):
        line = ""
        for _ in range(draw.randint(0, 12)):
            kind = draw.random()
            if kind < 0.12:
                line += chr(draw.choice(marks))
            elif kind < 0.2:
                line += chr(draw.choice(compatible))
            elif kind < 0.28:
                line += chr(draw.choice(composed))
            elif kind < 0.31:
                line += chr(draw.choice(CODE_POINTS))
            elif kind < 0.5:
                line += draw.choice(pieces)
            elif kind < 0.97:
                line += draw.choice("abcXYZé019.,-!' ")
            else:
                line += "a" * draw.choice([5, 6, 7, 15, 16, 17, 100, 101])
        yield line.replace("\n", "").replace("\r", "")


def vocabulary():
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = sorted(set(LETTERS) | {chr(c) for c in CODE_POINTS if c < 0x250 and chr(c).isprintable() and c != 32}
                     | {chr(c) for c in range(0x300, 0x370)} | set("가각½①②٣"))
    words = ["abc", "bca", "##bca", "aaaa", "##aaaa", "ab c", ".,", "--", "xyz", "a.", "1.9", " a", "中文"]
    return special + list(dict.fromkeys(words + letters + ["##" + x for x in letters]))


TOKENS = vocabulary()


def random_normalizer(draw, depth=0):
    flag = lambda: draw.random() < 0.5  # noqa: E731
    kinds = ["bert", "Lowercase", "NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Strip", "Replace", "Prepend"]
    kind = draw.choice(kinds + (["Sequence", "Sequence", None] if depth == 0 else []))
    if kind is None:
        return None
    if kind == "bert":
        return {"type": "BertNormalizer", "clean_text": flag(), "handle_chinese_chars": flag(),
                "strip_accents": draw.choice([None, True, False]), "lowercase": flag()}  # fmt: skip
    if kind == "Strip":
        return {"type": kind, "strip_left": flag(), "strip_right": flag()}
    if kind == "Replace":
        return {"type": kind, "pattern": {"String": draw.choice(["a", "--", " ", "é", "b c"])},
                "content": draw.choice(["", "x", "中é", " "])}  # fmt: skip
    if kind == "Prepend":
        return {"type": kind, "prepend": draw.choice(["x", "ab ", "é"])}
    if kind == "Sequence":
        steps = [random_normalizer(draw, 1) for _ in range(draw.randint(0, 4))]
        bert = [step for step in steps if step["type"] == "BertNormalizer"]
        return {"type": kind, "normalizers": [step for step in steps if step not in bert[1:]]}
    return {"type": kind}


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def random_pre_tokenizer(draw, depth=0):
    kinds = ["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "Punctuation", "Digits", "Split", "CharDelimiterSplit"]
    kind = draw.choice(kinds + (["Sequence", "Sequence", "BertPreTokenizer", None] if depth == 0 else []))
    if kind is None:
        return None
    if kind == "Punctuation":
        return {"type": kind, "behavior": draw.choice(BEHAVIORS)}
    if kind == "Digits":
        return {"type": kind, "individual_digits": draw.random() < 0.5}
    if kind == "Split":
        if draw.random() < 0.3:
            return {"type": kind, "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": False}
        return {"type": kind, "pattern": {"String": draw.choice(["a", "--", " ", ", ", "é"])},
                "behavior": draw.choice(BEHAVIORS), "invert": draw.random() < 0.4}  # fmt: skip
    if kind == "CharDelimiterSplit":
        return {"type": kind, "delimiter": draw.choice(["a", "-", " ", "é"])}
    if kind == "Sequence":
        return {"type": kind, "pretokenizers": [random_pre_tokenizer(draw, 1) for _ in range(draw.randint(0, 3))]}
    return {"type": kind}


def random_post_processor(draw):
    kind = draw.choice(["bert", "template", "template", "BertProcessing", None])
    if kind is None:
        return None
    if kind == "BertProcessing":
        return {"type": kind, "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    special = lambda name, number: {"SpecialToken": {"id": name, "type_id": number}}  # noqa: E731
    text = lambda name, number: {"Sequence": {"id": name, "type_id": number}}  # noqa: E731
    if kind == "bert":
        single = [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)]
        pair = single + [text("B", 1), special("[SEP]", 1)]
    else:
        some = lambda: [special(draw.choice(["[CLS]", "[SEP]", "two"]), draw.randint(0, 2))  # noqa: E731
                        for _ in range(draw.randint(0, 2))]  # fmt: skip
        single = some() + [text("A", draw.randint(0, 1))] + some()
        pair = some() + [text("A", draw.randint(0, 1))] + some() + [text("B", draw.randint(0, 2))] + some()
    tokens = {"[CLS]": [2], "[SEP]": [3], "two": [3, 2]}
    tokens = {name: {"id": name, "ids": ids, "tokens": [TOKENS[i] for i in ids]} for name, ids in tokens.items()}
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": tokens}


def random_added_tokens(draw):
    flag = lambda: draw.random() < 0.5  # noqa: E731
    tokens = [{"id": i, "content": TOKENS[i], "single_word": False, "lstrip": False, "rstrip": False,
               "normalized": False, "special": True} for i in range(5)]  # fmt: skip
    more = [x for x in ["<new>", "NEW", "new word", "abc", "é", "--", "x y"] if draw.random() < 0.35]
    size = len(TOKENS)
    for content in more:
        known = TOKENS.index(content) if content in TOKENS else None
        tokens.append({"id": size if known is None else known, "content": content, "single_word": flag(),
                       "lstrip": flag(), "rstrip": flag(), "normalized": flag(), "special": flag()})  # fmt: skip
        size += known is None
    return tokens


def random_tokenizer(draw):
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": random_added_tokens(draw) if draw.random() < 0.7 else [],
        "normalizer": random_normalizer(draw),
        "pre_tokenizer": random_pre_tokenizer(draw),
        "post_processor": random_post_processor(draw),
        "decoder": draw.choice([None, {"type": "WordPiece", "prefix": draw.choice(["##", "##", "a", ""]),
                                       "cleanup": draw.random() < 0.7}]),  # fmt: skip
        "model": {"type": "WordPiece", "unk_token": draw.choice(["[UNK]", "[UNK]", "abc"]),
                  "continuing_subword_prefix": draw.choice(["##", "##", "##", "a", ""]),
                  "max_input_chars_per_word": draw.choice([100, 100, 1, 6, 15, 400]),
                  "vocab": {token: i for i, token in enumerate(TOKENS)}},
    }  # fmt: skip


def assert_encodes_alike(folder, tokenizer, lines):
    for flags in ([], ["--no-special-tokens"]):
        for line, mine in zip(lines, run_lines("tokenize", folder, lines, *flags), strict=True):
            theirs = tokenizer.encode(line, add_special_tokens=not flags)
            assert theirs.ids == mine["ids"], line
            assert theirs.offsets == [tuple(o) for o in mine["offsets"]], line
            assert theirs.type_ids == mine["type_ids"], line


def assert_pairs_alike(folder, tokenizer, lines):
    lines = [line.replace("\t", " ") for line in lines]
    pairs = list(zip(lines[::2], lines[1::2]))
    for flags in ([], ["--no-special-tokens"]):
        ours = run_lines("tokenize", folder, ["\t".join(pair) for pair in pairs], "--pair", *flags)
        for pair, mine in zip(pairs, ours, strict=True):
            theirs = tokenizer.encode(*pair, add_special_tokens=not flags)
            assert (theirs.ids, theirs.type_ids) == (mine["ids"], mine["type_ids"]), pair
            assert theirs.offsets == [tuple(o) for o in mine["offsets"]], pair


def assert_decodes_alike(folder, tokenizer, draw):
    size = tokenizer.get_vocab_size()
    ids = [[draw.randrange(size) for _ in range(draw.randint(0, 9))] for _ in range(60)]
    lines = [json.dumps(i) for i in ids]
    for flags in ([], ["--skip-special-tokens"]):
        ours = [answer["text"] for answer in run_lines("detokenize", folder, lines, *flags)]
        assert ours == [tokenizer.decode(i, skip_special_tokens=bool(flags)) for i in ids]


@pytest.mark.parametrize("seed", range(120))
def test_generated_tokenizer_json(tmp_path, seed):
    draw = random.Random(seed)
    content = json.dumps(random_tokenizer(draw))
    (tmp_path / "tokenizer.json").write_text(content)
    tokenizer = Tokenizer.from_str(content)
    lines = list(hostile_lines(200, seed)) + ["", " ", "abc", " a  b "]
    assert_encodes_alike(tmp_path, tokenizer, lines)
    assert_pairs_alike(tmp_path, tokenizer, lines)
    assert_decodes_alike(tmp_path, tokenizer, draw)


@pytest.mark.parametrize("step", ["NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Lowercase", "Strip"])
def test_every_code_point_is_normalised_alike(tmp_path, step):
    """Each code point within a word; what it becomes shows in the ids of a vocabulary of all that any becomes."""
    alphabet = {"[UNK]": 0}
    for code in CODE_POINTS:
        character = chr(code)
        forms = {unicodedata.normalize(form, character) for form in ("NFC", "NFKD")} | {character.lower()}
        for part in "".join(sorted(forms - {character})):
            alphabet.setdefault(part, len(alphabet))
    content = {"normalizer": {"type": "Sequence", "normalizers": [{"type": step}]},
               "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "[\\s\\S]"}, "behavior": "Isolated", "invert": False},
               "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                         "max_input_chars_per_word": 100, "vocab": alphabet}}  # fmt: skip
    compare_every_code_point(tmp_path, content)


@pytest.mark.parametrize("step", ["Whitespace", "WhitespaceSplit", "Punctuation", "Digits", "BertPreTokenizer"])
def test_every_code_point_cuts_alike(tmp_path, step):
    pre_tokenizer = {"type": step}
    if step == "Digits":
        pre_tokenizer["individual_digits"] = True
    if step == "Punctuation":
        pre_tokenizer["behavior"] = "Isolated"
    content = {"pre_tokenizer": pre_tokenizer,
               "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                         "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1, "b": 2}}}  # fmt: skip
    compare_every_code_point(tmp_path, content)


def compare_every_code_point(tmp_path, content):
    (tmp_path / "tokenizer.json").write_text(json.dumps({"version": "1.0", **content}))
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    different = lines_that_differ(
        tokenizer, tmp_path, ["".join(f"a{chr(c)}b" for c in ASSIGNED[i:i + 64]) for i in range(0, len(ASSIGNED), 64)])
    single = lines_that_differ(tokenizer, tmp_path, [f"a{c}b" for line in different for c in line[1::3]])
    codes = " ".join(f"{ord(line[1]):04X}" for line in single)
    assert not different, f"{len(single)} code points: {codes}"


def lines_that_differ(tokenizer, folder, lines):
    different = []
    for line, mine in zip(lines, run_lines("tokenize", folder, lines) if lines else [], strict=True):
        theirs = tokenizer.encode(line)
        if theirs.ids != mine["ids"] or theirs.offsets != [tuple(o) for o in mine["offsets"]]:
            different.append(line)
    return different
