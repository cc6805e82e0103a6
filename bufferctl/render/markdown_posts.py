"""A post in a comment: on a line with the fields that matter, in full, or with everything that reviewers agree to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from posixpath import join, normpath
from urllib.parse import quote as percent

from bufferctl.diagnostics import Place
from bufferctl.digests import REVIEWED
from bufferctl.model import dates
from bufferctl.plan import Action
from bufferctl.render.cards import Changed, Moment
from bufferctl.render.grouped import Move, PlanItem, Version
from bufferctl.render.lines import count
from bufferctl.render.markdown_text import (
    clipped,
    code,
    link,
    marked,
    outside_links,
    picture,
    plain,
    prose,
    quoted,
    thumbnail,
)
from bufferctl.render.meaning import by_meaning, links_in
from bufferctl.render.pieces import Piece
from bufferctl.render.shown import Fact, Media
from bufferctl.render.words import without_will
from bufferctl.value import value

#: How many characters are shown of a text, of a message, of a value on a line, and of unchanged text beside a change.
EXCERPT, MESSAGE, VALUE, _BESIDE = 140, 300, 80, 60
#: From how many items on what they share is said once above them.
_ABOVE = 4
#: The part of a word that a cut leaves at the end of a text, and at its start.
_LAST_PART, _FIRST_PART = re.compile(r"\s+\S*\Z"), re.compile(r"\A\S*\s+")
#: What a forge takes for a commit.
_ID = re.compile(r"[0-9a-fA-F]{7,}")
#: How many pictures are on a line.
_PICTURES = 4
#: The kinds that have a section of their own, which says what happens.
_IN_SECTIONS = frozenset({"create", "update", "delete", "hold", "bad"})
#: What people do not decide by, or a line has in another form.
_ASIDE = frozenset(
    {"scheduling_type", "needs_approval", "source", "ai_assisted", "draft_id", "template_id", "was", "idea"}
)


@value()
class FileLinks:
    """Links to the commit's files on a forge; without them, nothing is a link.

    Templates of addresses: `line` with `{path}` and `{line}`; `raw`, the file itself as a browser shows it, with
    `{path}`. `folder`: that of the root file, below the repository's root.
    """

    line: str = ""
    raw: str = ""
    folder: str = ""

    def place(self, place: Place, text: str = "") -> str:
        """A place as code, which is a link to its line. `text`: what is said instead of the place."""
        shown = code(text or str(place))
        if not self.line:
            return shown
        address = self.line.format(path=_quoted(place.file), line=max(1, place.line))
        return f"[{shown}](<{address}>)" if shown else ""

    def picture(self, media: Media) -> str:
        """The address of a picture that shows an attachment; empty if there is none."""
        if media.src or not (media.file and self.raw):
            return media.src
        return self.raw.format(path=_quoted(normpath(join(self.folder, media.file))))


def _quoted(path: str) -> str:
    return percent(path, safe="/", errors="replace")


@value()
class Above:
    """What items share and is said once above them, so that each takes fewer lines: networks, and links of the texts.

    Both are empty where they are said for each.
    """

    networks: str = ""
    links: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`on X, with https://…`, after a heading; empty if they share nothing."""
        on = f" on {plain(self.networks)}" if self.networks else ""
        return f"{on}{' with ' if self.links else ''}{' and '.join(map(address, self.links))}"


def above(items: Sequence[PlanItem], *, with_links: bool = False) -> Above:
    """What these items share, if there are enough of them to say it once. `with_links`: their lines have links."""
    if len(items) < _ABOVE or any(item.is_idea for item in items):
        return Above()
    networks = {item.networks for item in items}
    links = [each for each in _links_of(items[0]) if with_links and all(each in _links_of(item) for item in items[1:])]
    return Above(networks.pop() if len(networks) == 1 else "", tuple(links))


def _links_of(item: PlanItem) -> tuple[str, ...]:
    """The links of its text, each once."""
    return tuple(dict.fromkeys(links_in("\n".join(part.text for part in item.main.shown.parts))))


