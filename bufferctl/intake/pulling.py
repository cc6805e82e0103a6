"""Pull: writes Buffer's version of changed posts into the files and the state.

Only fields in which Buffer differs are rewritten; the rest stays as written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, zip_longest
from shlex import quote
from typing import Any, TypeVar

from bufferctl.config.format import ORDER
from bufferctl.config.write import FileChanges, Revised, SourceFiles, has_own_place, made_by_expansion, revise
from bufferctl.diagnostics import Place, check_declared
from bufferctl.errors import ConfigError
from bufferctl.intake.writing import Reread
from bufferctl.model import (
    Address,
    Asset,
    Binding,
    Desired,
    Expansion,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Post,
    ShareMode,
    Slot,
    State,
    ThreadItem,
    bind,
    content_of_desired,
    content_of_live,
    fingerprint,
    thread_of,
)
from bufferctl.model.comparable import Fingerprint, contents_match, without_links
from bufferctl.model.content import LinkAttachment
from bufferctl.model.desired import RETURNED, IdeaMedia
from bufferctl.model.from_live import NotExpressibleError, idea_from_live, post_from_live
from bufferctl.model.metadata import UNSAID
from bufferctl.model.plain_text import normal_text
from bufferctl.model.seen import as_it_was
from bufferctl.model.state import AsPulled
from bufferctl.model.unsaid import given_of
from bufferctl.plan import Action, Change, Difference, Plan, Reason
from bufferctl.reconcile import (
    SCHEDULE,
    Versions,
    differences,
    field_of,
    handling_differences,
    mixed,
    schedule_differences,
    sides_of,
)
from bufferctl.value import replace

T = TypeVar("T")

_CHANGED = frozenset({Reason.CHANGED, Reason.CONFLICT, Reason.GONE})
_IN_QUEUE = frozenset({ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT})
#: Fields that are taken over by name.
_BY_NAME = {
    Post: {"due_at", "scheduling_type", "draft", "needs_approval", "tags", *RETURNED[Post]},
    Idea: {"text", "tags", "ai_assisted", *RETURNED[Idea]},
}
_BOARD = (("board",), ("board_service_id",))


@dataclass
class Pulled:
    """The changes that pull takes over.

    `taken` has them with the fields to write, `left_out` with the reason, and `equal` those without any. `made` are
    changes in `left_out` whose entry makes more than this post, so that Buffer's version cannot be written there.
    `kept` has the paths that Buffer does not return and that the file has edited: they stay, to be sent. If there is
    nothing to write (besides them), the state alone learns that Buffer's version was seen, and nobody is asked about it
    any more. `edits` has the fields that only the file changed since the last apply: they stay, too. `following` has
    those that are made from what was written, such as a text with `$(due_at | EEEE)`: they are edits from then on.
    """

    made: list[Change] = field(default_factory=list)
    taken: dict[Address, tuple[Change, Mapping[str, Any]]] = field(default_factory=dict)
    kept: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    edits: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    following: dict[Address, tuple[str, ...]] = field(default_factory=dict)
    left_out: list[tuple[Address, str]] = field(default_factory=list)
    equal: list[Address] = field(default_factory=list)


def choose(plan: Plan, addresses: Sequence[str]) -> Pulled:
    """The changes to pull: the named addresses, else everything that was changed in Buffer. Raises UsageError."""
    by_name = {str(change.address): change for change in plan.changes if change.desired is not None}
    check_declared(addresses, by_name)
    if addresses:
        wanted = [by_name[address] for address in dict.fromkeys(addresses)]
    else:
        wanted = [each for each in by_name.values() if each.action is Action.HOLD and each.reason in _CHANGED]
    pulled = Pulled()
    for change in wanted:
        if change.binding is None or (change.live is None and change.reason is not Reason.GONE):
            unclear = "bufferctl cannot tell which post in Buffer it is; run `bufferctl plan`"
            pulled.left_out.append((change.address, unclear))
            continue
        change = replace(change, live=as_it_was(change.binding, change.live))  # noqa: PLW2901 - a suspension's draft
        theirs, edits = _without_edits(change)
        try:
            fields = fields_to_take(theirs, plan.channels.get(change.slot.channel_id))
        except NotExpressibleError as error:
            pulled.left_out.append((change.address, str(error)))
            continue
        kept = _edits_to_keep(change, fields)
        if kept:
            pulled.kept[change.address] = kept
        if edits:
            pulled.edits[change.address] = edits
        is_asked = change.action is Action.HOLD and change.reason in _CHANGED
        if fields or kept or (is_asked and change.desired and _is_taken(change.desired, change, plan.channels, edits)):
            pulled.taken[change.address] = change, fields
        if not (fields or kept):
            pulled.equal.append(change.address)
    return pulled


def _without_edits(change: Change) -> tuple[Change, tuple[str, ...]]:
    """The change without what only the file changed since the last apply, as far as that is proved; and its fields."""
    item, live, binding = change.desired, change.live, change.binding
    if change.reason is not Reason.CONFLICT or item is None or live is None or binding is None:
        return change, ()
    both = Versions(item, content_of_desired(item), live, content_of_live(live), binding)
    sides = sides_of(both, change.differences)
    if sides is None or not sides.in_buffer:
        return change, ()
    returned = [each for each in change.differences if not each.is_recorded]
    theirs = [each for each in returned if field_of(each.path, both) in sides.in_buffer]
    edits = dict.fromkeys(field_of(each.path, both) for each in returned if each not in theirs)
    recorded = [each for each in change.differences if each.is_recorded]
    return replace(change, differences=(*theirs, *recorded)), tuple(edits)


def _why_not(change: Change, post: Post, names: Sequence[str], *, is_shared: bool) -> str:
    """Why Buffer's version of these fields cannot be written into the entry, and what to do.

    `is_shared`: the entry is for other channels too.
    """
    made = post.expansion or Expansion()
    sources = [f"`$({each.name})`" for each in made.variables]
    sources += ["the parameters of `utm`"] if made.parameters else []
    where = f"Edit the entry at {change.place} by hand"
    if made.number:
        inside = f"{names[0]}: …"
        inside = f"overrides: {{'{post.address.channel}': {{{inside}}}}}" if is_shared else inside
        where = (
            f"It is occurrence {made.number} of {made.times}: write what is different under "
            f"`each: {{{made.number}: {{{inside}}}}}` of the entry at {change.place}"
        )
    return (
        f"its text and links are made from {', '.join(sources) or 'variables'}, so Buffer's version cannot be written "
        f"back. {where}. Or send the file's version: run `bufferctl apply --reapply {quote(str(change.address))}`"
    )


def changed_files(source_files: SourceFiles, pulled: Pulled) -> FileChanges:
    """The changes to files, not made yet; versions that cannot be written are left out. Raises ConfigError."""
    revisions = []
    for change, fields in list(pulled.taken.values()):
        item = change.desired
        if item is not None:
            address = item.address
            names = [each for each in made_by_expansion(source_files, item, fields) if not has_own_place(item, each)]
            if names and isinstance(item, Post):
                del pulled.taken[address]
                pulled.kept.pop(address, None)
                is_shared = source_files.is_shared(item)
                pulled.left_out.append((address, _why_not(change, item, names, is_shared=is_shared)))
                pulled.made.append(change)
                continue
            revisions.append(Revised(item, fields))
    return revise(source_files, revisions)


def write_pulled(
    pulled: Pulled,
    files: FileChanges,
    before: Desired,
    plan: Plan,
    state: State,
    save: Callable[[State], None],
    reread: Reread,
) -> None:
    """Write files and the state.

    `before` is what the files declared; `plan` and `state` are those from the start of the pull. Raises ConfigError and
    StateError, with nothing changed.
    """
    with files.attempt():
        old = {item.address: item for item in before.items}
        items: dict[Address, Post | Idea] = {item.address: item for item in reread().items}
        for address, (_, fields) in pulled.taken.items():
            names = _following(old[address], items.get(address), fields)
            if names:
                pulled.following[address] = names
        _check(pulled, before, items, plan)
        save(replace(state, bindings=_bindings(pulled, state, items)))


def _check(pulled: Pulled, before: Desired, items: Mapping[Address, Post | Idea], plan: Plan) -> None:
    """Check that the pulled entries equal Buffer's version, and that nothing else changed. Raises ConfigError."""
    for old in before.items:
        new = items.get(old.address)
        taken = pulled.taken.get(old.address)
        fine = new is not None and (
            _content(new) == _content(old)
            if taken is None
            else _is_taken(new, taken[0], plan.channels, _to_send(pulled, old.address))
        )
        if not fine:
            what = "would not become what Buffer has" if taken else "would be changed too"
            raise ConfigError(
                f"{old.address} {what}, so nothing was written",
                hint=f"Edit {old.place} by hand; `bufferctl plan` shows what differs.",
            )


