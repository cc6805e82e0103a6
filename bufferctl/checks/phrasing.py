"""Rules on what improves a post: alt texts, https links, no invisible characters, no markup, no placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bufferctl.checks.attachments import kind_instead
from bufferctl.checks.finding import Finding, Path, Rule, advice, few, refusal
from bufferctl.checks.visible import visible_texts
from bufferctl.model import Post
from bufferctl.model.attached import assets_of
from bufferctl.model.desired import ENTRY_IN_TEXT
from bufferctl.model.plain_text import HIDDEN, LINK, code_point, invisible, trimmed, unusual

NO_ALT_TEXT = advice(
    "BC101",
    "alt-text-missing",
    "an image has no `alt_text`",
    "screen-reader users will not know what it shows",
    "write in `alt` what the image shows, or in `alt_text` of `assets`",
    "the Web Content Accessibility Guidelines, 1.1.1",
)
NOT_HTTPS = advice(
    "BC102",
    "link-not-https",
    "a link begins with `http://`",
    "browsers warn readers about it, and some networks show no preview",
    "write `https://`, if the site answers there",
    "what browsers do",
)


def alt_text_findings(post: Post) -> Iterator[Finding]:
    for path, asset in assets_of(post):
        image = asset.image
        if image is None or (image.alt_text and image.alt_text.strip()):
            continue
        if not kind_instead(image.url):
            message = "this image has no `alt_text`, so screen-reader users will not know what it shows"
            yield Finding(NO_ALT_TEXT, post, (*path, "image", "alt_text"), message)


INVISIBLE = advice(
    "BC107",
    "invisible-character",
    "a text has an invisible character, often from copied text",
    "it counts, breaks links and words, and can hide what a reviewer should see",
    "delete it",
    "Unicode's list of ignorable characters, emoji apart",
)
MARKDOWN = advice(
    "BC108",
    "markdown-in-text",
    "a text has a link or emphasis in Markdown",
    "networks show the characters as they are written",
    "write plain text, and the bare URL of a link",
    "what networks do",
)
IMAGE_IN_TEXT = refusal(
    "BC117",
    "image-in-text",
    "a text has an image in Markdown",
    "write `image:` beside the text, and delete it in the text",
    "what networks do",
    "networks show the characters as they are written, not the image",
)
#: Found where the file is read (`bufferctl/config/read/misplaced.py`): the text alone does not show how it is written.
SWALLOWED = refusal(
    ENTRY_IN_TEXT,
    "entry-in-text",
    "a text has the lines of an entry: `- key: …` with a field below it, `due_at: 2030-…`, or `channels: […]`",
    "move the lines to the columns that the hint says; put a text about such files into one of its own (`text_file`)",
    "how YAML reads a block of text",
    "the lines are published with the text, and the entry does not exist",
)
LINK_BROKEN = advice(
    "BC118",
    "link-broken",
    "a link is glued to the word before it, or cut off by a space",
    "networks may not show it as a link, or it leads nowhere",
    "write a space before the link, and none in it",
    "what networks do",
)
HTML = advice(
    "BC109",
    "html-in-text",
    "a text has an HTML tag or entity",
    "networks show it as it is written",
    "write the plain text",
    "what networks do",
)

PLACEHOLDER = advice(
    "BC114",
    "placeholder-in-text",
    "a text has a placeholder: `{{name}}`, `[insert link]`, Lorem ipsum, a note to its author (`TO-DO:`), `https://…`, "
    "or nothing but `…`",
    "networks show it as it is written",
    "write the text that belongs there; a variable of `vars` is written `$(name)`",
    "what templates and drafts leave behind",
)

#: In Markdown an address ends at its parenthesis. Emphasis begins with its sign, although what is before it is checked
#: too: so the signs are found fast.
_MARKDOWN = re.compile(
    r"(?<!!)\[[^\[\]\n]+\]\(https?://[^\s()]+\)"
    r"|\*(?<![\w*]\*)(\*{0,2})(?=[^\s*])[^*\n]{0,200}(?<=[^\s*])\*\1(?![\w*])"
    r"|_(?<![\w_]_)(_{0,2})(?=[^\s_])[^_\n]{0,200}(?<=[^\s_])_\2(?![\w_])"
)
#: An image, with its address, or as word processors export it, with a name whose address is at the end.
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]\n]*)\](?:\((?P<source>[^\s()]+)[^()\n]*\)|\[[^\[\]\n]+\])")
#: A link after a letter or the end of a word, or one that ends where its host should begin. In languages without spaces
#: between words, a link follows a letter as a matter of course.
_BROKEN = re.compile(
    r"(?<![^\s(])(?P<word>[^\s:/?#=&]*[A-Za-z\u00c0-\u024f0-9][.,:;!?]?)https?://(?=\S)|https?://(?=\s|\Z)",
    re.IGNORECASE,
)
_HTML = re.compile(
    r"</?(?:a|b|br|code|div|em|h[1-6]|i|img|li|ol|p|pre|small|span|strong|u|ul)(?:\s[^<>]{0,500})?\s?/?>"
    r"|&(?:amp|lt|gt|quot|apos|nbsp|mdash|ndash|hellip|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)
#: No words that are also used on purpose, such as "Speaker TBD".
_PLACEHOLDER = re.compile(
    r"\{\{(?<!\$\{\{)[^{}\n]{1,60}\}\}|\[(?:insert|your|todo|tbd|placeholder|link|url|name|date)\b[^\[\]\n]{0,60}\](?!\()"
    r"|\b(?-i:TO-?DO:)|\bLorem ipsum\b|https?://\u2026|\A\s*\u2026\s*\Z",
    re.IGNORECASE,
)
#: The same in a field that holds an address.
_ADDRESS_PLACEHOLDER = re.compile(r"https?://\u2026", re.IGNORECASE)


def plain_findings(post: Post) -> Iterator[Finding]:
    """Things that readers would see, or not see, against the author's intention: the first of a kind in each text."""
    for each in visible_texts(post):
        if any(_signs_in(each.text)):
            yield from findings_in(post, *each)


