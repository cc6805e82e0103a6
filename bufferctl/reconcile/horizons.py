"""How the state changes before, during and after an apply, and by a person's decision (design: The state)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from bufferctl.model import (
    IDEAS,
    Account,
    Address,
    Binding,
    Home,
    Item,
    LetGo,
    Live,
    LiveChannel,
    PostStatus,
    Question,
    Slot,
    State,
    content_of_desired,
    fingerprint,
)
from bufferctl.model.state import ANY
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.value import replace

#: The creation time of an object for which the state has none.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def reconnected(state: State, account: Account) -> dict[str, LiveChannel]:
    """The present channel, by the old id, of each listed one that was reconnected or moved to another organization.

    A channel was reconnected if its listed id is gone or disconnected, and exactly one other channel of its
    organization has its service and handle.
    """
    moved: dict[str, LiveChannel] = {}
    channels = {channel.id: channel for each in account.organizations for channel in each.channels}
    connected = [channel for channel in channels.values() if not channel.is_disconnected]
    for home in state.homes.values():
        now, was = channels.get(home.channel_id), (home.organization_id, home.service, home.handle)
        if now is None or now.is_disconnected:
            same = [each for each in connected if (each.organization_id, each.service.value, each.name) == was]
            now = same[0] if len(same) == 1 else now
        if now and (now.organization_id, now.id) != (home.organization_id, home.channel_id):
            moved[home.channel_id] = now
    return moved


def follow_reconnected(state: State, account: Account) -> State:
    """The state with claims on channels that are `reconnected` under their new ids."""
    moved = reconnected(state, account)
    if not moved:
        return state
    names = {organization.id: organization.name for organization in account.organizations}

    def slot_now(slot: Slot) -> Slot:
        now = moved.get(slot.channel_id)
        return Slot(now.organization_id, now.id, slot.key) if now else slot

    bindings = {slot: binding for slot, binding in state.bindings.items() if slot.channel_id not in moved}
    for slot, binding in state.bindings.items():
        if (now := moved.get(slot.channel_id)) and now.id == slot.channel_id:
            address = Address(names[now.organization_id], now.label, slot.key)
            binding = replace(binding, address=str(address))  # noqa: PLW2901 - the same binding, updated
        elif now and binding.status != PostStatus.SENT:
            binding = replace(binding, reconnected=True)  # noqa: PLW2901 - likewise
        bindings.setdefault(slot_now(slot), binding)
    homes = {id_: home for id_, home in state.homes.items() if id_ not in moved}
    for old, channel in moved.items():
        home = replace(state.homes[old], organization_id=channel.organization_id, channel_id=channel.id)
        homes.setdefault(channel.id, home)
    return replace(
        state,
        bindings=bindings,
        homes=homes,
        questions={slot_now(slot): question for slot, question in state.questions.items()},
        let_go={
            id_: replace(gone, home=moved[gone.home].id if gone.home in moved else gone.home)
            for id_, gone in state.let_go.items()
        },
        past=frozenset(map(slot_now, state.past)),
        former={slot_now(slot): id_ for slot, id_ in state.former.items()},
    )


def without_strays(live: Live, state: State) -> Live:
    """Everything read, except bound posts on a channel other than the recorded one, after a channel was reconnected.

    Nothing is published on the old channel, so unsent posts there count as gone.
    """
    homes = {binding.id: slot.channel_id for slot, binding in state.bindings.items()}
    strays = [post for post in live.posts if homes.get(post.id, post.channel_id) != post.channel_id]
    if not strays:
        return live
    gone = {post.id for post in strays if not post.is_out}
    left = {post.id for post in strays}
    return replace(live, posts=tuple(post for post in live.posts if post.id not in left), gone=live.gone | gone)


def begin_run(state: State, plan: Plan) -> State:
    """The state at the start of applying `plan`: its homes are listed, its questions and former slots kept.

    Exemptions from freezes end with their lines, also of what the plan holds or was narrowed past.

    Homes are listed before the first intent, so a home that is not listed has no intents, and starts from the last
    complete apply.
    """
    homes = dict(state.homes)
    for home in plan.recording.homes:
        old = homes.get(home.id, Home(home.organization_id, home.channel_id, state.complete_at))
        homes[home.id] = replace(home, horizon=old.horizon)
    questions = _questions_after(state, plan)
    past = (state.past - {change.slot for change in plan.changes}) | {change.slot for change in plan.of(Action.PAST)}
    let_go = {**state.let_go, **plan.recording.freed}
    for change in plan.changes:
        if change.desired and change.binding and change.desired.existing == change.binding.id:
            let_go |= _others(state, change.slot, change.binding, questions)
    corrected = plan.recording.corrected
    bindings = {slot: binding for slot, binding in state.bindings.items() if corrected.get(slot) != binding.id}
    bindings |= {slot: replace(bindings[slot], exempt=()) for slot in plan.recording.not_exempt & bindings.keys()}
    state = replace(state, bindings=bindings, homes=homes, questions=questions, past=past, let_go=let_go)
    return replace(state, former=_former(state, plan.changes), suspended=plan.recording.suspended)


def _questions_after(state: State, plan: Plan) -> dict[Slot, Question]:
    """The questions of the plan, and the earlier ones about what it does not cover."""
    slots, planned = {change.slot for change in plan.changes}, {home.id for home in plan.recording.homes}
    outside = (slot for slot in state.questions if slot not in slots and (plan.narrowed or slot.home not in planned))
    questions = {slot: state.questions[slot] for slot in outside}
    return questions | {slot: each for slot, each in plan.recording.questions.items() if slot in slots}


def _former(state: State, changes: Iterable[Change]) -> dict[Slot, str]:
    """The previous slots of bound objects, until something else is declared in them."""
    moved = {each.moved_from: each.live_id for each in changes if each.moved_from and each.live_id}
    taken = state.bindings.keys() - moved.keys() | {each.slot for each in changes}
    bound = {binding.id for binding in state.bindings.values()}
    return {slot: id_ for slot, id_ in {**state.former, **moved}.items() if slot not in taken and id_ in bound}


def move_on(state: State, plan: Plan, live: Live, *, settle: timedelta, open_homes: Collection[str] = ()) -> State:
    """The state after `plan`, made from the complete reading `live`, was applied: horizons move to that reading.

    They stop short of it by the settle time, after which Buffer's lists show every write, and before a published post
    that may be a declared object without a claim, or that an edit would repeat. A home keeps its horizon if
    it was not read and planned in full, if a change on it is held as unread, if a match is not recorded yet, or if it
    is in `open_homes`, because a write there has no known outcome.
    """
    state = begin_run(replace(state, bindings=_with_retired_seen(state.bindings, live)), plan)
    unread = live.unread | {each.slot.home for each in plan.of(Action.HOLD) if each.reason is Reason.UNREAD}
    unread |= {
        each.slot.home for each in plan.of(Action.ADOPT, Action.MOVE) if state.bindings.get(each.slot) != each.binding
    }
    moved: dict[str, Home] = {}
    for home in plan.recording.homes:
        if home.id not in unread and home.id not in open_homes:
            listed, reached = state.homes[home.id], _reached(live, home.id, settle)
            if reached and (stop := plan.recording.unanswered.get(home.id)):
                reached = min(reached, stop - timedelta(seconds=1))
            is_later = reached is not None and (listed.horizon is None or reached > listed.horizon)
            moved[home.id] = replace(listed, horizon=reached) if is_later else listed
    homes = {**state.homes, **moved}
    let_go = _still_let_go(state, homes, live.gone)
    return replace(state, homes=homes, let_go=let_go, complete_at=_complete_at(state, plan, moved))


def declared_alike(state: State, plan: Plan, commit: str, contained: Collection[str]) -> State:
    """The state after an apply of all files of a checkout, `commit`, that may lack the one that was applied last.

    Entries that it declares as they were applied are its own from now on, even if other entries are held. `contained`
    are the commits of bindings that it has.
    """
    bindings = dict(state.bindings)
    for change in plan.changes:
        binding = bindings.get(change.slot)
        if binding and change.desired and change.action in {Action.NO_OP, Action.DONE}:
            content = content_of_desired(change.desired)
            is_alike = binding.applied == str(fingerprint(change.desired, content))
            if is_alike and not binding.is_in({*contained, commit}):
                bindings[change.slot] = binding.declared_by(commit)
    return replace(state, bindings=bindings)


def _complete_at(state: State, plan: Plan, moved: Mapping[str, Home]) -> datetime | None:
    """The oldest horizon of the homes that `plan` covers, if all have moved."""
    horizons = [home.horizon for home in moved.values() if home.horizon]
    return min(horizons) if horizons and len(horizons) == len(plan.recording.homes) else state.complete_at


def _with_retired_seen(bindings: Mapping[Slot, Binding], live: Live) -> dict[Slot, Binding]:
    """The bindings, with retired objects marked as published, and without those that certainly never were."""
    sent = {post.id for post in live.posts if post.status is PostStatus.SENT}
    kept = dict(bindings)
    for slot, binding in bindings.items():
        if binding.retired and binding.id in sent:
            kept[slot] = replace(binding, status=PostStatus.SENT)
        elif binding.retired and not _is_for_good(binding, live.at) and binding.id in live.gone:
            del kept[slot]
    return kept


def _is_for_good(retired: Binding, now: datetime) -> bool:
    """Whether a retired object is or may be public, so that it stays in the state and need not be searched for."""
    return retired.status == PostStatus.SENT or retired.may_be_out(now)


def begin(state: State, plan: Plan, live: Live, *, homes: Collection[str], settle: timedelta) -> State:
    """The state after a person confirmed that nothing unclaimed on `homes` is ours; horizons move to this reading.

    Objects that match are bound. Questions there are answered: their candidates are other objects. Objects younger
    than the horizon are let go by id.
    """
    bindings = dict(state.bindings)
    for change in plan.of(Action.ADOPT, Action.MOVE):
        if change.slot.home in homes and change.binding:
            bindings.pop(change.moved_from or change.slot, None)
            bindings[change.slot] = change.binding
    horizons: dict[str, datetime] = {}
    for home in plan.recording.homes:
        reached = _reached(live, home.id, settle) if home.id in homes else None
        if reached is not None:
            horizons[home.id] = reached
    moved = {home.id: replace(home, horizon=horizons[home.id]) for home in plan.recording.homes if home.id in horizons}
    questions = {slot: question for slot, question in state.questions.items() if slot.home not in moved}
    let_go = {
        item.id: LetGo(item.home, item.created_at)
        for item in plan.recording.unexplained
        if item.home in horizons and item.created_at > horizons[item.home]
    }
    past = {change.slot for change in plan.of(Action.PAST) if change.slot.home in moved}
    let_go |= {id_: replace(gone, key="") for id_, gone in state.let_go.items() if gone.home in moved}
    return replace(
        state,
        bindings=bindings,
        homes={**state.homes, **moved},
        questions=questions,
        let_go={**state.let_go, **let_go},
        past=state.past | past,
        complete_at=_complete_at(state, plan, moved),
    )


def begin_homes(state: State, homes: Iterable[Home], horizon: datetime) -> State:
    """The state with `homes` complete up to `horizon`, unless they already were."""
    recorded = {id_ for id_, home in state.homes.items() if home.horizon is not None}
    new = {home.id: replace(home, horizon=horizon) for home in homes if home.id not in recorded}
    return replace(state, homes={**state.homes, **new})


def begin_anew(account: Account, horizon: datetime) -> State:
    """The state of an account in which nothing is ours yet, with every channel and organization's ideas listed."""
    channels = [channel for organization in account.organizations for channel in organization.channels]
    homes = homes_of(channels, (organization.id for organization in account.organizations))
    return begin_homes(State(complete_at=horizon), homes, horizon)


