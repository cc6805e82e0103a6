"""The layout of people's files: order of fields, two spaces per level, texts as blocks. Every comment stays.

Only the layout changes, never the content; both are read again and compared before anything is returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from ruamel.yaml.scalarstring import LiteralScalarString

from bufferctl.config.format import (
    FILES,
    ONLY_ROOT,
    ORDER,
    ChannelEntry,
    Handling,
    IncludedFile,
    OrganizationEntry,
    PostFields,
    Repeat,
    RootFile,
    UtmFields,
)
from bufferctl.config.resolve import in_short
from bufferctl.config.write.as_yaml import text_value
from bufferctl.config.write.commented import CommentedFile, Entry, Group, YamlComment, block_text, read_commented
from bufferctl.config.write.nodes import Node
from bufferctl.config.write.yaml_files import STEP
from bufferctl.errors import ConfigError
from bufferctl.model.about import below, reading_order
from bufferctl.value import value

#: Columns of a line; what is longer between brackets gets lines of its own, and so does a `text`.
WIDTH = 120
#: Groups whose fields are laid out as they are declared. Files, posts and ideas have an order of their own.
_AS_DECLARED: tuple[type[BaseModel], ...] = (OrganizationEntry, ChannelEntry, Repeat, UtmFields)
_OF_FILES = reading_order(*FILES)
#: What a group is: the model of its fields, None for one that keeps its order.
Kind = type[BaseModel] | None


def _order(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind of group in the order in which they are laid out; empty if it keeps its own."""
    if kind in _AS_DECLARED:
        return tuple(kind.model_fields)
    if kind in FILES:
        return _OF_FILES
    return ORDER if kind and issubclass(kind, Handling) else ()


class UnusualError(Exception):
    """The new layout would change the content: the file is written in a way that `fmt` leaves alone."""


