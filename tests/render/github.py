"""Markdown as GitHub reads it: its own parser, and then GitHub's processing of the remaining text.

The second half is not published as a library. It is written here more strictly than GitHub's: any text that could
become a mention, a reference, a commit, an emoji or a formula counts, outside code and links.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import cmarkgfm  # type: ignore[import-untyped]  # it comes without types
import comrak
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # it comes without types

#: Tags in which GitHub looks for neither mentions nor references.
_QUIET = frozenset({"code", "pre", "a"})
_VOID = frozenset({"br", "img", "hr", "input"})
_BECOMES = re.compile(
    r"@\w|#\d|GH-\d|(?<![0-9A-Za-z])[0-9a-f]{7,}(?![0-9A-Za-z])|:[\w+-]+:|(?:https?|ftp)://|mailto:\w|xmpp:\w|www\.",
    re.IGNORECASE | re.ASCII,
)


#: The extensions of its parser that GitLab turns on (gitlab-glfm-markdown).
_ON_GITLAB = (
    *("alerts", "autolink", "cjk_friendly_emphasis", "description_lists", "footnotes", "inline_footnotes"),
    *("math_code", "math_dollars", "multiline_block_quotes", "strikethrough", "subscript", "table", "tasklist"),
    *("wikilinks_title_before_pipe",),
)
_STYLE = Path(__file__).parent / "files" / "github-markdown.css"


def parsed(markdown: str) -> str:
    """The comment as HTML, by GitHub's own parser."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_FOOTNOTES
    html: str = cmarkgfm.github_flavored_markdown_to_html(markdown, options)
    return html


def parsed_by_gitlab(markdown: str) -> str:
    """The comment as HTML, by the parser that GitLab uses (comrak), with what GitLab turns on in comments."""
    extensions = comrak.ExtensionOptions()
    for name in _ON_GITLAB:
        setattr(extensions, name, True)
    options = comrak.RenderOptions()
    options.unsafe_, options.github_pre_lang, options.gfm_quirks = True, True, True
    return comrak.render_markdown(markdown, extension_options=extensions, render_options=options)


def comment_page(markdown: str) -> str:
    """A page that shows the comment as GitHub does on a phone, with GitHub's own style (npm: github-markdown-css)."""
    style = (
        f"{_STYLE.read_text(encoding='utf-8')} body {{ margin: 0 }} .markdown-body {{ padding: 16px; font-size: 14px }}"
    )
    body = f"<div class=markdown-body>{parsed(markdown)}</div>"
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>{body}"


@dataclass
class Page(HTMLParser):
    """A parsed comment: the number of each tag, the links and images, and the text by place."""

    markdown: str
    parse: Callable[[str], str] = parsed
    tags: Counter[str] = field(default_factory=Counter)
    attributes: set[tuple[str, str]] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    becomes: list[str] = field(default_factory=list)
    text: str = ""
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.parse(self.markdown))
        self.close()
        assert self._open == [], "something was opened and not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count it."""
        self.tags[tag] += 1
        self.attributes |= {(tag, name) for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.pictures += [value or "" for name, value in attrs if name == "src"]
        if tag == "blockquote":
            self.quotes.append("")
        if tag == "p" and "blockquote" in self._open and self.quotes[-1]:
            self.quotes[-1] += "\n"
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count it; nothing is open after it."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the last opened tag."""
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        """Keep the comment."""
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        """Keep the text, and anything that GitHub would turn into a link or the like."""
        self.text += data
        if "blockquote" in self._open:
            self.quotes[-1] += data
        if not _QUIET & set(self._open):
            self.becomes += _BECOMES.findall(data)
            if "$" in data and self._open[-1] != "span":
                self.becomes.append("$")


def as_written(text: str) -> str:
    """The text of a quote as a reader sees it: with plain spaces and without invisible characters."""
    lines = text.replace("\u00a0", " ").replace("\u200b", "").split("\n")
    return re.sub("\n{2,}", "\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
