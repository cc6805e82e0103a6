"""Each hint, followed literally, gives a valid file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic_core import ErrorDetails

from bufferctl.config import load
from bufferctl.config.format import with_offset, zone_hint, zone_of
from bufferctl.config.read import Source, Spot, explained, parse
from bufferctl.diagnostics import Diagnostic
from bufferctl.model import NetworkMetadata

ROOT = """version: 1
timezone: Europe/Berlin
media: {public_url: https://acme.example/media}
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""
BARE = "posts:\n  - key: a\n    channels: [twitter]\n"
POST = f"{BARE}    text: Hello\n"


def problems(folder: Path, text: str, root: str = ROOT) -> tuple[Diagnostic, ...]:
    """The problems of a file of posts."""
    (folder / "buffer.yaml").write_text(root, encoding="utf-8")
    (folder / "posts").mkdir(exist_ok=True)
    (folder / "media").mkdir(exist_ok=True)
    (folder / "media/console.jpg").touch()
    (folder / "posts/a.yaml").write_text(text, encoding="utf-8")
    return load(None, folder).diagnostics


def followed(text: str, problem: Diagnostic) -> str:
    """The file after following the hint, and nothing else."""
    lines = text.splitlines()
    assert problem.place
    row, column = problem.place.line - 1, problem.place.column - 1
    if not _moved(lines, row, problem.hint):
        lines[row] = _written(lines[row], column, problem)
    return "\n".join(lines) + "\n"


def in_place(text: str, problem: Diagnostic) -> str:
    """The file with an entry or fields in the columns that a hint names."""
    assert problem.place
    lines, row = text.splitlines(), problem.place.line - 1
    if where := re.search(r"(no|\d+) spaces? before (it\b)?", problem.hint):
        dash = "" if where[2] else "- "
        lines[row] = f"{' ' * int(where[1].replace('no', '0'))}{dash}{lines[row].lstrip(' -')}"
    elif problem.hint.startswith("write `- key:`, with the `-` below the `-` of the entries above"):
        lines[row] = f"{' ' * (problem.place.column - 3)}- {lines[row].lstrip()}"
    end = next((n for n in range(row + 1, len(lines)) if re.match(r" *(- )?key: ", lines[n])), len(lines))
    if move := re.search(r"move .* (\d+) spaces? to the (left|right)", problem.hint):
        by = int(move[1])
        for number in range(row + 1, end):
            lines[number] = lines[number][by:] if move[2] == "left" else " " * by + lines[number]
    return "\n".join(lines) + "\n"


def _moved(lines: list[str], row: int, hint: str) -> bool:
    """Delete or indent lines, if that is the hint."""
    line = lines[row]
    if hint.startswith("delete it"):
        del lines[row]
    elif found := re.match(r"indent line (\d+) like this one", hint):
        other = lines[int(found[1]) - 1]
        lines[int(found[1]) - 1] = line[: len(line) - len(line.lstrip())] + other.lstrip()
    elif found := re.match(r"indent it by (\d+) more spaces", hint):
        lines[row] = " " * int(found[1]) + line
    elif "two spaces further in" in hint and hint.startswith("write it"):
        lines[row:] = ["  " + each for each in lines[row:]]
    elif hint.endswith("on the lines below, two spaces further in") and "`" not in hint:
        lines[row + 1 :] = ["  " + each for each in lines[row + 1 :]]
    else:
        return False
    return True


def _written(line: str, column: int, problem: Diagnostic) -> str:
    """The line with the hint's text in its place."""
    hint = problem.hint
    if hint.startswith("close it"):
        return line + line[column]
    snippet = str(re.findall(r"`(.+?)`(?!`)", hint)[0])
    name = snippet.partition(":")[0]
    if hint.startswith("add a name") or "at the top of the file" in hint:
        return f"{line[:column]}{snippet}\n{' ' * column}{line[column:]}"
    if hint.endswith("instead of `url:`"):
        line, column = line.replace("url: ", ""), column - len("url: ")
    if re.match(r"\w+: ", snippet) and f"{name}:" in line:
        return re.sub(rf"{name}: (\{{.*\}}$|[^{{}}]*(?=$|\}}))", lambda _: snippet, line, count=1)
    if re.match(r"\w+: ", snippet) and re.match(r"\w+: ", line[column:]):
        return line[:column] + snippet
    if snippet[0] in "'\"":
        return line[: line.index(snippet[0])] + snippet
    width = 1 if snippet == r"\\" else problem.width
    at = line.rindex("\\", 0, column + 1) if snippet == r"\\" else column
    return line[:at] + snippet + line[at + width :]


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
        f"{POST}    cancelled: twitter\n",
        f"{POST}    cancelled: yes\n",
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
        f"{POST}    overrides:\n      twitter:\n      text: Ho\n",
        f"{BARE}    text: |\n      Hello\n\n    World\n",
        f"{BARE}    text: |\n    Hello\n",
        f"{BARE}    text: |\nHello\n",
        "posts:\n  - channels: [twitter]\n    text: Hello you\n",
        "posts:\n  - key: a\n    channel: twitter\n    text: Hello\n",
        "posts:\n  - key: a\n    channels: []\n    text: Hello\n",
        "posts:\n  - key: a\n    channels: twitter linkedin\n    text: Hello\n",
        "posts:\n  - key: a\n    channels: X and LinkedIn\n    text: Hello\n",
        "posts:\n  - key: a\n    channels: x:acme, linkedin\n    text: Hello\n",
        f"{POST}    due_at: 2027-03-12 09:00 CET\n",
        f"{POST}    due_at: 2027-03-12 12:30 +1\n",
        f"{POST}    due_at: 2027-03-12 12:30 Europe/Berlin\n",
        f"{POST}    due_at: 12.3.2027 9 Uhr\n",
        f"{POST}    due_at: 12.3.2027 mittags\n",
        f"{POST}    due_at: 12.3.2027 9:30 pm UTC-8\n",
        f"{POST}    due_at: 2027-01-15 09:00\n    repeat: {{every: 1 week, times: six}}\n",
        f"{POST}    assets: [media/console.jpg]\n",
        f"{POST}    thread:\n      - text: Two\n        image: media/console.jpg\n",
        f"{POST}    assets: media/console.jpg\n",
        f"{POST}    assets:\n      - ../media/console.jpg\n",
        f"{POST}    assets:\n      - https://acme.example/a.png\n",
        f"{POST}    assets:\n      - image: media/console.jpg\n",
        f"{POST}    assets:\n      - file: media/console.jpg\n",
        f"{POST}    assets:\n      - photo: media/console.jpg\n",
        f"{POST}    assets:\n      - image: {{url: media/console.jpg}}\n",
        f"{POST}    image: media/console.jpg\n",
        f"{POST}    image: {{url: https://acme.example/a.png, alt_text: A}}\n",
        f"{POST}    image: {{file: /media/console.jpg}}\n",
        f"{POST}    photo: https://acme.example/a.png\n",
        f"{POST}    metadata: {{twitter: {{thread: [one]}}}}\n",
        f"{POST}    metadata: twitter\n",
        f"{POST}    first_comment: Ask us\n",
        f"{POST.replace('twitter', 'linkedin')}    first_comment: Ask us\n",
        f"{POST.replace('twitter', 'linkedin')}    metadata:\n      first_comment: Ask us\n",
        f"{POST}    due_at: 2027-01-11 09:00-10:00\n",
        f"{POST}    due_at: 2027-01-11 09:00\N{EN DASH}10:00\n",
        f"{POST}    due_at: 2027-01-11 09:00 HST\n",
        f"{POST}    assets:\n      - image: {{url: https://acme.example/a b.png, alt_text: A}}\n",
        *(
            f"{POST}    due_at: 2027-01-15 09:00\ntimezone: {zone}\n"
            for zone in ("GMT+1", "GMT-5", "UTC+1", "+01:00", "EST", "MST", "HST", "PST", "MEZ", "Berlin", "Germany")
        ),
    ],
)
def test_a_hint_leads_to_a_valid_file(tmp_path: Path, text: str) -> None:
    """Not to the next error; if there are several problems, the last one's hint fixes all of them."""
    found = problems(tmp_path, text)
    assert found
    mended = followed(text, found[-1])
    assert problems(tmp_path, mended) == (), mended


