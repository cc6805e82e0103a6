"""Worth a look: words that were probably not meant to be published, or not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bufferctl.checks.look_at_networks import links_of, networks_of
from bufferctl.checks.phrasing import has_placeholder
from bufferctl.checks.sights import Declared, Groups, Sight, SightedPost, look_rule, texts_of
from bufferctl.checks.team_rules import forbidden_in
from bufferctl.model import Post, Service
from bufferctl.model.entries import Occurrence
from bufferctl.model.plain_text import host_of, normal_host, within, without_parameters

PLACEHOLDER = look_rule(
    "placeholder",
    "a text has a placeholder for words that are still missing: TBD, TO-DO, `[add …]`, `{name}`",
    "readers would see it as it is written",
    "write what belongs there",
)
OTHER_NETWORK = look_rule(
    "other-network",
    "a text speaks to the readers of another network: `Hey LinkedIn`, `RT`, `link in bio`",
    "it was probably written only for that network",
    "give this network a text of its own under `overrides`",
)
NEARLY_SAME = look_rule(
    "nearly-same-text",
    "a text differs from another one of its channel, within four weeks, only in case and punctuation",
    "networks hide repetitions, and readers notice them",
    "change one of the texts; if it is intended, write `repeat_of:` and the key of the other one",
)
WATCHED = look_rule(
    "watched",
    "a text has a word, names an account or links to a site that `watch` under `policy` lists",
    "your team wants to look at it before it goes out",
    "change the text, or merge it as it is",
)
HASHTAG = look_rule(
    "hashtag-swapped",
    "a hashtag differs by two swapped letters from one that several other posts have",
    "it is probably a typing mistake, and nobody finds the post by it",
    "correct the hashtag",
)

#: What few people write on purpose, each pattern with signs of which its matches contain one: a search for these takes
#: a tenth of the time. `the to-do scanner` and `{branch}` in a line of code are written on purpose.
_PLACEHOLDERS = (
    (
        re.compile(
            r"\b(?:TB[CDA]|X{3,}|FIX-?ME|PLACEHOLDER|LOREM)\b|\bXX:XX\b"
            r"|(?<!\bthe )(?<!\ba )(?<!\bour )(?<!\byour )(?<!\bmy )(?<!['\"\u201c\u2018#`])\bTO-?DO\b"
            r"(?!\s+(?:list|app|comment))"
            r"|\[(?i:add|replace|fill|check|quote|image|photo|picture|here|tk|bild|hier|einf\u00fcgen)\b[^\[\]\n]{0,60}\](?!\()"
            r"|<(?i:insert|add|your|enter)\b[^<>\n]{0,60}>"
            r"|<(?i:link|url|name|date|time|hashtag)>"
            r"|(?:(?<=^)|(?<=[\s(@/#]))\{[A-Za-z][A-Za-z _-]{0,30}\}"
        ),
        ("[", "{", "<", "TB", "TO", "XX", "FIX", "PLACEHOLDER", "LOREM"),
    ),
    (
        re.compile(r"(?i:placeholder text|insert (?:link|name|date) here)"),
        (" here", " Here", " HERE", "laceholder", "LACEHOLDER"),
    ),
)
#: Signs of code, in which braces and angle brackets are what they are.
_CODE = re.compile(r"`[^`\n]*`|\$\{[^}\n]*\}")

#: Names of networks by which their readers are spoken to.
_SPOKEN = {
    "Twitter": Service.TWITTER,
    "X": Service.TWITTER,
    "LinkedIn": Service.LINKEDIN,
    "Facebook": Service.FACEBOOK,
    "Instagram": Service.INSTAGRAM,
    "Insta": Service.INSTAGRAM,
    "Threads": Service.THREADS,
    "Bluesky": Service.BLUESKY,
    "Mastodon": Service.MASTODON,
    "TikTok": Service.TIKTOK,
    "YouTube": Service.YOUTUBE,
    "Pinterest": Service.PINTEREST,
}
_ANY = "|".join(_SPOKEN)
_SPEAKS = re.compile(
    r"\b(?i:hey|hi|hello|hallo|moin|dear|liebes|good (?:morning|evening)|guten (?:morgen|abend)),?\s+"
    rf"(?P<hello>{_ANY})(?![\w'\u2019-])"
    rf"|\b(?i:here on|hier auf)\s+(?P<here>{_ANY})(?![\w'\u2019-])"
    rf"|^(?!X,)(?P<first>{_ANY}),\s"
    rf"|\b(?!X )(?P<readers>{_ANY})\s"
    r"(?:friends|fam|family|community|folks|people|followers|crowd|network|Freunde|Gemeinde)(?=\s*[,!:])"
)
#: What is done on some networks only, a part of each word that names it, and those networks.
_DONE = (
    (
        re.compile(r"(?:^|(?<=\s))(?:RT @\w|RT if\b|Pl(?:s|ease) RT\b)|(?i:\bretweet\b|\bthis tweet\b)"),
        ("RT", "tweet", "Tweet"),
        {Service.TWITTER},
    ),
    (
        re.compile(r"\b(?:boosts? (?:welcome|appreciated)|please boost)\b", re.IGNORECASE),
        ("oost",),
        {Service.MASTODON},
    ),
    (
        re.compile(r"\b(?:link in (?:our |the |my )?bio|link in der bio|double[- ]tap|swipe up)\b", re.IGNORECASE),
        ("bio", "Bio", "tap", "wipe"),
        {Service.INSTAGRAM, Service.TIKTOK, Service.THREADS},
    ),
)
#: How many other occurrences have a hashtag that is frequent.
_FREQUENT = 3
_HASHTAG = re.compile(r"#(?<![\w&/]#)([^\W\d_]\w{3,})")  # the sign first, which is found fast
_WEEKS = timedelta(weeks=4)
#: A shorter text has too few letters to be recognized.
_LETTERS = 16
_NO_LETTERS = re.compile(r"[\W_]+")


def placeholders(groups: Groups) -> Iterator[Sight]:
    """The first placeholder of each occurrence, unless a rule for the files already finds one in that text."""
    for occurrence, versions in groups.items():
        for text in dict.fromkeys(text for each in versions for text in texts_of(each.post)):
            found = _placeholder(text)
            if found and not has_placeholder(text):
                yield Sight(PLACEHOLDER, occurrence, found, f"its text says “{found}”")
                break


def _placeholder(text: str) -> str:
    plain = _CODE.sub("", text) if "`" in text or "${" in text else text
    for pattern, signs in _PLACEHOLDERS:
        match = pattern.search(plain) if any(sign in plain for sign in signs) else None
        if match:
            return match[0]
    return ""


def other_networks(groups: Groups) -> Iterator[Sight]:
    for occurrence, versions in groups.items():
        spoken: dict[str, list[Post]] = {}
        for version in versions:
            words = _spoken_to(version)
            if words:
                spoken.setdefault(words, []).append(version.post)
        for words, posts in spoken.items():
            yield Sight(OTHER_NETWORK, occurrence, words, f"its text says “{words}” on {networks_of(posts)}")


def _spoken_to(version: SightedPost) -> str:
    """The words by which a text speaks to the readers of another network, empty if it does not."""
    service = version.post.service
    for text in texts_of(version.post):
        if any(name in text for name in _SPOKEN):
            for match in _SPEAKS.finditer(text):
                if _SPOKEN[match[match.lastgroup or 0]] is not service:
                    return match[0].strip(" ,")
        for pattern, words, services in _DONE:
            may_be = service not in services and any(word in text for word in words)
            done = pattern.search(text) if may_be else None
            if done:
                return done[0]
    return ""


def nearly_same(groups: Groups, declared: Declared) -> Iterator[Sight]:
    """Texts that differ only in case, spaces or punctuation; each is looked up by its letters, not in pairs."""
    reported = set()
    for posts in declared.values():
        alike: dict[str, list[tuple[datetime, Occurrence, Post]]] = {}
        for occurrence, post in posts:
            letters = _NO_LETTERS.sub("", without_parameters(post.text)).casefold()
            if post.due_at and len(letters) >= _LETTERS:
                alike.setdefault(letters, []).append((post.due_at, occurrence, post))
        for same in alike.values():
            timed = sorted(same, key=lambda each: each[0]) if len(same) > 1 else []
            for (at, one, post), (other_at, other, again) in pairwise(timed):
                is_meant = post.repeat_of or again.repeat_of or one.place == other.place
                is_the_same = post.text.strip() == again.text.strip()  # a rule of the files
                is_new = (one in groups or other in groups) and (one, other) not in reported
                if other_at - at <= _WEEKS and is_new and not is_meant and not is_the_same:
                    reported.add((one, other))
                    seen, earlier = (other, one) if other in groups else (one, other)
                    days = round((other_at - at) / timedelta(days=1))
                    side = "before" if seen == other else "after"
                    apart = f"{days} day{'s' * (days != 1)} {side}" if days else "that day"
                    yield Sight(NEARLY_SAME, seen, "", f"nearly the same text as `{earlier.name}`, {apart}")


def watched(groups: Groups, watch: Sequence[str]) -> Iterator[Sight]:
    """`watch`: words; accounts, which begin with `@`; and sites, which have a dot and no space."""
    if not watch:
        return
    sites = {normal_host(each): each for each in watch if _is_site(each)}
    handles = tuple(each for each in watch if each.startswith("@"))
    words = tuple(each for each in watch if not each.startswith("@") and not _is_site(each))
    for occurrence, versions in groups.items():
        found: dict[str, None] = {}
        for version in versions:
            texts = texts_of(version.post)
            hosts = {host_of(link) for link in links_of(version.post)}
            found |= dict.fromkeys(named for site, named in sites.items() if any(within(host, site) for host in hosts))
            found |= dict.fromkeys(each for each in handles if any(_has_handle(text, each) for text in texts))
            found |= dict.fromkeys(word for text in texts for word in forbidden_in(text, words)) if words else {}
        for each in found:
            yield Sight(WATCHED, occurrence, each.casefold(), f"names {each}, which `watch` lists")


def _is_site(each: str) -> bool:
    return "." in each.strip(".") and " " not in each and not each.startswith("@")


def _has_handle(text: str, handle: str) -> bool:
    return re.search(rf"(?<![\w@]){re.escape(handle)}(?![\w-])", text, re.IGNORECASE) is not None


def swapped_hashtags(groups: Groups, declared: Declared) -> Iterator[Sight]:
    """A hashtag of a single occurrence that at least three others have with two letters swapped."""
    having: dict[str, set[Occurrence]] = {}
    written: dict[str, str] = {}
    for posts in declared.values():
        for occurrence, post in posts:
            for tag in (tag for text in texts_of(post) for tag in _HASHTAG.findall(text)):
                having.setdefault(tag.casefold(), set()).add(occurrence)
                written.setdefault(tag.casefold(), tag)
    for tag, those in having.items():
        (first, *more) = those
        if more or first not in groups:
            continue
        swaps = (tag[:at] + tag[at + 1] + tag[at] + tag[at + 2 :] for at in range(len(tag) - 1))
        right = next((each for each in swaps if each != tag and len(having.get(each, ())) >= _FREQUENT), "")
        if right:
            yield Sight(HASHTAG, first, tag, f"says #{written[tag]}, everything else #{written[right]}")
