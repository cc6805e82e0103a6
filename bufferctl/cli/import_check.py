"""Before anything is written: would the next plan leave what is imported as it is?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bufferctl.checks import check, check_lengths, waits_for_account
from bufferctl.cli.import_homes import ChannelHome, OrganizationHome
from bufferctl.config.write.project import Addition
from bufferctl.config.write.staging import staged
from bufferctl.diagnostics import Severity
from bufferctl.model import (
    IDEAS,
    Account,
    Address,
    Binding,
    Desired,
    Idea,
    Live,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    Settings,
    Slot,
    State,
)
from bufferctl.model.comparable import bind, differing, of_desired, of_live
from bufferctl.plan import Action, Change
from bufferctl.reconcile import Targets, reconcile, schedule_differences

#: How much of a text tells people which post is meant.
_SHOWN = 40
#: What a plan says of what is as the files say.
AT_REST = frozenset({Action.NO_OP, Action.DONE})


@dataclass(frozen=True, slots=True)
class Taking:
    """A live object that is to be declared. `channel` is None for ideas."""

    live: LivePost | LiveIdea
    organization: OrganizationHome
    channel: ChannelHome | None
    addition: Addition

    @property
    def address(self) -> Address:
        """Its address from now on."""
        return self.addition.item.address

    @property
    def slot(self) -> Slot:
        """Where it will be remembered."""
        home = self.channel.live.id if self.channel else IDEAS
        return Slot(self.organization.live.id, home, self.address.key)


@dataclass
class Taken:
    """What can be declared, and what not: each with why.

    `already`: what state is to hold of objects that the files declare and Buffer has.
    """

    homes: list[OrganizationHome] = field(default_factory=list)
    account: Account = field(default_factory=Account)
    takings: list[Taking] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    already: dict[Slot, Binding] = field(default_factory=dict)


def verify(taken: Taken, takings: list[Taking], live: Live, settings: Settings) -> None:
    """Keep in `taken` what files can say so that the next plan is empty; the rest is left out, each with why."""
    while True:
        organizations = [home.entry(home.channels) for home in taken.homes]
        found = staged("UTC", organizations, [_without_idea(taking).addition for taking in takings])
        refused = dict(found.refused)
        if not refused and found.loaded.desired is not None:
            refused = _would_not_rest(takings, replace(found.loaded.desired, settings=settings), live, taken.homes)
        if not refused:
            taken.takings = takings
            return
        taken.left_out += [(describe(takings[index].live), why) for index, why in sorted(refused.items())]
        gone = {takings[index].address for index in refused}
        left = [taking for index, taking in enumerate(takings) if index not in refused]
        takings = [_without_idea(taking) if _made_from(taking) in gone else taking for taking in left]


def _made_from(taking: Taking) -> Address | None:
    """The idea that a post says it was made from."""
    item = taking.addition.item
    return Address(item.address.organization, IDEAS, item.idea) if isinstance(item, Post) and item.idea else None


def _without_idea(taking: Taking) -> Taking:
    """The same without that, where the idea is not among what is looked at, or is left out."""
    item = taking.addition.item
    if not isinstance(item, Post) or item.idea is None:
        return taking
    return replace(taking, addition=replace(taking.addition, item=replace(item, idea=None)))


def bindings_of(takings: Iterable[Taking], items: Mapping[Address, Post | Idea]) -> dict[Slot, Binding]:
    """What state is to hold of them: ours from now on."""
    return {each.slot: bind(items[each.address], each.live, Origin.IMPORTED) for each in takings}


def describe(item: LivePost | LiveIdea) -> str:
    """A live object for people: its id and how it begins."""
    words = " ".join((item.title or item.text if isinstance(item, LiveIdea) else item.text).split())
    shown = f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words
    kind = "idea" if isinstance(item, LiveIdea) else "post"
    return f"{kind} {item.id} ({shown})" if shown else f"{kind} {item.id}"


def _would_not_rest(
    takings: Sequence[Taking], desired: Desired, live: Live, homes: Iterable[OrganizationHome]
) -> dict[int, str]:
    """What a plan of the additions alone would not leave as it is, by index, with why."""
    items = {item.address: item for item in desired.items}
    ruled_out = _ruled_out(desired, takings, live)
    plan = reconcile(desired, live, State(bindings_of(takings, items)), _targets(homes), endpoint="")
    changes = {change.address: change for change in plan.changes}
    found: dict[int, str] = {}
    for index, taking in enumerate(takings):
        why = (
            ruled_out.get(taking.address)
            or _unsaid(taking, items[taking.address])
            or _pending(changes.get(taking.address))
        )
        if why:
            found[index] = why
    return found


def _ruled_out(desired: Desired, takings: Sequence[Taking], live: Live) -> dict[Address, str]:
    """Errors of the rules: with one, no plan would be made at all."""
    most = {t.address: t.channel.live.max_characters for t in takings if t.channel and t.channel.live.max_characters}
    known = [each for each in check(desired, now=live.at) if not waits_for_account(each)]
    findings = [*known, *check_lengths(desired, most, live.at)]
    return {each.item.address: each.message for each in findings if each.severity is Severity.ERROR}


def _unsaid(taking: Taking, item: Post | Idea) -> str | None:
    """What of the live object the declared one does not say."""
    shortened = bool(taking.channel and taking.channel.live.link_shortening)
    fields = [name for name, *_ in differing(of_desired(item), of_live(taking.live), links_may_differ=shortened)]
    fields += [difference.path for difference in schedule_differences(item, taking.live)]
    return f"files cannot say its {fields[0]} as Buffer has it" if fields else None


def _pending(change: Change | None) -> str | None:
    if change is None or change.action in AT_REST:
        return None
    live = change.live
    why = f"publishing it failed ({live.error})" if isinstance(live, LivePost) and live.error else change.message
    return f"{why or change.action.value}; fix that in Buffer, then import again"


def _targets(homes: Iterable[OrganizationHome]) -> Targets:
    homes = list(homes)
    channels = {(home.label, each.label): each.live for home in homes for each in home.channels}
    return Targets({home.label: home.live for home in homes}, channels)
