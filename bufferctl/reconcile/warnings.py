"""Warnings: they hold nothing, but somebody should know about them before an apply."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import partial
from shlex import join, quote

from bufferctl.diagnostics import Diagnostic, Kind, Place, Severity, all_of, some_of
from bufferctl.model import NETWORKS, Item, LiveChannel, LivePost, Origin, Post, PostStatus, content_of_live, instant
from bufferctl.model.attached import attached
from bufferctl.model.comparable import digest, with_board_of
from bufferctl.model.seen import Seen
from bufferctl.plan import Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.freezes import let_out_in_freezes, policy_warnings, unmanaged_in_freezes
from bufferctl.reconcile.likeness import is_exact, pools_of
from bufferctl.reconcile.matches import Matches
from bufferctl.reconcile.scene import Scene

Changes = Sequence[Change]
_warning = partial(Diagnostic, Severity.WARNING)
#: How many characters of a text a warning quotes.
_TEXT = 40
#: How many posts a warning names; the others are only counted.
_NAMED = 10
#: To how many published posts a warning has links.
_LINKED = 4
#: Fields of a post that its readers do not see.
_UNSEEN = frozenset({"due_at", "draft", "tags"})


def surplus_twins(scene: Scene, matches: Matches) -> Iterator[Diagnostic]:
    """Unpublished posts in no file that equal one of ours: two machines may have created it at the same time."""
    unsent = [live for live in matches.unclaimed if isinstance(live, LivePost) and live.status is not PostStatus.SENT]
    if not unsent:
        return
    bound = ((slot, binding) for slot, binding in scene.state.bindings.items() if binding.status != PostStatus.SENT)
    ours = {(slot.channel_id, Seen.read(binding.seen).content, binding.due_at): binding for slot, binding in bound}
    for live in unsent:
        content = digest(content_of_live(live))
        twin = ours.get((live.channel_id, content, instant(live.due_at))) or ours.get((live.channel_id, content, ""))
        if twin:
            yield _warning(
                f"Buffer has {live.id}, which equals {twin.address} ({twin.id}) and is unmanaged, so the same may be "
                "published twice",
                hint=f"If that is not intended, delete {live.id} in Buffer.",
            )


def _by_channel(
    changes: Changes, channels: Iterable[LiveChannel], test: Callable[[Change, Post], bool]
) -> Iterator[tuple[str, int]]:
    """Those of the channels with posts that pass the test, by their names in the files, and how many there are."""
    labels = {channel.id: channel.label for channel in channels}
    found: Counter[str] = Counter()
    for change in changes if labels else ():
        channel_id, post = change.slot.channel_id, change.desired
        if channel_id in labels and isinstance(post, Post) and test(change, post):
            found[channel_id] += 1
    return ((labels[id_], count) for id_, count in found.items())


def paused_queues(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """A paused queue accepts posts and never publishes them (notes: Writing)."""
    on_channel = {Action.CREATE, Action.UPDATE, Action.NO_OP}
    paused = [channel for channel in scene.channels.values() if channel.is_queue_paused]
    for name, count in _by_channel(changes, paused, lambda change, _: change.action in on_channel):
        yield _warning(
            f"The queue of {name} is paused, so {count} {'post waits' if count == 1 else 'posts wait'} there and will "
            "not be published",
            hint="Resume the queue in Buffer.",
        )


def unasked_approvals(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """A channel can make every post an approval; the API only shows this in its posts (notes: Reading)."""
    channels = scene.channels.values()
    waiting = [*_by_channel(changes, channels, lambda change, _: change.awaits_approval)]
    new = dict(_by_channel(changes, channels, lambda change, _: change.action is Action.CREATE)) if waiting else {}
    for name, count in waiting:
        others = f", and so will new ones ({new[name]})" if name in new else ""
        yield _warning(
            f"{name} makes posts wait for approval: {count} {'post waits' if count == 1 else 'posts wait'} there and "
            f"will not be published before{others}",
            hint="Approve them in Buffer, or write `needs_approval: true` if that is intended.",
        )


def perhaps_reminders(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """Whether an explicit `automatic` wins over a channel's default is not known (notes: Reading)."""
    reminding = [channel for channel in scene.channels.values() if channel.reminds_by_default]
    for name, count in _by_channel(
        changes, reminding, lambda change, post: change.action is Action.CREATE and not post.reminds
    ):
        yield _warning(
            f"{name} is set to reminders in Buffer, so Buffer may only remind a person of "
            f"{'the new post' if count == 1 else f'the {count} new posts'} and publish nothing by itself",
            hint="Turn reminders off for this channel in Buffer, or write `scheduling_type: notification`.",
        )


