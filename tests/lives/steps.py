"""The steps of a life, one function each: it draws its parameters, takes the step, and returns a description.

A step that is not possible (nothing to edit) returns None. People answer questions truthfully: the oracle knows which
post is which. Exceptions in design.md are not drawn, or are listed in judge.py.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.lives.account import PERSON, TOOL, UNSENT, Post, stamp
from tests.lives.endpoint import Fault
from tests.lives.judge import Broken
from tests.lives.projects import IDEAS, Entry, Project, Series, sentence, words_in
from tests.lives.world import SETTLE, copy_folder

if TYPE_CHECKING:
    from tests.lives.life import Life

Step = Callable[["Life", random.Random], str | None]
EDITS: dict[str, tuple[int, Step]] = {}
SERIES: dict[str, tuple[int, Step]] = {}
PEOPLE: dict[str, tuple[int, Step]] = {}
TIME: dict[str, tuple[int, Step]] = {}
LOSSES: dict[str, tuple[int, Step]] = {}
RUNS: dict[str, tuple[int, Step]] = {}
#: Edits that must not lead to a question. Others may declare an existing object a second time.
PLAIN = (
    "add",
    "add",
    "add",
    "edit_text",
    "edit_time",
    "edit_both",
    "edit_tags",
    "remove",
    "rename",
    "cancel",
    "repeat",
)
#: Seconds: a killed process may have a request in flight for so long. Another machine starts later.
ON_ITS_WAY = 5 * SETTLE + 30 + 1


#: Seconds until a write of unknown outcome is carried out, on both sides of settle (30 s) and timeout.
DELAYS = (0, 0, 0, 5, 25, 45, 80, 120, 149)


def named(name: str) -> Step:
    """A step by its name."""
    return next(group[name][1] for group in (EDITS, SERIES, PEOPLE, TIME, LOSSES, RUNS) if name in group)


def step(group: dict[str, tuple[int, Step]], weight: int) -> Callable[[Step], Step]:
    """Register a function as a step of a group."""

    def add(function: Step) -> Step:
        group[function.__name__] = weight, function
        return function

    return add


# Edits of the files


def new_entry(life: Life, rng: random.Random, project: Project) -> Entry:
    """A new entry with its own word and, mostly, its own key."""
    channel = rng.choice(["twitter", "twitter", "twitter", "linkedin", "linkedin", IDEAS])
    word = life.new_word()
    # Two projects use the same keys, like teams that copy a template.
    taken = {entry.key for entry in project.entries.values()} | life.keys_used[project.name]
    key = next(f"k{number}" for number in range(1000) if f"k{number}" not in taken)
    entry = Entry(channel, key, word, sentence(rng, word), file=rng.choice(["one", "two"]))
    if channel == IDEAS:
        return replace(entry, file="one")
    kind = rng.choice(["timed", "timed", "timed", "queue", "queue", "queue", "now", "next", "draft", "link", "picture"])
    due = moment(life, rng)
    match kind:
        case "timed":
            return replace(entry, due=due, tags=tags(rng))
        case "now" | "next":
            return replace(entry, mode={"now": "shareNow", "next": "shareNext"}[kind])
        case "draft":
            return replace(entry, draft=True)
        case "link":
            return replace(entry, text=f"{entry.text} https://acme.example/{word}", due=rng.choice([due, None]))
        case "picture":
            text = rng.choice(["", entry.text])
            return replace(entry, text=text, picture=True, due=rng.choice([due, None]))
    return replace(entry, tags=tags(rng))


def moment(life: Life, rng: random.Random) -> datetime:
    """A time in the next few days."""
    day = life.account.now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=rng.randint(1, 6), hours=rng.randint(6, 20), minutes=rng.randint(0, 59))


def tags(rng: random.Random) -> tuple[str, ...]:
    """Tags of an entry, mostly none."""
    return rng.choice([(), (), ("launch",), ("tips",), ("launch", "tips")])


@step(EDITS, 6)
def add(life: Life, rng: random.Random) -> str:
    """Declare one to three new entries."""
    project = life.project(rng)
    new: list[Entry] = []
    for _ in range(rng.choice([1, 1, 2, 3])):
        entry = new_entry(life, rng, project)
        life.declared(project, entry)
        new.append(entry)
    project.change(*new)
    return f"{project.name}: add " + "; ".join(_say(entry) for entry in new)


def an_entry(life: Life, rng: random.Random, *, posts: bool = True) -> tuple[Project, Entry] | None:
    """An entry in the files that is not canceled."""
    project = life.project(rng)
    found = [each for each in project.wanted() if not each.series and (not posts or each.channel != IDEAS)]
    return (project, rng.choice(found)) if found else None


@step(EDITS, 4)
def edit_text(life: Life, rng: random.Random) -> str | None:
    """Change a few letters of a text, or all of it."""
    if not (found := an_entry(life, rng)) or not found[1].text:
        return None
    project, entry = found
    link = f" https://acme.example/{rng.randint(1, 9)}" if "https://" in entry.text else ""
    text = f"{entry.text}!" if rng.random() < 0.4 else sentence(rng, entry.word) + link
    if entry.word in life.silently:  # with another key and another text it is another post
        life.declared(project, entry)
    project.change(replace(entry, text=text))
    return f"{project.name}: edit text of {_say(replace(entry, text=text))}"


@step(EDITS, 3)
def edit_time(life: Life, rng: random.Random) -> str | None:
    """Move a post to another time, make it timed, or put it into the queue."""
    if not (found := an_entry(life, rng)):
        return None
    project, entry = found
    if entry.mode or entry.draft:
        return None
    new = replace(entry, due=None if entry.due and rng.random() < 0.2 else moment(life, rng))
    project.change(new)
    return f"{project.name}: edit time of {_say(new)}"


@step(EDITS, 1)
def edit_both(life: Life, rng: random.Random) -> str | None:
    """Change text and time at once."""
    if not (found := an_entry(life, rng)) or not found[1].due or not found[1].text:
        return None
    project, entry = found
    new = replace(entry, text=sentence(rng, entry.word), due=moment(life, rng))
    if entry.word in life.silently:
        life.declared(project, entry)
    project.change(new)
    return f"{project.name}: edit text and time of {_say(new)}"


@step(EDITS, 1)
def edit_tags(life: Life, rng: random.Random) -> str | None:
    """Change the tags of a post."""
    if not (found := an_entry(life, rng)):
        return None
    project, entry = found
    new = replace(entry, tags=rng.choice([(), ("launch",), ("tips",)]))
    project.change(new)
    return f"{project.name}: tags of {_say(new)}"


@step(EDITS, 2)
def remove(life: Life, rng: random.Random) -> str | None:
    """Remove an entry from the files."""
    if not (found := an_entry(life, rng, posts=False)):
        return None
    project, entry = found
    if any(entry.key in (other.repeat_of, other.was) for other in project.entries.values()):
        return None
    project.change(gone=[entry.at])
    return f"{project.name}: remove {entry.address}"


@step(EDITS, 2)
def rename(life: Life, rng: random.Random) -> str | None:
    """Give an entry another key, with `was:`."""
    if not (found := an_entry(life, rng, posts=False)):
        return None
    project, entry = found
    if any(entry.key in (other.repeat_of, other.was) for other in project.entries.values()):
        return None
    key = next(f"n{number}" for number in range(1000) if f"n{number}" not in life.keys_used[project.name])
    life.keys_used[project.name].add(key)
    applied = entry.channel == IDEAS or any(entry.word in words_in(each.says) for each in life.made_by(project))
    project.change(replace(entry, key=key, was=entry.key if applied else ""), gone=[entry.at])
    return f"{project.name}: rename {entry.address} to {key}"


def declare_if_edited(life: Life, project: Project, entry: Entry) -> None:
    """With another key and another text than the one that was published, it is another post."""
    out = [post.says for post in life.made_by(project) if post.status == "sent" and entry.word in words_in(post.says)]
    if out and entry.says not in out:
        life.declared(project, entry)


@step(EDITS, 1)
def rename_silently(life: Life, rng: random.Random) -> str | None:
    """Give an entry another key without `was:`; sometimes a new entry takes the old key."""
    if not (found := an_entry(life, rng)) or found[1].repeat_of:
        return None
    project, entry = found
    if any(entry.key in (other.repeat_of, other.was) for other in project.entries.values()):
        return None
    key = next(f"n{number}" for number in range(1000) if f"n{number}" not in life.keys_used[project.name])
    life.keys_used[project.name].add(key)
    declare_if_edited(life, project, entry)
    new = [replace(entry, key=key, was="")]
    if rng.random() < 0.5:
        heir = replace(new_entry(life, rng, project), channel=entry.channel, key=entry.key, was="")
        life.declared(project, heir)
        new.append(heir)
    life.silently.add(entry.word)
    life.former[entry.channel, entry.word] = "" if new[1:] else entry.key  # the old key may be taken
    project.change(*new, gone=[entry.at])
    return f"{project.name}: {entry.address} is {key} now, without was" + ("; " + _say(new[1]) if new[1:] else "")


@step(EDITS, 1)
def swap(life: Life, rng: random.Random) -> str | None:
    """Swap the keys of two entries of a channel."""
    if not (found := an_entry(life, rng)):
        return None
    project, entry = found
    others = [each for each in project.wanted() if each.channel == entry.channel and each.key != entry.key]
    others = [each for each in others if not each.series]
    other = rng.choice(others) if others else None
    if other is None or any(each.repeat_of or each.was for each in project.entries.values()):
        return None
    life.silently |= {entry.word, other.word}
    project.change(replace(entry, key=other.key), replace(other, key=entry.key))
    return f"{project.name}: {entry.address} and {other.address} swap what they say"


@step(EDITS, 1)
def move(life: Life, rng: random.Random) -> str | None:
    """Declare a post for the other channel instead."""
    if not (found := an_entry(life, rng)) or found[1].repeat_of:
        return None
    project, entry = found
    if any(entry.key in (other.repeat_of, other.was) for other in project.entries.values()):
        return None
    there = replace(entry, channel="linkedin" if entry.channel == "twitter" else "twitter", was="", existing="")
    life.declared(project, there)
    project.change(there, gone=[entry.at])
    return f"{project.name}: move {entry.address} to {there.channel}"


@step(EDITS, 1)
def cancel(life: Life, rng: random.Random) -> str | None:
    """Cancel a post."""
    if not (found := an_entry(life, rng)):
        return None
    project, entry = found
    project.change(replace(entry, cancelled=True))
    return f"{project.name}: cancel {entry.address}"


@step(EDITS, 2)
def repeat(life: Life, rng: random.Random) -> str | None:
    """Declare the same post once more, with `repeat_of:`."""
    if not (found := an_entry(life, rng)) or found[1].draft:
        return None
    project, entry = found
    original = entry.repeat_of or entry.key
    taken = life.keys_used[project.name]
    key = next(f"r{number}" for number in range(1000) if f"r{number}" not in taken)
    due = entry.due and entry.due + timedelta(days=rng.randint(1, 4), minutes=rng.randint(1, 50))
    new = replace(entry, key=key, repeat_of=original, due=due, was="", existing="")
    life.declared(project, new)
    project.change(new)
    return f"{project.name}: repeat {_say(new)}"


@step(EDITS, 1)
def revert(life: Life, rng: random.Random) -> str | None:
    """Restore the files from before the last change."""
    project = life.project(rng)
    if not project.before:
        return None
    project.put(project.before[-1].values())
    return f"{project.name}: revert the last change of the files"


# Edits of campaigns


def a_series(life: Life, rng: random.Random) -> tuple[Project, Series] | None:
    """A series in the files."""
    project = life.project(rng)
    found = sorted({each.series for each in project.entries.values() if each.series}, key=lambda each: each.key)
    return (project, rng.choice(found)) if found else None


def put_series(life: Life, project: Project, new: Series, old: Series | None = None) -> None:
    """Declare a series, instead of an older form of it. What is new in it is declared."""
    gone = [each.at for each in project.entries.values() if old and each.series == old]
    entries = new.entries()
    for entry in entries:
        if not life.judge.budget[entry.channel, entry.word]:
            life.declared(project, entry)
    project.change(*entries, gone=gone)


@step(SERIES, 3)
def start_a_series(life: Life, rng: random.Random) -> str:
    """A campaign in a file of its own, on one channel or two."""
    project, word = life.project(rng), life.new_word()
    text = sentence(rng, f"{word}000$(number)")
    channels = rng.choice([("twitter",), ("linkedin",), ("twitter", "linkedin")])
    days, number = rng.choice([1, 2]), rng.randint(3, 5)
    made = Series(f"s{word}", word, text, channels, moment(life, rng), days, number, f"campaign-{word}")
    put_series(life, project, made)
    return f"{project.name}: series {made}"


def _series(function: Callable[[Life, random.Random, Series], Series | None]) -> Step:
    """A step that changes a series."""

    def change(life: Life, rng: random.Random) -> str | None:
        found = a_series(life, rng)
        new = found and function(life, rng, found[1])
        if not found or not new:
            return None
        put_series(life, found[0], new, found[1])
        return f"{found[0].name}: {function.__name__} {new}"

    change.__name__ = function.__name__
    SERIES[function.__name__] = 1, change
    return change


@_series
def slip(_: Life, rng: random.Random, series: Series) -> Series:
    """`starts` moves, also where half of it is published."""
    return replace(series, start=series.start + timedelta(days=rng.choice([-1, 1, 3, 8])))


@_series
def reword(_: Life, rng: random.Random, series: Series) -> Series:
    """Every text of the series changes."""
    word = f"{series.word}000$(number)"
    return replace(series, text=f"{series.text}!" if rng.random() < 0.5 else sentence(rng, word))


@_series
def reword_one(_: Life, rng: random.Random, series: Series) -> Series:
    """One occurrence says something else."""
    number = rng.randint(1, series.number)
    texts = dict(series.texts) | {number: sentence(rng, f"{series.word}000{number}")}
    return replace(series, texts=tuple(sorted(texts.items())))


@_series
def move_one(life: Life, rng: random.Random, series: Series) -> Series:
    """One occurrence gets a time of its own."""
    times = dict(series.times) | {rng.randint(1, series.number): moment(life, rng)}
    return replace(series, times=tuple(sorted(times.items())))


@_series
def cancel_one(_: Life, rng: random.Random, series: Series) -> Series:
    """One occurrence is canceled."""
    return replace(series, cancelled=tuple(sorted({*series.cancelled, rng.randint(1, series.number)})))


@_series
def lengthen(_: Life, __: random.Random, series: Series) -> Series:
    """One more occurrence."""
    return replace(series, number=series.number + 1)


@_series
def shorten(_: Life, __: random.Random, series: Series) -> Series | None:
    """One occurrence less."""
    last = series.number - 1
    differs = max([0, *dict(series.texts), *dict(series.times), *series.cancelled])
    return replace(series, number=last) if last > max(1, differs) else None


@_series
def other_channels(_: Life, rng: random.Random, series: Series) -> Series:
    """A network is dropped or added."""
    return replace(series, channels=rng.choice([("twitter",), ("linkedin",), ("twitter", "linkedin")]))


@_series
def move_the_file(_: Life, __: random.Random, series: Series) -> Series:
    """Its file gets another name."""
    return replace(series, file=f"{series.file}-moved")


@_series
def rename_the_series(life: Life, __: random.Random, series: Series) -> Series | None:
    """Another key, with `was:`."""
    return replace(series, key=f"{series.key}r", was=series.key)


# Actions of people and other tools in Buffer


def a_post(life: Life, rng: random.Random, *statuses: str) -> Post | None:
    """A post of the account, as a person sees it."""
    found = [post for post in life.account.posts.values() if post.status in (statuses or UNSENT)]
    return rng.choice(found) if found else None


def make(life: Life, rng: random.Random, maker: str, text: str, channel: str, due: datetime | None) -> Post:
    """A post by a person or a tool."""
    ids = {each.service: each.id for each in life.account.channels.values()}
    mode = "customScheduled" if due else rng.choice(["addToQueue", "addToQueue", "addToQueue", "shareNow"])
    given: dict[str, Any] = {
        "channelId": ids[channel],
        "text": text,
        "mode": mode,
        "assets": [],
        "dueAt": due and stamp(due),
    }
    return life.account.create(maker, "api" if maker == TOOL else "buffer", given)


@step(PEOPLE, 3)
def person_makes(life: Life, rng: random.Random) -> str:
    """A person writes an unrelated post."""
    due = rng.choice([None, moment(life, rng)])
    post = make(life, rng, PERSON, sentence(rng, "mine"), rng.choice(["twitter", "linkedin"]), due)
    return f"a person makes {_post(post)}"


@step(PEOPLE, 2)
def person_says_the_same(life: Life, rng: random.Random) -> str | None:
    """A person creates a post with a declared text (not of a draft, which could not be told from ours)."""
    if not (found := an_entry(life, rng)) or not found[1].text or found[1].draft:
        return None
    _, entry = found
    post = make(life, rng, PERSON, entry.text, entry.channel, rng.choice([None, entry.due, moment(life, rng)]))
    return f"a person makes {_post(post)}"


@step(EDITS, 1)
def take_over(life: Life, rng: random.Random) -> str | None:
    """A person's new post is declared with `existing`, as an import on any machine would."""
    project, word = life.project(rng), life.new_word()
    channel = rng.choice(["twitter", "linkedin"])
    due = rng.choice([None, moment(life, rng)])
    post = make(life, rng, PERSON, sentence(rng, word), channel, due)
    if post.status != "scheduled":
        return None
    key = next(f"k{number}" for number in range(1000) if f"k{number}" not in life.keys_used[project.name])
    entry = Entry(channel, key, word, post.content["text"], due, existing=post.id)
    life.declared(project, entry)
    life.claim(post.id)
    project.change(entry)
    return f"{project.name}: {entry.address} is {_post(post)}"


