"""Our rules and the sandbox's, which share no code: everything it refuses, ours refuse first."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.api.wire_forms import create_post
from bufferctl.checks.texts import length
from bufferctl.model import NETWORKS, CreatePost, Post, Service
from bufferctl.sandbox import networks as theirs
from bufferctl.sandbox.checks import METADATA_KEYS, media_problem, problems
from tests.checks.posts import DOCUMENT, VIDEO, findings, image, post
from tests.checks.test_counting import TEXTS
from tests.fuzzing import examples

COUNTED = sorted(service for service, row in NETWORKS.items() if row.text)
HOSTS = ["acme.example", "localhost", "a.localhost", "x.invalid", "intranet", "10.0.0.1", "8.8.8.8", "[::1]", "["]
URLS = st.builds("{}://{}{}{}".format, st.sampled_from(["https", "http", "HTTPS"]), st.sampled_from(["", "user:x@"]),
                 st.sampled_from(HOSTS), st.sampled_from(["/a.png", ":8080/a.png", "?a=1", ""]))  # fmt: skip


@given(TEXTS, st.sampled_from(COUNTED))
def test_lengths(text: str, service: Service) -> None:
    """No text is shorter by our count than by the sandbox's."""
    assert length(text, NETWORKS[service].counting) >= theirs.length(service, text)


@pytest.mark.parametrize("service", COUNTED)
def test_limits(service: Service) -> None:
    """The two tables, each written from the notes, have the same numbers."""
    ours, other = NETWORKS[service], theirs.NETWORKS[service]
    for name in ("text", "images", "media", "first_comment", "title", "topic"):
        limit = getattr(ours, name)
        assert (limit.most if limit else None) == getattr(other, name), name
    assert bool(ours.video_alone) == other.images_or_video


@given(URLS)
def test_addresses(url: str) -> None:
    """No address that ours accept is one it cannot fetch."""
    ours = [each.rule.code for each in findings(post("linkedin", "x", assets=[image(url)]))]
    assert media_problem(url, "image") is None or "BC019" in ours


def metadata(service: Service) -> st.SearchStrategy[dict[str, Any] | None]:
    """Metadata of the network, with more and fewer fields than it needs."""
    texts = st.sampled_from(["", " ", "x", "x" * 100, "x" * 101, "x" * 1251, "x" * 2201, "x" * 5001])
    details = st.fixed_dictionaries(
        {"is_full_day_event": st.just("false")} if service == Service.GOOGLEBUSINESS else {},
        optional={"title": texts, "start_date": st.just("2030-01-01T09:00Z"), "end_date": st.just("2030-01-02T09:00Z")},
    )
    offer = details.map(lambda each: {name: value for name, value in each.items() if name != "is_full_day_event"})
    thread = st.lists(st.fixed_dictionaries({}, optional={"text": texts, "assets": ASSETS}), max_size=3).map(
        lambda items: [{"text": "x"}, *items] if items else []
    )
    fields: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "twitter": {"thread": thread},
        "bluesky": {"thread": thread},
        "mastodon": {"thread": thread},
        "threads": {"thread": thread, "topic": texts},
        "instagram": {"type": st.sampled_from(["post", "reel", "carousel"]), "first_comment": texts},
        "facebook": {"first_comment": texts},
        "linkedin": {"first_comment": texts},
        "pinterest": {"board_service_id": st.just("9001"), "title": texts},
        "youtube": {"title": texts, "category_id": texts},
        "googlebusiness": {
            "details_whats_new": st.just({}),
            "details_offer": offer,
            "details_event": details,
        },
    }
    required: dict[str, st.SearchStrategy[Any]] = {}
    if service == Service.GOOGLEBUSINESS:
        required = {"type": st.sampled_from(["whats_new", "offer", "event"])}
    return st.none() | st.fixed_dictionaries(required, optional=fields.get(service, {}))


ASSETS = st.lists(
    st.sampled_from([image(), image(alt_text=""), VIDEO, DOCUMENT, image("https://10.0.0.1/a.png")]), max_size=3
).flatmap(lambda assets: st.sampled_from([1, 1, 12]).map(lambda times: assets * times))


#: The sandbox's message, and our code for the same problem.
SENTENCES = {
    r"posts cannot exceed .* characters": {"BC001", "BC002", "BC003"},
    r"cannot exceed .* bytes": {"BC004"},
    r"first comments cannot exceed": {"BC005"},
    r"\btitles cannot exceed 100": {"BC006"},
    r"topics cannot exceed": {"BC007"},
    r"event titles cannot exceed": {"BC008"},
    r"more than \d+ images?\.": {"BC010"},
    r"images or videos\.$(?<!one image or video\.)": {"BC011"},
    r"nor a video beside": {"BC012"},
    r"do not support": {"BC013"},
    r"cannot be combined": {"BC014", "BC013"},
    r"posts require (at least one|an image|a video)": {"BC015"},
    r"\(post, story, or reel\)": {"BC016"},
    r"require (a title|a category|a board|a type \(what|their details|title|startDate|endDate)": {"BC017"},
    r"Thread items must": {"BC018"},
    r"could not be read": {"BC019"},
}


def drawn(data: st.DataObject) -> Post:
    """A post that may break several rules."""
    service = data.draw(st.sampled_from(COUNTED))
    row = NETWORKS[service]
    most = row.text.most if row.text else 0
    text = data.draw(
        st.sampled_from(
            ["x", "x http://a.example", "x" * most, "x" * (most + 1), "x" * 2201, "\N{ROCKET}" * (most // 2 + 1)]
        )
    )
    given_metadata = data.draw(metadata(service))
    if given_metadata and given_metadata.get("thread"):
        given_metadata["thread"][0]["text"] = text
    if service in {Service.INSTAGRAM, Service.FACEBOOK} and given_metadata is None:
        given_metadata = {}
    return post(service, text, assets=data.draw(ASSETS), metadata=given_metadata)


@settings(max_examples=examples(400))
@given(st.data())
def test_posts(data: st.DataObject) -> None:
    """Each reason of the sandbox for refusing a post is also one of ours, with its code."""
    made = drawn(data)
    sent = create_post(CreatePost(made, "channel"))
    asked = {
        "text": sent["text"],
        "assets": sent.get("assets") or [],
        "metadata": (sent.get("metadata") or {}).get(METADATA_KEYS[made.service]),
        "tagIds": [],
    }
    boards = [{"serviceId": "9001", "name": "B"}]
    channel = {"service": made.service, "metadata": {"boards": boards}}
    refused = problems(asked, channel, {"plan": "team", "tags": []})
    found = {each.rule.code for each in findings(made)}
    for sentence in refused:
        (codes,) = [codes for pattern, codes in SENTENCES.items() if re.search(pattern, sentence)]
        assert codes & found, (sentence, found)
