"""`bufferctl ci comment`: link the comment of a plan to its page, which has an address only after it was uploaded."""

from __future__ import annotations

import re

from bufferctl.ci.job import SHORT, Job
from bufferctl.errors import ForgeError
from bufferctl.render.markdown_text import PAGE_MARK

_LINK = re.compile(re.escape(PAGE_MARK) + r" · \[the page\]\([^()\s]*\)")
_ADDRESS = re.compile(r"https?://[^\s()<>]+")


def page_link(address: str) -> str:
    """The link to the page of a plan in a comment, where a later one can replace it."""
    return f"{PAGE_MARK} · [the page]({address})"


def comment(job: Job, *, page: str, number: int = 0) -> int:
    """Link the comment of the request's plan to `page`. Exit code 0, also if a newer commit has the comment by now.

    Raises ForgeError if `page` is no address.
    """
    if not _ADDRESS.fullmatch(page):
        raise ForgeError(f"{page!r} is not the address of a page", hint="Name the uploaded page with --page URL.")
    request = job.forge.request(number)
    found = job.find_comment("plan", request) if request else None
    if request is None or found is None or f"<sub>Commit {request.head[:SHORT]} " not in found.body:
        print("There is no comment on the plan of this commit, so there is nothing to link.")
        return 0
    linked = _LINK.sub(lambda _: page_link(page), found.body, count=1)
    if linked != found.body:
        job.forge.edit_comment(request.number, found.id, linked)
    return 0
