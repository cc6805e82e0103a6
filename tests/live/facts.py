"""What is tried on a visit: each fact with words of docs/how/buffer-api.md, and how a draft shows it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from tests.live.visit import CREATE, EDIT, ITEM, LATER, LIST, PAYLOAD, POST, READ, NotTriedError, StoppedError, Visit

NOBODY = "000000000000000000000000"
PAST = "2020-01-01T09:00:00.000Z"


class Verdict(StrEnum):
    """What a visit says of a fact."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNKNOWN = "could not tell"
    NOT_TRIED = "not tried"
    PUBLISHED = "needs a published post"


#: Whether a fact holds, None if that could not be seen; and what was seen.
Seen = tuple[bool | None, str]


@dataclass(frozen=True)
class Fact:
    """A fact: `title` for people, `quote` of the page, and how it is tried, None where a draft cannot show it."""

    title: str
    quote: str
    attempt: Callable[[Visit], Seen] | None = None


FACTS: list[Fact] = []


def fact(title: str, quote: str) -> Callable[[Callable[[Visit], Seen]], Callable[[Visit], Seen]]:
    """Declare how a fact is tried."""

    def declare(attempt: Callable[[Visit], Seen]) -> Callable[[Visit], Seen]:
        FACTS.append(Fact(title, quote, attempt))
        return attempt

    return declare


def try_facts(visit: Visit) -> Iterator[tuple[Fact, Verdict, str]]:
    """Every fact with its verdict and what was seen, in order; what a visit cannot go on with is not known."""
    for each in FACTS:
        if each.attempt is None:
            yield each, Verdict.PUBLISHED, ""
            continue
        try:
            holds, note = each.attempt(visit)
        except NotTriedError as error:
            yield each, Verdict.NOT_TRIED, str(error)
            continue
        except StoppedError as error:
            holds, note = None, str(error).splitlines()[0]
        except (KeyError, TypeError, IndexError) as error:
            holds, note = None, f"the answer has another form: {error!r}"
        yield each, {True: Verdict.HOLDS, False: Verdict.FAILS, None: Verdict.UNKNOWN}[holds], note


def _refused(payload: dict[str, Any], words: str) -> Seen:
    """Whether a payload is a refusal with these words."""
    if payload.get("__typename") == "PostActionSuccess":
        return False, "a draft takes it"
    message = str(payload.get("message") or "")
    return words in message, message


# Endpoint


@fact("a wrong key is answered 401, UNAUTHENTICATED", "A 401 comes before validation")
def wrong_key(visit: Visit) -> Seen:
    answer = visit.ask("{ nothing }", headers={"Authorization": "Bearer wrong"})
    return (answer.status, answer.code) == (401, "UNAUTHENTICATED"), f"HTTP {answer.status} {answer.code}"


@fact("a missing User-Agent is answered 403", "Send a User-Agent of your own")
def no_agent(visit: Visit) -> Seen:
    answer = visit.ask("{ __typename }", headers={"User-Agent": None})
    return answer.status == 403, f"HTTP {answer.status}"


@fact("introspection answers with a key", "Introspection works with a key")
def introspection(visit: Visit) -> Seen:
    return bool(visit.schema), f"{len(visit.schema)} types"


@fact("a permission that the key lacks is refused", "The answer to a missing")
def permission(_visit: Visit) -> Seen:
    raise NotTriedError("try again with a key that may only read")


# Reading


@fact("a page of 100 posts is answered", "Buffer suggests pages of 20 to 50")
def page(visit: Visit) -> Seen:
    wanted = {"organizationId": visit.organization_id, "filter": {"channelIds": [visit.channel_id]}}
    found = visit.ask(LIST, i=wanted, first=100).it
    if found is None:
        return False, "refused"
    number = len(found["edges"])
    return number == 100 if found["pageInfo"]["hasNextPage"] else None, f"{number} posts"


@fact("a missing post nulls the whole data", "for an unknown id makes the whole `data` of that request null")
def missing(visit: Visit) -> Seen:
    answer = visit.ask(READ, i={"id": NOBODY})
    return answer.body.get("data") is None and answer.code == "NOT_FOUND", answer.code


@fact("answers have a Date header", "Every request counts")
def date(visit: Visit) -> Seen:
    _ = visit.organizations
    return "date" in {name.lower() for name in visit.exchanges[-1][2].headers}, ""


