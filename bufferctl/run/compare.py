"""Plans: the files compared with the account and the state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bufferctl.apply import FileJournal, with_unclear_edits, with_unsaved_results
from bufferctl.choices import NONE, Choices
from bufferctl.diagnostics import (
    Diagnostic,
    FilesError,
    has_errors,
)
from bufferctl.errors import BufferctlError, ConfigError, StateError
from bufferctl.machine import state_folder
from bufferctl.model import (
    IDEAS,
    Account,
    Address,
    Claim,
    CreatePost,
    EditPost,
    Intent,
    Item,
    Live,
    LiveChannel,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Slot,
    State,
    Wanted,
)
from bufferctl.plan import Action, Cause, Change, Plan, Reason
from bufferctl.reconcile import Divergence, Options, Targets, find_targets, offline, reconcile
from bufferctl.reconcile.horizons import follow_reconnected, reconnected, sought
from bufferctl.reconcile.planning import by_slot
from bufferctl.reconcile.sending import busy_days, within_daily_limits
from bufferctl.run.files import Files, judge_lengths, shorten
from bufferctl.run.listener import SILENT
from bufferctl.run.look import Look, wanted_of
from bufferctl.run.other_roots import Removed, declared_beside
from bufferctl.run.session import Session, find_organizations
from bufferctl.state import StateFile, Store, claimed_elsewhere
from bufferctl.state.checkout import Relation, contained, deleted_before, deleted_since, outdated_files, text_before
from bufferctl.value import replace, value

#: Up to this many posts that no list shows are read one by one; more are sought by their creation time.
SOUGHT_SINGLY = 3


@value()
class Homes:
    """The account, and the organizations and channels that the files name."""

    look: Look
    targets: Targets
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def account(self) -> Account:
        return self.look.account


@value()
class Comparison:
    """A plan, and what it was made from."""

    plan: Plan
    live: Live  # what Buffer had
    wanted: Wanted  # what that was read for
    diverged: Divergence | None  # what the files may lack of the commit that was applied last


def find_homes(session: Session, *, begins_reading: bool = True, may_suspend: bool = False) -> Homes:
    """Read which organizations and channels the files name, and claim their entries in the journal.

    The session's state then has what the journal knows, under the ids that channels have now. `begins_reading`: begin
    to read the plan's objects in the same request, if possible. Raises ApiError, and FilesError for names that the
    account does not have and for texts that are longer than their channel allows (the listener gets each with its
    place); with `may_suspend`, the run goes on with what the files suspend, if they suspend anything.
    """
    recorded = {slot.organization_id for slot in session.state.tracked}
    look = session.take_look(begins_reading=begins_reading)
    account = look.account
    _check_managed_since(session)
    targets, problems = find_targets(session.files.desired, account, session.state)
    if has_errors(problems):
        session.listener.diagnostics(problems)
        message = "Not every organization or channel that the files name is clear, so planning stopped"
        error = FilesError(message, problems, session.files.root, hint="Fix the names, then try again.")
        _only_suspend_or_raise(session, targets, error, may_suspend=may_suspend)
        problems = ()  # the listener has them already
    check_account(session.store, account, recorded)
    if session.files.by_rules:
        _check_lengths(session, targets, may_suspend=may_suspend)
    journal = session.journal
    journal.limit_to_homes(account.homes)
    journal.follow(_successors(journal.out_of_reach, reconnected(session.state, account), targets))
    session.state = follow_reconnected(with_unsaved_results(session.state, journal), account)
    return Homes(look, targets, (*session.warnings, *problems))


def _check_lengths(session: Session, targets: Targets, *, may_suspend: bool) -> None:
    """Raises FilesError if a text is longer than its channel allows, unless the run goes on with suspensions alone.

    Only the account knows some of these limits: those of Mastodon's servers, and of X accounts that pay.
    """
    problems = judge_lengths(session.files.root, session.files.desired, targets.channels)
    session.listener.diagnostics(shorten(each for each in problems if each not in session.too_long))
    session.too_long = problems
    if has_errors(problems):
        message = "Some texts are too long for their channels, so nothing was sent to Buffer"
        error = FilesError(message, problems, session.files.root, hint="Shorten them, then try again.")
        _only_suspend_or_raise(session, targets, error, may_suspend=may_suspend)


def _only_suspend_or_raise(session: Session, targets: Targets, error: FilesError, *, may_suspend: bool) -> None:
    """Go on with the suspensions of what the account has, and nothing else; raises `error` if there are none."""
    desired = session.files.desired
    if not (may_suspend and desired.suspends):
        raise error
    there = (item for item in desired.items if targets.has(item))
    session.files = replace(session.files, desired=desired.with_items(there), only_suspends=True, by_rules=False)


def _successors(intents: Iterable[Intent], moved: Mapping[str, LiveChannel], targets: Targets) -> dict[int, Slot]:
    """Where open creates count whose channel is gone, by number: on the one that took its place, as bindings do.

    `moved`: what the state's channels are now. The state forgets the old id, so else the label in the files decides.
    """
    found: dict[int, Slot] = {}
    for intent in intents:
        item = intent.write.item
        if isinstance(intent.write, CreatePost) and item:
            now = moved.get(intent.slot.channel_id) or targets.channel(item)
            if now:
                found[intent.number] = Slot(now.organization_id, now.id, intent.slot.key)
    return found


def answered(session: Session, recreate: frozenset[str]) -> frozenset[str]:
    """Addresses that, by a person's word, an earlier run did not create (`recreate`), or that are no longer wanted."""
    return recreate.union(str(item.address) for item in session.files.desired.items if item.cancelled)


