"""Prints docs/reference/format.md: what is written by hand, then every field, from the published schema."""

from __future__ import annotations

import json
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

#: The order of the first sections; everything else follows by name.
_FIRST = (
    "RootFile",
    "PolicyEntry",
    "FreezeEntry",
    "UtmEntry",
    "OrganizationEntry",
    "ChannelEntry",
    "TagEntry",
    "IncludedFile",
    "SharedPostEntry",
    "PostEntry",
    "Override",
    "Repeat",
    "OccurrenceEntry",
    "UtmFields",
    "PartEntry",
    "Asset",
    "Image",
    "Video",
    "Document",
    "Link",
    "UserTag",
    "Dimensions",
    "Metadata",
)
_TITLES = {
    "RootFile": "buffer.yaml",
    "PolicyEntry": "policy",
    "FreezeEntry": "freeze, under policy",
    "UtmEntry": "utm, under policy",
    "UtmFields": "utm, of a file or a post",
    "Repeat": "repeat",
    "OccurrenceEntry": "each, under repeat",
    "PartEntry": "thread, beside text",
    "IncludedFile": "A file below it",
    "OrganizationEntry": "organizations",
    "ChannelEntry": "channels",
    "TagEntry": "tags of an organization",
    "SharedPostEntry": "posts, for several channels",
    "PostEntry": "posts, under a channel",
    "Override": "overrides",
    "IdeaEntry": "ideas",
    "SharedIdeaEntry": "ideas, in a file of their own",
}


def fields_text() -> str:
    """The whole page."""
    text = _SCHEMA.read_text(encoding="utf-8")
    definitions: dict[str, Any] = json.loads(text)["$defs"]
    objects = [name for name, each in definitions.items() if each.get("properties") and f'"#/$defs/{name}"' in text]
    ordered = [name for name in _FIRST if name in objects] + sorted(set(objects) - set(_FIRST))
    by_hand = _PAGE.read_text(encoding="utf-8").partition(_MARK)[0]
    return "\n".join([f"{by_hand}{_MARK}\n", *(_section(name, definitions) for name in ordered)])


def _section(name: str, definitions: dict[str, Any]) -> str:
    each = definitions[name]
    required = set(each.get("required", ()))
    lines = [
        f"### {_TITLES.get(name, name)}\n",
        f"{each.get('description', '')}\n",
        "| field | must | meaning |",
        "|---|---|---|",
    ]
    for field, schema in each["properties"].items():
        must = "required" if field in required else ""
        lines.append(f"| `{field}` | {must} | {_cell(schema, definitions)} |")
    return "\n".join(lines) + "\n"


def _cell(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    description = str(schema.get("description", "")).replace("|", "\\|").replace("\n", " ")
    values = _values(schema, definitions)
    return f"{description} One of {', '.join(f'`{value}`' for value in values)}." if values else description


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
