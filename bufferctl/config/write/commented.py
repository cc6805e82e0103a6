"""A YAML file as a tree in which comments and empty lines belong to entries, for `fmt`.

A comment on its own lines belongs to what follows, or to the end of a group if it is indented like the group.
A comment after a value belongs to the value.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bufferctl.config.write.nodes import Node, read_nodes, walk
from bufferctl.value import value

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#[^\n]*", re.MULTILINE)
#: An empty line directly above the one that the text ends in.
_EMPTY_LINE = re.compile(r"\n[ \t]*\n[^\n]*\Z")
_HEADER = re.compile(r"(?P<sign>(?:&\S+[ \t]+)?[|>])(?P<marks>[-+0-9]*)(?P<comment>[ \t]+#[^\n]*)?[ \t]*\n?")
_EMPTY_LINES = re.compile(r"(?:\n[ \t]*)*(?=\n|\Z)")


@value()
class YamlComment:
    """A comment. `start` is its offset; `text` is from its `#` on. `blank`: an empty line comes before it."""

    start: int
    text: str
    column: int
    own_line: bool
    blank: bool


@dataclass(slots=True)
class Entry:
    """One field of a group, or one item of a list (without a name), with what belongs to it.

    `label`: its name as it is written, with its colon, or `-`. `before`: comments above it. `beside`: the comment on
    its line, and the spaces before that. `blank`: an empty line stands before it, below its comments.
    """

    name: str
    label: str
    value: Node | Group
    before: list[YamlComment] = field(default_factory=list)
    beside: str = ""
    blank: bool = False


@dataclass(slots=True)
class Group:
    """The entries of a mapping or a list; `after`: comments at its end. `commented`: there is a comment inside."""

    node: Node
    entries: list[Entry] = field(default_factory=list)
    after: list[YamlComment] = field(default_factory=list)
    commented: bool = False


@value()
class CommentedFile:
    """A file. `head`: the lines above its first entry, comments and `---`. `anchored`: it has `&anchors`."""

    head: list[str]
    root: Group
    anchored: bool


@value()
class BlockText:
    """A text below `|` or `>`: its lines without the margin, and where they end.

    `sign` is the `|` or `>`, an anchor before it; `marks` what follows; `beside` the comment there, spaces included.
    """

    sign: str
    marks: str
    beside: str
    lines: list[str]
    end: int


def block_text(scalar: Node) -> BlockText:
    """The parts of a block scalar.

    Blanks at the end of its last line belong to it, and lines of more blanks than its margin below that.
    """
    text = scalar.tree.source.text
    line_end = text.find("\n", scalar.end)
    end = line_end if line_end >= 0 else len(text)
    raw = text[scalar.start : end]
    header = _HEADER.match(raw)
    if header is None:  # a block scalar begins with one
        raise AssertionError
    lines = raw[header.end() :].split("\n")
    margin = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), 0)
    below = _EMPTY_LINES.match(text, end)
    blanks = below[0].split("\n")[1:] if below else []
    while blanks and len(blanks[-1]) <= margin:
        blanks.pop()
    end += sum(len(line) + 1 for line in blanks)
    beside = (header["comment"] or "").rstrip()
    return BlockText(header["sign"], header["marks"], beside, [line[margin:] for line in (*lines, *blanks)], end)


def read_commented(text: str) -> CommentedFile:
    r"""The tree of a file whose lines end in `\n`. Raises ConfigError if it is not a YAML mapping."""
    root = read_nodes(text)
    start = text.rfind("\n", 0, root.start) + 1
    anchored = any(node.anchor is not None for _, node in walk(root))
    return CommentedFile(text[:start].split("\n")[:-1], _Tree(text, root, start).whole(), anchored)


class _Tree:
    """Goes through the nodes in file order and hands out the comments as it passes them."""

    def __init__(self, text: str, root: Node, start: int) -> None:
        self._text = text
        self._root = root
        leaves = [node for _, node in walk(root) if node.is_scalar]
        self._starts = [leaf.start for leaf in leaves]
        self._ends = [block_text(leaf).end if leaf.is_block else leaf.end for leaf in leaves]
        self._comments = list(self._found(start))
        self._next = 0

    def whole(self) -> Group:
        group = self._group(self._root, -1)
        group.after += self._take(lambda _: True)
        return group

    def _group(self, node: Node, outer: int) -> Group:
        """A group with everything below it. `outer`: the column of its parent."""
        start = node.start
        if node.is_mapping and node.value:
            start = node.pairs[0][0].start  # an anchor may come before it
        elif node.value and not node.flow:
            start = self._text.rfind("-", 0, node.items[0].start)
        column, first = self._column(start), self._next
        inner = -1 if node.flow else column
        entries = [self._entry(key, key.start, value, inner) for key, value in node.pairs]
        entries += [self._entry(None, item.start, item, inner) for item in node.items]
        for entry in entries[:1]:
            entry.blank = False  # that is the group's own, or that of the item which it begins
        if node.flow:
            after = list(self._take(lambda comment: comment.start < node.end))
            return Group(node, entries, after, commented=self._next > first)
        least = max(column, outer + 1)  # a list may stand below the start of its name; then what follows is the name's
        index = bisect_left(self._starts, node.end)
        end = self._starts[index] if index < len(self._starts) else len(self._text)
        below = self._take(lambda comment: comment.own_line and comment.column >= least and comment.start < end)
        return Group(node, entries, list(below))

    def _entry(self, key: Node | None, start: int, value: Node, column: int) -> Entry:
        before = list(self._take(lambda comment: comment.start < start))
        blank = self._is_blank_before(start)
        beside = self._beside(key.end) if key is not None else ""
        on_line = value.is_scalar or value.flow
        if on_line:
            before += self._take(lambda comment: comment.start < value.start)
        found = value if value.is_scalar else self._group(value, column)
        if not beside and on_line:
            beside = self._beside(value.end)
        name, label = (key.value, f"{key.text}:") if key is not None else ("", "-")
        return Entry(name, label, found, before, beside, blank)

    def _take(self, belongs: Callable[[YamlComment], bool]) -> Iterator[YamlComment]:
        while self._next < len(self._comments) and belongs(self._comments[self._next]):
            self._next += 1
            yield self._comments[self._next - 1]

    def _beside(self, end: int) -> str:
        """The comment that follows on the line of `end`, and the spaces before it."""
        comment = self._comments[self._next] if self._next < len(self._comments) else None
        if comment is None or comment.own_line or comment.start < end:
            return ""
        between = self._text[end : comment.start]
        if between.strip(" \t:,"):
            return ""
        self._next += 1
        return between[len(between.rstrip(" \t")) :] + comment.text

    def _found(self, start: int) -> Iterator[YamlComment]:
        """Every comment from `start` on: a `#` outside any value."""
        for end, following in zip([start, *self._ends], [*self._starts, len(self._text)], strict=True):
            for found in _COMMENT.finditer(self._text, end, following):
                column = self._column(found.start())
                own_line = not self._text[found.start() - column : found.start()].strip()
                blank = self._is_blank_before(found.start())
                yield YamlComment(found.start(), found[0].rstrip(), column, own_line, blank)

    def _is_blank_before(self, start: int) -> bool:
        index = bisect_left(self._starts, start)
        return index > 0 and bool(_EMPTY_LINE.search(self._text, self._ends[index - 1], start))

    def _column(self, offset: int) -> int:
        return offset - self._text.rfind("\n", 0, offset) - 1
