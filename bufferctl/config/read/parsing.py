"""YAML to plain data with positions, and the errors that only the parser's events reveal.

Every scalar stays text (YAML 1.2's `no`, `on` and `12:30` are text anyway); the models convert. Events show what data
would not: duplicate keys, tags, merge keys, several documents, expansion, depth, and a hashtag lost to a comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from sys import intern
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from bufferctl.config.format import BLOCK_FORM, FILES, PROSE
from bufferctl.config.read import slips
from bufferctl.config.read.misplaced import misplaced_entry, swallowed_entry
from bufferctl.config.read.source import Source, control_message
from bufferctl.config.read.syntax import for_field, syntax_problem
from bufferctl.config.read.tree import Spot, Tree
from bufferctl.diagnostics import Diagnostic, Kind, Place, Related, Severity
from bufferctl.limits import MOST_PROBLEMS
from bufferctl.model.about import fields_below
from bufferctl.said import Answer, Way
from bufferctl.value import replace

#: Levels of nesting. The format needs nine.
MAX_DEPTH = 100
#: Nodes that aliases may add to a file: 10,000 uses of a block of ten fields. An expansion bomb has millions.
MAX_EXPANSION = 100_000

#: How many slips are mended in one reading, and how many of them on one line: quoting what no quotes can mend would
#: double its backslashes each time.
_MOST_MENDS, _MOST_ON_A_LINE = 29, 3
#: How many lines an answer has at most, to copy.
_MOST_LINES = 20

#: The fields of the format, whose names need no look.
_NAMES = {name: intern(name) for name, *_ in fields_below(*FILES)}
_BLOCKS = ("|", ">")
#: Fields by which an entry in a text is recognized.
_OF_ENTRIES = ("key:", "due_at:", "channels:")
#: Fields with a list of texts.
_LISTS = frozenset({"thread"})
#: Fields with a list of groups that have no `key`.
_LISTS_OF_OTHERS = frozenset({"organizations", "channels", "thread", "assets"})
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class _StopError(Exception):
    """Nothing more can be read from this file."""


class _MisreadError(Exception):
    """YAML reads the line without an error, but not as its writer meant it.

    Reading continues with the corrected line.
    """

    def __init__(self, problem: Diagnostic, mend: slips.Mend | None) -> None:
        super().__init__(problem.message)
        self.mended = problem, mend


def parse(source: Source, *, compiled: bool = True, mends: int = _MOST_MENDS) -> tuple[Tree, list[Diagnostic]]:
    """Read a file's text, as a tree and its problems, errors among them.

    A tree with errors still has what could be read, for further messages; its `data` is None if that is nothing.

    `mends`: how many slips are mended to find what else is wrong; without any, the first slip ends the reading.
    `compiled=False` reads as on a platform without the C parser: 20 times slower, and a `?` in brackets needs quotes.
    """
    controls = source.controls()
    if unresolved := slips.conflict(source):
        return Tree(source), [*controls, unresolved]
    if controls:
        source = source.harmless()
    whole, found, row = source, list[Diagnostic](), 0
    for _ in range(mends + 1):
        builder, error = _read(source, compiled=compiled)
        if error is None:
            return builder.tree, [*controls, *found, *builder.problems]
        plain = Source(source.name, source.text, source.folder)
        syntax, mend = error.mended if isinstance(error, _MisreadError) else syntax_problem(plain, error)
        place = syntax.place or Place(source.name, 1, 1)
        if place.line < row:  # what the last mend brought about
            break
        if place.line > row:
            as_written = source.as_written(place)
            hint = for_field(source.line(source.offset(place)), place.column, syntax.hint)
            on_line = [each for each in builder.errors if each.place and each.place.line == place.line]
            is_short = mend and mend.row == place.line and mend.line.count("\n") < _MOST_LINES
            answers = (Answer(Way.EDIT, content=mend.line),) if mend and is_short else ()
            as_shown = whole.line(whole.offset(as_written))
            found += on_line or [replace(syntax, hint=hint, place=as_written, source=as_shown, answers=answers)]
        row = place.line
        if mend is None or mend.line == source.line(source.offset(Place(source.name, mend.row, 1))):
            break
        if source.mends.count(mend.row) == _MOST_ON_A_LINE:
            break
        source = source.mended(*mend)
    return Tree(whole), list(dict.fromkeys([*controls, *builder.errors, *found]))


def _read(source: Source, *, compiled: bool) -> tuple[_Builder, yaml.YAMLError | _MisreadError | None]:
    """What could be read of a text, and why it ends."""
    parser = yaml.cyaml.CParser if compiled and yaml.__with_libyaml__ else yaml.BaseLoader
    builder = _Builder(source, parser(source.data).get_event)
    try:
        with suppress(_StopError):
            builder.document()
    except (yaml.YAMLError, _MisreadError) as failure:
        return builder, failure.with_traceback(None)  # the traceback would keep everything that was read
    return builder, None


def _as_text(name: str, sign: str) -> str:
    """The hint for a value that begins with a sign of YAML."""
    if name in PROSE:
        return f"if it is text that begins with `{sign}`, {BLOCK_FORM.format(name=name)}"
    return f"put it in quotes if it is text, or delete `{sign}…`"


class _Builder:
    def __init__(self, source: Source, following: Callable[[], Any]) -> None:
        self.source = source
        self.text = source.text
        self.tree = Tree(source)
        self.problems: list[Diagnostic] = []
        self.following = following
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.unused: dict[str, tuple[int, str]] = {}
        """Anchors that no alias uses yet, which may be the first words of a text: their offset and field."""
        self.nodes = 0
        self.expanded = 0

    @property
    def errors(self) -> list[Diagnostic]:
        """The errors; a warning may be about a part that is broken."""
        return [each for each in self.problems if each.severity is Severity.ERROR]

    def document(self) -> None:
        """Read the only document into `tree.data`."""
        self.following()
        start = self.following()
        if type(start) is StreamEndEvent:
            self._empty()
        root = self.following()
        data = self._node(root, "", 0)
        if not isinstance(data, dict | list) and self.problems:
            raise _StopError
        if data is None:
            self._empty()
        if type(self.following()) is not DocumentEndEvent:
            raise AssertionError  # a node is followed by the document's end
        more = self.following()
        if type(more) is DocumentStartEvent:
            self._stop(more, "a second document starts here, and would be ignored", "delete the line `---`")
        for word, (start, name) in self.unused.items():
            self.problems.append(slips.taken_for_anchor(self.source, start, word, name))
        self.tree.data = data

    def _node(self, event: Any, name: str, depth: int) -> Any:
        """The value that an event starts; None if it is empty or refused. `name`: the field it belongs to."""
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event, name)
        if kind is AliasEvent:
            return self._alias(event, name)
        if depth >= MAX_DEPTH:
            self._stop(event, f"more than {MAX_DEPTH} levels of nested brackets or lists", "use fewer levels")
        if event.tag is not None:
            self._refuse_tag(event, name)
        before, reported = self.nodes, len(self.problems)
        data: Any = (self._mapping if kind is MappingStartEvent else self._sequence)(event, name, depth)
        if event.tag is not None:
            del self.problems[reported:]  # the content is skipped
            return None
        if "key" in data and (name in _LISTS_OF_OTHERS or depth == 0) and not event.flow_style:
            self._look_where_it_is(name, data)
        self.nodes += 1
        if event.anchor is not None:
            self.anchors[event.anchor] = (data, self.nodes - before)
        return data

    def _mapping(self, start: Any, name: str, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        is_vars = name == "vars"  # a variable's value becomes part of a text, whatever its name
        marks = [start.start_mark.index, 0]
        following, tree, names = self.following, self.tree, _NAMES
        event = following()
        while type(event) is not MappingEndEvent:
            key = names.get(event.value) if type(event) is ScalarEvent else None
            if key is None or event.anchor is not None or event.tag is not None:
                key = self._key(event, depth)
                if key == "<<" and not event.style:
                    tree.empty.setdefault(id(data), set()).add(key)
                    key = None
            value_event = following()
            if type(value_event) is not ScalarEvent:
                value = self._node(value_event, key or "", depth + 1)
            elif value_event.style or is_vars or key in PROSE or value_event.anchor or value_event.tag:
                value = self._scalar(value_event, name if is_vars else key or "", is_list=key in _LISTS)
            else:  # nearly all: this saves a call
                self.nodes += 1
                value = None if value_event.value in _NOTHING else value_event.value
            if key is None:
                pass
            elif key in data or (tree.empty and key in tree.empty.get(id(data), ())):
                self._duplicate(event, key, data, marks, in_block=not start.flow_style)
            elif value is None:
                self._without_value(event, value_event, key, data)
            else:
                data[key] = value
                name_at, name_end = event.start_mark, event.end_mark
                marks += (name_at.index, name_end.index, value_event.start_mark.index, value_event.end_mark.index)
            event = following()
        marks[1] = event.end_mark.index if start.flow_style else 0
        tree.add(data, marks)
        if self.source.mends and any(
            start.start_mark.line < row <= event.start_mark.line + 1 for row in self.source.mends
        ):
            tree.empty.setdefault(id(data), set())  # it is not as its writer meant it
        return data

    def _sequence(self, start: Any, name: str, depth: int) -> list[Any]:
        data: list[Any] = []
        marks = [start.start_mark.index, 0]
        plain: list[str] = []  # texts without quotes
        event = self.following()
        while type(event) is not SequenceEndEvent:
            is_scalar = type(event) is ScalarEvent
            if name in _LISTS and is_scalar and not event.style:
                plain.append(event.value)
            value = self._scalar(event, name) if is_scalar else self._node(event, name, depth + 1)
            if value is not None:
                data.append(value)
                marks += (event.start_mark.index, event.end_mark.index)
                event = self.following()
                continue
            self.tree.empty.setdefault(id(data), set())
            if is_scalar and not event.style and event.value in _NOTHING:
                self._problem(event, "this entry of the list is empty", "add a value or delete the line")
            event = self.following()
        if start.flow_style:
            marks[1] = event.end_mark.index
            if len(plain) == len(data) and (split := slips.split_at_commas(self.source, marks[0], name, plain)):
                self.problems.append(split)
        self.tree.add(data, marks)
        return data

    def _key(self, event: Any, depth: int) -> str | None:
        if type(event) is not ScalarEvent:
            self._problem(
                event, "the name of a field must be plain text", "put a text in quotes if it holds `[` or `{`"
            )
            self._node(event, "", depth + 1)
            return None
        if event.tag is not None:
            self._refuse_tag(event, "")
        key: str = event.value
        if not event.style and key == "<<":
            self._problem(
                event, "merge keys (`<<`) are not supported", "write the fields out, or use `overrides`", width=2
            )
            return key
        if not event.style and key in _NOTHING:
            self._problem(event, "this value has no field name", "write the name before the `:`")
            return None
        if event.anchor is not None:
            self.anchors[event.anchor] = (key, 1)
        return intern(key)

    def _scalar(self, event: Any, name: str, *, is_list: bool = False) -> str | None:
        """The text of an event. `is_list`: the field `name` takes a list, so that a text is an error anyway."""
        self.nodes += 1
        value: str = event.value
        style = event.style
        if event.tag is not None:
            self._refuse_tag(event, name)
        if not style and value in _NOTHING:
            return None
        if name in PROSE and not is_list and len(self.problems) <= MOST_PROBLEMS:
            self._look_for_losses(event, name)
        if style == '"':
            if hidden := _HIDDEN.search(value):
                self._problem(event, "this text holds " + control_message(hidden[0]), "delete it")
        elif style in _BLOCKS and value.endswith("\n"):
            value = intern(value[:-1])  # the same object as Buffer's
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
            if name in PROSE:
                self.unused[event.anchor] = (event.start_mark.index, name)
        return value

    def _alias(self, event: Any, name: str) -> Any:
        if event.anchor not in self.anchors:
            message = f"`*{event.anchor}` refers to `&{event.anchor}`, which is not defined above"
            self._problem(event, message, _as_text(name, "*"), width=len(event.anchor) + 1)
            return None
        self.unused.pop(event.anchor, None)
        data, size = self.anchors[event.anchor]
        self.nodes += size
        self.expanded += size
        if self.expanded > MAX_EXPANSION:
            self._stop(
                event, f"aliases make this file larger than {MAX_EXPANSION:,} values", "write the values out instead"
            )
        return data

    def _look_for_losses(self, event: Any, name: str) -> None:
        """Report a hashtag and line breaks of a text that would not be posted."""
        source, start, end, style = self.source, event.start_mark, event.end_mark, event.style
        if style in _BLOCKS and any(map(event.value.__contains__, _OF_ENTRIES)):
            self.problems += filter(None, [swallowed_entry(source, start.index, end.index)])
        if style == "|" and self.text.startswith("\n", start.index + 1) and "\\n" not in event.value:  # nearly all
            return
        lost = [slips.lost_hashtag(source, start.index, end.index, name, block=style in _BLOCKS)]
        if style != "|" and end.line > start.line + (style == ">"):
            lost.append(slips.lost_breaks(source, start.index, end.index, name, folded=style == ">"))
        if "\\n" in event.value and style != '"':
            lost.append(slips.literal_break(source, start.index, end.index, name))
        if not style and event.value[0] in slips.CURLY_QUOTES:
            lost.append(slips.curly_quotes(source, start.index, event.value, name))
        self.problems += filter(None, lost)

    def _without_value(self, event: Any, value_event: Any, key: str, data: dict[str, Any]) -> None:
        self.tree.empty.setdefault(id(data), set()).add(key)
        if (
            type(value_event) is ScalarEvent and len(self.problems) <= MOST_PROBLEMS
        ):  # an undefined alias is reported already
            self.problems.append(slips.no_value(self.source, key, event.start_mark.index, event.end_mark.index))

    def _look_where_it_is(self, name: str, data: Any) -> None:
        """Report an entry of posts or ideas among the items of another list, or among the fields of a file."""
        if name == "thread" and len(data) == 1:
            return  # a text that begins with `key: `
        effect = f"reads it as part of `{name}`" if name else "reads its fields as those of the file"
        misplaced = misplaced_entry(self.source, Spot(self.tree, data).key("key"), effect)
        if misplaced:
            raise _MisreadError(*misplaced)

    def _duplicate(self, event: Any, key: str, data: dict[str, Any], marks: list[int], *, in_block: bool) -> None:
        if in_block and (misread := slips.not_a_duplicate(self.source, event.start_mark.index, key, list(data)[-1:])):
            raise _MisreadError(*misread)
        if len(self.problems) > MOST_PROBLEMS:
            return
        related: tuple[Related, ...] = ()
        if key in data:
            first = self.source.place(marks[2 + 4 * list(data).index(key)])
            related = (Related(first, f"`{key}` is first given here"),)
        at, message, hint = event.start_mark.index, f"`{key}` is given twice", "remove one of them"
        if key in slips.GROUPS:
            hint = f"delete this line, and write what is below it below the first `{key}:`"
        self.problems.append(
            self.source.diagnostic(at, message, hint=hint, width=len(key), related=related, kind=Kind.DUPLICATE)
        )

    def _refuse_tag(self, event: Any, name: str) -> None:
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._problem(event, f"`{tag}` is a YAML tag, and tags are not supported", _as_text(name, "!"), width=len(tag))

    def _empty(self) -> None:
        hint = "write something in it, or delete it"
        place = Place(self.source.name)
        self.problems.append(Diagnostic(Severity.ERROR, "the file is empty", place, hint=hint, kind=Kind.SYNTAX))
        raise _StopError

    def _problem(self, event: Any, message: str, hint: str, *, width: int = 1) -> None:
        if len(self.problems) > MOST_PROBLEMS:
            return
        self.problems.append(self.source.diagnostic(event.start_mark.index, message, hint=hint, width=width))

    def _stop(self, event: Any, message: str, hint: str) -> None:
        self._problem(event, message, hint)
        raise _StopError
