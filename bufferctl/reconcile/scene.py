"""The input of planning: the files, the account, the state and the command line, and their facts about one object.

A live object that no address claims is *explained* if the state accounts for it: a person's, another tool's, or let go.
An object created after the horizon of its home is *unexplained*: it may be ours (design: The state).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property

from bufferctl.choices import Choices
from bufferctl.limits import LEAD
from bufferctl.model import (
    IDEAS,
    Address,
    Claim,
    Desired,
    Home,
    Horizon,
    Item,
    Likeness,
    Live,
    LiveChannel,
    LiveIdea,
    LiveItem,
    Origin,
    Post,
    Question,
    Slot,
    State,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.comparable import LINKEDIN_SHORTENER, SHORTENERS
from bufferctl.model.state import ANY
from bufferctl.plan import Change
from bufferctl.reconcile.horizons import all_slots, homes_of, is_late, let_go_from
from bufferctl.reconcile.lookup import Targets
from bufferctl.reconcile.matches import Declared, How, Match, Suspect, is_over
from bufferctl.value import field, value


@value()
class Divergence:
    """How a checkout diverged from the commit that was applied last, which it may lack.

    `applied` is that commit; `known`: its history is here. `contained` are the commits of bindings that the checkout
    contains. `outdated_files` are files that the applied commit changed since, and this checkout did not. `text_before`
    is the text of those files before that change, to find keys and texts in.
    """

    applied: str = ""
    known: bool = True
    contained: frozenset[str] = frozenset()
    outdated_files: frozenset[str] = frozenset()
    text_before: str = ""

    def had(self, item: Item) -> bool:
        """Whether a file that the applied commit changed had its text, or an entry with one of its keys or a series."""
        every = [item.address.key, *item.previous_keys]
        keys = "|".join(re.escape(each) for key in every for each in (key, re.sub(r"-\d+$", "", key)))
        if re.search(rf"""\bkey["']?:\s*["']?({keys})(?![\w.-])""", self.text_before):
            return True
        words = " ".join((item.text or "").split())
        return bool(words) and words in " ".join(self.text_before.split())


@value()
class Options(Choices):
    """A person's choices, and the run's data besides the files, the account and the state."""

    lead: timedelta = LEAD  # before its due time: from then on a post can no longer be sent
    #: Slots whose write an earlier run left with an unknown outcome, with the ids that it might be.
    unsettled: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)
    stranded: frozenset[Slot] = frozenset()  # such slots, if what it created is gone with its channel
    open_edits: frozenset[Slot] = frozenset()  # slots of posts to whose edit an earlier run got no answer
    #: Holds a change that was not reviewed, by the server's clock.
    review: Callable[[Change, datetime], Change] | None = None
    #: When the plan was made that agrees to each address, where CI knows it; elsewhere `planned_at` counts.
    agreed_at: Mapping[Address, datetime] = field(default_factory=dict)
    #: Entries whose `freeze: false` was gone in between, so that what the state has of it no longer counts.
    ended: frozenset[Address] = frozenset()
    deleted_files: frozenset[str] = frozenset()  # that a commit since the last apply deleted: not lost by accident
    elsewhere: tuple[Claim, ...] = ()  # claims in other root files on the same objects
    #: What other root files of the checkout declare of what this one does not, or no longer: their paths, by live id.
    declared_elsewhere: Mapping[str, str] = field(default_factory=dict)
    diverged: Divergence | None = None  # the checkout may lack changes that were applied last
    is_state_shared: bool = False  # so that checkouts have it that lack what a pull wrote into the files of another
    #: Posts that the plan's request removes, as they were before it, and that neither the state nor a root file has.
    removed: tuple[Post, ...] = ()
    only_suspends: bool = False  # the files have errors, so only what is suspended counts

    def planned_for(self, address: Address) -> datetime | None:
        """When the plan was made that agrees to an address; None if no earlier plan does."""
        return self.agreed_at.get(address, self.planned_at)


