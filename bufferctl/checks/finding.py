"""A rule and what it finds, as data."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from bufferctl.diagnostics import RuleHelp, Severity
from bufferctl.model import Idea, Post
from bufferctl.model.networks import RuleSource
from bufferctl.value import replace, value

#: The path of a field, as files name it: `("text",)`, `("assets", 0, "image", "alt_text")`.
Path = tuple[str | int, ...]


@value()
class Rule(RuleHelp):
    """One thing that is checked. `source`: who makes the rule, and how we know."""

    source: str


def refusal(
    code: str, name: str, summary: str, hint: str, source: str = RuleSource.BUFFER, why: str = "Buffer refuses the post"
) -> Rule:
    """A rule that Buffer itself enforces, or the network when it publishes the post."""
    return Rule(code, name, Severity.ERROR, summary, why, hint, source)


def advice(code: str, name: str, summary: str, why: str, hint: str, source: str) -> Rule:
    """A rule whose findings are warnings, unless the files set another level."""
    return Rule(code, name, Severity.WARNING, summary, why, hint, source)


@value()
class RelatedItem:
    """Another object that a finding involves, and a note about it ("the same text is here")."""

    item: Post | Idea
    note: str


@value()
class Finding:
    """One case of a rule."""

    rule: Rule  # what it breaks
    item: Post | Idea  # the post or idea that does
    path: Path  # the field, which may be missing
    message: str  # what is wrong and the consequence, one sentence, no full stop
    hint: str = ""  # instead of the rule's own
    quote: str = ""  # the words in that field, if not all of it
    related: tuple[RelatedItem, ...] = ()  # others that belong to it
    level: Severity | None = None  # what the files set for the rule, None if nothing
    names_occurrence: bool = False  # the message says in which occurrence of a repeated post it is

    @property
    def severity(self) -> Severity:
        """The level that the files set, else the rule's own."""
        return self.level or self.rule.severity


#: How many findings of a rule are shown for one field, since each must be located in the file.
_FEW = 20


def few(found: Iterable[Finding]) -> list[Finding]:
    """The first findings of a rule in each field, then how many more there are."""
    found = list(found)
    if len(found) <= _FEW:
        return found
    fields: dict[tuple[str, Path], list[Finding]] = {}
    for finding in found:
        fields.setdefault((finding.rule.code, finding.path), []).append(finding)
    for each in fields.values():
        if len(each) > _FEW:
            message = f"and {len(each) - _FEW:,} more like these in the same text"
            each[_FEW:] = [replace(each[0], message=message, quote="")]
    return [*chain.from_iterable(fields.values())]