def renamed_boards(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """Pinterest boards that the files call by an old name, which no board has any more; their pins stay as they are."""
    found: dict[tuple[str, str, str], int] = Counter()
    for change in changes:
        post, live = change.desired, change.live
        named = with_board_of(post, live) if post and live and change.action is not Action.HOLD else live
        channel = scene.channels.get(change.slot.channel_id)
        if post and channel and isinstance(named, LivePost) and isinstance(live, LivePost) and named is not live:
            if named.metadata["board"] in channel.boards:
                continue  # the pin is on another board
            found[post.address.channel, named.metadata["board"], live.metadata["board"]] += 1
    for (label, old, new), count in found.items():
        yield _warning(
            f"The board “{old}” of {label} is now called “{new}”, and "
            f"{'an entry uses' if count == 1 else f'{count} entries use'} the old name; new pins for it are held",
            hint=f"Write `board: {new}` in the files.",
        )


def not_compared(items: Iterable[Item]) -> Iterator[Diagnostic]:
    """Media of objects that were found in Buffer, which keeps copies under its own URLs: nothing shows their order."""
    numbers = Counter({item.address: sum(1 for _ in attached(item)) for item in items})
    with_media = [address for address, number in numbers.items() if number]
    number = numbers.total()
    if number:
        pictures = "The image" if number == 1 else f"The {number:,} media files"
        ideas = sum(address.is_idea for address in with_media)
        found = [(len(with_media) - ideas, "post"), (ideas, "idea")]
        kinds = all_of([f"{each:,} {name}{'s' * (each > 1)}" for each, name in found if each])
        those = "the idea that was" if ideas else "the post that was"
        those = those if len(with_media) == 1 else f"the {kinds} that were"
        yield _warning(
            f"{pictures} of {those} found in Buffer cannot be compared with the files, and "
            f"{'is' if number == 1 else 'are'} taken to be the same",
            hint="Look at them in Buffer if they may have changed; an edit from now on is noticed.",
        )


def on_their_way(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """Posts that moved to another root file, which has not been applied yet."""
    by_root: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        root_file = scene.options.declared_elsewhere.get(change.live_id or "")
        is_kept = change.action is Action.KEEP and change.live_id not in scene.elsewhere
        if root_file and is_kept:
            by_root[root_file].append(change)
    for root_file, those in by_root.items():
        posts, them = ("1 post", "it") if len(those) == 1 else (f"{len(those)} posts", "them")
        yield _warning(
            f"{root_file} declares {posts} that these files no longer have ({_addresses(those)}), and has not taken "
            f"{them} over yet, so this state keeps {them}",
            hint=f"Run `{join(['bufferctl', 'apply', '--file', root_file])}`. If it is an old copy, delete it.",
        )


def still_published(changes: Changes, scene: Scene, matches: Matches) -> Iterator[Diagnostic]:
    """Objects that were removed from the files and stay in Buffer, because `prune` is off.

    With `prune`, a suspension keeps them as drafts until it ends, and others while a question about them is open: those
    are named by its hold.
    """
    is_pruned = scene.desired.settings.prune
    removed = [each for each in changes if each.action is Action.KEEP and not _is_unmerged(each)]
    asked = _asked_about(changes)
    told = [each for each in removed if each.slot in matches.kept and each.live_id in asked]
    kept = [each for each in removed if each.live_id not in scene.options.declared_elsewhere and each not in told]
    for goes_out in (True,) if is_pruned else (True, False):
        if those := [each for each in kept if each.goes_out is goes_out]:
            named, one = _addresses(those), len(those) == 1
            yield _warning(
                f"{named} {'was' if one else 'were'} removed from the files but {'is' if one else 'are'} still in "
                f"Buffer{' and will be published' if goes_out else ''}{'' if is_pruned else ', since `prune` is off'}",
                place=_was_in(those[0]),
                hint=f"Delete {'it' if one else 'them'} in Buffer, or restore {'it' if one else 'them'} with "
                "`cancelled: true`.",
                kind=Kind.STILL_PUBLISHED if goes_out else Kind.PLAN,
            )


def _asked_about(changes: Changes) -> set[str]:
    """The ids of what a hold names as what its entry may be."""
    return {id_ for change in changes if change.action is Action.HOLD for id_ in change.candidates}


def let_go(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """Posts that no file declares any more, that bufferctl does not delete, and that will be published."""
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        is_let_go = change.action is Action.FORGET and change.goes_out
        if is_let_go and change.live_id not in scene.elsewhere:
            groups[holds.whose(change.live, many=True)].append(change)
    for whose, those in groups.items():
        named, one = _addresses(those), len(those) == 1
        yield _warning(
            f"{named} {'is' if one else 'are'} in no file any more, but {'stays' if one else 'stay'} in Buffer and "
            f"will be published. {holds.whose(those[0].live) if one else whose}",
            place=_was_in(those[0]),
            hint=f"If {'it' if one else 'any'} should not be published, delete it in Buffer.",
            kind=Kind.STILL_PUBLISHED,
        )


def removed_and_not_tracked(found: Iterable[tuple[Item, LivePost]], scene: Scene) -> Iterator[Diagnostic]:
    """Unpublished posts that the state does not have, and that equal an entry that the plan's request removes.

    The state is older than they are, or a person made them: nothing is deleted, so somebody has to.
    """
    groups: dict[str, list[tuple[Item, LivePost]]] = defaultdict(list)
    for item, post in found:
        groups[holds.whose(post, many=True)].append((item, post))
    for whose, those in groups.items():
        addresses = list(dict.fromkeys(str(item.address) for item, _ in those))
        posts = [post for _, post in those]
        ids = [f"`{post.id}`" for post in posts]
        one, only = len(addresses) == 1, len(posts) == 1
        channel = scene.desired.reference(those[0][0].address) if only else "CHANNEL"
        yield _warning(
            f"{some_of(addresses, _NAMED)} {'was' if one else 'were'} removed from the files, but "
            f"{'an equal post' if only else 'equal posts'} that the state does not have {'stays' if only else 'stay'} "
            f"in Buffer and will be published: {some_of(ids, _NAMED)}. {holds.whose(posts[0]) if only else whose}",
            place=Place(those[0][0].place.file),
            hint=f"If {'it' if only else 'any'} should not be published, delete {'it' if only else 'them'} in Buffer, "
            f"or restore {'its entry' if one else 'their entries'} with `cancelled: [{channel}]` and "
            f"`existing: {{{channel}: {posts[0].id if only else 'ID'}}}`.",
            kind=Kind.STILL_PUBLISHED,
        )


def _of_removed_entries(scene: Scene, matches: Matches) -> Iterator[tuple[Item, LivePost]]:
    """The unclaimed posts that may go out, each with the removed entry that it equals."""
    removed = scene.options.removed
    posts = [each for each in matches.unclaimed if isinstance(each, LivePost) and each.may_go_out] if removed else []
    by_id = {post.id: post for post in posts if post.id not in scene.elsewhere}
    pools = pools_of(by_id.values(), scene)
    for declared in map(scene.declared, removed):
        for candidate in pools[declared.slot.home].like(declared.content, ()):
            post = by_id.get(candidate.item.id)
            if post and is_exact(declared, candidate, scene):
                del by_id[post.id]
                yield declared.item, post


def _addresses(changes: Changes) -> str:
    return some_of([str(each.address) for each in changes], _NAMED)


def _was_in(change: Change) -> Place | None:
    """The file that had it."""
    return Place(change.binding.file) if change.binding and change.binding.file else None


def deleted_of_people(changes: Changes) -> Iterator[Diagnostic]:
    """Posts of people that the plan deletes, because somebody imported them or `existing` names them."""
    imported = [
        each
        for each in changes
        if each.action is Action.DELETE and each.binding and each.binding.origin is Origin.IMPORTED
    ]
    yield from _of_people(imported, "deletes", Kind.DELETES_OTHERS)


def changed_of_people(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """Posts of people that the plan changes as it takes them over, because `existing` names them."""
    edits = [each for each in changes if each.action is Action.UPDATE and not each.takes_off]
    named = [each for each in edits if each.desired and each.live_id and each.desired.existing == each.live_id]
    claimed = {binding.id for binding in scene.state.bindings.values()}
    yield from _of_people([each for each in named if each.live_id not in claimed], "changes", Kind.CHANGES_OTHERS)


def _of_people(changes: Iterable[Change], verb: str, kind: Kind) -> Iterator[Diagnostic]:
    theirs = [each for each in changes if holds.is_a_persons(each.live)]
    if theirs:
        texts = (each.live.text if isinstance(each.live, LivePost) else "" for each in theirs)
        named = some_of(
            [f"{_called(text)} ({change.address})" for change, text in zip(theirs, texts, strict=True)], _NAMED
        )
        yield _warning(
            f"This {verb} {'a post' if len(theirs) == 1 else f'{len(theirs)} posts'} that a person created in "
            f"Buffer: {named}",
            place=theirs[0].place,
            kind=kind,
        )


def unmerged(changes: Changes) -> Iterator[Diagnostic]:
    """Objects that an import wrote into files that this checkout lacks: they were not removed."""
    asked = _asked_about(changes)
    unmerged = [change for change in changes if _is_unmerged(change) and change.live_id not in asked]
    found = [change.slot.key for change in unmerged]
    if found:
        addresses = [str(change.address) for change in unmerged] if len(found) <= _NAMED else ["ADDRESS"]
        yield _warning(
            f"{len(found)} imported {'entry is' if len(found) == 1 else 'entries are'} not in these files "
            f"({', '.join(found[:_NAMED])}), and left alone",
            hint="Merge the files that the import wrote. If you discarded them, run "
            f"`bufferctl state rm {' '.join(map(quote, addresses))}`.",
        )


def _is_unmerged(change: Change) -> bool:
    return change.desired is None and change.binding is not None and change.binding.unmerged


def ignored_existing(changes: Changes) -> Iterator[Diagnostic]:
    """Entries whose `existing` names another object than the one that they have."""
    for change in changes:
        named, binding = change.desired and change.desired.existing, change.binding
        if named and binding and binding.id != named and change.action not in {Action.HOLD, Action.CREATE}:
            yield _warning(
                f"`existing` names {named}, but {change.address} is {binding.id} in Buffer, so `existing` is ignored",
                place=change.place,
                hint=f"Delete `existing`. To manage {named} too, give it an entry of its own.",
            )


def already_published(changes: Changes) -> Iterator[Diagnostic]:
    """Edits of published posts, which change nothing: one warning for entries of a file that are edited alike."""
    by_entry: dict[Place, list[Change]] = defaultdict(list)
    for change in changes:
        if change.cause is Cause.EDITED and change.action in {Action.DONE, Action.ADOPT} and change.place:
            by_entry[change.place].append(change)
    alike: dict[tuple[str, str, str], list[Change]] = defaultdict(list)
    for place, edited in by_entry.items():
        fields = all_of(each.path.partition(".")[0] for change in edited for each in change.differences)
        alike[place.file, all_of(map(_network, edited)), fields] += edited
    for (_, networks, fields), edited in alike.items():
        keys = list(dict.fromkeys(f"`{change.address.key}`" for change in edited))
        named = all_of([*keys[:_NAMED], f"{len(keys) - _NAMED} more"] if len(keys) > _NAMED else keys)
        what = f" ({fields})" if fields else ""
        yield _warning(
            f"{named} {'is' if len(keys) == 1 else 'are'} already published on {networks}; this edit{what} changes "
            "nothing there",
            place=edited[0].place,
            hint=_where(edited),
        )


def _where(edited: Sequence[Change]) -> str:
    """Where people can still change what they published; empty if readers see nothing of the edits."""
    fields = {each.path for change in edited for each in change.differences}
    if fields and fields <= _UNSEEN:
        return ""
    links = [each.live.external_link if isinstance(each.live, LivePost) else None for each in edited]
    shown = [f"{_network(change)} ({link})" for change, link in zip(edited, links, strict=True) if link]
    places = shown if len(edited) == len(shown) <= _LINKED else [_network(change) for change in edited]
    return f"To change what people see, edit {'it' if len(edited) == 1 else 'them'} on {all_of(places)}."


def _network(change: Change) -> str:
    return NETWORKS[change.desired.service].label if isinstance(change.desired, Post) else ""


def unread_channels(scene: Scene, matches: Matches) -> Iterator[Diagnostic]:
    """Channels that could not be read back to the horizon."""
    unread = scene.live.unread & {each.declared.slot.channel_id for each in matches.matches}
    names = sorted(channel.label for id_, channel in scene.channels.items() if id_ in unread)
    if names:
        yield _warning(
            f"Not all published posts of {', '.join(names)} could be read, so posts that may be among them are held",
            hint="Set `managed_since` in the root file to when bufferctl first posted here, or run "
            "`bufferctl state begin`.",
        )


def _called(text: str) -> str:
    """A post by how its text begins, on one line."""
    start = " ".join(text.split())[:_TEXT]
    return repr(start) if start else "one without text"


def missing_managed_since(scene: Scene) -> Iterator[Diagnostic]:
    """Before the state begins: without `managed_since`, a lost state cannot be restored from Buffer alone."""
    if scene.desired.settings.managed_since is None and not scene.state.has_begun:
        yield _warning(
            "`managed_since` is not set, so if the state file is lost, bufferctl has to ask about posts that are "
            "already published",
            hint="Add `managed_since:` with the current date and time to the root file.",
        )


def past(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """Posts that count as past for the first time, for example because of a wrong year; an apply records them.

    Posts that Buffer may have are left out.
    """
    past = (each for each in changes if each.action is Action.PAST and not each.candidates)
    found = [each for each in past if each.slot not in scene.state.past]
    if not found:
        return
    found.sort(key=lambda each: each.due_at or scene.now)
    named = ", ".join(str(each.address) for each in found[-_NAMED:])
    more = f", and {len(found) - _NAMED:,} earlier ones" if len(found) > _NAMED else ""
    are, them = ("post is", "it") if len(found) == 1 else ("posts are", "them")
    yield _warning(
        f"{len(found):,} {are} due in the past, and Buffer has no equal post; bufferctl never sends {them}: "
        f"{named}{more}",
        found[-1].place,
        hint="If the year or the month is wrong, correct it.",
    )


def recovered(changes: Changes) -> Iterator[Diagnostic]:
    """Equal objects that count as ours: an interrupted first apply created them, or the state was lost since."""
    adopted = [
        each.binding for each in changes if each.action is Action.ADOPT and each.cause is Cause.NEW and each.binding
    ]
    count = sum(binding.origin is Origin.RECOVERED for binding in adopted)
    if count:
        yield _warning(
            f"{count} {'post' if count == 1 else 'posts'} in Buffer matched by content alone, as after an interrupted "
            "apply or a lost state file; an identical post from another tool would match too",
            hint="If another tool posts to these channels, check what plan marks as already there before you apply.",
        )


def perhaps_deleted(changes: Changes, scene: Scene) -> Iterator[Diagnostic]:
    """New posts beside those that the state has lost: a delete in Buffer leaves no trace but the state."""
    adopted = (
        each
        for each in changes
        if each.action is Action.ADOPT and each.cause is Cause.NEW and each.live and each.live.by_api
    )
    forgotten = {change.slot.home for change in adopted if not scene.horizon(change.slot.home).recorded}
    new = [change for change in changes if change.action is Action.CREATE and change.slot.home in forgotten]
    if not new:
        return
    one = len(new) == 1
    yield _warning(
        f"Buffer has other posts of these files that the state does not have, as after a lost state file. So if "
        f"somebody deleted {_addresses(new)} in Buffer since, {'it is' if one else 'they are'} created again",
        new[0].place,
        hint=f"If {'it was' if one else 'one was'} deleted, add `cancelled: true` to its entry. If the state was lost, "
        "restore it from a backup.",
    )


def perhaps_removed(scene: Scene, matches: Matches, told: Collection[str]) -> Iterator[Diagnostic]:
    """Posts on unrecorded homes, created through the API, that no file declares: perhaps removed from the files.

    Drafts are not among them, since they are not published. `told`: the ids of those that another warning names.
    """
    unexplained = matches.unexplained.difference(matches.suspected, told)
    posts = (each for each in matches.unclaimed if isinstance(each, LivePost) and each.by_api)
    unsent = (each for each in posts if each.may_go_out)
    found = [each for each in unsent if each.id in unexplained and not scene.horizon(each.home).recorded]
    if not found:
        return
    found.sort(key=lambda post: (post.due_at or scene.now, post.id))
    named = some_of([f"{_called(post.text)} ({post.id})" for post in found], _NAMED)
    who, yours = ("It", "one that you removed") if len(found) == 1 else ("They", "posts that you removed")
    yield _warning(
        f"Buffer has {len(found)} unsent {'post' if len(found) == 1 else 'posts'} created through the API that no file "
        f"declares: {named}. {who} will be published, and may be {yours} from the files",
        hint="Delete in Buffer what should not be published.",
        kind=Kind.UNDECLARED,
    )


def perhaps_imported(changes: Changes, scene: Scene, matches: Matches) -> Iterator[Diagnostic]:
    """New posts beside people's posts on unrecorded homes: one of those may have been imported, and its entry edited.

    Once the state is lost, nothing tells which posts an import took over, but that it set `managed_since` to a time
    before their creation.
    """
    since = scene.desired.settings.managed_since
    if since is None:
        return
    new = [each for each in changes if each.action is Action.CREATE and not scene.horizon(each.slot.home).recorded]
    homes = {change.slot.home for change in new}
    named = {id_ for change in new if change.desired for id_ in change.desired.repeat_of}
    posts = (each for each in matches.unclaimed if isinstance(each, LivePost) and each.home in homes)
    unsent = (each for each in posts if holds.is_a_persons(each) and not each.is_out and each.created_at > since)
    found = [each for each in unsent if each.id not in named]
    if not found:
        return
    found.sort(key=lambda post: (post.due_at or scene.now, post.id))
    beside = {post.home for post in found}
    those = [change for change in new if change.slot.home in beside]
    texts = some_of([f"{_called(post.text)} ({post.id})" for post in found], _NAMED)
    yield _warning(
        f"The state does not say what was imported here before, and Buffer has "
        f"{len(found)} unsent {'post' if len(found) == 1 else 'posts'} of people beside {_addresses(those)}, which "
        f"{'is' if len(those) == 1 else 'are'} new: {texts}. What was imported and then edited in its file would be "
        "published twice",
        those[0].place,
        hint="If that is so, add `existing: ID` to the entry, or restore the state from a backup.",
    )


def warnings_of(changes: Changes, scene: Scene, matches: Matches) -> Iterator[Diagnostic]:
    """Every warning, in the order in which a plan has them."""
    of_removed = list(_of_removed_entries(scene, matches))
    yield from missing_managed_since(scene)
    yield from unread_channels(scene, matches)
    yield from past(changes, scene)
    yield from deleted_of_people(changes)
    yield from changed_of_people(changes, scene)
    yield from on_their_way(changes, scene)
    yield from still_published(changes, scene, matches)
    yield from let_go(changes, scene)
    yield from removed_and_not_tracked(of_removed, scene)
    yield from unmerged(changes)
    yield from policy_warnings(changes, scene)
    yield from let_out_in_freezes(changes, scene)
    yield from unmanaged_in_freezes(matches.unclaimed, scene)
    yield from ignored_existing(changes)
    yield from already_published(changes)
    yield from paused_queues(changes, scene)
    yield from unasked_approvals(changes, scene)
    yield from perhaps_reminders(changes, scene)
    yield from renamed_boards(changes, scene)
    yield from recovered(changes)
    yield from perhaps_deleted(changes, scene)
    yield from perhaps_imported(changes, scene, matches)
    yield from not_compared(each.desired for each in changes if each.action is Action.ADOPT and each.desired)
    yield from perhaps_removed(scene, matches, [post.id for _, post in of_removed])
    yield from surplus_twins(scene, matches)
