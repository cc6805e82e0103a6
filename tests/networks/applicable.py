"""The rules that can find something on a network, so that a test can ask for a case of each."""

from __future__ import annotations

from bufferctl.checks import NETWORKS, Rule, fields, media, texts
from bufferctl.model import Service


def rules_of(service: Service) -> tuple[Rule, ...]:
    """The rules BC0xx that can find something in a post for this network, by code."""
    row = NETWORKS[service]
    if not row.takes_posts:
        return (fields.NO_POSTS,)
    alive = {
        texts.TOO_LONG: row.text is not None,
        texts.NEEDS_PAID_X: row.paid is not None,
        texts.DEPENDS_ON_SERVER: row.text_varies,
        texts.TOO_MANY_BYTES: row.bytes is not None,
        texts.CUT_SHORT: row.shown is not None,
        fields.COMMENT_TOO_LONG: row.first_comment is not None,
        fields.TITLE_TOO_LONG: row.title is not None,
        fields.TOPIC_TOO_LONG: row.topic is not None,
        fields.EVENT_TITLE_TOO_LONG: row.event_title is not None,
        fields.TYPE_NOT_TAKEN: bool(row.types),
        fields.FIELD_MISSING: bool(row.needs),
        fields.EMPTY_ITEM: row.thread,
        media.TOO_MANY_IMAGES: row.images is not None,
        media.TOO_MANY_MEDIA: row.media is not None,
        media.VIDEO_NOT_ALONE: row.video_alone is not None,
        media.KIND_NOT_TAKEN: "document" not in row.kinds,
        media.NOT_ALONE: "document" in row.kinds,
        media.COVER_NOT_TAKEN: row.covers is None,
        media.MISSING: bool(row.needs_media),
        media.NOT_PUBLIC: True,
    }
    return tuple(sorted((rule for rule, there in alive.items() if there), key=lambda rule: rule.code))
