"""Sections of items made to fit into one comment, and what is left out counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bufferctl.render.markdown_items import Item
from bufferctl.render.markdown_text import size

#: Between two items, and for saying how many of a section are not shown.
_GAP, _MORE = 2, 160


@dataclass(frozen=True, slots=True)
class Section:
    """Items below a title. `more` says of a number of them what they are; `must`: they go before what is no must."""

    title: str
    items: Sequence[Item]
    more: str
    must: bool = False
    is_folded: bool = False


def fitted(sections: Sequence[Section], room: int, *, elsewhere: str) -> Iterator[str]:
    """The sections, each with what fits: an item in full, else on one line, else as one of "and 312 more".

    Room is given in the order of the sections, but kept for one line of each item that is a must. Together at most
    `room` long, with `_GAP` between any two. `elsewhere` is where all of them can be seen.
    """
    sections = [each for each in sections if each.items]
    room -= sum(_cost(_framed(each, "")) + _MORE for each in sections)
    kept = sum(_cost(item.brief) for each in sections if each.must for item in each.items)
    for section in sections:
        shown: list[str] = []
        for item in section.items:
            brief = _cost(item.brief)
            if _cost(item.full) <= room - kept + (brief if section.must else 0):
                form = item.full
            elif brief <= room - (0 if section.must else kept):
                form = item.brief
            else:
                break
            kept -= brief if section.must else 0
            room -= _cost(form)
            shown.append(form)
        if left := section.items[len(shown) :]:
            kept -= sum(_cost(item.brief) for item in left) if section.must else 0
            shown.append(f"- … and {len(left):,} more {section.more}; {elsewhere}")
        yield _framed(section, "\n\n".join(shown))


def _cost(text: str) -> int:
    return size(text) + _GAP


def _framed(section: Section, items: str) -> str:
    if section.is_folded:
        return f"<details><summary>{section.title}</summary>\n\n{items}\n\n</details>"
    return f"#### {section.title}\n\n{items}"
