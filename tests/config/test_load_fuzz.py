"""Realistic files, changed at random: `validate` gives messages, never a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.checks import check
from bufferctl.config import Locator, load
from tests.case_folders import cases_of, root_file_of
from tests.fuzzing import examples

FILES = {
    name: root_file_of(cases_of("validate")[name]).read_text(encoding="utf-8")
    for name in ("valid-everything", "valid-design-example", "policy", "link-assets", "everything-at-once")
}
PIECES = [
    *(
        "\n",
        " ",
        "  ",
        "\t",
        ":",
        ": ",
        "- ",
        "|",
        ">",
        "#",
        " #",
        "&a ",
        "*a",
        "!!str ",
        "[",
        "]",
        "{",
        "}",
        ",",
        '"',
        "'",
    ),
    *(
        "\\",
        "\x00",
        "\ufeff",
        "\u2028",
        "\u200b",
        "~",
        "null",
        "0",
        "-1",
        "9" * 40,
        "1e309",
        "2026-13-45 99:99",
        "9999-12-31",
    ),
    *(
        "0001-01-01T00:00Z",
        "<<: *a",
        "---",
        "...",
        "%YAML 1.2",
        "text",
        "due_at",
        "overrides",
        "twitter",
        "\U0001f1e9",
        "x" * 100,
    ),
]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES) | st.text(max_size=5)),
    min_size=1,
    max_size=6,
)


def gives_messages(name: str, changes: list[tuple[float, int, str]]) -> None:
    """Load the changed file: each message has a place, and each finding can be located again."""
    text = FILES[name]
    for where, removed, inserted in changes:
        at = int(where * len(text))
        text = text[:at] + inserted + text[at + removed :]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "buffer.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        loaded = load(None, root)
        assert all(each.place and each.message for each in loaded.diagnostics)
        if loaded.sound:
            locator = Locator(root, loaded.sound.channels)
            for finding in check(loaded.sound):
                locator.field(finding.item.place, finding.item.address, finding.path, finding.quote)


@given(st.sampled_from(sorted(FILES)), CHANGES)
@settings(max_examples=examples(200))
def test_a_changed_file_gives_messages(name: str, changes: list[tuple[float, int, str]]) -> None:
    """For any kind of damage."""
    gives_messages(name, changes)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(FILES))
@given(changes=CHANGES)
@settings(max_examples=2000)
def test_ten_thousand_changed_files_give_messages(name: str, changes: list[tuple[float, int, str]]) -> None:
    """The same, ten thousand times: two thousand for each file."""
    gives_messages(name, changes)
