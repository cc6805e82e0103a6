"""The other objects of an organization: ideas and tags (notes: Writing, Experimental).

Tags are in the organization's own document; ideas have their own rows. Each write returns a member of
its payload union. Nothing edits or deletes an idea.
"""

from __future__ import annotations

import re

from bufferctl.sandbox.clock import iso
from bufferctl.sandbox.core import Core, answer
from bufferctl.sandbox.fixture import complete_ideas
from bufferctl.sandbox.media import media_problem
from bufferctl.sandbox.schedule import limit_reached
from bufferctl.sandbox.store import Doc, new_id

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_TAG_NAME_MOST = 100


def create_idea(core: Core, wanted: Doc) -> Doc:
    """Answer `createIdea`; `wanted` is a CreateIdeaInput after coercion."""
    organization = core.store.organizations.get(wanted["organizationId"])
    if organization is None:
        return answer("UnauthorizedError", message="Organization not found")
    content, group = wanted["content"], (wanted.get("group") or {}).get("groupId")
    if found := _idea_problems(core, content, group, organization):
        return answer("InvalidInputError", message="Invalid idea: " + ", ".join(found))
    taken = core.store.count("ideas", "organization = ?", (organization["id"],))
    if full := limit_reached("Ideas", taken, organization["limits"]["ideas"]):
        return answer("LimitReachedError", message=full)
    now = core.now()
    given = {
        "id": new_id(now), "organizationId": organization["id"], "groupId": group,
        "createdAt": iso(now + core.created_skew), "updatedAt": iso(now),
        "content": {name: value for name, value in content.items() if value is not None},
    }  # fmt: skip
    (idea,) = complete_ideas(core.store, [given], now)
    core.store.add("ideas", [idea])
    if core.options.idea_response:
        return answer("IdeaResponse", idea=idea, refreshIdeas=False)
    return answer("Idea", **idea)


def create_tag(core: Core, wanted: Doc) -> Doc:
    organization = core.store.organizations.get(wanted["organizationId"])
    if organization is None:
        return answer("UnauthorizedError", message="Organization not found")
    if refused := _tag_refusal(wanted["tag"], organization["tags"]):
        return refused
    if full := limit_reached("Tags", len(organization["tags"]), organization["limits"]["tags"]):
        return answer("LimitReachedError", message=full)
    tag = {"id": new_id(core.now()), **wanted["tag"], "colorName": None}
    core.store.put_organization({**organization, "tags": [*organization["tags"], tag]})
    return answer("TagActionSuccess", tag=tag)


def update_tag(core: Core, wanted: Doc) -> Doc:
    """Answer `updateTag`: name and color are replaced."""
    organization, tag = find_tag(core, wanted["id"])
    if organization is None or tag is None:
        return answer("NotFoundError", message="Tag not found")
    others = [one for one in organization["tags"] if one["id"] != tag["id"]]
    if refused := _tag_refusal(wanted["tag"], others):
        return refused
    same = wanted["tag"]["color"] == tag["color"]
    tag = {**tag, **wanted["tag"], "colorName": tag.get("colorName") if same else None}
    tags = [tag if one["id"] == tag["id"] else one for one in organization["tags"]]
    core.store.put_organization({**organization, "tags": tags})
    return answer("TagActionSuccess", tag=tag)


def delete_tag(core: Core, wanted: Doc) -> Doc:
    """Answer `deleteTag`: posts lose the tag."""
    organization, tag = find_tag(core, wanted["id"])
    if organization is None or tag is None:
        return answer("NotFoundError", message="Tag not found")
    tags = [one for one in organization["tags"] if one is not tag]
    core.store.put_organization({**organization, "tags": tags})
    return answer("DeleteTagActionSuccess", id=tag["id"])


def find_tag(core: Core, wanted_id: str) -> tuple[Doc | None, Doc | None]:
    """Return a tag's organization and the tag, or None and None if there is none with this id."""
    tags = ((owner, tag) for owner in core.store.organizations.values() for tag in owner["tags"])
    return next(((owner, tag) for owner, tag in tags if tag["id"] == wanted_id), (None, None))


def _tag_refusal(tag: Doc, others: list[Doc]) -> Doc | None:
    if not 1 <= len(tag["name"]) <= _TAG_NAME_MOST:
        return answer("InvalidInputError", message=f"Tag names have 1 to {_TAG_NAME_MOST} characters.")
    if not _COLOR.fullmatch(tag["color"]):
        return answer("InvalidInputError", message="Tag colors have the form #RRGGBB.")
    if any(one["name"] == tag["name"] for one in others):
        return answer("DuplicateError", message="A tag with this name already exists.")
    return None


def _idea_problems(core: Core, content: Doc, group: str | None, organization: Doc) -> list[str]:
    found = []
    if not any(content.get(part) for part in ("title", "text", "media")):
        found.append("Idea must have a title, text or media.")
    known = {tag["id"] for tag in organization["tags"]}
    found += [f"Tag {tag['id']} not found." for tag in content.get("tags") or [] if tag["id"] not in known]
    for media in content.get("media") or []:
        if media["type"] == "video":
            found.append("Videos are not supported in ideas.")
        elif problem := media_problem(media["url"], media["type"], core.options.media_roots):
            found.append(problem)
    if group and group not in {one["id"] for one in organization["ideaGroups"]}:
        found.append("Idea group not found.")
    return list(dict.fromkeys(found))
