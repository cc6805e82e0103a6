"""The documents for people are current and complete."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from runpy import run_path
from urllib.parse import parse_qs, urlsplit

import pytest

from bufferctl.checks import Rule, team_rules
from bufferctl.cli import EXIT_CODES
from bufferctl.config import load
from bufferctl.config.format import (
    ChannelEntry,
    FreezeEntry,
    IncludedFile,
    MediaEntry,
    OrganizationEntry,
    Repeat,
    RootFile,
)
from bufferctl.config.format.models import PolicyEntry, StateEntry
from bufferctl.config.write.convert import columns
from bufferctl.errors import EXIT_PRECEDENCE
from bufferctl.sandbox import Options, faults
from bufferctl.sandbox.control import Control
from tests.case_folders import cases_of
from tests.cli.conftest import run_in
from tests.conftest import Expect
from tests.sandbox.near import Near
from tests.sources import files, parsed
from tools import make_messages

ROOT = Path(__file__).parent.parent.parent


#: The commands that coding agents may run: they send nothing and leave the state alone.
MAY_BE_RUN = (
    "completion convert demo doctor drift fmt init list new plan preview resume sandbox schema shift show suspend "
    "validate"
)
GENERATED = {
    "reference/format": ["make_fields"],
    "reference/networks": ["make_networks", "networks"],
    "reference/rules": ["make_networks", "rules"],
    "reference/json": ["make_json"],
    "problems/messages": ["make_messages"],
}


@pytest.mark.parametrize("page", GENERATED)
def test_pages_are_generated(page: str, expect: Expect, monkeypatch: pytest.MonkeyPatch) -> None:
    """They match the output of `make schemas`."""
    tool, *arguments = GENERATED[page]
    monkeypatch.setattr(sys, "argv", [tool, *arguments])
    monkeypatch.chdir(ROOT)
    with redirect_stdout(StringIO()) as printed:
        run_path(f"tools/{tool}.py", run_name="__main__")
    expect(ROOT / "docs" / f"{page}.md", printed.getvalue())


def test_what_cannot_be_generated_stays(tmp_path: Path) -> None:
    """A program that fails half-way leaves its file as it was: `make schemas` reads some of them."""
    written = [tmp_path / f"docs/{page}.md" for page in (*GENERATED, "reference/commands")]
    written += [tmp_path / each.relative_to(ROOT) for each in (ROOT / "schemas").iterdir()]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("before")
    for name in ("requirements-uv.lock", "requirements-test.lock", "pyproject.toml", ".installed", "installed"):
        (tmp_path / name).touch()
    for name in ("bufferctl", "python"):
        (tmp_path / name).write_text("#!/bin/sh\necho half\nexit 1\n")
        (tmp_path / name).chmod(0o700)
    options = ("--ignore-errors", "UV=.", "STAMP=installed", f"BIN={tmp_path}")
    subprocess.run(
        ["make", "-f", ROOT / "Makefile", *options, "schemas"], cwd=tmp_path, capture_output=True, check=True
    )
    assert len(list(tmp_path.glob("docs/*/*.new"))) == len(GENERATED) + 1
    assert [path for path in written if path.read_text() != "before"] == []


def test_every_hold_and_error_has_its_message() -> None:
    """All holds of the code, the kinds of errors that people see, and hardly one without an answer."""
    page = (ROOT / "docs" / "problems" / "messages.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    holds = sections[0]
    assert len(re.findall(r"^- \*\*", holds, re.MULTILINE)) > 40
    assert re.findall(r"^- \*\*.*\*\*$", holds, re.MULTILINE) == []
    assert [each.partition("\n")[0] for each in sections if "- **" not in each] == []


@pytest.mark.parametrize("case", ["writers", "slips", "slips-in-text", "slips-on-five-lines"])
def test_mistakes_of_writers_are_listed(case: str) -> None:
    """Whoever searches the page for a message of `validate` finds it; rules have a page of their own."""
    page = (ROOT / "docs/problems/messages.md").read_text(encoding="utf-8")
    listed = [
        re.sub(r"\\([<>*\[\]_#])", r"\1", each) for each in re.findall(r"^- \*\*(.*?)\*\*(?: |$)", page, re.MULTILINE)
    ]
    pattern = "|".join(".+".join(map(re.escape, each.rstrip(".").split("…"))) for each in listed)
    printed = (cases_of("validate")[case] / "expected.txt").read_text(encoding="utf-8")
    messages = re.findall(r"^\S+:\d+:\d+: (?:error|warning): (.*[^\]])$", printed, re.MULTILINE)
    assert [each for each in messages if not re.fullmatch(pattern, each, re.IGNORECASE)] == []


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
    """Every link names an existing file or page, and a heading of it; those of the site stay in it, or are URLs."""
    broken = []
    for page in [*ROOT.glob("*.md"), *files("docs", "*.md")]:
        for link, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", _prose(page)):
            on_github = re.match(
                r"https://(?:raw\.githubusercontent|github)\.com/bufferctl/bufferctl/.*?main/(.+)", link
            )
            if link.startswith(("http", "mailto:")) and not on_github:
                continue
            target = (ROOT / on_github[1] if on_github else page.parent / link if link else page).resolve()
            leaves = ROOT / "docs" in page.parents and not on_github and ROOT / "docs" not in target.parents
            if not target.exists() or leaves or (anchor and anchor not in _anchors(target)):
                broken.append(f"{page.relative_to(ROOT)}: {link}#{anchor}")
    assert broken == []


def _prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The names of the headings of a page, as the site and GitHub make them."""
    titles = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip()) for title in titles}