@value()
class PostForms:
    """The forms of an item in a comment. `with_zone`: its time has its zone."""

    files: FileLinks
    with_zone: bool = False

    def line(
        self,
        item: PlanItem,
        *,
        length: int = EXCERPT,
        pictures: bool = True,
        beside: str = "",
        shared: Above = Above(),  # noqa: B008 - a value that nobody changes
    ) -> str:
        """An item on a line of a list: when, where, its name, how its text begins and what decides, or what changes.

        `length`: how many characters of the text there are, and of old and new values. `pictures`: whether it has its
        pictures. `beside`: what stands beside its name. `shared`: what stands above it.
        """
        excerpt = clipped(item.main.text, length)
        changes = [line for networks, changed in item.changes for line in _changes_on_lines(networks, changed, length)]
        has_text = any(each.path == "text" for _, changed in item.changes for each in changed)
        about = [] if has_text else [plain(excerpt)]
        about += [] if changes else self._decides(item, excerpt, shared)
        small = self._thumbnails(item.main) if pictures and not changes else ""
        is_said_above = item.kind in {"hold", "bad"} or item.main.cards[0].change.action is Action.WAITING
        said = [prose(clipped(item.message, MESSAGE))] if item.message and not is_said_above else []
        alone = changes if len(changes) == 1 else []  # a single change is on the same line
        first = " · ".join(filter(None, [f"{self._head(item, shared)}{beside}", *about, *alone]))
        return "- " + "\\\n  ".join(filter(None, [first, small, *(changes if not alone else []), *said]))

    def whole(self, item: PlanItem) -> str:
        """An item with its text, its pictures, every field that it has, and how it differs by network."""
        said = prose(clipped(item.message, MESSAGE))
        return paragraphs([self._head(item), said, *self._full(item), "\\\n".join(fact_lines(item))])

    def changed(self, item: PlanItem) -> str:
        """An item with old and new of each field that changes, texts as quotes."""
        body = list(difference_lines(item)) or list(self._full(item))
        return paragraphs([self._head(item), prose(clipped(item.message, MESSAGE)), *body])

    def everything(self, item: PlanItem) -> str:
        """Everything that reviewers agree to: each post's digest and place, old and new values, and full texts."""
        lines = [f"<b>{plain(item.name)}</b>{f' · {self._when(item.when)}' if item.when else ''}"]
        for card in item.cards:
            digest = f" {code(card.digest)}" if card.change.action in REVIEWED else ""
            lines.append(f"{code(card.address)}{digest}{f' {code(card.place)}' if card.place else ''}")
        texts = [
            part
            for each in item.versions
            for part in (f"{plain(each.networks)}:" if item.others else "", *self._content(each))
        ]
        return paragraphs(["\\\n".join([*lines, *fact_lines(item)]), *difference_lines(item, whole=True), *texts])

    def _head(self, item: PlanItem, shared: Above = Above()) -> str:  # noqa: B008 - a value that nobody changes
        """When, where, its name, and what happens to it if that is not as usual."""
        card, networks = item.main.cards[0], "" if shared.networks else plain(item.networks)
        is_said = card.is_usual and card.kind in _IN_SECTIONS
        parts = [
            f"<b>{self._when(item.when)}</b> {networks}".rstrip() if item.when else networks,
            "" if is_said else f"<b>{plain(without_will(card.what))}</b>",
            plain(item.name),
        ]
        return " · ".join(filter(None, parts))

    def _when(self, moment: Moment) -> str:
        about = "about " if moment.is_slot else ""
        return f"{about}{dates.moment(moment.due, year=False, zone=self.with_zone)}"

    def _full(self, item: PlanItem) -> Iterator[str]:
        yield from self._content(item.main)
        for version in item.others:
            yield from _own(version)

    def _content(self, version: Version) -> Iterator[str]:
        """The content as readers of the network see it."""
        shown = version.shown
        if shown.title.strip():
            yield from _quote([Piece("text", shown.title.strip())])
        if shown.warning.strip():
            yield f"Behind the content warning {plain(shown.warning)}:"
        for number, part in enumerate(shown.parts, 1):
            if number > 1:
                yield f"{number} of {len(shown.parts)}:"
            yield from _quote(part.pieces)
            yield from self._pictures(part.media)
        if shown.comment:
            yield "First comment:"
            yield from _quote(shown.comment)

    def _pictures(self, media: Sequence[Media]) -> Iterator[str]:
        """The first image that can be shown, and what else is attached."""
        kinds, first = Counter(each.kind for each in media), ""
        for each in media:
            if first := picture(self.files.picture(each), each.alt):
                kinds[each.kind] -= 1
                break
        rest = ", ".join(count(number, kind) for kind, number in kinds.items() if number)
        if first:
            yield first
        if rest:
            yield f"and {rest}" if first else f"with {rest}"

    def _thumbnails(self, version: Version) -> str:
        """The first pictures, small."""
        images = (thumbnail(self.files.picture(each), each.alt) for each in version.media if each.kind == "image")
        return " ".join([*filter(None, images)][:_PICTURES])

    def _decides(self, item: PlanItem, excerpt: str, shared: Above) -> Iterator[str]:
        """What decides beside the first words: addresses, what is attached, fields, what some networks have."""
        shown, main = item.main.shown, item.main
        seen = {*links_in(excerpt), *shared.links}
        yield from (address(each) for each in _links_of(item) if each not in seen)
        if len(shown.parts) > 1:
            yield f"thread of {len(shown.parts)}"
        yield from (_attached(each) for each in main.media if each.kind != "image")
        images = sum(each.kind == "image" for each in main.media)
        if images:
            yield count(images, "image")
        if shown.title and shown.title != main.text:
            yield f"title: {plain(clipped(shown.title, VALUE))}"
        yield from (_on_a_line(fact) for fact in shown.facts if fact.name not in _ASIDE)
        if shown.warning:
            yield f"behind the content warning {plain(clipped(shown.warning, VALUE))}"
        if shown.comment:
            yield f"first comment: {plain(clipped(''.join(each.text for each in shown.comment), VALUE))}"
        yield from _own_on_a_line(item)
        yield from (f"{each.over} too many on {each.channel.network}" for each in item.cards if each.over)


