"""Pydantic's errors in plain words, at their place, with a hint that knows people's names for things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from bufferctl.config.format import (
    BLOCK_FORM,
    PROSE,
    ChannelEntry,
    Faults,
    PartEntry,
    PostFields,
    RootFile,
    descriptions,
    either,
    key_for,
    listed,
    meanings,
    nearest_field,
    nearest_value,
    probably_meant,
    services_in,
    with_offset,
)
from bufferctl.config.read import belongs
from bufferctl.config.read.source import Source
from bufferctl.config.read.tree import Spot, Tree, walk
from bufferctl.diagnostics import Diagnostic, Kind
from bufferctl.model import NETWORKS, Asset, Metadata, NetworkMetadata, SchedulingType, Service, Video
from bufferctl.model.about import below
from bufferctl.model.base import FOLLOWS, UnfitError, ValueForm
from bufferctl.model.metadata import GoogleBusinessMetadata
from bufferctl.model.plain_text import LINK

#: What people begin the lines of a list with: `1.`, `(2)`, `3/7`, `*`, or a dash of a word processor.
_NUMBER_OR_BULLET = re.compile(r"\(?\d{1,2}[.)/](?:\d{1,2})?|[*\u2022\u2023\u00b7\u2013\u2014]")
_KINDS: Mapping[type, str] = {str: "text", list: "a list", dict: "a group of fields"}
_FORMS: Mapping[str, str] = {
    "string": "text",
    "tuple": "a list",
    "list": "a list",
    "dict": "a group of fields (`name: value`)",
    "model": "a group of fields (`name: value`)",
}
_MEDIA = tuple(Asset.model_fields)
#: The folder, below the root folder, where images are looked up by their name alone.
MEDIA = "media"
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def explain(tree: Tree, faults: Faults) -> Iterator[Diagnostic]:
    """The errors that were not explained yet."""
    for container, owner, errors in faults.found.values():
        for error in errors:
            found = explained(Spot(tree, container), owner, error, faults.today)
            is_wrong_form = error["type"].removesuffix("_type") in _FORMS and isinstance(error["input"], str)
            is_quoted = found and found.place and found.place.line in tree.source.mends  # only so that reading goes on
            if found and not (is_quoted and is_wrong_form):
                yield found
        errors.clear()


def explained(spot: Spot, owner: Any, error: ErrorDetails, today: date | None = None) -> Diagnostic | None:
    """One error, at its place below `spot`, whose model is `owner`; None if it only follows from another error."""
    if _only_follows(spot, owner, error):
        return None
    kind, loc = error["type"], error["loc"]
    if kind == "missing":
        return _missing(spot.down(*loc[:-1]), str(loc[-1]), _model_at(owner, loc[:-1]))
    where, part = walk(spot, loc)
    if kind == "extra_forbidden":
        return _unknown(where, str(loc[-1]), _model_at(owner, loc[:-1]), error["input"], spot.node)
    hint = _hint(error, loc, spot.tree, today)
    if part is None:
        return spot.tree.source.diagnostic(where.offset, _message("", error), hint=hint, kind=Kind.INVALID_VALUE)
    if isinstance(error["input"], str) and "thread" in {part, *loc[-2:-1]}:
        hint = _of_a_thread(where, part, kind, spot.get("text")) or hint
    name = next((step for step in reversed(loc) if isinstance(step, str) and step != "[key]"), "")
    return where.at(part, _message(name, error), hint=hint)


def _only_follows(spot: Spot, owner: Any, error: ErrorDetails) -> bool:
    """Whether another error, which has its own line, is the cause of this one."""
    kind, loc = error["type"], error["loc"]
    if kind == FOLLOWS:
        return True
    if kind == "missing":
        return _is_there_under_another_name(spot.down(*loc[:-1]), str(loc[-1]), _model_at(owner, loc[:-1]))
    if kind == "model_type" and loc[-2:-1] == ("overrides",):
        # the fields that follow a channel without a value are meant to belong to it
        empty = spot.tree.empty.get(id(spot.down(*loc[:-1]).node), ())
        return any(name.partition(":")[0] in set(Service) for name in empty)
    return kind == "too_short" and id(error["input"]) in spot.tree.empty


def _is_there_under_another_name(where: Spot, name: str, owner: type[BaseModel] | None) -> bool:
    """Whether a missing field is there, empty or misspelled."""
    if where.tree.empty.get(id(where.node), set()) & {name, "<<"}:
        return True
    if owner is ChannelEntry and name == "service" and _network_in(where.node):
        return True
    fields = owner.model_fields if owner else {}
    return any(isinstance(each, str) and nearest_field(each, fields) == name for each in where.node)


def _missing(where: Spot, name: str, owner: type[BaseModel] | None) -> Diagnostic:
    purpose = " ".join(descriptions(owner).get(name, "").split()) if owner else ""
    hint = _key_hint(where.node) if name == "key" else purpose and f"`{name}`: {purpose.rstrip('.')}"
    return where.tree.source.diagnostic(where.offset, f"`{name}` is missing", hint=hint, kind=Kind.MISSING_FIELD)


def _unknown(where: Spot, name: str, owner: type[BaseModel] | None, value: Any, entry: Any) -> Diagnostic:
    """An unknown field. `entry`: what it is in."""
    message = f"there is no field `{name}` here"
    if name == "thumbnail_url" and owner is Video:
        message = "Buffer refuses a video with any `thumbnail_url`"
        hint = "delete it; on Instagram, TikTok and Pinterest `thumbnail_offset: 1500` shows the frame at 1.5 seconds"
    elif owner is ChannelEntry and name == _network_in(where.node):
        hint = f"write `{belongs.flow({'service': name, 'name': value})}`"
    elif name == "link" and owner is Asset:
        message = "Buffer accepts no link among `assets`"
        hint = "write `link_attachment: {url: …}` below the network in `metadata`"
    elif name == "link" and owner is not None and issubclass(owner, PostFields):
        hint = "delete it, and put the link into the text"
    elif name.casefold() in {"hashtag", "hashtags"} and owner is not None and "text" in owner.model_fields:
        hint = _hashtags(value)
    else:
        is_option = owner is Metadata and isinstance(entry, dict)
        hint = belongs.in_metadata(entry, name, value) if is_option else ""
        hint = hint or _cut_off(where, name) or _in_one_field(where.node, name, owner)
        hint = hint or _instead_of(name, owner, value, where.tree) or _field_hint(name, owner, value, where)
    return where.at_key(name, message, hint=hint, kind=Kind.UNKNOWN_FIELD)


def _hashtags(value: Any) -> str:
    """The hint for hashtags in a field of their own: `tags` are Buffer's, and nobody reads those."""
    texts = value if isinstance(value, list) else [value]
    words = [word.lstrip("#") for text in texts for word in re.split(r"[\s,;]+", str(text)) if word.strip("#")]
    return f"delete it, and put the hashtags into the text: `{' '.join(f'#{word}' for word in words)}`"


