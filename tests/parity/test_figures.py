"""The figures of fine-tuning against scikit-learn, scipy and seqeval, and answers to questions against the definition of
SQuAD's official scripts."""

import collections
import math
import random
import re
import string
import unicodedata

import pytest
import sklearn
from scipy import stats
from sklearn import metrics
from test_bleu import run_driver

CLOSE = 1e-9
AVERAGES = ("micro", "macro", "weighted")


def test_releases_that_we_are_compared_with():
    assert sklearn.__version__ == "1.9.1"


# Classes


def classification_cases():
    chance = random.Random(1)
    cases = [dict(gold=[0], predicted=[0], num_classes=1), dict(gold=[1], predicted=[0], num_classes=3)]
    cases += [dict(gold=gold, predicted=predicted, num_classes=2)
              for gold in ([0, 0, 0], [1, 1, 1], [0, 1, 1]) for predicted in ([0, 0, 0], [1, 1, 1], [1, 0, 1])]  # fmt: skip
    for _ in range(120):
        num_classes = chance.choice([1, 2, 2, 3, 5, 40])
        used = chance.sample(range(num_classes), chance.randrange(1, num_classes + 1))  # the others stay empty
        gold = [chance.choice(used) for _ in range(chance.choice([1, 2, 3, 10, 100]))]
        share = chance.random()
        predicted = [label if chance.random() < share else chance.randrange(num_classes) for label in gold]
        cases.append(dict(gold=gold, predicted=predicted, num_classes=num_classes))
    for num_classes in (2, 100):
        gold = [chance.randrange(num_classes) for _ in range(100_000)]
        predicted = [label if chance.random() < 0.3 else chance.randrange(num_classes) for label in gold]
        cases.append(dict(gold=gold, predicted=predicted, num_classes=num_classes))
    return cases


@pytest.mark.filterwarnings("ignore")  # of a single class
def test_classification():
    cases = classification_cases()
    for case, ours in zip(cases, run_driver("classes", cases), strict=True):
        gold, predicted, labels = case["gold"], case["predicted"], list(range(case["num_classes"]))

        def scores(average, **options):
            found = metrics.precision_recall_fscore_support(gold, predicted, average=average, zero_division=0, **options)
            return found if average is None else [*found[:3], len(gold)]  # without a support of averages

        assert ours["confusion"] == metrics.confusion_matrix(gold, predicted, labels=labels).flatten().tolist()
        assert ours["accuracy"] == pytest.approx(metrics.accuracy_score(gold, predicted), abs=CLOSE)
        per_class = list(zip(*scores(None, labels=labels), strict=True))
        assert ours["classes"] == [pytest.approx(list(expected), abs=CLOSE) for expected in per_class]
        for average in AVERAGES:
            assert ours[average] == pytest.approx(scores(average), abs=CLOSE), (average, case)
        assert ours["matthews"] == pytest.approx(metrics.matthews_corrcoef(gold, predicted), abs=CLOSE), case


def test_binary_f1_is_that_of_class_one():
    cases = [case for case in classification_cases() if case["num_classes"] == 2]
    assert len(cases) > 30
    for case, ours in zip(cases, run_driver("classes", cases), strict=True):
        expected = metrics.f1_score(case["gold"], case["predicted"], zero_division=0)
        assert ours["classes"][1][2] == pytest.approx(expected, abs=CLOSE)


# Numbers


def correlation_cases():
    chance = random.Random(2)
    cases = [dict(first=[1.0], second=[2.0]), dict(first=[1, 2], second=[2, 1]), dict(first=[0.1] * 3, second=[1, 2, 3]),
             dict(first=[1, 2, 3], second=[0.3] * 3), dict(first=[5, 5], second=[5, 5]), dict(first=[], second=[]),
             dict(first=[-5e210, 5e210, 3e200], second=[1, 2, 4])]  # fmt: skip
    for number in range(400):
        size = chance.choice([2, 3, 4, 10, 100, 1000])
        if number % 2:  # many ties, or all equal
            kinds = chance.randrange(1, 6)
            first, second = ([chance.randrange(kinds) / 4 for _ in range(size)] for _ in range(2))
        else:
            far = chance.choice([0, 0, 1e3, -1e6])
            first = [chance.gauss(far, 1) for _ in range(size)]
            slope = chance.choice([0, 0.5, -2, 100])
            second = [slope * value + chance.gauss(0, 1) for value in first]
        cases.append(dict(first=first, second=second))
    first = [round(chance.gauss(0, 1), 2) for _ in range(200_000)]
    cases.append(dict(first=first, second=[round(value + chance.gauss(0, 1), 2) for value in first]))
    return cases


def defined(number):
    """The number as our JSON has it."""
    return pytest.approx(number, rel=CLOSE, abs=CLOSE) if math.isfinite(number) else None