def _on_a_line(fact: Fact) -> str:
    return f"{code(fact.name)}: {_value(clipped(fact.value, VALUE))}"


def _own_on_a_line(item: PlanItem) -> Iterator[str]:
    """What some networks have of their own: a text by its links, any other field with its value."""
    for version in item.others:
        networks = plain(version.networks)
        for changed in version.differs:
            if changed.is_text:
                new = [each for each in links_in(changed.after) if each not in links_in(changed.before)]
                yield " ".join([f"{networks}: {plain(changed.in_words)}", *map(address, dict.fromkeys(new))])
            else:
                yield f"{networks}: {plain(changed.name)} {plain(clipped(changed.after, VALUE)) or 'none'}"


def _attached(media: Media) -> str:
    """What is attached and is no image, with its address."""
    kind = "card" if media.kind == "link" else media.kind
    where = address(media.href) if media.href else code(media.address)
    return f"{plain(kind)} {where}".rstrip()


def address(url: str) -> str:
    """A link that shows its whole address, so that it can be copied."""
    linked = link(url, url)
    return linked if linked.startswith("[") else code(url)


def fact_lines(item: PlanItem) -> list[str]:
    """Every field and attachment of an item, a line each."""
    lines = [_fact(fact) for version in item.versions for fact in version.shown.facts]
    lines += [f"tags: {', '.join(map(plain, item.main.shown.tags))}"] if item.main.shown.tags else []
    for media in dict.fromkeys(media for version in item.versions for media in version.media):
        where = link(media.href, media.href) if media.href else plain(media.address)
        said = [where, *map(plain, media.words), *map(_fact, media.more)]
        lines.append(f"{plain(media.kind)}: {' · '.join(filter(None, said))}")
    return list(dict.fromkeys(lines))


def moved(move: Move) -> str:
    """Items that move together, as a line of a list: how many, the first and the last, and the days of the week."""
    first, last = move.items[0], move.items[-1]
    ends = dict.fromkeys(f"{plain(item.name)}: {values(item.main.changed[0])}" for item in (first, last))
    days = move.weekdays
    weekdays = [f"Days of the week: {', '.join(f'{way} {number:,}' for way, number in days.items())}"] if days else []
    head = f"<b>{plain(move.label)}</b> · {code(move.file)}"
    said = [prose(clipped(move.message, MESSAGE))] if move.message else []
    return "- " + "\\\n  ".join([head, *said, *ends, *weekdays])


