"""Details: values that Buffer keeps as they are, besides what a post or an idea says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bufferctl.model import Address, Idea, LiveAsset, LiveIdea, LiveMedium, LivePost, PostStatus
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.details import Mention, Tagged, details_of_desired, details_of_live, may_be_added
from tests.model.samples import PLACE

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
LIVE = LivePost("1", "c", PostStatus.SCHEDULED, "We are live", NOW)
SOURCE = {"id": "p1", "name": "Unsplash", "author": "Ada", "author_url": "https://acme.example/ada"}


def test_where_a_picture_of_an_idea_is_from() -> None:
    """As declared and as Buffer returns it: the same, under the same path."""
    medium = IdeaMedia.model_validate({"url": "https://acme.example/a.png", "type": "image", "source": SOURCE})
    declared = Idea(Address("Acme", "ideas", "i"), PLACE, title="An idea", media=(medium,))
    live = LiveIdea("1", "o", NOW, "An idea", media=(LiveMedium("image", source=SOURCE),))
    expected = {"assets.0.source": SOURCE}
    assert (details_of_desired(declared), details_of_live(live)) == (expected, expected)


def test_a_place_in_a_picture_has_three_decimals() -> None:
    """What Buffer rounds beyond them is no difference."""
    image = LiveAsset("image", details={"user_tags": (("@ada", 0.12345, 0.9996),)})
    found = details_of_live(replace(LIVE, assets=(image,)))
    assert found == {"assets.0.image.user_tags": (Tagged("ada", 0.123, 1.0),)}


@pytest.mark.parametrize(("indices", "span"), [([4, 6], (4, 6)), ([4], (4, 0)), ([], (0, 0))])
def test_a_mention_of_which_buffer_does_not_say_where_it_is(indices: list[int], span: tuple[int, int]) -> None:
    """It begins or ends at 0."""
    found = details_of_live(replace(LIVE, metadata={"annotations": [{"text": "We", "indices": indices}]}))
    assert found == {"metadata.annotations": (Mention("We", *span),)}


def test_what_buffer_may_have_added_by_itself() -> None:
    """The card of a part's first link, a cover frame, an origin; people in a picture are added by people alone."""
    added = ("thread.1.link_attachment.url", "assets.0.video.thumbnail_offset", "assets.0.source")
    others = ("assets.0.image.user_tags", "assets.0.video.title", "metadata.annotations", "ai_assisted")
    assert [path for path in (*added, *others) if may_be_added(path, unsaid=True)] == list(added)
    assert [path for path in (*added, *others) if may_be_added(path, unsaid=False)] == [*added, *others[1:]]
