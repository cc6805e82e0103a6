"""Names: finding the one that was probably meant, listing several, and making keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date
from difflib import get_close_matches
from itertools import count

from bufferctl.model.networks import NETWORKS

#: Fields with text for people, in which ` #` is more likely a hashtag than a comment.
PROSE = frozenset(
    {"text", "title", "first_comment", "alt_text", "alt", "spoiler_text", "topic", "comment", "description", "terms"}
    | {"localized_name", "location_name", "content", "music", "other", "products", "topics", "cta"}
)
#: How to write a text so that YAML does not interpret it.
BLOCK_FORM = "write `{name}: |` and the text on the lines below, two spaces further in"

_FIELDS = (
    ("due_at", "time date when at schedule scheduled scheduled_at publish_at published_at datetime due date_time day"),
    ("assets", "image images photo photos picture pictures media video videos attachment attachments asset files"),
    ("text", "content body message caption copy post status tweet"),
    ("text_file", "file textfile text_path path include"),
    ("tags", "hashtags hashtag labels label tag tag_ids"),
    ("channels", "channel networks network accounts profiles platforms platform service services channel_ids"),
    ("service", "network platform type channel social"),
    ("services", "networks platforms channels service"),
    ("name", "handle username account user profile label title"),
    ("key", "id name slug ref"),
    ("alt_text", "alt description caption"),
    ("alt", "alt_text description caption"),
    ("url", "src source link href uri path file"),
    ("image", "photo picture img gif"),
    ("document", "pdf file slides"),
    ("draft", "save_to_draft is_draft"),
    ("needs_approval", "approval approve approve_first"),
    ("timezone", "tz time_zone zone"),
    ("first_comment", "comment firstcomment"),
    ("spoiler_text", "cw content_warning warning spoiler"),
    ("title", "headline subject name heading"),
    ("idea", "idea_id"),
    ("board", "board_name board_id"),
    ("category_id", "category"),
    ("was", "renamed_from old_key formerly previously"),
    ("existing", "buffer_id post_id live_id import_id existing_id"),
    ("cancelled", "canceled cancel delete deleted skip disabled"),
    ("protect", "protected lock locked keep prevent_destroy"),
    ("repeat_of", "duplicate_of copy_of repeats_of"),
    ("overrides", "override per_channel variants customize"),
    ("metadata", "options meta settings extra network"),
    ("organizations", "organization organisations orgs org accounts"),
    ("organization", "organizations organisation org"),
    ("include", "includes files import imports posts_dir"),
    ("posts", "post queue items"),
    ("ideas", "idea"),
    ("should_share_to_feed", "share_to_feed feed"),
    ("details_whats_new", "whats_new"),
    ("details_event", "event"),
    ("details_offer", "offer"),
    ("scheduling_type", "publish_type notification automatic"),
    ("mode", "share_mode when queue"),
    ("managed_since", "since managed_from managed started_at start_date begin"),
    ("max_deletes", "max_delete delete_limit"),
    ("link_shorteners", "shorteners shortener link_shortener url_shorteners short_domains"),
    ("thread", "threads tweets"),
    ("repeat", "repeats recurrence recurring every"),
    ("times", "count number occurrences"),
    ("every", "interval frequency period"),
    ("each", "exceptions occurrences"),
    ("vars", "variables"),
    ("starts", "start start_on starts_on"),
    ("link_attachment", "link preview link_preview"),
    ("freeze", "freezes blackout blackouts embargo embargoes silence"),
    ("from", "start begin starts since"),
    ("to", "end until till ends"),
    ("reason", "why note description comment"),
    ("link_domains", "domains link_domain allowed_domains allowed_link_domains links allowed_links"),
    ("domains", "domain sites site hosts urls"),
    ("parameters", "params parameter query utm required"),
    ("forbidden_words", "banned_words blocked_words forbidden words banned forbidden_word blocklist"),
    ("posts_per_day", "per_day max_per_day daily_limit max_posts_per_day posts_a_day limit"),
    ("minimum_lead", "min_lead lead lead_time minimum_lead_time notice"),
    ("required_tags", "require_tags needed_tags required_tag tags mandatory_tags"),
)
_VALUES = (
    *((service.value, network.called) for service, network in NETWORKS.items()),
    ("addToQueue", "queue queued add add_to_queue next_slot auto"),
    ("shareNext", "next share_next first top"),
    ("shareNow", "now share_now immediately publish"),
    ("customScheduled", "custom schedule scheduled custom_scheduled at time fixed"),
    ("notification", "notify reminder remind manual"),
    ("automatic", "auto automatically direct"),
    ("off", "no false none never disabled disable ignore"),
    ("warning", "warn info notice"),
    ("error", "yes true on strict fail always enabled"),
)


def _table(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    table: dict[str, list[str]] = {}
    for proper, names in rows:
        for name in names.split():
            table.setdefault(name, []).append(proper)
    return table


_FIELD_NAMES = _table(_FIELDS)
#: Fields, and what people call them.
FIELD_NAMES = frozenset(_FIELD_NAMES) | {proper for proper, _ in _FIELDS}
_VALUE_NAMES = _table(_VALUES)


def meanings(name: str) -> tuple[str, ...]:
    """The fields that people call by this name, the likeliest first."""
    return tuple(_FIELD_NAMES.get(name.casefold(), ()))


def nearest_field(name: str, allowed: Iterable[str]) -> str | None:
    """The field that `name` probably means."""
    return _nearest(re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name[:100]).replace("-", "_"), allowed, _FIELD_NAMES)


def nearest_value(name: str, allowed: Iterable[str]) -> str | None:
    """The value that `name` probably means."""
    return _nearest(name[:100], allowed, _VALUE_NAMES)


def _nearest(name: str, allowed: Iterable[str], table: dict[str, list[str]]) -> str | None:
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
_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"[a-z0-9]+")
#: Letters that Unicode does not decompose into a plain letter and a mark.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
    | {"'": "", "\N{RIGHT SINGLE QUOTATION MARK}": ""}
)


def key_for(day: date | None, text: str, taken: Collection[str], fallback: str = "post") -> str:
    """A key that is not `taken`. Words with letters that a key cannot have are skipped; without words, `fallback`."""
    parts = [day.isoformat()] if day else []
    base = "-".join([*parts, _words(text) or fallback])[:LONGEST].rstrip("-")
    if base not in taken:
        return base
    numbered = (f"{base[: LONGEST - len(str(number)) - 1]}-{number}" for number in count(2))
    return next(key for key in numbered if key not in taken)


def _words(text: str) -> str:
    apart = unicodedata.normalize("NFKD", _LINK.sub(" ", text)).casefold().translate(_LETTERS)
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    found = ""
    for word in _WORD.findall(plain):
        if not found:
            found = word[:WORDS]
            continue
        if len(found) + len(word) + 1 > WORDS:
            break
        found += f"-{word}"
    return found