def _network_in(channel: Any) -> str:
    """The network that somebody wrote as a field of a channel, `twitter: acme`; empty if there is none."""
    given = channel if isinstance(channel, dict) else {}
    return next((name for name, value in given.items() if name in set(Service) and isinstance(value, str)), "")


def _cut_off(where: Spot, name: str) -> str:
    """The line to write if the field is what follows a comma in a text without quotes, in braces."""
    source, at = where.tree.source, where.key(name)
    line, column = source.line(at), source.place(at).column - 1
    found = re.search(r"[{,] *(?P<field>\w+): +(?P<text>[^\s\"'\[{][^{}]*, *)$", line[:column])
    if found is None or found["field"] not in PROSE or " " in name or name in {*_MEDIA, "alt"}:
        return ""
    text = line[found.start("text") :].partition("}")[0].strip()
    return f"if it belongs to the text, write `{found['field']}: {json.dumps(text, ensure_ascii=False)}`"


def _in_one_field(entry: Mapping[str, Any], name: str, owner: type[BaseModel] | None) -> str:
    """The line to write where what belongs into one field is in two, or is a field of its own."""
    fields, value = owner.model_fields if owner else {}, entry[name]
    if nearest_field(name, fields) == "due_at":
        return _one_time(entry, name, fields)
    if not isinstance(value, str):
        return ""
    if "overrides" in fields and "overrides" not in entry and name.partition(":")[0] in set(Service):
        return f"write `overrides: {{{name}: {{text: {json.dumps(value, ensure_ascii=False)}}}}}`"
    if owner is PartEntry and len(entry) == 1:
        return f"write `- {json.dumps(f'{name}: {value}', ensure_ascii=False)}`"
    return ""