def homes_of(channels: Iterable[LiveChannel], organizations: Iterable[str]) -> tuple[Home, ...]:
    """The homes of these channels, and of the ideas of these organizations."""
    posts = [
        Home(
            channel.organization_id,
            channel.id,
            service=channel.service.value,
            handle=channel.name,
            only_reminds=channel.only_reminds,
        )
        for channel in channels
    ]
    return (*posts, *(Home(organization, IDEAS) for organization in organizations))


def _reached(live: Live, home: str, settle: timedelta) -> datetime | None:
    """Up to when a reading shows every write to a home: the settle time before it began.

    If answers have no Date, the newest creation time that was read is the latest known time of Buffer's clock.
    """
    if live.began:
        return live.began - settle
    return max((item.created_at for item in live.items if item.home == home), default=None)


def _still_let_go(state: State, homes: Mapping[str, Home], gone: Collection[str]) -> dict[str, LetGo]:
    """What was let go and may still be taken for something: by anything until the horizon, by its address after it."""
    taken = {(slot.home, slot.key) for slot in state.bindings}
    bound = {binding.id for binding in state.bindings.values()}

    def is_over(id_: str, each: LetGo) -> bool:
        if each.key == ANY:
            return id_ in gone or id_ in bound
        horizon = homes[each.home].horizon if each.home in homes else None
        is_passed = horizon is not None and each.created_at <= horizon
        return is_passed and (not each.key or id_ in gone or (each.home, each.key) in taken)

    return {id_: each for id_, each in state.let_go.items() if not is_over(id_, each)}


