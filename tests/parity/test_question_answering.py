"""Questions about texts: fifty steps as transformers takes them (same weights, windows, no dropout), windows as its tokenizer
makes them, figures as SQuAD's scripts define them, and folders that transformers opens with the same answers."""

import collections
import json
import random
import re
import signal
import string
import subprocess
import time

import pytest
import torch
import transformers

from conftest import BUILD, randomise, run_program
from fifty_steps import STEPS, compare, fifty_losses, lines_of, stage

RATE = 2e-3
LENGTH, STRIDE, LONGEST = 40, 8, 6
WORDS = [f"{first}{second}" for first in "bcdfgklmnprst" for second in "aeiou"]
SHAPE = dict(hidden_size=48, num_attention_heads=4, num_hidden_layers=2, intermediate_size=96, max_position_embeddings=64,
             hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)  # fmt: skip
FAMILIES = {
    "roformer": (transformers.RoFormerConfig, transformers.RoFormerForQuestionAnswering, dict(embedding_size=48)),
    "bert": (transformers.BertConfig, transformers.BertForQuestionAnswering, {}),
}
RECIPE = """
task.kind = "question_answering"
model.checkpoint = "{folder}/start"
[data]
train = "{folder}/train.json"
validation = "{folder}/dev.json"
test = "{folder}/test.jsonl"
max_length = {length}
stride = {stride}
max_answer_length = {longest}
[checkpoint]
every = 10
"""


def make_context(draw, full):
    """Of windows that are all full, or of any length, of words that are several tokens, unknown or of two bytes a letter."""
    if full:
        return " ".join(draw.choices(WORDS, k=LENGTH - 7 + draw.randint(0, 2) * (LENGTH - 7 - STRIDE)))
    words = draw.choices(WORDS, k=draw.randint(4, 90))
    odd = [str.title, lambda word: word + draw.choice(WORDS), lambda word: word + ",", lambda _: "😀", lambda _: "Ωa", lambda _: "the"]
    return draw.choice(["", "  "]) + " ".join(draw.choice(odd)(word) if draw.random() < 0.3 else word for word in words)


def make_question(draw, context, number, full, impossible):
    begin = draw.randrange(len(context))
    end = min(len(context), begin + draw.randint(1, 16))
    if full or draw.random() < 0.7:  # whole words
        words = list(re.finditer(r"\S+", context))
        first = draw.randrange(len(words))
        begin, end = words[first].start(), words[min(first + draw.randint(0, 3), len(words) - 1)].end()
    question = " ".join(draw.choices(WORDS, k=4 if full else draw.randint(1, 8)))
    answers = [] if impossible else [dict(text=context[begin:end], answer_start=begin)]
    if answers and draw.random() < 0.3:
        answers.append(dict(text=context[begin:][: 2 * (end - begin)], answer_start=begin))
    return dict(id=f"q{number}", question=draw.choice(["", " "]) + question, answers=answers, context=context)


def make_questions(draw, count, shape, name):
    questions = []
    for number in range(count):
        context = questions[-1]["context"] if number % 2 else make_context(draw, shape == "full")
        impossible = shape == "second" and draw.random() < 0.3
        questions.append(make_question(draw, context, f"{name}{number}", shape == "full", impossible))
    return questions


def write_squad(path, questions):
    paragraphs = collections.defaultdict(list)
    for question in questions:
        paragraphs[question["context"]].append({key: question[key] for key in ("id", "question", "answers")})
    articles = [dict(title=f"article {i}", paragraphs=[dict(context=context, qas=qas)]) for i, (context, qas) in enumerate(paragraphs.items())]
    path.write_text(json.dumps(dict(version="1", data=articles), ensure_ascii=False))


def write_lines(path, questions):
    """As Hugging Face's data sets have them."""
    lists = [question | dict(answers={key: [a[key] for a in question["answers"]] for key in ("text", "answer_start")}) for question in questions]
    path.write_text("".join(json.dumps(question) + "\n" for question in lists))