def _one_time(entry: Mapping[str, Any], name: str, fields: Iterable[str]) -> str:
    """The line to write for `date: 2026-12-01`, `time: 09:00` and perhaps a zone, which are two or three fields."""
    alike = (each for each in entry if nearest_field(each, fields) == "due_at")
    of_time = list(islice(alike, 4))  # of any number
    if len(of_time) not in {2, 3}:
        return ""
    texts = [str(entry[each]) for each in of_time]
    meant = probably_meant(" ".join(texts)) or probably_meant(" ".join(reversed(texts)))
    if not meant:
        return ""
    return f"{'' if name == of_time[0] else 'delete it, and '}write `due_at: {meant}`"


def _of_a_thread(where: Spot, part: str | int, kind: str, text: Any) -> str:
    """The hint for a text in place of a thread, or of a part of one in `metadata`. `text`: the post's."""
    if kind == "model_type":
        return _thread_hint(where.node, text)
    if kind == "tuple_type":
        start, value = where.value(part), where.get(part)
        return _parts_hint(where.tree.source.part(start, start + len(value)))
    return ""


def _thread_hint(parts: Any, text: Any) -> str:
    """How to write a list of texts as a thread; its first part repeats the post's text."""
    texts = [each for each in parts if isinstance(each, str)]
    written = texts if text in {None, texts[0]} else [text, *texts]
    groups = ", ".join(f"{{text: {json.dumps(each, ensure_ascii=False)}}}" for each in written[:5])
    return f"write `thread: [{groups}{', …' if len(written) > 5 else ''}]`"  # noqa: PLR2004 - what a line holds


def _parts_hint(written: str) -> str:
    """How to write a text in place of a thread's parts; `written`: its beginning, as in the file."""
    lines = [line.strip() for line in written.splitlines()]
    signs = [found[0] for found in map(_NUMBER_OR_BULLET.match, lines) if found]
    instead = f" instead of `{signs[0]}`" if signs else ""
    return f"write `thread:`, and below it each part on a line of its own that begins with `- `{instead}"


def _message(name: str, error: ErrorDetails) -> str:
    subject = f"`{name}`" if name else "this"
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "value_error":
        reason = context["error"]
        return f"{subject} {reason}" if isinstance(reason, UnfitError) else str(reason)
    form = _FORMS.get(kind.removesuffix("_type"))
    if form:
        is_entry = isinstance(error["loc"][-1], int)
        if is_entry:
            subject = f"each entry of {subject if name else 'this list'}"
        return f"{subject} must be {form}, and this is {_KINDS.get(type(value), 'something else')}"
    match kind:
        case "enum" | "literal_error":
            given = f"`{value[:60]}`" if isinstance(value, str) else _KINDS.get(type(value), "this")
            return f"{given} is not a valid value for {subject}; use {either(_expected(error))}"
        case "string_too_short" | "too_short":
            return f"{subject} is empty"
        case "greater_than_equal":
            return f"{subject} must be at least {context['ge']}"
        case "less_than_equal":
            return f"{subject} must be at most {context['le']}"
        case _ if isinstance(value, list | dict):
            return f"{subject} cannot be {_KINDS[type(value)]}"
        case _:
            reason = error["msg"]
            return f"{subject}: {reason[:1].lower()}{reason[1:]}"