@step(EDITS, 1)
def existing_goes(life: Life, rng: random.Random) -> str | None:
    """`existing` leaves an entry that is bound."""
    project = life.project(rng)
    bound = [e for e in project.entries.values() if e.existing and e.existing in life.bound[project.name]]
    if not bound:
        return None
    entry = rng.choice(bound)
    project.change(replace(entry, existing=""))
    return f"{project.name}: {entry.address} has no `existing` any more"


@step(EDITS, 1)
def published_under_another_key(life: Life, rng: random.Random) -> str | None:
    """The text of a published post moves to another key, timed ones to a later time."""
    project = life.project(rng)
    out = {word for post in life.made_by(project) if post.status == "sent" for word in words_in(post.says)}
    found = [each for each in project.wanted() if each.word in out and not each.series and not each.repeat_of]
    found = [e for e in found if not any(e.key in (o.repeat_of, o.was) for o in project.entries.values())]
    if not found:
        return None
    entry = rng.choice(found)
    key = next(f"n{number}" for number in range(1000) if f"n{number}" not in life.keys_used[project.name])
    life.keys_used[project.name].add(key)
    declare_if_edited(life, project, entry)
    project.change(replace(entry, key=key, was="", existing="", due=entry.due and moment(life, rng)), gone=[entry.at])
    life.silently.add(entry.word)
    life.former[entry.channel, entry.word] = entry.key
    return f"{project.name}: {entry.address}, which is published, is {key} now"