@pytest.fixture(scope="module", params=[("roformer", "full"), ("bert", "full"), ("roformer", "ragged"), ("bert", "second")], ids="-".join)
def work(request, tmp_path_factory):
    family, shape = request.param
    folder = tmp_path_factory.mktemp("questions")
    draw = random.Random(3)
    questions = {name: make_questions(draw, count, shape, name) for name, count in (("train", 24), ("dev", 40), ("test", 30))}
    questions["dev"] += questions["train"]  # so that what is learned helps
    write_squad(folder / "train.json", questions["train"])
    write_squad(folder / "dev.json", questions["dev"])
    write_lines(folder / "test.jsonl", questions["test"])
    start = folder / "start"
    start.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", "the", *WORDS, *("##" + word for word in WORDS)]
    (start / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    config, model_class, more = FAMILIES[family]
    torch.manual_seed(1)
    model = randomise(model_class(config(vocab_size=len(vocabulary), **SHAPE, **more)))
    model.save_pretrained(start)
    (start / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer", "do_lower_case": true}')
    made = dict(folder=folder, shape=shape, questions=questions, model=model, model_class=model_class)
    batch = len(encoded(made, questions["train"])["input_ids"])  # all windows in one, so that their order does not matter
    recipe = RECIPE.format(folder=folder, length=LENGTH, stride=STRIDE, longest=LONGEST)
    (folder / "recipe.toml").write_text(recipe + stage(batch, rate=RATE))
    finished = run_program("train", folder / "recipe.toml", "--out", folder / "run")
    assert finished.returncode == 0, finished.stderr
    assert f"24 questions in {batch} windows to learn from, 64 for validation, 30 for test" in finished.stderr, finished.stderr
    return made


def encoded(work, questions):
    tokenizer = transformers.BertTokenizerFast(str(work["folder"] / "start" / "vocab.txt"))
    return tokenizer([q["question"].lstrip() for q in questions], [q["context"] for q in questions], truncation="only_second",
                     max_length=LENGTH, stride=STRIDE, return_overflowing_tokens=True, return_offsets_mapping=True, padding=True,
                     return_tensors="pt")  # fmt: skip


def context_tokens(encoding, window):
    return [token for token, sequence in enumerate(encoding.sequence_ids(window)) if sequence == 1]


def wanted(encoding, questions):
    """As run_qa.py's prepare_train_features, but that it lets a begin on the window's last token run on into the padding."""
    pairs = []
    for window, sample in enumerate(encoding["overflow_to_sample_mapping"].tolist()):
        answers, offsets, tokens = questions[sample]["answers"], encoding["offset_mapping"][window].tolist(), context_tokens(encoding, window)
        if not answers:
            pairs.append([0, 0])
            continue
        begin = answers[0]["answer_start"]
        end = begin + len(answers[0]["text"])
        if not (offsets[tokens[0]][0] <= begin and offsets[tokens[-1]][1] >= end):
            pairs.append([0, 0])
            continue
        first, last = tokens[0], tokens[-1]
        while first <= tokens[-1] and offsets[first][0] <= begin:
            first += 1
        while offsets[last][1] >= end:
            last -= 1
        pairs.append([first - 1, last + 1])
    return torch.tensor(pairs)


def inputs_of(encoding):
    return {key: encoding[key] for key in ("input_ids", "token_type_ids", "attention_mask")}


def loss_without_padding(model, encoding, pairs):
    outputs = model(**inputs_of(encoding))
    logits = torch.stack([outputs.start_logits, outputs.end_logits])
    logits = logits.masked_fill(encoding["attention_mask"] == 0, -torch.inf)
    return sum(torch.nn.functional.cross_entropy(logits[i], pairs[:, i]) for i in range(2)) / 2


def theirs(work):
    model, encoding = work["model"], encoded(work, work["questions"]["train"])
    pairs = wanted(encoding, work["questions"]["train"])
    if work["shape"] == "full":
        return fifty_losses(model, lambda: model(**inputs_of(encoding), start_positions=pairs[:, 0], end_positions=pairs[:, 1]).loss, RATE)
    return fifty_losses(model, lambda: loss_without_padding(model, encoding, pairs), RATE)


def test_fifty_losses(work):
    lengths = set(encoded(work, work["questions"]["train"])["attention_mask"].sum(1).tolist())
    assert (lengths == {LENGTH}) == (work["shape"] == "full")
    compare(work["folder"], theirs(work))


@pytest.mark.parametrize("name", ["train", "dev", "test"])
def test_windows(work, name):
    questions = work["questions"][name]
    expected = encoded(work, questions)
    text = "".join(f"{q['question'].lstrip()}\t{q['context']}\n" for q in questions)
    finished = run_program("tokenize", "--model", work["folder"] / "start", "--pair", "--max-length", LENGTH, "--stride", STRIDE, "--json", text=text)
    assert finished.returncode == 0, finished.stderr
    ours = [json.loads(line) for line in finished.stdout.splitlines()]
    assert [window["line"] - 1 for window in ours] == expected["overflow_to_sample_mapping"].tolist()
    for window, mine in enumerate(ours):
        size = int(expected["attention_mask"][window].sum())
        assert mine["ids"] == expected["input_ids"][window][:size].tolist()
        assert mine["type_ids"] == expected["token_type_ids"][window][:size].tolist()
        assert mine["offsets"] == expected["offset_mapping"][window][:size].tolist()


def answered(work, questions):
    """transformers' logits, and of each question the answer of the largest sum: text, place, score; None for no answer."""
    model = work["model_class"].from_pretrained(work["folder"] / "run").eval()
    encoding = encoded(work, questions)
    with torch.no_grad():
        outputs = model(**inputs_of(encoding))
    answers = [None] * len(questions)
    nulls = [(torch.inf, 0.0)] * len(questions)
    for window, sample in enumerate(encoding["overflow_to_sample_mapping"].tolist()):
        begins, ends, tokens = outputs.start_logits[window].double(), outputs.end_logits[window].double(), context_tokens(encoding, window)
        begin_shares, end_shares = (dict(zip([0, *tokens], logits[[0, *tokens]].softmax(0).tolist())) for logits in (begins, ends))
        nulls[sample] = min(nulls[sample], ((begins[0] + ends[0]).item(), begin_shares[0] * end_shares[0]))
        for first in tokens:
            for last in range(first, min(first + LONGEST, tokens[-1] + 1)):
                logit = (begins[first] + ends[last]).item()
                if answers[sample] is None or logit > answers[sample]["logit"]:
                    place = encoding["offset_mapping"][window][first][0].item(), encoding["offset_mapping"][window][last][1].item()
                    answers[sample] = dict(logit=logit, answer=questions[sample]["context"][slice(*place)], begin=place[0], end=place[1],
                                           score=begin_shares[first] * end_shares[last])  # fmt: skip
    if work["shape"] == "second":
        answers = [dict(answer="", begin=0, end=0, score=share) if null > answer["logit"] else answer
                   for (null, share), answer in zip(nulls, answers)]  # fmt: skip
    return model, encoding, outputs, answers


def words_of(text):
    text = "".join(character for character in text.lower() if character not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def exact_and_f1(answer, gold, second):
    gold = [text for text in gold if words_of(text)] or [""] if second else gold
    best = [0.0, 0.0]
    for text in gold:
        mine, its = words_of(answer), words_of(text)
        shared = sum((collections.Counter(mine) & collections.Counter(its)).values())
        f1 = 2 * shared / (len(mine) + len(its)) if shared else 0.0
        if second and not (mine and its):
            f1 = float(mine == its)
        best = [max(best[0], float(mine == its)), max(best[1], f1)]
    return best


@pytest.mark.parametrize("split, name", [("validation", "dev"), ("test", "test")])
def test_figures(work, split, name):
    evaluated = run_program("evaluate", "--model", work["folder"] / "run", "--split", split, "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    ours, questions, second = json.loads(evaluated.stdout), work["questions"][name], work["shape"] == "second"
    model, encoding, _, answers = answered(work, questions)
    with torch.no_grad():
        assert ours["loss"] == pytest.approx(loss_without_padding(model, encoding, wanted(encoding, questions)).item(), abs=1e-4)
    scores = [exact_and_f1(answer["answer"], [gold["text"] for gold in question["answers"]], second) for answer, question in zip(answers, questions)]
    mean = lambda values: 100 * sum(values) / len(values)
    assert ours["exact_match"] == pytest.approx(mean([exact for exact, _ in scores]))
    assert ours["f1"] == pytest.approx(mean([f1 for _, f1 in scores]))
    assert name == "test" or ours["f1"] > 5, "figures of some size"
    for key, has_answer in (("f1_with_answer", True), ("f1_without_answer", False)):
        assert (key in ours) == second
        if second:
            assert ours[key] == pytest.approx(mean([f1 for (_, f1), q in zip(scores, questions) if bool(q["answers"]) == has_answer]))


def test_the_best_model_is_the_one_of_its_f1(work):
    best = max(line["f1"] for line in lines_of(work["folder"] / "run", "evaluation") if line["step"] > 0)
    evaluated = run_program("evaluate", "--model", work["folder"] / "run" / "best", "--json")
    assert evaluated.returncode == 0, evaluated.stderr
    assert json.loads(evaluated.stdout)["f1"] == pytest.approx(best, abs=1e-6)


def test_transformers_opens_what_we_write(work):
    questions = work["questions"]["test"] + work["questions"]["train"]
    model, _, _, expected = answered(work, questions)
    text = "".join(f"{q['question']}\t{q['context']}\n" for q in questions)
    flags = ["--allow-no-answer"] if work["shape"] == "second" else []
    command = ["classify", "--model", work["folder"] / "run", "--max-length", LENGTH, "--stride", STRIDE, "--max-answer-length", LONGEST, *flags]
    finished = run_program(*command, "--json", text=text)
    assert finished.returncode == 0, finished.stderr
    answers = [json.loads(line) for line in finished.stdout.splitlines()]
    for mine, its in zip(answers, expected, strict=True):
        assert (mine["answer"], mine["begin"], mine["end"]) == (its["answer"], its["begin"], its["end"])
        assert mine["score"] == pytest.approx(its["score"], rel=1e-3)
    assert work["shape"] != "second" or 0 < sum(answer["answer"] == "" for answer in answers) < len(answers)
    plain = run_program(*command, text=text).stdout.splitlines()
    assert [line.rsplit("\t", 1)[0] for line in plain] == [answer["answer"] for answer in answers]
    inspected = run_program("inspect", work["folder"] / "run")
    assert inspected.returncode == 0 and "roformer classify --model" in inspected.stdout + inspected.stderr


def test_a_killed_run_goes_on(work):
    folder, timing = work["folder"], {"tokens_per_second", "seconds", "time"}
    command = ["train", folder / "recipe.toml", "--out", folder / "killed", "--set", "stage.0.batch_size=5", "--set", "run.threads=1"]
    process = subprocess.Popen([BUILD / "roformer", *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not (folder / "killed" / "training" / "step-10").exists():
        time.sleep(0.002)
    process.send_signal(signal.SIGTERM)
    process.wait()
    assert run_program(*command, "--resume").returncode == 0
    assert run_program(*command[:3], folder / "undisturbed", *command[4:]).returncode == 0
    logs = [[{key: value for key, value in line.items() if key not in timing} for line in lines_of(folder / name, kind)]
            for name in ("killed", "undisturbed") for kind in ("training", "evaluation")]  # fmt: skip
    assert logs[0] == logs[2] and logs[1] == logs[3] and len(logs[0]) == STEPS


def moved(squad):
    squad["data"][0]["paragraphs"][0]["qas"][0]["answers"] = [dict(text="zzz", answer_start=1)]


def without_answers(squad):
    del squad["data"][0]["paragraphs"][0]["qas"][0]["answers"]


def twice(squad):
    squad["data"][1]["paragraphs"][0]["qas"][0]["id"] = squad["data"][0]["paragraphs"][0]["qas"][0]["id"]


def too_long(squad):
    squad["data"][0]["paragraphs"][0]["qas"][0]["question"] = "ba " * 29
    squad["data"][0]["paragraphs"][0]["context"] += " ba" * 40


@pytest.mark.parametrize("change, message", [
    (moved, "zzz"),
    (without_answers, "'answers'"),
    (twice, "once"),
    (too_long, "leave"),
    (None, "dev.json"),
], ids=lambda value: getattr(value, "__name__", value))  # fmt: skip
def test_bad_files_are_named(work, tmp_path, change, message):
    text = (work["folder"] / "dev.json").read_text()
    if change is not None:
        squad = json.loads(text)
        change(squad)
        text = json.dumps(squad)
    (tmp_path / "dev.json").write_text(text if change else text[:-3])
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", f"data.validation={tmp_path}/dev.json")
    assert refused.returncode == 1 and f"{tmp_path}/dev.json" in refused.stderr and message in refused.stderr, refused.stderr
    assert change is None or "question 'qdev0'" in refused.stderr, refused.stderr
    assert not (tmp_path / "out").exists()


def test_windows_are_longer_than_what_they_share(work, tmp_path):
    refused = run_program("train", work["folder"] / "recipe.toml", "--out", tmp_path / "out", "--set", f"data.stride={LENGTH}")
    assert refused.returncode == 1 and "stride: expected less than data.max_length, 40, but got 40" in refused.stderr, refused.stderr


@pytest.mark.parametrize("flags, message", [
    (["--truncate"], "truncation"),
    (["--label-names", "a,b"], "--label-names"),
    (["--max-length", "65"], "64"),
    (["--max-length", "20", "--stride", "20"], "20"),
])  # fmt: skip
def test_what_has_no_effect_is_refused(work, flags, message):
    if work["shape"] != "second":
        pytest.skip("of BERT, whose positions have an end")
    refused = run_program("classify", "--model", work["folder"] / "run", *flags, text="ba\tbe\n")
    assert refused.returncode == 1 and message in refused.stderr, refused.stderr


def test_lines_without_an_answer_are_named(work):
    finished = run_program("classify", "--model", work["folder"] / "run", "--json", text="ba\tbe\nba be\nba\t \nba\tbo\n")
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert finished.returncode == 1 and [line.get("line") for line in lines] == [None, 2, 3, None], finished.stdout
    assert "tab" in lines[1]["error"] and "no token" in lines[2]["error"] and lines[3]["answer"] == "bo"
