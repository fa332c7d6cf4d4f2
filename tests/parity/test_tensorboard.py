"""The event files of a training run, read by tensorboard itself: every figure of metrics.jsonl, each step once, also after a
kill, a torn record and a resume."""

import collections
import json
import math
import signal

from tensorboard.backend.event_processing.event_accumulator import SCALARS, EventAccumulator

from conftest import run_program
from test_resume import RECIPE, start, wait_for_step, write_text


def figures_of_metrics(run):
    """{"training/loss": [(step, value), …], …} of metrics.jsonl."""
    curves = collections.defaultdict(list)

    def collect(prefix, value, step):
        for name, entry in value.items():
            if isinstance(entry, dict):
                collect(f"{prefix}/{name}", entry, step)
            elif isinstance(entry, (int, float)) and name != "step":
                curves[f"{prefix}/{name}"].append((step, entry))

    for line in (run / "metrics.jsonl").read_text().splitlines():
        line = json.loads(line)
        collect(line.pop("kind"), line, line["step"])
    return curves


def figures_of_events(run):
    events = EventAccumulator(str(run), size_guidance={SCALARS: 0})
    events.Reload()
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def require_equal(run):
    expected, found = figures_of_metrics(run), figures_of_events(run)
    assert {"training/loss", "training/learning_rate", "training/tokens_per_second", "evaluation/loss"} <= expected.keys()
    assert found.keys() == expected.keys()
    for tag, curve in expected.items():
        assert [step for step, _ in found[tag]] == [step for step, _ in curve], tag
        assert all(math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-30) for (_, a), (_, b) in zip(found[tag], curve)), tag


def test_events_equal_metrics_over_a_kill_and_a_resume(tmp_path):
    write_text(tmp_path / "text.txt")
    (tmp_path / "recipe.toml").write_text(RECIPE.format(text=tmp_path / "text.txt", cache=tmp_path / "cache"))
    for torn, moment in ((1, 5), (3, 20), (0, 50)):
        # The first kill comes before the first checkpoint; checkpoints are rare enough that steps are done twice.
        process = start(tmp_path, "run", "--set", "checkpoint.every=17")
        wait_for_step(tmp_path, "run", moment, process)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        process.stderr.close()
        newest = max((tmp_path / "run").glob("events.out.tfevents.*"))
        newest.write_bytes(newest.read_bytes()[: -torn or None])
    done = run_program("train", tmp_path / "recipe.toml", "--out", tmp_path / "run", "--resume", "--set", "checkpoint.every=17")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "run").glob("events.out.tfevents.*"))) == 4
    require_equal(tmp_path / "run")