@step(PEOPLE, 2)
def tool_posts(life: Life, rng: random.Random) -> str:
    """Another tool posts through the API, sometimes at the time of a declared post."""
    found = an_entry(life, rng)
    due = found[1].due if found and rng.random() < 0.2 else moment(life, rng)
    post = make(life, rng, TOOL, sentence(rng, "tool"), rng.choice(["twitter", "linkedin"]), due)
    return f"another tool makes {_post(post)}"


@step(PEOPLE, 2)
def person_edits(life: Life, rng: random.Random) -> str | None:
    """A person changes the text or the time of a post."""
    if not (post := a_post(life, rng)):
        return None
    given: dict[str, Any] = {"text": sentence(rng, "theirs")}
    if rng.random() < 0.4:
        given = {"mode": "customScheduled", "dueAt": stamp(moment(life, rng))}
    scheduled = post.status == "draft" and "text" not in given
    life.account.edit(PERSON, post.id, given)
    if scheduled:  # progress does not count as a change (design: Actions)
        post.touched_by.pop()
    return f"a person edits {_post(post)}"


@step(PEOPLE, 2)
def person_deletes(life: Life, rng: random.Random) -> str | None:
    """A person deletes a post."""
    if not (post := a_post(life, rng, *UNSENT, *UNSENT, "sent")):
        return None
    life.account.delete(PERSON, post.id)
    life.gone(post)
    return f"a person deletes {_post(post)}"


