"""Posts to judge, each built in one line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bufferctl.checks import Finding, check
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Asset, Desired, Metadata, Post, Service, Settings

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)


def post(service: Service | str = Service.LINKEDIN, text: str = "", key: str = "one", **fields: Any) -> Post:
    """A post on the channel `acme` of a service. `assets` and `metadata` as in files, `after` in minutes after noon."""
    service = Service(service)
    metadata = fields.pop("metadata", None)
    read = getattr(Metadata.model_validate({service.value: metadata}), service.value) if metadata is not None else None
    assets = tuple(Asset.model_validate(each) for each in fields.pop("assets", ()))
    if "after" in fields:
        fields["due_at"] = NOON + timedelta(minutes=fields.pop("after"))
    address = Address("Acme", f"{service}:acme", key)
    return Post(address, service, Place("buffer.yaml", 1, 1), text, assets=assets, metadata=read, **fields)


def image(url: str = "https://acme.example/a.png", alt_text: str | None = "A") -> dict[str, Any]:
    """An image without problems."""
    return {"image": {"url": url, **({"alt_text": alt_text} if alt_text is not None else {})}}


VIDEO = {"video": {"url": "https://acme.example/v.mp4"}}
DOCUMENT = {
    "document": {
        "url": "https://acme.example/d.pdf",
        "title": "D",
        "thumbnail_url": "https://acme.example/d.png",
    }
}


def findings(*posts: Post, rules: dict[str, str] | None = None, **options: Any) -> tuple[Finding, ...]:
    """The findings of the rules in these posts only."""
    return check(Desired(settings=Settings(rules=rules or {}), posts=posts), **options)


def codes(*posts: Post, **options: Any) -> list[str]:
    """The codes of the findings."""
    return [finding.rule.code for finding in findings(*posts, **options)]
