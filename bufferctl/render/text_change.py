"""One change as lines of text: what, where, when, how far away and why; then what it says, or how that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bufferctl.digests import SHORT
from bufferctl.model import Slot
from bufferctl.model.content import TextLength
from bufferctl.model.invisible import visible
from bufferctl.plan import Action, Cause, Change, Difference, Plan, Reason
from bufferctl.render import words
from bufferctl.render.columns import cells, wrapped
from bufferctl.render.content import asset_line, extras_of, texts_of, title_of
from bufferctl.render.hints import INDENT, hint_lines, indented
from bufferctl.render.paint import Paint, count, sentence
from bufferctl.render.pieces import pieces
from bufferctl.render.times import away
from bufferctl.render.worddiff import inline, painted

#: Lines of a text that are shown before it is folded.
FOLD = 12
#: Stands for a hint that the next change has too.
_SAME = "same reason as the last one listed"
#: Unchanged lines that are shown around a changed one.
AROUND = 1

#: Actions of what goes out as the files say it, now or later.
_SENT = frozenset({Action.CREATE, Action.UPDATE, Action.WAITING})


@dataclass(frozen=True, slots=True)
class Lines:
    """Makes the lines of changes of one plan. `lengths`: of texts, by address; `digests`: of what is to be reviewed."""

    plan: Plan
    paint: Paint
    lengths: Mapping[Any, TextLength]
    digests: Mapping[Slot, str]

    def heading(self, change: Change) -> Iterator[str]:
        """The address with its sign and what to call it in a review; then what, when and why."""
        paint = self.paint
        sign = self._painter(change)(words.SIGNS[change.action])
        digest = self.digests.get(change.slot, "")[:SHORT]
        yield f"  {sign} {paint.strong(visible(str(change.address)))}  {paint.faint(digest)}".rstrip()
        what = "" if change.action is Action.HOLD else words.what(change)
        if about := ", ".join(filter(None, [what, self._when(change), _why(change), self._length(change)])):
            yield from indented(about, paint)

    def in_a_line(self, change: Change) -> str:
        """A change that concerns nobody but us."""
        sign = self.paint.faint(words.SIGNS[change.action])
        about = ", ".join(filter(None, [words.what(change), _why(change)]))
        return f"  {sign} {visible(str(change.address))}  {about}"

    def details(self, change: Change, *, said_below: bool = False) -> Iterator[str]:
        """What is to be said about it, what it says or how that changes, and one thing to do.

        With `said_below` what is to be said and done stands below the last of the changes of which it is the same.
        """
        if change.message and not said_below:
            yield from indented(sentence(change.message), self.paint)
        if change.action in {Action.CREATE, Action.DELETE, Action.WAITING} or _is_unseen(change):
            yield from self.content(change)
        for difference in change.differences:
            yield from self._difference(difference, change)
        if change.action is Action.UPDATE and not change.differences:
            yield from self.content(change)
        if change.hint:
            told = filter(None, [str(change.place or ""), _SAME if said_below else change.hint])
            yield from hint_lines(": ".join(told), self.paint)

    def content(self, change: Change) -> Iterator[str]:
        """All that it says."""
        sides = (change.live, change.desired) if change.action is Action.DELETE else (change.desired, change.live)
        item = sides[0] or sides[1]
        if title := title_of(item):
            yield from indented(f"title: {title}", self.paint)
        texts = texts_of(item)
        for number, (text, assets) in enumerate(texts, 1):
            if number > 1:
                yield f"{INDENT}{self.paint.faint(f'├ {number} of {len(texts)}')}"
            yield from self._quoted(text)
            for asset in assets:
                yield from indented(asset_line(asset), self.paint)
        for name, value in extras_of(item):
            yield from indented(f"{name}: {value}", self.paint)

    def _when(self, change: Change) -> str:
        said, moment = words.when(change, self.plan), change.due_at
        return f"{said} ({away(moment, self.plan.at, words.zone_of(change, self.plan))})" if said and moment else said

    def _length(self, change: Change) -> str:
        length = self.lengths.get(change.address)
        if change.action not in _SENT or not length or not length.used or length.limit is None:
            return ""
        said = f"length {length.used:,} of {length.limit:,}"
        return f"{said}, too long" if length.used > length.limit else said

    def _painter(self, change: Change) -> Any:
        paint = self.paint
        colors = {
            Action.CREATE: paint.good,
            Action.UPDATE: paint.change,
            Action.DELETE: paint.bad,
            Action.HOLD: paint.bad,
        }
        return colors.get(change.action, paint.faint)

    def _quoted(self, text: str) -> Iterator[str]:
        """The text behind a bar, folded where it is long; links of the folded part are shown."""
        bar = self.paint.faint("│")
        lines = [part for line in visible(text).splitlines() for part in wrapped(line, self.paint.width - 8)]
        # one more line takes as much room as saying that there is one
        first = lines if self.paint.full or len(lines) <= FOLD + 1 else lines[:FOLD]
        for line in first:
            yield f"{INDENT}{bar} {line}".rstrip()
        if more := len(lines) - len(first):
            links = [piece.text for piece in pieces("\n".join(lines[len(first) :])) if piece.kind == "link"]
            folded = f"… {count(more, 'more line')} (--full shows all){', with ' if links else ''}"
            yield f"{INDENT}{bar} {self.paint.faint(folded)}"
            yield from (f"{INDENT}{bar}   {link}" for link in dict.fromkeys(links))

    def _difference(self, difference: Difference, change: Change) -> Iterator[str]:
        """One field: in a line where it is short, word by word where it is a text, else the one after the other."""
        name = visible(words.field(difference.path)) + (" (Buffer → file)" if change.action is Action.HOLD else "")
        zone, field = words.zone_of(change, self.plan), difference.path.rpartition(".")[2]
        before, after = (words.value(value, zone, field) for value in (difference.before, difference.after))
        if not before or not after:
            mark, value = (self.paint.good("+"), after) if after else (self.paint.bad("-"), before)
            yield from self._marked(name, [(mark, value)])
            return
        line = f"{name}: {before} → {after}"
        if "\n" not in line and not _is_text(difference.path) and cells(line) <= self.paint.width - len(INDENT):
            yield f"{INDENT}{line}"
            return
        both = None if words.is_instant(field) else inline(before, after)
        if both is None:
            yield from self._marked(name, [(self.paint.bad("-"), before), (self.paint.good("+"), after)])
            return
        yield f"{INDENT}{name}:"
        bar = self.paint.change("│")
        for line in painted(list(_around(both, self.paint)), self.paint):
            yield f"{INDENT}{bar} {line}".rstrip()

    def _marked(self, name: str, values: Iterable[tuple[str, str]]) -> Iterator[str]:
        yield f"{INDENT}{name}:"
        for mark, value in values:
            for line in value.splitlines():
                yield from (f"{INDENT}{mark} {part}".rstrip() for part in wrapped(line, self.paint.width - 8))


def _around(both: str, paint: Paint) -> Iterator[str]:
    """The wrapped lines of a marked text: the changed ones and one around each; what is left out is counted."""
    lines, changed, inside = [], [], False
    for line in both.split("\n"):
        for part in wrapped(line, paint.width - 8):
            touched = inside or "[-" in part or "{+" in part
            opened = max(part.rfind("[-"), part.rfind("{+"))
            closed = max(part.rfind("-]"), part.rfind("+}"))
            inside = opened > closed or (inside and closed < 0)
            lines.append(part)
            changed.append(touched)
    left_out = 0
    for number, line in enumerate(lines):
        if any(changed[max(0, number - AROUND) : number + AROUND + 1]):
            if left_out:
                yield f"… {count(left_out, 'unchanged line')}"
            left_out = 0
            yield line
        else:
            left_out += 1
    if left_out:
        yield f"… {count(left_out, 'unchanged line')}"


def _why(change: Change) -> str:
    """The cause where it says more than that somebody wrote it."""
    return "" if change.cause is Cause.NEW else words.why(change)


def _is_text(path: str) -> bool:
    return path in {"text", "title"} or path.startswith("thread")


def _is_unseen(change: Change) -> bool:
    """Whether it is held and nobody has seen what it says."""
    return change.reason is Reason.NOT_REVIEWED and not change.differences
