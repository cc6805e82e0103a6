"""Inputs that once made `validate` slow or large, attacks or slips, each as a project with one root file.

`projects(folder)` writes them; `validate` takes at most 2 seconds and 200 MiB for each (`run.py worst`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import corpus

_ROOT = """version: 1
timezone: UTC
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
      - {service: bluesky, name: acme.example}
      - {service: mastodon, name: acme}
"""
_POLICY = """policy:
  link_domains: [acme.example]
  forbidden_words: [cheap, free]
  utm: [{domains: [acme.example], parameters: [utm_source]}]
"""
_POST = "posts:\n  - key: a\n    channels: [twitter, linkedin, bluesky, mastodon]\n"
_BLOCK = f"{_POST}    text: |\n      "


def projects(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write each input; yields its name and its folder."""
    for number, (name, text) in enumerate(_INPUTS.items()):
        project = folder / f"hostile-{number:02}"
        project.mkdir()
        (project / "buffer.yaml").write_text(text, encoding="utf-8")
        yield name, project
    for number, (name, text) in enumerate(_LAST_LINES.items()):
        project = folder / f"hostile-end-{number}"
        corpus.write(project, 10_000)
        with (project / corpus.ALL).open("a", encoding="utf-8") as file:
            file.write(f"  - key: last\n    channels: [linkedin]\n{text}\n")
        yield f"4.6 MB, then {name}", project


def _many(count: int, line: str) -> str:
    return "".join(line.format(n=number) for number in range(count))


_TEXT = f"{_ROOT}{_POLICY}{_BLOCK}"
_FIELDS = f"{_ROOT}{_POST}    text: hello\n"
_ALIASED = f"{_ROOT}{_POLICY}posts:\n  - key: first\n    channels: [twitter]\n"
_ALIASES = _many(100, "  - {{key: b{n}, channels: [twitter], text: *t}}\n")
_ENTRY = "  - {{key: a{n}, channels: [linkedin], text: hello"

_INPUTS: Mapping[str, str] = {
    "4,000 links in one text": _TEXT + _many(4000, "https://elsewhere.example/{n} "),
    "4,000 links without https://": _TEXT + _many(4000, "elsewhere{n}.com "),
    "4,000 links with http://": _TEXT + _many(4000, "http://acme.example/{n} "),
    "a link that ends in 50,000 brackets": _TEXT + "https://elsewhere.example/" + 50_000 * ")",
    "10,000 names on a line": _FIELDS + "    tags: [" + _many(10_000, "tag{n}, ") + "x]",
    "10,000 unknown channels on a line": f"{_ROOT}posts:\n  - key: a\n    text: hello\n    channels: ["
    + _many(10_000, "channel{n}, ")
    + "x]",
    "16,000 conflict marks": _TEXT + "hello\n" + 16_000 * "<<<<<<< HEAD\n",
    "20,000 duplicate keys": _FIELDS + 20_000 * "    text: hello\n",
    "10,000 keys, each twice": _FIELDS + "    metadata:\n" + 2 * _many(10_000, "      key{n}: hello\n"),
    "20,000 unknown keys": _FIELDS + _many(20_000, "    unknown{n}: hello\n"),
    "20,000 keys without a value": _FIELDS + _many(20_000, "    unknown{n}:\n"),
    "20,000 control characters": _TEXT + 20_000 * "a\x01\n      ",
    "20,000 posts with one key": f"{_ROOT}posts:\n" + 20_000 * "  - {key: a, channels: [linkedin], text: hello}\n",
    "20,000 posts with an unknown repeat_of": f"{_ROOT}posts:\n"
    + _many(20_000, f"{_ENTRY} {{n}}, repeat_of: b{{n}}}}}}\n"),
    "20,000 equal posts at one time": f"{_ROOT}posts:\n" + _many(20_000, f"{_ENTRY}, due_at: 2030-01-01 09:00}}}}\n"),
    "20,000 entries that are text": f"{_ROOT}posts:\n" + 20_000 * "  - hello\n",
    "100,000 flag emoji": _TEXT + 100_000 * "\U0001f1e9\U0001f1ea",
    "100,000 joined emoji": _TEXT + 100_000 * "\U0001f468\u200d\U0001f469",
    "100,000 invisible characters": _TEXT + 100_000 * "a\u200b",
    "100,000 letters and dots": _TEXT + 100_000 * "a.",
    "a word of 1 MB, aliased 100 times": f"{_ALIASED}    text: &t |\n      {1_000_000 * 'x'}\n{_ALIASES}",
    "a text of 1 MB, aliased 100 times": f"{_ALIASED}    text: &t |\n      {150_000 * 'words. '}\n{_ALIASES}",
    "a line of 4 MB, then a slip": _TEXT + 4_000_000 * "x" + "\n    title: a: b\n",
    "a list of 500,000 items, not closed": _FIELDS + "    tags: [" + 500_000 * "a, ",
}
#: Lines of a last post, after 10,000 correct ones.
_LAST_LINES = {
    "a quote not closed": '    text: "hello',
    "a brace not closed": "    assets: [{image: {url: https://acme.example/a.png, alt_text: What is it?}]",
    "a colon in a text": "    text: hello: world",
    "a line out of place": "   text: hello",
    "a question in braces": "    assets: [{image: {url: https://acme.example/a.png, alt_text: What is it?}}]",
    "a colon before a bracket": "    tags: [a:]",
}
