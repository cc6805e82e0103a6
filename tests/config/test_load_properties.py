"""No input gives a traceback: bytes, arbitrary structures, and damaged valid files."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.compat import StringIO

from bufferctl.config import Loaded, load
from bufferctl.config.format import RootFile
from bufferctl.config.read import Source, parse
from bufferctl.render.diagnostics import diagnostics_text, summary_text
from bufferctl.render.lines import Paint

CASES = Path(__file__).parents[1] / "cases/validate"
VALID = (CASES / "valid-everything/buffer.yaml").read_bytes()
SHARED = (CASES / "valid-everything/campaign/a.yaml").read_bytes()

#: Syntax of YAML and of our format, so that random text reaches the code behind them.
SIGNS = st.sampled_from(
    [
        *":[]{}#>|'\"\t?%\r\n~\\@`,\x07\x85\u2028\ufeff\ue000😀",
        ": ",
        "\n  ",
        "- ",
        " #x",
        "&a ",
        "*a",
        "!t ",
        "---\n",
        "...",
        "<<: ",
        "://",
        "12:30",
        "2026-03-29 02:30",
        "posts",
        "key",
        "text",
        "channels",
        "twitter",
        "due_at",
        "true",
        "version",
    ]
)
WORDS = st.one_of(SIGNS, st.text(max_size=5))
NAMES = st.one_of(
    st.sampled_from(sorted(RootFile.model_fields)), st.sampled_from(["key", "text", "channels"]), st.text()
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), SIGNS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)
#: Text on which the pure parser departs from YAML 1.2 (a tab after a text), or ends lines where editors do not.
_DIFFERENT = re.compile("[\u2028\x85\ufeff%]|(?:^|[\\s,\\[{])\\?|\\S\t")


def loaded(content: bytes, shared: bytes = SHARED) -> Loaded:
    """Load a folder with these two files, and show the problems as validate does."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "buffer.yaml")
        root.write_bytes(content)
        Path(folder, "campaign").mkdir()
        Path(folder, "campaign/a.yaml").write_bytes(shared)
        found = load(root, Path(folder))
    assert (found.desired is None) == any(each.severity == "error" for each in found.diagnostics)
    diagnostics_text(found.diagnostics, Paint()).encode()
    summary_text(found.diagnostics)
    return found


@given(st.one_of(st.binary(max_size=200), st.lists(WORDS, max_size=40).map("".join).map(lambda s: s.encode())))
@example(b'"\\ud800": 1')
@example(b"? [a, b]\n: 1\n")
@example(b"a: &a [*a]")
@example(b"\xef\xbb\xbf\xef\xbb\xbfa: b")
def test_any_bytes(content: bytes) -> None:
    """As root file and as included file: valid, or problems with places, and nothing else."""
    loaded(content)
    loaded(VALID, content)


@pytest.mark.parametrize("unit", ["[", "{", "- ", "? ", "a: [", "{a: ", "&a [", "!t ["])
def test_depth_is_refused(unit: str) -> None:
    """50,000 levels of anything: a message, and neither a traceback nor an interpreter crash."""
    assert loaded(unit.encode() * 50_000).diagnostics


@given(VALUES)
def test_any_structure(value: object) -> None:
    """Well-formed YAML of any shape, as root file and as included file."""
    stream = StringIO()
    YAML(typ="safe", pure=True).dump(value, stream)
    content = stream.getvalue().encode("utf-8", "replace")
    loaded(content)
    loaded(VALID, content)


@given(st.data())
def test_valid_files_with_something_broken(data: st.DataObject) -> None:
    """A part of a valid file is replaced: problems with places, or still valid."""
    text = data.draw(st.sampled_from([VALID, SHARED]))
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 60))
    changed = text[:start] + data.draw(WORDS).encode("utf-8", "replace") + text[start + length :]
    loaded(changed, SHARED) if text is VALID else loaded(VALID, changed)


@given(st.lists(WORDS, max_size=25).map("".join))
def test_both_parsers_read_alike(text: str) -> None:
    """Input that both parsers accept gives the same values."""
    source = Source("a.yaml", text, Path())
    (quick, problems), (slow, _) = parse(source), parse(source, compiled=False)
    assert problems or _DIFFERENT.search(text) or slow.data in (None, quick.data)


@given(st.lists(WORDS, max_size=25).map("".join), st.integers(0, 30_000), st.integers(0, 40_000))
def test_a_packed_text_is_the_same(text: str, start: int, length: int) -> None:
    """Places, lines and parts of a text are the same once it is packed, across its blocks too."""
    text = (text or "🚀\n") * (40_000 // max(1, len(text)))
    source, packed = Source("a.yaml", text, Path()), Source("a.yaml", text, Path())
    packed.pack()
    start = min(start, len(text))
    assert (packed.place(start), packed.line(start)) == (source.place(start), source.line(start))
    assert packed.part(start, start + length) == source.part(start, start + length) == text[start : start + length]
    assert packed.text == text


def test_every_control_character_is_found() -> None:
    """Those of both blocks except tabs and line ends, and what Unicode reserves, wherever they are."""
    controls = {*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF}
    characters = [*range(0x900), *range(0xF000, 0x10000), 0x1F680]
    assert controls == {c for c in characters if Source("a.yaml", f"🚀 ö{chr(c)}", Path()).controls()}


@pytest.mark.parametrize("compiled", [True, False])
def test_signs_in_braces_are_text(compiled: bool) -> None:
    """URLs, times and channels need no quotes in `{}` and `[]`, nor does `?` if compiled; and JSON is YAML."""

    def read(text: str) -> Any:
        tree, problems = parse(Source("a.yaml", text, Path()), compiled=compiled)
        assert problems == []
        return tree.data

    assert read("{url: https://x.example/y, at: 09:00}") == {"url": "https://x.example/y", "at": "09:00"}
    assert read("[twitter:acme]") == ["twitter:acme"]
    assert not compiled or read("{b: What is it?, c: x.example/y?z=1}") == {"b": "What is it?", "c": "x.example/y?z=1"}
    assert read('{"a":"b","c":[d:e,"f:g"]}') == {"a": "b", "c": ["d:e", "f:g"]}
