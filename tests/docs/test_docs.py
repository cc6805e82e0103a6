"""The documents for people are current and complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Expect

ROOT = Path(__file__).parent.parent.parent


def test_fields_are_generated(expect: Expect) -> None:
    """docs/reference/fields.md matches the output of `make schemas`."""
    made = subprocess.run([sys.executable, "tools/make_fields.py"], cwd=ROOT, check=True, capture_output=True)
    expect(ROOT / "docs" / "reference" / "fields.md", made.stdout.decode())


@pytest.mark.parametrize("page", ["networks", "rules"])
def test_networks_and_rules_are_generated(page: str, expect: Expect) -> None:
    """docs/reference/networks.md and docs/reference/rules.md match the output of `make schemas`."""
    made = subprocess.run([sys.executable, "tools/make_networks.py", page], cwd=ROOT, check=True, capture_output=True)
    expect(ROOT / "docs" / "reference" / f"{page}.md", made.stdout.decode())


def test_every_field_is_described() -> None:
    """Every field of the files has a description."""
    definitions = json.loads((ROOT / "schemas" / "bufferctl.schema.json").read_text(encoding="utf-8"))["$defs"]
    bare = [
        f"{name}.{field}"
        for name, each in definitions.items()
        for field, schema in each.get("properties", {}).items()
        if not schema.get("description")
    ]
    assert bare == []


def test_links_lead_somewhere() -> None:
    """Every relative link of the README and the docs names an existing file."""
    broken = []
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        broken += [f"{page.name}: {link}" for link in links if not (page.parent / link).exists()]
    assert broken == []


def test_the_map_names_paths_that_exist() -> None:
    """Every path in the tables of CONTRIBUTING, and every module in those of docs/how/architecture.md, exists."""
    paths = _in_tables("CONTRIBUTING.md")
    assert len(paths) > 60
    assert [path for path in paths if not (ROOT / path).exists()] == []
    modules = [each for each in _in_tables("docs/how/architecture.md") if each.endswith((".py", "/"))]
    assert len(modules) > 25
    package = ROOT / "bufferctl"
    rooms = [package, *(path for path in package.iterdir() if (path / "__init__.py").is_file())]
    assert [each for each in modules if not any((room / each).exists() for room in rooms)] == []


def _in_tables(page: str) -> list[str]:
    """Text in backticks that looks like a path, in the tables of a page."""
    rows = [line for line in (ROOT / page).read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("| ")]
    return re.findall(r"`([\w.-]*/[\w./-]*|[\w.-]+\.(?:py|yml|md))`", "\n".join(rows))


def test_the_ten_changes_each_begin_in_one_file() -> None:
    """The first path of each row is a file, and the table has ten."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| begins in |\n|---|---|\n")[2]
    rows = text.partition("\n\n")[0].splitlines()
    begins = [match[1] for row in rows if (match := re.search(r"\| `([\w./-]+)`[^|]*\|$", row))]
    assert len(rows) == len(begins) == 10
    assert [path for path in begins if not (ROOT / path).is_file()] == []


def test_the_architecture_names_every_room_and_pass() -> None:
    """Each folder and module of the package has its row, and the passes have the order of the code."""
    from bufferctl.reconcile.planning import PASSES

    text = (ROOT / "docs" / "how" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "bufferctl"
    rooms = [f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()]
    rooms += [path.name for path in package.glob("*.py") if not path.name.startswith("__")]
    assert [room for room in rooms if f"`{room}`" not in text] == []
    assert re.findall(r"\| `(_\w+)` \|", text) == [each.__name__ for each in PASSES]


def test_links_of_the_readme_are_absolute() -> None:
    """PyPI shows the README too, without the files; each link into the repository names an existing file."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not link.startswith("https://")] == []
    ours = [each for link in links for each in re.findall(r"/bufferctl/(?:(?:blob|tree)/)?main/(.+)", link)]
    assert len(ours) > 10
    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_the_readme_is_short() -> None:
    """README.md has fewer than 120 lines."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


def test_examples_of_the_format_are_valid(tmp_path: Path) -> None:
    """The YAML files in docs/reference/format.md are valid together, as written."""
    blocks = re.findall(
        r"```yaml\n# (\S+?\.yaml)[^\n]*\n(.*?)```", (ROOT / "docs" / "reference" / "format.md").read_text(), re.DOTALL
    )
    assert [name for name, _ in blocks] == ["buffer.yaml", "posts/2026-w49.yaml", "posts/2027-launch.yaml"]
    for name, text in blocks:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for text_file in ("teaser.md", "posts/launch-linkedin.md"):
        (tmp_path / text_file).write_text("Text\n", encoding="utf-8")
    command = [sys.executable, "-m", "bufferctl", "validate", "-f", str(tmp_path / "buffer.yaml")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