def _stranded(session: Session, choices: Choices) -> frozenset[Slot]:
    """The slots of open writes that no list can settle, because their channel is gone, until a person answers."""
    intents, done = session.journal.stranded, answered(session, choices.recreate)
    return frozenset(each.slot for each in intents if not (each.write.item and str(each.write.item.address) in done))


def compare(
    session: Session,
    choices: Choices = NONE,
    *,
    homes: Homes | None = None,
    review: Callable[[Change, datetime], Change] | None = None,
    agreed_at: Mapping[Address, datetime] = MappingProxyType({}),
    unsettled: Mapping[Slot, tuple[str, ...]] = MappingProxyType({}),
    ended: frozenset[Address] = frozenset(),
    removed: tuple[Item, ...] = (),
) -> Comparison:
    """Read the account and compare it with the files.

    `homes` are given if they were found just now. `review` holds changes that were not reviewed. `agreed_at` is when
    the plan that agrees to an address was made, according to CI. `unsettled` are the intents that `recover` left open.
    `ended`: as in `Options`. `removed`: entries that the files had before the plan's request. Raises the errors of
    `find_homes`.
    """
    buffer = session.buffer
    homes = homes or find_homes(session)
    before = buffer.requests
    wanted = wanted_of(session.files.desired, session.state, homes.account, homes.targets)
    with session.listener.reading():
        live = _read(session, homes, wanted)
    diverged = _divergence(session)
    options = Options(
        **asdict(choices),
        lead=session.lead,
        stranded=_stranded(session, choices),
        unsettled=unsettled,
        open_edits=frozenset(each.slot for each in session.journal.open if isinstance(each.write, EditPost)),
        review=review,
        agreed_at=agreed_at,
        ended=ended,
        removed=_gone_everywhere(session, homes, removed),
        deleted_files=_deleted_files(session, session.store.document.commit),
        diverged=diverged,
        is_state_shared=session.store.is_shared,
        only_suspends=session.files.only_suspends,
    )
    made, live = _reconciled(session, homes, live, wanted, options)
    if session.files.only_suspends:
        made = made.narrow(lambda change: change.takes_off or change.reason is Reason.SUSPENDED)
    if days := busy_days(made, live):
        made = within_daily_limits(made, buffer.daily_room(days))
    made = replace(
        made,
        warnings=(*homes.warnings, *made.warnings),
        read_requests=homes.look.requests_of_apply(buffer.requests - before),
        quota=buffer.quota,
    )
    return Comparison(made, live, wanted, diverged)


def _gone_everywhere(session: Session, homes: Homes, removed: Iterable[Item]) -> tuple[Post, ...]:
    """Those of the removed posts that neither the state has nor another root file declares by now."""
    items = [item for item in removed if isinstance(item, Post) and homes.targets.has(item)]
    slots = {str(item.address): homes.targets.slot(item) for item in items}
    lost = {address: slot for address, slot in slots.items() if slot not in session.state.bindings}
    services = {channel.id: channel.service for channel in homes.targets.channels.values()}
    moved = declared_beside(session.files.root_file, homes.account, Removed(lost, services)) if lost else {}
    return tuple(item for item in items if str(item.address) in lost.keys() - moved.keys())


