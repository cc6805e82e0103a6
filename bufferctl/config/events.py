"""The stream of YAML events of a text: from the C parser where it understands the text, else from the pure one.

The C parser that ruamel.yaml brings is of before YAML 1.2 in one respect: inside `{}` and `[]` it refuses unquoted
`https://…`, `09:00`, `twitter:acme` and `a?b`. There, a `:` or `?` with something else than a space or a bracket after
it is never a sign of YAML (nor is a `?` that ends a word), so a second attempt reads the text with other characters in
their place (one for one, so that offsets stay), and the values get the real ones back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

try:
    from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is there, without a word
except ImportError:  # no wheel for this platform: some 20 times slower, and otherwise the same
    CParser = None

Next = Callable[[], Any]

#: The sign comes first, although what is before it is asked too: a pattern that begins with a letter is found fast.
_COLON = re.compile(r":(?<![\"'\]}]:)(?=[^\s,\[\]{}])")
_QUESTION = re.compile(r"\?(?=[^\s,\[\]{}])|\?(?<=[^\s,\[\]{}]\?)")
#: What the C parser says when the text may still be YAML 1.2.
_DOUBTFUL = re.compile(
    r"found unexpected ':'|did not find expected ('|node content|alphabetic)|incompatible YAML document"
)


class Attempt:
    """One way to read the events. `stand_ins` stand for `:` and `?` in values; None where nothing was replaced."""

    def __init__(self, following: Next, stand_ins: tuple[str, str] | None = None) -> None:
        self.following = following
        self.stand_ins = stand_ins

    def own(self, value: str) -> str:
        """A value with its own characters in place of the stand-ins."""
        if self.stand_ins is None:
            return value
        colon, question = self.stand_ins
        if colon in value:
            value = value.replace(colon, ":")
        return value.replace(question, "?") if question in value else value


#: The pure parser reads some 100 kB a second: longer texts are left to the compiled one, which knows all but oddities.
_LONGEST_FOR_PURE = 100_000


def attempts(text: str, *, compiled: bool = True) -> Iterator[Attempt]:
    """The ways to read a text, quickest first; go on to the next after a YAMLError of which `doubtful` is true.

    `compiled` false leaves the C parser out, as where there is none.
    """
    if compiled and CParser is not None:
        yield Attempt(CParser(text).get_event)
        free = (c for c in map(chr, range(0xE000, 0xF900)) if c not in text)
        colon, question = next(free, None), next(free, None)
        if colon and question:
            replaced = _QUESTION.sub(question, _COLON.sub(colon, text))
            if replaced != text:
                yield Attempt(CParser(replaced).get_event, (colon, question))
        if len(text) > _LONGEST_FOR_PURE:
            return
    yield Attempt(_pure(text))


def doubtful(error: YAMLError) -> bool:
    """Whether another attempt may still read the text."""
    return bool(_DOUBTFUL.search(str(getattr(error, "problem", None) or error)))


def _pure(text: str) -> Next:
    events = YAML(typ="safe", pure=True).parse(text)

    def following() -> Any:
        try:
            return next(events)
        except (AssertionError, ValueError) as error:  # ruamel checks the version of `%YAML 1.21` so
            raise YAMLError("found an incompatible YAML document") from error

    return following