def _following(old: Post | Idea, new: Post | Idea | None, written: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that changed with those that were written, since they are made from them."""
    if not isinstance(new, Post) or not (new.expansion and new.expansion.variables):
        return ()
    changed = differences(content_of_desired(old), content_of_desired(new))
    names = dict.fromkeys(each.path.partition(".")[0] for each in changed)
    return tuple(name for name in names if name not in written)


def _to_send(pulled: Pulled, address: Address) -> tuple[str, ...]:
    """The fields in which an entry differs from Buffer once it was pulled."""
    return (*pulled.edits.get(address, ()), *pulled.following.get(address, ()))


def _content(item: Post | Idea) -> Post | Idea:
    """The content of a declared object, independent of where and how it is written."""
    if isinstance(item, Post):
        return replace(item, place=Place(""), expansion=None, repeat_of=item.given_repeat_of)
    return replace(item, place=Place(""))


def _is_taken(
    item: Post | Idea, change: Change, channels: Mapping[str, LiveChannel], edits: Sequence[str] = ()
) -> bool:
    """Whether an entry is as Buffer has it, apart from `edits`."""
    if change.reason is Reason.GONE or change.live is None:
        return item.cancelled
    channel = channels.get(change.slot.channel_id)
    shortened = bool(channel and channel.link_shortening)
    there = content_of_live(change.live)
    content = mixed(content_of_desired(item), there, [each for each in edits if each not in SCHEDULE])
    on_time = {each.path for each in schedule_differences(item, change.live)}.issubset(edits)
    return on_time and contents_match(content, there, links_may_differ=shortened)


def _bindings(pulled: Pulled, state: State, items: Mapping[Address, Post | Idea]) -> dict[Slot, Binding]:
    """The bindings, which say from now on what Buffer's version in the files stands for.

    Only where the files have it: until the change of the files is merged, other checkouts declare what they did.
    """
    bindings = dict(state.bindings)
    for address, (change, fields) in pulled.taken.items():
        slot, item, live = change.moved_from or change.slot, items[address], change.live
        if live is not None:
            new = bind(item, live, bindings[slot].origin)
            # the change's binding is the one that an earlier pull made
            old = change.binding or bindings[slot]
            applied = str(_applied(change, item, fields, old, is_kept=address in pulled.kept))
            names = tuple(dict.fromkeys((*bindings[slot].as_pulled.fields, *fields)))
            wrote = AsPulled(new.applied, applied, new.seen, new.due_at, names)
            if _to_send(pulled, address):
                wrote = wrote._replace(version="", applied="")
            bindings[slot] = replace(bindings[slot], pulled=wrote.flat)
    return bindings


def _applied(
    change: Change, new: Post | Idea, fields: Mapping[str, Any], old: Binding, *, is_kept: bool
) -> Fingerprint:
    """Buffer's version as what was last applied; an edit of the file that Buffer does not show is still to be sent."""
    after, before = fingerprint(new, content_of_desired(new)), Fingerprint.read(old.applied)
    if before is None or change.desired is None or ("assets" in fields and not is_kept):
        return after
    now = fingerprint(change.desired, content_of_desired(change.desired))
    return after._replace(hidden=before.hidden) if before.hidden != now.hidden else after


def _edits_to_keep(change: Change, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of the file's edits that Buffer does not return, so that Buffer has no version of them to take.

    Left out are those of media that the `fields` to write replace.
    """
    item = change.desired
    shown = {each.path for each in change.differences if not each.is_recorded}
    recorded = [each for each in change.differences if each.is_recorded and each.path not in shown]
    if item is None or not recorded:
        return ()
    media: dict[str, Any] = {name: fields[name] or () for name in ("assets", "media") if name in fields}
    after = replace(item, **media)
    thread = fields.get("metadata", {}).get(("thread",), ...)
    if isinstance(after, Post) and after.metadata and thread is not ...:
        after = replace(after, metadata=after.metadata.model_copy(update={"thread": thread or ()}))
    now = given_of(after)
    return tuple(each.path for each in recorded if now.get(each.path) == each.after)


def fields_to_take(change: Change, channel: LiveChannel | None) -> dict[str, Any]:
    """The fields to change, in reading order, as `Revision` takes them. Raises NotExpressibleError."""
    item, live = change.desired, change.live
    if change.reason is Reason.GONE:
        return {"cancelled": True}
    heads = {path for each in _differences(change) if not each.is_recorded for path in _paths(each)}
    if isinstance(item, Idea) and isinstance(live, LiveIdea):
        found = _of_idea(item, live, {head[0] for head in heads})
    elif isinstance(item, Post) and isinstance(live, LivePost) and channel:
        found = _of_post(item, live, channel, heads)
    else:
        return {}
    return {name: found[name] for name in ORDER if name in found}


def _differences(change: Change) -> Iterable[Difference]:
    """The differences of the plan, or all differences if the plan shows none."""
    item, live = change.desired, change.live
    if change.differences or item is None or live is None:
        return change.differences
    found = differences(content_of_desired(item), content_of_live(live))
    return (*found, *schedule_differences(item, live), *handling_differences(item, live))


def _paths(difference: Difference) -> Iterator[tuple[str, ...]]:
    """The path of a difference; if all of the network's fields differ, the path of each."""
    path = tuple(difference.path.split("."))
    if path != ("metadata",):
        yield path
        return
    for fields in (difference.before, difference.after):
        yield from ((*path, name) for name in fields or ())


def _of_idea(item: Idea, live: LiveIdea, heads: set[str]) -> dict[str, Any]:
    theirs = idea_from_live(live, item.address)
    found = _by_name(item, theirs, heads)
    if "assets" in heads:
        found["media"] = _kept(item.media, theirs.media, lambda each: (each.type, normal_text(each.alt)))
    return {name: new or None for name, new in found.items()}


def _of_post(item: Post, live: LivePost, channel: LiveChannel, paths: set[tuple[str, ...]]) -> dict[str, Any]:
    theirs = post_from_live(live, channel, item.address, idea=item.idea)
    heads = {path[0] for path in paths}
    found = _by_name(item, theirs, heads)
    if "due_at" not in heads and "mode" in heads and live.share_mode in _IN_QUEUE:
        found["mode"] = ShareMode(live.share_mode)
    if "text" in heads:
        ours, live_text = (without_links(normal_text(each.text)) for each in (item, theirs))
        if ours != live_text or not channel.link_shortening:
            found["text"] = theirs.text
    if "assets" in heads and (assets := _kept(item.assets, theirs.assets, _looks)) != item.assets:
        found["assets"] = assets  # else only an address was edited in the file, and Buffer's own differs anyway
    if metadata := _metadata(item, theirs, live, paths):
        found["metadata"] = metadata
        if metadata.get(("thread",), ...) is None:  # what the thread said alone until now
            found["text"] = theirs.text
    return {name: new or None for name, new in found.items()}


def _metadata(item: Post, theirs: Post, live: LivePost, paths: set[tuple[str, ...]]) -> dict[tuple[str, ...], Any]:
    """The network's fields by path, each no deeper than Buffer's own has it."""
    given = theirs.metadata.model_dump(exclude_defaults=True, exclude={"thread"}) if theirs.metadata else {}
    wanted = {path[1:] for path in paths if path[0] == "metadata" and path[1] != "link_attachment"}
    if wanted & set(_BOARD):
        wanted |= set(_BOARD)
    found: dict[tuple[str, ...], Any] = {}
    for path in wanted:
        value: Any = given
        for depth, step in enumerate(path):
            value = value.get(step)
            if not isinstance(value, dict):
                there = live.metadata.get(step)
                is_default = value is None and there is not None and UNSAID.get(step) == there
                found[path[: depth + 1]] = there if is_default else value  # what had a line keeps it
                break
        else:
            found[path] = value
    if any(path[:2] == ("metadata", "link_attachment") for path in paths):
        ours, card = getattr(item.metadata, "link_attachment", None), getattr(theirs.metadata, "link_attachment", None)
        merged = _card(ours, card, live.metadata.get("link_attachment", {}))
        found["link_attachment",] = merged and merged.model_dump(exclude_defaults=True)
    if any(path[0] == "thread" for path in paths):
        found["thread",] = _thread(thread_of(item.metadata), thread_of(theirs.metadata), live) or None
    return found


def _thread(ours: Sequence[ThreadItem], theirs: Sequence[ThreadItem], live: LivePost) -> tuple[ThreadItem, ...]:
    """Buffer's parts of a thread; fields that Buffer does not return are as in the file."""
    before, after = ([asset for part in parts for asset in part.assets] for parts in (ours, theirs))
    kept = iter(_kept(before, after, _looks))
    parts = []
    for part, own, there in zip_longest(theirs, ours[: len(theirs)], live.thread[: len(theirs)]):
        card = _card(own.link_attachment if own else None, part.link_attachment, there.link_attachment if there else {})
        assets = tuple(islice(kept, len(part.assets)))
        parts.append(part.model_copy(update={"assets": assets, "link_attachment": card}))
    return tuple(parts)


def _card(ours: LinkAttachment | None, theirs: LinkAttachment | None, live: Mapping[str, str]) -> LinkAttachment | None:
    """Buffer's link preview.

    If it leads to another page, the file's words are dropped; otherwise it has those that a person edited. Anything
    that the file does not give is scraped.
    """
    if ours is None or theirs is None or ours.url != theirs.url:
        return theirs
    there: dict[str, Any] = {"title": live.get("title"), "description": live.get("text")}
    return ours.model_copy(update={name: text for name, text in there.items() if getattr(ours, name) and text})


def _kept(ours: Sequence[T], theirs: Sequence[T], looks: Callable[[T], tuple[str, str]]) -> tuple[T, ...]:
    """Buffer's media; those that are recognizably in the file too are kept as the file has them.

    None of several that look the same is recognized if one of these was added or removed: it could be any of them.
    """
    here, there = Counter(map(looks, ours)), Counter(map(looks, theirs))
    kept = {look: iter([own for own in ours if looks(own) == look]) for look in here if here[look] == there[look]}
    return tuple(_with_details(next(kept[looks(each)]), each) if looks(each) in kept else each for each in theirs)


def _with_details(own: T, theirs: T) -> T:
    """The file's medium, with the details that Buffer returns: a person may have changed them."""
    if isinstance(own, IdeaMedia) and isinstance(theirs, IdeaMedia):
        trigger = own.source.trigger if own.source else None  # Buffer does not return it
        source = theirs.source and theirs.source.model_copy(update={"trigger": trigger})
        return own.model_copy(update={"source": source})
    if not isinstance(own, Asset) or not isinstance(theirs, Asset):
        return own
    there = vars(theirs.value)
    new = {name: there[name] for name in _DETAILS[own.kind] if there[name] or vars(own.value)[name]}
    return own.model_copy(update={own.kind: own.value.model_copy(update=new)})


#: What Buffer returns of a medium besides its alt text, by its kind.
_DETAILS = {"image": ("user_tags",), "video": ("title", "thumbnail_offset"), "document": ("title",)}


def _looks(asset: Asset) -> tuple[str, str]:
    return asset.kind, normal_text(getattr(asset.value, "alt_text", ""))


def _by_name(item: Post | Idea, theirs: Post | Idea, heads: set[str]) -> dict[str, Any]:
    """Buffer's values of fields: times in the file's zone, lists in its order, new ones last, None for defaults."""
    found = {}
    for name in heads & _BY_NAME[type(item)]:
        old, new = getattr(item, name), getattr(theirs, name)
        if isinstance(new, datetime) and old:
            new = new.astimezone(old.tzinfo)
        elif isinstance(new, tuple):
            new = (*(each for each in old if each in new), *(each for each in new if each not in old))
        found[name] = None if new == item.__dataclass_fields__[name].default else new
    return found
