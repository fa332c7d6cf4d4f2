"""Translations: tokens and scores of transformers' beam search on a Marian checkpoint with random weights, and what the
command promises of lines, prefixes, n-best lists, alignments and bad input."""

import io
import json
import os
import select
import subprocess
import time

import pytest
import sentencepiece
import torch
from transformers import MarianConfig, MarianMTModel

from conftest import BUILD, randomise, run_program

TEXT = ["a small dog runs over the green field", "two men sit on a bench and read", "der kleine Hund läuft über das Feld",
        "zwei Männer sitzen auf einer Bank und lesen"] * 10  # fmt: skip
LINES = ["a dog runs", "two men sit on a bench and read the green field", "", "field", "der Hund läuft über das Feld und lesen",
         "  ", "a"]  # fmt: skip


def write_tokenizer(folder):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(TEXT), model_writer=model, vocab_size=90, model_type="bpe",
                                             hard_vocab_limit=False, minloglevel=2)  # fmt: skip
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(model.getvalue())
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [processor.id_to_piece(i) for i in range(processor.get_piece_size())]
    words = ["</s>", "<unk>", *(piece for piece in pieces if piece not in ("<s>", "</s>", "<unk>")), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}, ensure_ascii=False))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MarianTokenizer", "source_lang": "en", "target_lang": "de"}))
    return words


def write_model(folder, seed, end_bias):
    """Seeds and biases of the end token are such that translations end at various lengths."""
    folder.mkdir(exist_ok=True)
    words = write_tokenizer(folder)
    torch.manual_seed(seed)
    size = len(words)
    model = MarianMTModel(MarianConfig(
        vocab_size=size, d_model=32, encoder_layers=2, decoder_layers=2, encoder_ffn_dim=64, decoder_ffn_dim=64,
        encoder_attention_heads=4, decoder_attention_heads=4, activation_function="relu", scale_embedding=True, init_std=0.15,
        max_position_embeddings=256, pad_token_id=size - 1, decoder_start_token_id=size - 1, eos_token_id=0,
        forced_eos_token_id=None))  # fmt: skip
    randomise(model, seed, 0.1)
    with torch.no_grad():
        model.final_logits_bias[0, 0] += end_bias
    model.save_pretrained(folder)
    return words, model.eval()


@pytest.fixture(scope="module")
def translator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("translator")
    words, model = write_model(folder, 1, 3.0)
    return folder, words, model


def translate(folder, lines, *flags):
    finished = run_program("translate", "--model", folder, "--json", "--threads", 1, *flags, text="".join(f"{line}\n" for line in lines))
    assert finished.returncode == 0, finished.stderr
    return [json.loads(line) for line in finished.stdout.splitlines()]


def of_transformers(model, words, source_tokens, count, **options):
    """The sequences, without start and end, and their scores."""
    ids = torch.tensor([[words.index(token) for token in source_tokens]])
    pad = len(words) - 1
    result = model.generate(
        ids, attention_mask=torch.ones_like(ids), num_beams=4, num_return_sequences=count, do_sample=False, max_new_tokens=81,
        bad_words_ids=[[pad]], forced_eos_token_id=None, return_dict_in_generate=True, output_scores=True, **options)  # fmt: skip
    sequences = []
    for row in result.sequences.tolist():
        row = row[1:]
        sequences.append(row[: row.index(0)] if 0 in row else row)
    return sequences, result.sequences_scores.tolist()


@pytest.mark.parametrize("penalty, stopping, ngram, least", [
    (1.0, "full-beam", 0, 0), (0.6, "bound", 0, 0), (0.0, "full-beam", 0, 3), (1.4, "bound", 2, 0), (0.6, "full-beam", 3, 5),
])  # fmt: skip
def test_beam_search_is_transformers(translator, penalty, stopping, ngram, least):
    folder, words, model = translator
    answers = translate(folder, LINES, "--length-penalty", penalty, "--stopping", stopping, "--n-best", 4, "--no-repeat-ngram-size",
                        ngram, "--min-length", least, "--max-length", 80, "--max-length-extra", 80)  # fmt: skip
    assert [answer["text"] for answer in answers] == LINES
    compared = tokens = 0
    for line, answer in zip(LINES, answers):
        if not line.strip():
            assert answer["translation"] == "" and answer["tokens"] == [] and answer["source_tokens"] == []
            assert isinstance(answer["score"], float) and answer["score"] == 0 and len(answer["hypotheses"]) == 1
            continue
        sequences, scores = of_transformers(
            model, words, answer["source_tokens"], 4, length_penalty=penalty, early_stopping=stopping == "full-beam",
            no_repeat_ngram_size=ngram, min_new_tokens=least)  # fmt: skip
        ours = [[words.index(token) for token in one["tokens"]] for one in answer["hypotheses"]]
        if max(map(len, ours)) == 80:
            continue  # at the greatest length we force the end token, transformers without forced_eos_token_id does not
        assert ours == sequences
        assert [one["score"] for one in answer["hypotheses"]] == pytest.approx(scores, abs=1e-4)
        assert answer["tokens"] == answer["hypotheses"][0]["tokens"]
        compared += 1
        tokens += sum(map(len, ours))
    assert compared >= 3 and tokens > 20


