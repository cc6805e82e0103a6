"""Draws the pictures of examples/pictures into the folder named; a test draws them again and compares."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image, ImageDraw

INK, PAPER, RED, BLUE = (38, 50, 56), (250, 250, 245), (229, 57, 53), (30, 136, 229)
#: Posts a week, as the chart shows them.
WEEKS = (3, 4, 4, 6, 5, 7, 9, 8, 11, 12)


def console() -> Image.Image:
    """A window with lines of text in it, square."""
    picture = Image.new("RGB", (1080, 1080), BLUE)
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((120, 200, 960, 880), 32, fill=INK)
    for number, colour in enumerate((RED, (253, 216, 53), (67, 160, 71))):
        draw.ellipse((160 + 60 * number, 236, 196 + 60 * number, 272), fill=colour)
    for row, length in enumerate((520, 300, 610, 440, 180, 560)):
        top = 340 + 80 * row
        draw.rounded_rectangle((180, top, 180 + length, top + 28), 14, fill=PAPER if row % 2 else (144, 164, 174))
    return picture


def numbers() -> Image.Image:
    """A bar chart, as wide as link previews are."""
    picture = Image.new("RGB", (1200, 628), PAPER)
    draw = ImageDraw.Draw(picture)
    for week, posts in enumerate(WEEKS):
        left = 110 + 100 * week
        draw.rectangle((left, 540 - 36 * posts, left + 64, 540), fill=RED if week == len(WEEKS) - 1 else BLUE)
    draw.line((80, 541, 1140, 541), fill=INK, width=4)
    return picture


def team() -> Image.Image:
    """Four people, as tall as Instagram takes."""
    picture = Image.new("RGB", (1080, 1350), (255, 224, 178))
    draw = ImageDraw.Draw(picture)
    for number, colour in enumerate((BLUE, RED, (67, 160, 71), (142, 36, 170))):
        left, top = 120 + 480 * (number % 2), 190 + 560 * (number // 2)
        draw.ellipse((left + 90, top, left + 270, top + 180), fill=INK)
        draw.pieslice((left, top + 200, left + 360, top + 640), 180, 360, fill=colour)
    return picture


def main(folder: Path) -> None:
    """Write them all."""
    console().save(folder / "console.jpg", quality=80)
    numbers().save(folder / "numbers.png", optimize=True)
    team().save(folder / "team.jpg", quality=80)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