def _deleted_files(session: Session, applied: str) -> frozenset[str]:
    """The files of posts that nothing reads any more, as far as a commit deleted them since the posts were applied."""
    files, read = session.files, set(session.files.desired.files)
    lost = {(binding.file, binding.commit) for binding in session.state.tracked.values() if binding.file not in read}
    names = {file for file, _ in lost}
    found = deleted_since(files.root, applied, names, remote=files.remote)
    for written in {commit for file, commit in lost if file not in found}:
        left = {file for file, commit in lost if commit == written} - found
        found |= deleted_before(files.root, written, applied, left, remote=files.remote)
    return found


def plan_offline(files: Files, store: Store | None, choices: Choices = NONE) -> Plan:
    """The plan from files and state alone. Without a `store`, every post looks new. Raises StateError."""
    state, endpoint = State(), ""
    if store is not None:
        stored = StateFile(store, None)
        state, endpoint = stored.load(), stored.endpoint
    return offline(files.desired, state, endpoint=endpoint, now=datetime.now(UTC), choices=choices)


def first_creation(state: State) -> datetime | None:
    """When bufferctl created the oldest object in the state; None if it created nothing."""
    made = {Origin.CREATED, Origin.RECOVERED}  # as far as it knows
    return min((each.created for each in state.bindings.values() if each.origin in made and each.created), default=None)


def _divergence(session: Session) -> Divergence | None:
    """What the checkout may lack of the commit that was applied last; None if it has it."""
    if session.relation in {Relation.SAME, Relation.NEWER}:
        return None
    root, remote, applied = session.files.root, session.files.remote, session.store.document.commit
    bindings = session.state.bindings.values()
    commits = {commit for binding in bindings for commit in (binding.commit, *binding.alike)} - {""}
    is_known = session.relation is not Relation.UNKNOWN
    return Divergence(
        applied,
        is_known,
        contained(root, commits),
        outdated_files(root, applied, remote=remote),
        text_before(root, applied, remote=remote),
    )


def _read(session: Session, homes: Homes, wanted: Wanted) -> Live:
    """What the homes of declared and recorded objects hold, as far back as the state is not complete."""
    live = homes.look.read(session.buffer, wanted)
    missing = sought(live, session.state, by_slot(session.files.desired, homes.targets), lead=session.lead)
    return _seek(session, missing, live, wanted)


def plan_of_base(session: Session, compared: Comparison, files: Files, choices: Choices = NONE) -> Plan | None:
    """The plan that other files would have now, from the objects that were read to compare this session's.

    The listener gets nothing about it. None if they cannot be planned.
    """
    try:
        return _plan_of_base(session, compared, files, choices)
    except BufferctlError:
        return None


def _plan_of_base(session: Session, compared: Comparison, files: Files, choices: Choices) -> Plan:
    with closing(
        FileJournal(state_folder(), session.store.endpoint, files.root_file, session.state.lineage)
    ) as journal:
        other = Session(files, session.buffer, session.store, journal, SILENT, session.stop, session.settle)
        known = find_organizations(session.files, session.state, session.journal)
        if session.account and find_organizations(files, other.state, journal) <= known:
            other.look = Look(session.account, 0, live=compared.live, wanted=compared.wanted)
        return compare(other, choices).plan


def _reconciled(session: Session, homes: Homes, live: Live, wanted: Wanted, options: Options) -> tuple[Plan, Live]:
    """The plan, and what it was made from.

    Made again if another root file manages some of what it would delete or leave to others.
    """
    desired, endpoint, targets = session.files.desired, session.store.endpoint, homes.targets
    state = with_unclear_edits(session.state, session.journal.open, live, shortening=homes.account.shortening)
    made = reconcile(desired, live, state, targets, endpoint=endpoint, options=options)
    elsewhere = _elsewhere(session, made)
    declared = _declared_elsewhere(session, made, homes, elsewhere)
    if elsewhere or declared:
        options = replace(options, elsewhere=elsewhere, declared_elsewhere=declared)
        live = _seek(session, _unlisted(elsewhere, live), live, wanted)
        made = reconcile(desired, live, state, targets, endpoint=endpoint, options=options)
    return made, live


def _unlisted(claims: Iterable[Claim], live: Live) -> dict[str, datetime | None]:
    """What other root files have of posts that are not published and that no list shows, with their creation times."""
    known = {post.id for post in live.posts} | live.gone
    unsent = (claim for claim in claims if claim.is_here and claim.binding.status != PostStatus.SENT)
    return {
        claim.id: claim.binding.created for claim in unsent if claim.slot.channel_id != IDEAS and claim.id not in known
    }


