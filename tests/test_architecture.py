"""The project's own rules: imports, how a module begins, why a linter rule is off, and what the map says of files."""

from __future__ import annotations

import ast
import re
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import chdir
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from hatchling.build import build_wheel

import bufferctl
from bufferctl.ci.setup import EXAMPLES as CI_EXAMPLES
from tests.sources import files, nodes
from tools.size import rooms, size

ROOT = Path(__file__).parents[1]
MODULES = files("bufferctl")
OURS = [*MODULES, *files("tests"), *files("benchmarks")]
#: An ignore, and an ignore that names its rules and gives a reason after a dash or a hash.
IGNORE = re.compile(r"[#] (noqa|type: ignore)")
REASONED = re.compile(r"[#] (noqa: [A-Z0-9, ]+ +[-#]|type: ignore\[[\w, -]+\] +#) ?\w")
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def name(path: Path) -> str:
    """A path relative to the repository."""
    return str(path.relative_to(ROOT))


def test_no_module_imports_itself_in_a_circle() -> None:
    """Not through others either, in a function, or for types alone."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in MODULES if path.stem[0] != "_"}
    graph = {module: set[str]() for module in names}
    for module, path in names.items():
        for origin, each in imported_from_us(path.read_text(encoding="utf-8")):
            graph[module] |= {origin, f"{origin}.{each}"} & names.keys()
    assert sum(map(len, graph.values())) > 1000
    TopologicalSorter(graph).prepare()  # raises CycleError


def test_contracts_name_every_room() -> None:
    """A new package is in a layer, and in every contract that limits a library to one package, except its own."""
    rooms = {path.name for path in (ROOT / "bufferctl").iterdir() if (path / "__init__.py").is_file()}
    modules = {path.stem for path in (ROOT / "bufferctl").glob("*.py")} - {"__init__", "__main__"}
    layers, *contracts = tomllib.loads(PYPROJECT)["tool"]["importlinter"]["contracts"]
    others = [each for each in contracts if each["type"] == "forbidden"]
    named = set(re.findall(r"bufferctl\.(\w+)", " ".join(layers["layers"])))
    assert (rooms | modules) - named <= {"sandbox", "planfile"}
    owners = {"gql": "api", "deepdiff": "reconcile", "rapidfuzz": "reconcile", "click": "cli"}
    owners |= dict.fromkeys(("yaml", "ruamel"), "config")
    for contract in others:
        for library in set(contract["forbidden_modules"]) & set(owners):
            missing = rooms - {each.rpartition(".")[2] for each in contract["source_modules"]}
            assert missing <= {owners[library], "cli", "sandbox"}, contract["name"]


def test_rooms_of_config_are_entered_by_the_front_door() -> None:
    """What others import of format, read, resolve and write is in that room's `__init__`; `convert` has one, too."""
    rooms_of_config = {f"bufferctl.config.{each}" for each in ("format", "read", "resolve", "write")}
    imported = []
    for path in MODULES:
        own = ".".join(path.relative_to(ROOT).with_suffix("").parts).split(".")
        modules = {module for module, _ in imported_from_us(path.read_text(encoding="utf-8"))}
        inside = {each for each in modules if each.startswith("bufferctl.config.")}
        imported += [each for each in inside if own[:3] != each.split(".")[:3]]
    assert len(imported) > 50
    assert set(imported) <= {*rooms_of_config, "bufferctl.config.write.convert"}


def imported_from_us(text: str) -> set[tuple[str, str]]:
    """The modules and names of a file's imports from bufferctl; its tree would take seconds for all of our files."""
    found = re.findall(r"^ *from (bufferctl(?:\.\w+)*) import (\([^)]*|.*)", text, re.MULTILINE)
    return {(module, each) for module, names in found for each in re.findall(r"\w+", re.sub(r"#.*| as \w+", "", names))}


def test_a_name_of_a_front_door_is_imported_from_it() -> None:
    """Other rooms and tests import what a room's `__init__` has from there, so that its modules can change."""
    doors = {path.parent: path.read_text(encoding="utf-8") for path in MODULES if path.name == "__init__.py"}
    rooms = {folder: ".".join(folder.relative_to(ROOT).parts) for folder in doors}
    door_of = {}  # by module and name
    for folder, text in doors.items():
        for module, each in imported_from_us(text.partition("\ndef ")[0]):
            if module.startswith(rooms[folder]) and module not in rooms.values():
                door_of[module, each] = folder
    assert len(door_of) > 200
    beside = []
    for path in [*OURS, *files("tools")]:
        names = imported_from_us(path.read_text(encoding="utf-8")) & door_of.keys()
        beside += [f"{name(path)}: {each}" for each in names if door_of[each] not in path.parents]
    assert beside == []


