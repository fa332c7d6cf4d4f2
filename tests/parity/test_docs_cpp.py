"""docs/cpp.md shows what examples/ has, which test_packaging.py builds and runs; and names all that the package asks for."""

import re
import textwrap

import pytest

from conftest import ROOT

PAGE = (ROOT / "docs" / "cpp.md").read_text()
SOURCES = {path.name: path.read_text() for path in sorted((ROOT / "examples").iterdir())}
DEBIAN = {"fmt": "libfmt-dev", "spdlog": "libspdlog-dev", "nlohmann_json": "nlohmann-json3-dev"}


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def paragraphs(text):
    """Runs of lines that begin at the margin: a function, or includes, or statements."""
    return [paragraph for paragraph in re.split(r"\n\n(?=\S)", text.strip("\n")) if paragraph]


def is_part(shown, source):
    """Whether these lines follow each other in the source, all of them perhaps further to the right."""
    wanted, lines = shown.splitlines(), source.splitlines()
    windows = ("\n".join(lines[i : i + len(wanted)]) for i in range(len(lines) - len(wanted) + 1))
    return any(textwrap.dedent(window) == shown for window in windows)


@pytest.mark.parametrize("block", blocks("cpp") + blocks("cmake"))
def test_what_is_shown_stands_in_an_example(block):
    assert any(all(is_part(part, source) for part in paragraphs(block)) for source in SOURCES.values()), block


def test_parts_are_told_from_what_is_none():
    assert is_part("a;\nb;", "{\n  a;\n  b;\n}") and not is_part("a;\nc;", "{\n  a;\n  b;\n}")
    assert not is_part("a;\nb;", "{\n  a;\n    b;\n}")
    assert blocks("cpp") and blocks("cmake")


def test_every_example_is_shown():
    programs = [source for name, source in SOURCES.items() if name.endswith(".cpp") and name != "fill_mask.cpp"]
    for source in programs:
        assert any(is_part(paragraphs(block)[0], source) for block in blocks("cpp"))


def test_the_page_names_what_the_package_asks_for():
    asked = re.findall(r"find_dependency\((\w+)\)", (ROOT / "cmake" / "roformerConfig.cmake.in").read_text())
    assert set(asked) == {"Threads", *DEBIAN}
    assert all(name in PAGE and package in PAGE for name, package in DEBIAN.items())


def test_headers_that_the_page_names_are_there():
    named = set(re.findall(r"`(roformer/[a-z_]+/[a-z_]+\.h)`", PAGE))
    assert named and all((ROOT / name).exists() for name in named)
