"""The chains of docs/how/architecture.md: each names every file that its example is in, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.test_docs import GENERATED, ROOT

_MAP = (ROOT / "docs" / "how" / "architecture.md").read_text(encoding="utf-8")
_CHAINS = re.findall(r"^### ([^`\n]+): (`[^\n]+`)\n(.*?)(?=^##)", _MAP, re.MULTILINE | re.DOTALL)
#: Where a chain may lead. Tests, generated pages and the map itself are left out.
_LOOKED_AT = ("bufferctl", "tools", "docs", "examples", ".github", "action.yml", "README.md")
_LEFT_OUT = {*(f"docs/{page}.md" for page in GENERATED), "docs/reference/commands.md", "docs/how/architecture.md"}
_KINDS = {".py", ".graphql", ".json", ".html", ".css", ".js", ".md", ".yaml", ".yml"}


def texts() -> dict[str, str]:
    """Every file that a chain may lead to."""
    found: dict[str, str] = {}
    for each in _LOOKED_AT:
        top = ROOT / each
        paths = [top] if top.is_file() else [path for path in top.rglob("*") if path.suffix in _KINDS]
        for path in paths:
            name = path.relative_to(ROOT).as_posix()
            if name not in _LEFT_OUT and "__pycache__" not in name:
                found[name] = path.read_text(encoding="utf-8")
    return found


TEXTS = texts()


def test_there_are_chains() -> None:
    """And files that they could lead to."""
    assert len(_CHAINS) > 8
    assert len(TEXTS) > 300


@pytest.mark.parametrize(("title", "words", "text"), _CHAINS, ids=[title for title, *_ in _CHAINS])
def test_a_chain_names_every_station(title: str, words: str, text: str) -> None:
    """The first column has the files in which `git grep -w` finds a word of the heading."""
    word = re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, re.findall('`([^`]+)`', words)))})(?!\w)")
    there = {name for name, content in TEXTS.items() if word.search(content)}
    listed = re.findall(
        r"`([^`]+)`", "".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    )
    assert sorted(there - set(listed)) == [], (
        f"{title}: {words} is in these files, too; add them to the chain in the map"
    )
    assert sorted(set(listed) - there) == [], f"{title}: {words} is not in these files any more"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(("title", "words", "text"), _CHAINS, ids=[title for title, *_ in _CHAINS])
def test_what_a_chain_says_fails_exists(title: str, words: str, text: str) -> None:
    """Each test in it is a file, and so is each path beside the stations."""
    paths = re.findall(r"`((?:tests|bufferctl|docs|tools|examples)/[\w./-]+)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == [], (title, words)


def test_the_page_is_where_the_readers_are_sent() -> None:
    """CONTRIBUTING.md leads to the chains before its tables."""
    text = (Path(ROOT) / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "architecture.md#the-chains" in text.partition("| to change |")[0]