def _hint(error: ErrorDetails, loc: Sequence[str | int], tree: Tree, today: date | None) -> str:
    """What to do. `tree`: the file."""
    kind, value, source = error["type"], error["input"], tree.source
    name = str(loc[-1]) if loc else ""
    if kind in {"enum", "literal_error"} and isinstance(value, str):
        near = nearest_value(value, _expected(error))
        return f"did you mean `{near}`?" if near else ""
    if kind == "value_error" and isinstance(value, str):
        in_media = name == "url" and loc[-2:-1] and loc[-2] in _MEDIA and kind_of(value)
        if in_media and "://" not in value and not _WITHOUT_HTTPS.fullmatch(value):
            if re.match(r"[A-Za-z]:|~", value):
                return "put it beside the posts, and name it with `file:` instead of `url:`"
            return f"write `file: {_path(value, source)}` instead of `url:`"
        return value_hint(value, error, today)
    if isinstance(value, list | dict) and kind.startswith("datetime"):
        return f"write one time: `{name}: 2026-12-01 09:00`"
    if error.get("ctx", {}).get("class_name") == ChannelEntry.__name__ and isinstance(value, str):
        return _channel_hint(value)
    if kind.endswith("_type"):
        return _form_hint(kind, value, loc, tree)
    if kind == "too_short":
        named = f"name them, such as `channels: {one_of_each(tree.channels)}`"
        return named if name == "channels" else "add an entry or delete the line"
    return "add a value or delete the line" if kind == "string_too_short" else ""


#: `acme.example/launch`
_WITHOUT_HTTPS = re.compile(r"[\w-]+(\.[\w-]+)+/\S+")
#: What people call the status of a post that is not to be scheduled yet.
_NOT_READY = ("draft", "idea", "review", "in_review", "in_progress", "todo", "pending", "needs_review")
#: The kind of asset by file suffix.
_ENDINGS = {
    **dict.fromkeys(("jpg", "jpeg", "png", "gif", "webp", "heic", "bmp", "tiff", "svg"), "image"),
    **dict.fromkeys(("mp4", "mov", "m4v", "webm", "avi"), "video"),
    **dict.fromkeys(("pdf", "ppt", "pptx", "doc", "docx"), "document"),
}


def kind_of(name: str) -> str:
    """The kind of asset by the suffix of a file name or URL; empty if unknown."""
    return _ENDINGS.get(name.partition("?")[0].rpartition(".")[2].casefold(), "")


def _asset(value: str, beside: Source, kind: str | None = None) -> str:
    """An asset of the given kind, from a URL or file name that somebody wrote in its place."""
    kind = kind or kind_of(value) or "image"
    source = f"url: {value}" if LINK.match(value) else f"file: {_path(value, beside)}"
    cover = "thumbnail_url" if LINK.match(value) else "thumbnail_file"
    more = {"image": ', alt_text: "…"', "document": f', title: "…", {cover}: "…"'}.get(kind, "")
    return f"{kind}: {{{source}{more}}}"


def _path(value: str, source: Source) -> str:
    """The path of a file for a field of `source`: where it is, beside it, in the root folder or in `media`."""
    plain = value.strip().replace("\\", "/").removeprefix("./")
    path = _found(plain, source) or plain
    return json.dumps(path, ensure_ascii=False) if re.search(r"[,\[\]{}\"'#&*!|>%@`:]", path) else path


def _found(name: str, source: Source) -> str:
    """The path of a file that somebody named, as files name it; empty if there is none."""
    if name.startswith(("/", "../")):
        return name
    root = source.folder
    for _ in PurePosixPath(source.name).parts[1:]:
        root = root.parent
    try:
        if (source.folder / name).is_file():
            return name
        places = (name, f"{MEDIA}/{PurePosixPath(name).name}")
        return next((f"/{place}" for place in places if (root / place).is_file()), "")
    except (OSError, ValueError):
        return ""