def test_a_field_where_none_belong(tmp_path: Path) -> None:
    """Of a network without fields of its own: there are none to name, so it can only go."""
    tree, _ = parse(Source("a.yaml", "titel: Hello\n", tmp_path))
    error = ErrorDetails(type="extra_forbidden", loc=("titel",), msg="", input="Hello")
    found = explained(Spot(tree, tree.data), NetworkMetadata, error)
    assert found
    assert (found.message, found.hint) == ("there is no field `titel` here", "delete it: no field belongs here")


@pytest.mark.parametrize("field", ["draft: 15.01.2027", "repeat: {every: 15.01.2027, times: 2}"])
def test_a_day_where_none_belongs(tmp_path: Path, field: str) -> None:
    """The hint gives no other form of it, which would be as wrong."""
    (found,) = problems(tmp_path, f"{POST}    {field}\n")
    assert "2027-01-15" not in found.hint


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
    """`Etc/GMT+1` is UTC-1, and `EST` has no summer time: a post would be published at the wrong hour."""
    assert {zone_hint(zone) for zone in written} == {expected}
    assert not any(zone_of(zone) for zone in written)


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        ("2027-03-12T09:00+01:00", "2027-03-12 09:00 CET"),
        ("2027-07-12T09:00+02:00", "2027-07-12 09:00 MESZ"),
        ("2027-03-12T09:00-05:00", "12.03.2027 9:00 EST"),
        ("2027-03-12T09:00+01:00", "2027-03-12 09:00 GMT+1"),
        ("2027-03-12T09:00+05:30", "2027-03-12 9:00 +0530"),
    ],
)
def test_a_zone_behind_a_time_becomes_its_offset(expected: str, written: str) -> None:
    """Without the offset, the post would be published at that hour of another zone."""
    zoned = with_offset(written)
    assert zoned
    assert zoned[0] == expected


def test_an_included_folder_becomes_a_pattern(tmp_path: Path) -> None:
    """The hint for an existing folder is the pattern for its files."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns/a.yaml").write_text(POST, encoding="utf-8")
    (found,) = problems(tmp_path, POST, f"{ROOT}include: [campaigns]\n")
    root = f"{ROOT}include: [{re.findall('`(.+)`', found.hint)[0]}]\n"
    assert problems(tmp_path, POST, root) == ()


def test_a_file_without_its_organization_has_one_error(tmp_path: Path) -> None:
    """Not one for each post; the line from its hint fixes the file."""
    posts = "".join(f"  - {{key: {key}, channels: [twitter], text: {key}}}\n" for key in "abcd")
    text = f"posts:\n{posts}ideas: [{{key: a, title: A}}]\n"
    root = f"{ROOT}  - name: Globex\n"
    (found,) = problems(tmp_path, text, root)
    assert problems(tmp_path, followed(text, found), root) == ()