def findings_in(post: Post, path: Path, text: str, is_link: bool = False) -> Iterable[Finding]:
    """What this module finds in one text of a post."""
    return few(Finding(rule, post, path, message, hint, quote) for rule, message, quote, hint in _odd_in(text, is_link))


def has_placeholder(text: str) -> bool:
    """Whether the rule for placeholders finds one in the text."""
    return _PLACEHOLDER.search(text) is not None


#: What the rules of this module find contains at least one of these characters and words, or is invisible.
_OF_HTTP, _OF_PLACEHOLDERS = ("p://", "P://"), ("DO:", "psum", "PSUM", "://\u2026")
#: Links have two of the characters, too, but elsewhere.
_ODD = re.compile(rf"[*<\]{{]|{HIDDEN}")
_IN_LINKS_TOO = re.compile(r"_(?<!\w_)|&#?\w+;")
#: All of ASCII, but these. Its control characters are errors of the file, so no rule needs to find them.
_ORDINARY = bytes(range(0x80)).translate(None, b"*<]{_&")
_SHOWN_AS_WRITTEN = (
    (MARKDOWN, "is Markdown, and readers will see the markup", "]*_", _MARKDOWN),
    (HTML, "is HTML, and readers will see the markup", "<&", _HTML),
    (
        PLACEHOLDER,
        "looks like a placeholder, and readers will see it as it is",
        ("]", "{", "\u2026", *_OF_PLACEHOLDERS),
        _PLACEHOLDER,
    ),
)


class _Signs(NamedTuple):
    """What a rule of this module may find in a text: most texts are only letters and emoji, and have none of it.

    A link without https; a link that may be broken; and what is shown as it is written, or is invisible.
    """

    http: bool
    broken_link: bool
    as_written_or_invisible: bool


@lru_cache(maxsize=128)
def _signs_in(text: str) -> _Signs:
    return _Signs(any(map(text.__contains__, _OF_HTTP)), _may_be_broken(text), _may_be_as_written_or_invisible(text))


def _may_be_as_written_or_invisible(text: str) -> bool:
    """Whether a text has a sign of what is shown as it is written, or something invisible."""
    if any(map(text.__contains__, _OF_PLACEHOLDERS)) or text.strip() == "\u2026":
        return True
    left = unusual(text, _ORDINARY)
    return bool(left and (_ODD.search(left) or (("_" in left or "&" in left) and _IN_LINKS_TOO.search(text))))