@step(PEOPLE, 1)
def person_shares_now(life: Life, rng: random.Random) -> str | None:
    """A person publishes a post at once."""
    if not (post := a_post(life, rng)):
        return None
    life.account.share_now(post.id)
    return f"a person shares now {_post(post)}"


@step(PEOPLE, 1)
def person_deletes_an_idea(life: Life, rng: random.Random) -> str | None:
    """A person deletes an idea."""
    if not life.account.ideas:
        return None
    idea = rng.choice(list(life.account.ideas.values()))
    del life.account.ideas[idea.id]
    life.gone(idea)
    return f"a person deletes the idea {idea.content.get('title')} {idea.id}"


# Time


@step(TIME, 3)
def minutes(life: Life, rng: random.Random) -> str:
    """Some minutes pass."""
    return _pass(life, minutes=rng.randint(1, 50))


@step(TIME, 3)
def days(life: Life, rng: random.Random) -> str:
    """Some days pass."""
    return _pass(life, days=rng.randint(1, 8))


@step(TIME, 1)
def weeks(life: Life, rng: random.Random) -> str:
    """Some weeks pass."""
    return _pass(life, days=rng.choice([20, 45]))


def _pass(life: Life, **by: float) -> str:
    life.world.endpoint.pass_time(timedelta(**by).total_seconds())
    return f"time passes: {', '.join(f'{number:g} {unit}' for unit, number in by.items())}"


