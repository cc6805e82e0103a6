"""Prints the seconds of processor time that a plan takes where 1,000 new queue posts may be any of 1,000 in Buffer.

No home has a state, so each text is compared with each: first texts of their own, then texts that differ in a number.
"""

from __future__ import annotations

import gc
import time
from datetime import UTC, datetime, timedelta
from random import Random

import corpus

from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    Channel,
    Desired,
    Live,
    LiveChannel,
    LiveOrganization,
    LivePost,
    Organization,
    Post,
    PostStatus,
    Service,
    Settings,
    ShareMode,
    State,
)
from bufferctl.reconcile import Targets, reconcile

_COUNT = 1000
_PLACE = Place("posts.yaml", 1, 1)
_NOW = datetime(2030, 1, 1, tzinfo=UTC)
_CHANNEL = LiveChannel("c", "o", Service.LINKEDIN, "acme")
_ORGANIZATION = LiveOrganization("o", "Acme", (_CHANNEL,))


def main() -> None:
    """Measure each kind of texts once."""
    gc.disable()  # as the command line does
    words = " ".join(corpus.SENTENCES).split()
    random = Random(1)  # noqa: S311 - the same texts each time
    own = [" ".join(random.choices(words, k=45)) for _ in range(2 * _COUNT)]
    numbered = [f"Tip {n} of the week: {corpus.SENTENCES[0]} {corpus.SENTENCES[3]}" for n in range(2 * _COUNT)]
    print(_took(own), _took(numbered))


def _took(texts: list[str]) -> float:
    at = _NOW - timedelta(days=1)
    live = [
        LivePost(f"{n}", "c", PostStatus.SCHEDULED, text, at, due_at=_NOW + timedelta(days=n + 1), via="api")
        for n, text in enumerate(texts[_COUNT:])
    ]
    posts = tuple(
        Post(Address("Acme", "linkedin:acme", f"p{n}"), Service.LINKEDIN, _PLACE, text, ShareMode.ADD_TO_QUEUE)
        for n, text in enumerate([texts[_COUNT], *texts[1:_COUNT]])
    )
    organization = Organization("Acme", "Acme", None, _PLACE)
    channel = Channel("Acme", "linkedin:acme", Service.LINKEDIN, "acme", None, _PLACE)
    desired = Desired(Settings(), (organization,), (channel,), posts)
    targets = Targets({"Acme": _ORGANIZATION}, {("Acme", "linkedin:acme"): _CHANNEL})
    began = time.process_time()
    reconcile(desired, Live(_NOW, (_ORGANIZATION,), tuple(live)), State(), targets, endpoint="")
    return time.process_time() - began


if __name__ == "__main__":
    main()