@pytest.mark.filterwarnings("ignore")  # of constants, for which scipy has NaN
def test_correlations():
    cases = correlation_cases()
    undefined = 0
    for case, ours in zip(cases, run_driver("correlations", cases), strict=True):
        first, second = case["first"], case["second"]
        assert ours["ranks"] == stats.rankdata(first).tolist()
        undefined += ours["pearson"] is None
        if len(first) < 2:  # an error of pearsonr
            assert ours["pearson"] is None and ours["spearman"] is None
        else:
            assert ours["pearson"] == defined(stats.pearsonr(first, second).statistic), case
            assert ours["spearman"] == defined(stats.spearmanr(first, second).statistic), case
        if first:
            assert ours["squared_error"] == defined(metrics.mean_squared_error(first, second))
    assert 10 < undefined < 100


# Entities

BROKEN = [
    [],
    ["O"],
    ["O", "I-X", "O"],
    ["O", "E-X", "I-X"],
    ["B-X", "I-Y", "I-Y"],
    ["I-X", "I-Y", "B-Y", "I-X"],
    ["B-X", "B-X", "I-X", "I-X", "O", "I-X"],
    ["I-X", "E-X", "E-X", "I-X", "B-X"],
    ["S-X", "S-X", "I-X", "S-Y", "E-Y", "E-X"],
    ["B-X", "I-X", "E-X", "B-X", "E-X", "S-X", "O", "B-Y"],
    ["B-X", "E-Y", "I-Y", "B-Y", "S-Y", "I-Y", "E-Y", "E-Y"],
    ["B", "I", "I-", "I-_", "E-X-Y", "I-X-Y", "B-X-Z", "B-"],
    ["B-Ωß", "I-Ωß", "I-Ω", "S-人名"],
]


def sequence_labeling():
    reason = "seqeval cannot be imported: scripts/setup installs it"
    return pytest.importorskip("seqeval.metrics.sequence_labeling", reason=reason)


def random_tags(chance, places, types, length):
    """Tags in any order: most sequences are broken."""
    return [place if place == "O" else f"{place}-{chance.choice(types)}" for place in chance.choices(places, k=length)]


def written_tags(chance, types, length, scheme):
    """Entities written in a scheme without a mistake."""
    tags = []
    while len(tags) < length:
        tags += ["O"] * chance.randrange(3)
        size, name = chance.choice([1, 1, 2, 3]), chance.choice(types)
        middle, last = ["I"] * (size - 1), ["I"] * max(size - 2, 0) + ["E"]
        places = dict(IOB2=["B", *middle], IOB1=["I", *middle], IOE=[*middle, "E"],
                      IOBES=["S"] if size == 1 else ["B", *last])[scheme]  # fmt: skip
        tags += [f"{place}-{name}" for place in places]
    return tags[:length]


def changed_tags(chance, tags, share, types):
    return [random_tags(chance, "OBIES", types, 1)[0] if chance.random() < share else tag for tag in tags]


