"""The published JSON Schema, as an editor applies it to a file read as YAML 1.2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no type hints
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError

from bufferctl.config.format import schema_text
from tests.case_folders import cases_of, files_of
from tests.conftest import Expect
from tests.render.documents import inlined

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "schemas/bufferctl.schema.json"
#: All except the expansion bomb, which would expand in the schema's validator.
CASES = [case for name, case in cases_of("validate").items() if name != "expansion-bomb"]
#: Why a schema cannot judge a case.
BEYOND = YAML(typ="safe").load(Path(__file__).with_name("beyond_the_schema.yaml"))
REASONS = {case: reason for reason, cases in BEYOND.items() for case in cases}
EXAMPLES = sorted((ROOT / "examples").glob("*/**/*.yaml"))


class _EditorConstructor(SafeConstructor):
    """An editor has no timestamps: YAML 1.2's core schema reads them as text."""


_EditorConstructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def as_an_editor_reads_it(file: Path) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _EditorConstructor
    return yaml.load(file)


@pytest.fixture(scope="session")
def validator() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return Draft202012Validator(inlined(schema))


def complaints(case: Path, validator: Draft202012Validator) -> Iterator[str]:
    """The schema's complaints about the readable files of a case."""
    for name, file in sorted(files_of(case).items()):
        if name.suffix != ".yaml" or any(part.startswith(".") for part in name.parts):
            continue
        try:
            data = as_an_editor_reads_it(file)
        except (YAMLError, UnicodeDecodeError, OSError):
            continue
        if data is not None:
            yield from (f"{file.name}: {error.message}" for error in validator.iter_errors(data))


def is_valid(case: Path) -> bool:
    return (case / "expected.txt").read_text(encoding="utf-8").endswith("exit 0\n")


def test_published_schema_is_the_models_own(expect: Expect) -> None:
    """The committed file matches the models, so `make schemas` was run."""
    expect(PUBLISHED, schema_text())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: str(file.relative_to(ROOT / "examples")))
def test_examples_are_accepted(example: Path, validator: Draft202012Validator) -> None:
    """No complaint about any example file, each of which names the schema in its first line."""
    assert list(validator.iter_errors(as_an_editor_reads_it(example))) == []
    assert example.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")


@pytest.mark.parametrize("case", [c for c in CASES if is_valid(c)], ids=lambda case: case.name)
def test_valid_cases_are_accepted(case: Path, validator: Draft202012Validator) -> None:
    """No complaint about files that bufferctl accepts."""
    if case.name not in REASONS:
        assert list(complaints(case, validator)) == []


@pytest.mark.parametrize("case", [c for c in CASES if not is_valid(c)], ids=lambda case: case.name)
def test_bad_cases_are_refused(case: Path, validator: Draft202012Validator) -> None:
    """A complaint about each bad case, except exactly those of which beyond_the_schema.yaml says why there is none."""
    assert bool(list(complaints(case, validator))) != (case.name in REASONS), REASONS.get(case.name)


def test_each_reason_is_of_a_case() -> None:
    """A case that was renamed or removed has none any more."""
    assert REASONS.keys() <= {case.name for case in CASES}


def test_every_field_is_described() -> None:
    """An editor can show a description for each field: its own, or that of its type."""
    schema = json.loads(schema_text())
    silent = [
        f"{name}.{field}"
        for name, model in schema["$defs"].items()
        for field, value in model.get("properties", {}).items()
        if "description" not in value
        and not ("$ref" in value and "description" in schema["$defs"][value["$ref"].rpartition("/")[2]])
    ]
    assert silent == []


#: What says something about a value without refusing any.
_ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "default", "examples", "then", "else", "format"}


def keywords(schema: object) -> Iterator[str]:
    """Every keyword of a schema and of the schemas in it; names of fields and of definitions are none."""
    if isinstance(schema, list):
        for each in schema:
            yield from keywords(each)
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        yield keyword
        if keyword in {"properties", "patternProperties", "$defs"}:
            yield from keywords(list(value.values()))
        elif keyword not in {"default", "examples", "const", "enum", "dependentRequired"}:
            yield from keywords(value)


@pytest.mark.parametrize("file", sorted((ROOT / "schemas").glob("*.json")), ids=lambda file: file.name)
def test_every_keyword_is_one_that_validators_know(file: Path) -> None:
    """A bound is `minimum` or `maximum`: validators and editors pass over a keyword of pydantic's, such as `ge`.

    And what it says is valid. Tests that use a schema do not check it again: that takes as long as ten documents.
    """
    schema = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    used = set(keywords(schema))
    assert used - Draft202012Validator.VALIDATORS.keys() - _ANNOTATIONS == set()
