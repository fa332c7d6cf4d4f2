"""Special tokens by whichever file of a folder names them, against transformers' AutoTokenizer on the same folder."""

import json

import pytest
import tokenizers
import transformers

from conftest import run_program

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] the cat sat a b x y z ##x ##y ##z < > [ ] caf ##é Caf É".split()
AT = len(WORDS)  # the first free id
MODEL = {"model_type": "bert", "vocab_size": AT + 8, "hidden_size": 16, "num_hidden_layers": 1,
         "num_attention_heads": 2, "intermediate_size": 32}  # fmt: skip
BERT = {"tokenizer_class": "BertTokenizer", "do_lower_case": False}
LOWER = {**BERT, "do_lower_case": True}
FAST = {"tokenizer_class": "PreTrainedTokenizerFast"}
LINES = ["a <x> b", "a <x> <y>", "the cat sat", "<y>x", "a<x>b", "the[MASK]cat", "a [MASK] b", "cat<y>sat a <z>", "The <X> a <x>",
         "xx<x>xx  <x>  xx", "[UNK] [PAD] [SEP][CLS]", "the Café É", " <z> "]  # fmt: skip


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "single_word": False, "normalized": False, **flags}


def typed(content, **flags):
    return {**token(content, **flags), "__type": "AddedToken"}


def decoder(*tokens):
    return {"added_tokens_decoder": {str(place): one for place, one in tokens}}


LIST = {"additional_special_tokens": ["<x>", "<y>"]}
# Of each: tokenizer_config.json, special_tokens_map.json, added_tokens.json.
CASES = {
    "named token beside the map's list": ({**BERT, "eos_token": "[SEP]"}, LIST),
    "list of the map alone": (BERT, LIST),
    "list of both": ({**BERT, "additional_special_tokens": ["<y>"]}, LIST),
    "lists of both keys": ({**BERT, "extra_special_tokens": ["<x>"], "additional_special_tokens": ["<y>"]},),
    "an empty list of the newer key": ({**BERT, "extra_special_tokens": []}, LIST),
    "newer key in both files": ({**BERT, "extra_special_tokens": ["<x>"]}, {"extra_special_tokens": [token("<y>", lstrip=True), "<x>"]}),
    "object in its own order": ({**BERT, "extra_special_tokens": {"z_token": "<x>", "a_token": "<y>"}},),
    "object of objects": ({**BERT, "extra_special_tokens": {"z_token": typed("<x>", lstrip=True)}},),
    "names in their own order": (BERT, {"z_token": "<y>", "a_token": "<x>"}),
    "names of both kinds": ({**BERT, "z_token": "<z>", "a_token": typed("<x>", rstrip=True), "bos_token": "<y>"},),
    "a mask of another name": ({**BERT, "mask_token": "<x>"},),
    "a mask that is a word": ({**BERT, "mask_token": "cat"},),
    "a padding of another name": (BERT, {"pad_token": "<y>"}),
    "no mask": ({**BERT, "mask_token": None},),
    "a mask alone in its word": (BERT, {"mask_token": token("[MASK]", single_word=True)}),
    "a mask that takes white space": ({**BERT, "mask_token": typed("[MASK]", lstrip=True, rstrip=True)},),
    "a mask in name and list": (BERT, {"mask_token": token("[MASK]", single_word=True), "additional_special_tokens": ["[MASK]"]}),
    "list with flags": ({**BERT, "additional_special_tokens": [typed("<x>", lstrip=True), typed("<y>", single_word=True)]},),
    "list with flags, normalised": ({**LOWER, "additional_special_tokens": [typed("<X>", normalized=True)]},),
    "older file": (BERT, None, {"<y>": AT, "<x>": AT + 1}),
    "older file in another order": (BERT, None, {"<y>": AT + 1, "<x>": AT}),
    "older file, ids with a gap": (BERT, None, {"<x>": AT + 3}),
    "older file beside the map's list": (LOWER, {"additional_special_tokens": ["<X>"]}, {"<X>": AT}),
    "older file beside a name": (LOWER, {"bos_token": "<X>"}, {"<X>": AT}),
    "a word of the vocabulary": (BERT, None, {"cat": 6}),
    "decoder": ({**BERT, **decoder((AT, token("<x>", special=True, lstrip=True)), (AT + 1, token("<y>", normalized=True)))},),
    "decoder beside the older files": ({**BERT, **decoder((AT, token("<x>", special=True)))}, LIST, {"<z>": AT + 1}),
    "decoder beside a list": ({**BERT, **decoder((AT, token("<x>", single_word=True))), "extra_special_tokens": ["<y>", "<x>"]},),
    "decoder with a gap": ({**BERT, **decoder((AT + 3, token("<x>", special=True)))},),
    "decoder with one token twice": ({**BERT, **decoder((AT, token("<x>", lstrip=True)), (AT + 1, token("<x>", special=True)))},),
    "decoder has the mask's flags": ({**BERT, **decoder((4, token("[MASK]", special=True, single_word=True)))},),
    "decoder, normalised": ({**LOWER, **decoder((AT, token("<X>", normalized=True)), (AT + 1, token("<z>", normalized=True)))},),
}  # fmt: skip