def _may_be_broken(text: str) -> bool:
    """Whether a link follows anything but a space or a parenthesis, or a space follows how it begins.

    Every text with a link is asked, so this looks for the signs alone: in a tenth of the time of the pattern above,
    whose words may begin anywhere.
    """
    at = text.find("://")
    while at >= 0:
        scheme = text[max(0, at - 5) : at].lower()
        if scheme.endswith(("http", "https")):
            start, end = at - (5 if scheme == "https" else 4), at + 3
            is_glued = start > 0 and not text[start - 1].isspace() and text[start - 1] != "("
            is_cut_off = end == len(text) or text[end].isspace()
            if is_glued or is_cut_off:
                return True
        at = text.find("://", at + 1)
    return False


@lru_cache(maxsize=128)  # many posts may share one long text
def _odd_in(text: str, is_link: bool) -> list[tuple[Rule, str, str, str]]:
    """What is found in a text: the rule, the message, the words, and a hint instead of the rule's own."""
    signs = _signs_in(text)
    found: list[tuple[Rule, str, str, str]] = []
    if signs.http:
        found += _links_without_https_in(text)
    if signs.as_written_or_invisible:
        found += _invisible_in(text)
    if is_link:
        found += _placeholder_in_link(text)
        return found
    if "![" in text:
        found += _images_in(text)
    if signs.broken_link:
        found += _broken_links_in(text)
    if signs.as_written_or_invisible:
        found += _shown_as_written_in(text)
    return found


def _links_without_https_in(text: str) -> Iterator[tuple[Rule, str, str, str]]:
    message = "this link is not https, so browsers warn everyone who follows it"
    for link in dict.fromkeys(trimmed(link) for link in LINK.findall(text) if link[:5].lower() == "http:"):
        yield NOT_HTTPS, message, link, ""


def _invisible_in(text: str) -> Iterator[tuple[Rule, str, str, str]]:
    hidden = [character for _, character in invisible(text)]
    if hidden:
        names = ", ".join(map(code_point, list(dict.fromkeys(hidden))[:5]))
        many = f"{len(hidden):,} invisible characters" if len(hidden) > 1 else "an invisible character"
        yield INVISIBLE, f"this has {many} ({names}), often from copied text", hidden[0], ""


def _placeholder_in_link(text: str) -> Iterator[tuple[Rule, str, str, str]]:
    if match := _ADDRESS_PLACEHOLDER.match(text):
        message = f"`{match[0]}` looks like a placeholder, and leads nowhere"
        yield PLACEHOLDER, message, match[0], "write the whole address"


def _shown_as_written_in(text: str) -> Iterator[tuple[Rule, str, str, str]]:
    for rule, what, signs, pattern in _SHOWN_AS_WRITTEN:
        match = pattern.search(text) if any(map(text.__contains__, signs)) else None
        if match:
            yield rule, f"`{match[0][:40]}` {what}", match[0], _instead_of(rule, match[0])


#: The parts of what is in Markdown or between the braces of a template.
_LINK_IN_MARKDOWN = re.compile(r"\[(?P<words>.+)\]\((?P<link>.+)\)")
_IN_BRACES = re.compile(r"\{\{ *(?P<name>[A-Za-z_][\w-]*) *\}\}")


def _instead_of(rule: Rule, words: str) -> str:
    """What to write in place of words that are shown as they are written; empty for the rule's own hint."""
    if rule is PLACEHOLDER and (braces := _IN_BRACES.fullmatch(words)):
        return f"write the text that belongs there; a variable of `vars` is written `$({braces['name']})`"
    if rule is not MARKDOWN:
        return ""
    link = _LINK_IN_MARKDOWN.fullmatch(words)
    plain = f"{link['words']} {link['link']}" if link else words.strip("*_")
    return f"write `{plain}`"


def _images_in(text: str) -> Iterator[tuple[Rule, str, str, str]]:
    for match in _IMAGE.finditer(text):
        message = f"`{match[0][:60]}` is posted as it is written, since networks show no Markdown"
        alt = f" and `alt: {match['alt']}`" if match["alt"] else ""
        fields = f"`image: {match['source'] or '…'}`{alt}"
        yield IMAGE_IN_TEXT, message, match[0], f"write {fields} beside the text, and delete it in the text"


def _broken_links_in(text: str) -> Iterator[tuple[Rule, str, str, str]]:
    for match in _BROKEN.finditer(text):
        if match["word"] is None:
            yield LINK_BROKEN, f"a space follows `{match[0]}`, so this is no link", match[0], "delete the space"
        else:
            message = f"the link is glued to `{match['word'][:40]}`, so networks may not show it as a link"
            yield LINK_BROKEN, message, match[0], "write a space before the link"
