"""Each hint, followed to the letter, gives a valid file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.config.times import zone_hint, zone_of
from bufferctl.diagnostics import Diagnostic

ROOT = """version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""
BARE = "posts:\n  - key: a\n    channels: [twitter]\n"
POST = f"{BARE}    text: Hello\n"


def problems(folder: Path, text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a file of posts."""
    (folder / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "posts/a.yaml").write_text(text, encoding="utf-8")
    return load(None, folder).diagnostics


def followed(text: str, problem: Diagnostic) -> str:
    """The file after somebody did what the hint says, and nothing else."""
    lines = text.splitlines()
    assert problem.place
    row, column = problem.place.line - 1, problem.place.column - 1
    line, hint = lines[row], problem.hint
    if hint.startswith("delete it"):
        del lines[row]
    elif found := re.match(r"indent line (\d+) like this one", hint):
        other = lines[int(found[1]) - 1]
        lines[int(found[1]) - 1] = line[: len(line) - len(line.lstrip())] + other.lstrip()
    elif "two spaces further in" in hint and hint.startswith("write it"):
        lines[row:] = ["  " + each for each in lines[row:]]
    elif hint.startswith("close it"):
        lines[row] = line + line[column]
    else:
        (snippet, *_) = re.findall(r"`(.+?)`(?!`)", hint)
        name = snippet.partition(":")[0]
        if re.match(r"\w+: ", snippet) and f"{name}:" in line:
            lines[row] = re.sub(rf"{name}: [^{{}}]*(?=$|\}})", lambda _: snippet, line, count=1)
        elif snippet[0] in "'\"":
            lines[row] = line[: line.index(snippet[0])] + snippet
        else:
            width = 1 if snippet == r"\\" else problem.width
            at = line.rindex("\\", 0, column + 1) if snippet == r"\\" else column
            lines[row] = line[:at] + snippet + line[at + width :]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        f"{POST}    due_at: 31.02.2027 09:00\n",
        f"{POST}    due_at: 2027-02-31 09:00\n",
        f"{POST}    due_at: 01/15/2027 9:30 PM\n",
        f"{POST}    due_at: 15.01.27\n",
        f"{POST}    due_at: 2027-01-15\n",
        f"{POST}    due_at: [a, b]\n",
        f"{POST}    due_at: 2027-01-15 09:00\n    repeat: weekly\n",
        f"{POST}    due_at: 2027-01-15 09:00\n    repeat: {{every: 1 w, times: 2}}\n",
        f"{POST}    due_at: start+2 09:00\nstarts: 2027-01-11\n",
        f"{POST}    due_at: start + 1 week\nstarts: 2027-01-11\n",
        f"{POST}    due_at: start+2d 09:00+01:00\nstarts: 2027-01-11\n",
        f"{POST}    due_at: start+2d 09:00\nstarts: 11.01.2027\n",
        f"{POST}    draft: yes\n",
        f"{POST}    time: 2027-01-15 09:00\n",
        "posts:\n  - key: a\n    channels: all\n    text: Hello\n",
        "posts:\n  - key: a\n    channels: twitter\n    text: Hello\n",
        "posts:\n  - key: a\n    channels: [x]\n    text: Hello\n",
        f'{BARE}    text: "C:\\Users"\n',
        f"{BARE}    text: 'It's live'\n",
        f'{BARE}    text: "She said "yes" twice"\n',
        f'{BARE}    text: "Hello\n  - key: b\n    channels: [twitter]\n    text: "Again"\n',
        f"{BARE}    text: 'Hello\n  - key: b\n    channels: [twitter]\n    text: Again\n",
        f"{BARE}    text: |\n        Hello\n      World\n",
        f"{POST}    overrides:\n    twitter:\n      text: Ho\n",
        f"{POST}    metadata: {{twitter: {{thread: [one]}}}}\n",
        f"{POST}    assets:\n      - image: {{url: https://acme.example/a b.png, alt_text: A}}\n",
        *(
            f"{POST}    due_at: 2027-01-15 09:00\ntimezone: {zone}\n"
            for zone in ("GMT+1", "GMT-5", "UTC+1", "+01:00", "EST", "MST", "HST", "PST", "MEZ", "Berlin", "Germany")
        ),
    ],
)
def test_a_hint_leads_to_a_valid_file(tmp_path: Path, text: str) -> None:
    """Not into the next error; where there are several problems, the last one's hint mends them all."""
    found = problems(tmp_path, text)
    assert found
    mended = followed(text, found[-1])
    assert problems(tmp_path, mended) == (), mended


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        (
            "write a place, such as `Europe/Berlin`",
            ["GMT+1", "GMT-5", "UTC+1", "utc+2", "+01:00", "Etc/GTM+1", "Germany"],
        ),
        ("did you mean `America/New_York`?", ["EST", "et", "Eastern Time"]),
        ("did you mean `Europe/Berlin`?", ["MEZ", "Berlin", "Europe/Berln"]),
        ("did you mean `UTC`?", ["utc", "Gmt"]),
    ],
)
def test_no_hint_gives_a_zone_that_is_hours_off(expected: str, written: list[str]) -> None:
    """`Etc/GMT+1` is UTC-1, and `EST` has no summer time: a post would go out at another hour than the one meant."""
    assert {zone_hint(zone) for zone in written} == {expected}
    assert not any(zone_of(zone) for zone in written)
