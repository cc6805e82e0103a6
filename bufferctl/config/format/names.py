"""Names: finding the one that was probably meant, listing several, and making keys."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from difflib import get_close_matches
from itertools import count
from textwrap import shorten

from bufferctl.config.format.models import FILES
from bufferctl.model import NETWORKS, Service
from bufferctl.model.about import fields_below, named
from bufferctl.model.plain_text import LINK

#: Fields with text for people, in which ` #` is more likely a hashtag than a comment.
PROSE = named(FILES, lambda about: about.prose)
#: How to write a text so that YAML does not interpret it.
BLOCK_FORM = "write `{name}: |` and the text on the lines below, two spaces further in"

_VALUES = (
    *((service.value, network.called) for service, network in NETWORKS.items()),
    ("addToQueue", "queue queued add add_to_queue next_slot auto"),
    ("shareNext", "next share_next first top"),
    ("shareNow", "now share_now immediately publish"),
    ("customScheduled", "custom schedule scheduled custom_scheduled at time fixed"),
    ("notification", "notify reminder remind manual"),
    ("automatic", "auto automatically direct"),
    ("story", "stories insta_story instagram_story"),
    ("reel", "reels"),
    ("short", "shorts"),
    ("carousel", "carousels album slideshow"),
    ("post", "feed feed_post photo"),
    ("off", "no false none never disabled disable ignore"),
    ("warning", "warn info notice"),
    ("error", "yes true on strict fail always enabled"),
)


def _table(rows: Iterable[tuple[str, str]]) -> dict[str, dict[str, None]]:
    """What each name may mean, the likeliest first."""
    table: dict[str, dict[str, None]] = {}
    for proper, names in rows:
        for name in names.split():
            table.setdefault(name, {})[proper] = None
    return table


#: In reading order: where two fields are called the same, the first one is more likely.
_FIELDS = [(name, each) for name, _, stated in fields_below(*FILES) for each in stated]
_FIELDS.sort(key=lambda item: item[1].order or sys.maxsize)
_FIELD_NAMES = _table((name, each.called) for name, each in _FIELDS)
#: Fields, and what people call them.
FIELD_NAMES = frozenset(_FIELD_NAMES) | {name for name, *_ in fields_below(*FILES)}
_VALUE_NAMES = _table(_VALUES)


def meanings(name: str) -> tuple[str, ...]:
    """The fields that people call by this name, the likeliest first."""
    return tuple(_FIELD_NAMES.get(name.casefold(), ()))


def nearest_field(name: str, allowed: Iterable[str]) -> str | None:
    return _nearest(re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name[:100]).replace("-", "_"), allowed, _FIELD_NAMES)


def nearest_value(name: str, allowed: Iterable[str]) -> str | None:
    return _nearest(name[:100], allowed, _VALUE_NAMES)


#: What may stand behind the name of a network.
_OF_A_NETWORK = r" *(?:\(.*\)|company page|business profile|page|profile|feed|post|account)$"


def service_called(name: str) -> Service | None:
    """The network with exactly that name, in Buffer or in people's words; None if there is none."""
    plain = re.sub(_OF_A_NETWORK, "", name.strip().casefold())
    shown = {network.label.casefold(): service for service, network in NETWORKS.items()}
    if plain in shown:
        return shown[plain]
    wanted = plain.replace(" ", "_")
    called = [Service(each) for each in _VALUE_NAMES.get(wanted, ()) if each in set(Service)]
    return called[0] if called else next((each for each in Service if each.value.casefold() == plain), None)


def services_in(text: str) -> list[str]:
    """The channels that a text lists by their networks' names; empty if one is not a network."""
    found = []
    for word in re.split(r"\s*[,;&+\s]\s*(?:and\s+)?", text.strip().strip("()")):
        service, colon, name = word.partition(":")
        if (proper := nearest_value(service, set(Service))) is None:
            return []
        found.append(f"{proper}{colon}{name}")
    return found


def _nearest(name: str, allowed: Iterable[str], table: dict[str, dict[str, None]]) -> str | None:
    names = {each.casefold(): each for each in allowed}
    wanted = name.casefold().strip().replace(" ", "_")
    if wanted in names:
        return names[wanted]
    for proper in table.get(wanted, ()):
        if proper.casefold() in names:
            return names[proper.casefold()]
    close = get_close_matches(wanted, names, n=1, cutoff=0.7)
    return names[close[0]] if close else None


def listed(names: Iterable[str]) -> str:
    """Names for a message, each marked as one, at most twelve."""
    names = list(names)
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"{shown}, …" if len(names) > 12 else shown  # noqa: PLR2004 - what a line holds


def either(names: Iterable[str]) -> str:
    """Names to choose from: `a`, `b` or `c`."""
    *others, last = (f"`{name}`" for name in names)
    return f"{', '.join(others)} or {last}" if others else last


#: Characters of the words in a key, and of a whole key (design: The files).
WORDS, LONGEST = 40, 64
_WORD = re.compile(r"[a-z0-9]+")
_LAST_HASHTAGS = re.compile(r"(?:\s+#\w+)+\s*$", re.MULTILINE)
#: Letters that Unicode does not decompose into a plain letter and a mark.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
    | {"'": "", "\N{RIGHT SINGLE QUOTATION MARK}": ""}
)


def key_for(day: date | None, text: str, taken: Collection[str], fallback: str = "post") -> str:
    """A key that is not `taken`.

    Words with letters that a key cannot have are skipped; if no words are left, `fallback`.
    """
    parts = [day.isoformat()] if day else []
    base = "-".join([*parts, _words(text) or fallback])[:LONGEST].rstrip("-")
    if base not in taken:
        return base
    numbered = (f"{base[: LONGEST - len(str(number)) - 1]}-{number}" for number in count(2))
    return next(key for key in numbered if key not in taken)


def _words(text: str) -> str:
    apart = unicodedata.normalize("NFKD", _LAST_HASHTAGS.sub(" ", LINK.sub(" ", text))).casefold().translate(_LETTERS)
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    words = _WORD.findall(plain)
    return (shorten(" ".join(words), WORDS, placeholder="") or "".join(words[:1])[:WORDS]).replace(" ", "-")