_EVERY = r"(?:every +|each +)?"
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
_ANY = r"[\s\S]*"
_TRUTHS = ((r"yes|ja|on|y|1|draft", "did you mean `true`?"), (r"no|nein|off|n|0", "did you mean `false`?"))
#: What people write for an interval, and the form that it has.
_INTERVALS = (
    (rf"{_EVERY}(?:day|daily|1 ?d\w*)", "1 day"),
    (rf"{_EVERY}(?:week|weekly|1 ?w\w*)", "1 week"),
    (rf"{_EVERY}fortnight", "2 weeks"),
    (rf"{_EVERY}0*(\d{{1,3}}) ?d\w*", "{1} days"),
    (rf"{_EVERY}0*(\d{{1,3}}) ?w\w*", "{1} weeks"),
)
#: What people write in place of a form, and what to write instead; the first pattern that fits is used.
_INSTEAD: Mapping[ValueForm, Sequence[tuple[str, str]]] = {
    ValueForm.TRUTH: _TRUTHS,
    ValueForm.CHANNELS: _TRUTHS,
    ValueForm.WHOLE_NUMBER: (
        *((word, f"write `{number}`") for number, word in enumerate(_NUMBERS, 1)),
        (_ANY, "write digits, such as `10`"),
    ),
    ValueForm.URL: (
        (r"[\u201c\u201d\u201e\u00ab\u2018](.+)[\u201c\u201d\u00bb\u2019]", "write `{1}`"),
        (_WITHOUT_HTTPS.pattern, "write `https://{0}`"),
        (rf"(?:[\w-]+\.)+(?!(?:{'|'.join(_ENDINGS)})$)[a-z]{{2,}}", "write `https://{0}`"),
        (_ANY, "put it at a public URL"),
    ),
    ValueForm.INTERVAL: (
        (rf"{_EVERY}{_DAY}{_ANY}", "write `1 week`, and the first of these days in `due_at`"),
        *((pattern, f"write `{instead}`") for pattern, instead in _INTERVALS),
        (rf"{_ANY}(?:month|year){_ANY}", "months and years differ in length: write the days or weeks"),
    ),
    ValueForm.ONE_MOMENT: ((r"(.{10}) (.+?) ?(-.{4,5})", "write `{1} {2}`; if {3} is its offset, `{1}T{2}{3}`"),),
    ValueForm.START: ((_ANY, "add `starts: 2027-01-11` at the top of the file, or write the date"),),
}


def value_hint(value: str, error: ErrorDetails, today: date | None = None) -> str:
    """The value to write in place of one that a model refused."""
    reason = error.get("ctx", {}).get("error")
    form = reason.form if isinstance(reason, UnfitError) else None
    match form:
        case ValueForm.CHANNELS if named := services_in(value):
            return f"write `cancelled: [{', '.join(named)}]`"
        case ValueForm.KEY:
            return f"for instance `{key_for(None, value, ())}`"
        case ValueForm.URL if LINK.match(value) and value.split()[1:]:
            return f"write `{re.sub('^http:', 'https:', '%20'.join(value.split()))}`"
        case ValueForm.MOMENT | ValueForm.EXISTING_MOMENT:
            return _time_hint(value, form, today)
        case ValueForm.FROM_START:
            return _start_hint(value)
        case ValueForm.DAY:
            meant = probably_meant(value) or probably_meant(f"{value} 00:00")
            return f"write `{meant[:10]}`" if meant else ""
    return _instead(value, _INSTEAD.get(form, ()) if form else ())


def _instead(value: str, table: Iterable[tuple[str, str]]) -> str:
    """What the first pattern that fits says to write; empty if none does."""
    for pattern, instead in table:
        if found := re.fullmatch(pattern, value, re.IGNORECASE):
            return instead.format(found[0], *found.groups())
    return ""


def _channel_hint(value: str) -> str:
    """How to write a channel instead of a text such as `twitter:acme`."""
    service, _, name = next(iter(services_in(value)), "twitter").partition(":")
    return f"write `{{service: {service}, name: {name or '…'}}}`, with the name that Buffer shows"


