"""Rules on what a network accepts and requires besides text and assets: titles, comments, types, details, threads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from bufferctl.checks.attachments import kind_instead
from bufferctl.checks.finding import Finding, Path, Rule, advice, refusal
from bufferctl.checks.texts import because_of_parameters, utf16
from bufferctl.model import NETWORKS, Asset, NetworkMetadata, Post, SchedulingType, ThreadItem, thread_of
from bufferctl.model.metadata import CATEGORIES, GoogleBusinessMetadata, YoutubeMetadata
from bufferctl.model.networks import Counting, Limit, Need, Network, RuleSource

COMMENT_TOO_LONG = refusal(
    "BC005", "first-comment-too-long", "a first comment is longer than its network allows", "shorten it"
)
TITLE_TOO_LONG = refusal("BC006", "title-too-long", "a title is longer than its network allows", "shorten it")
TOPIC_TOO_LONG = refusal("BC007", "topic-too-long", "a topic is longer than its network allows", "shorten it")
EVENT_TITLE_TOO_LONG = refusal(
    "BC008", "event-title-too-long", "the title of an event is longer than its network allows", "shorten it"
)
TYPE_NOT_TAKEN = refusal(
    "BC016",
    "type-not-taken",
    "a post has a type that its network does not have",
    "use a type that the network has",
    RuleSource.SEEN,
)
FIELD_MISSING = refusal(
    "BC017",
    "field-missing",
    "a post lacks something that its network needs: a title, a category, a board, a type and its details",
    "add it under `metadata`",
)
EMPTY_ITEM = refusal(
    "BC018",
    "thread-item-empty",
    "a part of a thread has neither text nor assets",
    "write a text, or delete it",
    RuleSource.SEEN,
)
NO_POSTS = refusal(
    "BC021",
    "network-takes-no-posts",
    "a post is for a network for which Buffer's API documents no posts",
    "delete it, or send it to another channel",
    RuleSource.REFERENCE,
)


UNKNOWN_CATEGORY = advice(
    "BC023",
    "category-unknown",
    "a video has a category that YouTube does not have",
    "YouTube will probably not publish it",
    "write one of YouTube's categories",
    "YouTube's list of categories",
)
REEL_WITHOUT_VIDEO = advice(
    "BC120",
    "reel-without-video",
    "a reel has no video",
    "reels are videos, so the network will probably refuse it",
    "add the video under `assets`, or delete `type: reel`",
    RuleSource.NETWORK,
)
STORY_WITH_TEXT = advice(
    "BC121",
    "story-with-text",
    "a story has a text",
    "a story only shows its image or video, so nobody would read the text",
    "put the words into the image, or delete `type: story`",
    RuleSource.NETWORK,
)
BUTTON_WITHOUT_LINK = advice(
    "BC122",
    "button-without-link",
    "a button on Google Business has no link",
    "it would lead nowhere, so Google will probably refuse the post",
    "add `link: https://…` beside `button`, or write `button: none`",
    RuleSource.NETWORK,
)
#: Buttons that open no page: a call goes to the number of the business.
_WITHOUT_LINK = frozenset({None, "none", "call"})
#: What stands for a value in a hint, where not every text would be one.
_EXAMPLES = {"category_id": "People & Blogs", "type": "whats_new", "details_whats_new": "{}"}


def field_findings(post: Post) -> Iterator[Finding]:
    network, metadata = NETWORKS[post.service], post.metadata
    if not network.takes_posts:
        yield Finding(NO_POSTS, post, ("key",), f"{network.label} does not accept posts through Buffer's API")
    if network.needs:
        yield from _missing(post, network)
    if metadata is None:
        return
    for rule, name, limit in (
        (COMMENT_TOO_LONG, "first_comment", network.first_comment),
        (TITLE_TOO_LONG, "title", network.title),
        (TOPIC_TOO_LONG, "topic", network.topic),
    ):
        if limit is not None and (text := getattr(metadata, name)):
            yield from _too_long(rule, post, _path(post, name), text, limit)
    if network.event_title and isinstance(metadata, GoogleBusinessMetadata) and metadata.type == "event":
        path, event = _path(post, "details_event", "title"), metadata.details_event
        yield from _too_long(EVENT_TITLE_TOO_LONG, post, path, event.title if event else None, network.event_title)
    if network.types and (kind := _type(metadata)) not in {"", *network.types}:
        types = ", ".join(f"`{each}`" for each in network.types)
        message = f"{network.label} has no `{kind}` posts, so Buffer refuses this one"
        yield Finding(TYPE_NOT_TAKEN, post, _path(post, "type"), message, hint=f"it has {types}")
    if isinstance(metadata, YoutubeMetadata) and metadata.category_id and metadata.category_id not in CATEGORIES:
        yield _unknown_category(post, metadata.category_id)
    if isinstance(metadata, GoogleBusinessMetadata):
        yield from _buttons(post, metadata)
    yield from _of_its_type(post)
    yield from _empty_items(post, thread_of(metadata))


def _of_its_type(post: Post) -> Iterator[Finding]:
    """Findings about fields that do not fit a reel or a story."""
    kind, label = _type(post.metadata), NETWORKS[post.service].label
    if kind == "reel" and not any(map(_is_video, post.assets)):
        message = f"a reel on {label} is a video and this post has none, so {label} will probably refuse it"
        yield Finding(REEL_WITHOUT_VIDEO, post, _path(post, "type"), message)
    is_for_a_person = post.scheduling_type is SchedulingType.NOTIFICATION  # who is reminded, and reads the text
    if kind == "story" and post.text.strip() and not is_for_a_person:
        message = f"a story on {label} shows no text, so nobody will read this"
        yield Finding(STORY_WITH_TEXT, post, ("text",), message)


def _is_video(asset: Asset) -> bool:
    """Whether it is a video, also one that is given as an image, which another rule reports."""
    return bool(asset.video or (asset.image and kind_instead(asset.image.url) == "video"))


def _buttons(post: Post, metadata: GoogleBusinessMetadata) -> Iterator[Finding]:
    """Findings about buttons that lead nowhere."""
    for name, details in (("details_event", metadata.details_event), ("details_whats_new", metadata.details_whats_new)):
        if details is not None and details.button not in _WITHOUT_LINK and not details.link:
            message = f"the button `{details.button}` has no link, so Google will probably refuse the post"
            yield Finding(BUTTON_WITHOUT_LINK, post, _path(post, name, "button"), message)


def _unknown_category(post: Post, given: str) -> Finding:
    near = get_close_matches(given, CATEGORIES.values())
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(CATEGORIES.values())}"
    message = f"YouTube has no category `{given[:40]}`, so it will probably not publish this video"
    return Finding(UNKNOWN_CATEGORY, post, _path(post, "category_id"), message, hint=hint)


def _too_long(rule: Rule, post: Post, path: Path, text: str | None, limit: Limit) -> Iterator[Finding]:
    if not text or len(text) * 2 <= limit.most or (used := utf16(text)) <= limit.most:
        return
    label, what = NETWORKS[post.service].label, rule.name.removesuffix("-too-long").replace("-", " ")
    because = because_of_parameters(post, text, Counting.UTF16, limit.most)
    counts = f"{label} allows {limit.most:,} characters for the {what} and this one has {used:,}{because}"
    message, hint = f"{counts}, so Buffer refuses the post", f"shorten it by {used - limit.most:,}"
    yield Finding(rule, post, path, message, hint=hint)


def _missing(post: Post, network: Network) -> Iterator[Finding]:
    kind = _type(post.metadata)
    for need in network.needs:
        if need.value in {"", kind} and not _given(post.metadata, need):
            of = f" of the type `{need.value}`" if need.value else ""
            message = f"a post{of} on {network.label} needs {need.word}, so Buffer refuses this one"
            yield Finding(FIELD_MISSING, post, _path(post, *need.path), message, hint=_lines(post, kind, network))


def _lines(post: Post, kind: str, network: Network) -> str:
    """How to write everything that is missing, to paste as it is."""
    if not kind and any(need.path == ("type",) for need in network.needs):
        kind = _EXAMPLES["type"]  # it is written then, so its details are missing, too
    missing = [need for need in network.needs if need.value in {"", kind} and not _given(post.metadata, need)]
    fields: dict[str, object] = {}
    above = post.service.value
    for need in missing:
        below = fields
        for name in need.path[:-1]:
            if getattr(post.metadata, name, None) is not None:  # its other fields are there
                above = name
                continue
            inner = below.setdefault(name, {})
            below = inner if isinstance(inner, dict) else {}
        beside = getattr(post.metadata, need.path[-1], None) if need.path[1:] else None  # Google Business: the title
        below[need.path[-1]] = json.dumps(beside, ensure_ascii=False) if beside else _EXAMPLES.get(need.path[-1], '"…"')
    written = _flow(fields)
    if post.metadata is not None and post.metadata.model_fields_set:
        return f"write `{written[1:-1]}` below `{above}:` in `metadata`"
    return f"write `metadata: {{{post.service}: {written}}}`"


def _flow(fields: Mapping[str, object]) -> str:
    written = (f"{name}: {_flow(each) if isinstance(each, dict) else each}" for name, each in fields.items())
    return f"{{{', '.join(written)}}}"


def _type(metadata: NetworkMetadata | None) -> str:
    return str(getattr(metadata, "type", "") or "")


def _given(metadata: NetworkMetadata | None, need: Need) -> bool:
    if need.either:
        return any(getattr(metadata, name, None) for name in need.either)
    value: object = metadata
    for name in need.path:
        value = getattr(value, name, None)
    return bool(value.strip()) if isinstance(value, str) else value is not None


def _empty_items(post: Post, thread: tuple[ThreadItem, ...]) -> Iterator[Finding]:
    for index, item in enumerate(thread):
        text = post.text if index == 0 else item.text
        if not (text and text.strip()) and not item.assets:
            message = f"part {index + 1} of this thread has neither text nor assets, so Buffer refuses the post"
            yield Finding(EMPTY_ITEM, post, _path(post, "thread", index), message)


def _path(post: Post, *names: str | int) -> Path:
    return "metadata", post.service.value, *names