def test_no_merge_is_left_half_done() -> None:
    """No page has git's marks of a conflict."""
    pages = [*ROOT.glob("*.md"), *files("docs", "*.md")]
    assert [page.name for page in pages if re.search(r"^(<{7}|>{7}) ", page.read_text("utf-8"), re.MULTILINE)] == []


def test_lists_are_nested_by_four_spaces() -> None:
    """The site's Markdown shows what is less far in as items of the outer list."""
    pages = files("docs", "*.md")
    assert [page.name for page in pages if re.search(r"^ {2,3}(- |```)", _prose(page), re.MULTILINE)] == []


def test_commands_are_taken() -> None:
    """Every command in the pages, the README and AGENTS.md is one of bufferctl, with options that it has."""
    import click

    from bufferctl.cli import COMMANDS, load_command

    wrong = []
    for page in [ROOT / "README.md", ROOT / "AGENTS.md", *files("docs", "*.md")]:
        text = page.read_text(encoding="utf-8")
        fenced = "".join(re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        blocks = re.findall(r"^(?:\$ )?bufferctl ([^`\n]*)$", fenced, re.MULTILINE)
        for line in {*blocks, *re.findall(r"`bufferctl ([^`]+)`", text)}:
            words = re.split(r"\s+", re.sub(r"\s[#>|].*", "", line).strip(" …"))
            if not re.fullmatch(r"[a-z][a-z-]*", words[0]):
                continue  # --version, COMMAND, or a heading of the reference
            command: click.Command | None = None
            if words[0] in COMMANDS:
                command = load_command(words[0])
            if isinstance(command, click.Group) and len(words) > 1:
                command = command.commands.get(words[1].rstrip(","))
            known = (
                {name for each in command.params for name in (*each.opts, *each.secondary_opts)} if command else set()
            )
            options = {word.partition("=")[0].strip("[],.") for word in words if word.startswith("-")} - {
                "--help",
                "-h",
                "--version",
            }
            if command is None or not options <= known:
                wrong.append(f"{page.relative_to(ROOT)}: bufferctl {line}")
    assert not wrong, "\n".join(wrong)


def test_options_of_pages_exist() -> None:
    """An option that a page names without its command is one of some command of bufferctl, or of another program."""
    import click

    from bufferctl.cli import COMMANDS, load_command

    def options_of(command: click.Command) -> set[str]:
        below = command.commands.values() if isinstance(command, click.Group) else ()
        own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        return own.union(*map(options_of, below))

    others = {"--end-of-options", "-before", "-middle", "-after"}  # git's, and how much of a request a fault leaves
    known = others.union({"--version", "--help", "-h"}, *(options_of(load_command(name)) for name in COMMANDS))
    pages = [ROOT / "README.md", *files("docs", "*.md")]
    named = {
        (page.name, option) for page in pages for option in re.findall(r"`(--?[a-z][a-z-]*)\b", page.read_text("utf-8"))
    }
    assert len(named) > 50
    assert sorted((page, option) for page, option in named if option not in known) == []


def test_every_page_is_in_the_navigation() -> None:
    """Once, and nothing else is."""
    listed = re.findall(r'"([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(str(path.relative_to(ROOT / "docs")) for path in files("docs", "*.md"))


def test_contributing_names_paths_that_exist() -> None:
    """Every path in its tables."""
    paths = _in_tables("CONTRIBUTING.md")
    assert len(paths) > 60
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_module_is_named() -> None:
    """In the tables and chains of the map, or in those of CONTRIBUTING.md: nobody has to guess what a file is for."""
    text = "".join((ROOT / page).read_text("utf-8") for page in ("CONTRIBUTING.md", "docs/how/architecture.md"))
    modules = [path for path in files("bufferctl") if not path.name.startswith("__")]
    assert len(modules) > 200
    named = set(re.findall(r"`(?:[\w./-]*/)?(\w+\.py)`", text))
    assert [path.name for path in modules if path.name not in named] == []


def test_contributing_leads_to_the_chains() -> None:
    """Before its tables, which have the rest."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "architecture.md#the-chains" in text.partition("| to change |")[0]


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/how/architecture.md"])
def test_what_stands_in_a_file_is_there(page: str) -> None:
    """Each "`name` in `file`" of the tables and chains."""
    text = (ROOT / page).read_text(encoding="utf-8").replace("\n", " ")
    listed = re.findall(
        r"((?:`[A-Za-z_][\w.]*`(?:, | and )?)+)(?: \([^()]*\))? (?:in|of) `((?:bufferctl|tools|tests)/[\w./-]+\.\w+)`",
        text,
    )
    named = [(name, path) for names, path in listed for name in re.findall(r"`(?:\w+\.)*(\w+)`", names)]
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for _, path in named}
    assert len(listed) > 15
    assert [(name, path) for name, path in named if not re.search(rf"\b{name}\b", texts[path])] == []


def test_the_map_names_modules_that_exist() -> None:
    """Every module in the tables of docs/how/architecture.md."""
    modules = [each for each in _in_tables("docs/how/architecture.md") if each.endswith((".py", "/"))]
    assert len(modules) > 25
    paths = [ROOT, *(path for top in ("bufferctl", "tests", "tools") for path in (ROOT / top).rglob("*"))]
    there = "".join(f"{path.as_posix()}/\n" for path in paths)
    assert [each for each in modules if f"/{each.rstrip('/')}/\n" not in there] == []


def test_each_change_names_the_tests_of_what_it_changes() -> None:
    """In the last column of its row."""
    _, *tables = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("| to change | go to | tests |\n")
    rows = [row for table in tables for row in table.partition("\n\n")[0].splitlines()[1:]]
    assert len(rows) > 70
    assert [row for row in rows if "tests" not in row.rstrip("|").rpartition("|")[2]] == []


def _in_tables(page: str) -> list[str]:
    """Text in backticks that looks like a path, in the tables of a page."""
    rows = [line for line in (ROOT / page).read_text(encoding="utf-8").splitlines() if line.lstrip().startswith("| ")]
    return re.findall(r"`([\w.-]*/[\w./-]*|[\w.-]+\.(?:py|yml|md))`", "\n".join(rows))


def test_the_table_of_facts_is_true() -> None:
    """Each file exists in its room, each test in its file, and every choice of the sandbox has a row."""
    rows = [
        line
        for line in (ROOT / "docs/how/fidelity.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    for row in rows[1:]:
        _, _, ours, sandbox, test, _ = map(str.strip, row.split("|"))
        for folder, cell in (("bufferctl", ours), ("bufferctl/sandbox", sandbox)):
            for name in re.findall(r"`([\w/]+\.\w+)`", cell):
                assert (ROOT / folder / name).is_file(), row
        path, _, name = test.strip("`").partition("::")
        assert f"def {name}" in (ROOT / path).read_text(encoding="utf-8"), row
    page = "\n".join(rows)
    assert [each for each in Options.__dataclass_fields__ if f"*`{each}`*" not in page] == []


def test_the_page_of_the_policy_is_complete() -> None:
    """Every setting under `policy:` is explained, in the example, too, and every code of a rule that it has."""
    example = (ROOT / "examples" / "policy" / "buffer.yaml").read_text(encoding="utf-8")
    lacking = [name for name in PolicyEntry.model_fields if f"  {name}:" not in example]
    assert lacking == ["required_tags"]  # an account without these tags could not try it
    page = (ROOT / "docs" / "run" / "policy.md").read_text(encoding="utf-8")
    assert [name for name in PolicyEntry.model_fields if f"`{name}`" not in page] == []
    rules = [each for each in vars(team_rules).values() if isinstance(each, Rule)]
    assert len(rules) > 5
    assert [rule.code for rule in rules if f"| {rule.code} |" not in page] == []


def test_every_error_has_a_section_of_messages() -> None:
    """In tools/make_messages.py, by its class; those of one step, which others word, are named here."""
    bases = {
        name: re.findall(r"[\w.]+", of)
        for path in files("bufferctl")
        for name, of in re.findall(r"^class (\w+)(?:\((.*?)\))?:", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    }

    def is_error(name: str) -> bool:
        return name == "BufferctlError" or any(map(is_error, bases.get(name, ())))

    errors = {name for name in bases if is_error(name) and not name.startswith("_")}
    assert len(errors) > 15
    assert errors - make_messages._KNOWN == {"NoAnswerError", "NotSentError", "PictureError"}


def test_every_exit_code_has_its_place() -> None:
    """If several apply, the worst counts; 0 and 2 are no failures, and nothing ran after wrong usage."""
    assert set(EXIT_CODES) - {0, 2, 64} == set(EXIT_PRECEDENCE)


def test_every_variable_of_ours_is_explained() -> None:
    """Each `BUFFER…` that the code reads is in the table of commands; what the action sets is in its file."""
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    action = (ROOT / "action.yml").read_text("utf-8")
    read = {
        name for path in files("bufferctl") for name in re.findall(r'"(BUFFER[A-Z]*_[A-Z_]+)"', path.read_text("utf-8"))
    }
    assert {"BUFFER_API_KEY", "BUFFER_API_URL"} <= read
    assert [name for name in sorted(read) if f"`{name}`" not in page and f"{name}: " not in action] == []


def test_every_command_is_for_agents_or_not() -> None:
    """What changes Buffer or the state is forbidden by name in the file that `init --agents` writes."""
    from bufferctl.cli import COMMANDS

    text = (ROOT / "bufferctl" / "intake" / "agents.md").read_text(encoding="utf-8")
    forbidden = set(re.findall(r"[a-z]+", text.partition("Never run ")[2].partition(", never ask")[0])) & set(COMMANDS)
    assert set(COMMANDS) - forbidden == set(MAY_BE_RUN.split())


def test_every_setting_is_told_by_hand() -> None:
    """The reference lists each setting of the files; a page beside it tells what it is for."""
    pages = [*files("docs", "*.md"), ROOT / "README.md"]
    text = "".join(path.read_text("utf-8") for path in pages if not {"reference", "how"} & set(path.parts))
    models = (RootFile, IncludedFile, OrganizationEntry, ChannelEntry, Repeat, MediaEntry, StateEntry, FreezeEntry)
    untold = {
        name
        for model in models
        for name in model.model_fields
        if not re.search(rf"`[^`\n]*\b{name}\b|^ *{name}:", text, re.MULTILINE)
    }
    assert untold == set()


def test_the_page_of_calendars_names_every_column() -> None:
    """Each by a name that `convert` knows; and each is in a calendar of the cases."""
    page = (ROOT / "docs" / "write" / "convert.md").read_text(encoding="utf-8").lower()
    calendars = [*files("tests/cases/calendars", "*.csv"), *files("tests/cases/convert", "*.csv")]
    heads = "\n".join(path.read_bytes().split(b"\n")[0].decode("latin-1") for path in calendars).lower()
    for names in (each.split(", ") for each in columns._NAMES.values()):
        assert any(f"{name.strip()}" in page for name in names), names
        assert any(re.search(rf"\b{re.escape(name.strip())}", heads) for name in names), names


def test_the_page_of_the_sandbox_is_complete() -> None:
    """Every option, kind of fault and control, and what we ask of a channel."""
    page = (ROOT / "docs" / "reference" / "sandbox.md").read_text(encoding="utf-8")
    with Near() as sandbox:
        routes = [f"{method:<6} /_sandbox/{what}" for method, what in Control(sandbox.service, sandbox.person)._routes]
    kinds = [f"`{kind}`" for kind in faults.KINDS]
    options = [f"- `{each}`: " for each in Options.__dataclass_fields__]
    asked = (ROOT / "bufferctl/api/operations/channels.graphql").read_text(encoding="utf-8")
    fields = re.findall(r"^ {4}(\w+)", asked, re.MULTILINE)
    assert len(fields) > 10
    assert [each for each in (*routes, *kinds, *options, *fields) if each not in page] == []


def test_the_architecture_names_every_room_and_pass() -> None:
    """Each folder and module of the package has its row, and the passes have the order of the code."""
    from bufferctl.reconcile.planning import PASSES

    text = (ROOT / "docs" / "how" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "bufferctl"
    rooms = [f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()]
    rooms += [path.name for path in package.glob("*.py") if not path.name.startswith("__")]
    assert [room for room in rooms if f"`{room}`" not in text] == []
    table = text.partition("| pass |")[2].partition("\n\n")[0]
    assert re.findall(r"^ *\| ([a-z ]+) \|", table, re.MULTILINE) == list(PASSES)


def test_the_hold_of_the_map_is_one_of_the_code() -> None:
    """With its reason and sentences; a comment apart."""
    text = (ROOT / "docs" / "how" / "architecture.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```python\n([A-Z_]+ = Hold\(.*?)```", text, re.MULTILINE | re.DOTALL)
    holds = [ast.dump(node) for node in parsed(ROOT / "bufferctl" / "reconcile" / "holds.py").body]
    assert ast.dump(ast.parse(shown).body[0]) in holds


def test_links_of_the_readme_are_absolute() -> None:
    """PyPI shows the README too, without the files; each link into the repository names an existing file."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert [link for link in links if not link.startswith("https://")] == []
    ours = [each for link in links for each in re.findall(r"/bufferctl/(?:(?:blob|tree)/)?main/([^#]+)", link)]
    assert len(ours) > 10
    assert [path for path in ours if not (ROOT / path).exists()] == []


def test_the_readme_is_short() -> None:
    """README.md has fewer than 120 lines."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


def test_examples_of_the_format_are_valid(tmp_path: Path) -> None:
    """The YAML files of the format and of campaigns are valid together, as written."""
    pages = (ROOT / "docs" / "reference" / "format.md", ROOT / "docs" / "write" / "campaigns.md")
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    blocks = re.findall(r"```yaml\n# (?!posts/spring)(\S+?\.yaml)[^\n]*\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in blocks] == ["buffer.yaml", "posts/2026-w49.yaml", "posts/2027-launch.yaml"]
    for name, text in blocks:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for text_file in ("teaser.md", "posts/launch-linkedin.md"):
        (tmp_path / text_file).write_text("Text\n", encoding="utf-8")
    ran = run_in(ROOT, "validate", "-f", str(tmp_path / "buffer.yaml"))
    assert ran.code == 0, ran.err


def test_comments_of_examples_stand_above() -> None:
    """On a phone, what is behind a line is cut."""
    pages = [*files("docs/write", "*.md"), *files("docs/start", "*.md"), ROOT / "README.md"]
    behind = [
        f"{page.name}: {line}"
        for page in pages
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
        for line in block.splitlines()
        if re.search(r"\S {2,}# ", line)
    ]
    assert behind == []


def test_pages_for_writers_begin_with_what_to_do() -> None:
    """Not with a path of the code, nor with words that only programmers use."""
    pages = [*files("docs/write", "*.md"), *(ROOT / f"docs/reference/{name}.md" for name in ("networks", "rules"))]
    odd = re.compile(r"bufferctl/\w+|\b(?:state|digest|checkout|grapheme|CLDR)s?\b", re.IGNORECASE)
    beginnings = {page.name: re.sub(r"<!--.*?-->", "", page.read_text("utf-8"))[:400] for page in pages}
    assert [name for name, text in beginnings.items() if odd.search(text)] == []


@pytest.mark.parametrize(
    ("start", "name", "content"),
    [
        ("https://github.com/OWNER/REPOSITORY/new/", "filename", "value"),
        ("https://gitlab.com/OWNER/REPOSITORY/-/new/", "file_name", "content"),
    ],
)
def test_the_address_of_a_new_post_fills_in_a_post(tmp_path: Path, start: str, name: str, content: str) -> None:
    """Those that docs/write/posts.md shows open each forge's editor with a valid file."""
    page = (ROOT / "docs/write/posts.md").read_text(encoding="utf-8")
    (address,) = re.findall(rf"^{start}\S+$", page, re.MULTILINE)
    filled = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(
        "version: 1\ntimezone: UTC\norganizations:\n  - {name: Acme, channels: [{service: twitter, name: acme}]}\n",
        encoding="utf-8",
    )
    (tmp_path / filled[name]).write_text(filled[content], encoding="utf-8")
    loaded = load(None, tmp_path)
    assert loaded.diagnostics == ()
    assert loaded.desired
    assert [post.text for post in loaded.desired.posts] == ["[your text]"]
