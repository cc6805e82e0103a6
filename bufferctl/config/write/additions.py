"""The files with more posts and ideas: a new root file, or additions to existing files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bufferctl.config.format import GIVEN_BY_FILES, OrganizationEntry
from bufferctl.config.resolve import Loaded, load
from bufferctl.config.write.as_yaml import as_yaml, idea_entry, in_order, one_entry, post_entry
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.nodes import Node
from bufferctl.config.write.yaml_files import Text, yaml_text
from bufferctl.diagnostics import Severity
from bufferctl.disk import work_folder
from bufferctl.errors import ConfigError
from bufferctl.model import Idea, Post
from bufferctl.value import value

_HEAD = "# Imported from Buffer by `bufferctl import`. Edit it freely; `bufferctl plan` shows the effect.\n"


@value()
class Addition:
    """A post or an idea for a file. `reference`: how its entry names the channel; `zone`: of its times."""

    item: Post | Idea
    reference: str = ""
    zone: tzinfo | None = None


def new_root(
    timezone: str,
    organizations: Iterable[OrganizationEntry],
    *,
    head: str = _HEAD,
    managed_since: datetime | None = None,
    in_git: bool = False,
) -> str:
    """A root file that declares organizations and channels, with everything else in files below `posts/`.

    `head`: comments at its top. `managed_since` is aware; the file says the minute in which it is. `in_git`: the state
    is on a branch.
    """
    since = _minute(managed_since) if managed_since else None
    fields = {"version": 1, "timezone": timezone, "managed_since": since, "state": "git" if in_git else None}
    return head + yaml_text(_given(fields | {"organizations": list(map(_declaration, organizations))}))


def root_with(root: Text, organizations: Iterable[OrganizationEntry], *, managed_since: datetime | None) -> str:
    """The root file with more organizations or channels, and another `managed_since`; None leaves that as it is.

    `managed_since` is as for `new_root`. Raises ConfigError.
    """
    edits = Edits(root.text, root.newline)
    if managed_since:
        edits.set(edits.root, "managed_since", _minute(managed_since))
    for organization in organizations:
        there = _find(edits.root, organization)
        if there is None:
            edits.append(edits.root, "organizations", [_declaration(organization)])
        else:
            edits.append(there, "channels", [as_yaml("", each) for each in organization.channels])
    return edits.result()


def _minute(moment: datetime) -> datetime:
    """The minute that a moment is in, in UTC: earlier is always safe as `managed_since`."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def new_file(additions: Sequence[Addition], organization: str | None, *, no_utm: bool = False) -> str:
    """A file of posts and ideas. `organization`: if there are several. `no_utm`: links stay as they are."""
    return _HEAD + yaml_text(_given({"organization": organization, **_entries(additions, no_utm=no_utm)}))


def file_with(file: Text, additions: Sequence[Addition], organization: str | None, *, no_utm: bool = False) -> str:
    """A file with more posts and ideas. `organization`: for each of them, if the file does not name it."""
    edits = Edits(file.text, file.newline)
    own = None if edits.root.get("organization") else organization
    for name, entries in _entries(additions, own, no_utm=no_utm).items():
        if entries:
            edits.append(edits.root, name, entries)
    return edits.result()


def takes(file: Text, organization: str | None) -> bool:
    """Whether entries of an organization can go into a file.

    Its lists are not aliases, it is for this organization, and its top has no defaults that would apply to posts.
    """
    try:
        root = Edits(file.text).root
    except ConfigError:
        return False
    lists = [root.get(name) for name in ("posts", "ideas")]
    own = all(each is None or (each.is_sequence and each.anchor is None) for each in lists)
    has_defaults = any(root.get(name) is not None for name in GIVEN_BY_FILES - {"vars"})
    return own and not has_defaults and root.value.get("organization") in {None, organization}


def file_name(*parts: str) -> str:
    """`posts/twitter-acme.yaml`, from names with any characters."""
    words = ("-".join(re.findall(r"[^\W_]+", part)).lower()[:60] for part in parts)
    return f"posts/{'/'.join(word or 'unnamed' for word in words)}.yaml"


def for_one_entry(additions: Iterable[Addition]) -> list[list[Addition]]:
    """The additions, grouped by entry: an entry can declare the same text at the same time under the same key."""
    groups: dict[object, list[Addition]] = {}
    for each in additions:
        groups.setdefault(_shared(each) or object(), []).append(each)
    return list(groups.values())


def _shared(addition: Addition) -> tuple[object, ...] | None:
    """What the additions in one entry have in common; None if they need separate entries."""
    item = addition.item
    if not isinstance(item, Post) or not (item.text and addition.reference):
        return None
    return item.address.organization, item.address.key, item.text, item.due_at, item.mode


def _entries(
    additions: Sequence[Addition], organization: str | None = None, *, no_utm: bool = False
) -> dict[str, list[CommentedMap]]:
    posts = [
        _post(each, organization, no_utm=no_utm) for each in for_one_entry(additions) if isinstance(each[0].item, Post)
    ]
    ideas = [idea_entry(each.item, each.zone, organization) for each in additions if isinstance(each.item, Idea)]
    return {"posts": posts, "ideas": ideas}


def _post(group: Sequence[Addition], organization: str | None, *, no_utm: bool) -> CommentedMap:
    """The entry of a post, or of equal posts on several channels. `no_utm`: its links stay as they are."""
    zone = group[0].zone if len({each.zone for each in group}) == 1 else None
    items = ((each.item, each.reference) for each in group)
    entry = one_entry(
        [(post_entry(item, zone, organization), (name,)) for item, name in items if isinstance(item, Post)]
    )
    return in_order({**entry, "utm": CommentedMap()}) if no_utm and "://" in str(entry) else entry


def _declaration(organization: OrganizationEntry) -> CommentedMap:
    found: CommentedMap = as_yaml("", organization)
    if organization.tags:
        found["tags"] = CommentedMap({name: tag.id for name, tag in organization.tags.items()})
    return found


def _given(fields: Mapping[str, Any]) -> CommentedMap:
    """Fields as YAML, without those that are None or empty."""
    return CommentedMap({name: value for name, value in fields.items() if value})


def _find(root: Node, organization: OrganizationEntry) -> Node | None:
    """The entry of an organization, by its id or its name."""
    declared = root.get("organizations")
    for entry in declared.items if declared else ():
        if any(entry.value.get(name) == getattr(organization, name) for name in ("id", "name") if name in entry.value):
            return entry
    return None


def staged(organizations: Iterable[OrganizationEntry], additions: Sequence[Addition]) -> tuple[Loaded, dict[int, str]]:
    """Files with these additions alone, each in its own file; and what is wrong, by the index of the addition."""
    with work_folder() as folder:
        root = folder / "buffer.yaml"
        root.write_text(new_root("UTC", organizations), encoding="utf-8")
        (folder / "posts").mkdir()
        for index, addition in enumerate(additions):
            text = new_file([addition], addition.item.address.organization)
            (folder / "posts" / f"{index}.yaml").write_text(text, encoding="utf-8")
        loaded = load(root, folder)
    refused: dict[int, str] = {}
    for problem in loaded.diagnostics:
        if problem.severity is Severity.ERROR and problem.place and problem.place.file != "buffer.yaml":
            refused.setdefault(int(Path(problem.place.file).stem), problem.message)
    return loaded, refused
