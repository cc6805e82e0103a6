"""The parts of a post that readers see, field by field: its words, and where its links lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from bufferctl.checks.finding import Path
from bufferctl.model import Document, Image, Post, Video
from bufferctl.model.about import about
from bufferctl.model.base import Model
from bufferctl.model.plain_text import host_of, trimmed, without_invisible

_ADDRESSES = frozenset({"url", "link"})
#: `https://host`, also with other or no slashes, as browsers read it; `//host` where a domain follows.
_WEB = re.compile(r"(?:https?:[/\\]*(?=[\w\[@%])|(?<![\w:/\\])[/\\]{2}(?=[\w-]+\.[\w-]))[^\s<>\"“”„«»]+", re.IGNORECASE)
#: Every link without `https://` contains this.
_MAYBE = re.compile(r"\w\.\w")


class VisibleText(NamedTuple):
    """One text of a post. `is_link`: the field holds an address and no words."""

    path: Path
    text: str
    is_link: bool


class Link(NamedTuple):
    """A link as it is written, and the field that it is in."""

    path: Path
    url: str

    @property
    def host(self) -> str:
        """The domain that the link leads to, as `normal_host` writes it; empty if there is none."""
        return host_of(self.url)


def visible_texts(post: Post) -> Iterator[VisibleText]:
    """Every text that readers see, once, and every address that a field holds."""
    if post.text:
        yield VisibleText(("text",), post.text, is_link=False)
    if post.assets:
        yield from _below(("assets",), post.assets)
    if post.metadata is not None and post.metadata.model_fields_set:
        for each in _below(("metadata", post.service.value), post.metadata):
            if each.path[-3:] != ("thread", 0, "text"):  # the post's own text once more
                yield each


def _below(path: Path, value: Any) -> Iterator[VisibleText]:
    if isinstance(value, Model):
        for name in _seen_fields(type(value)):
            if (found := getattr(value, name)) is not None:
                yield from _below((*path, name), found)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _below((*path, index), item)
    elif isinstance(value, str) and value:
        yield VisibleText(path, value, is_link=path[-1] in _ADDRESSES)


@cache
def _seen_fields(kind: type[Model]) -> tuple[str, ...]:
    """The fields that readers see: not ids, files and their paths, nor mentions, which repeat words of the text."""
    hidden = _ADDRESSES if issubclass(kind, Image | Video | Document) else frozenset()
    fields = {name: field for name, field in kind.model_fields.items() if name not in hidden}
    return tuple(name for name, field in fields.items() if not any(each.unseen for each in about(field)))


def links(post: Post) -> Iterator[Link]:
    """Every link of a post; in texts also words without `https://` that networks turn into links.

    Invisible characters do not belong to a link: a reader does not see them, and browsers drop many.
    """
    for each in visible_texts(post):
        text = without_invisible(each.text)
        urls = [text] if each.is_link else links_in(text)
        yield from (Link(each.path, url) for url in urls)


def links_in(text: str) -> list[str]:
    """The links of a text, in order, each once."""
    return list(dict.fromkeys(text[start:end] for start, end in link_spans(text)))


@lru_cache(maxsize=128)
def link_spans(text: str) -> tuple[tuple[int, int], ...]:
    found = [(match.start(), match.start() + len(trimmed(match[0]))) for match in _WEB.finditer(text)]
    rest = without(text, found)
    if _MAYBE.search(rest):
        from bufferctl.checks.weighted import links as linked_by_x  # its list of domains is long

        found = sorted([*found, *linked_by_x(rest)])
    return tuple(found)


def without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text with blanks in place of the spans, which are in order."""
    parts, end = [], 0
    for start, stop in spans:
        parts += [text[end:start], " " * (stop - start)]
        end = stop
    return "".join([*parts, text[end:]])
