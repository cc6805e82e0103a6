"""Prints the page of networks or of rules, as named, from the tables in bufferctl/checks (`make schemas`)."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from bufferctl.checks import RULES, Rule, attachments, fields, texts
from bufferctl.model import Asset, Service
from bufferctl.model.media_file import size_words
from bufferctl.model.metadata import THREADED
from bufferctl.model.networks import NETWORKS, Counting, Limit, Network, Source

_LIMITS = (
    ("text", "text", "BC001"),
    ("text_with_video", "text beside a video", "BC001"),
    ("paid", "text, if the account pays for X", "BC002"),
    ("bytes", "bytes of the text", "BC004"),
    ("shown", "text that is shown", "BC009"),
    ("first_comment", "first comment", "BC005"),
    ("title", "title", "BC006"),
    ("topic", "topic", "BC007"),
    ("event_title", "title of an event", "BC008"),
    ("images", "images", "BC010"),
    ("media", "images and videos together", "BC011"),
)

NETWORKS_HEAD = """# What each network allows

<!-- Generated from bufferctl/model/networks.py by `make schemas`. -->

A post to copy for each network is in [one post for each network](../write/networks.md). `bufferctl validate` checks every
post against these limits; [each rule](rules.md) can be set to `off`, `warning` or `error`.

Most letters count 1, an emoji or a "bold" letter 2 (UTF-16 units), unless the table says otherwise.
Exceeding a limit of Buffer's is an error, because Buffer refuses the post. Exceeding a limit of the network alone is a
warning. Limits are from Buffer's list of what each network allows, unless another source is named.

| service | text | counted | media | needs |
|---|---|---|---|---|
"""

NETWORKS_TAIL = """
## On every network

