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
MARKS = [c for c in ASSIGNED if unicodedata.combining(chr(c))]
COMPATIBLE = [c for c in ASSIGNED if unicodedata.decomposition(chr(c)).startswith("<")]
COMPOSED = [c for c in ASSIGNED if unicodedata.decomposition(chr(c)) and not 0xAC00 <= c < 0xD7A4]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,-!?'éàñüß中文日本ñåö"


def run_lines(command, folder, lines, *options):
    """One of our commands with --json; a list with one answer a line."""
    assert all("\n" not in line for line in lines)
    finished = run_program(command, "--model", folder, "--json", *options, text="".join(line + "\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.split("\n")[:-1]]


def hostile_lines(count, seed):
    draw = random.Random(seed)
    pieces = ["[MASK]", "[SEP]", "<new>", "NEW", "new word", "##", "  ", "\t", "\u3000", "\u00a0", "\u200b", "--", "::", ", ",
              "中", "가", "각", "ᄀ", "ᅡ", "ᆨ", "ﬁ", "½", "①", "٣", "İ", "Σ", "ſ", "\u212b", "Å", "\u0344", "x_y", "ẛ̣"]
    for _ in range(count):
        line = ""
        for _ in range(draw.randint(0, 12)):
            kind = draw.random()
            if kind < 0.12:
                line += chr(draw.choice(MARKS))
            elif kind < 0.2:
                line += chr(draw.choice(COMPATIBLE))
            elif kind < 0.28:
                line += chr(draw.choice(COMPOSED))
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
        "added_tokens": random_added_tokens(draw),
        "normalizer": random_normalizer(draw),
        "pre_tokenizer": random_pre_tokenizer(draw),
        "post_processor": random_post_processor(draw),
        "decoder": draw.choice([None, {"type": "WordPiece", "prefix": draw.choice(["##", "##", "a", ""]),
                                       "cleanup": draw.random() < 0.7}]),  # fmt: skip
        "model": {"type": "WordPiece", "unk_token": "[UNK]",
                  "continuing_subword_prefix": draw.choice(["##", "##", "##", "a", ""]),
                  "max_input_chars_per_word": draw.choice([100, 100, 1, 6, 15, 400]),
                  "vocab": {token: i for i, token in enumerate(TOKENS)}},
    }  # fmt: skip


def encode(tokenizer, *texts, **options):
    """None where the library itself panics: some steps cut within a character there."""
    try:
        return tokenizer.encode(*texts, **options)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def assert_encodes_alike(folder, tokenizer, lines):
    for flags in ([], ["--no-special-tokens"]):
        for line, mine in zip(lines, run_lines("tokenize", folder, lines, *flags), strict=True):
            theirs = encode(tokenizer, line, add_special_tokens=not flags)
            if theirs is None:
                continue
            assert theirs.ids == mine["ids"], line
            assert theirs.offsets == [tuple(o) for o in mine["offsets"]], line
            assert theirs.type_ids == mine["type_ids"], line


def assert_pairs_alike(folder, tokenizer, lines):
    lines = [line.replace("\t", " ") for line in lines]
    pairs = list(zip(lines[::2], lines[1::2]))
    for flags in ([], ["--no-special-tokens"]):
        ours = run_lines("tokenize", folder, ["\t".join(pair) for pair in pairs], "--pair", *flags)
        for pair, mine in zip(pairs, ours, strict=True):
            theirs = encode(tokenizer, *pair, add_special_tokens=not flags)
            if theirs is None:
                continue
            assert (theirs.ids, theirs.type_ids) == (mine["ids"], mine["type_ids"]), pair
            assert theirs.offsets == [tuple(o) for o in mine["offsets"]], pair


def assert_decodes_alike(folder, tokenizer, draw):
    size = tokenizer.get_vocab_size()
    # With Prepend and Replace the library gives an added token another text than the one it was added by.
    added = tokenizer.get_added_tokens_decoder()
    known = [i for i in range(size) if i not in added or tokenizer.id_to_token(i) == added[i].content]
    ids = [[draw.choice(known) for _ in range(draw.randint(0, 9))] for _ in range(40)]
    lines = [json.dumps(i) for i in ids]
    for flags in ([], ["--skip-special-tokens"]):
        ours = [answer["text"] for answer in run_lines("detokenize", folder, lines, *flags)]
        assert ours == [tokenizer.decode(i, skip_special_tokens=bool(flags)) for i in ids]


@pytest.mark.parametrize("seed", range(40))
def test_generated_tokenizer_json(tmp_path, seed):
    draw = random.Random(seed)
    content = json.dumps(random_tokenizer(draw))
    (tmp_path / "tokenizer.json").write_text(content)
    tokenizer = Tokenizer.from_str(content)
    lines = list(hostile_lines(200, seed)) + ["", " ", "abc", " a  b "]
    assert_encodes_alike(tmp_path, tokenizer, lines)
    assert_pairs_alike(tmp_path, tokenizer, lines)
    assert_decodes_alike(tmp_path, tokenizer, draw)


@pytest.mark.parametrize("step", ["NFC", "NFD", "NFKC", "NFKD", "StripAccents", "Lowercase"])
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


VOCABULARIES = {
    "plain": b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nc\n",
    "no last line feed": b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nc",
    "carriage returns": b"[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\na\r\nb\r\n##b\r\nc\r\n",
    "empty lines": b"[PAD]\n[UNK]\n\n[CLS]\n\n[SEP]\n[MASK]\na\n\nb\n##b\nc\n\n",
    "equal lines": b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\na\n##b\nb\nc\n",
    "white space": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na \nb\u3000\n b\n##b\t\n\u00a0\nc\n".encode(),
    "byte order mark": b"\xef\xbb\xbfzero\n[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\nc\n",
    "shuffled special tokens": b"a\n[SEP]\nb\n[UNK]\n##b\n[MASK]\n[CLS]\nc\n[PAD]\n",
}


@pytest.mark.parametrize("name", VOCABULARIES)
def test_vocabulary_files_are_read_as_transformers_reads_them(tmp_path, name):
    (tmp_path / "vocab.txt").write_bytes(VOCABULARIES[name])
    tokenizer = transformers.BertTokenizer(str(tmp_path / "vocab.txt"))
    lines = ["a b c", "ab bb abc", "zero x [MASK] [PAD]", "", "a\u3000b"]
    assert_encodes_alike(tmp_path, tokenizer._tokenizer, lines)
    ids = [[i] for i in range(VOCABULARIES[name].count(b"\n"))]
    ours = run_lines("detokenize", tmp_path, [json.dumps(i) for i in ids])
    assert [answer["text"] for answer in ours] == [tokenizer.decode(i) for i in ids]


def test_special_tokens_by_file(tmp_path):
    """As antiberta2's: other ids, other names, in each of the files that can say so."""
    tokens = ["<pad>", "<cls>", "<sep>", "<msk>", "<unk>", "a", "b", "##b"]
    names = {"pad_token": "<pad>", "cls_token": "<cls>", "sep_token": "<sep>", "mask_token": "<msk>", "unk_token": "<unk>"}
    objects = {k: {"content": v, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False}
               for k, v in names.items()}  # fmt: skip
    lines = ["a ab x", "b <msk> <sep>a", "[MASK] [CLS]"]
    for number, (file, entries) in enumerate((("tokenizer_config.json", names), ("tokenizer_config.json", objects),
                                              ("special_tokens_map.json", names), ("special_tokens_map.json", objects))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "vocab.txt").write_text("\n".join(tokens) + "\n")
        (folder / file).write_text(json.dumps(entries))
        tokenizer = transformers.BertTokenizer(str(folder / "vocab.txt"), **names)
        assert tokenizer.convert_tokens_to_ids(list(names.values())) == [0, 1, 2, 3, 4]
        assert_encodes_alike(folder, tokenizer._tokenizer, lines)
        assert run_lines("tokenize", folder, ["a"])[0]["ids"] == [1, 5, 2]


@pytest.mark.parametrize("extra_ids", [0, 3, 125])
def test_bytes_as_byt5(tmp_path, extra_ids):
    tokenizer = transformers.ByT5Tokenizer(extra_ids=extra_ids)
    tokenizer.save_pretrained(tmp_path)
    compare_bytes(tmp_path, tokenizer, ["<extra_id_0>", "<extra_id_2> x", " <pad> ", "a <unk> b"])


def test_bytes_by_name_alone(tmp_path):
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "ByT5Tokenizer"}))
    compare_bytes(tmp_path, transformers.ByT5Tokenizer(), ["<extra_id_124>"])