@fact("the headers name a window of 15 minutes and one of a day", "The headers have one policy per window")
def windows(visit: Visit) -> Seen:
    found = next((a.headers["ratelimit-policy"] for _, _, a in visit.exchanges if "ratelimit-policy" in a.headers), "")
    return {"900", "86400"} <= set(re.findall(r"w=(\d+)", found)) if found else None, found and "read"


@fact("a new draft is in the list at once", "Whether reads lag behind writes is open")
def lag(visit: Visit) -> Seen:
    made = visit.plain["post"]["id"]
    wanted = {
        "organizationId": visit.organization_id,
        "filter": {"channelIds": [visit.channel_id], "status": ["draft"]},
    }
    found = visit.ask(LIST, i=wanted, first=20).it
    return made in {edge["node"]["id"] for edge in found["edges"]}, ""


@fact("a window of createdAt finds a new draft", "in a narrow window of `createdAt`")
def window(visit: Visit) -> Seen:
    post = visit.plain["post"]
    made = datetime.fromisoformat(post["createdAt"])
    found = []
    for start in (made - timedelta(seconds=1), made + timedelta(minutes=1)):
        limits = {"start": _instant(start), "end": _instant(start + timedelta(seconds=30))}
        wanted = {"channelIds": [visit.channel_id], "status": ["draft"], "createdAt": limits}
        answer = visit.ask(LIST, i={"organizationId": visit.organization_id, "filter": wanted}, first=20)
        if answer.it is None:
            return False, answer.code or f"HTTP {answer.status}"
        found.append(post["id"] in {edge["node"]["id"] for edge in answer.it["edges"]})
    return found == [True, False], "in a window around it, and in a later one"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@fact("posts are listed newest first", "The default order is newest first")
def newest_first(visit: Visit) -> Seen:
    _ = visit.plain, visit.draft()
    wanted = {"channelIds": [visit.channel_id], "status": ["draft"]}
    edges = visit.ask(LIST, i={"organizationId": visit.organization_id, "filter": wanted}, first=20).it["edges"]
    made = [datetime.fromisoformat(edge["node"]["createdAt"]) for edge in edges]
    return made == sorted(made, reverse=True), f"{len(made)} drafts, by createdAt"


@fact("an automatic post reads back with schedulingType null", "often reads back as null")
def null_kind(visit: Visit) -> Seen:
    kind = visit.plain["post"]["schedulingType"]
    return (None, "it became a reminder") if kind == "notification" else (kind is None, str(kind))


@fact(
    "an explicit automatic wins over a channel's reminders",
    "Whether an explicit `automatic` overrides the default is open",
)
def automatic_wins(visit: Visit) -> Seen:
    if not (visit.channel.get("metadata") or {}).get("defaultToReminders"):
        raise NotTriedError("the channel does not default to reminders")
    kind = visit.plain["post"]["schedulingType"]
    return kind != "notification", str(kind)


@fact("a personal Instagram refuses automatic posts", "A personal Instagram account refuses it")
def personal(visit: Visit) -> Seen:
    if (visit.service, visit.channel["type"]) != ("instagram", "profile"):
        raise NotTriedError("the channel is no personal Instagram")
    return _refused(visit.draft(), "require notification scheduling")


@fact("text is kept as sent", "Text is kept as sent, line breaks included")
def text(visit: Visit) -> Seen:
    kept = visit.plain["post"]["text"]
    sent = next(v["i"]["text"] for q, v, _ in visit.exchanges if q == CREATE and v["i"]["text"].startswith("One "))
    without = [re.sub(r"https?://\S+", "", each) for each in (sent, kept)]
    return without[0] == without[1], ""


@fact("links in the text of a draft are not shortened", "Whether links in `text` are shortened on channels with")
def links(visit: Visit) -> Seen:
    if not (visit.channel.get("linkShortening") or {}).get("isEnabled"):
        raise NotTriedError("the channel does not shorten links")
    return "https://buffer.com/resources" in visit.plain["post"]["text"], "in a draft"


@fact("assets read back at Buffer's own storage, without an id", "reads back as a URL in Buffer's own storage")
def storage(visit: Visit) -> Seen:
    if not visit.image:
        raise NotTriedError("give IMAGE, the public https URL of an image")
    payload = visit.draft(assets=[visit.picture])
    (asset,) = payload["post"]["assets"]
    return asset["id"] is None and asset["source"] != visit.image, ""


