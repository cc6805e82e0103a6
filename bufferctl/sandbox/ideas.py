"""Ideas: create them; nothing edits or deletes one (NOTES: Writing)."""

from __future__ import annotations

from bufferctl.sandbox.checks import media_problem
from bufferctl.sandbox.clock import epoch_ms, iso, parse_time
from bufferctl.sandbox.core import Core, answer
from bufferctl.sandbox.ids import new_id
from bufferctl.sandbox.media import idea_media_view
from bufferctl.sandbox.store import Doc


def create_idea(core: Core, wanted: Doc) -> Doc:
    """Answer `createIdea`; `wanted` is a CreateIdeaInput after coercion."""
    organization = core.store.organizations.get(wanted["organizationId"])
    if organization is None:
        return answer("UnauthorizedError", message="Organization not found")
    content, group = wanted["content"], (wanted.get("group") or {}).get("groupId")
    if found := _problems(content, group, organization):
        return answer("InvalidInputError", message="Invalid idea: " + ", ".join(found))
    if core.store.count("ideas", "organization = ?", (organization["id"],)) >= organization["limits"]["ideas"]:
        return answer("LimitReachedError", message="Ideas limit reached.")
    now = core.now()
    tags = {tag["id"]: tag for tag in organization["tags"]}
    idea = {
        "id": new_id(now), "organizationId": organization["id"], "groupId": group, "position": None,
        "createdAt": iso(now), "updatedAt": iso(now),
        "content": {
            "aiAssisted": bool(content.get("aiAssisted")), "date": content.get("date"), "text": content.get("text"),
            "title": content.get("title"), "media": content.get("media") or [],
            "services": content.get("services") or [],
            "tags": [tags[tag["id"]] for tag in content.get("tags") or []],
        },
    }  # fmt: skip
    core.store.add_ideas([idea])
    if core.options.idea_response:
        return answer("IdeaResponse", idea=idea_view(idea), refreshIdeas=False)
    return answer("Idea", **idea_view(idea))


def idea_view(idea: Doc) -> Doc:
    """Return an Idea: its dates are epoch seconds, unlike a post's (NOTES: Reading)."""
    content = {**idea["content"], "media": [idea_media_view(media) for media in idea["content"]["media"]]}
    created, updated = (epoch_ms(parse_time(idea[key])) // 1000 for key in ("createdAt", "updatedAt"))
    return {**idea, "content": content, "createdAt": created, "updatedAt": updated}


def _problems(content: Doc, group: str | None, organization: Doc) -> list[str]:
    found = []
    if not any(content.get(part) for part in ("title", "text", "media")):
        found.append("Idea must have a title, text or media.")
    known = {tag["id"] for tag in organization["tags"]}
    found += [f"Tag {tag['id']} not found." for tag in content.get("tags") or [] if tag["id"] not in known]
    for media in content.get("media") or []:
        if problem := media_problem(media["url"], media["type"]):
            found.append(problem)
    if group and group not in {one["id"] for one in organization["ideaGroups"]}:
        found.append("Idea group not found.")
    return list(dict.fromkeys(found))
