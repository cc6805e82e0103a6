"""The posts that the numbers are measured with: many in one file, the same each time; 10,000 are about 4.7 MB.

They are like posts that people write, for the channels of the sandbox: most with a time, some for the queue; several
lines with links, hashtags and emoji; images in block and flow style, tags, a first comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

ALL = "posts/all.yaml"
#: Channels of the sandbox's account that allow texts of this length, by organization.
CHANNELS = {
    "Acme": (("linkedin", "acme-inc"), ("facebook", "acme"), ("threads", "acme.example"),
             ("mastodon", "acme@social.example")),
    "Globex": (("linkedin", "globex"), ("mastodon", "globex@social.example")),
}  # fmt: skip
_TAG = "launch: 66a0000000000000000001a1"
#: A post every quarter of an hour from 8:00 to 18:00, so never in an hour that a clock change skips or repeats.
_A_DAY = 40
SENTENCES = (
    "Every post of this week was reviewed in a pull request before it went anywhere near the queue.",
    "The console shows requests a minute, and now also which of them you paid for: https://acme.example/console",
    "Größere Pläne, kleinere Schritte; and a word with an emoji \N{ROCKET} for good measure.",
    "We answered forty questions about how a release is made, and wrote the answers down.",
    "What would you like to know? Ask below, we read all of it. #gitops #buffer",
    "It took three people, two rewrites and one very long train ride to get here.",
)


def write(folder: Path, count: int, organizations: tuple[str, ...] = ("Acme",), *, findings: int = 0) -> None:
    """Fill `folder` with a root file and, in `ALL`, `count` posts, which the organizations share evenly.

    `findings`: how many of the posts have a link that a rule warns of.
    """
    (folder / "posts").mkdir(parents=True, exist_ok=True)
    (folder / "buffer.yaml").write_text("".join(_root(organizations)), encoding="utf-8")
    with (folder / ALL).open("w", encoding="utf-8") as file:
        file.write("posts:\n")
        for number in range(count):
            file.writelines(_post(number, organizations[number % len(organizations)], warned=number < findings))


def write_files(folder: Path, count: int) -> None:
    """Fill `folder` with a root file and `count` files of one post each."""
    (folder / "posts").mkdir(parents=True)
    (folder / "buffer.yaml").write_text("".join(_root(("Acme",))), encoding="utf-8")
    for number in range(count):
        text = "".join(_post(number, "Acme", warned=False))
        (folder / "posts" / f"p{number:05}.yaml").write_text(f"posts:\n{text}", encoding="utf-8")


#: Entries of the campaign, and occurrences of each: 10,000 posts on the four channels of Acme.
_SERIES, _TIMES = 50, 50


def write_campaign(folder: Path, *, by_hand: bool) -> None:
    """Fill `folder` with a campaign of 10,000 posts (repeats, variables, tagged links), or with those posts `by_hand`.

    By hand, each network has its own entry, since its links have other parameters.
    """
    (folder / "posts").mkdir(parents=True)
    (folder / "buffer.yaml").write_text("".join(_root(("Acme",))), encoding="utf-8")
    services = [service for service, _ in CHANNELS["Acme"]]
    lines = ["posts:\n"]
    if not by_hand:
        utm = "utm: {domains: [acme.example], source: $(service), medium: social}\n"
        lines = [f"channels: [{', '.join(services)}]\n", "vars: {product: Console}\n", utm, *lines]
    for series in range(_SERIES):
        if not by_hand:
            lines += _tip(series, 0, "$(number)", "$(product)", "")
            lines += [f"    repeat: {{every: 1 week, times: {_TIMES}}}\n"]
            continue
        for number in range(_TIMES):
            for service in services:
                lines += _tip(series, number, f"{number + 1}", "Console", f"?utm_source={service}&utm_medium=social")
                lines += [f"    channels: [{service}]\n"]
    (folder / ALL).write_text("".join(lines), encoding="utf-8")


def _tip(series: int, week: int, number: str, product: str, query: str) -> Iterator[str]:
    due = date(2030, 1, 7) + timedelta(weeks=week)
    yield f"  - key: tip-{series}{f'-{number}' if query else ''}\n"
    yield f"    due_at: {due} {8 + series // 4:02}:{series % 4 * 15:02}\n"
    yield f"    text: |\n      Tip {number} on the {product}: https://acme.example/tips/{series}{query}#{number}\n"
    yield f'    assets: [{{image: {{url: "https://acme.example/{series}/{number}.png", '
    yield f'alt_text: "The {product} in picture {number}"}}}}]\n'


def write_news(folder: Path, count: int) -> None:
    """Fill `folder` with a root file that has `count` plain posts for one channel."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [*_root(("Acme",)), "posts:\n"]
    for number in range(count):
        lines += [f"  - key: n{number}\n", "    channels: [linkedin]\n", f"    due_at: {_moment(number)}\n"]
        lines += ["    text: |\n", f"      News {number}. {SENTENCES[number % len(SENTENCES)]}\n"]
    (folder / "buffer.yaml").write_text("".join(lines), encoding="utf-8")


def _root(organizations: tuple[str, ...]) -> Iterator[str]:
    yield "version: 1\ntimezone: Europe/Berlin\norganizations:\n"
    for organization in organizations:
        yield f"  - name: {organization}\n"
        yield f"    tags: {{{_TAG}}}\n" if organization == "Acme" else ""
        yield "    channels:\n"
        yield from (f"      - {{service: {service}, name: {name}}}\n" for service, name in CHANNELS[organization])


def _post(number: int, organization: str, *, warned: bool) -> Iterator[str]:
    channels = CHANNELS[organization]
    service, _ = channels[number // 2 % len(channels)]
    yield f"  - key: p{number:05}\n"
    yield f"    organization: {organization}\n"
    yield f"    channels: [{service}]\n"
    yield f"    due_at: {_moment(number)}\n" if number % 50 else "    mode: addToQueue\n"
    yield "    tags: [launch]\n" if number % 7 == 0 and organization == "Acme" else ""
    yield "    text: |\n"
    link = f"http://acme.example/{number} " if warned else ""
    yield f"      Number {number}: {link}{SENTENCES[number % len(SENTENCES)]}\n\n"
    yield from (f"      {SENTENCES[(number + more) % len(SENTENCES)]}\n" for more in (1, 2))
    url, alt_text = f"https://acme.example/pictures/{number}.png?w=1200", f"Picture {number} of what we talk about"
    if number % 5 == 0:
        yield f"    assets:\n      - image:\n          url: {url}\n          alt_text: {alt_text}\n"
    elif number % 3 == 0:
        yield f"    assets:\n      - image: {{url: {url}, alt_text: {alt_text}}}\n"
    if service in {"linkedin", "facebook"} and number % 11 == 0:
        yield f"    metadata:\n      {service}:\n        first_comment: More at https://acme.example/{number}\n"


def _moment(number: int) -> str:
    days, quarters = divmod(number, _A_DAY)
    day = date(2030, 1, 1) + timedelta(days)
    return f"{day} {8 + quarters // 4:02}:{quarters % 4 * 15:02}"