def test_one_name_is_one_thing() -> None:
    """No two rooms have a public class of the same name; ports name what they stand for. The sandbox is apart."""
    found: dict[str, list[str]] = {}
    for path in MODULES:
        if path.name == "ports.py" or "sandbox" in path.parts:
            continue
        for each in re.findall(r"^class ([^\W_]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(each, []).append(name(path))
    assert len(found) > 300
    assert {each: paths for each, paths in found.items() if len(paths) > 1} == {}


def test_names_are_words() -> None:
    """A name has more than one letter, except for coordinates and the names of types."""
    stored = {
        (path.name, node.id)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert len(stored) > 3000
    assert sorted((path, each) for path, each in stored if re.fullmatch("[a-wz]", each)) == []


def test_every_room_has_a_size(tmp_path: Path) -> None:
    """Comments and layout cost nothing; a docstring is one token."""
    text = '"""What it is."""\n\n\ndef double(number: int) -> int:\n    # twice\n    return number * 2\n'
    assert size(text) == {"tokens": 15, "statements": 3, "functions": 1, "classes": 0}
    (tmp_path / "room" / "inner").mkdir(parents=True)
    for name in ("alone.py", "room/one.py", "room/inner/two.py"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert {room: found["tokens"] for room, found in rooms(tmp_path).items()} == {tmp_path.name: 15, "room": 30}


def classes(path: Path) -> Iterator[tuple[ast.ClassDef, list[str]]]:
    """The classes of a module, and its lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for node in nodes(path):
        if isinstance(node, ast.ClassDef):
            yield node, lines


def test_a_class_says_what_it_is_before_its_fields() -> None:
    """Its docstring, which ruff asks for, does not begin with one of them."""
    first = re.compile(r"^ *class ([^\W_]\w*)(?:\([^)]*\))?:(?:  #.*)?\s+(\S{4})", re.MULTILINE)
    found = [(name(path), *each) for path in MODULES for each in first.findall(path.read_text(encoding="utf-8"))]
    assert len(found) > 400
    assert [each for each in found if not re.match('"""[^`]', each[2])] == []


@pytest.mark.parametrize("room", ["apply", "cli", "model", "planfile", "run", "state"])
def test_many_fields_are_documented_each_at_its_line(room: str) -> None:
    """Of a dataclass with more than six: a comment behind it, or `#:` above it."""
    bare = []
    for path in MODULES:
        for node, lines in classes(path) if path.is_relative_to(ROOT / "bufferctl" / room) else ():
            fields = [each for each in node.body if isinstance(each, ast.AnnAssign)]
            fields = [each for each in fields if "ClassVar" not in ast.unparse(each.annotation)]
            if len(fields) > 6 and any("dataclass" in ast.unparse(each) for each in node.decorator_list):
                documented = ["  # " in lines[each.lineno - 1] or "#:" in lines[each.lineno - 2] for each in fields]
                bare += [
                    f"{name(path)}:{each.lineno}"
                    for each, is_said in zip(fields, documented, strict=True)
                    if not is_said
                ]
    assert bare == []


def test_every_ignore_has_a_reason() -> None:
    """In the configuration, next to each disabled rule; and at each `noqa` and `type: ignore`, which names its rule."""
    lint = PYPROJECT.partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.isort]")[0]
    entries = [line for line in lint.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*",', line)]
    assert len(entries) > 10
    assert [line for line in entries if not re.search(r"#\s*\S", line)] == []
    bare = []
    for path in OURS:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if IGNORE.search(line) and not REASONED.search(line):
                bare.append(f"{name(path)}:{number}")
    assert bare == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the build backend from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    with chdir(ROOT):
        return zipfile.ZipFile(folder / build_wheel(str(folder)))


def test_wheel_holds_what_runs(wheel: zipfile.ZipFile) -> None:
    """Every file of the package except compiled ones, such as the operations, and what `init --ci` writes."""
    package = ROOT / "bufferctl"
    files = {name(path) for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    packed = {each for each in wheel.namelist() if each.startswith("bufferctl/")}
    examples = {each for each in packed if each.startswith("bufferctl/ci/examples/")}
    assert packed - examples == files
    written = {path for paths in CI_EXAMPLES.values() for _, path in paths}
    assert examples == {f"bufferctl/ci/examples/{each}" for each in written}
    for each in written:
        assert wheel.read(f"bufferctl/ci/examples/{each}") == (ROOT / "examples" / each).read_bytes()
    assert {"bufferctl/py.typed", "bufferctl/sandbox/schema.graphql", "bufferctl/sandbox/fixture.json"} <= packed
    assert any(each.endswith(".graphql") and "/operations/" in each for each in packed)


def test_wheel_has_no_tests(wheel: zipfile.ZipFile) -> None:
    """Nothing else is installed, and the license is there."""
    others = {each for each in wheel.namelist() if not each.startswith("bufferctl/")}
    assert all(".dist-info/" in each for each in others)
    assert any(each.endswith("LICENSE") for each in others)


def test_version_is_said_once(wheel: zipfile.ZipFile) -> None:
    """In the package: pyproject.toml reads it from there, and so does the wheel."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", bufferctl.__version__)
    assert Path(str(wheel.filename)).name.startswith(f"bufferctl-{bufferctl.__version__}-")


@pytest.mark.parametrize(
    "phrase",
    [
        "Apply will use",
        " new posts on ",
        "Applied: ",
        "Digest <digest>",
        "Verified: Buffer matches",
        "error in 1 file",
        "needs you",
        "will add to the queue",
        "The first one goes out",
    ],
)
def test_a_phrase_of_the_product_stands_in_few_test_files(phrase: str) -> None:
    """A change of words affects at most 15: whole outputs for one rich case per format, facts in all other tests."""
    kinds = {".py", ".txt", ".md", ".html", ".json"}
    texts = [path for path in (ROOT / "tests").rglob("*.*") if path.suffix in kinds and path.is_file()]
    found = [name(path) for path in texts if path != Path(__file__) and phrase.encode() in path.read_bytes()]
    assert 0 < len(found) <= 15


_MAP = (ROOT / "docs" / "how" / "architecture.md").read_text(encoding="utf-8")
_CHAINS = re.findall(r"^### ([^`\n]+): (`[^\n]+`)\n(.*?)(?=^##)", _MAP, re.MULTILINE | re.DOTALL)
#: Where a chain may lead. Tests, generated pages and the map itself are left out.
_LOOKED_AT = ("bufferctl", "tools", "docs", "examples", ".github", "action.yml", "README.md")
_GENERATED = {
    *(f"docs/reference/{page}.md" for page in ("format", "networks", "rules", "json", "commands")),
    "docs/problems/messages.md",
}
_TEXTS = {".py", ".graphql", ".json", ".html", ".css", ".js", ".md", ".yaml", ".yml"}


@cache
def stations() -> dict[str, str]:
    """The text of every file that a chain may lead to, by its name."""
    tops = [ROOT / each for each in _LOOKED_AT]
    paths = [path for top in tops for path in (top, *top.rglob("*")) if path.suffix in _TEXTS and path.is_file()]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    return {each: text for each, text in texts.items() if each not in {*_GENERATED, "docs/how/architecture.md"}}


def test_there_are_chains() -> None:
    """And files that they could lead to."""
    assert len(_CHAINS) > 10
    assert len(stations()) > 300


@pytest.mark.parametrize(("title", "words", "text"), _CHAINS, ids=[title for title, *_ in _CHAINS])
def test_a_chain_names_every_station(title: str, words: str, text: str) -> None:
    """The first column has the files in which `git grep -w` finds a word of the heading."""
    named = re.findall("`([^`]+)`", words)
    word = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, named))})(?!\w)")
    likely = {each: content for each, content in stations().items() if any(text in content for text in named)}
    there = {each for each, content in likely.items() if word.search(content)}
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    listed = re.findall(r"`([^`]+)`", "".join(rows))
    assert sorted(there - set(listed)) == [], f"{title}: {words} is in these, too; add them to the chain in the map"
    assert sorted(set(listed) - there) == [], f"{title}: {words} is not in these any more; take them out of the chain"
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(("title", "words", "text"), _CHAINS, ids=[title for title, *_ in _CHAINS])
def test_what_a_chain_says_fails_exists(title: str, words: str, text: str) -> None:
    """Each test in it is a file, and so is each path beside the stations."""
    paths = re.findall(r"`((?:tests|bufferctl|docs|tools|examples)/[\w./-]+)`", text)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == [], (title, words)
