"""Objections to a change, as data: a sentence with blanks, and the ways to answer it.

Code reads facts and answers; people read the words. Nothing decides by the words, so they can change at any time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from io import StringIO
from itertools import takewhile
from shlex import join, quote
from string import Formatter
from typing import Any, TypeAlias

from bufferctl.value import field, replace, value

#: What stands in place of what only one post has, where several share a sentence.
_ELLIPSIS = "…"
#: Fields that may list the channels that they are about.
_LISTS_CHANNELS = frozenset({"cancelled"})
#: What a person does before a command, by `suspended` and `later` of an answer.
_BEFORE = {
    (False, False): "",
    (False, True): "give it a later `due_at` and ",
    (True, False): "end its suspension and ",
    (True, True): "end its suspension, give it a later `due_at` and ",
}
#: YAML is not wrapped.
_WIDTH = 1 << 20


#: The root file that this run was given, as it was typed: each command that people paste names it, too.
ROOT_FILE: ContextVar[str] = ContextVar("the root file that was given", default="")
#: Commands that read a root file.
WITH_FILE = frozenset(
    {"apply", "convert", "doctor", "drift", "fmt", "import", "init", "list", "new", "plan", "preview", "pull", "resume"}
    | {"shift", "state", "suspend", "validate"}
)
#: A command of ours between backquotes, on a line of its own, or after a colon at the end of one.
_PASTED = re.compile(r"(`|^ *|: )(bufferctl [^`\n]+?)(`|\.?$)", re.MULTILINE)


def pasted(command: str) -> str:
    """A command of ours as a person can paste it: with the root file that this run was given."""
    file, words = ROOT_FILE.get(), command.split()
    is_about_files = len(words) > 1 and words[0] == "bufferctl" and words[1] in WITH_FILE
    if not file or not is_about_files or {"--file", "-f", "--help"} & {*words}:
        return command
    return f"{command} --file {quote(file)}"


def with_pasted(text: str) -> str:
    """A text of ours with each command as in `pasted`."""
    if not ROOT_FILE.get():
        return text
    return _PASTED.sub(lambda found: f"{found[1]}{pasted(found[2])}{found[3]}", text)


class Way(StrEnum):
    """How an answer is given."""

    ADD = "add"
    EDIT = "edit"
    RUN = "run"
    IN_BUFFER = "in-buffer"


class Overrule(StrEnum):
    """An option of apply that overrules a hold; a run by hand in CI takes it as a word."""

    REAPPLY = "reapply"
    RECREATE = "recreate"
    MAX_DELETES = "max-deletes"


@value()
class Answer:
    """One way to decide. In a sentence it is the line to write, or the command to run, between backticks."""

    way: Way
    field: str = ""  # of the entry or of the root file, for ADD and EDIT
    content: Any = None  # what to write there, as YAML has it; None if a person decides that
    occurrence: int = 0  # of a repeated entry: then it stands under `each`
    is_open: bool = False  # a person has to look first; `content` may have a place for an id
    command: tuple[str, ...] = ()  # for RUN, without the following; an option at its end is repeated for each address
    overrules: Overrule | None = None  # for RUN apply
    number: int = 0  # for MAX_DELETES
    addresses: tuple[str, ...] = ()  # for RUN
    id: str = ""  # the live object that it is about
    later: bool = False  # it takes a later `due_at`, too
    suspended: bool = False  # it sends nothing while its entry is suspended

    def __str__(self) -> str:
        if self.way is Way.RUN:
            return f"{_BEFORE[self.suspended, self.later]}run `{pasted(join(self.words))}`"
        under = f" under `each` (occurrence {self.occurrence})" if self.occurrence else ""
        return f"`{self.yaml}`{under}"

    @property
    def yaml(self) -> str:
        """The line that gives it; only the name of the field if a person decides what to write."""
        return self.field if self.content is None else _yaml(self.field, self.content)

    @property
    def options(self) -> str:
        """What is particular about the command: `--recreate ADDRESS`."""
        return join(self.words[2:])

    @property
    def start(self) -> tuple[str, ...]:
        """The words of the command before its addresses, empty if there is none."""
        option = (f"--{self.overrules}",) if self.overrules else ()
        number = (str(self.number),) if self.overrules is Overrule.MAX_DELETES else ()
        return (*self.command, *option, *number)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the command, empty if there is none."""
        if not self.command:
            return ()
        *most, last = self.start
        if not last.startswith("--"):
            return (*self.start, *self.addresses)
        return (*most, *(word for address in self.addresses for word in (last, address)))


#: What a blank stands for.
Fact: TypeAlias = str | int | Answer