@fact("a draft made over the API reads back via buffer", "drafts made by the API were seen as `buffer`")
def via(visit: Visit) -> Seen:
    return visit.plain["post"]["via"] == "buffer", str(visit.plain["post"]["via"])


@fact("createdAt of a post is ISO 8601 with milliseconds and Z", "`Post.createdAt` is ISO 8601 with milliseconds and Z")
def created(visit: Visit) -> Seen:
    value = visit.plain["post"]["createdAt"]
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)), ""


@fact("createdAt of an idea is epoch seconds", "`Idea.createdAt` is in epoch seconds")
def idea_created(visit: Visit) -> Seen:
    query = "query Ideas($i: IdeasInput!) { it: ideas(input: $i, first: 1) { edges { node { createdAt } } } }"
    edges = (visit.ask(query, i={"organizationId": visit.organization_id}).it or {}).get("edges")
    if not edges:
        raise NotTriedError("the organization has no idea")
    return isinstance(edges[0]["node"]["createdAt"], int), ""


# Writing


@fact("saveToDraft makes a draft", "`saveToDraft: true` gives the status `draft`")
def draft(visit: Visit) -> Seen:
    return visit.plain["post"]["status"] == "draft", str(visit.plain["post"]["status"])


@fact("aliases of a request run in order, each with its own answer", "Several aliased mutations in one request work")
def aliases(visit: Visit) -> Seen:
    texts = [f"Alias {uuid.uuid4().hex[:8]}" for _ in range(3)]
    inputs = {f"i{n}": visit.input(each) for n, each in enumerate(texts)}
    inputs["i1"]["text"], inputs["i1"]["assets"] = "", []
    names = ", ".join(f"${name}: CreatePostInput!" for name in inputs)
    fields = " ".join(f"a{n}: createPost(input: $i{n}) {PAYLOAD}" for n in range(3))
    data = visit.ask(f"mutation Create({names}) {{ {fields} }} {POST}", **inputs).body["data"]
    kinds = [data[f"a{n}"]["__typename"] for n in range(3)]
    if kinds[1] == "PostActionSuccess":
        return None, "a draft without text and media is taken"
    in_order = data["a0"]["post"]["createdAt"] <= data["a2"]["post"]["createdAt"]
    return kinds == ["PostActionSuccess", "InvalidInputError", "PostActionSuccess"] and in_order, ", ".join(kinds)


@fact("aliases run one after another while media are fetched", "Whether aliases then run one after another is open")
def serial(visit: Visit) -> Seen:
    if not visit.image:
        raise NotTriedError("give IMAGE, the public https URL of an image")
    inputs = {f"i{n}": visit.input(assets=[visit.picture]) for n in range(4)}
    names = ", ".join(f"${name}: CreatePostInput!" for name in inputs)
    fields = " ".join(f"a{n}: createPost(input: $i{n}) {PAYLOAD}" for n in range(4))
    data = visit.ask(f"mutation Create({names}) {{ {fields} }} {POST}", **inputs).body["data"]
    made = [data[f"a{n}"]["post"]["createdAt"] for n in range(4)]
    return (True if len(set(made)) == len(made) and made == sorted(made) else None), "by their creation times"


@fact("a repeat of createPost makes a second draft", "There is no idempotency key, and repeating `createPost`")
def repeats(visit: Visit) -> Seen:
    wanted = visit.input()
    first, second = (visit.ask(CREATE, i=wanted).it for _ in range(2))
    if second["__typename"] != "PostActionSuccess":
        return False, second["message"]
    return first["post"]["id"] != second["post"]["id"], ""


@fact("the text of a deleted draft is taken again", "to remember deleted drafts: open")
def remembered(visit: Visit) -> Seen:
    wanted = visit.input()
    made = visit.ask(CREATE, i=wanted).it["post"]["id"]
    visit.delete(made)
    again = visit.ask(CREATE, i=wanted).it
    return again["__typename"] == "PostActionSuccess", str(again.get("message") or "")


@fact("a time in the past is refused", "A `dueAt` in the past is refused with a typed error")
def past(visit: Visit) -> Seen:
    return _refused(visit.draft(mode="customScheduled", dueAt=PAST), "dueAt must be in the future")


@fact("an edit keeps what it omits", "Omitted fields stay")
def omitted(visit: Visit) -> Seen:
    made = visit.draft(mode="customScheduled", dueAt=LATER)["post"]
    edited = visit.ask(EDIT, i={"id": made["id"], "tagIds": [], "saveToDraft": True}).it
    if edited["__typename"] != "PostActionSuccess":
        return (None if "text or media" not in edited["message"] else False), edited["message"]
    return edited["post"]["text"] == made["text"], "the text"


