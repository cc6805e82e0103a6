"""Edits single values in a YAML text; every other character stays, which a round trip cannot guarantee.

Positions come from `nodes.py`; new values are written by ruamel.yaml. Edits of one text must not overlap.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, takewhile
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from bufferctl.config.format import ORDER
from bufferctl.config.write.as_yaml import text_value
from bufferctl.config.write.nodes import Node, read_nodes, walk
from bufferctl.config.write.yaml_files import STEP, yaml_text
from bufferctl.errors import ConfigError

_BREAK = re.compile(r"\r\n|\r|\n")
#: The indentation of the next line that is not empty, and its first character.
_CONTENT = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n))*( *)(\S)")
_HEADER = re.compile(r"[|>][-+0-9]*")
#: Texts that nobody would put in quotes.
_PLAIN = re.compile(r"[^\W_](?:[^\s:#{}\[\],&*!|>'\"%@`]| (?! ))*(?<! )")
_QUOTED = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString}


class _Alias(NamedTuple):
    """An alias, and the field of `owner` that it is the value of; in a list, the name is empty."""

    owner: Node
    name: str
    node: Node


@dataclass
class Edits:
    """Collects edits of `text` and makes them together. `newline` ends inserted lines."""

    text: str
    newline: str = "\n"
    root: Node = field(init=False)
    _made: list[tuple[int, int, str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.root = read_nodes(self.text)

    def result(self) -> str:
        """The text with all edits made; what aliases mean stays. Raises ConfigError."""
        self._keep_aliases()
        parts, at = [], 0
        for start, end, new in sorted(self._made, key=lambda edit: edit[:2]):  # stable: as they were asked for
            if start < at:
                raise ConfigError(
                    "The fields are written in a way that bufferctl cannot edit, so nothing was written",
                    hint="Edit the file by hand, or put each field on a line of its own.",
                )
            parts += [self.text[at:start], new]
            at = end
        return "".join([*parts, self.text[at:]])

    def set(self, owner: Node, name: str, value: Any) -> None:
        """Set a field of `owner` to a value: YAML data as `entries` makes it. A new field goes to its usual place."""
        old = owner.get(name)
        if old is None:
            self._add(owner, name, value)
        elif owner.flow:
            self.replace(old.start, old.end, self._in_line(old, value))
        elif not isinstance(value, CommentedMap | CommentedSeq):
            self._set_scalar(owner, old, value)
        elif old.is_scalar or old.flow:
            self.replace(old.start, old.end, _on_a_line(value))
        else:
            apart = self._apart(value, old, self._column(old.start))
            self.replace(old.start, old.end, self._at(old, apart).lstrip(" ").removesuffix("\n"))

    def put_first(self, owner: Node, name: str, value: Any) -> None:
        """Set a field; a new one goes below the short ones that `owner` begins with, so that it is seen."""
        if owner.get(name) is not None:
            self.set(owner, name, value)
            return
        short = list(takewhile(lambda pair: pair[1].is_scalar and not pair[1].is_block, owner.pairs))
        self._insert_field(owner, name, value, [last for _, last in short])

    def update(self, owner: Node, fields: AnyMapping[Any, Any]) -> None:
        """Give `owner` these fields, and no others; what is the same stays as it is written."""
        gone = [name for name in owner.value if name not in fields]
        if len(gone) == len(owner.value) and fields:  # so that it is never empty in between
            new = CommentedMap({as_name(str(name)): value for name, value in fields.items()})
            lines = _on_a_line(new) if owner.flow else self._at(owner, new).lstrip(" ").removesuffix("\n")
            self.replace(owner.start, owner.end, lines)
            return
        for name, value in ((str(name), value) for name, value in fields.items()):
            old = owner.get(name)
            if old and old.is_mapping and value and isinstance(value, dict) and not self._aliases(old):
                self.update(old, value)
            elif old is None or old.value != value:
                self.set(owner, name, value)
        for name in gone:
            self.remove(owner, name)

    def remove(self, owner: Node, name: str) -> None:
        """Remove a field of `owner`, which keeps at least one other."""
        index = owner.number(name)
        if index is None:
            return
        key, value = owner.pairs[index]
        if owner.flow:
            if index:
                self.replace(owner.pairs[index - 1][1].end, value.end, "")
            else:
                self.replace(key.start, owner.pairs[1][0].start, "")
            return
        start, end = self._line_start(key.start), self._line_end(value.end)
        if not self.text[start : key.start].strip():
            self.replace(start, end, "")
            return
        # On the line of a `-`: the next field moves up to it, or stays below it with the comments before it.
        following = owner.pairs[index + 1][0].start
        joined = not self.text[end:following].strip()
        without_line_end = len(self.text[:end].rstrip("\r\n"))
        self.replace(key.start, following if joined else without_line_end, "")

    def append(self, owner: Node, name: str, values: list[Any]) -> None:
        """Append entries to a list of `owner`, which is created if needed."""
        old = owner.get(name)
        if old is None:
            self._add(owner, name, CommentedSeq(values))
        elif not old.items:
            behind_name, column = len(self.text[: old.start].rstrip(" ")), self._column(owner.pairs[0][0].start)
            lines = yaml_text({"x": CommentedSeq(values)}).split("\n", 1)[1]
            self.replace(behind_name, old.end, f"\n{_shifted(lines, column)}".removesuffix("\n"))
        elif old.flow:
            self._insert(old.items[-1].end, "".join(f", {_on_a_line(each)}" for each in values))
        else:
            self._insert_lines(old.end, self._at(old, CommentedSeq(values)))

    @cached_property
    def _anchors(self) -> dict[str, list[Node]]:
        """The values with an anchor, by its name, in file order."""
        found: dict[str, list[Node]] = {}
        for _, node in walk(self.root) if "&" in self.text else ():
            if node.anchor is not None:
                found.setdefault(node.anchor, []).append(node)
        return found

    @cached_property
    def _all_aliases(self) -> dict[str, list[_Alias]]:
        """The aliases by name, in file order."""
        found: dict[str, list[_Alias]] = {}
        for _, each in walk(self.root):
            for name, value in [
                *((key.value, value) for key, value in each.pairs),
                *(("", item) for item in each.items),
            ]:
                if value.is_alias:
                    found.setdefault(value.text[1:], []).append(_Alias(each, name, value))
        return {name: sorted(aliases, key=lambda each: each.node.start) for name, aliases in found.items()}

    def _aliases(self, node: Node) -> list[_Alias]:
        """The aliases that mean a node, in file order."""
        if node.anchor is None:
            return []
        again = (each.start for each in self._anchors[node.anchor] if each.start > node.start)
        until = min(again, default=len(self.text))
        return [each for each in self._all_aliases.get(node.anchor, ()) if node.start < each.node.start < until]

    def _keep_aliases(self) -> None:
        """Give the value of an anchor that an edit removes to its first alias, and the anchor if it has others.

        An anchor whose aliases are all gone is removed, since it would look like a word of the text.
        """
        made = sorted((start, end) for start, end, _ in self._made if start < end)

        def is_gone(node: Node) -> bool:
            before = bisect(made, (node.start, len(self.text)))
            return before > 0 and node.start < made[before - 1][1]

        for node in chain.from_iterable(self._anchors.values()):
            aliases = self._aliases(node)
            left = [each for each in aliases if not is_gone(each.node)]
            if not is_gone(node):
                if aliases and not left:
                    self.replace(node.start, node.value_start, "")
            elif left:
                first, value = left[0], _as_data(node.value)
                self._insert(first.node.start, f"&{node.anchor} " if left[1:] else "")
                if first.name:
                    self.set(
                        first.owner, first.name, text_value(first.name, value) if isinstance(value, str) else value
                    )
                else:
                    self.replace(first.node.start, first.node.end, _on_a_line(value))

    def _add(self, owner: Node, name: str, value: Any) -> None:
        """Insert a new field after those that come before it in reading order."""
        rank = {each: place for place, each in enumerate(ORDER)}
        mine = rank.get(name, len(rank))
        before = [last for key, last in owner.pairs if rank.get(key.value, -1) < mine]
        self._insert_field(owner, name, value, before)

    def _insert_field(self, owner: Node, name: str, value: Any, before: list[Node]) -> None:
        """Insert a new field after the last one of `before`, or as the first one."""
        first = owner.pairs[0][0]
        column = self._column(first.start)
        if owner.flow:
            new = f"{_on_a_line(as_name(name))}: {_on_a_line(value)}"
            self._insert(before[-1].end if before else first.start, f", {new}" if before else f"{new}, ")
        elif before:
            new = yaml_text({as_name(name): self._apart(value, before[-1], column)})
            self._insert_lines(before[-1].end, _shifted(new, column))
        else:
            new = _shifted(yaml_text({as_name(name): value}), column)
            self._insert(first.start, new[column:] + " " * column)

    def _set_scalar(self, owner: Node, old: Node, value: Any) -> None:
        if not isinstance(value, LiteralScalarString):
            self.replace(old.start, old.end, self._in_line(old, value))
            return
        text = value.removesuffix("\n")
        if not old.is_block and self._fits(old, text):
            self.replace(old.start, old.end, self._in_line(old, text))
            return
        if not old.is_block:
            # a comment further in than the text would become part of it
            column = max(self._column(owner.pairs[0][0].start) + STEP, self._comment_below(old.end) + 1)
            self.replace(old.start, old.end, "|")
            self._insert_lines(old.end, _shifted(f"{text}\n", column))
            return
        header, begin = _HEADER.match(self.text, old.value_start), self._line_end(old.value_start)
        content = _CONTENT.match(self.text, begin)
        column = len(content[1]) if content else self._column(owner.pairs[0][0].start) + STEP
        self.replace(old.start, header.end() if header else old.value_start + 1, "|")
        self.replace(begin, old.end, _shifted(text, column))

    def _apart(self, value: Any, old: Node, column: int) -> Any:
        """The value, without blocks if a comment below is indented further and would become part of the last block."""
        return _without_blocks(value) if self._comment_below(old.end) > column else value

    def _comment_below(self, offset: int) -> int:
        """The column of a comment on the next line that is not empty; -1 if there is something else."""
        found = _CONTENT.match(self.text, self._line_end(offset))
        return len(found[1]) if found and found[2] == "#" else -1

    def _fits(self, old: Node, text: str) -> bool:
        """Whether a text stays on the line of the old one, in quotes if that had some."""
        if not old.is_scalar or "\n" in text or _BREAK.search(self.text, old.start, old.end):
            return False
        return old.style in _QUOTED or bool(_PLAIN.fullmatch(text))

    def _in_line(self, old: Node, value: Any) -> str:
        """The value on a line, in the quotes that the old one had."""
        value = _without_blocks(value)
        value = text_value("", value) if type(value) is str else value
        if old.style in _QUOTED and type(value) in {str, SingleQuotedScalarString}:
            value = _QUOTED[old.style](value)
        return _on_a_line(value)

    def _at(self, old: Node, value: Any) -> str:
        """The lines of a list or of fields, indented like the old ones."""
        value.fa.set_block_style()
        return _shifted(yaml_text({"x": value}).split("\n", 1)[1], self._column(old.start) - STEP)

    def replace(self, start: int, end: int, new: str) -> None:
        self._made.append((start, end, new.replace("\n", self.newline)))

    def _insert(self, at: int, new: str) -> None:
        self.replace(at, at, new)

    def _insert_lines(self, after: int, lines: str) -> None:
        """Whole lines below the line that a value ends on."""
        at = self._line_end(after)
        if at == len(self.text) and not self.text.endswith(("\n", "\r")):
            lines = "\n" + lines.removesuffix("\n")
        self._insert(at, lines)

    def _line_start(self, offset: int) -> int:
        return max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) + 1

    def _line_end(self, offset: int) -> int:
        found = _BREAK.search(self.text, offset)
        return found.end() if found else len(self.text)

    def _column(self, offset: int) -> int:
        return offset - self._line_start(offset)


def as_name(name: str) -> str | int:
    """The name of a field for YAML: the number of an occurrence gets no quotes."""
    return int(name) if name.isdecimal() else name


def _as_data(value: Any) -> Any:
    """A value that was read, to be written again."""
    if isinstance(value, dict):
        return CommentedMap({as_name(name): _as_data(each) for name, each in value.items()})
    return CommentedSeq(map(_as_data, value)) if isinstance(value, list) else value


def _on_a_line(value: Any) -> str:
    flat = _without_blocks(CommentedMap(x=value))
    flat.fa.set_flow_style()  # everything below it, too
    return yaml_text(flat).strip()[len("{x: ") : -1]


def _without_blocks(value: Any) -> Any:
    """A copy with every text on one line."""
    if isinstance(value, AnyMapping):
        return CommentedMap({name: _without_blocks(each) for name, each in value.items()})
    if isinstance(value, list):
        return CommentedSeq([_without_blocks(each) for each in value])
    if isinstance(value, LiteralScalarString):
        text = str(value).removesuffix("\n")
        return DoubleQuotedScalarString(text) if "\n" in text else text_value("", text)
    return value


def _shifted(text: str, column: int) -> str:
    """Lines moved to the right, or to the left; empty ones stay empty."""
    if column < 0:
        return re.sub(rf"^ {{{-column}}}", "", text, flags=re.MULTILINE)
    return re.sub(r"^(?=[^\n])", " " * column, text, flags=re.MULTILINE)