def answer(state: State, slot: Slot, binding: Binding) -> State:
    """The state after a person said that `slot` is the object of `binding`, which answers any question about it."""
    let_go = {**state.let_go, **_others(state, slot, binding, state.questions)}
    let_go.pop(binding.id, None)
    homes = dict(state.homes)
    homes.setdefault(slot.home, Home(slot.organization_id, slot.channel_id, state.complete_at))
    questions = {other: question for other, question in state.questions.items() if other != slot}
    return replace(state, bindings={**state.bindings, slot: binding}, homes=homes, questions=questions, let_go=let_go)


def _others(state: State, slot: Slot, binding: Binding, questions: Mapping[Slot, Question]) -> dict[str, LetGo]:
    """The other candidates of the question that `binding` answers, unless another one of `questions` is about them."""
    candidates = state.questions[slot].candidates if slot in state.questions else {}
    asked = {binding.id}.union(*(each.candidates for at, each in questions.items() if at != slot))
    return {id_: LetGo(slot.home, created) for id_, created in candidates.items() if id_ not in asked}


def release(state: State, slot: Slot) -> State:
    """The state without `slot`; its live object is let go by id, so that it is unexplained for this address only."""
    bindings = dict(state.bindings)
    binding = bindings.pop(slot)
    gone = LetGo(slot.home, binding.created or EARLIEST, slot.key)
    return replace(state, bindings=bindings, let_go={**state.let_go, binding.id: gone})