@fact("an edit drops the network fields that it omits", "Whether other fields of the metadata stay if omitted is open")
def omitted_fields(visit: Visit) -> Seen:
    if visit.service != "twitter":
        raise NotTriedError("needs an X channel")
    made = visit.draft(metadata={"twitter": {"isAiGenerated": True}})["post"]
    edit = {"id": made["id"], "text": made["text"], "metadata": {"twitter": {}}, "saveToDraft": True}
    edited = visit.ask(EDIT, i=edit).it
    if edited["__typename"] != "PostActionSuccess":
        return None, edited["message"]
    return not (edited["post"]["metadata"] or {}).get("isAiGenerated"), "the label of what AI made"


@fact("an edit that omits the metadata keeps it", "The reference does not say what happens to `metadata` as a")
def omitted_metadata(visit: Visit) -> Seen:
    if visit.service != "twitter":
        raise NotTriedError("needs an X channel")
    made = visit.draft(metadata={"twitter": {"isAiGenerated": True}})["post"]
    edited = visit.ask(EDIT, i={"id": made["id"], "text": f"{made['text']}!", "saveToDraft": True}).it
    if edited["__typename"] != "PostActionSuccess":
        return None, edited["message"]
    return bool((edited["post"]["metadata"] or {}).get("isAiGenerated")), "the label of what AI made"


@fact("an edit makes a draft a scheduled post", "the post is never published until somebody")
def scheduled(visit: Visit) -> Seen:
    made = visit.draft()["post"]
    wanted = {"mode": "customScheduled", "dueAt": LATER, "schedulingType": "automatic", "saveToDraft": False}
    edited = visit.ask(EDIT, i={"id": made["id"], "text": made["text"], **wanted}).it
    visit.delete(made["id"])
    post = edited.get("post") or {}
    return (post.get("status"), post.get("dueAt")) == ("scheduled", LATER), str(edited.get("message") or "")


@fact("customScheduled with dueAt and no schedulingType moves a post", "without `schedulingType` moves a post")
def moves(visit: Visit) -> Seen:
    made = visit.draft()["post"]
    edit = {"id": made["id"], "text": made["text"], "mode": "customScheduled", "dueAt": LATER, "saveToDraft": True}
    edited = visit.ask(EDIT, i=edit).it
    return (edited.get("post") or {}).get("dueAt") == LATER, str(edited.get("message") or "")


@fact("deleting an unknown id answers Document not found", "`deletePost` answers `DeletePostSuccess{id}`")
def unknown(visit: Visit) -> Seen:
    made = visit.draft()["post"]["id"]
    kinds = visit.delete(made)["__typename"], visit.delete(NOBODY).get("message")
    return kinds == ("DeletePostSuccess", "Document not found"), str(kinds[1])


@fact("a concrete type that is not in the union is refused", "Selecting a concrete type that is not in the union is")
def union(visit: Visit) -> Seen:
    answer = visit.ask(CREATE.replace("... on MutationError", "... on VoidMutationError"), i=visit.input())
    return (answer.status, answer.code) == (400, "GRAPHQL_VALIDATION_FAILED"), f"HTTP {answer.status} {answer.code}"


@fact("dead media are refused at creation", "`Invalid post: Image could not be read from its")
def dead(visit: Visit) -> Seen:
    image = {"image": {"url": "https://nowhere.invalid/a.jpg", "metadata": {"altText": "A"}}}
    payload = visit.draft(assets=[image])
    if payload["__typename"] == "PostActionSuccess":
        return False, "a draft takes it"
    return bool(re.search("could not be read|Failed to fetch", payload["message"])), payload["message"]


@fact("an edit validates the whole post again", "An edit validates the whole post again")
def whole(_visit: Visit) -> Seen:
    raise NotTriedError("the network's rules are not known to hold for drafts")


@fact("Instagram's first comment is not kept", "An Instagram `firstComment` given at creation was not kept")
def comment(visit: Visit) -> Seen:
    if visit.service != "instagram" or not visit.image:
        raise NotTriedError("needs an Instagram channel, and IMAGE")
    metadata = {"type": "post", "shouldShareToFeed": True, "firstComment": "First"}
    payload = visit.draft(metadata={"instagram": metadata})
    if "post" not in payload:
        return None, payload["message"]
    return not (payload["post"]["metadata"] or {}).get("firstComment"), "in a draft"