- A post has a text, assets, a link attachment or something to share
- `link_attachment` and `assets` cannot be combined (Buffer's API reference)
- The first part of a thread repeats the text; each part needs text or assets, within the limits above
  (Buffer's API reference)
- Media must be at public, direct `https://` URLs ([BC019](rules.md#bc019)) (Buffer's API reference)
- Files beside the posts must be complete ([BC301](rules.md#bc301)), match the type in their name, and be JPEG, PNG,
  GIF, WebP, MP4, QuickTime, WebM or PDF ([BC302](rules.md#bc302)), with at
  most 100 million pixels ([BC305](rules.md#bc305))
"""

RULES_HEAD = """# Rules

<!-- Generated from bufferctl/checks by `make schemas`. -->

`bufferctl validate` shows each violation at its line, with the
rule's code. `plan` and `apply` stop at errors before they contact Buffer, and continue past warnings.

Each rule has a level. To change it, add the rule to the root file:

```yaml
# buffer.yaml
rules:
  BC101: error     # no image without alt text
  BC106: off       # several posts at once are intended
```

`off` reports nothing, `warning` reports and continues, `error` stops. If you set one of Buffer's own limits to
`warning` or `off`, Buffer still enforces it: it will refuse the post, and `apply` reports that. Canceled posts, and
posts that were due more than a day ago, are not checked.

The rule `worth-a-look` is about a plan: each likely mistake in what changes is a line under "Worth a look", in the comment, the page, the
terminal, `--json` (`worth_a_look`), SARIF (level `note`) and as a notice at its line. It stops nothing. Each of its names can be turned off,
`worth-a-look/night-hours: off`, and so can all of them, `worth-a-look: off`.

| code | name | level | reports |
|---|---|---|---|
"""


def networks_text() -> str:
    """The whole of docs/reference/networks.md."""
    rows = "".join(
        f"| [{row.label}](#{service.lower()}) | {_text(row)} | {row.counting if row.text else ''} | {_media(row)} "
        f"| {_needs(row)} |\n"
        for service, row in NETWORKS.items()
    )
    return NETWORKS_HEAD + rows + "".join(_section(service) for service in NETWORKS) + NETWORKS_TAIL


def rules_text() -> str:
    """The whole of docs/reference/rules.md."""
    rows = "".join(
        f"| [{rule.code}](#{rule.code.lower().replace('/', '')}) | {rule.name} | {rule.severity} | {rule.summary} |\n"
        for rule in RULES
    )
    return RULES_HEAD + rows + "".join(map(_rule, RULES))


def _text(row: Network) -> str:
    if row.text is None:
        return "not published"
    parts = [f"{row.text.most:,}"]
    parts += [f"{row.text_with_video.most:,} with a video"] if row.text_with_video else []
    parts += [f"{row.paid.most:,} if the account pays"] if row.paid else []
    parts += ["or what the server says"] if row.text_varies else []
    parts += [f"{row.bytes.most:,} bytes"] if row.bytes else []
    return ", ".join(parts)


def _media(row: Network) -> str:
    parts = [f"{row.images.most} image{'s' * (row.images.most > 1)}"] if row.images else []
    parts += [f"{row.media.most} images and videos"] if row.media else []
    return ", ".join(parts) + (" or 1 video" if row.video_alone else "")


def _needs(row: Network) -> str:
    parts = ["an image, a video or a link attachment" if row.or_link_attachment else _needed_media(row)]
    parts += [] if row.takes_posts else ["accepts no posts"]
    parts += [need.word for need in row.needs if not need.value]
    parts += ["the details of that type"] if any(need.value for need in row.needs) else []
    return ", ".join(filter(None, parts))


def _needed_media(row: Network) -> str:
    return " or ".join(f"{'an' if kind == 'image' else 'a'} {kind}" for kind in row.needs_media)


def _section(service: Service) -> str:
    row = NETWORKS[service]
    if not row.takes_posts:
        return f"\n## {service}\n\n{row.label}. Buffer's API documents no posts for it {_link('BC021')}.\n"
    lines = [f"\n## {service}\n", f"{row.label}.\n" if row.label.lower() != service.lower() else ""]
    if row.text is None:
        lines.append("Buffer publishes no limits.\n")
    lines += [f"- {_fact(name, words, row, code)}" for name, words, code in _LIMITS if getattr(row, name) is not None]
    if row.text and row.counting is not Counting.UTF16:
        lines.append(f"- counted: {row.counting}{_from(row.counting_source)}")
    if row.text_varies:
        lines.append(f"- the server may allow more or fewer characters; `plan` asks it {_link('BC003')}")
    lines += _kinds(row)
    if row.types:
        types = ", ".join(f"`{each}`" for each in row.types)
        lines.append(f"- `type`: {types} {_link('BC016')}{_from(Source.SEEN)}")
    for need in row.needs:
        names = " or ".join(f"`{name}`" for name in need.either or (".".join(need.path),))
        only = f" for `type: {need.value}`" if need.value else ""
        lines.append(f"- needs {need.word}{only}: {names} {_link('BC017')}{_from(need.source)}")
    lines += _files(row)
    if service in THREADED:
        lines.append(f"- threads: `thread` in its metadata {_link('BC018')}{_from(Source.REFERENCE)}")
    return "\n".join(line for line in lines if line) + "\n"


def _fact(name: str, words: str, row: Network, code: str) -> str:
    limit: Limit = getattr(row, name)
    return f"{words}: {limit.most:,} {_link(code)}{_from(limit.source)}"


def _kinds(row: Network) -> Iterator[str]:
    if row.video_alone:
        yield f"- a video must be the only asset {_link('BC012')}{_from(row.video_alone)}"
    if row.needs_media:
        needed = "assets or a link attachment" if row.or_link_attachment else _needed_media(row)
        yield f"- needs {needed} {_link('BC015')}"
    taken = f"accepts a document as the only asset {_link('BC014')}" if "document" in row.kinds else ""
    refused = [kind for kind in Asset.model_fields if kind not in row.kinds]
    none = f"accepts no {' and no '.join(f'{kind}s' for kind in refused)} {_link('BC013')}" if refused else ""
    yield f"- {'; '.join(filter(None, (taken, none)))}{_from(Source.REFERENCE)}"


def _files(row: Network) -> Iterator[str]:
    """The limits on files beside the posts, with their source."""
    limits = row.files
    if limits is None:
        return
    still = [each for each in (*limits.pictures, *limits.doubtful) if each in _MOVING - {*limits.moving}]
    least, most = limits.ratio or (0, 0)
    facts = (
        ("images", _types(limits.pictures), "BC303"),
        ("images, uncertain", _types(limits.doubtful), "BC304"),
        ("animated images shown as stills", _types(still), "BC309"),
        ("videos", _types(limits.videos), "BC303"),
        ("size of an image", size_words(limits.most_bytes or 0), "BC308"),
        ("size of a video", size_words(limits.most_video_bytes or 0), "BC308"),
        ("size of a document", size_words(limits.most_document_bytes or 0), "BC308"),
        ("pixels of an image", f"{limits.most_pixels or 0:,}", "BC305"),
        ("pixels per side, at least", f"{limits.least_side or 0:,}", "BC306"),
        ("width to height", f"{least:.2f} to {most:.2f}", "BC307"),
        *(
            (f"a video{f' in a {kind}' if kind else ''}", f"{clip.least:g} to {clip.most:g} seconds", "BC312")
            for kind, clip in limits.clips.items()
        ),
    )
    yield f"- files beside the posts ({limits.source}):"
    for words, value, code in facts:
        if value and (not value.startswith(("0.00", "0 ")) or code == "BC312") and value != "0":
            yield f"    - {words}: {value} {_link(code)}"


def _types(names: Sequence[str]) -> str:
    return ", ".join(map(str.upper, names))


#: Types of images that can be animated.
_MOVING = {"gif", "png", "webp"}


def _rule(rule: Rule) -> str:
    where = [NETWORKS[service].label for service in NETWORKS if rule in rules_of(service)]
    on = f"- On: {', '.join(where)}\n" if where and len(where) < len(NETWORKS) else ""
    return (
        f"\n## {rule.code}\n\n**{rule.name}**, {rule.severity}: {rule.summary}.\n\n"
        f"- Why: {rule.why}.\n- Fix: {rule.hint}.\n{on}- Source: {rule.source}.\n"
    )


def _from(source: Source) -> str:
    return "" if source is Source.BUFFER else f" ({source})"


def _link(code: str) -> str:
    return f"([{code}](rules.md#{code.lower()}))"


def rules_of(service: Service) -> tuple[Rule, ...]:
    """The rules BC0xx that can find something in a post for this network, by code."""
    row = NETWORKS[service]
    if not row.takes_posts:
        return (fields.NO_POSTS,)
    alive = {
        texts.TOO_LONG: row.text is not None,
        texts.NEEDS_PAID_X: row.paid is not None,
        texts.DEPENDS_ON_SERVER: row.text_varies,
        texts.TOO_MANY_BYTES: row.bytes is not None,
        texts.CUT_SHORT: row.shown is not None,
        fields.COMMENT_TOO_LONG: row.first_comment is not None,
        fields.TITLE_TOO_LONG: row.title is not None,
        fields.TOPIC_TOO_LONG: row.topic is not None,
        fields.EVENT_TITLE_TOO_LONG: row.event_title is not None,
        fields.TYPE_NOT_TAKEN: bool(row.types),
        fields.FIELD_MISSING: bool(row.needs),
        fields.UNKNOWN_CATEGORY: service is Service.YOUTUBE,
        fields.EMPTY_ITEM: service in THREADED,
        attachments.TOO_MANY_IMAGES: row.images is not None,
        attachments.TOO_MANY_MEDIA: row.media is not None,
        attachments.VIDEO_NOT_ALONE: row.video_alone is not None,
        attachments.KIND_NOT_TAKEN: bool({*Asset.model_fields} - row.kinds),
        attachments.NOT_ALONE: "document" in row.kinds,
        attachments.COVER_NOT_TAKEN: row.covers is None,
        attachments.MISSING: bool(row.needs_media),
        attachments.NOT_PUBLIC: True,
        attachments.IS_A_PAGE: True,
    }
    return tuple(sorted((rule for rule, there in alive.items() if there), key=lambda rule: rule.code))


if __name__ == "__main__":
    sys.stdout.write({"networks": networks_text, "rules": rules_text}[sys.argv[1]]())