def _own(version: Version) -> Iterator[str]:
    """What a version has instead of the item's main one: its own text as it will be posted."""
    for changed in version.differs:
        name = f"{plain(version.networks)}, {plain(changed.name)}"
        if changed.words:
            yield f"{name}:"
            yield from _quote(changed.words)
        else:
            yield f"{name}: {plain(changed.after) or 'nothing'}"


def _quote(found: Iterable[Piece]) -> Iterator[str]:
    if lines := marked(found):
        yield "\n".join(quoted(lines))


def difference_lines(item: PlanItem, *, whole: bool = False) -> Iterator[str]:
    """Old and new of each field of a change; the networks are named where it differs by network.

    `whole`: long unchanged text is not shortened.
    """
    for networks, changes in item.changes:
        for changed in by_meaning(changes):
            is_quoted = bool(changed.words) and (changed.is_text or len(changed.before + changed.after) > VALUE)
            name = ", ".join(filter(None, [plain(networks), (plain if is_quoted else code)(changed.name)]))
            if not is_quoted:
                yield f"{name}: {values(changed)}"
                continue
            yield from [f"{name}:"] if networks or changed.name != "text" else []
            shortened = changed.words if whole else list(_shortened(changed.words))
            both = [shortened] if changed.is_mixed else [[piece] for piece in changed.words]
            yield from (part for side in both for part in _quote(side))


def _changes_on_lines(networks: str, changes: Iterable[Changed], length: int) -> Iterator[str]:
    """The same, a line each, with at most `length` characters of unchanged text beside a change."""
    for changed in by_meaning(changes):
        name = ", ".join(filter(None, [plain(networks), code(changed.name)]))
        if changed.is_mixed:
            yield f"{name}: {' '.join(filter(None, marked(_shortened(changed.words, length // 3))))}"
        else:
            yield f"{name}: {values(changed, 2 * length)}"


def _shortened(found: Sequence[Piece], most: int = _BESIDE) -> Iterator[Piece]:
    """The pieces of a comparison; of long unchanged text what is next to a change, at most so many characters."""
    for number, piece in enumerate(found):
        before, after = number > 0, number < len(found) - 1
        if piece.kind != "same" or len(piece.text) <= 3 * most:
            yield piece
            continue
        start = piece.text[: outside_links(piece.text, most)[0]] if before else ""
        end = piece.text[outside_links(piece.text, len(piece.text) - most)[1] :] if after else ""
        start, end = _LAST_PART.sub("", start), _FIRST_PART.sub("", end)  # whole words
        yield piece._replace(text=f"{start} … {end}")


def values(changed: Changed, most: int = 0) -> str:
    """Old and new value. `most`: how many characters of each there are at most, 0 for all."""
    if changed.is_mixed and not most:
        return " ".join(filter(None, marked(changed.words)))
    before, after = (_value(clipped(each, most) if most else each) for each in (changed.before, changed.after))
    old, new = f"<del>{before}</del>", f"<ins>{after}</ins>"
    return " → ".join([*([old] if before else []), new if after else "nothing"])


def _value(text: str) -> str:
    """A value in plain text; an id is code, since a forge takes it for a commit, and people copy it."""
    return code(text) if _ID.fullmatch(text) else plain(text)


def _fact(fact: Fact) -> str:
    return f"{code(fact.name)}: {code(fact.value) if _ID.fullmatch(fact.value) else ' '.join(marked(fact.pieces))}"


def ids(item: PlanItem) -> str:
    """The address of each post of an item, with its id and its link."""
    return "\\\n".join(
        " ".join(filter(None, [code(card.address), code(card.id), link(card.link, "see it") if card.link else ""]))
        for card in item.cards
    )


def paragraphs(parts: Iterable[str]) -> str:
    """Parts with space between them; empty ones are left out."""
    return "\n\n".join(filter(None, parts))