# Losses


def keep_a_copy(life: Life, project: Project) -> None:
    """Copy the current state, to be restored later."""
    if project.checkout.state.exists():
        copy_folder(project.checkout.state, life.world.folder / f"copy-{project.name}-{len(project.copies)}")
        project.copies.append(len(project.copies))


@step(LOSSES, 3)
def state_is_lost(life: Life, rng: random.Random) -> str:
    """The state file is lost; the journal is not."""
    project = life.project(rng)
    shutil.rmtree(project.checkout.state, ignore_errors=True)
    life.record_changed(project)
    return f"{project.name}: the state is lost"


@step(LOSSES, 3)
def older_state(life: Life, rng: random.Random) -> str | None:
    """An older state is restored; the journal is newer."""
    project = life.project(rng)
    if not project.copies:
        return None
    number = rng.choice(project.copies)
    copy_folder(life.world.folder / f"copy-{project.name}-{number}", project.checkout.state)
    life.record_changed(project)
    return f"{project.name}: an older state is put back ({number + 1} of {len(project.copies)})"


@step(LOSSES, 2)
def journal_is_lost(life: Life, rng: random.Random) -> str:
    """The user's state folder is lost, for every project in it; no request is in flight any more."""
    project = life.project(rng)
    life.world.endpoint.pass_time(ON_ITS_WAY)
    shutil.rmtree(project.checkout.journal, ignore_errors=True)
    for each in life.projects:
        if each.checkout.journal == project.checkout.journal:
            life.journal_gone(each)
    return "the journal is lost"


