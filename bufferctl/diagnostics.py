"""Problems and their places: `validate` finds them, and every other command shows them first.

Data only: `render/diagnostics.py` prints them in a terminal, and annotations and SARIF use the same objects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from posixpath import join, normpath

from bufferctl.errors import ConfigError, UsageError
from bufferctl.said import Answer
from bufferctl.value import value


class Severity(StrEnum):
    """An error stops the command with exit code 1; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Kind(StrEnum):
    """The kind of a problem that no rule found. A value never changes once published."""

    SYNTAX = "syntax"
    """A line that is not YAML, or a file that does not have its format."""
    UNKNOWN_FIELD = "unknown-field"
    """A field that does not exist, or does not belong there."""
    MISSING_FIELD = "missing-field"
    """A required field that is missing or empty."""
    INVALID_VALUE = "invalid-value"
    """A value that its field does not accept."""
    CONFLICT = "conflict"
    """Fields that exclude each other, or one that would have no effect."""
    DUPLICATE = "duplicate"
    """Something that is there twice."""
    UNKNOWN_NAME = "unknown-name"
    """The name of a channel, an entry, a rule or a time zone that does not exist."""
    UNCLEAR_TIME = "unclear-time"
    """A time without a time zone, or one that does not exist, or exists twice, on the day the clocks change."""
    UNUSABLE_FILE = "unusable-file"
    """A file that cannot be used, or that is not included."""
    URL = "url"
    """A URL from which Buffer cannot fetch a file, or may not be able to."""
    MORE = "more"
    """The file has more problems than are listed."""
    ACCOUNT = "account"
    """The files and the Buffer account do not fit together."""
    STILL_PUBLISHED = "still-published"
    """Posts that no file declares any more will be published."""
    UNDECLARED = "undeclared"
    """Posts that came through the API, and that the state does not know, will be published; no file declares them."""
    DELETES_OTHERS = "deletes-others"
    """The plan deletes posts that people created."""
    CHANGES_OTHERS = "changes-others"
    """The plan changes posts that people created, because `existing` names them."""
    WORTH_A_LOOK = "worth-a-look"
    """What a reviewer could overlook: a note beside the problems, and never one of them."""
    PLAN = "plan"
    """Another warning about the plan."""


@value(order=True)
class Place:
    """A position in a file: `file` relative to the root folder; line and column start at 1.

    Columns count code points, as editors show them. Line 0 means the file as a whole.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file

    def below(self, folder: str) -> Place:
        """The place with `folder`, the root folder, in front, as in a repository with several root files."""
        return Place(normpath(join(folder, self.file)), self.line, self.column)


def all_of(names: Iterable[str]) -> str:
    """The names for a message, each once: `a`, `a and b`, `a, b and c`."""
    *most, last = dict.fromkeys(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def some_of(names: Sequence[str], most: int = 5) -> str:
    """The first names for a message, and how many more there are: `a, b and 3 more`."""
    return ", ".join(names[:most]) + and_more(len(names), most)


def and_more(count: int, most: int) -> str:
    """What follows the first `most` of `count` names: ` and 3 more`, or nothing."""
    return f" and {count - most:,} more" if count > most else ""


@value()
class Related:
    """A second place that belongs to the problem, with a note about it ("first declared here")."""

    place: Place
    note: str


@value()
class Diagnostic:
    """One problem."""

    severity: Severity  # the level of the problem
    message: str  # what is wrong and the consequence, one sentence without a period
    place: Place | None = None  # where it is, None for no file
    hint: str = ""  # one thing to do, may be empty
    source: str = ""  # the line of the file that `place` points into, for the caret
    width: int = 1  # how many code points the caret underlines, at least 1
    code: str = ""  # the rule's (`BC012`), empty if the problem is not a rule's
    related: tuple[Related, ...] = ()  # other places that belong to it
    number: int = 1  # of the problems that it stands for
    kind: Kind = Kind.PLAN  # what it is if no rule found it
    answers: tuple[Answer, ...] = ()  # the ways to mend it that the hint has, as far as they are data
    addresses: tuple[str, ...] = ()  # the posts of a plan that it is about, if it is about some

    @property
    def level(self) -> str:
        """Its level in other programs: `error`, `warning`, or `note` if it is only worth a look."""
        return "note" if self.kind is Kind.WORTH_A_LOOK else self.severity.value

    @property
    def comes_first(self) -> bool:
        """Whether nobody may overlook it."""
        return self.kind in {Kind.STILL_PUBLISHED, Kind.DELETES_OTHERS, Kind.CHANGES_OTHERS}


class FilesError(ConfigError):
    """The files have errors. `problems` are all findings, warnings too; places are relative to `root`."""

    def __init__(self, message: str, problems: Iterable[Diagnostic], root: Path, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)
        self.root = root

    def __str__(self) -> str:
        first = next((each for each in self.problems if each.severity is Severity.ERROR), None)
        return f"{self.message}. First: {first.place or self.root}: {first.message}" if first else self.message


@value()
class RuleHelp:
    """The help for a rule that found something.

    `code` never changes once published; `name` is for people. `severity` is the level unless the files set another.
    `summary` says what is found, `why` what happens otherwise, and `hint` what to do; each is one sentence without its
    period, in Markdown.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    hint: str


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops the command."""
    return any(each.severity is Severity.ERROR for each in diagnostics)


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint with the most similar of `names`, empty if none is similar."""
    from difflib import get_close_matches

    return "".join(f"Did you mean {near}?" for near in get_close_matches(name, sorted(set(names)), n=1))


def check_known(message: str, name: str, names: Collection[str], *, hint: str) -> None:
    """Raises UsageError with `message` if a name is none of `names`; the hint is the most similar one, if any is."""
    if name not in names:
        raise UsageError(message, hint=nearest(name, names) or hint)


def check_declared(addresses: Iterable[str], declared: Collection[str]) -> None:
    """Raises UsageError if no file declares one of the addresses."""
    for each in addresses:
        check_known(f"No file declares {each}", each, declared, hint="Run `bufferctl plan` to see addresses.")