def entity_cases():
    chance = random.Random(3)
    cases = [dict(gold=[tags], predicted=[other]) for tags in BROKEN for other in BROKEN if len(tags) == len(other) > 0]
    cases.append(dict(gold=BROKEN, predicted=[["O"] * len(tags) for tags in BROKEN]))
    cases.append(dict(gold=[["O"] * len(tags) for tags in BROKEN], predicted=BROKEN))
    for number in range(400):
        types = [["X"], ["X", "Y"], ["PER", "LOC", "ORG", "MISC"]][number % 3]
        lengths = [chance.choice([0, 1, 2, 5, 30]) for _ in range(chance.choice([1, 2, 10]))] + [1]
        if number % 2:
            gold = [random_tags(chance, chance.choice(["OBI", "OI", "OBIES", "IE"]), types, n) for n in lengths]
        else:
            gold = [written_tags(chance, types, n, ["IOB2", "IOB1", "IOE", "IOBES"][number // 2 % 4]) for n in lengths]
        share = chance.choice([0, 0.1, 0.5, 1])
        cases.append(dict(gold=gold, predicted=[changed_tags(chance, tags, share, [*types, "Z"]) for tags in gold]))
    gold = [written_tags(chance, ["PER", "LOC", "ORG"], 25, "IOB2") for _ in range(4000)]
    cases.append(dict(gold=gold, predicted=[changed_tags(chance, tags, 0.1, ["PER", "LOC"]) for tags in gold]))
    return cases


def test_entities_that_are_found():
    theirs = sequence_labeling()
    sequences = BROKEN + [tags for case in entity_cases() for tags in case["predicted"][:50]]
    found = run_driver("found", [dict(tags=tags) for tags in sequences])
    for tags, ours in zip(sequences, found, strict=True):
        assert [tuple(entity) for entity in ours] == theirs.get_entities(tags), tags


@pytest.mark.filterwarnings("ignore")  # of zero divisions
def test_scores_of_entities():
    theirs = sequence_labeling()
    cases = entity_cases()
    without = 0
    for case, ours in zip(cases, run_driver("entities", cases), strict=True):
        gold, predicted = case["gold"], case["predicted"]
        names = {entity[0] for tags in (gold, predicted) for entity in theirs.get_entities(tags)}
        assert list(ours["types"]) == sorted(names)
        expected = theirs.precision_recall_fscore_support(gold, predicted, average=None)
        for facts, of_type in zip(ours["types"].values(), zip(*expected, strict=True), strict=True):
            assert facts == pytest.approx(list(of_type), abs=CLOSE), case
        for average in AVERAGES:
            expected = theirs.precision_recall_fscore_support(gold, predicted, average=average)
            if average == "macro" and not names:  # of which seqeval has NaN
                expected = [0, 0, 0, 0]
                without += 1
            assert ours[average] == pytest.approx(list(expected), abs=CLOSE), (average, case)
        assert ours["accuracy"] == pytest.approx(theirs.accuracy_score(gold, predicted), abs=CLOSE)
    assert 0 < without < 50


# Answers: what evaluate-v1.1.py and evaluate-v2.0.py of SQuAD define.


PUNCTUATION = set(string.punctuation)


def normalised(text):
    text = "".join(character for character in text.lower() if character not in PUNCTUATION)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def words_f1(gold, answer, version):
    gold, answer = normalised(gold).split(), normalised(answer).split()
    if version == "2.0" and not (gold and answer):
        return float(gold == answer)
    shared = sum((collections.Counter(gold) & collections.Counter(answer)).values())
    if not shared:
        return 0.0
    precision, recall = shared / len(answer), shared / len(gold)
    return 2 * precision * recall / (precision + recall)


def score_of(gold, answer, version):
    if version == "2.0":
        gold = [text for text in gold if normalised(text)] or [""]
    exact = max(float(normalised(text) == normalised(answer)) for text in gold)
    return exact, max(words_f1(text, answer, version) for text in gold)


def means_of(scores):
    if not scores:
        return None
    sums = [100.0 * sum(one) / len(scores) for one in zip(*scores, strict=True)]
    return pytest.approx([*sums, len(scores)], abs=CLOSE)


WORDS = ["a", "an", "the", "The", "A", "AN", "cat", "Cat", "cat's", "co-op", "3,000", "U.S.", "é", "É", "e\u0301", "ΣΑΣ", "İ",
         "“the”", "a–b", "a\u0301", "the²", "a中", "—", "...", "_", "-", "’s", "½", "ẞ", "th-e", "\u200b", "a\u200bthe"]  # fmt: skip
SPACES = [" ", " ", " ", "  ", "\t", "\n", "\u00a0", "\u3000", "\x1c", "\x85", ""]


def random_answer(chance):
    return "".join(chance.choice(WORDS) + chance.choice(SPACES) for _ in range(chance.choice([0, 1, 1, 2, 3, 8])))


def changed_answer(chance, text):
    words = text.split(" ")
    chance.shuffle(words)
    return " ".join(words[chance.randrange(2):]).swapcase()  # fmt: skip


def test_words_of_answers():
    chance = random.Random(4)
    lines = [random_answer(chance) for _ in range(5000)]
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")]
    lines += [f"a{character}the {character}a{character} Σ{character}" for character in known]
    for line, ours in zip(lines, run_driver("answer_words", [dict(lines=lines)])[0], strict=True):
        assert ours == normalised(line).split(), repr(line)


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_answers(version):
    chance = random.Random(5)
    tasks = [dict(gold=[["..."], ["", "cat"], ["the"]], answers=["", "a", "-"]), dict(gold=[["cat"]], answers=["Cat!"])]
    if version == "2.0":
        tasks += [dict(gold=[[]], answers=[""]), dict(gold=[[], []], answers=["the", "cat"]), dict(gold=[[""]], answers=[""])]
    for size in [1] * 100 + [20] * 100 + [5000]:
        fewest = 0 if version == "2.0" else 1
        gold = [[random_answer(chance) for _ in range(chance.randrange(fewest, 4))] for _ in range(size)]
        answers = [changed_answer(chance, chance.choice(texts)) if texts and chance.random() < 0.8 else random_answer(chance)
                   for texts in gold]  # fmt: skip
        tasks.append(dict(gold=gold, answers=answers))
    reports = run_driver("answers", [task | dict(version=version) for task in tasks])
    for task, ours in zip(tasks, reports, strict=True):
        scores = [score_of(gold, answer, version) for gold, answer in zip(task["gold"], task["answers"], strict=True)]
        parts = [[score for score, gold in zip(scores, task["gold"], strict=True) if bool(gold) == has] for has in (True, False)]
        assert ours["all"] == means_of(scores), task
        assert [ours["with_answer"], ours["without_answer"]] == [means_of(part) for part in parts], task
    assert all(10 < mean < 90 for mean in reports[-1]["all"][:2])