@step(LOSSES, 2)
def another_machine(life: Life, rng: random.Random) -> str:
    """The project moves to another machine for good, with its state, an older one or none."""
    project = life.project(rng)
    life.world.endpoint.pass_time(ON_ITS_WAY)
    life.machines += 1
    old = project.checkout
    project.checkout = life.world.checkout(project.name, f"machine-{life.machines}")
    project.write()
    which = rng.choice(["the state", "the state", "nothing", "an older state"])
    if which == "the state":
        copy_folder(old.state, project.checkout.state)
    elif which == "an older state" and project.copies:
        number = rng.choice(project.copies)
        copy_folder(life.world.folder / f"copy-{project.name}-{number}", project.checkout.state)
        project.unknowingly_old = True
    else:
        which = "nothing"
    life.journal_gone(project)
    if which != "the state":
        life.record_changed(project)
    return f"{project.name}: another machine, with {which}"


@step(LOSSES, 2)
def state_rm(life: Life, rng: random.Random) -> str | None:
    """An entry is removed from the state by name."""
    project = life.project(rng)
    bound = [each for each in project.wanted() if not life.unrecorded(project, each)]
    if not bound:
        return None
    entry = rng.choice(bound)
    project.whole = False
    if life.deleted(entry):  # what is let go and gone is new again
        life.asked_again(entry)
    return life.command(project, "state", "rm", entry.address)


@step(PEOPLE, 1)
def a_handle_passes_on(life: Life, rng: random.Random) -> str:
    """The handle of a channel passes to another account: nothing is sent there; the handle passes back."""
    account, project, service = life.account, life.project(rng), rng.choice(["twitter", "linkedin"])
    account.pass_on(service, other := "c9" * 12)
    ran = life.world.run(project.checkout, "apply", "--auto-approve", "--json")
    if there := [post for post in account.posts.values() if post.channel.id == other]:
        known = [post for post in life.made_by(project) if post.id in project.checkout.recorded()]
        if any(post.channel.service == service and post.channel.id != other for post in known):
            raise Broken(f"sent to the account to which the handle passed: {there}\n{ran}")
    for post in there:
        account.delete(PERSON, post.id)
    account.pass_back(service, other)
    life.judge.passed_on()
    return f"the handle of {service} passes on and back: exit {ran.code}"


# Runs of bufferctl


@step(RUNS, 8)
def apply(life: Life, rng: random.Random) -> str:
    """Apply everything."""
    project = life.project(rng)
    return life.apply(project)


