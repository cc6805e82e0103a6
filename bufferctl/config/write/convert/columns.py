"""What the columns of a content calendar are, by the names that people and programs give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum


class Role(StrEnum):
    """What a column holds; the value is a usual name for it."""

    DATE = "Date"  # with or without a time
    TIME = "Time"
    SLOT = "Posting Time"  # Buffer's: a date with a time, and empty for the queue
    CHANNELS = "Channels"
    LABELS = "Labels"  # channels and tags together
    TEXT = "Text"
    HASHTAGS = "Hashtags"
    LINK = "Link"
    IMAGE = "Image"
    ALT = "Alt"
    STATUS = "Status"
    TITLE = "Title"
    TAGS = "Tags"
    CAMPAIGN = "Campaign"
    COMMENT = "First comment"
    FORMAT = "Format"  # a story, a reel
    BOARD = "Board Name"
    ARCHIVED = "Archived"


#: Names of each in English, German and French, in lower case and without the `s` of a plural, the likeliest first.
_NAMES = {
    Role.SLOT: "posting time",
    Role.DATE: """publish date, publishing date, publication date, post date, posting date, scheduled date,
        schedule date, go live date, live date, date, due date, due, day, scheduled for, scheduled at, schedule,
        publish at, publish on, publish, go live, when, date and time, date time, datetime, date/time, datum,
        date de publication, jour""",
    Role.TIME: """publish time, publishing time, post time, scheduled time, schedule time, time, hour, uhrzeit, zeit,
        heure""",
    Role.CHANNELS: """channel, network, platform, social channel, social network, social platform, social media channel,
        social media platform, social media, account, profile, where, service, kanal, kanäle, netzwerk, netzwerke,
        plattform, plattformen, réseau, réseaux, canal, canaux, plateforme""",
    Role.TEXT: """text, copy, caption, post copy, post text, post caption, social copy, caption/copy, copy/caption,
        message, post content, content, body, post, tweet, card description, description, beitrag, texte, légende""",
    Role.TITLE: "title, headline, post title, name, card name, post name, topic, subject, titel, titre",
    Role.HASHTAGS: "hashtag",
    Role.LINK: "link, url, link url, destination url, landing page, link to include, lien",
    Role.IMAGE: """image url, image, media, asset, visual, picture, photo, creative, graphic, file & media,
        files & media, file and media, files and media, attachment, file, image/video, bild, bilder, foto, grafik,
        medien, visuel""",
    Role.ALT: "alt text, alt, image alt text, alternative text, image description, alttext, texte alternatif",
    Role.STATUS: "status, state, stage, approval status, post status, list name, statut",
    Role.LABELS: "label",
    Role.TAGS: "tag",
    Role.CAMPAIGN: "campaign, campaign name, kampagne, campagne",
    Role.COMMENT: "first comment, 1st comment",
    Role.FORMAT: "format, post format, post type, placement",
    Role.BOARD: "board name, board, pinterest board",
    Role.ARCHIVED: "archived",
}
_PRIORITY = [(role, name.strip()) for role, names in _NAMES.items() for name in names.split(",")]
#: `Picture URL`, `Photo link`, `Bilddatei`: a word for images, and how the column names one.
_IMAGE = re.compile(
    r"(?:image|media|asset|visual|picture|photo|creative|graphic|attachment|bild|foto|grafik|file)"
    r"[ -]?(?:url|link|path|file|file ?name|name|datei|asset)"
)


#: What stands in brackets behind a name: a zone, a unit, a limit.
_ASIDE = re.compile(r"\s*\(([^()]*)\)\s*$")


def aside_of(name: str) -> str:
    """What stands in brackets behind the name of a column."""
    found = _ASIDE.search(name.replace("(s)", ""))
    return found[1].strip() if found else ""


def _plain(name: str) -> str:
    """A name in lower case, with plain spaces, without what stands in brackets behind it, and the sign of a plural."""
    spaced = " ".join(
        re.sub(r"[_\s-]+", " ", _ASIDE.sub("", name.replace("(s)", "").replace(" / ", "/"))).casefold().split()
    )
    return spaced if spaced.endswith(("ss", "status")) else spaced.removesuffix("s")


def roles_of(names: Sequence[str]) -> tuple[Role | None, ...]:
    """What each column is; None for one that is not read. Where two could have a role, the likelier one has it.

    A board is Pinterest's, unless the table is a board of cards itself.
    """
    plain = [_plain(name) for name in names]
    found: dict[Role, int] = {}
    for role, name in _PRIORITY:
        is_of_cards = role is Role.BOARD and "board id" in plain
        if name in plain and role not in found and not is_of_cards:
            found[role] = plain.index(name)
    if Role.IMAGE not in found and (named := [name for name in plain if _IMAGE.fullmatch(name)]):
        found[Role.IMAGE] = plain.index(named[0])
    if Role.TEXT not in found and Role.TITLE in found:
        found[Role.TEXT] = found.pop(Role.TITLE)
    by_column = {index: role for role, index in found.items()}
    return tuple(by_column.get(index) for index in range(len(names)))
