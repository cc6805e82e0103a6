"""Sections of items made to fit into one comment, and what is left out counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bufferctl.render.markdown_text import size

#: Between two items, and for saying how many of a section are not shown.
_GAP, _MORE = 2, 160


@dataclass(frozen=True, slots=True)
class Item:
    """`brief`: one line; `full`: makes all there is to say, several lines."""

    brief: str
    full: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Section:
    """`number` items below a title. `more` says of a number of them what they are, and where all can be seen.

    `must`: they go before the others. Items are made when they are asked for, since few of very many fit; there may be
    fewer than `number`. `is_brief`: a line each.
    """

    title: str
    number: int
    items: Iterable[Item]
    more: str
    must: bool = False
    is_folded: bool = False
    is_brief: bool = False


@dataclass(frozen=True, slots=True)
class FittedSection:
    """A section as text. `cut`: how many of its items are left out, or shown as one line for want of room."""

    section: Section
    text: str
    cut: int


def fitted(sections: Iterable[Section], room: int) -> Iterator[FittedSection]:
    """The sections, each with what fits: an item in full, else on one line, else as one of "and 312 more".

    Room is given in the order of the sections, but kept for one line of each item that is a must. Together at most
    `room` long, with `_GAP` between any two.
    """
    sections = [each for each in sections if each.number]
    room -= sum(_cost(_framed(each, "")) + _MORE for each in sections)
    musts, kept = _kept(sections, room)
    for section in sections:
        shown: list[str] = []
        shortened = 0
        for item in musts.get(section.title, section.items):
            brief = _cost(item.brief)
            kept -= brief if section.must else 0
            free = room - kept
            if brief > free:  # of what is no must; the room of the others was kept
                break
            full = "" if section.is_brief else item.full()
            fits = _cost(full) <= free
            shortened += not fits
            shown.append(full if full and fits else item.brief)
            room -= _cost(shown[-1])
        if left := section.number - len(shown):
            shown.append(f"- … and {left:,} more {section.more}")
        yield FittedSection(section, _framed(section, "\n\n".join(shown)), left + shortened)


def _kept(sections: Iterable[Section], room: int) -> tuple[dict[str, list[Item]], int]:
    """What is a must and fits into `room` on a line each, by title, and how much that takes."""
    found: dict[str, list[Item]] = {}
    kept = 0
    for section in sections:
        if section.must:
            items = found[section.title] = []
            for item in section.items:
                if kept + _cost(item.brief) > room:
                    break
                kept += _cost(item.brief)
                items.append(item)
    return found, kept


def _cost(text: str) -> int:
    return size(text) + _GAP


def _framed(section: Section, items: str) -> str:
    if section.is_folded:
        return f"<details><summary>{section.title}</summary>\n\n{items}\n\n</details>"
    return f"#### {section.title}\n\n{items}"