def test_bytes_as_perceiver(tmp_path):
    tokenizer = transformers.PerceiverTokenizer()
    tokenizer.save_pretrained(tmp_path)
    compare_bytes(tmp_path, tokenizer, ["a [MASK] b", "[MASK][SEP] [mask]"])


def compare_bytes(folder, tokenizer, more):
    draw = random.Random(7)
    lines = [*hostile_lines(150, 3), "", "é日本", *more]
    lines = [line for line in lines if not line.endswith("</s>")]
    for line, mine in zip(lines, run_lines("tokenize", folder, lines), strict=True):
        assert mine["ids"] == tokenizer(line)["input_ids"], line
        assert mine["tokens"] == tokenizer.convert_ids_to_tokens(mine["ids"]), line
        assert all(begin <= end <= len(line) for begin, end in mine["offsets"]), line
        plain = [(i, o) for i, o in zip(mine["ids"], mine["offsets"]) if o != [0, 0]]
        first = min(i for i in range(12) if tokenizer.convert_ids_to_tokens(i) == "\x00")
        for i, (begin, end) in plain:
            if first <= i < first + 256:
                assert end == begin + 1 and (i - first) in line[begin:end].encode()
    pairs = [line.replace("\t", " ") for line in lines if "</s>" not in line]
    pairs = list(zip(pairs[::2], pairs[1::2]))
    for pair, mine in zip(pairs, run_lines("tokenize", folder, ["\t".join(p) for p in pairs], "--pair"), strict=True):
        assert mine["ids"] == tokenizer(*pair)["input_ids"], pair
        assert set(mine["type_ids"]) <= {0}
    ids = [tokenizer(line)["input_ids"] for line in lines] + [[draw.randrange(len(tokenizer)) for _ in range(9)] for _ in range(200)]
    for flags in ([], ["--skip-special-tokens"]):
        ours = [answer["text"] for answer in run_lines("detokenize", folder, [json.dumps(i) for i in ids], *flags)]
        assert ours == [tokenizer.decode(i, skip_special_tokens=bool(flags)) for i in ids]