@value()
class Said:
    """A sentence with blanks, `{name}`, or `{name.options}` for a part of an answer.

    `facts` are part of why it is said. `own` are one post's, and become `…` where posts share the sentence; `asides`
    are as well, and are left out then: each begins with its space. `beside`: the answers that it gives in words alone.
    """

    template: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    own: Mapping[str, Fact] = field(default_factory=dict)
    asides: Mapping[str, Fact] = field(default_factory=dict)
    beside: tuple[Answer, ...] = ()

    def __str__(self) -> str:
        return self.template.format_map(self.blanks)

    def __add__(self, other: Said) -> Said:
        """Both sentences, one after the other; one of them has the space between.

        For equal names of one kind, such as `facts`, `other` counts.
        """
        return Said(
            self.template + other.template,
            {**self.facts, **other.facts},
            {**self.own, **other.own},
            {**self.asides, **other.asides},
            (*self.beside, *other.beside),
        )

    @property
    def blanks(self) -> Mapping[str, Fact]:
        """What each blank stands for."""
        return {**self.facts, **self.own, **self.asides}

    @property
    def cause(self) -> tuple[str, tuple[tuple[str, str], ...]]:
        """Equal where the same is said for the same reason, of whichever post."""
        return self.template, tuple(sorted((name, str(fact)) for name, fact in self.facts.items()))

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All ways to answer it, in the order in which it gives them; those in words alone come last."""
        blanks = self.blanks
        given = (blanks[name] for name in names_in(self.template))
        return (*(fact for fact in given if isinstance(fact, Answer)), *self.beside)


def prose(text: str) -> Said:
    """Words of somebody else, or prose that nobody decides by."""
    return Said("{text}", {"text": text})


def names_in(template: str) -> tuple[str, ...]:
    """The names of its blanks, each once, in order."""
    fields = (name for _, name, _, _ in Formatter().parse(template) if name)
    return tuple(dict.fromkeys(name.partition(".")[0] for name in fields))


def common(sentences: Sequence[Said], *, of_one_entry: bool = False) -> Said:
    """What sentences with one cause share, as one sentence for all of them; at least one.

    `of_one_entry`: they are about the channels of one entry, so that one line answers for all of them.
    """
    first = sentences[0]
    columns = {name: [each.blanks[name] for each in sentences] for name in names_in(first.template)}
    own = {name: _shared(columns[name], of_one_entry=of_one_entry) for name in first.own if name in columns}
    asides = {name: fact if _are_equal(columns[name]) else "" for name, fact in first.asides.items() if name in columns}
    return Said(first.template, first.facts, own, asides)


def is_the_same(sentences: Sequence[Said], *, of_one_entry: bool = False) -> bool:
    """Whether `common` leaves out nothing that one of them has: it can be followed for each of them."""
    names = [name for name in names_in(sentences[0].template) if name in sentences[0].own]
    columns = ([each.blanks[name] for each in sentences] for name in names)
    return all(_in_one(column, of_one_entry=of_one_entry) is not None for column in columns)


def merged(answers: Sequence[Answer], *, of_one_entry: bool = False) -> Answer | None:
    """One answer in place of several, None if there is none: a command takes several addresses.

    `of_one_entry`: a field takes several channels, where each of them has exactly one value, or lists all of them.
    """
    first = answers[0]
    if _are_equal(answers):
        return first
    if first.way is Way.RUN:
        if not _are_equal([(each.way, each.start, each.later, each.suspended) for each in answers]):
            return None
        addresses = dict.fromkeys(address for each in answers for address in each.addresses)
        return replace(first, addresses=tuple(addresses), id="")
    if not of_one_entry or not _are_equal([(each.way, each.field, each.occurrence) for each in answers]):
        return None
    if first.field in _LISTS_CHANNELS and all(isinstance(each.content, list) for each in answers):
        channels = dict.fromkeys(channel for each in answers for channel in each.content)
        return replace(first, content=list(channels), id="")
    content: dict[str, Any] = {}
    for each in answers:
        if not isinstance(each.content, Mapping):
            return None
        for channel, id_ in each.content.items():
            if content.setdefault(channel, id_) != id_:
                return None
    return replace(first, content=content, is_open=any(each.is_open for each in answers), id="")


def _in_one(facts: Sequence[Fact], *, of_one_entry: bool) -> Fact | None:
    """One fact in place of several; None if there is none."""
    if _are_equal(facts):
        return facts[0]
    answers = [fact for fact in facts if isinstance(fact, Answer)]
    return merged(answers, of_one_entry=of_one_entry) if len(answers) == len(facts) else None


def _shared(facts: Sequence[Fact], *, of_one_entry: bool) -> Fact:
    """One fact in place of several, or as much of it as they share."""
    one = _in_one(facts, of_one_entry=of_one_entry)
    if one is not None:
        return one
    answers = [fact for fact in facts if isinstance(fact, Answer)]
    if len(answers) < len(facts) or not _are_equal([(each.way, each.field) for each in answers]):
        return _ELLIPSIS
    if answers[0].way is Way.RUN:
        same = takewhile(_are_equal, zip(*(each.start for each in answers), strict=False))
        return f"run `{' '.join([*(join([word]) for word, *_ in same), _ELLIPSIS])}`"
    under = " under `each`" if all(each.occurrence for each in answers) else ""
    contents = [each.content for each in answers]
    content: Any = _ELLIPSIS
    if all(isinstance(each, Mapping) for each in contents) and _are_equal([list(each) for each in contents]):
        content = {channel: _in_common([each[channel] for each in contents]) for channel in contents[0]}
    return f"`{_yaml(answers[0].field, content)}`{under}"


def _in_common(values: Sequence[Any]) -> Any:
    return values[0] if _are_equal(values) else _ELLIPSIS


def _are_equal(values: Sequence[Any]) -> bool:
    return all(each == values[0] for each in values)


@cache
def _emitter() -> Any:
    """Made once, where an answer is shown for the first time, since that takes a while."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = True
    yaml.allow_unicode = True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]  # it is a switch
    yaml.width = _WIDTH
    return yaml


def _yaml(name: str, content: Any) -> str:
    """A field on one line, as YAML reads it back."""
    stream = StringIO()
    _emitter().dump({name: content}, stream)
    return stream.getvalue().rstrip("\n").removeprefix("{").removesuffix("}")