def formatted(text: str) -> str:
    """The text of a file without errors in its layout, line ends as they are. Raises UnusualError, ConfigError."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    document = read_commented(plain)
    lines = [*_head(document.head), *_Printer(document).root()]
    new = "\n".join(lines) + "\n"
    try:
        after = read_commented(new)
    except ConfigError:
        raise UnusualError from None
    if _meaning(after) != _meaning(document):
        raise UnusualError
    return new.replace("\n", "\r\n") if "\r\n" in text else new


def _meaning(document: CommentedFile) -> tuple[object, list[str]]:
    """The content of a file, with images in the short form, and its comments."""
    return _in_short(document.root.node.value), sorted(
        (*(line.strip() for line in document.head if line.lstrip().startswith("#")), *_comments(document.root))
    )


def _in_short(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_short(each) for each in value]
    if not isinstance(value, dict):
        return value
    short = in_short(value["assets"]) if isinstance(value.get("assets"), list) else None
    kept = {name: _in_short(each) for name, each in value.items() if not (short and name == "assets")}
    return {**kept, **(short or {})}


def _comments(group: Group) -> Iterator[str]:
    todo = [group]
    while todo:
        group = todo.pop()
        yield from (comment.text for comment in group.after)
        for entry in group.entries:
            yield from (comment.text for comment in entry.before)
            if entry.beside:
                yield entry.beside.strip()
            if isinstance(entry.value, Group):
                todo.append(entry.value)
            elif entry.value.is_block and (beside := block_text(entry.value).beside):
                yield beside.strip()


def _head(lines: Iterable[str]) -> Iterator[str]:
    """The lines above the first entry: no empty lines at the start, never two in a row."""
    last = ""
    for line in (each.rstrip() for each in lines):
        if line or last:
            yield line
        last = line


@value()
class _Printer:
    document: CommentedFile

    def root(self) -> list[str]:
        is_root = any(entry.name in ONLY_ROOT for entry in self.document.root.entries)
        return self._lines(self.document.root, 0, RootFile if is_root else IncludedFile)

    def _lines(self, group: Group, indent: int, kind: Kind) -> list[str]:
        lines: list[str] = []
        for entry in self._ordered(group, kind):
            lines += self._entry(entry, indent, kind, first=not lines)
        return lines + _above(group.after, indent, first=False)

    def _ordered(self, group: Group, kind: Kind) -> list[Entry]:
        order = _order(kind)
        if not order or not group.node.is_mapping or self.document.anchored:
            return group.entries  # otherwise an alias could end up above its anchor
        rank = {name: place for place, name in enumerate(order)}
        entries = (each for entry in group.entries for each in self._in_short(entry, kind))
        return sorted(entries, key=lambda entry: rank.get(entry.name, len(rank)))

    def _entry(self, entry: Entry, indent: int, kind: Kind, *, first: bool) -> list[str]:
        lines = _above(entry.before, indent, first=first)
        if entry.blank and (lines or not first):
            lines.append("")
        start = " " * indent + entry.label
        if isinstance(entry.value, Node):
            return [*lines, *self._scalar(entry.value, start, indent, entry)]
        return [*lines, *self._group(entry.value, start, indent, _kind_of(entry, kind), entry)]

    def _group(self, group: Group, start: str, indent: int, kind: Kind, entry: Entry) -> list[str]:
        anchor = f" &{group.node.anchor}" if group.node.anchor else ""
        flat = self._flat(group, kind) if group.node.flow else None
        if flat is not None and (len(line := f"{start}{anchor} {flat}") <= WIDTH or not group.entries):
            return [f"{line}{_beside(entry.beside)}"]
        inner = self._lines(group, indent + STEP, kind)
        if entry.label == "-" and not anchor and not entry.beside:
            at = next(index for index, line in enumerate(inner) if line and not line.lstrip().startswith("#"))
            above = [line[STEP:] for line in inner[:at]]  # what belongs to the first field stands above the `-`
            return [*above, f"{start} {inner[at][indent + STEP :]}", *inner[at + 1 :]]
        return [f"{start}{anchor}{_beside(entry.beside)}", *inner]

    def _flat(self, group: Group, kind: Kind) -> str | None:
        """A group between brackets on one line; None if something in it needs more."""
        if group.commented:
            return None
        parts = []
        for entry in self._ordered(group, kind):
            if isinstance(entry.value, Node):
                value = entry.value.text
                if "\n" in value:
                    return None
            else:
                flat = self._flat(entry.value, _kind_of(entry, kind))
                if flat is None:
                    return None
                value = f"&{entry.value.node.anchor} {flat}" if entry.value.node.anchor else flat
            parts.append(value if entry.label == "-" else f"{entry.label} {value}")
        inner = ", ".join(parts)
        return f"{{{inner}}}" if group.node.is_mapping else f"[{inner}]"

    def _in_short(self, entry: Entry, kind: Kind) -> list[Entry]:
        """`image` and `alt` in place of `assets` that say no more than these, their values as written."""
        group = entry.value
        is_of_post = kind is not None and issubclass(kind, PostFields)
        if not isinstance(group, Group) or not is_of_post or entry.name != "assets":
            return [entry]
        images = [pair for asset in group.node.items for _, image in asset.pairs for pair in image.pairs]
        if not in_short(group.node.value) or any(_comments(group)) or any("\n" in each.text for _, each in images):
            return [entry]
        found: dict[str, list[Entry]] = {"image": [], "alt": []}
        for name, image in images:
            found["alt" if name.value == "alt_text" else "image"].append(Entry("", "-", image))
        one = len(found["image"]) == 1
        short = [
            Entry(name, f"{name}:", values[0].value if one else Group(group.node, values))
            for name, values in found.items()
            if values
        ]
        short[0].before, short[0].blank, short[-1].beside = entry.before, entry.blank, entry.beside
        return short

    def _scalar(self, scalar: Node, start: str, indent: int, entry: Entry) -> list[str]:
        raw, beside = scalar.text, _beside(entry.beside)
        if scalar.is_block:
            return self._block(scalar, start, indent)
        line = f"{start} {raw}"
        if "\n" in raw or (
            entry.name == "text" and not scalar.is_alias and (len(line) > WIDTH or "\n" in scalar.value)
        ):
            rows = scalar.value.split("\n")
            may_be_block = isinstance(text_value("text", scalar.value), LiteralScalarString) and not scalar.anchor
            if may_be_block and all(row == row.rstrip() for row in rows):
                return [f"{start} |{beside}", *_shifted(rows, indent + STEP)]
        if "\n" not in raw:
            return [f"{line.rstrip()}{beside}"]
        first, *rest = line.split("\n")
        rows = _shifted(map(str.strip, rest), indent + STEP)
        return [first.rstrip(), *rows[:-1], rows[-1] + beside]

    def _block(self, scalar: Node, start: str, indent: int) -> list[str]:
        block = block_text(scalar)
        keeps = "+" in block.marks
        if block.marks.strip("+-") or (keeps and scalar.value.endswith("\n")):
            raise UnusualError
        marks = "" if keeps else block.marks  # one line end is what `|` keeps too, wherever the text is moved to
        return [f"{start} {block.sign}{marks}{block.beside}".rstrip(), *_shifted(block.lines, indent + STEP)]


def _kind_of(entry: Entry, kind: Kind) -> Kind:
    """What the value of an entry is. `kind`: of the group that the entry is in."""
    return below(kind, entry.name) if entry.name else kind


def _above(comments: list[YamlComment], indent: int, *, first: bool) -> list[str]:
    lines: list[str] = []
    for comment in comments:
        if comment.blank and (lines or not first):
            lines.append("")
        lines.append(" " * indent + comment.text)
    return lines


def _beside(comment: str) -> str:
    """A comment after a value: at least two spaces before it, more if there are more, so that columns stay aligned."""
    return f"  {comment.lstrip()}" if comment and not comment.startswith("  ") else comment


def _shifted(lines: Iterable[str], column: int) -> list[str]:
    return [f"{' ' * column}{line}" if line else "" for line in lines]