@step(RUNS, 2)
def apply_some(life: Life, rng: random.Random) -> str | None:
    """Apply one file, or one address."""
    project = life.project(rng)
    if not project.entries:
        return None
    entry = rng.choice(list(project.entries.values()))
    if rng.random() < 0.5 and entry.channel != IDEAS:
        return life.apply(project, f"posts/{entry.file}.yaml")
    return life.apply(project, "--target", entry.address)


@step(RUNS, 5)
def apply_with_a_fault(life: Life, rng: random.Random) -> str:
    """Apply with a fault at one request."""
    kind = rng.choice(["cut", "cut", "cut", "500", "gateway", "unexpected", "throw", "throw", "429", "hidden"])
    aliases = rng.choice([None, None, 0, 1, 2])
    after = rng.choice(DELAYS) if kind in {"cut", "gateway"} else 15 if kind == "hidden" else 0
    after = rng.choice([0, 0, 5, 20]) if kind == "500" else after  # Buffer answered, if only with an error
    reads = kind in {"cut", "500", "gateway"} and rng.random() < 0.2
    fault = Fault(kind, rng.choice([1, 1, 1, 2]), aliases, after, reads)
    return life.apply(life.project(rng), fault=fault)


@step(RUNS, 4)
def apply_killed(life: Life, rng: random.Random) -> str:
    """Apply, killed at a request: before it, halfway through it, after it, or while it is in flight."""
    if rng.random() < 0.3:
        return life.apply(life.project(rng), fault=Fault("kill", rng.randint(3, 8), reads=True))
    after = rng.choice(DELAYS)
    fault = Fault("kill", rng.choice([1, 1, 2]), rng.choice([None, None, 0, 1]), after)
    return life.apply(life.project(rng), fault=fault)


@step(RUNS, 2)
def recreate(life: Life, rng: random.Random) -> str | None:
    """Recreate a post that a person deleted."""
    project = life.project(rng)
    gone = [e for e in project.wanted() if life.reason(project, e.address) == "deleted-in-buffer"]
    chosen = rng.choice(gone or project.wanted()) if project.wanted() else None
    if chosen is None or (not gone and rng.random() < 0.5):
        return None
    if life.deleted(chosen):
        life.asked_again(chosen)
    return life.apply(project, "--recreate", chosen.address)


@step(RUNS, 3)
def answer(life: Life, rng: random.Random) -> str | None:
    """A person answers a question truthfully; then everything is applied."""
    project = life.project(rng)
    questions = life.questions[project.name]
    if not questions:
        return None
    address = rng.choice(sorted(questions))
    entry = next((each for each in project.entries.values() if each.address == address), None)
    if entry is None:
        return None
    candidates = questions[address]
    ours = [post for post in life.unrecorded(project, entry) if post.id in candidates]
    life.answered(project, address)
    if ours and (old := life.former.get((entry.channel, entry.word))):
        project.change(replace(entry, was=old))
        return f"{project.name}: {address} gets was: {old}"
    if ours:
        for other in [each for each, about in questions.items() if ours[0].id in about]:
            life.answered(project, other)
        return life.command(project, "import", address, ours[0].id)
    others = [each for each in candidates if each in life.account.posts]
    if any(entry.word in words_in(life.account.posts[each].says) for each in others):
        return None  # it is the post of another key by now
    if others and entry.channel != IDEAS and not life.unrecorded(project, entry):
        project.change(replace(entry, repeat_of=others[0]))
        return f"{project.name}: {address} gets repeat_of {others[0]}"
    if not any(life.unrecorded(project, each) for each in project.entries.values()):
        life.answered(project)
        return life.command(project, "state", "begin", "--auto-approve")
    return None


@step(RUNS, 2)
def apply_a_saved_plan(life: Life, rng: random.Random) -> str:
    """Save a plan, sometimes let something happen, and apply it: it is carried out or refused."""
    project = life.project(rng)
    saved = life.save_plan(project)
    happened = ""
    if rng.random() < 0.4:
        happened = rng.choice([person_edits, person_deletes, person_shares_now, minutes])(life, rng) or ""
    return f"{happened or 'nothing'}, between plan and apply; " + life.apply(project, saved=saved)


