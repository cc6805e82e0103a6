"""The options that narrow or overrule a plan. This module loads nothing, so that `--help` stays fast."""

from __future__ import annotations

from datetime import datetime

from bufferctl.value import value


@value()
class Choices:
    """Options that narrow or overrule a plan: those of plan and apply, or those that a saved plan was made with."""

    targets: tuple[str, ...] = ()  # globs of addresses; empty: all
    excludes: tuple[str, ...] = ()  # globs of addresses that are left out
    recreate: frozenset[str] = frozenset()  # addresses whose post is created again after it was deleted in Buffer
    reapply: frozenset[str] = frozenset()  # addresses whose version in Buffer is overwritten
    max_deletes: int | None = None  # how many posts one run may delete; None for the `max_deletes` of the files
    confirmed: frozenset[str] = frozenset()  # addresses whose change a person confirms although checkouts diverged
    planned_at: datetime | None = None  # when a saved plan was made, aware; None: now


NONE = Choices()  # the settings of the files apply
