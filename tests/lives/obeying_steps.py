"""What happens in lives in which people answer: edits of the files, and all else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.lives.account import PERSON, stamp
from tests.lives.endpoint import Fault
from tests.lives.obeying import SECOND_ROOT, SERVICES, Entry, Obeying, Thought, tokens_in
from tests.lives.projects import VOCABULARY
from tests.lives.world import copy_folder

#: Seconds after which nothing of a killed run is on its way.
GONE_BY = 200

Step = Callable[[Obeying], str]
EDITS: list[Step] = []
OTHERS: list[Step] = []


def _edit(step: Step) -> Step:
    EDITS.append(step)
    return step


def _other(step: Step) -> Step:
    OTHERS.append(step)
    return step


def _due(life: Obeying) -> str:
    moment = life.account.now + timedelta(days=life.rng.randint(0, 12), minutes=life.rng.randint(10, 1000))
    return f"{moment:%Y-%m-%d %H:%M}"


@_edit
def add(life: Obeying) -> str:
    """A post with a time, or for the queue, on one or two channels."""
    life.used += 1
    token, key = f"xz{life.rng.choice(VOCABULARY)}{life.used}", f"k{life.used}"
    channels = life.rng.choice([["twitter"], ["twitter"], ["linkedin"], ["twitter", "linkedin"]])
    form: dict[str, Any] = {"key": key, "channels": channels, "text": life.words(token)}
    if life.rng.random() < 0.7:
        form["due_at"] = _due(life)
    life.entries.append(Entry(token, form, life.rng.choice(["one", "two"]), keys=[key]))
    return key


@_edit
def add_series(life: Obeying) -> str:
    """A weekly post in a file of its own."""
    life.used += 1
    token, key = f"xz{life.rng.choice(VOCABULARY)}{life.used}", f"s{life.used}"
    channels = life.rng.choice([["twitter"], ["twitter", "linkedin"]])
    form: dict[str, Any] = {"key": key, "channels": channels, "due_at": "start+0d 09:30"}
    form["text"] = life.words(f"{token}n$(number)")
    form["repeat"] = {"every": "1 week", "times": life.rng.randint(2, 4)}
    first = life.account.now + timedelta(days=life.rng.randint(0, 5))
    life.entries.append(Entry(token, form, f"series{life.used}", f"{first:%Y-%m-%d}", [key]))
    return key


def _some(life: Obeying, *, series: bool | None = None) -> Entry | None:
    found = [each for each in life.entries if series is None or bool(each.starts) is series]
    return life.rng.choice(found) if found else None


@_edit
def reword(life: Obeying) -> str:
    """Another text for an entry."""
    entry = _some(life)
    if entry is None or life.copies[entry.token]:
        return ""
    entry.form["text"] = life.words(f"{entry.token}n$(number)" if entry.starts else entry.token)
    return entry.key


@_edit
def move(life: Obeying) -> str:
    """Another time for a post that is not published, or another start for a series, by weeks."""
    entry = _some(life)
    if entry is None or (not entry.starts and "due_at" not in entry.form):
        return ""
    if entry.starts:
        weeks = life.rng.choice([-1, 1, 1, 2])
        entry.starts = f"{datetime.fromisoformat(entry.starts) + timedelta(weeks=weeks):%Y-%m-%d}"
    else:
        entry.form["due_at"] = _due(life)
    return entry.key


@_edit
def rename(life: Obeying) -> str:
    """Another key, mostly with `was`."""
    if (entry := _some(life)) is None:
        return ""
    life.used += 1
    old, entry.form["key"] = entry.form["key"], f"{'s' if entry.starts else 'k'}{life.used}"
    entry.form.pop("was", None)
    # a question follows its entry to another key; what else holds one says that another key is another post
    is_held = any(each["action"] == "hold" and each["reason"] != "ambiguous" for each in life.plan())
    if is_held or life.is_tidy or life.rng.random() < 0.7:
        entry.form["was"] = old
    for other in life.entries:
        if other.form.get("repeat_of") == old:
            other.form["repeat_of"] = entry.key
    entry.keys += [entry.form["key"], *(f"{old}-{n}" for n in entry.numbers if n)]
    return f"{old} to {entry.key}{'' if 'was' in entry.form else ' without was'}"


@_edit
def put_elsewhere(life: Obeying) -> str:
    """An entry in another file."""
    entry = _some(life, series=False)
    if entry is None or entry.file == "second":
        return ""
    entry.file = life.rng.choice(["one", "two", "three"])
    return f"{entry.key} to {entry.file}"


@_edit
def put_into_another_root(life: Obeying) -> str:
    """An entry goes to the files of the other root file."""
    entry = _some(life, series=False)
    if entry is None or life.copies[entry.token]:
        return ""
    if SECOND_ROOT not in life.roots:
        life.roots.append(SECOND_ROOT)
    entry.file = "one" if entry.file == "second" else "second"
    return f"{entry.key} to {entry.file}"


@_edit
def say_again(life: Obeying) -> str:
    """Another entry with the same text, which says so."""
    entry = _some(life, series=False)
    if entry is None or "due_at" not in entry.form or life.copies[entry.token]:
        return ""
    life.used += 1
    key, names = f"k{life.used}", ("channels", "text")
    form = {"key": key, **{name: deepcopy(entry.form[name]) for name in names}, "repeat_of": entry.key}
    later = max(life.account.now, datetime.fromisoformat(entry.form["due_at"]).replace(tzinfo=UTC))
    form["due_at"] = f"{later + timedelta(days=life.rng.randint(1, 9)):%Y-%m-%d %H:%M}"
    life.entries.append(Entry(entry.token, form, entry.file, keys=[key]))
    life.copies[entry.token] += 1
    return f"{key} as {entry.key}"


@_edit
def add_idea(life: Obeying) -> str:
    """An idea."""
    life.used += 1
    token, key = f"xz{life.rng.choice(VOCABULARY)}{life.used}", f"i{life.used}"
    life.ideas.append(Thought(token, {"key": key, "title": token, "text": life.words("idea")}, [key]))
    return key


@_edit
def change_idea(life: Obeying) -> str:
    """An idea gets another text, or another key."""
    if not life.ideas:
        return ""
    thought = life.rng.choice(life.ideas)
    if life.rng.random() < 0.5:
        thought.form["text"] = life.words("idea")
        return f"{thought.address} reworded"
    life.used += 1
    thought.form |= {"was": thought.form["key"], "key": f"i{life.used}"}
    thought.keys.append(f"i{life.used}")
    return f"{thought.form['was']} to {thought.address}"


@_edit
def remove(life: Obeying) -> str:
    """An entry is removed."""
    entry = _some(life)
    if entry is None or len(life.entries) < 3 or any(each.form.get("repeat_of") == entry.key for each in life.entries):
        return ""
    life.entries.remove(entry)
    return entry.key


@_edit
def more_or_fewer(life: Obeying) -> str:
    """A series gets longer or shorter."""
    if (entry := _some(life, series=True)) is None:
        return ""
    repeat = entry.form["repeat"]
    repeat["times"] = life.rng.randint(1, 5)
    repeat["each"] = {n: each for n, each in repeat.get("each", {}).items() if int(n) <= repeat["times"]}
    return f"{entry.key} {repeat['times']} times"


@_edit
def another_channel(life: Obeying) -> str:
    """An entry goes to both channels, or to one of them."""
    entry = _some(life)
    if entry is None or re.search("existing|overrides|repeat_of|cancelled", json.dumps(entry.form)):
        return ""  # what names a channel would have to go with it
    if life.copies[entry.token]:
        return ""
    entry.form["channels"] = life.rng.choice([["twitter", "linkedin"], ["twitter"]])
    return f"{entry.key} {entry.form['channels']}"


@_other
def time_passes(life: Obeying) -> str:
    """Hours or days; what is due is published."""
    hours = life.rng.choice([1, 7, 30, 80, 200])
    life.world.endpoint.pass_time(hours * 3600)
    return f"{hours} h"


@_other
def edited_in_buffer(life: Obeying) -> str:
    """A person edits a scheduled post."""
    if not (posts := [each for each in life.unsent() if not any(life.copies[t] for t in tokens_in(each.says))]):
        return ""
    post = life.rng.choice(posts)
    (token, *_) = tokens_in(post.says)
    life.account.edit(PERSON, post.id, {"text": life.words(token)})
    return token


@_other
def rescheduled_in_buffer(life: Obeying) -> str:
    """A person gives a scheduled post another time."""
    if not (posts := life.unsent()):
        return ""
    post = life.rng.choice(posts)
    due = life.account.now + timedelta(days=life.rng.randint(1, 9), minutes=life.rng.randint(0, 900))
    life.account.edit(
        PERSON, post.id, {"mode": "customScheduled", "dueAt": stamp(due.replace(second=0, microsecond=0))}
    )
    return " ".join(tokens_in(post.says))


@_other
def deleted_in_buffer(life: Obeying) -> str:
    """A person deletes a scheduled post."""
    if not (posts := life.unsent()):
        return ""
    post = life.rng.choice(posts)
    life.account.delete(PERSON, post.id)
    return " ".join(tokens_in(post.says))


@_other
def posted_in_buffer(life: Obeying) -> str:
    """A person posts something of their own."""
    due = life.account.now + timedelta(days=life.rng.randint(1, 6))
    given: dict[str, Any] = {"channelId": life.rng.choice(list(SERVICES)), "text": life.words("somebody"), "assets": []}
    timed = life.rng.random() < 0.5
    given |= {"mode": "customScheduled", "dueAt": stamp(due)} if timed else {"mode": "addToQueue"}
    life.account.create(PERSON, "buffer", given)
    return ""


@_other
def an_idea_is_deleted_in_buffer(life: Obeying) -> str:
    """A person deletes an idea."""
    if not life.account.ideas:
        return ""
    idea = life.rng.choice(list(life.account.ideas.values()))
    del life.account.ideas[idea.id]
    return idea.says


@_other
def an_answer_is_lost(life: Obeying) -> str:
    """An apply whose answer is lost, or that is killed."""
    if life.is_lost:
        return ""
    kind = life.rng.choice(["cut", "500", "gateway", "throw", "unexpected", "kill"])
    life.apply(fault=Fault(kind, life.rng.choice([1, 1, 2]), life.rng.choice([None, None, 0, 1])))
    return kind


@_other
def the_state_is_lost(life: Obeying) -> str:
    """State and journal are gone, once all of the files was applied."""
    life.apply()
    life.world.endpoint.pass_time(GONE_BY)
    shutil.rmtree(life.checkout.state, ignore_errors=True)
    shutil.rmtree(life.checkout.journal, ignore_errors=True)
    life.is_lost, life.is_kept = True, False
    return ""


@_other
def taken_from_the_state(life: Obeying) -> str:
    """`state rm` of an entry that the state has."""
    tracked = [each for each in life.plan() if each["action"] in {"no-op", "keep"} and each["id"]]
    if life.is_lost or not tracked:
        return ""
    change = life.rng.choice(tracked)
    life.run("state", "rm", change["address"], "-f", change["root"])
    return str(change["address"])


@_other
def the_state_is_kept(life: Obeying) -> str:
    """A copy of the state, for later."""
    copy_folder(life.checkout.state, life.world.folder / "kept")
    life.is_kept = life.checkout.state.exists()
    return ""


@_other
def the_state_is_old(life: Obeying) -> str:
    """The copy is put back; the journal shows that it is older."""
    if not life.is_kept:
        return ""
    life.apply()
    copy_folder(life.world.folder / "kept", life.checkout.state)
    life.is_lost = True
    return ""


@_other
def the_state_is_forced_back(life: Obeying) -> str:
    """The copy is put back on a machine that knows nothing: nothing shows that it is older."""
    if not life.is_kept:
        return ""
    life.apply()
    life.world.endpoint.pass_time(GONE_BY)
    copy_folder(life.world.folder / "kept", life.checkout.state)
    shutil.rmtree(life.checkout.journal, ignore_errors=True)
    life.is_lost = True
    return ""