@step(RUNS, 2)
def apply_what_was_reviewed(life: Life, rng: random.Random) -> str:
    """Save a plan, sometimes change the files, and apply its reviewed changes."""
    project = life.project(rng)
    saved = life.save_plan(project)
    happened = ""
    if rng.random() < 0.4:
        happened = rng.choice([add, edit_text, edit_time, remove, person_makes])(life, rng) or ""
    return f"{happened or 'nothing'}, between plan and apply; " + life.apply(project, saved=saved, reviewed=True)


@step(RUNS, 2)
def apply_two_reviews(life: Life, rng: random.Random) -> str:
    """Two plans are reviewed, the second with edits on top of the first, and both are applied."""
    project = life.project(rng)
    first = life.save_plan(project, "plan.json")
    happened = rng.choice([add, edit_text, edit_time, remove, cancel])(life, rng) or "nothing"
    second = life.save_plan(project, "second.json")
    said = life.apply(project, "--reviewed", "second.json", saved=[first, second], reviewed=True)
    return f"{happened}, between two plans; {said}"


@step(RUNS, 3)
def follow_a_hint(life: Life, rng: random.Random) -> str | None:
    """What a plan proposes is done: to the letter where it proposes one thing, truthfully where it asks."""
    project = life.project(rng)
    hints = [(each, f"{each['message']} {each['hint']}") for each in life.plan(project)["changes"] if each["hint"]]
    entries = {each.address: each for each in project.wanted() if not each.series}
    hints = [(change, hint) for change, hint in hints if change["address"] in entries]
    if not hints:
        return None
    change, hint = rng.choice(hints)
    entry = entries[change["address"]]
    done = _done_as_proposed(life, rng, project, entry, hint) or _answered(life, project, entry, change, hint)
    return f"{project.name}: {entry.address} says {hint!r}: {done}" + (
        f"; {life.apply(project)}" if done and "apply" not in done else ""
    )


def _done_as_proposed(life: Life, rng: random.Random, project: Project, entry: Entry, hint: str) -> str | None:
    if "existing" in hint or "bufferctl import" in hint:
        named = [
            life.account.posts[each] for each in re.findall(r"\b[0-9a-f]{24}\b", hint) if each in life.account.posts
        ]
        own = [post for post in life.made_by(project) if entry.word in words_in(post.says)]
        if same := [post for post in named if entry.word in words_in(post.says) and (post in own or not own)]:
            life.answered(project)
            project.change(replace(entry, existing=same[0].id))
            life.claim(same[0].id)
            return f"existing: {same[0].id}"
        return None
    if re.search(r"[Gg]ive it a later", hint):
        project.change(replace(entry, due=moment(life, rng)))
        return "a later time"
    if "--reapply" in hint:
        return life.apply(project, "--reapply", entry.address)
    if "--recreate" in hint:
        if life.deleted(entry):
            life.asked_again(entry)
        return life.apply(project, "--recreate", entry.address)
    return None


def _answered(life: Life, project: Project, entry: Entry, change: dict[str, Any], hint: str) -> str | None:
    """The true line of a hint: `was` for what the entry is, `repeat_of` for another post; or a time by `pull`."""
    there = [life.account.posts[each] for each in change["candidates"] if each in life.account.posts]
    is_same = any(entry.word in words_in(post.says) for post in there)
    named = re.search(r"`was: ([\w.-]+)`" if is_same else r"`repeat_of: ([\w.-]+)`", hint)
    if there and named and not entry.repeat_of:
        life.answered(project, entry.address)
        line = replace(entry, was=named[1]) if is_same else replace(entry, repeat_of=named[1])
        project.change(line)
        return named[0]
    post = life.account.posts.get(change["id"] or "")
    if "bufferctl pull" in hint and post is not None and post.text == entry.text:
        said = life.command(project, "pull", entry.address)
        project.change(replace(entry, due=project.due_in_file(entry)))
        post.touched_by.append(project.name)  # the files say now what the person did
        return said
    return None


def _say(entry: Entry) -> str:
    said = [entry.address, entry.mode or (f"at {entry.due:%d %b %H:%M}" if entry.due else "in the queue")]
    said += ["a draft"] if entry.draft else []
    said += [f"repeat_of {entry.repeat_of}"] if entry.repeat_of else []
    said += [repr(entry.text)] if entry.text else ["a picture"]
    return " ".join(said)


def _post(post: Post) -> str:
    due = f" due {post.due:%d %b %H:%M}" if post.due else ""
    return f"{post.id} of {post.maker} ({post.status} on {post.channel.service}{due}): {post.text!r}"
