"""Adds to the built site what programs read: llms.txt, and each page as Markdown beside it (`make docs`)."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FRONT = re.compile(r"\A---\n.*?\n---\n+", re.DOTALL)


def main(site: Path) -> None:
    """Write them. Raises FileNotFoundError if the navigation names a page that is not there."""
    project = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    lines = [f"# {project['site_name']}\n\n> {project['site_description']}\n"]
    for section in project["nav"]:
        for title, pages in section.items():
            lines.append(f"\n## {title}\n\n")
            for page in pages:
                text = _FRONT.sub("", (ROOT / "docs" / page).read_text(encoding="utf-8"))
                lines.append(f"- [{_title(text)}]({project['site_url']}{page}): {_about(text)}\n")
                (site / page).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / "docs" / page, site / page)
    (site / "llms.txt").write_text("".join(lines), encoding="utf-8")


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")


def _about(text: str) -> str:
    """The first sentence of a page, without links."""
    prose = next(part for part in text.split("\n\n")[1:] if re.match(r"[\w\[`*]", part)).replace("**", "")
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", " ".join(prose.split()))
    return re.split(r"(?<=[.:]) ", plain)[0].rstrip(":")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
