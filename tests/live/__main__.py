"""`python -m tests.live CHANNEL [--image URL] [--record FILE]`: try the facts with the key in BUFFER_API_KEY."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.live.facts import FACTS, try_facts
from tests.live.recording import redacted
from tests.live.visit import MOST_REQUESTS, StoppedError, from_environment


def main() -> int:
    """0 if no fact was contradicted and nothing was left behind, 1 if so, 64 if the visit could not begin."""
    parser = argparse.ArgumentParser(prog="make live", description=__doc__)
    parser.add_argument(
        "channel", nargs="?", default="", help="the id of the channel for the drafts; lists them without"
    )
    parser.add_argument("--image", default="", help="the public https URL of an image, for what needs one")
    parser.add_argument("--record", type=Path, default=Path("live.json"), help="where the recording goes")
    given = parser.parse_args()
    try:
        visit = from_environment(given.channel, given.image)
        channel = visit.channel
    except StoppedError as error:
        print(f"error: {error}", file=sys.stderr)
        return 64
    print(
        f"Drafts on {channel['service']}:{channel['name']}, deleted again; one is scheduled for 2037 for a moment. "
        f"At most {MOST_REQUESTS} requests.\n"
    )
    try:
        results = list(try_facts(visit))
    finally:
        visit.clean_up()
    for fact, verdict, note in results:
        print(f"{verdict.value:<22} {fact.title}{f' ({note})' if note else ''}")
    recording = {
        "facts": {fact.title: verdict.value for fact, verdict, _ in results},
        "exchanges": redacted(visit.exchanges),
    }
    given.record.write_text(json.dumps(recording, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\n{len(visit.exchanges)} requests. {given.record} has the answers without ids and texts.")
    for each in visit.left_over:
        print(f"Delete by hand: {each}")
    return 1 if visit.left_over or any(verdict.value == "does not hold" for _, verdict, _ in results) else 0


if __name__ == "__main__":
    assert FACTS
    sys.exit(main())