@value()
class Scene:
    """The input of matching, of the action table and of the passes."""

    desired: Desired
    live: Live
    state: State
    targets: Targets = field(default_factory=Targets)
    options: Options = field(default_factory=Options)

    def declared(self, item: Item) -> Declared:
        """A declared object as matching needs it."""
        wanted = content_of_desired(item)
        return Declared(item, self.targets.slot(item), self.targets.channel(item), wanted, fingerprint(item, wanted))

    @property
    def homes(self) -> tuple[Home, ...]:
        """The homes that the plan covers: declared ones, and those that were read because they are in the state."""
        covered = {channel.id: channel for channel in self.targets.channels.values()}
        ideas = {self.targets.organizations[item.address.organization].id for item in self.desired.ideas}
        for slot in self.state.tracked:
            if slot.channel_id == IDEAS:
                ideas.add(slot.organization_id)
            elif slot.channel_id in self.channels:
                covered.setdefault(slot.channel_id, self.channels[slot.channel_id])
        return homes_of(covered.values(), sorted(ideas))

    @property
    def now(self) -> datetime:
        """The server's clock when the account was read."""
        return self.live.at

    @cached_property
    def channels(self) -> dict[str, LiveChannel]:
        """All channels that were read, by id."""
        return {channel.id: channel for organization in self.live.organizations for channel in organization.channels}

    @cached_property
    def organizations(self) -> frozenset[str]:
        """The ids of the organizations that the root file declares."""
        return frozenset(each.id for each in self.targets.organizations.values())

    @cached_property
    def by_id(self) -> dict[str, LiveItem]:
        """All objects that were read, by id."""
        return {item.id: item for item in self.live.items}

    @cached_property
    def claimed(self) -> Mapping[str, Slot]:
        """The ids for which the state has an address, and its slot."""
        return {binding.id: slot for slot, binding in self.state.bindings.items()}

    @cached_property
    def elsewhere(self) -> dict[str, Claim]:
        """The claims of other root files, by the id of the live object."""
        return {each.id: each for each in self.options.elsewhere if each.is_here and not each.binding.retired}

    @cached_property
    def out_of_sight(self) -> dict[str, Claim]:
        """The claims of root files that are not in this checkout, by the id of the live object."""
        return {each.id: each for each in self.options.elsewhere if not each.is_here and not each.binding.retired}

    @cached_property
    def suspended_elsewhere(self) -> dict[str, Claim]:
        """The claims of other root files whose suspension made a post a draft, by its id."""
        return {
            each.id: each for each in self.options.elsewhere if each.binding.taken_from and not each.binding.retired
        }

    @cached_property
    def moved(self) -> dict[Slot, Claim]:
        """The present and former claims of other root files, by slot."""
        return {claim.slot: claim for claim in self.options.elsewhere if claim.is_here}

    def horizon(self, home: str) -> Horizon:
        """The horizon of a home: up to when the state of it is complete."""
        return self.state.horizon(home, self.desired.settings.managed_since)

    def is_explained(self, item: LiveItem) -> bool:
        """Whether the state explains an unclaimed live object, or that of another root file."""
        if item.id in self._of_others:
            return True
        if item.id in self.state.in_question:
            return False
        if item.id in self.state.let_go:
            return self.state.let_go[item.id].key != ANY
        horizon = self.horizon(item.home)
        if horizon.since is None or item.created_at > horizon.since:
            return False
        if horizon.recorded or isinstance(item, LiveIdea) or not item.is_out:
            return True
        return item.due_at is None or item.due_at <= horizon.since

    def shorteners(self, channel: LiveChannel | None) -> frozenset[str]:
        """The domains that a link may have in Buffer instead of the declared one."""
        known = SHORTENERS if channel and channel.link_shortening else {LINKEDIN_SHORTENER}
        return frozenset({*known, *self.desired.settings.link_shorteners})

    def origin(self, item: LiveItem) -> Origin:
        """The origin of an unclaimed object that equals a declared one."""
        if item.id in self.elsewhere:  # its entry was moved here
            return self.elsewhere[item.id].binding.origin
        return Origin.RECOVERED if self.is_managed(item) else Origin.ADOPTED

    def is_managed(self, item: LiveItem) -> bool:
        """Whether an unclaimed object that equals a declared one is ours, although the state was lost.

        Ideas do not show what created them; an equal post from another tool looks the same.
        """
        since = self.desired.settings.managed_since
        if item.id in self.state.let_go or self.horizon(item.home).recorded:
            return False
        return since is not None and item.created_at > since and (isinstance(item, LiveIdea) or item.by_api)

    def waits(self, item: Item) -> bool:
        """Whether it could not be sent anyway, so that nobody is asked until it has another time."""
        return is_over(item, self.now) if item.cancelled else is_late(item, self.now, self.options.lead)

    def question(self, declared: Declared) -> Question | None:
        """The open question about `declared`, under its key or the one that it had."""
        questions = self.state.questions
        return next((questions[slot] for slot in declared.slots if slot in questions), None)

    def undecided(self, declared: Declared) -> dict[str, datetime]:
        """Candidates of that question that may still be `declared`, with creation times; also one let go by address."""
        question = self.question(declared)
        return self._still_open(question) if question else {}

    def left_open(self, declared: Declared) -> dict[str, datetime]:
        """Candidates of questions about addresses that no file has any more: `declared` may be one of them."""
        found: dict[str, datetime] = {}
        for key, question in self._left_open.get(declared.slot.home, ()):
            if not declared.item.number or key.endswith(f"-{declared.item.number}"):
                found |= self._still_open(question)
        return found

    @cached_property
    def _left_open(self) -> dict[str, list[tuple[str, Question]]]:
        """Such questions by their homes, each with the key that it was about."""
        found: dict[str, list[tuple[str, Question]]] = defaultdict(list)
        open_ = {slot: question for slot, question in self.state.questions.items() if question.may_be_ours}
        if open_:
            declared = {slot for item in self.desired.items for slot in all_slots(self.targets.slot(item), item)}
            for slot in open_.keys() - declared:
                found[slot.home].append((slot.key, open_[slot]))
        return found

    def _still_open(self, question: Question) -> dict[str, datetime]:
        """The candidates of a question that no other address has, and that are there."""
        let_go = {id_ for id_, each in self.state.let_go.items() if not each.key}  # `state rm` leaves it, no answer
        # what another address has is none of these, unless that was a guess, or took it from this one
        claimed = set() if question.rule is Likeness.LOST else self._certain | self._of_others
        answered: tuple[Collection[str], ...] = (self.live.gone, claimed, let_go)
        candidates = question.candidates.items()
        return {id_: created for id_, created in candidates if not any(id_ in each for each in answered)}

    @cached_property
    def _of_others(self) -> frozenset[str]:
        """The ids of objects that another root file tracks and still declares, so that they did not move here."""
        claims = (each for each in self.elsewhere.values() if each.id in self.options.declared_elsewhere)
        return frozenset(claim.id for claim in claims if not claim.binding.guessed)

    @cached_property
    def _certain(self) -> frozenset[str]:
        """The ids of claims that are not guesses."""
        return frozenset(binding.id for binding in self.state.bindings.values() if not binding.guessed)

    @cached_property
    def _let_go_from(self) -> dict[tuple[str, str], dict[str, datetime]]:
        return let_go_from(self.state)

    def let_go(self, declared: Declared) -> dict[str, datetime]:
        """Objects that a person let go from the address of `declared`, with their creation times."""
        found = (
            (self._let_go_from.get((slot.home, slot.key), {}) for slot in declared.slots) if self._let_go_from else ()
        )
        return {id_: created for each in found for id_, created in each.items() if id_ not in self.live.gone}

    def had_address(self, declared: Declared) -> Collection[str]:
        """Objects that count as unexplained for `declared` alone."""
        question = self.question(declared)
        return {*self.let_go(declared), *(self.undecided(declared) if question and question.may_be_ours else ())}

    def ask(
        self,
        declared: Declared,
        rule: Likeness,
        suspects: Iterable[Suspect],
        *,
        may_be_ours: bool = True,
        postponed: bool = False,
    ) -> Match:
        """The match of an object that is held until a person says which of the suspects it is, if any."""
        suspects = tuple(suspects)
        candidates = {suspect.id: suspect.created_at for suspect in suspects}
        question = Question(rule, candidates, may_be_ours, declared.fingerprint.content, postponed)
        return Match(
            declared,
            How.IN_QUESTION,
            None,
            self.state.bindings.get(declared.slot),
            question=question,
            suspects=suspects,
        )
