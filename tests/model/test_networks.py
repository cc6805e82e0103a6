"""What follows from the description of a network, and from that of its fields."""

from __future__ import annotations

from bufferctl.model import NETWORKS, Metadata, Service
from bufferctl.model.metadata import ALWAYS, ATTACHING, FILLED_IN, INSTANTS, MODELS, ON, THREADED, UNREAD, USUAL


def test_a_network_that_takes_posts_has_its_fields() -> None:
    """Each of them, under its service's name; WhatsApp and Start Page take none."""
    takes = {service for service, network in NETWORKS.items() if network.takes_posts}
    assert takes == set(MODELS) == {Service(name) for name in Metadata.model_fields}
    assert {service.value for service in set(Service) - takes} == {"whatsapp", "startPage"}


def test_networks_differ_by_their_fields() -> None:
    """Those of which every post has some, those with threads, with link previews, and those that need only a text."""
    assert {"facebook", "instagram", "googlebusiness"} == ALWAYS
    assert {"twitter", "bluesky", "mastodon", "threads"} == THREADED
    assert {"bluesky", "threads", "facebook", "linkedin", "substack"} == ATTACHING
    alone = {service.value for service, network in NETWORKS.items() if network.takes_text_alone}
    assert alone == {"twitter", "facebook", "linkedin", "threads", "bluesky", "mastodon"}


def test_a_network_takes_what_it_needs() -> None:
    """Each kind of attachment of which one must be there is one of those that it takes."""
    needed = {service for service, network in NETWORKS.items() if network.needs_media}
    assert {Service.INSTAGRAM, Service.SUBSTACK} < needed
    assert [each for each in needed if not set(NETWORKS[each].needs_media) <= NETWORKS[each].kinds] == []


def test_fields_say_what_buffer_makes_of_them() -> None:
    """What it does not return, fills in, has on by default, and leaves out where it is usual; and which are dates."""
    assert {"annotations", "thread", "comment"} == UNREAD
    assert {"type", "license", "privacy", "link_attachment", "category_id", "location_name", "button"} < FILLED_IN
    assert {"board", "board_service_id"} < FILLED_IN
    assert {"embeddable", "notify_subscribers", "should_share_to_feed"} == ON
    assert USUAL == {"type": "post", "should_share_to_feed": True}
    assert {"start_date", "end_date"} == INSTANTS


def test_how_networks_show_pictures() -> None:
    """Cut to between these proportions (width to height); on the others as they are, but for a strip or a pillar."""
    shown = {service.value: network.crop for service, network in NETWORKS.items() if network.takes_posts}
    assert {name: tuple(round(each, 3) for each in crop) for name, crop in shown.items() if crop != (0.5, 2.5)} == {
        "twitter": (0.75, 1.778),
        "instagram": (0.75, 1.91),
        "facebook": (0.8, 1.91),
        "linkedin": (0.8, 1.91),
        "pinterest": (0.476, 1.91),
        "googlebusiness": (1.333, 1.333),
    }
    reels = {service.value: network.files.clips.get("reel") for service, network in NETWORKS.items() if network.files}
    assert {name: clip.ratio for name, clip in reels.items() if clip} == {
        "instagram": (0.5625, 0.8),
        "facebook": (0.5625, 0.5625),
    }


def test_how_large_a_file_may_be() -> None:
    """Millions of bytes of a picture, a video and a document, as the networks say; exactly, whatever pages round."""
    files = {service.value: network.files for service, network in NETWORKS.items() if network.files}
    most = {name: (each.most_bytes, each.most_video_bytes, each.most_document_bytes) for name, each in files.items()}
    assert {name: [size and size / 1_000_000 for size in sizes] for name, sizes in most.items()} == {
        "twitter": [5, 512, None],
        "instagram": [8, 300, None],
        "facebook": [10, 1000, None],
        "linkedin": [None, 500, 100],
        "threads": [8, 1000, None],
        "bluesky": [1, 100, None],
        "mastodon": [16, 99, None],
        "pinterest": [20, 2000, None],
        "tiktok": [20, 1000, None],
        "youtube": [None, 10_000, None],
        "googlebusiness": [5, 75, None],
    }


def test_the_sign_of_a_network_fits_beside_a_name() -> None:
    """One or two characters, each its own."""
    signs = {service.value: network.glyph for service, network in NETWORKS.items()}
    assert signs == {
        "twitter": "X",
        "instagram": "Ig",
        "facebook": "f",
        "linkedin": "in",
        "threads": "@",
        "bluesky": "Bs",
        "mastodon": "M",
        "pinterest": "P",
        "tiktok": "Tt",
        "youtube": "Yt",
        "googlebusiness": "G",
        "substack": "S",
        "whatsapp": "W",
        "startPage": "SP",
    }
    assert len(set(signs.values())) == len(signs)