@pytest.mark.parametrize("lower", [False, True])
def test_japanese_characters(tmp_path, lower):
    """One token a character after NFKC. The cut by MeCab, which other checkpoints add, changes nothing but white space."""
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"日本語のテストabcABC123がガ。、"]
    (tmp_path / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    settings = {"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "basic",
                "subword_tokenizer_type": "character", "do_lower_case": lower}  # fmt: skip
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    tokenizer = transformers.BertJapaneseTokenizer(
        str(tmp_path / "vocab.txt"), word_tokenizer_type="basic", subword_tokenizer_type="character", do_lower_case=lower)
    lines = ["日本語のテスト", "ｶﾞ ガ が１２３ ＡＢＣ abc", "日本[MASK]語 。", "x y　z", "", "①㌔"]
    for line, mine in zip(lines, run_lines("tokenize", tmp_path, lines), strict=True):
        assert mine["ids"] == tokenizer(line)["input_ids"], line
    settings["word_tokenizer_type"] = "mecab"
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    mine = run_lines("tokenize", tmp_path, ["日本語 のA"])[0]
    assert mine["tokens"] == ["[CLS]", *"日本語の", "a" if lower else "A", "[SEP]"]
    assert mine["offsets"] == [[0, 0], [0, 1], [1, 2], [2, 3], [4, 5], [5, 6], [0, 0]]


UNSUPPORTED = {
    "normalizer": [{"type": "Precompiled", "precompiled_charsmap": ""}, {"type": "Nmt"},
                   {"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""}],
    "pre_tokenizer": [{"type": "ByteLevel"}, {"type": "Metaspace"}, {"type": "Split", "pattern": {"Regex": "a+"}, "behavior": "Removed"}],
    "post_processor": [{"type": "ByteLevel"}, {"type": "RobertaProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
                       {"type": "TemplateProcessing", "single": [], "pair": [], "special_tokens": {}}],
    "decoder": [{"type": "BPEDecoder"}],
    "model": [{"type": "BPE", "vocab": {}, "merges": []}, {"type": "Unigram", "vocab": []}],
}  # fmt: skip


@pytest.mark.parametrize("field,part", [(field, part) for field in UNSUPPORTED for part in UNSUPPORTED[field]], ids=str)
def test_what_is_not_supported_is_named(tmp_path, field, part):
    content = {**random_tokenizer(random.Random(1)), field: part}
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    finished = run_program("tokenize", "--model", tmp_path, text="a\n")
    assert finished.returncode == 1 and finished.stdout == ""
    assert field in finished.stderr and str(tmp_path / "tokenizer.json") in finished.stderr
    assert part["type"] in finished.stderr or "template" in finished.stderr


def test_truncation_and_padding_in_the_file_are_left_to_the_caller(tmp_path):
    """As transformers: sentence encoders' files have both, and a call without limits neither cuts nor pads."""
    content = {**random_tokenizer(random.Random(2)), "normalizer": None, "pre_tokenizer": {"type": "BertPreTokenizer"},
               "truncation": {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0},
               "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                           "pad_type_id": 0, "pad_token": "[PAD]"}}  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps(content))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_file=str(tmp_path / "tokenizer.json"), pad_token="[PAD]")
    lines = ["a", "a b c " * 9]
    for line, mine in zip(lines, run_lines("tokenize", tmp_path, lines), strict=True):
        assert mine["ids"] == tokenizer(line)["input_ids"]
