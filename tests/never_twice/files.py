"""The files of these tests: one root file with entries on one channel, and the account's posts by their text."""

from __future__ import annotations

import shutil
from collections import Counter

from tests.cli.conftest import Project

ADDRESS = "Acme/twitter:acme/launch"
ROOT = """\
version: 1
timezone: UTC
{settings}
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
{posts}
"""


def declare(project: Project, *posts: str, settings: str = "managed_since: 2029-12-01T00:00:00Z") -> None:
    """Write buffer.yaml with these entries in flow style."""
    entries = "\n".join(f"          - {{{each}}}" for each in posts)
    project.write("buffer.yaml", ROOT.format(settings=settings, posts=entries or "          []"))


def texts(project: Project) -> Counter[str]:
    """How often Buffer has each text, sent or not."""
    return Counter(post["text"] for post in project.sandbox.posts())


def lose_state(project: Project) -> None:
    """Delete the state and everything else that this machine knows of the project."""
    shutil.rmtree(project.folder / ".bufferctl", ignore_errors=True)
    shutil.rmtree(project.folder.parent / "state-home", ignore_errors=True)


def apply(project: Project, *arguments: str) -> int:
    """Apply without asking; the exit code. Unlike `project.apply`, a question may be left open."""
    return project("apply", "--auto-approve", "--settle", "0", *arguments).code
