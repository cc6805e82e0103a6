"""Rules on mentions: by handle in a text, by `$(@name)`, and by the annotations of Facebook and LinkedIn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bufferctl.checks.finding import Finding, Path, Rule, advice
from bufferctl.checks.texts import utf16
from bufferctl.diagnostics import Place, Severity, all_of
from bufferctl.model import NETWORKS, Post, Service
from bufferctl.model.metadata import FacebookAnnotation, FacebookMetadata, LinkedinAnnotation, LinkedinMetadata
from bufferctl.model.networks import RuleSource

MENTION = advice(
    "BC113",
    "mention-stays-text",
    "a text for Facebook or LinkedIn names somebody with `@`",
    "these networks do not turn it into a mention: it stays plain text, and nobody is notified",
    "describe the mention under `annotations` of the network, or write the name without `@`",
    "what Buffer's API needs for a mention",
)
ONE_HANDLE = advice(
    "BC115",
    "one-handle-for-several-networks",
    "a text for several networks mentions somebody by one handle",
    "the handle may belong to somebody else on the other networks, or to nobody",
    "declare them under `mentions` in the root file, with a handle for each network, and write `$(@name)`",
    "how networks name accounts",
)
NO_HANDLE = advice(
    "BC116",
    "mention-without-handle",
    "a post has a name in place of a handle, because `mentions` has none for its network",
    "nobody is notified on that network",
    "add the handle under `mentions`, if there is an account",
    "how networks name accounts",
)
#: Whether Buffer refuses it is not known, but nobody means it.
SPAN = Rule(
    "BC119",
    "annotation-span",
    Severity.ERROR,
    "an annotation is not at the words that it names, or goes beyond the end of the text",
    "the mention would be made of the wrong words, or Buffer refuses the post",
    "correct the numbers, which count characters from 0; an emoji may count 1 or 2, since Buffer documents no unit",
    RuleSource.REFERENCE,
)

_HANDLE = re.compile(r"(?<![^\s(])@\w[\w.-]*\b")
_WITHOUT_MENTIONS = frozenset({Service.FACEBOOK, Service.LINKEDIN})
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]")


def mention_findings(posts: Sequence[Post], declared: Mapping[str, str]) -> Iterator[Finding]:
    """The findings about mentions in these posts: once a file for handles, once a name for missing handles.

    `declared` has the key of each mention that the files declare, by its name and handles in lower case.
    """
    for post in posts:
        yield from _spans(post)
    yield from _handles(posts, declared)
    yield from _without_handle(posts)


def _handles(posts: Iterable[Post], declared: Mapping[str, str]) -> Iterator[Finding]:
    """Handles that are written out, and stay plain text or mean another account on some network of the entry."""
    entries: dict[tuple[Place, int, str], list[Post]] = {}
    for post in posts:
        if handle := _written_handle(post):
            entries.setdefault((post.place, post.number, handle), []).append(post)
    reported: set[tuple[str, str]] = set()
    for (place, _, handle), same in entries.items():
        silent = next((post for post in same if post.service in _WITHOUT_MENTIONS), None)
        networks = list(dict.fromkeys(post.service for post in same))
        if silent is not None and not getattr(silent.metadata, "annotations", ()):
            rule = MENTION
            message = f"`{handle}` stays plain text on {NETWORKS[silent.service].label}, and nobody is notified"
        elif len(networks) > 1:
            rule = ONE_HANDLE
            labels = all_of(NETWORKS[each].label for each in networks)
            message = f"`{handle}` is one handle for {labels}, and may be somebody else's on one of them"
        else:
            continue
        if (place.file, rule.code) not in reported:
            reported.add((place.file, rule.code))
            key = declared.get(handle.removeprefix("@").casefold())
            hint = f"write `$(@{key})`, which is declared under `mentions`" if key else ""
            hint = hint or (_line_to_add(handle, networks) if len(networks) > 1 else "")
            yield Finding(rule, silent or same[0], ("text",), message, hint=hint, quote=handle)


def _written_handle(post: Post) -> str:
    """The first handle in a text that no variable put there; empty if there is none."""
    if "@" not in post.text:
        return ""
    made = {each.value for each in post.expansion.variables} if post.expansion else set()
    handles = (found[0] for found in _HANDLE.finditer(post.text))
    return next((each for each in handles if not any(value.startswith(each) for value in made)), "")


def _line_to_add(handle: str, networks: Iterable[Service]) -> str:
    name = _NOT_IN_NAMES.sub("", handle.lower().split(".")[0])
    by_handle = next((each for each in networks if NETWORKS[each].handles), Service.TWITTER)
    declared = f"mentions: {{{name}: {{name: {name.title()}, {by_handle}: {handle.removeprefix('@')}}}}}"
    return f"add `{declared}` to the root file, with its name and its other handles, and write `$(@{name})` in the text"


def _without_handle(posts: Iterable[Post]) -> Iterator[Finding]:
    """Mentions that are a name although their network has handles, reported once a mention with all of its networks."""
    found: dict[str, list[Post]] = {}
    for post in posts:
        if NETWORKS[post.service].handles and post.expansion:
            for each in post.expansion.variables:
                if each.name.startswith("@") and not each.value.startswith("@"):
                    found.setdefault(each.name, []).append(post)
    for name, those in found.items():
        networks = list(dict.fromkeys(post.service for post in those))
        labels = all_of(NETWORKS[each].label for each in networks)
        message = f"`{name[1:]}` has no handle for {labels}, so its name stands there, and nobody is notified"
        hint = f"add `{networks[0]}: HANDLE` to it under `mentions`, if there is an account"
        yield Finding(NO_HANDLE, those[0], ("text",), message, hint=hint, quote=f"$({name})")


def _spans(post: Post) -> Iterator[Finding]:
    if not isinstance(post.metadata, FacebookMetadata | LinkedinMetadata):
        return
    annotations: Sequence[FacebookAnnotation | LinkedinAnnotation] = post.metadata.annotations
    for index, each in enumerate(annotations):
        field = "start" if isinstance(each, LinkedinAnnotation) else "indices"
        path: Path = ("metadata", post.service.value, "annotations", index, field)
        start, end, words = _span(each)
        if words in _covered(post.text, start, end):
            continue
        at = post.text.find(words)
        if at < 0 or not words:
            message = f"the text does not contain `{words}`, so this mentions nothing"
            yield Finding(SPAN, post, path, message, hint="write the words as they are in the text")
            continue
        right = _as_written(each, at, len(words))
        what = f"covers `{post.text[start:end]}`" if start < end <= len(post.text) else "is outside the text"
        yield Finding(SPAN, post, path, f"this {what}, not `{words}`", hint=f"write `{right}`")


def _span(annotation: FacebookAnnotation | LinkedinAnnotation) -> tuple[int, int, str]:
    """Where an annotation starts and ends, and the words that it claims to cover."""
    if isinstance(annotation, LinkedinAnnotation):
        return annotation.start, annotation.start + annotation.length, annotation.localized_name
    start, end = (*annotation.indices, 0, 0)[:2]
    return start, end, annotation.text


def _covered(text: str, start: int, end: int) -> set[str]:
    """The words of a span, counted in characters and in UTF-16 units: which of them counts is not documented."""
    units = text.encode("utf-16-le", "surrogatepass")
    in_units = units[2 * start : 2 * end].decode("utf-16-le", "replace") if end <= utf16(text) else ""
    return {text[start:end] if end <= len(text) else "", in_units} - {""}


def _as_written(annotation: FacebookAnnotation | LinkedinAnnotation, start: int, length: int) -> str:
    if isinstance(annotation, LinkedinAnnotation):
        return f"start: {start}, length: {length}"
    return f"indices: [{start}, {start + length}]"
