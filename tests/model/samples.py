"""Declared objects of every kind, with all of their fields."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bufferctl.diagnostics import Place
from bufferctl.model import Address, Asset, Idea, Metadata, Post, SchedulingType, Service, ShareMode
from bufferctl.model.desired import IdeaGroup, IdeaMedia

IMAGE = {
    "url": "https://acme.example/a.png",
    "alt_text": "The console",
    "user_tags": [{"handle": "ada", "x": 0.5, "y": 1}],
}
ASSETS = tuple(
    Asset.model_validate(each)
    for each in (
        {"image": IMAGE},
        {"image": {"url": "https://acme.example/b.png"}},
        {"video": {"url": "https://acme.example/a.mp4", "thumbnail_offset": 1500, "title": "How it works"}},
        {
            "document": {
                "url": "https://acme.example/a.pdf",
                "title": "Slides",
                "thumbnail_url": "https://acme.example/t",
            }
        },
    )
)
_THREAD = [{"text": "First"}, {"text": "Second", "assets": [{"image": IMAGE}]}]
_EVENT = {
    "title": "Open day",
    "is_full_day_event": False,
    "start_date": "2026-12-01 09:00+01:00",
    "end_date": "2026-12-01 17:00+01:00",
}
METADATA = Metadata.model_validate(
    {
        "twitter": {"thread": _THREAD, "is_ai_generated": True, "retweet": {"id": "7", "comment": "This"}},
        "bluesky": {"thread": _THREAD, "link_attachment": {"url": "https://acme.example", "title": "Acme"}},
        "mastodon": {"spoiler_text": "Careful", "thread": _THREAD},
        "threads": {"topic": "launch", "thread": _THREAD},
        "instagram": {"type": "reel", "first_comment": "First!", "should_share_to_feed": False},
        "facebook": {"type": "post", "first_comment": "First!"},
        "linkedin": {"first_comment": "First!"},
        "pinterest": {"board": "Ideas", "title": "A pin"},
        "tiktok": {"title": "A film"},
        "youtube": {"title": "A film", "category_id": "22", "privacy": "public", "made_for_kids": False},
        "googlebusiness": {"type": "event", "details_event": _EVENT},
    }
)

PLACE = Place("posts/w49.yaml", 7, 9)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
keys = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,10}", fullmatch=True)
_FIRST, _LAST = datetime(2026, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - zones are drawn
#: Without times that clock changes skip or repeat: files refuse them, and Python compares them as equal to nothing.
instants = st.datetimes(_FIRST, _LAST, timezones=st.sampled_from([UTC, ZoneInfo("Europe/Berlin")])).filter(
    lambda moment: moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset()
)
posts = st.sampled_from(Service).flatmap(
    lambda service: st.builds(
        Post,
        address=keys.map(lambda key: Address("Acme", f"{service}:acme", key)),
        service=st.just(service),
        place=st.just(PLACE),
        text=texts,
        mode=st.sampled_from(ShareMode),
        due_at=st.none() | instants,
        scheduling_type=st.sampled_from(SchedulingType),
        draft=st.booleans(),
        needs_approval=st.booleans(),
        assets=st.lists(st.sampled_from(ASSETS), max_size=3).map(tuple),
        metadata=st.sampled_from([None, getattr(METADATA, service.value, None)]),
        tags=st.lists(texts, max_size=2).map(tuple),
        idea=st.none() | keys,
        ai_assisted=st.none() | st.booleans(),
        source=st.none() | texts,
        was=st.none() | keys,
        repeat_of=st.just(()) | st.tuples(keys) | st.tuples(keys, keys),
        protect=st.booleans(),
    )
)
_MEDIA = IdeaMedia.model_validate({"url": "https://acme.example/a.gif", "type": "gif", "alt": "Turning", "size": 7})
ideas = st.builds(
    Idea,
    address=keys.map(lambda key: Address("Acme", "ideas", key)),
    place=st.just(PLACE),
    title=st.none() | texts,
    text=st.none() | texts,
    services=st.lists(st.sampled_from(Service), max_size=2).map(tuple),
    tags=st.lists(texts, max_size=2).map(tuple),
    date=st.none() | instants,
    media=st.sampled_from([(), (_MEDIA,)]),
    group=st.sampled_from([None, IdeaGroup(group_id="g", place_after_id="i")]),
    ai_assisted=st.none() | st.booleans(),
    cta=st.none() | texts,
    template_id=st.none() | texts,
)