def test_alignment_is_the_last_layers_cross_attention(translator):
    folder, words, model = translator
    for answer in translate(folder, LINES, "--attention"):
        if not answer["source_tokens"]:
            assert answer["alignment"] == [] and answer["attention"] == []
            continue
        source = torch.tensor([[words.index(token) for token in answer["source_tokens"]]])
        target = torch.tensor([[len(words) - 1, *(words.index(token) for token in answer["tokens"])]])
        model.set_attn_implementation("eager")
        with torch.no_grad():
            weights = model(input_ids=source, decoder_input_ids=target, output_attentions=True).cross_attentions[-1][0].mean(0)
        torch.testing.assert_close(torch.tensor(answer["attention"]), weights, atol=2e-5, rtol=0)
        assert answer["alignment"] == [[t, int(weights[t].argmax())] for t in range(len(answer["tokens"]))]


def test_lines_in_lines_out(translator):
    folder, _, _ = translator
    whole = run_program("translate", "--model", folder, text="\n".join(LINES))
    assert whole.returncode == 0, whole.stderr
    answers = translate(folder, LINES)
    assert whole.stdout == "".join(answer["translation"] + "\n" for answer in answers)
    assert all(len(answer["hypotheses"]) == 1 and answer["hypotheses"][0]["score"] == answer["score"] for answer in answers)
    small = run_program("translate", "--model", folder, "--batch-tokens", 1, text="\n".join(LINES))
    assert small.stdout == whole.stdout
    ranked = run_program("translate", "--model", folder, "--n-best", 2, text="\n".join(LINES)).stdout.splitlines()
    rows = [row.split("\t") for row in ranked]
    assert [row[0] for row in rows] == ["1", "1", "2", "2", "3", "4", "4", "5", "5", "6", "7", "7"]
    assert rows[0][2] == answers[0]["translation"] and float(rows[0][1]) == pytest.approx(answers[0]["score"], abs=1e-5)
    assert run_program("translate", "--model", folder, text="").stdout == ""


def test_many_lines_keep_their_order(translator):
    folder, _, _ = translator
    lines = [LINES[i * i % len(LINES)] for i in range(1100)]
    known = dict(zip(LINES, run_program("translate", "--model", folder, text="\n".join(LINES)).stdout.split("\n")))
    assert run_program("translate", "--model", folder, text="\n".join(lines)).stdout.split("\n")[:-1] == [known[line] for line in lines]


def read_output(process, wanted, seconds=60):
    """What the program writes, until it is `wanted` or the time is over."""
    read, last = b"", time.monotonic() + seconds
    while read != wanted and select.select([process.stdout], [], [], max(0, last - time.monotonic()))[0]:
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            break
        read += piece
    return read