def write_folder(folder, settings, special=None, added=None, words=WORDS, tokenizer=None, model=MODEL):
    files = {"config.json": model, "tokenizer_config.json": settings, "special_tokens_map.json": special,
             "added_tokens.json": added, "tokenizer.json": tokenizer}  # fmt: skip
    for name, content in files.items():
        if content is not None:
            (folder / name).write_text(json.dumps(content))
    (folder / "vocab.txt").write_text("\n".join(words) + "\n")


def ids_of_both(folder):
    finished = run_program("tokenize", "--model", folder, "--json", text="\n".join(LINES) + "\n")
    assert finished.returncode == 0, finished.stderr
    theirs = transformers.AutoTokenizer.from_pretrained(folder)
    return [json.loads(line)["ids"] for line in finished.stdout.splitlines()], [theirs(line).input_ids for line in LINES]


@pytest.mark.parametrize("case", CASES)
def test_ids_are_those_of_transformers(case, tmp_path):
    write_folder(tmp_path, *CASES[case])
    ours, theirs = ids_of_both(tmp_path)
    assert ours == theirs


def tokenizer_json(added=("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), lower=False):
    made = tokenizers.Tokenizer(tokenizers.models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = tokenizers.normalizers.BertNormalizer(lowercase=lower)
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    made.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    for one in added:
        (made.add_tokens if isinstance(one, tokenizers.AddedToken) else made.add_special_tokens)([one])
    return json.loads(made.to_str())


FLAGGED = ("[UNK]", "[CLS]", tokenizers.AddedToken("<X>", normalized=True), tokenizers.AddedToken("<z>", single_word=True))
BESIDE_JSON = {
    "as it stands": (FAST, {}),
    "as it stands, without a mask": (FAST, {"added": ()}),
    "as it stands, with a mask by name": ({**FAST, "mask_token": "[MASK]"}, {"added": ()}),
    "as it stands, flagged": (FAST, {"added": FLAGGED, "lower": True}),
    "as it stands, other flags": ({**FAST, **decoder((4, token("[MASK]", special=True, single_word=True)))}, {}),
    "as it stands, more tokens": ({**FAST, "additional_special_tokens": ["<x>", "<y>"], "bos_token": "<z>"}, {}),
    "a class without a name": ({"tokenizer_class": ""}, {}),
    "a class that nobody knows": ({"tokenizer_class": "Foo"}, {}),
    "BERT's": (BERT, {"added": FLAGGED}),
    "BERT's, lower case": ({"tokenizer_class": "BertTokenizerFast"}, {"added": FLAGGED}),
    "BERT's with a decoder": ({**BERT, **decoder((AT, token("<y>", special=True)))}, {"added": FLAGGED}),
    "no class": ({}, {}),
}


@pytest.mark.parametrize("case", BESIDE_JSON)
def test_which_file_decides(case, tmp_path):
    settings, made = BESIDE_JSON[case]
    write_folder(tmp_path, settings, tokenizer=tokenizer_json(**made))
    ours, theirs = ids_of_both(tmp_path)
    assert ours == theirs


@pytest.mark.parametrize("kind", ["distilbert", "electra", "modernbert"])
def test_the_models_type_where_no_class_is_named(kind, tmp_path):
    write_folder(tmp_path, {}, tokenizer=tokenizer_json(), model={**MODEL, "model_type": kind})
    ours, theirs = ids_of_both(tmp_path)
    assert ours == theirs


def test_a_vocabulary_without_a_mask_gets_one(tmp_path):
    write_folder(tmp_path, BERT, words=[word for word in WORDS if word != "[MASK]"])
    ours, theirs = ids_of_both(tmp_path)
    assert ours == theirs


# What is saved reads back to the same ids, here and there.
@pytest.mark.parametrize("case", ["no mask", "list with flags", "decoder, normalised", "decoder has the mask's flags"])
def test_converted_folders_keep_their_tokens(case, tmp_path):
    (tmp_path / "a").mkdir()
    write_folder(tmp_path / "a", *CASES[case])
    transformers.BertModel(transformers.BertConfig(**MODEL)).save_pretrained(tmp_path / "a")
    before, _ = ids_of_both(tmp_path / "a")
    finished = run_program("convert", tmp_path / "a", tmp_path / "b")
    assert finished.returncode == 0, finished.stderr
    ours, theirs = ids_of_both(tmp_path / "b")
    assert ours == theirs == before


@pytest.mark.parametrize("name", ["MPNetTokenizer", "SplinterTokenizerFast", "RobertaTokenizer", "DPRReaderTokenizerFast"])
def test_classes_of_other_tokenizers_are_refused_by_name(name, tmp_path):
    write_folder(tmp_path, {"tokenizer_class": name}, tokenizer=tokenizer_json())
    finished = run_program("tokenize", "--model", tmp_path, text="a\n")
    assert finished.returncode == 1 and name in finished.stderr, finished.stderr


def test_what_is_not_computed_is_refused_or_said(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(MODEL))
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    for key, value, code in [("split_special_tokens", True, 1), ("truncation_side", "middle", 1),
                             ("model_input_names", ["input_ids"], 0)]:  # fmt: skip
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({**BERT, key: value}))
        finished = run_program("tokenize", "--model", tmp_path, text="a\n")
        assert finished.returncode == code and key in finished.stderr, (key, finished.stderr)