def _time_hint(value: str, form: ValueForm, today: date | None) -> str:
    if meant := probably_meant(value, today):
        return f"write `{meant}`"
    if form is ValueForm.EXISTING_MOMENT:
        return "correct the month, the day or the hour"
    if zoned := with_offset(value):
        return f"write `{zoned[0]}`, or leave out `{zoned[1]}` where that is the `timezone`"
    if found := re.fullmatch(r"\+ ?(\d{1,4}) ?(d|days?|tage?|w|weeks?|wochen?)[ T,]*(\d.*)", value, re.IGNORECASE):
        return _start_hint(f"start+{found[1]}{found[2]} {found[3]}")
    if with_time := probably_meant(f"{value} 09:00", today):
        return f"add the time: `{with_time}`"
    return "write year-month-day hour:minute; an offset such as +01:00 may follow"


def _start_hint(value: str) -> str:
    """How to write a time that counts from `starts`, such as `start + 2 days, 9:00`; empty if it is none."""
    found = re.fullmatch(
        r"starts? ?(?:([+-]) ?(\d{1,4}) ?(days?|tage?|d|weeks?|wochen?|w)?)?[ T,]*(.*)", value.strip(), re.IGNORECASE
    )
    time = probably_meant(f"2000-01-01 {found[4] or '09:00'}") if found else None
    if not found or not time:
        return ""
    is_weeks = (found[3] or "").lower().startswith("w")
    days = int(found[2] or 0) * (7 if is_weeks else 1)
    return f"write `start{found[1] or '+'}{days}d {time[11:16]}`"


def one_of_each(channels: Iterable[str]) -> str:
    """A channel each of two networks, in brackets, for a hint: two of one network would have the same text."""
    of_each: dict[str, str] = {}
    for name in channels:
        of_each.setdefault(name.partition(":")[0], name)
    return belongs.flow([*of_each.values()][:2] or ["twitter", "linkedin"])


def _channels_hint(field: str, named: Iterable[str], channels: Iterable[str]) -> str:
    """How to list channels that a text names; `channels`: those that there are."""
    others: list[str] = []
    written = []
    for name in named:
        first, *more = [each for each in channels if each.startswith(f"{name}:")][:6] or [name]
        written.append(first)
        others += more
    line = f"write `{field}: {belongs.flow(written)}`"
    return f"{line}, or name {either(others)} instead" if others else line


def _form_hint(kind: str, value: Any, loc: Sequence[str | int], tree: Tree) -> str:
    name, steps, source = str(loc[-1]), [step for step in loc if isinstance(step, str)], tree.source
    if steps[-1:] == ["image"] and isinstance(value, dict) and (named := value.get("url") or value.get("file")):
        return f"write `image: {named}`, and what it shows as `alt` below"
    if kind == "string_type" and isinstance(loc[-1], int) and (text := _as_text(value)):
        return f"put it in quotes: `{json.dumps(text, ensure_ascii=False)}`"
    if kind == "string_type":
        return BLOCK_FORM.format(name=name) if name in PROSE else ""
    if kind != "tuple_type":
        return _group_hint(value, name, steps, source)
    if isinstance(value, dict):
        return _list_hint(name, value)
    if not isinstance(value, str):
        return ""
    if name == "assets":
        return f"write `assets: [{{{_asset(value, source)}}}]`"
    if name == "channels" and value in {"all", "*", "every", "everywhere", "any"}:
        return f"name each of them, such as `channels: {one_of_each(tree.channels)}`"
    if "\n" in value:
        return "put each on a line of its own after `- `"
    named = services_in(value) if name in {"channels", "services"} else []
    channels = tree.channels if name == "channels" else ()
    return _channels_hint(name, named, channels) if named else f"write `{name}: [{value[:60]}]`"


