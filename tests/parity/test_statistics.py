"""Student's t, intervals over seeds and paired differences against scipy."""

import math
import random

import pytest
from scipy import stats
from test_bleu import run_driver

CLOSE = 1e-9


def test_quantiles():
    chance = random.Random(1)
    cases = [[p, n] for n in (1, 2, 3, 4, 9, 29, 1000) for p in (0.001, 0.025, 0.5, 0.9, 0.975, 0.9999)]
    cases += [[chance.random(), chance.choice([1, 2, 5, 2.5, 60])] for _ in range(500)]
    for (p, n), ours in zip(cases, run_driver("quantiles", [dict(cases=cases)])[0], strict=True):
        assert ours == pytest.approx(stats.t.ppf(p, n), rel=CLOSE, abs=CLOSE), (p, n)


def test_two_sided_p():
    chance = random.Random(2)
    cases = [[t, n] for n in (1, 2, 3, 9, 100) for t in (0, 1e-9, -0.5, 2.9, -12, 1e4)]
    cases += [[chance.gauss(0, 3), chance.randrange(1, 40)] for _ in range(500)]
    for (t, n), ours in zip(cases, run_driver("p_values", [dict(cases=cases)])[0], strict=True):
        assert ours == pytest.approx(2 * stats.t.sf(abs(t), n), rel=CLOSE, abs=1e-300), (t, n)


def test_means_and_paired_differences():
    chance = random.Random(3)
    tasks = []
    for _ in range(300):
        first = [chance.gauss(2, 0.3) for _ in range(chance.choice([2, 3, 3, 5, 10]))]
        tasks.append(dict(first=first, second=[value + chance.gauss(-0.2, 0.2) for value in first]))
    told_apart = 0
    for task, ours in zip(tasks, run_driver("seeds", tasks), strict=True):
        first, second = task["first"], task["second"]
        expected = stats.t.interval(0.95, len(second) - 1, loc=stats.tmean(second), scale=stats.sem(second))
        assert ours["second"]["mean"] == pytest.approx(stats.tmean(second), abs=CLOSE)
        assert ours["second"]["interval"] == pytest.approx(list(expected), abs=CLOSE)
        assert ours["deviation"] == pytest.approx(stats.tstd(second), abs=CLOSE)
        test = stats.ttest_rel(second, first)
        interval = test.confidence_interval(0.95)
        assert ours["p_value"] == pytest.approx(test.pvalue, rel=CLOSE)
        assert ours["difference"]["interval"] == pytest.approx([interval.low, interval.high], abs=CLOSE)
        assert ours["told_apart"] == (test.pvalue < 0.05)
        assert ours["words"].startswith("not told apart") == (test.pvalue >= 0.05)
        told_apart += ours["told_apart"]
    assert 50 < told_apart < 250  # of both kinds


def test_one_seed_has_no_interval():
    ours = run_driver("seeds", [dict(first=[2.0], second=[1.5])])[0]
    assert ours["second"] == dict(mean=1.5, seeds=1, interval=None)
    assert ours["p_value"] is None and not ours["told_apart"] and math.isclose(ours["difference"]["mean"], -0.5)