def test_lines_are_answered_before_the_next(translator):
    folder, _, _ = translator
    texts = ["a dog runs", "", "two men sit on a bench", "field"]
    known = [(answer["translation"] + "\n").encode() for answer in translate(folder, texts)]
    command = [str(BUILD / "roformer"), "translate", "--model", str(folder), "--threads", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
        for text, answer in zip(texts[:2], known):
            process.stdin.write(f"{text}\n".encode())
            assert read_output(process, answer) == answer
        # A line and the half of the next: the whole one is answered. The other half has no line end.
        process.stdin.write(f"{texts[2]}\r\nfie".encode())
        assert read_output(process, known[2]) == known[2]
        process.stdin.write(b"ld")
        process.stdin.close()
        assert read_output(process, known[3]) == known[3]
        assert process.wait() == 0 and process.stderr.read() == b""


def test_bytes_that_are_not_utf8_are_reported(translator, tmp_path):
    folder, _, _ = translator
    command = [str(BUILD / "roformer"), "translate", "--model", str(folder), "--threads", "1"]

    def run(text, *flags):
        finished = subprocess.run([*command, *flags], input=text, capture_output=True)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout, finished.stderr.decode()

    good, quiet = run("a\ndog \ufffd\n\n\ufffd\n".encode())
    assert quiet == ""
    bad, warning = run(b"a\ndog \xff\n\n\xc3\n")
    assert bad == good and "standard input: 2 lines are not UTF-8" in warning and "line 2" in warning and warning.count("\n") == 1
    file = tmp_path / "prefixes.txt"
    file.write_bytes(b"a\n\xe2\x82\n")
    _, warning = run(b"a\nb\n", "--prefix-file", str(file))
    assert f"{file}: 1 line is not UTF-8" in warning and "line 2" in warning and warning.count("\n") == 1


def test_errors_of_the_search_name_the_line(translator, tmp_path):
    folder, _, _ = translator
    file = tmp_path / "prefixes.txt"
    file.write_text("\n\n\nder</s>\n")
    finished = run_program("translate", "--model", folder, "--prefix-file", file, text="a\n\n\nb\n")
    assert finished.returncode == 1 and "line 4" in finished.stderr and "end token" in finished.stderr
    finished = run_program("translate", "--model", folder, "--max-length", 1, "--prefix", "der Hund läuft", text="\na\n")
    assert finished.returncode == 1 and "line 2" in finished.stderr and finished.stderr.strip().endswith("raise max_length")


def test_prefixes(translator, tmp_path):
    folder, _, _ = translator
    for answer in translate(folder, LINES, "--prefix", "der Hund"):
        assert answer["translation"].startswith("der Hund") == bool(answer["text"].strip())
    file = tmp_path / "prefixes.txt"
    file.write_text("\n".join(["das", "", "x", "der Hund", "", "", "zwei"]) + "\n")
    free = translate(folder, LINES)
    answers = translate(folder, LINES, "--prefix-file", file)
    assert answers[0]["translation"].startswith("das") and answers[6]["translation"].startswith("zwei")
    assert [answers[i]["translation"] for i in (1, 2, 4, 5)] == [free[i]["translation"] for i in (1, 2, 4, 5)]
    for text, message in [("a\nb\n", "before line 3"), ("\n" * 8, "more lines")]:
        file.write_text(text)
        finished = run_program("translate", "--model", folder, "--prefix-file", file, text="\n".join(LINES))
        assert finished.returncode == 1 and message in finished.stderr


def test_ensembles(translator, tmp_path):
    folder, _, _ = translator
    alone = translate(folder, LINES)
    twice = translate(folder, LINES, "--model", folder)
    assert [one["tokens"] for one in twice] == [one["tokens"] for one in alone]
    assert [one["score"] for one in twice] == pytest.approx([one["score"] for one in alone], abs=1e-5)
    write_model(tmp_path / "other", 11, 2.5)
    assert translate(folder, LINES, "--model", tmp_path / "other") != alone


def test_bad_input(translator, tmp_path):
    folder, _, _ = translator
    long = run_program("translate", "--model", folder, "--max-source-length", 6, text="a\ntwo men sit on a bench and read\n")
    assert long.returncode == 1 and "line 2" in long.stderr and "--max-source-length" in long.stderr and long.stderr.count("\n") == 1
    bytes_ = translate(folder, ["a dog \ufffd"])
    assert bytes_[0]["source_tokens"][-1] == "</s>"
    for flags in (["--n-best", 5], ["--n-best", 3, "--beam-size", 2], ["--beam-size", 0], ["--prefix", "a", "--prefix-file", "b"],
                  ["--attention"], ["--stopping", "x"], ["--length-penalty", "nan"], ["--max-length-factor", "nan"],
                  ["--max-length-extra", "-nan"]):  # fmt: skip
        finished = run_program("translate", "--model", folder, *flags, text="a\n")
        assert finished.returncode == 2 and flags[0] in finished.stderr and finished.stdout == "", flags
    for path, words in ((tmp_path, "no config.json"), (tmp_path / "missing", "nothing of that name"), (folder / "vocab.json", "a file")):
        finished = run_program("translate", "--model", path, text="a\n")
        assert finished.returncode == 1 and f"{path}: expected the folder" in finished.stderr and words in finished.stderr
    (tmp_path / "config.json").write_text('{"model_type": "bart"}')
    finished = run_program("translate", "--model", tmp_path, text="a\n")
    assert finished.returncode == 1 and "config.json" in finished.stderr and '"bart"' in finished.stderr
    assert run_program("translate", text="a\n").returncode == 2
