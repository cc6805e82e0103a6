"""The projects in these lives: entries that stay distinguishable, written as files.

Every entry has its own word, in its text or in the URL of its image, and no edit removes it: by this word the oracle
recognizes an object anywhere. An entry with `repeat_of` has the word of the entry that it repeats.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ruamel.yaml import YAML

from tests.lives.account import TAGS, Channel
from tests.lives.world import Checkout

IDEAS = "ideas"
TWITTER = Channel("c1" * 12, "twitter", "acme")
LINKEDIN = Channel("c2" * 12, "linkedin", "acme-inc")
SHORTENING = Channel("c2" * 12, "linkedin", "acme-inc", shortens=True)
_WORD = re.compile(r"\bxq[a-z]+\d+\b")
_TEXT = """
autumn bread candle daily evening forest garden harbour island jungle kettle lantern market night ocean paper quarry
river summer table under valley window yellow apple bridge castle desert engine flower glacier honey iron journey
kingdom ladder mountain needle orchard pillow quiet rocket silver tower umbrella velvet winter
"""
VOCABULARY = _TEXT.split()


def sentence(rng: random.Random, word: str) -> str:
    """A unique text with the word in it."""
    words = rng.sample(VOCABULARY, 7)
    return " ".join([*words[:4], word, *words[4:]])


def words_in(text: str) -> set[str]:
    """The words that identify entries."""
    return set(_WORD.findall(text))


@dataclass(frozen=True)
class Series:
    """A repeated entry alone in its file, whose `starts` is `start`'s day. The number is the end of its word.

    `texts`, `times` and `cancelled` are what differs, by number.
    """

    key: str
    word: str
    text: str
    channels: tuple[str, ...]
    start: datetime
    days: int
    number: int
    file: str
    texts: tuple[tuple[int, str], ...] = ()
    times: tuple[tuple[int, datetime], ...] = ()
    cancelled: tuple[int, ...] = ()
    was: str = ""

    def entries(self) -> list[Entry]:
        """Its occurrences, each of which is an entry of the plan."""
        found: list[Entry] = []
        for number in range(1, self.number + 1):
            text = dict(self.texts).get(number, self.text).replace("$(number)", str(number))
            due = dict(self.times).get(number, self.start + timedelta(days=self.days * (number - 1)))
            for channel in self.channels:
                made = Entry(channel, f"{self.key}-{number}", f"{self.word}000{number}", text, due, file=self.file)
                found.append(replace(made, cancelled=number in self.cancelled, series=self))
        return found

    def form(self) -> dict[str, object]:
        """Its file."""
        each: dict[int, dict[str, object]] = {}
        for number, text in self.texts:
            each.setdefault(number, {})["text"] = text
        for number, due in self.times:
            each.setdefault(number, {})["due_at"] = due.strftime("%Y-%m-%d %H:%M")
        for number in self.cancelled:
            each.setdefault(number, {})["cancelled"] = True
        repeat = {
            "every": f"{self.days} days",
            "times": self.number,
            "each": {str(at): each[at] for at in sorted(each)},
        }
        post: dict[str, object] = {"key": self.key, "channels": list(self.channels), "text": self.text}
        post |= {"due_at": f"start+0d {self.start:%H:%M}", "repeat": repeat}
        post |= {"was": self.was} if self.was else {}
        return {"starts": f"{self.start:%Y-%m-%d}", "posts": [post]}


@dataclass(frozen=True)
class Entry:
    """A post on one channel (its service), or an idea (`IDEAS`; its title is the word)."""

    channel: str
    key: str
    word: str
    text: str
    due: datetime | None = None
    mode: str = ""
    draft: bool = False
    tags: tuple[str, ...] = ()
    picture: bool = False
    was: str = ""
    repeat_of: str = ""
    cancelled: bool = False
    file: str = "one"
    existing: str = ""
    series: Series | None = None

    @property
    def at(self) -> tuple[str, str]:
        """Its place in the files."""
        return self.channel, self.key

    @property
    def address(self) -> str:
        """Its address in bufferctl."""
        named = {"twitter": "twitter:acme", "linkedin": "linkedin:acme-inc"}
        return f"Acme/{named.get(self.channel, self.channel)}/{self.key}"

    @property
    def image(self) -> str:
        """The URL of its image."""
        return f"https://pictures.example/{self.word}.png"

    @property
    def says(self) -> str:
        """What a post of it says, as `Post.says`."""
        return " ".join([self.text, *([self.image] if self.picture else [])])

    def form(self) -> dict[str, object]:
        """Its form in the file."""
        if self.channel == IDEAS:
            return {"key": self.key, "title": self.word, "text": self.text}
        form: dict[str, object] = {"key": self.key, "channels": [self.channel]}
        form |= {"text": self.text} if self.text else {}
        form |= {"due_at": self.due.strftime("%Y-%m-%d %H:%M")} if self.due else {}
        form |= {"assets": [{"image": {"url": self.image, "alt_text": "A picture"}}]} if self.picture else {}
        named = {"mode": self.mode, "tags": list(self.tags), "was": self.was}
        named |= {"repeat_of": self.repeat_of, "existing": self.existing}
        flags = {"draft": self.draft, "cancelled": self.cancelled}
        return form | {name: value for name, value in (named | flags).items() if value}


@dataclass
class Project:
    """Files and their checkout. `copies`: numbers of saved states; `whole`: the state was never lost."""

    name: str
    checkout: Checkout
    managed_since: datetime | None = None
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    before: list[dict[tuple[str, str], Entry]] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    whole: bool = True
    #: Whether the state is an older one, and neither its serial nor a journal shows it.
    unknowingly_old: bool = False

    def put(self, entries: Iterable[Entry]) -> None:
        """Set the content of the files."""
        self.before.append(dict(self.entries))
        self.entries = {entry.at: entry for entry in entries}
        self.write()

    def change(self, *new: Entry, gone: Iterable[tuple[str, str]] = ()) -> None:
        """Add entries, replace those with the same keys, and remove others."""
        left = {at: entry for at, entry in self.entries.items() if at not in set(gone)}
        self.put((left | {entry.at: entry for entry in new}).values())

    def write(self) -> None:
        """Write the files into the checkout."""
        posts: dict[str, list[Entry]] = {}
        for entry in self.entries.values():
            if entry.channel != IDEAS and not entry.series:
                posts.setdefault(entry.file, []).append(entry)
        ideas = [entry.form() for entry in self.entries.values() if entry.channel == IDEAS]
        channels = [{"service": each.service, "name": each.name} for each in (TWITTER, LINKEDIN)]
        organization = {"name": "Acme", "tags": TAGS, "channels": channels, **({"ideas": ideas} if ideas else {})}
        since = {"managed_since": self.managed_since.isoformat()} if self.managed_since else {}
        root = {"version": 1, "timezone": "UTC", "max_deletes": 50, **since, "organizations": [organization]}
        files: dict[str, object] = {
            f"posts/{name}.yaml": {"posts": [each.form() for each in found]} for name, found in posts.items()
        }
        files |= {f"posts/{each.series.file}.yaml": each.series.form() for each in self.entries.values() if each.series}
        self.checkout.write(
            {name: json.dumps(said, indent=1) + "\n" for name, said in {"buffer.yaml": root, **files}.items()}
        )

    def due_in_file(self, entry: Entry) -> datetime | None:
        """The time of an entry as `pull` left it in the file."""
        path = self.checkout.folder / f"posts/{entry.file}.yaml"
        posts = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["posts"]
        due = next(str(each["due_at"]) for each in posts if each["key"] == entry.key and "due_at" in each)
        return datetime.fromisoformat(due).replace(tzinfo=UTC)

    def wanted(self) -> list[Entry]:
        """Every entry that is not canceled."""
        return [entry for entry in self.entries.values() if not entry.cancelled]
