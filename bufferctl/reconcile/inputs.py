"""What planning is given besides the files, the account and the state."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bufferctl.limits import LEAD
from bufferctl.model import Claim, LiveChannel, LiveOrganization, Slot
from bufferctl.plan import Change
from bufferctl.reconcile.explain import Trace


@dataclass(frozen=True, slots=True)
class Targets:
    """The live organization or channel of each declared one, by label (and organization label)."""

    organizations: Mapping[str, LiveOrganization] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], LiveChannel] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Divergence:
    """How a checkout parted from the commit that was applied last, which it may lack.

    `applied`: that commit; `known`: whether its history is here. `contained`: the commits of bindings that the checkout
    contains. `outdated_files`: files that the applied commit changed since, and this checkout did not.
    `text_before`: the text of those files before that change, to find keys and texts in.
    """

    applied: str = ""
    known: bool = True
    contained: frozenset[str] = frozenset()
    outdated_files: frozenset[str] = frozenset()
    text_before: str = ""

    def had(self, key: str) -> bool:
        """Whether a file that the applied commit changed had an entry with `key`, or one that repeats under it."""
        keys = "|".join(re.escape(each) for each in {key, re.sub(r"-\d+$", "", key)})
        return re.search(rf"""\bkey["']?:\s*["']?({keys})(?![\w.-])""", self.text_before) is not None

    def said(self, text: str) -> bool:
        """Whether such a file had `text`, wherever its lines were broken."""
        words = " ".join(text.split())
        return bool(words) and words in " ".join(self.text_before.split())


@dataclass(frozen=True, slots=True)
class Options:
    """Command-line options about single objects and guards; addresses as text.

    `unsettled`: slots whose write an earlier run left with an unknown outcome, with the ids that it might be. `review`:
    holds changes that were not reviewed. `planned_at`: when the plan being applied was made, None for now.
    `deleted_files`: files that a commit since the last apply deleted, so they were not lost by accident. `elsewhere`:
    claims in other root files on the same objects. `diverged`: the checkout may lack changes that were applied last,
    and `confirmed`: addresses whose change a person confirms all the same. `trace`: told what decides.
    """

    recreate: frozenset[str] = frozenset()
    reapply: frozenset[str] = frozenset()
    max_deletes: int | None = None
    lead: timedelta = LEAD
    unsettled: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)
    review: Callable[[Change], Change] | None = None
    planned_at: datetime | None = None
    deleted_files: frozenset[str] = frozenset()
    elsewhere: tuple[Claim, ...] = ()
    diverged: Divergence | None = None
    confirmed: frozenset[str] = frozenset()
    trace: Trace | None = None

    @property
    def managed_elsewhere(self) -> dict[str, Claim]:
        """What other root files manage now, by the id of the live object."""
        return {claim.id: claim for claim in self.elsewhere if not claim.binding.retired}
