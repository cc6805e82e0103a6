"""A report as one HTML file: a calendar, and each post as a card near to how its network shows it.

Nothing is fetched but the pictures of the posts: style and script stand in the file, and its Content-Security-Policy
lets nothing else run or load. Everything that comes from files or from Buffer goes through jinja2's autoescape, and
addresses in `href` and `src` are http or https. Without JavaScript all cards stand there to read; with it come calendar
and filters.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from bufferctl.render.hints import steps
from bufferctl.render.html_page import Page, page_of
from bufferctl.render.report import Report

_TEMPLATES = files("bufferctl.render") / "templates"


def report_html(report: Report) -> str:
    """A plan, or after an apply its receipt, as one HTML document."""
    return _document(page_of(report))


def preview_html(report: Report) -> str:
    """What the files alone say, as the same document: nothing is new, changed or deleted in it, there are posts."""
    return _document(page_of(report, is_preview=True))


def _document(page: Page) -> str:
    style, script, first = (_read(name) for name in ("report.css", "report.js", "report_first.js"))
    policy = (
        f"default-src 'none'; img-src http: https:; style-src {_hashed(style)}; "
        f"script-src {_hashed(script)} {_hashed(first)}; base-uri 'none'; form-action 'none'"
    )
    # Ours, not anybody's words: they go in as they stand, and the policy names them by their digests.
    own = {"style": Markup(style), "script": Markup(script), "first": Markup(first)}  # noqa: S704 - files of this package
    return _environment().get_template("report.html").render(page=page, policy=policy, **own) + "\n"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_read), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["steps"] = steps
    return made


@cache
def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


def _hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
