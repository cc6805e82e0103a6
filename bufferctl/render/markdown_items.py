"""One change, one outcome or one problem as an item of a Markdown list, in full and on one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.render.cards import Card, Changed
from bufferctl.render.hints import steps
from bufferctl.render.markdown_text import clipped, code, link, marked, picture, plain, quoted
from bufferctl.render.paint import count, sentence
from bufferctl.render.pieces import Piece
from bufferctl.render.shown import Media, Part

#: Characters of a name and of a message on one line.
_NAME, _SAID = 60, 200
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Item:
    """`brief`: one line; `full`: makes all there is to say, several lines."""

    brief: str
    full: Callable[[], str]


def change_item(card: Card, *, with_organization: bool, digest: str) -> Item:
    """A change that is to come: what happens where and when, and what readers will see.

    `digest`: of what a reviewer agrees to; empty where nothing is to be agreed to.
    """
    head = _head(f"{card.sign} {card.what}", card, with_organization=with_organization)

    def full() -> str:
        told = [prose(card.message)] if card.message else []
        told += _hint(card.hint, f"{code(card.place)}: " if card.place else "")
        return _listed(head, [*_paragraphs(told), *_changed(card), *_content(card), *_details(card, digest)])

    return Item(_brief(head, clipped(card.message, _SAID) or card.excerpt), full)


def outcome_item(card: Card, *, with_organization: bool) -> Item:
    """What became of a change, with its id in Buffer and where it can be seen."""
    head = _head(f"{card.sign} {card.what}", card, with_organization=with_organization)
    head += f" · {link(card.link, 'see it')}" if card.link else ""

    def full() -> str:
        told = [prose(card.message)] if card.message else []
        told += _hint(card.hint)
        names = [code(card.address), *([code(card.id)] if card.id else [])]
        quote = quoted([plain(card.excerpt)]) if card.excerpt else ()
        return _listed(head, [*quote, *_paragraphs(told), "", " · ".join(names)])

    return Item(_brief(head, clipped(card.message, _SAID) or card.excerpt), full)


def problem_item(diagnostic: Diagnostic) -> Item:
    """A problem of the files or of the plan, with its place."""
    sign = "error" if diagnostic.severity is Severity.ERROR else "warning"
    place = f" {code(clipped(str(diagnostic.place), _SAID))}" if diagnostic.place else ""

    def full() -> str:
        rule = f" ({code(diagnostic.code)})" if diagnostic.code else ""
        told = _hint(diagnostic.hint)
        told += [f"{code(str(each.place))}: {prose(each.note)}" for each in diagnostic.related]
        return _listed(f"**{sign}**{place}: {prose(sentence(diagnostic.message))}{rule}", _paragraphs(told))

    return Item(f"- **{sign}**{place}: {prose(clipped(diagnostic.message, _SAID))}", full)


def prose(text: str) -> str:
    """A message of ours, in which what stands between backticks is code."""
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(_CODE.split(text)))


def _hint(hint: str, place: str = "") -> list[str]:
    """A paragraph a step: commands have one of their own, to be copied."""
    first, *rest = (
        (prose(f"`{part.text}`" if part.is_command else part.text) for part in steps(hint)) if hint else ("",)
    )
    return [f"→ {place}{first}", *rest] if first else []


def _head(what: str, card: Card, *, with_organization: bool) -> str:
    parts = [plain(clipped(card.channel.called, _NAME))]
    parts += [plain(clipped(card.channel.organization, _NAME))] if with_organization else []
    if card.length and card.length.limit and card.kind in {"create", "update", "hold"}:
        used = f"{card.length.used:,} of {card.length.limit:,}"
        parts.append(f"**{used}, {card.over:,} too many**" if card.over else used)
    when = f", {card.when.said}" if card.when else ""
    return " · ".join([f"**{plain(what + when)}**", *parts])


def _content(card: Card) -> Iterator[str]:
    """What readers of the network see, unless the difference above shows it."""
    shown, first = card.shown, card.shown.parts[:1]
    if shown.title.strip():
        yield from ("", *quoted([f"**{plain(shown.title.strip())}**"]))
    if shown.warning.strip():
        yield from ("", f"Behind the warning {plain(shown.warning)}:")
    if not any(changed.path == "text" and changed.words for changed in card.changed):
        yield from _text(part.text for part in first)
    yield from _pictures(first[0].media if first else ())
    for number, part in enumerate(shown.parts[1:], 2):
        yield from ("", f"{number} of {len(shown.parts)}:", *_part(part))
    if shown.comment:
        yield from ("", "First comment:", *_text([shown.comment]))


def _part(part: Part) -> Iterator[str]:
    yield from _text([part.text])
    yield from _pictures(part.media)


def _text(texts: Iterable[tuple[Piece, ...]]) -> Iterator[str]:
    for pieces in texts:
        if lines := marked(pieces):
            yield from ("", *quoted(lines))


def _pictures(media: Sequence[Media]) -> Iterator[str]:
    """The first picture that can be shown, and what else there is."""
    kinds, first = Counter(each.kind for each in media), ""
    for each in media:
        if first := picture(each.src, each.alt):
            kinds[each.kind] -= 1
            break
    rest = ", ".join(count(number, kind) for kind, number in kinds.items() if number)
    yield from ("", first) if first else ()
    yield from ("", f"and {rest}" if first else f"with {rest}") if rest else ()


def _changed(card: Card) -> Iterator[str]:
    """What was and what will be, of each field that differs; of what is held, Buffer's version and the file's."""
    if card.kind == "hold" and card.changed:
        yield from ("", "Struck out is what Buffer has, underlined what the file says:")
    for changed in card.changed:
        if not changed.words:
            yield from ("", f"{code(changed.path)}: {_values(changed)}")
            continue
        if changed.path != "text":
            yield from ("", f"{code(changed.path)}:")
        mixed = any(piece.kind == "same" for piece in changed.words)
        yield from _text([changed.words] if mixed else [(piece,) for piece in changed.words])


def _values(changed: Changed) -> str:
    before, after = f"<del>{plain(changed.before)}</del>", f"<ins>{plain(changed.after)}</ins>"
    return " → ".join([*([before] if changed.before else []), after if changed.after else "nothing"])


def _details(card: Card, digest: str) -> Iterator[str]:
    """Folded: the address, the place, and what is no text."""
    shown = card.shown
    yield from ("", "<details><summary>Details</summary>", "")
    yield f"- {code(card.address)}{f' in {code(card.place)}' if card.place else ''}"
    if digest:
        yield f"- digest {code(digest)}"
    if card.why:
        yield f"- {plain(card.why)}"
    if shown.tags:
        yield f"- tags: {', '.join(map(plain, shown.tags))}"
    yield from (f"- {code(fact.name)}: {plain(fact.value)}" for fact in shown.facts)
    for media in (media for part in shown.parts for media in part.media):
        about = [plain(each) for each in (media.alt, media.title, media.text) if each]
        yield f"- {plain(media.kind)}: {' · '.join([link(media.href, media.href), *about] if media.href else about)}"
    yield from ("", "</details>")


def _brief(head: str, told: str) -> str:
    return f"- {head}: {prose(told)}" if told else f"- {head}"


def _paragraphs(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in ("", line)]


def _listed(head: str, body: Iterable[str]) -> str:
    """An item of a list: everything below its first line is indented, and no two empty lines follow each other."""
    kept = [f"- {head}"]
    for line in body:
        if line or kept[-1]:
            kept.append(f"  {line}" if line else "")
    while not kept[-1]:
        kept.pop()
    return "\n".join(kept)