def _as_text(value: Any) -> str:
    """The text of a list that YAML reads as a field because of the `: ` in it; empty for anything else."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    ((name, rest),) = value.items()
    return f"{name}: {rest}" if isinstance(rest, str) else ""


def _list_hint(name: str, fields: Mapping[str, Any]) -> str:
    """How to write a list instead of a group of fields."""
    if name == "organizations" and fields and "name" not in fields:
        return f"write `- name: {next(iter(fields))}` in its place, and below it `channels:`, two spaces further in"
    if name == "assets" and fields and all(isinstance(each, dict) for each in fields.values()):
        return f"write `assets: {belongs.flow([{kind: each} for kind, each in fields.items()])}`"
    return "put `- ` before its first line, and the lines below two spaces further in"


def _group_hint(value: Any, name: str, steps: Sequence[str], source: Source) -> str:
    """How to write fields instead of a text or a list."""
    if isinstance(value, list):
        return "write `1:`, `2:` and so on instead of `- `" if name == "each" else "delete the `- `"
    if not isinstance(value, str):
        return ""
    if name == "metadata" and (network := nearest_value(value, set(Service))):
        return _needs_of(Service(network))
    if steps[-1:] == ["assets"] or name in _MEDIA:
        return f"write `{_asset(value, source, name if name in _MEDIA else '')}`"
    if name == "link_attachment" and LINK.match(value):
        return f"write `link_attachment: {{url: {value}}}`"
    if name == "geolocation":
        return _geolocation(value)
    if steps[-2:-1] == ["overrides"]:
        return f"write `{name}: {{text: {json.dumps(value, ensure_ascii=False)}}}`"
    if name == "repeat":
        every = _instead(value, _INTERVALS) or "1 week"
        return f"write `repeat: {{every: {every}, times: {value if value.isdecimal() else 10}}}`"
    return f"write its fields below `{name}:`, two spaces further in" if name in steps else ""


def _geolocation(value: str) -> str:
    return f"write `geolocation: {belongs.flow({'text': value})}`"


#: What stands for an option in a hint, where not every text would be valid.
_EXAMPLES = {"category_id": "People & Blogs", "type": "whats_new"}


def _needs_of(service: Service) -> str:
    """How to write the options that a network needs, to paste as they are."""
    fields = [name for need in NETWORKS[service].needs if not need.value for name in need.path[:1]]
    if not fields:
        return f"delete it: a post on {NETWORKS[service].label} needs no options"
    options = {name: _EXAMPLES.get(name, "\u2026") for name in fields}
    return f"write `metadata: {belongs.flow({service.value: options})}`"


def _instead_of(name: str, owner: type[BaseModel] | None, value: Any, tree: Tree) -> str:
    """The line to write for an unknown field, if the field that it means has another kind of value."""
    source = tree.source
    if owner is None or not isinstance(value, str):
        return ""
    ways = set(SchedulingType) if value == "true" and "scheduling_type" in owner.model_fields else set()
    if way := nearest_value(name, ways):
        return f"write `scheduling_type: {way}`"
    if owner is Asset and nearest_field(name, ("image", "video", "document", "url")):
        kind = nearest_field(name, _MEDIA)
        return f"write `{_asset(value, source, None if kind == 'document' else kind)}`"
    near = nearest_field(name, owner.model_fields)
    if near == "link_attachment" and LINK.match(value):
        return f"write `link_attachment: {{url: {value}}}`"
    if near == "geolocation":
        return _geolocation(value)
    if near == "draft" and name.casefold() == "status":
        is_draft = nearest_value(value, _NOT_READY) is not None
        return "write `draft: true`" if is_draft else "delete it: what is no draft is scheduled"
    if near in {"alt", "cancelled"}:
        return ""
    if near == "image" and kind_of(value) in {"image", ""}:
        is_url = "://" in value or "/" not in value
        return f"write `image: {value if is_url else _path(value, source)}`"
    if near == "assets" or (near is None and name in _MEDIA and "assets" in owner.model_fields):  # of a thread's part
        return f"write `assets: [{{{_asset(value, source, name if name in _MEDIA else None)}}}]`"
    takes_list = near is not None and get_origin(owner.model_fields[near].annotation) is tuple
    return _form_hint("tuple_type", value, (near,), tree) if near and takes_list else ""


def _field_hint(name: str, owner: type[BaseModel] | None, value: Any, where: Spot) -> str:
    """What to do about an unknown field of the entry at `where`."""
    if owner is None:
        return ""
    fields, empty = owner.model_fields, where.tree.empty.get(id(where.node), ())
    if "overrides" in empty and name.partition(":")[0] in set(Service):
        return "write it two spaces further in, with what is below, so that it belongs to `overrides`"
    near = nearest_field(name, fields) or nearest_value(name, fields)
    line = f"did you mean `{near}`?" if near else _of_elsewhere(name, owner, value, where)
    if line:
        return line
    if name == "timezone":
        return "set the timezone on the post, the file or the channel, or write an offset: `2026-12-01T09:00+01:00`"
    if name == "posts":
        return "posts belong under a channel, or at the top of a file with `channels:`"
    if name in RootFile.model_fields:
        return f"`{name}` belongs in the root file"
    if " " in name:
        return "if it is text, put it below `text: |`, indented by two more spaces"
    for meant in (name, *meanings(name)):
        if place := _where(meant, owner):
            return place if meant == name else f"did you mean `{meant}`? {place[0].upper()}{place[1:]}"
    own = dict.fromkeys(name for base in owner.__mro__[:-1] for name in base.__annotations__ if name in fields)
    return f"there are {listed(own)}" if own else "delete it: no field belongs here"


def _of_elsewhere(name: str, owner: type[BaseModel], value: Any, where: Spot) -> str:
    """The hint for a field that is elsewhere than its name says, such as an option of networks; empty for others."""
    if name == "freeze" and not isinstance(value, list):
        return (
            "write `freeze: false` at a post, or at the top of a file of posts; `freeze` under `policy` lists periods"
        )
    if owner is GoogleBusinessMetadata and (line := belongs.in_details(where.node, name)):
        return line
    if issubclass(owner, NetworkMetadata):
        return belongs.of_others_only(name)
    entry = where.node if "channels" in where.node else {**where.node, "channels": _channels_above(where)}
    return belongs.elsewhere(entry, name, value, owner)


def _channels_above(where: Spot) -> Any:
    """The channels of an entry that names none: the one that lists it, or those at the top of its file."""
    top = Spot(where.tree, where.tree.data)
    for organization in top.down("organizations").each():
        for channel in organization.down("channels").each():
            if any(post.node is where.node for post in channel.down("posts").each()):
                return channel.get("service")
    return top.get("channels")


def _where(name: str, owner: type[BaseModel]) -> str:
    """The fields of a model, or of models below it, under which a field belongs."""
    inner = {field: model for field, model in _models_below(owner).items() if model is not owner}
    direct = [field for field, model in inner.items() if name in model.model_fields]
    if direct:
        return f"it belongs under {either(direct)}, two spaces further in"
    for field, model in inner.items():
        found = [part for part, inside in _models_below(model).items() if name in inside.model_fields]
        if found:
            return f"it belongs under `{field}`, and there under {either(found)}"
    return ""


def _models_below(owner: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The fields of a model that have models of their own."""
    models = {field: below(owner, field) for field in owner.model_fields}
    return {field: model for field, model in models.items() if model}


def _key_hint(entry: Any) -> str:
    """A key made from the words of its entry."""
    words = (entry.get(name) for name in ("title", "text", "text_file")) if isinstance(entry, dict) else ()
    text = next((each for each in words if isinstance(each, str)), "")
    return f"add a name that stays, such as `key: {key_for(None, text, ())}`"


def _expected(error: ErrorDetails) -> list[str]:
    expected = str(error.get("ctx", {}).get("expected", ""))
    return re.findall(r"'([^']*)'", expected) or [expected]


def _model_at(owner: Any, loc: Sequence[str | int]) -> type[BaseModel] | None:
    """The model at `loc` below a model; None if there is none."""
    model: type[BaseModel] | None = owner
    for step in loc:
        if isinstance(step, str) and model is not None:
            model = below(model, step)
    return model
