"""Every command's help is complete, the manual page says the same, and completion in bash offers it."""

import functools
import re
import shutil
import subprocess

import pytest

from conftest import run_program


@functools.cache
def output(*arguments):
    finished = run_program(*arguments)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def subcommands(*path):
    """The leaves of the tree of commands, as lists of words."""
    listed = re.search(r"\nSubcommands:\n((?:  .*\n)+)", output(*path, "--help"))
    names = re.findall(r"^  (\S+)", listed.group(1), re.MULTILINE) if listed else []
    return [leaf for name in names if not name.startswith(" ") for leaf in subcommands(*path, name)] if names else [path]


COMMANDS = subcommands()


def manual_sections():
    """{("rope", "decay"): text of its section}"""
    sections = output("manual").replace("\\-", "-").split("\n.SH EXIT STATUS")[0].split("\n.SS ")[1:]
    return {tuple(re.match(r'"roformer ([^\[]*) \[OPTIONS\]', section).group(1).split()): section for section in sections}


def options(section):
    """(name, value, description) of each entry."""
    return re.findall(r"^\.TP\n\\fB([^\\]*)\\fR(?: \\fI([^\\]*)\\fR)?\n(.*)$", section, re.MULTILINE)


def test_manual_has_every_command():
    assert len(COMMANDS) >= 11
    assert manual_sections().keys() == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_option_is_described(command):
    section = manual_sections()[command]
    entries = options(section)
    assert len(entries) == section.count("\n.TP\n") >= 1
    help_text = " ".join(output(*command, "--help").split())
    for name, value, description in entries:
        assert len(description) >= 10, f"{name} has no description"
        if value:
            assert re.search("required|default|several times", description), f"{name}: neither a default nor required"
        assert name.replace(", ", ",") in help_text and description in help_text, name
    assert "Examples: roformer " in help_text or "Examples: echo" in help_text or "Examples: source" in help_text
    assert "0: done; 1: failed" in help_text


def test_exit_status_is_as_described():
    assert run_program("train").returncode == 2
    assert run_program("no-such-command").returncode == 2
    assert run_program("inspect", "/no/such/folder").returncode == 1


@pytest.mark.skipif(shutil.which("groff") is None, reason="SKIPPED LOUDLY: the manual page is not checked, groff is not installed")
def test_manual_page_is_good_roff():
    checked = subprocess.run(["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z"], input=output("manual"), capture_output=True, text=True)
    assert checked.returncode == 0 and checked.stderr == ""


@pytest.mark.parametrize("line, offered", [
    ("roformer fill", {"fill-mask"}),
    ("roformer ", {" ".join(command[:1]) for command in COMMANDS}),
    ("roformer embed --pool", {"--pooling"}),
    ("roformer embed --pooling ", {"cls", "mean", "max", "mean_sqrt", "weighted_mean", "last", "pooler"}),
    ("roformer embed --normalize --pooling m", {"mean", "max", "mean_sqrt"}),
    ("roformer reproduce --scale s", {"small"}),
    ("roformer completion ", {"bash"}),
    ("roformer embed --model ", set()),  # files, by bash itself
    ("roformer train --out train --res", {"--resume"}),
])  # fmt: skip
def test_completion_in_bash(line, offered):
    words = line.split(" ")
    script = output("completion", "bash") + f"""
COMP_WORDS=({' '.join(word or "''" for word in words)})
COMP_CWORD={len(words) - 1}
_roformer
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    finished = subprocess.run(["bash", "-u"], input=script, capture_output=True, text=True)
    assert finished.stderr == ""
    assert set(finished.stdout.split()) == offered
