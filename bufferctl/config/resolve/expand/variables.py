"""`$(name)` in the texts, links and file names of a post (design: Campaigns).

Variables are replaced once, with plain values and no logic. `$$(` is a literal `$(`. Anything else after a `$` is text,
unless it begins like a mention, `$(@acme)`, or like a date, with CLDR's letters and English names: `$(start+3d | d
MMMM)`, `$(due_at | EEEE)`.
"""

from __future__ import annotations

import json
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache, partial
from typing import Any, TypeVar

from bufferctl.config.format import FILES
from bufferctl.config.read import Reading, Spot
from bufferctl.config.resolve.expand.layers import Defaults, Layer
from bufferctl.config.resolve.expand.mentions import AT, Mentionable, unknown_mention
from bufferctl.diagnostics import Diagnostic, Kind, Related, Severity
from bufferctl.errors import BufferctlError
from bufferctl.model import Channel
from bufferctl.model.about import named
from bufferctl.model.desired import Variable
from bufferctl.value import replace

T = TypeVar("T")

#: The names that such a date begins with; `vars` cannot set them.
RESERVED = ("start", "due_at")
_DATE = re.compile(r"\$\((?:(?P<start>start)(?:(?P<days>[+-]\d{1,4})d)?|due_at) *\| *(?P<form>\S[^)]*)\)")
#: Quoted words, a run of one letter, or what is between them.
_TOKEN = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<letters>(?P<letter>[A-Za-z])(?P=letter)*)|[^A-Za-z']+|'")
#: What each run of letters means to `strftime`; with single letters, numbers have no zero in front.
_LETTERS = {
    "d": "%d", "dd": "%d", "M": "%m", "MM": "%m", "MMM": "%b", "MMMM": "%B", "y": "%Y", "yy": "%y", "yyyy": "%Y",
    "E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A", "H": "%H", "HH": "%H", "h": "%I", "hh": "%I", "m": "%M",
    "mm": "%M", "a": "%p",
}  # fmt: skip
_OF_TIME = frozenset("Hhma")
_EXAMPLE = "such as `$(start+3d | d MMMM)` or `$(due_at | EEEE)`"


class DateError(BufferctlError):
    """A date in a text that cannot be written."""


def date_in_text(given: str, starts: date | None, due_at: datetime | None) -> str:
    """The date that `$(…)` stands for. Raises DateError."""
    if not (found := _DATE.fullmatch(given)):
        raise DateError(f"`{given}` is not a date", hint=f"write one {_EXAMPLE}, or `$$(` if this is text")
    when: date | None = due_at
    if found["start"]:
        when = starts + timedelta(days=int(found["days"] or 0)) if starts else None
    if when is None and found["start"]:
        message = "this date counts from `starts`, which this file does not have"
        raise DateError(message, hint="add `starts: 2027-01-11`")
    if when is None:
        raise DateError("this post has no `due_at`", hint="give it one, or write the date out")
    return "".join(_written(when, token) for token in _TOKEN.finditer(found["form"]))


def _written(when: date, token: re.Match[str]) -> str:
    if (letters := token["letters"]) is None:
        return token[0] if token["quoted"] is None else token["quoted"].replace("''", "'") or "'"
    if letters[0] in _OF_TIME and not isinstance(when, datetime):
        raise DateError(f"`{letters}` is a time, and a day counted from `starts` has no time", hint="use `due_at`")
    if letters not in _LETTERS:
        hint = f"use d, M, y, E, H, h, m and a, {_EXAMPLE}; put other words in '…'"
        raise DateError(f"`{letters}` is not part of a date format", hint=hint)
    written = when.strftime(_LETTERS[letters])
    return written.lstrip("0") or "0" if len(letters) == 1 and written.isdecimal() else written


_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
#: A variable, or what is or looks like a mention or a date, also without its bracket.
_USE = re.compile(rf"\$\$\(|\$\((?:({_NAME})\)|((?:{'|'.join((AT, *RESERVED))})[^)\n]*)\)?)")
#: A variable as other programs write it. Each way begins with its sign, so the signs are found fast.
_ALMOST = re.compile(
    rf"\$\{{\s*({_NAME})\s*\}}|\$\((?=\s|{_NAME}\s)\s*({_NAME})\s*\)"
    rf"|\{{\{{\s*({_NAME})\s*\}}\}}|\$(?<!\$\$)({_NAME})|%({_NAME})%"
)


@lru_cache(maxsize=256)  # all posts of a repeated entry have one text before its variables are replaced
def _like_variables(text: str) -> list[tuple[str, str]]:
    """Variables as other programs write them: the words, and the name in them."""
    return [(found[0], next(filter(None, found.groups()))) for found in _ALMOST.finditer(text)]


#: Letters of a date that are rather a word, such as `day`: nobody writes three single ones without a space between.
_WORD = re.compile(r"(?<![A-Za-z'])(?:([A-Za-z])(?!\1)){3,}(?![A-Za-z'])")
#: The letters of a date by the words that people write in their place.
_FORMS_BY_NAME = {
    **dict.fromkeys(("day", "weekday", "day of the week"), "EEEE"),
    **dict.fromkeys(("date", "day and month"), "d MMMM"),
    "month": "MMMM",
    "year": "yyyy",
    **dict.fromkeys(("time", "hour"), "h:mm a"),
}
#: Every text with something to replace contains this.
_SIGN = "$("
#: Fields of assets and metadata that take variables.
TAKES_VARIABLES = named(FILES, lambda about: about.takes_variables)
#: Those of them in which a mention is the handle.
_WITH_HANDLES = frozenset({"text", "first_comment"})
#: Variables that every post has.
ALWAYS = ("service", "channel", "key", "organization", "number")
#: Those that no `vars` can set.
_NEVER_SET = frozenset({*ALWAYS, *RESERVED})


def escaped(text: str) -> str:
    """The text, escaped so that nothing in it is replaced."""
    return text.replace(_SIGN, f"${_SIGN}")


def holds_variables(node: Any) -> bool:
    """Whether the value of a field, as it was read, may contain something to replace."""
    if isinstance(node, str):
        return _SIGN in node
    return any(map(holds_variables, node.values() if isinstance(node, dict) else node))


def names_in(text: str) -> set[str]:
    """The names of the variables that a text uses."""
    return {found[1] or found[2] for found in _USE.finditer(text)} - {None}


#: Values that differ from channel to channel.
_OF_CHANNEL = frozenset({"service", "channel"})


def _is_of_channel(name: str) -> bool:
    """Whether a value may differ from channel to channel, as a post's time and a handle do."""
    return name in _OF_CHANNEL or name.startswith(("due_at", AT))


Used = dict[str, Variable]


@dataclass(slots=True)
class Values:
    """Data that the posts of one occurrence share: the values of its variables, and results that no channel changes.

    `set_at`: the `vars` that sets each value. `mentions`: whom their texts may mention, by name. `is_complete`: whether
    all `vars` could be read. `made`: each such result and the variables that it used, by the id of the value in the
    file, or that of its container and its name.
    """

    values: dict[str, str]
    set_at: Mapping[str, Spot]
    mentions: Mapping[str, Mentionable]
    is_complete: bool = True
    variables: Used = field(default_factory=dict)
    made: dict[object, tuple[Any, Used]] = field(default_factory=dict)


@dataclass(slots=True)
class Variables:
    """The variables of one post: their values, and which of them were used."""

    reading: Reading  # for problems
    entry: Spot  # the place of the post's entry
    shared: Values  # what the posts of its occurrence have in common
    to: Channel  # its channel, which sets two of the values
    starts: date | None = None  # for dates in texts
    due_at: datetime | None = None  # likewise
    used: Used = field(default_factory=dict)
    _recent: set[str] = field(default_factory=set)

    def made(self, key: object, make: Callable[[], T]) -> T:
        """The result of `make`, which replaces variables; shared by all channels unless it uses one of theirs."""
        there = self.shared.made.get(key)
        if there is not None:
            self.used |= there[1]
            found: T = there[0]
            return found
        outer, self._recent = self._recent, set()
        problems = len(self.reading.problems)
        found = make()
        names, self._recent = self._recent, outer | self._recent
        if not any(map(_is_of_channel, names)) and len(self.reading.problems) == problems:
            self.shared.made[key] = found, {name: self.used[name] for name in names}
        return found

    def text(self, text: str, spot: Spot, part: str | int, *, with_handles: bool = False) -> str:
        """The text with its variables replaced. A problem for each unknown one, at `part` of `spot`.

        `with_handles`: readers see it as text, so a mention is the handle where the network has it.
        """
        if "$" not in text and not (self.shared.set_at and ("{{" in text or "%" in text)):
            return text
        problem = partial(spot.at_quote, part)
        return self.made((id(spot.node), part), lambda: self.replaced(text, problem, with_handles=with_handles))

    def data(self, node: Any, spot: Spot) -> Any:
        """A copy of the data of a field with the variables in it replaced. `spot`: its place."""
        if isinstance(node, dict):
            return {
                name: self.text(value, spot, name, with_handles=name in _WITH_HANDLES)
                if isinstance(value, str) and name in TAKES_VARIABLES
                else self.data(value, spot.down(name))
                for name, value in node.items()
            }
        if isinstance(node, list):  # the only list of texts is a thread
            return [
                self.text(value, spot, index, with_handles=True)
                if isinstance(value, str)
                else self.data(value, spot.down(index))
                for index, value in enumerate(node)
            ]
        return node

    def related(self, text: Any) -> tuple[Related, ...]:
        """Where the variables of a text were set."""
        if not isinstance(text, str):
            return ()
        used = (self.used[name] for name in sorted(names_in(text)) if name in self.used)
        return tuple(Related(each.place, f"`{each.name}` is set here") for each in used if each.place)

    def replaced(self, text: str, problem: Callable[..., Diagnostic], *, with_handles: bool = False) -> str:
        """The text with its variables replaced. `problem`: makes one of the words, a message and a `hint`."""
        unknown: dict[str, tuple[str, str]] = {}

        def replacement(found: re.Match[str]) -> str:
            if (name := found[1] or found[2]) is None:
                return _SIGN
            try:
                value = self._value(name, found[0], with_handles)
            except DateError as error:
                unknown[found[0]] = error.message, error.hint
                return found[0]
            if value is None:
                is_told = name == "number" and self.entry.has("repeat")  # one that cannot be read is a problem already
                if self.shared.is_complete and not is_told:
                    unknown[found[0]] = self._unknown(name, found[0])
                return found[0]
            self._use(name, value)
            return value

        for words, (message, hint) in self._almost(text):
            almost = problem(words, message, hint=hint)
            self.reading.problems.append(replace(almost, severity=Severity.WARNING))
        found = _USE.sub(replacement, text)
        for words, (message, hint) in unknown.items():
            self.reading.spoil(self.entry, words)
            self.reading.problems.append(problem(words, message, hint=hint))
        return found

    def _almost(self, text: str) -> Iterator[tuple[str, tuple[str, str]]]:
        """What is posted as it is although a variable or a date is meant: the words, a message and a hint."""
        for words, name in _like_variables(text):
            if name in self.shared.set_at:
                message = f"`{words}` is posted as it is: a variable is written `$(name)`"
                yield words, (message, f"write `$({name})`")
        for found in _DATE.finditer(text) if "|" in text else ():
            if _WORD.search(found["form"]):
                message = f"`{found['form']}` is read letter by letter, not as a word"
                meant = _FORMS_BY_NAME.get(found["form"].strip().casefold())
                written = f"write `{found[0].partition('|')[0]}| {meant})`" if meant else ""
                yield found[0], (message, written or f"write the form of the date, {_EXAMPLE}")

    def _value(self, name: str, words: str, with_handles: bool) -> str | None:
        if name.startswith(AT):
            mention = self.shared.mentions.get(name.removeprefix(AT)) if words.endswith(")") else None
            if mention is None:
                return None
            return mention.on(self.to.service) if with_handles else mention.name
        if name in _OF_CHANNEL:
            return self.to.service.value if name == "service" else self.to.name or self.to.id or ""
        value = self.shared.values.get(name)
        return date_in_text(words, self.starts, self.due_at) if value is None and name.startswith(RESERVED) else value

    def _use(self, name: str, value: str) -> None:
        self._recent.add(name)
        if name in self.used:
            return
        if (variable := self.shared.variables.get(name)) is None:
            variable = self._used(name, value)
            if not _is_of_channel(name):
                self.shared.variables[name] = variable
        self.used[name] = variable

    def _used(self, name: str, value: str) -> Variable:
        """A variable as reviewers see it: of a mention what texts say, also where a field says the name."""
        if name.startswith(AT):
            mention = self.shared.mentions[name.removeprefix(AT)]
            return Variable(name, mention.on(self.to.service), mention.place)
        at = self.shared.set_at.get(name)
        return Variable(name, value, at.place(name) if at else None)

    def _unknown(self, name: str, words: str) -> tuple[str, str]:
        """What is wrong with a variable that has no value, and what to do about it."""
        if name.startswith(AT):
            return unknown_mention(words, self.shared.mentions)
        as_text = f"write `$$({name})` if this is text"
        if name == "number":
            message = "`$(number)` is the number of an occurrence, and this post has no `repeat`"
            return message, f"add a `repeat`, or {as_text}"
        near = get_close_matches(name, [*self.shared.values, *sorted(_OF_CHANNEL)], n=1)
        hint = f"did you mean `$({near[0]})`? Or {as_text}" if near else f"set it under `vars`, or {as_text}"
        return f"there is no variable `{name}`", hint


def values_of(
    layers: tuple[Layer, ...],
    defaults: Defaults,
    always: dict[str, str],
    mentions: Mapping[str, Mentionable],
    reading: Reading,
) -> Values:
    """The values of an occurrence, each from the most specific `vars` that sets it. `always`: the values of `ALWAYS`.

    `mentions`: those of the organization. A `vars` that sets one of `ALWAYS` is a problem.
    """
    given = [(getattr(layer.fields, "vars", None) or {}, layer.spot) for layer in layers]
    values: dict[str, str] = {}
    set_at: dict[str, Spot] = {}
    spots = [*(layer.spot for layer in layers), defaults.spot]
    wrong = set[str]().union(*(reading.broken.get(id(spot.node), ()) for spot in spots))
    for found, spot in (*given, *defaults.vars):
        below = spot.down("vars")
        for name, value in found.items():
            if name in _NEVER_SET:
                message = f"`{name}` is set by bufferctl, so this value would never be used"
                reading.problems.append(below.at_key(name, message, hint="give it another name", kind=Kind.CONFLICT))
            elif name not in values:
                values[name], set_at[name] = value, below
    return Values(values | always, set_at, mentions, wrong.isdisjoint(("vars", "repeat")))


def check_values(given: dict[str, str], spot: Spot, outer: Iterable[dict[str, str]], reading: Reading) -> None:
    """Warn of variables whose values name other variables: they are not replaced there. `outer`: further `vars`."""
    values = dict(ChainMap(given, *outer))
    for name, value in given.items():
        inner = names_in(value) & {*values, *ALWAYS} if _SIGN in value else ()
        if not inner:
            continue
        first = min(inner)
        message = f"`$({first})` in the value of a variable is not replaced, so it would be posted as it is"
        hint = f"write `$({first})` in the text instead"
        if inner <= values.keys():
            written = _USE.sub(lambda found: values.get(found[1] or "", found[0]), value)
            hint = f"write `{name}: {json.dumps(written, ensure_ascii=False)}`"
        found = spot.down("vars").at(name, message, hint=hint)
        reading.problems.append(replace(found, severity=Severity.WARNING))
