"""The corpus that the numbers are measured on: a project of many posts, the same each time.

`python benchmarks/corpus.py FOLDER [POSTS]` writes it: 10 channels, texts as people write them (hashtags, links, emoji,
several lines), two posts of three with a picture. 10,000 posts are about 4 MB.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

CHANNELS = 10
_WORDS = (
    "we",
    "are",
    "live",
    "today",
    "with",
    "a",
    "new",
    "console",
    "for",
    "teams",
    "that",
    "plan",
    "what",
    "they",
    "say",
)
_EMOJI = ["🎉", "🚀", "👩‍💻", "☕", ""]


def write(folder: Path, posts: int) -> Path:
    """Write a project with that many posts into a folder; its root file, which holds everything."""
    folder.mkdir(parents=True, exist_ok=True)
    root = folder / "buffer.yaml"
    root.write_text(text(posts), encoding="utf-8")
    return root


def text(posts: int) -> str:
    """The root file."""
    chance = random.Random(posts)  # noqa: S311 - the same each time is the point
    lines = ["version: 1", "timezone: Europe/Berlin", "organizations:", "  - name: Acme", "    channels:"]
    for channel in range(CHANNELS):
        lines += ["      - service: twitter", f"        name: acme-{channel}", "        posts:"]
        for number in range(posts // CHANNELS):
            lines += _post(f"post-{number}", chance)
    return "\n".join(lines) + "\n"


def _post(key: str, chance: random.Random) -> list[str]:
    day, hour, minute = chance.randrange(1, 29), chance.randrange(6, 23), chance.randrange(60)
    lines = [
        f"          - key: {key}",
        f"            due_at: 2027-{chance.randrange(1, 13):02}-{day:02} {hour:02}:{minute:02}",
        f"            tags: [week-{chance.randrange(53)}, launch]",
    ]
    if chance.random() < 0.7:  # most posts have a picture
        lines += [
            "            assets:",
            f"              - image: {{url: https://acme.example/{key}.png?w=1200, alt_text: A picture of {key}}}",
        ]
    lines.append("            text: |")
    for _ in range(chance.randrange(1, 4)):
        said = " ".join(chance.choices(_WORDS, k=chance.randrange(7, 12)))
        lines.append(
            f"              {said.capitalize()} {chance.choice(_EMOJI)} #acme #launch: https://acme.example/{key}"
        )
    return lines


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 10_000)
