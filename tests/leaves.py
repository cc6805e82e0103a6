"""Every leaf of what bufferctl sends, from the inputs of Buffer's published SDL, for tests of every field.

A *leaf* is a scalar of CreatePostInput, EditPostInput or CreateIdeaInput, by its path in the wire's names (`[]` for
the entries of a list): `metadata.youtube.privacy`, `assets[].image.metadata.userTags[].handle`. The list comes from the
SDL, so a field that Buffer adds fails `tests/test_leaves.py` until it is in exactly one of three places:

- `LEAVES`: a file can set it. Each `Leaf` has an entry that sets it (`entry()`), the same with another value
  (`changed()`) and without it (`removed()`; None where the network takes no post without it). Entries are plain data as
  YAML has it, valid on the default account of the sandbox; `in_a_file(entry)` makes a whole `buffer.yaml` of one.
- `IMPLIED`: it is always sent, and no field of an entry sets it alone (ids, the channel).
- `NOT_SENT`: it is never sent, with the reason.

    @pytest.mark.parametrize("leaf", LEAVES, ids=str)
    def test_every_leaf_is_shown(project: Project, leaf: Leaf) -> None:
        project.write("buffer.yaml", leaf.in_a_file(leaf.entry()))

`leaf.returned` says whether Buffer returns it in the form in which it was sent; `NOT_RETURNED` has the reasons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type, is_list_type, is_non_null_type
from pydantic.alias_generators import to_snake

from bufferctl.model import Service
from bufferctl.sandbox import default_fixture
from tests.sources import published

SCHEMA = published()
POST_INPUTS, IDEA_INPUT = ("CreatePostInput", "EditPostInput"), "CreateIdeaInput"

Data = dict[str, Any]
#: Where a field is in an entry: names, and places in lists.
At = tuple[str | int, ...]

_PAGE, _PNG, _MP4 = "https://acme.example/a", "https://media.acme.example/a.png", "https://media.acme.example/a.mp4"
_OTHER_PNG = "https://media.acme.example/b.png"
#: Where a value is not valid alone, what else an entry with it has; None takes a field away.
_With = Mapping[At, Any]


@dataclass(frozen=True)
class Leaf:
    """A scalar that bufferctl sends, and how a file sets it."""

    path: str  # in the wire's names
    service: Service | None  # the network of its entries; None: they are ideas
    at: At  # its place in an entry
    gone: At  # what `removed` takes away: its place, or that of what is only valid with it; empty if it is required
    returned: bool  # Buffer returns it as it was sent
    set_to: Data  # an entry that sets it
    changed_to: Data  # the same with another value of it

    def __str__(self) -> str:
        return self.path if self.service else f"idea.{self.path}"

    def entry(self) -> Data:
        """An entry that sets it."""
        return deepcopy(self.set_to)

    def changed(self) -> Data:
        """The same entry with another value of it."""
        return deepcopy(self.changed_to)

    def removed(self) -> Data | None:
        """The same entry without it, None if Buffer or the format takes nothing without it."""
        return _set(self.entry(), self.gone, None) if self.gone else None

    def in_a_file(self, *entries: Data) -> str:
        """A root file with such entries, as JSON, which is YAML; the idea `origin` is declared with posts."""
        ideas = [{"key": "origin", "title": "Where it began"}, {"key": "second", "title": "Another one"}]
        organization: Data = {"name": "Acme", "ideas": ideas}
        if self.service is None:
            organization["ideas"] = list(entries)
        else:
            organization["channels"] = [
                {"service": self.service.value, "name": CHANNELS[self.service], "posts": list(entries)}
            ]
        return json.dumps({"version": 1, "timezone": "UTC", "organizations": [organization]}, indent=1)


#: The names of the default account's channels.
CHANNELS = {
    Service(each["service"]): each["name"] for each in reversed(default_fixture()["organizations"][0]["channels"])
}


def paths(input_name: str) -> dict[str, str]:
    """Each leaf of an input type by its path, with what declares it, as `RetweetMetadataInput.id`."""
    kind = SCHEMA.type_map[input_name]
    assert isinstance(kind, GraphQLInputObjectType)
    return dict(_paths(kind, ""))


def _paths(kind: GraphQLInputObjectType, above: str) -> Iterator[tuple[str, str]]:
    for name, declared in kind.fields.items():
        inner = declared.type.of_type if is_non_null_type(declared.type) else declared.type
        path = f"{above}{name}{'[]' if is_list_type(inner) else ''}"
        named = get_named_type(inner)
        if isinstance(named, GraphQLInputObjectType):
            yield from _paths(named, f"{path}.")
        else:
            yield path, f"{kind.name}.{name}"


#: Leaves that no field of an entry sets alone. They are sent with every post or idea.
IMPLIED = {
    "channelId": "the channel that the entry is for",
    "organizationId": "the organization that the entry is in",
    "id": "the post's id, from the state",
    "content.tags[].name": "the tag's own, sent with its id",
    "content.tags[].color": "the tag's own, sent with its id",
    "approvalChange": "`needs_approval` in an edit; it is set by needsApproval's sample",
}

_ON_THREADS = r"metadata\.(twitter|bluesky|mastodon|threads)\.thread\[\]\."
#: Leaves that bufferctl never sends: patterns of their paths, with the reason.
NOT_SENT = {
    r"(.*\.)?assets\[\]\.link\..*": "deprecated: `link_attachment` of the network takes its place",
    r"(.*\.)?assets\[\]\.video\.thumbnailUrl": "Buffer refuses it whatever it holds",
    rf"{_ON_THREADS}assets\[\]\.document\..*": "no network with threads takes documents",
    rf"{_ON_THREADS}assets\[\]\.video\.metadata\.thumbnailOffset": "no network with threads takes it",
    r"metadata\.(twitter|mastodon)\.thread\[\]\.metadata\..*": "parts have a link preview on Bluesky and Threads only",
    r"metadata\.bluesky\.thread\[\]\.metadata\.threads\..*": "the metadata of another network",
    r"metadata\.threads\.thread\[\]\.metadata\.bluesky\..*": "the metadata of another network",
}
#: The same for one of the inputs that share a path.
NOT_SENT_BY = {
    "EditPostInput.draftId": "the draft that a post is made from matters when it is created",
}

#: Leaves that Buffer does not return, or not as they were sent: patterns of `Type.field`, with the reason.
NOT_RETURNED = {
    r"(Create|Edit)PostInput\.(aiAssisted|source|draftId)": "no field of Post has it",
    r"CreateIdeaInput\.(cta|templateId)": "no field of Idea has it",
    r"IdeaGroupInput\.placeAfterId": "Idea has a position, a number",
    r"IdeaMediaSourceInput\.trigger": "no field of IdeaMedia has it",
    r"RetweetMetadataInput\.comment": "`text` is that of the post that is shared",
    r"ImageDimensionsInput\..*": "Buffer measures the image itself",
    r".*\.(url|thumbnailUrl|animatedThumbnail)": "a URL on Buffer's own storage",
    r"IdeaMediaInput\.size": "Buffer measures the file itself",
    r"AnnotationInputLinkedIn\.(id|entity|vanityName|link)": "an annotation has no such field, or another form of it",
    r"AnnotationInputFacebook\.(content|url)": "an annotation may have another form of it",
}
#: URLs that are not media, so that they come back as they are.
_PLAIN_URLS = {"LinkAttachmentInput.url", "PinterestPostMetadataInput.url"}

#: Two values of each leaf, by the type and the field that declare it.
_SAMPLES: dict[str, tuple[Any, Any]] = {
    "CreatePostInput.aiAssisted": (True, False),
    "CreatePostInput.draftId": ("66a00000000000000000d001", "66a00000000000000000d002"),
    "CreatePostInput.dueAt": ("2029-12-20 09:00", "2029-12-21 10:30"),
    "CreatePostInput.ideaId": ("origin", "second"),
    "CreatePostInput.mode": ("shareNext", "addToQueue"),
    "CreatePostInput.needsApproval": (True, False),
    "CreatePostInput.saveToDraft": (True, False),
    "CreatePostInput.schedulingType": ("notification", "automatic"),
    "CreatePostInput.source": ("press-kit", "newsletter"),
    "CreatePostInput.tagIds": (["launch"], ["launch", "event"]),
    "CreatePostInput.text": ("Hello, world", "Good evening, world"),
    "ImageAssetInput.url": (_PNG, _OTHER_PNG),
    "ImageAssetInput.thumbnailUrl": ("https://media.acme.example/s.png", "https://media.acme.example/t.png"),
    "ImageMetadataInput.altText": ("A harbor", "A harbor at night"),
    "ImageMetadataInput.animatedThumbnail": ("https://media.acme.example/a.gif", "https://media.acme.example/b.gif"),
    "ImageDimensionsInput.height": (1080, 1350),
    "ImageDimensionsInput.width": (1080, 1920),
    "UserTagInput.handle": ("hall.four", "hall.five"),
    "UserTagInput.x": (0.25, 0.75),
    "UserTagInput.y": (0.5, 0.125),
    "VideoAssetInput.url": (_MP4, "https://media.acme.example/b.mp4"),
    "VideoMetadataInput.thumbnailOffset": (2500, 4000),
    "VideoMetadataInput.title": ("The console in a minute", "The console in two minutes"),
    "DocumentAssetInput.thumbnailUrl": (_PNG, _OTHER_PNG),
    "DocumentAssetInput.title": ("The manual", "The whole manual"),
    "DocumentAssetInput.url": ("https://media.acme.example/a.pdf", "https://media.acme.example/b.pdf"),
    "ThreadedPostInput.text": ("And the second part", "And another second part"),
    "LinkAttachmentInput.url": (_PAGE, "https://acme.example/b"),
    "LinkAttachmentInput.title": ("The console", "The new console"),
    "LinkAttachmentInput.description": ("Every machine on one page", "Every machine at a glance"),
    "LinkAttachmentThumbnailInput.url": (_PNG, _OTHER_PNG),
    "AnnotationInputFacebook.content": ("3001", "3002"),
    "AnnotationInputFacebook.indices": ([0, 5], [7, 12]),
    "AnnotationInputFacebook.text": ("Hello", "world"),
    "AnnotationInputFacebook.url": ("https://facebook.example/hello", "https://facebook.example/other"),
    "AnnotationInputLinkedIn.id": ("3001", "3002"),
    "AnnotationInputLinkedIn.entity": ("urn:li:organization:3001", "urn:li:organization:3002"),
    "AnnotationInputLinkedIn.length": (5, 12),
    "AnnotationInputLinkedIn.link": ("https://linkedin.example/hello", "https://linkedin.example/other"),
    "AnnotationInputLinkedIn.localizedName": ("Hello", "Hello, world"),
    "AnnotationInputLinkedIn.start": (0, 7),
    "AnnotationInputLinkedIn.vanityName": ("hello", "other"),
    "FacebookPostMetadataInput.firstComment": ("More: https://acme.example", "Even more: https://acme.example"),
    "FacebookPostMetadataInput.type": ("reel", "post"),
    "GoogleBusinessEventMetaDataInput.button": ("book", "signup"),
    "GoogleBusinessEventMetaDataInput.endDate": ("2029-12-22 18:00", "2029-12-22 20:00"),
    "GoogleBusinessEventMetaDataInput.isFullDayEvent": (True, False),
    "GoogleBusinessEventMetaDataInput.link": (_PAGE, "https://acme.example/b"),
    "GoogleBusinessEventMetaDataInput.startDate": ("2029-12-22 10:00", "2029-12-22 11:00"),
    "GoogleBusinessEventMetaDataInput.title": ("Open day", "Open days"),
    "GoogleBusinessOfferMetaDataInput.code": ("CONSOLE", "HALL4"),
    "GoogleBusinessOfferMetaDataInput.endDate": ("2029-12-31 18:00", "2030-01-31 18:00"),
    "GoogleBusinessOfferMetaDataInput.link": (_PAGE, "https://acme.example/b"),
    "GoogleBusinessOfferMetaDataInput.startDate": ("2029-12-22 10:00", "2029-12-23 10:00"),
    "GoogleBusinessOfferMetaDataInput.terms": ("For new customers", "For everybody"),
    "GoogleBusinessOfferMetaDataInput.title": ("A month for nothing", "Two months for nothing"),
    "GoogleBusinessPostMetadataInput.title": ("The console", "The new console"),
    "GoogleBusinessPostMetadataInput.type": ("whats_new", "offer"),
    "GoogleBusinessWhatsNewMetaDataInput.button": ("learn_more", "order"),
    "GoogleBusinessWhatsNewMetaDataInput.link": (_PAGE, "https://acme.example/b"),
    "InstagramGeolocationInput.id": ("2001", "2002"),
    "InstagramGeolocationInput.text": ("Berlin", "Hamburg"),
    "InstagramPostMetadataInput.firstComment": ("More: https://acme.example", "Even more: https://acme.example"),
    "InstagramPostMetadataInput.isAiGenerated": (True, False),
    "InstagramPostMetadataInput.link": (_PAGE, "https://acme.example/b"),
    "InstagramPostMetadataInput.shouldShareToFeed": (False, True),
    "InstagramPostMetadataInput.type": ("reel", "story"),
    "InstagramStickerFieldsInput.music": ("Something slow", "Something fast"),
    "InstagramStickerFieldsInput.other": ("The countdown", "The confetti"),
    "InstagramStickerFieldsInput.products": ("Console", "Console mini"),
    "InstagramStickerFieldsInput.text": ("Swipe up", "Swipe left"),
    "InstagramStickerFieldsInput.topics": ("Machines", "Plants"),
    "LinkedInPostMetadataInput.firstComment": ("More: https://acme.example", "Even more: https://acme.example"),
    "MastodonPostMetadataInput.spoilerText": ("Machines", "Large machines"),
    "PinterestPostMetadataInput.boardServiceId": ("9001", "9002"),
    "PinterestPostMetadataInput.title": ("The console", "The new console"),
    "PinterestPostMetadataInput.url": (_PAGE, "https://acme.example/b"),
    "RetweetMetadataInput.id": ("1860000000000000001", "1860000000000000002"),
    "RetweetMetadataInput.comment": ("They said it", "They said it well"),
    "ThreadsPostMetadataInput.locationId": ("2001", "2002"),
    "ThreadsPostMetadataInput.locationName": ("Berlin", "Hamburg"),
    "ThreadsPostMetadataInput.topic": ("Machines", "Plants"),
    "ThreadsPostMetadataInput.type": ("ghost_post", "post"),
    "TikTokPostMetadataInput.isAiGenerated": (True, False),
    "TikTokPostMetadataInput.title": ("The console", "The new console"),
    "TwitterPostMetadataInput.isAiGenerated": (True, False),
    "YoutubePostMetadataInput.categoryId": ("22", "28"),
    "YoutubePostMetadataInput.embeddable": (False, True),
    "YoutubePostMetadataInput.isAiGenerated": (True, False),
    "YoutubePostMetadataInput.license": ("creativeCommon", "youtube"),
    "YoutubePostMetadataInput.madeForKids": (True, False),
    "YoutubePostMetadataInput.notifySubscribers": (False, True),
    "YoutubePostMetadataInput.privacy": ("private", "unlisted"),
    "YoutubePostMetadataInput.title": ("The console", "The new console"),
    "CreateIdeaInput.cta": ("Try it", "Buy it"),
    "CreateIdeaInput.templateId": ("66a00000000000000000e001", "66a00000000000000000e002"),
    "IdeaContentInput.aiAssisted": (True, False),
    "IdeaContentInput.date": ("2029-12-20 09:00", "2029-12-21 10:30"),
    "IdeaContentInput.services": (["linkedin"], ["linkedin", "threads"]),
    "IdeaContentInput.text": ("What we learned", "What we learned in hall four"),
    "IdeaContentInput.title": ("How we hire", "How we hire now"),
    "IdeaGroupInput.groupId": ("66a0000000000000000001b1", "66a0000000000000000001b1"),
    "IdeaGroupInput.placeAfterId": ("66a00000000000000000f001", "66a00000000000000000f002"),
    "IdeaMediaInput.url": (_PNG, _OTHER_PNG),
    "IdeaMediaInput.alt": ("A harbor", "A harbor at night"),
    "IdeaMediaInput.thumbnailUrl": ("https://media.acme.example/s.png", "https://media.acme.example/t.png"),
    "IdeaMediaInput.type": ("image", "gif"),
    "IdeaMediaInput.size": (1024, 2048),
    "IdeaMediaSourceInput.name": ("Unsplash", "Pexels"),
    "IdeaMediaSourceInput.id": ("u1", "u2"),
    "IdeaMediaSourceInput.trigger": ("search", "paste"),
    "IdeaMediaSourceInput.author": ("Ada", "Grace"),
    "IdeaMediaSourceInput.authorUrl": ("https://unsplash.example/ada", "https://unsplash.example/grace"),
    "TagInput.id": (["launch"], ["launch", "event"]),
}

#: What the files call a leaf of a post or an idea, where it is not the snake case of its path.
_NAMED: dict[str, At] = {
    "saveToDraft": ("draft",),
    "ideaId": ("idea",),
    "tagIds[]": ("tags",),
    "content.tags[].id": ("tags",),
}
_IMAGE: Data = {"url": _PNG, "alt_text": "A harbor"}
_VIDEO: Data = {"url": _MP4}
_DOCUMENT: Data = {"url": "https://media.acme.example/a.pdf", "title": "The manual", "thumbnail_url": _PNG}
#: Details of an image that are only valid whole.
_DETAILS: dict[str, Data] = {
    "userTags": {"user_tags": [{"handle": "hall.four", "x": 0.25, "y": 0.5}]},
    "dimensions": {"dimensions": {"height": 1080, "width": 1080}},
}
_ANNOTATED: dict[str, Data] = {
    "facebook": {"content": "3001", "indices": [0, 5], "text": "Hello", "url": "https://facebook.example/hello"},
    "linkedin": {
        "id": "3001", "entity": "urn:li:organization:3001", "length": 5, "link": "https://linkedin.example/hello",
        "localized_name": "Hello", "start": 0, "vanity_name": "hello",
    },
}  # fmt: skip
_GOOGLE: dict[str, Data] = {
    "details_event": {
        "title": "Open day", "start_date": "2029-12-22 10:00", "end_date": "2029-12-22 18:00",
        "is_full_day_event": False,
    },
    "details_offer": {
        "title": "A month for nothing", "start_date": "2029-12-22 10:00", "end_date": "2029-12-31 18:00",
    },
    "details_whats_new": {"button": "learn_more"},
}  # fmt: skip
#: What the least entry of a network has besides its text.
_LEAST: dict[Service, Data] = {
    Service.GOOGLEBUSINESS: {
        "metadata": {"googlebusiness": {"type": "whats_new", "details_whats_new": {"link": _PAGE}}}
    },
    Service.INSTAGRAM: {"assets": [{"image": _IMAGE}]},
    Service.PINTEREST: {"assets": [{"image": _IMAGE}], "metadata": {"pinterest": {"board_service_id": "9001"}}},
    Service.SUBSTACK: {"assets": [{"image": _IMAGE}]},
    Service.TIKTOK: {"assets": [{"image": _IMAGE}]},
    Service.YOUTUBE: {
        "assets": [{"video": _VIDEO}], "metadata": {"youtube": {"title": "The console", "category_id": "22"}},
    },
}  # fmt: skip
#: What else an entry needs for leaves whose paths begin so; None takes a field away.
_AROUND: dict[str, _With] = {
    r"assets\[\]\.image": {("assets",): [{"image": _IMAGE}]},
    r"assets\[\]\.video": {("assets",): [{"video": _VIDEO}]},
    r"assets\[\]\.document": {("assets",): [{"document": _DOCUMENT}]},
    r"assets\[\]\.image\.metadata\.userTags": {("assets",): [{"image": _IMAGE | _DETAILS["userTags"]}]},
    r"assets\[\]\.image\.metadata\.dimensions": {("assets",): [{"image": _IMAGE | _DETAILS["dimensions"]}]},
    r"mode|schedulingType|needsApproval|saveToDraft": {("due_at",): None},
    r"metadata\.\w+\.linkAttachment": {("assets",): None},
    r"metadata\.instagram\.type": {("assets",): [{"video": _VIDEO}]},
    r"metadata\.instagram\.stickerFields": {
        ("scheduling_type",): "notification", ("metadata", "instagram", "type"): "story",
    },
    r"metadata\.facebook\.type": {("assets",): [{"video": _VIDEO}]},
    r"metadata\.google\.detailsEvent": {
        ("metadata", "googlebusiness"): {"type": "event", "details_event": _GOOGLE["details_event"]}
    },
    r"metadata\.google\.detailsOffer": {
        ("metadata", "googlebusiness"): {"type": "offer", "details_offer": _GOOGLE["details_offer"]}
    },
    r"metadata\.google\.detailsWhatsNew\.link": {
        ("metadata", "googlebusiness"): {"type": "whats_new", "details_whats_new": _GOOGLE["details_whats_new"]}
    },
    r"metadata\.threads\.locationName": {("metadata", "threads", "location_id"): "2001"},
    r"metadata\.twitter\.retweet\.comment": {("metadata", "twitter", "retweet"): {"id": "1860000000000000001"}},
    r"content\.media": {("media",): [{"type": "image", "url": _PNG}]},
    r"content\.media\[\]\.source": {("media", 0, "source"): {"name": "Unsplash"}},
    r"group\.placeAfterId": {("group",): {"group_id": "66a0000000000000000001b1"}},
}  # fmt: skip
#: What else the other value of a leaf needs.
_WITH_OTHER: dict[str, _With] = {
    "metadata.google.type": {
        ("metadata", "googlebusiness"): {"type": "offer", "details_offer": _GOOGLE["details_offer"]}
    },
    "metadata.facebook.annotations[].text": {("metadata", "facebook", "annotations", 0, "indices"): [7, 12]},
    "metadata.facebook.annotations[].indices[]": {("metadata", "facebook", "annotations", 0, "text"): "world"},
    "metadata.linkedin.annotations[].length": {
        ("metadata", "linkedin", "annotations", 0, "localized_name"): "Hello, world"
    },
    "metadata.linkedin.annotations[].localizedName": {("metadata", "linkedin", "annotations", 0, "length"): 12},
    "metadata.linkedin.annotations[].start": {("metadata", "linkedin", "annotations", 0, "localized_name"): "world"},
}
#: Leaves without which Buffer or the format takes nothing, and nothing around them could go instead.
_REQUIRED = re.compile(
    r"text|metadata\.google\.type|metadata\.google\.details(Event|Offer)\.(title|startDate|endDate|isFullDayEvent)"
    r"|metadata\.youtube\.(title|categoryId)|metadata\.pinterest\.boardServiceId"
    r"|metadata\.substack\.linkAttachment\.url|content\.title"
)
#: What is taken away where a leaf cannot go alone: the first pattern of its path that fits.
_GOES_WITH = (
    (r".*\.userTags\[\]\..*", "user_tags"),
    (r".*\.dimensions\..*", "dimensions"),
    (r".*\.annotations\[\]\..*", "annotations"),
    (r".*\.linkAttachment\.thumbnail\.url", "thumbnail"),
    (r".*\.linkAttachment\.url", "link_attachment"),
    (r".*\.retweet\.id", "retweet"),
    (r"(.*\.)?assets\[\]\.((image|video)\.url|document\..*)", "assets"),
    (r".*\.thread\[\]\.text", "thread"),
    (r".*\.source\.name", "source"),
    (r"content\.media\[\]\.(url|type)", "media"),
    (r"group\.groupId", "group"),
)


def _leaf(path: str, declared: str) -> Leaf:
    wire = re.match(r"metadata\.(\w+)\.", path)
    service = None if declared in _OF_IDEAS else _service(path, wire[1] if wire else "")
    at = _NAMED.get(path) or tuple(_at(path))
    value, other = _SAMPLES[declared]
    around = _around(path, service)
    gone = next((name for pattern, name in _GOES_WITH if re.fullmatch(pattern, path)), "")
    removed = at[: at.index(gone) + 1] if gone else at
    return Leaf(
        path,
        service,
        at,
        gone=() if _REQUIRED.fullmatch(path) else removed,
        returned=declared in _PLAIN_URLS or not any(re.fullmatch(each, declared) for each in NOT_RETURNED),
        set_to=_set(deepcopy(around), at, value),
        changed_to=_all_set(_set(around, at, other), _WITH_OTHER.get(path, {})),
    )


def _service(path: str, wire: str) -> Service:
    """The network whose posts have it: its own; of assets one that takes them with all their fields."""
    if wire:
        return Service("googlebusiness" if wire == "google" else wire)
    if "userTags" in path or "thumbnailOffset" in path:
        return Service.INSTAGRAM
    return Service.LINKEDIN if "document" in path else Service.FACEBOOK


def _at(path: str) -> Iterator[str | int]:
    """The place in an entry: details of assets and of parts of a thread are not nested there."""
    place = re.sub(r"\bgoogle\b", "googlebusiness", path.removeprefix("content."))
    place = re.sub(r"(image|video)\.metadata\.", r"\1.", place)
    place = re.sub(r"(thread\[\])\.metadata\.\w+\.", r"\1.", place)
    *above, last = place.split(".")
    for each in above:
        yield to_snake(each.removesuffix("[]"))
        if each.endswith("[]"):
            yield 1 if each == "thread[]" else 0  # the first part of a thread repeats the text
    yield to_snake(last.removesuffix("[]"))


def _around(path: str, service: Service | None) -> Data:
    """What an entry has besides a leaf."""
    if service is None:
        found: Data = {"key": "leaf", "title": "An idea"}
    else:
        found = {
            "key": "leaf",
            "due_at": "2029-12-20 09:00",
            "text": "Hello, world",
            **deepcopy(_LEAST.get(service, {})),
        }
    if ".thread[]." in path and service is not None:
        thread = [{"text": "Hello, world"}, {"text": "And the second part"}]
        found["metadata"] = {service.value: {"thread": thread}}
    for pattern, values in _AROUND.items():
        if re.match(pattern, path):
            found = _all_set(found, values)
    if ".linkAttachment." in path:
        found = _set(found, (*_until(tuple(_at(path)), "link_attachment"), "url"), _PAGE)
    if "annotations" in path and service is not None:
        found = _set(found, ("metadata", service.value, "annotations"), [_ANNOTATED[service.value]])
    if within := re.match(r".*\.thread\[\]\.assets\[\]\.(image|video)(\.metadata\.(userTags|dimensions))?", path):
        asset = {"image": _IMAGE, "video": _VIDEO}[within[1]] | _DETAILS.get(within[3] or "", {})
        found = _set(found, _until(tuple(_at(path)), "assets"), [{within[1]: asset}])
    return found


def _until(at: At, name: str) -> At:
    return at[: at.index(name) + 1]


def _set(data: Any, at: At, value: object) -> Any:
    """The data with a value in a place; None takes it away, and a map or a list that it leaves empty."""
    here, rest = at[0], at[1:]
    if rest:
        inside = data.get(here, {}) if isinstance(data, dict) else data[here]
        inside = _set(inside, rest, value)
        if inside in ({}, []):
            return _set(data, (here,), None)
        data[here] = inside
    elif value is not None:
        data[here] = deepcopy(value)
    else:
        data.pop(here, None)
    return data


def _all_set(data: Data, values: _With) -> Data:
    for at, value in values.items():
        data = _set(data, at, value)
    return data


_OF_IDEAS = frozenset(paths(IDEA_INPUT).values())


def reason_not_sent(input_name: str, path: str) -> str:
    """Why a leaf of an input is never sent, empty if it is."""
    reasons = (reason for pattern, reason in NOT_SENT.items() if re.fullmatch(pattern, path))
    return NOT_SENT_BY.get(f"{input_name}.{path}") or next(reasons, "")


#: Every leaf that a file can set, once: createPost and editPost share theirs.
LEAVES = tuple(
    _leaf(path, declared)
    for name in ("CreatePostInput", IDEA_INPUT)
    for path, declared in paths(name).items()
    if path not in IMPLIED and not reason_not_sent(name, path)
)


def _kind(leaf: Leaf) -> str:
    """The same for leaves that are alike, on several networks or in a part of a thread, such as the title of a link."""
    own = re.sub(r"^metadata\.\w+\.", "", leaf.path)
    return re.sub(r"^thread\[\]\.(metadata\.\w+\.)?", "", own)


_FIRST = {_kind(leaf): leaf for leaf in reversed(LEAVES)}
#: As parameters: one leaf of each kind; in `make test-all` also its like on other networks.
OF_EACH_KIND = [leaf if _FIRST[_kind(leaf)] is leaf else pytest.param(leaf, marks=pytest.mark.long) for leaf in LEAVES]
