"""docs/write/networks.md: each post can be copied as it is, and Buffer takes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Project

PAGE = Path(__file__).parents[2] / "docs/write/networks.md"
SETTINGS = "version: 1\ntimezone: Europe/Berlin\nmanaged_since: 2029-12-01T00:00:00Z\n"
SERVICES = (
    "twitter",
    "linkedin",
    "bluesky",
    "threads",
    "mastodon",
    "instagram",
    "facebook",
    "pinterest",
    "youtube",
    "googlebusiness",
)


@pytest.mark.parametrize("services", [list(SERVICES)])
def test_every_post_can_be_copied(project: Project, services: list[str]) -> None:
    """All of the page's posts are valid without a warning, are created, and need nothing more then."""
    examples = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names = {service: project.sandbox.channel(service)["name"] for service in services}
    channels = "".join(f"      - {{service: {service}, name: '{name}'}}\n" for service, name in names.items())
    project.write("buffer.yaml", f"{SETTINGS}organizations:\n  - name: Acme\n    channels:\n{channels}")
    for number, example in enumerate(examples):
        project.write(f"posts/{number}.yaml", example)
    validated = project("validate")
    assert (validated.code, validated.out) == (
        0,
        f"Valid: {len(examples)} posts on {len(services)} networks ({len(examples) + 2} counting each channel).\n",
    ), validated.out
    project.apply()
    assert len(project.sandbox.posts()) == len(examples) + 2


def test_two_clicks_from_the_start() -> None:
    """A first comment, a board, a video and a title are found from the first page: it leads here, and here to each."""
    start = (PAGE.parents[1] / "index.md").read_text(encoding="utf-8")
    assert "(write/networks.md)" in start
    table = PAGE.read_text(encoding="utf-8").partition("\n## ")[0]
    for words in ("first comment", "board", "video", "title", "story", "reel", "document", "button", "thread"):
        assert re.search(rf"^\|.*\b{words}\b.*\(#[\w-]+\)", table, re.MULTILINE), words