def sought(live: Live, state: State, declared: Mapping[Slot, Item], *, lead: timedelta) -> dict[str, datetime | None]:
    """Ids of posts that no list shows and that the plan needs, with their creation times if known.

    These are bound posts that are not published, posts that a person claimed although they differ (`applied` is empty),
    posts that `existing` names, objects that may be any address's, and objects that may be those of an address to be
    written: candidates of its question, and objects let go from it. A post last seen as sent is merely older than the
    posts that were read.
    """
    listed = {post.id for post in live.posts}
    read = {channel.id for organization in live.organizations for channel in organization.channels}
    found: dict[str, datetime | None] = {}
    for slot, binding in state.bindings.items():
        is_settled = binding.status == PostStatus.SENT and binding.applied
        is_left = binding.retired and slot not in declared and _is_for_good(binding, live.at)
        if binding.id not in listed and slot.channel_id != IDEAS and not (is_settled or is_left):
            found[binding.id] = binding.created
    let_go = let_go_from(state)
    found |= {id_: each.created_at for id_, each in state.let_go.items() if each.key == ANY and each.home in read}
    for slot, item in declared.items():
        bound = state.bindings.get(slot)
        if slot.channel_id not in read:
            continue
        is_clear = bound is not None and (bound.id in listed or bound.status == PostStatus.SENT)
        if item.existing and (not is_clear or (bound is not None and bound.guessed)):
            found.setdefault(item.existing, None)
        if is_clear or is_late(item, live.at, lead):
            continue
        for each in all_slots(slot, item):
            if question := state.questions.get(each):
                found |= question.candidates
            found |= let_go.get((each.home, each.key), {})
    return {id_: created for id_, created in found.items() if id_ not in listed and id_ not in live.gone}


def let_go_from(state: State) -> dict[tuple[str, str], dict[str, datetime]]:
    """The objects let go from an address, by its home and key: ids with their creation times."""
    found: dict[tuple[str, str], dict[str, datetime]] = {}
    for id_, each in state.let_go.items():
        if each.key:
            found.setdefault((each.home, each.key), {})[id_] = each.created_at
    return found


def all_slots(slot: Slot, item: Item) -> tuple[Slot, ...]:
    """The slot of a declared object, and those of the keys that it may have had."""
    return (slot, *(slot._replace(key=key) for key in item.previous_keys))


def is_late(item: Item, now: datetime, lead: timedelta) -> bool:
    """Whether its time is past or inside the lead time, so that Buffer might publish it at once if it were sent."""
    return item.due_at is not None and not item.draft and item.due_at - now < lead