def _declared_elsewhere(session: Session, made: Plan, homes: Homes, claims: Iterable[Claim]) -> dict[str, str]:
    """The root files that declare what these files do not, by the ids of the posts.

    Asked about removed posts, which their states may not have yet, and about `claims` of theirs on what nothing here
    explains.
    """
    services = {id_: channel.service for id_, channel in made.channels.items()}
    unexplained = {item.id for item in made.recording.unexplained}
    slots = {change.live_id: change.slot for change in made.changes if _is_removed(change)}
    slots |= {claim.id: claim.slot for claim in claims if claim.id in unexplained}
    asked = {id_: slot for id_, slot in slots.items() if id_ and slot.channel_id in services}
    return declared_beside(session.files.root_file, homes.account, Removed(asked, services)) if asked else {}


def _elsewhere(session: Session, made: Plan) -> tuple[Claim, ...]:
    """What other root files have of what the plan deletes, creates, adopts or finds as a draft: it may have moved.

    And of what nothing here explains: a person would be told to delete it in Buffer.
    """

    def may_have_moved(change: Change) -> bool:
        if change.action is Action.ADOPT:
            return True
        is_new = change.binding is None and change.action in {Action.CREATE, Action.HOLD}
        return is_new or _is_removed(change) or _was_made_a_draft(change)

    asked = [change for change in made.changes if may_have_moved(change) or change.candidates]
    unexplained = made.recording.unexplained
    ids = {change.live_id for change in asked} | {item.id for item in unexplained}
    slots = {slot for change in asked for slot in change.slots}
    claims = claimed_elsewhere(session.store, session.files.root_file) if asked or unexplained else []
    return tuple(claim for claim in claims if claim.id in ids or claim.slot in slots)


def _was_made_a_draft(change: Change) -> bool:
    """Whether Buffer has a draft that the files schedule: the root file that its entry came from may suspend it."""
    post, live = change.desired, change.live
    is_draft = isinstance(live, LivePost) and live.status is PostStatus.DRAFT
    return is_draft and not change.is_off and isinstance(post, Post) and not post.draft


def _is_removed(change: Change) -> bool:
    """Whether it is about a post that the files no longer have, and that is not published as far as the state knows."""
    if change.cause is not Cause.REMOVED or change.binding is None or change.binding.status == PostStatus.SENT:
        return False
    return change.slot.channel_id != IDEAS and not (change.live and change.live.is_out)


def check_account(store: StateFile, account: Account, recorded: set[str]) -> None:
    """Raises StateError if `recorded` organizations are another account's (design: The state)."""
    strange = recorded - {organization.id for organization in account.organizations}
    if strange:
        raise StateError(
            f"{store.name} belongs to an organization that this key cannot access ({', '.join(sorted(strange))})",
            hint="Use the key of that account, or name another file with --state.",
        )


def _seek(session: Session, ids: Mapping[str, datetime | None], live: Live, wanted: Wanted) -> Live:
    """Known posts that no list showed: a few one by one, many by when they were created."""
    created = [at for at in ids.values() if at]
    left = set(ids)
    if len(ids) > SOUGHT_SINGLY and created:
        margin = timedelta(seconds=1)
        listed = session.buffer.created(wanted.channels, min(created) - margin, max(created) + margin)
        live = replace(live, posts=(*live.posts, *(post for post in listed if post.id in left)))
        left -= {post.id for post in listed}
    singly = sorted(left) if len(left) <= SOUGHT_SINGLY else [id_ for id_ in sorted(left) if ids[id_] is None]
    found = {id_: session.buffer.post(id_) for id_ in singly}
    there = [post for post in found.values() if post is not None]
    gone = left - {post.id for post in there}
    return replace(live, posts=(*live.posts, *there), gone=live.gone | gone)


def _check_managed_since(session: Session) -> None:
    """Raises ConfigError if the root file says a time that cannot be right."""
    since = session.files.desired.settings.managed_since
    if since is None:
        return
    now = session.buffer.server_time()
    if since > now:
        raise ConfigError(
            f"`managed_since` is {since.isoformat()}, which is in the future by Buffer's clock",
            hint=f"Write today's date and time, `managed_since: {now.astimezone(UTC):%Y-%m-%dT%H:%M:00Z}`; or, if "
            "bufferctl posted to this account before, when it first did.",
        )
    first = first_creation(session.state)
    if first is not None and since > first:
        raise ConfigError(
            f"`managed_since` is {since.isoformat()}, but bufferctl created a post before that, at "
            f"{first.isoformat(timespec='seconds')}; if the state were lost, that post could be published twice",
            hint=f"Set it to {(first - timedelta(minutes=1)).isoformat(timespec='seconds')} or earlier.",
        )
