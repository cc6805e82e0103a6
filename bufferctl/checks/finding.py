"""What a rule is, and what it finds: data that every rule of this room is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bufferctl.diagnostics import Severity
from bufferctl.model import Idea, Post

#: Where a field stands, in the file's words: `("text",)`, `("assets", 0, "image", "alt_text")`.
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is looked for.

    `code` never changes once published; `name` is what people call it. `severity` is the level unless the files say
    otherwise. `summary`: what is found, `why`: what happens otherwise, `hint`: one thing to do; each one sentence
    without its full stop, in Markdown. `source` says who makes the rule and how that is known.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    hint: str
    source: str

    @property
    def page(self) -> str:
        """Where it is explained."""
        return f"docs/rules.md#{self.code.lower()}"


@dataclass(frozen=True, slots=True)
class RelatedItem:
    """Another object that belongs to what was found, and what is with it ("the same text is here")."""

    item: Post | Idea
    note: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One case of a rule.

    `message`: what is wrong and the consequence, one sentence, no full stop. `hint` where the rule's own does not fit.
    `path`: the field; it may be one that is not given. `quote`: the words in that field that are meant, where not all
    are. `level` is what the files set for the rule, None if they say nothing.
    """

    rule: Rule
    item: Post | Idea
    path: Path
    message: str
    hint: str = ""
    quote: str = ""
    related: tuple[RelatedItem, ...] = ()
    level: Severity | None = None

    @property
    def severity(self) -> Severity:
        """How bad, what the files say of the rule included."""
        return self.level or self.rule.severity

    def at(self, level: Severity) -> Finding:
        """The same at the level that the files set."""
        return replace(self, level=level)


#: Findings of one kind that are shown of one field: each has to be found in the file again.
_FEW = 20


def few(found: Iterable[Finding]) -> Iterator[Finding]:
    """The first findings of a rule in each field, then how many more there are."""
    fields: dict[tuple[str, Path], list[Finding]] = {}
    for finding in found:
        fields.setdefault((finding.rule.code, finding.path), []).append(finding)
    for each in fields.values():
        yield from each[:_FEW]
        if len(each) > _FEW:
            yield replace(each[0], message=f"and {len(each) - _FEW:,} more like these in the same text", quote="")
