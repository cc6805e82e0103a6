"""Worth a look: differences between an entry's networks, and things that an entry lacks and its siblings have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import TypeVar

from bufferctl.checks.sights import Declared, Groups, Sight, look_rule, texts_of
from bufferctl.diagnostics import all_of
from bufferctl.model import NETWORKS, Post, thread_of
from bufferctl.model.entries import Occurrence
from bufferctl.model.metadata import InstagramMetadata
from bufferctl.model.plain_text import LINK, host_of, trimmed, without_parameters

K = TypeVar("K")

LINKS_DIFFER = look_rule(
    "links-differ",
    "the networks of an entry link to different pages",
    "usually one of the links was forgotten when the other was changed",
    "use one link, or a variable, in all texts of the entry",
)
PICTURES_DIFFER = look_rule(
    "pictures-differ",
    "an entry has an image or video on some networks, and none or another one on others",
    "`assets` under `overrides` replace those of the entry, so an image is easily lost",
    "add the image under `overrides`, too",
)
PICTURE_MISSING = look_rule(
    "picture-missing",
    "a post of a series has no image or video, but all others of the series have one",
    "an image is easily forgotten, or lost under `each`",
    "add the image",
)
ALMOST_A_HOST = look_rule(
    "almost-a-host",
    "a link leads to a host that differs by a letter or two from that of the other posts",
    "it is probably a typing mistake, and readers end up elsewhere",
    "correct the host",
)
COMMENT_LOST = look_rule(
    "first-comment-may-be-lost",
    "a new post on Instagram has a first comment, which Buffer was seen to drop",
    "the post would be published without it",
    "after `apply`, which reports a lost comment, add it in Buffer",
    source="Buffer's roadmap, August 2026",
)

#: How many others of a series must have a picture.
_SIBLINGS = 3
#: What begins the texts of a series: `PLATE OF THE WEEK | Plate 114`, `Tip 3: press slash`.
_BEGINNING = re.compile(r"\W*([^:|\n]{3,40}?)\s*[:|]")
_NUMBER = re.compile(r"\d+(?:/\d+)?")
_LAST_NUMBER = re.compile(r"[-._]?\d+$")


def networks_of(posts: Iterable[Post]) -> str:
    """`X and LinkedIn`."""
    return all_of(NETWORKS[post.service].label for post in posts)


def links_of(post: Post) -> frozenset[str]:
    """Where the links of a post lead, without the parameters that differ by network."""
    texts = [*texts_of(post), getattr(post.metadata, "first_comment", None) or ""]
    found = [trimmed(link) for text in texts for link in LINK.findall(without_parameters(text))]
    attachment = getattr(post.metadata, "link_attachment", None)
    return frozenset([*found, *([without_parameters(str(attachment.url))] if attachment else [])])


def _odd_ones(alike: Mapping[K, list[Post]]) -> list[tuple[K, list[Post]]]:
    """What most networks have, and what the others have instead; nothing if each has its own, as intended."""
    if len(alike) < 2 or len(alike) == sum(map(len, alike.values())) > 2:  # noqa: PLR2004 - one of two may be forgotten
        return []
    return sorted(alike.items(), key=lambda each: -len(each[1]))


def differing_links(groups: Groups, wrong_hosts: frozenset[str]) -> Iterator[Sight]:
    """Entries whose networks link to different pages.

    Networks without a link are passed over, as are links to `wrong_hosts`, which have lines already.
    """
    for occurrence, versions in groups.items():
        by_links: dict[frozenset[str], list[Post]] = {}
        for post in (each.post for each in versions if not each.is_only_moved):
            if links := links_of(post):
                key = next((each for each in by_links if each & links), links)
                by_links.setdefault(key, []).append(post)
        most, *others = _odd_ones(by_links) or [(frozenset(), [])]
        for links, theirs in others:
            ours = {host_of(link) for link in most[0]}
            hosts = {host_of(link) for link in links}
            if (hosts | ours) & wrong_hosts:
                continue
            shown = (min(links), min(most[0])) if hosts & ours else (host_of(min(links)), host_of(min(most[0])))
            detail = f"{networks_of(theirs)} links to {shown[0]}, {networks_of(most[1])} to {shown[1]}"
            yield Sight(LINKS_DIFFER, occurrence, networks_of(theirs), detail)


def differing_pictures(groups: Groups) -> Iterator[Sight]:
    """Entries with an image on some networks and another one, or none, on others.

    An image with the same description counts as another crop.
    """
    for occurrence, versions in groups.items():
        posts = [each.post for each in versions if not each.is_only_moved]
        bare, shown = [post for post in posts if not post.assets], [post for post in posts if post.assets]
        if bare and shown and not any(map(_shows_elsewhere, bare)):
            detail = f"no image or video on {networks_of(bare)}, only on {networks_of(shown)}"
            yield Sight(PICTURES_DIFFER, occurrence, "none", detail)
            continue
        by_picture: dict[tuple[str, ...], list[Post]] = {}
        for post in shown:
            pictures = (getattr(asset.value, "alt_text", None) or asset.value.address for asset in post.assets)
            by_picture.setdefault(tuple(pictures), []).append(post)
        most, *others = _odd_ones(by_picture) or [((), [])]
        for _, theirs in others:
            detail = f"another image or video on {networks_of(theirs)} than on {networks_of(most[1])}"
            yield Sight(PICTURES_DIFFER, occurrence, networks_of(theirs), detail)


def _shows_elsewhere(post: Post) -> bool:
    """Whether its pictures are in its thread, or its link brings one."""
    in_thread = any(part.assets for part in thread_of(post.metadata))
    return in_thread or bool(getattr(post.metadata, "link_attachment", None))


def missing_pictures(groups: Groups, declared: Declared) -> Iterator[Sight]:
    """Occurrences without an image on any network, if there are at least three others and all of those have one."""
    series: dict[tuple[str, ...], dict[Occurrence, bool]] = {}
    for posts in declared.values():
        for occurrence, post in posts:
            has = bool(post.assets) or _shows_elsewhere(post)
            for name in _series_of(occurrence, post):
                found = series.setdefault(name, {})
                found[occurrence] = found.get(occurrence, False) or has
    reported = set()
    for of_series in series.values():
        bare = [occurrence for occurrence, has in of_series.items() if not has]
        if len(bare) == 1 and len(of_series) > _SIBLINGS and bare[0] in groups and bare[0] not in reported:
            reported.add(bare[0])
            detail = f"has no image or video, and the other {len(of_series) - 1} of its series have one"
            yield Sight(PICTURE_MISSING, bare[0], "", detail)


def _series_of(occurrence: Occurrence, post: Post) -> Iterator[tuple[str, ...]]:
    """The series of an occurrence: a repeated entry, entries with numbered keys, or texts that begin alike."""
    file = occurrence.place.file if occurrence.place else ""
    if occurrence.number:
        yield file, "repeat", occurrence.key
        return
    stem = _LAST_NUMBER.sub("", occurrence.key)
    if stem and stem != occurrence.key:
        yield file, "key", stem
    beginning = _BEGINNING.match(post.text)
    if beginning:
        yield file, "text", _NUMBER.sub("#", beginning[1].casefold())


def almost_hosts(groups: Groups) -> Iterator[Sight]:
    """A host in one occurrence that is nearly the host of at least three others in the file. `kind` is that host."""
    hosts: dict[str, dict[str, set[Occurrence]]] = {}
    for occurrence, versions in groups.items():
        for link in (link for each in versions for link in links_of(each.post)):
            file = occurrence.place.file if occurrence.place else ""
            hosts.setdefault(file, {}).setdefault(host_of(link), set()).add(occurrence)
    for by_host in hosts.values():
        often = [host for host, those in by_host.items() if len(those) > 2]  # noqa: PLR2004 - that is often
        for host, those in by_host.items():
            near = next((each for each in often if _is_near(host, each)), None) if len(those) == 1 else None
            if near:
                yield Sight(ALMOST_A_HOST, min(those), host, f"links to {host}, everything else to {near}")


def _is_near(one: str, other: str) -> bool:
    """Whether two names differ by one or two letters: added, left out, replaced or swapped."""
    if one == other or abs(len(one) - len(other)) > 2:  # noqa: PLR2004 - letters
        return False
    if sum((Counter(one) - Counter(other)).values()) > 2:  # noqa: PLR2004 - letters; spares nearly all the comparison
        return False
    edits = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for kind, i1, i2, j1, j2 in edits if kind != "equal") <= 2  # noqa: PLR2004 - letters


def lost_comments(groups: Groups) -> Iterator[Sight]:
    """First comments of new posts, since Buffer was seen to lose them at creation."""
    lost = "Buffer was seen to drop first comments on Instagram; apply reports a lost one"
    for occurrence, versions in groups.items():
        for _, post, _, changed in versions:
            if isinstance(post.metadata, InstagramMetadata) and post.metadata.first_comment and changed is None:
                yield Sight(COMMENT_LOST, occurrence, lost, lost, is_for_all=True)
                break
