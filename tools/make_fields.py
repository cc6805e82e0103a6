"""Prints docs/reference/format.md: what is written by hand, then every field, from the published schema."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_SCHEMA = _HERE.parent / "schemas" / "bufferctl.schema.json"
_PAGE = _HERE.parent / "docs" / "reference" / "format.md"
_MARK = """\
## Every field

<!-- From here on generated from the schema by tools/make_fields.py (`make schemas`). -->
"""

#: The headings, in order: what a file calls each of them.
_TITLES = {
    "SharedPostEntry": "posts, for several channels",
    "PostEntry": "posts, under a channel",
    "Override": "overrides",
    "Repeat": "repeat",
    "OccurrenceEntry": "each, under repeat",
    "UtmFields": "utm, of a file or a post",
    "PartEntry": "thread, beside text",
    "Asset": "assets",
    "Image": "image, under assets",
    "UserTag": "user_tags, under image",
    "Dimensions": "dimensions, under image",
    "Video": "video, under assets",
    "Document": "document, under assets",
    "IdeaEntry": "ideas",
    "SharedIdeaEntry": "ideas, in a file of their own",
    "IdeaGroup": "group, of an idea",
    "IdeaMedia": "media, of an idea",
    "IdeaMediaSource": "source, of an idea's media",
    "RootFile": "buffer.yaml",
    "IncludedFile": "A file below it",
    "OrganizationEntry": "organizations",
    "TagEntry": "tags, of an organization",
    "ChannelEntry": "channels",
    "MentionEntry": "mentions",
    "MediaEntry": "media",
    "StateEntry": "state",
    "GitStateEntry": "git, under state",
    "PolicyEntry": "policy",
    "FreezeEntry": "freeze, under policy",
    "UtmEntry": "utm, under policy",
    "OrganizationPolicyEntry": "policy, of an organization",
    "BlueskyMetadata": "Bluesky",
    "FacebookMetadata": "Facebook",
    "FacebookAnnotation": "annotations, on Facebook",
    "GoogleBusinessMetadata": "Google Business Profile",
    "GoogleBusinessEvent": "details_event",
    "GoogleBusinessOffer": "details_offer",
    "GoogleBusinessWhatsNew": "details_whats_new",
    "InstagramMetadata": "Instagram",
    "InstagramGeolocation": "geolocation, on Instagram",
    "InstagramStickerFields": "sticker_fields, on Instagram",
    "LinkedinMetadata": "LinkedIn",
    "LinkedinAnnotation": "annotations, on LinkedIn",
    "MastodonMetadata": "Mastodon",
    "PinterestMetadata": "Pinterest",
    "SubstackMetadata": "Substack",
    "ThreadsMetadata": "Threads",
    "TiktokMetadata": "TikTok",
    "TwitterMetadata": "X / Twitter",
    "Retweet": "retweet, on X",
    "YoutubeMetadata": "YouTube",
    "LinkAttachment": "link_attachment",
    "LinkAttachmentThumbnail": "thumbnail, of a link",
    "ThreadItem": "thread, under metadata",
}
#: A section that takes most fields of another one, which has their meanings.
_LIKE = {
    "PostEntry": "SharedPostEntry",
    "Override": "SharedPostEntry",
    "OccurrenceEntry": "SharedPostEntry",
    "SharedIdeaEntry": "IdeaEntry",
    "IncludedFile": "RootFile",
}
#: The headings of networks say what these would list.
_LEFT_OUT = {"Metadata"}


def fields_text() -> str:
    """The whole page."""
    text = _SCHEMA.read_text(encoding="utf-8")
    definitions: dict[str, Any] = json.loads(text)["$defs"]
    objects = {name for name, each in definitions.items() if each.get("properties") and f'"#/$defs/{name}"' in text}
    if untitled := objects - set(_TITLES) - _LEFT_OUT:
        raise SystemExit(
            f"No heading in tools/make_fields.py for {', '.join(sorted(untitled))}: say what a file calls it."
        )
    ordered = [name for name in _TITLES if name in objects]
    by_hand = _PAGE.read_text(encoding="utf-8").partition(_MARK)[0]
    return "\n".join([f"{by_hand}{_MARK}", *(_section(name, definitions) for name in ordered)])


def _section(name: str, definitions: dict[str, Any]) -> str:
    title = _TITLES[name]
    rows = _rows(name, definitions)
    lines = [f"### {title}\n"]
    description = definitions[name].get("description", "")
    service = _service(name, definitions)
    lines.append(f"Under `metadata: {{{service}: …}}`.\n" if service else f"{description}\n")
    if name in _LIKE:
        other = _LIKE[name]
        common = _rows(other, definitions)
        same = [field for field, cell in rows.items() if common.get(field) == cell]
        rows = {field: cell for field, cell in rows.items() if field not in same}
        lines.append(f"{_taken(same, common, _TITLES[other])}{', and:' if rows else '.'}\n")
    if rows:
        lines += ["| field | meaning |", "|---|---|"]
        lines += [f"| `{field}` | {cell} |" for field, cell in rows.items()]
        lines.append("")
    return "\n".join(lines)


def _service(name: str, definitions: dict[str, Any]) -> str | None:
    """Whose options the section lists, if they are a network's."""
    for service, schema in definitions["Metadata"]["properties"].items():
        if schema["$ref"].endswith(f"/{name}"):
            return str(service)
    return None


def _taken(same: list[str], common: dict[str, str], title: str) -> str:
    """In words, which fields of the other section `same` are: those, or all except the others, whatever is shorter."""
    link = f"[{title}](#{re.sub(r'[^a-z0-9_-]', '', title.lower().replace(' ', '-'))})"
    others = [field for field in common if field not in same]
    if not others:
        return f"All fields of {link}"
    if len(others) < len(same):
        return f"All fields of {link} except {_listed(others)}"
    return f"{_listed(same)} of {link}"


def _listed(fields: list[str]) -> str:
    *first, last = (f"`{field}`" for field in fields)
    return f"{', '.join(first)} and {last}" if first else last


def _rows(name: str, definitions: dict[str, Any]) -> dict[str, str]:
    """The meaning of each field."""
    each = definitions[name]
    required = each.get("required", ())
    return {
        field: ("Required. " if field in required else "") + _meaning(schema, definitions)
        for field, schema in each["properties"].items()
    }


def _meaning(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    description = str(schema.get("description", "")).replace("|", "\\|").replace("\n", " ")
    description = re.sub(r"docs/(\S+)\.md", r"[\1](../\1.md)", description)
    values = [f"`{value}`" for value in _values(schema, definitions)]
    if not values or any(value in description for value in values):
        return description
    return f"{description} One of {', '.join(values)}."


def _values(schema: dict[str, Any], definitions: dict[str, Any]) -> list[str]:
    """The values of an enumeration, where a field is one."""
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "enum" in part:
            return [str(value) for value in part["enum"]]
        reference = str(part.get("$ref", "")).rpartition("/")[2]
        if "enum" in definitions.get(reference, {}):
            return [str(value) for value in definitions[reference]["enum"]]
    return []


if __name__ == "__main__":
    sys.stdout.write(fields_text())