@fact("places of mentions count an emoji as one character", "In which unit the places of mentions count is open")
def mentions(visit: Visit) -> Seen:
    if visit.service not in {"facebook", "linkedin"}:
        raise NotTriedError("needs a Facebook or a LinkedIn channel")
    kept = []
    for start in (2, 3):  # behind the emoji and a space, in characters and in UTF-16 units
        text = f"\N{PARTY POPPER} Ada {uuid.uuid4().hex[:8]}"
        payload = visit.draft(text, metadata={visit.service: _mention(visit.service, start)})
        annotations = ((payload.get("post") or {}).get("metadata") or {}).get("annotations") or []
        kept.append([each["indices"] for each in annotations] == [[start, start + 3]])
    if kept[0] == kept[1]:
        return None, "both ways are kept" if kept[0] else "neither way is kept"
    return kept[0], "in characters" if kept[0] else "in UTF-16 units"


def _mention(service: str, start: int) -> dict[str, Any]:
    """The metadata of a post that mentions `Ada` there."""
    if service == "facebook":
        there = {"content": "1", "indices": [start, start + 3], "text": "Ada", "url": "https://facebook.com/ada"}
        return {"type": "post", "annotations": [there]}
    names = {"id": "1", "entity": "urn:li:organization:1", "localizedName": "Ada", "vanityName": "ada"}
    link = "https://www.linkedin.com/company/ada"
    return {"annotations": [{**names, "link": link, "start": start, "length": 3}]}


@fact("assets[].link still exists", "`assets[].link` will be removed on 2026-12-15")
def link(visit: Visit) -> Seen:
    return ("link" in visit.schema["AssetInput"], "in the schema") if visit.schema else (None, "no introspection")


@fact("createIdea answers Idea or IdeaResponse", "`createIdea` answers `Idea` or `IdeaResponse{idea}`")
def idea(_visit: Visit) -> Seen:
    raise NotTriedError("an idea cannot be deleted again")


@fact("an alias that throws nulls the whole data", "an alias that throws")
def throws(_visit: Visit) -> Seen:
    raise NotTriedError("nothing makes one throw")


# Limits and content items


@fact("the plan's limits are told", "`Organization.limits.scheduledPosts`")
def limits(visit: Visit) -> Seen:
    found = next(each["limits"] for each in visit.organizations if each["id"] == visit.organization_id)
    return None not in found.values(), ", ".join(f"{name} {value}" for name, value in found.items())


@fact("a repeated correlationId returns the first content item", "Repeating it with the same UUID in the")
def correlation(visit: Visit) -> Seen:
    title = f"Draft {uuid.uuid4().hex[:8]}, delete me"
    wanted = {"organizationId": visit.organization_id, "title": title, "correlationId": str(uuid.uuid4()),
              "draft": {"text": title}}  # fmt: skip
    ids = set[str]()
    for _ in range(2):
        answer = visit.ask(ITEM, i=wanted)
        item = (answer.it or {}).get("contentItem")
        if item is None:
            return None, str((answer.it or {}).get("message") or answer.code or f"HTTP {answer.status}")
        ids.add(item["id"])
    for each in ids:
        visit.delete_item(each)  # what stays is tried again at the end
    return len(ids) == 1, ""


@fact("draft, then promote, could be at most once", "Whether draft, then promote, could be at-most-once is open")
def promote(_visit: Visit) -> Seen:
    raise NotTriedError("promoting makes posts")


@fact("a published post cannot be deleted over the API", "Deleting")
def sent_actions(visit: Visit) -> Seen:
    if visit.sent is None:
        raise NotTriedError("the channel has no published post")
    return "deletePost" not in visit.sent["allowedActions"], "by allowedActions; nothing was deleted"


FACTS += [
    Fact("videos are held to the lengths of the web composer", "whether the API enforces it is open"),
    Fact("one text for several X accounts is refused", "Whether one text for several X accounts is refused"),
    Fact("equal posts are refused for some time", "The service refuses some repeats itself"),
    Fact("links of published posts are shortened", "Published LinkedIn posts read back with"),
    Fact("the limit of scheduled posts counts by channel", "10 scheduled posts per channel"),
    Fact("addToQueue takes the next slot, and later posts move up", "later posts move up a slot"),
    Fact("a post is sending for some time before it is sent", "`shareNow` may answer `sent` at once"),
]
