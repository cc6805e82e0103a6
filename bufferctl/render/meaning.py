"""What a change means: what becomes public, or goes out during a freeze, weighs most, and wording least.

Of each field, its path decides; for a text, its links decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from bufferctl.model import SchedulingType
from bufferctl.plan import Action, Change, Difference
from bufferctl.render import words
from bufferctl.render.cards import Aspect, Changed
from bufferctl.render.grouped import PlanItem
from bufferctl.render.pieces import pieces


class Meaning(StrEnum):
    """What a change means to a reviewer, the weightiest first; the values are for people."""

    PUBLIC = "goes public"
    FREEZE = "out in a freeze"
    LINK = "link"
    TIME = "time"
    PICTURE = "picture"
    COMMENT = "first comment"
    SETTING = "setting"
    WORDING = "wording"


_ORDER = list(Meaning)
#: Nobody should have to unfold anything to see these.
_DECIDING = frozenset({Meaning.PUBLIC, Meaning.FREEZE})
_TIMES = frozenset(
    {"due_at", "mode", "draft", "needs_approval", "scheduling_type", "date", "start_date", "end_date"}
    | {"is_full_day_event"}
)
_LINKS = frozenset({"url", "link"})
_WORDS = frozenset({"text", "title", "alt_text", "alt", "description", "comment", "spoiler_text", "tags"})


def meaning_of(changed: Changed) -> Meaning:
    """What one change means."""
    steps = changed.path.removeprefix("metadata.").split(".")
    last = steps[-1]
    is_media = bool({"assets", "media", "thumbnail"} & set(steps))
    if not is_media and (changed.aspect is Aspect.LINKS or links_in(changed.before) != links_in(changed.after)):
        return Meaning.LINK
    if last in _TIMES:
        return Meaning.TIME
    if last in _WORDS or steps[0] == "tags":
        return Meaning.WORDING
    if steps[0] == "first_comment":
        return Meaning.COMMENT
    if is_media:
        return Meaning.PICTURE
    return Meaning.LINK if last in _LINKS or steps[0] == "retweet" else Meaning.SETTING


def by_meaning(changes: Iterable[Changed]) -> list[Changed]:
    """The changes, the weightiest first; the parts of a thread stay together, in their order."""
    changes = list(changes)
    of_thread = min((_rank(each) for each in changes if _is_of_thread(each)), default=0)
    return sorted(changes, key=lambda each: of_thread if _is_of_thread(each) else _rank(each))


def _rank(changed: Changed) -> int:
    return _ORDER.index(meaning_of(changed))


def _is_of_thread(changed: Changed) -> bool:
    return changed.path.removeprefix("metadata.").startswith("thread.")


def weight(item: PlanItem) -> int:
    """The rank of an item among others that change, by its weightiest change."""
    return min((_ORDER.index(each) for each in _meanings(item)), default=len(_ORDER))


def deciding(item: PlanItem) -> list[Meaning]:
    """Whether it becomes public where it was not, and whether it goes out during a freeze."""
    return sorted(_DECIDING & _meanings(item), key=_ORDER.index)


def counts(items: Iterable[PlanItem]) -> str:
    """`link 3, time 5, wording 12`: how many items there are, each counted once, by its weightiest change."""
    found = Counter(min(meanings, key=_ORDER.index) for meanings in map(_meanings, items) if meanings)
    return ", ".join(f"{meaning} {found[meaning]:,}" for meaning in Meaning if found[meaning])


def links_in(text: str) -> tuple[str, ...]:
    """The addresses in a text, in order."""
    return tuple(piece.text for piece in pieces(text) if piece.kind == "link") if "://" in text else ()


def _meanings(item: PlanItem) -> frozenset[Meaning]:
    found = {meaning_of(changed) for _, changes in item.changes for changed in changes}
    changes = [card.change for card in item.cards if card.change.action is Action.UPDATE]
    if any(map(_becomes_public, changes)):
        found.add(Meaning.PUBLIC)
    if any(change.exempt for change in changes):
        found.add(Meaning.FREEZE)
    return frozenset(found)


def _becomes_public(change: Change) -> bool:
    """Whether it is published for everybody where it was a draft, a reminder, unapproved, or a hidden video."""
    opens = words.is_public(change.desired) and any(map(_opens, change.differences))
    return words.goes_public(change) or opens


def _opens(difference: Difference) -> bool:
    """Whether a field makes something public that a person had to show, approve or publish before."""
    name = difference.path.rpartition(".")[2]
    before: object = difference.before
    after: object = difference.after
    if name == "privacy":
        return before == "private" or after == "public"
    if name == "scheduling_type":
        return before == SchedulingType.NOTIFICATION
    return name == "needs_approval" and bool(before) and not after
