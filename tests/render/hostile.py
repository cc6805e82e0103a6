"""Reports in which every text from people or from Buffer is the same string."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bufferctl.diagnostics import Diagnostic, Place, Related, Severity
from bufferctl.model import (
    IDEAS,
    Address,
    Asset,
    Binding,
    Document,
    Idea,
    Image,
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LivePost,
    LiveThreadItem,
    NetworkMetadata,
    Origin,
    Post,
    PostStatus,
    Service,
    ShareMode,
    Slot,
    Tag,
    TextLength,
    ThreadItem,
    Video,
)
from bufferctl.model.content import LinkAttachment
from bufferctl.model.metadata import BlueskyMetadata, LinkedinMetadata, MastodonMetadata, PinterestMetadata
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Plan, Reason, Status
from bufferctl.render.report import Report
from bufferctl.said import prose

_AT = datetime(2029, 12, 3, 9, tzinfo=UTC)
#: Texts that would each have an effect somewhere unless they are escaped.
TEXTS = {
    "mention": "thanks @octocat, @org/team and me@acme.example",
    "reference": "see #123, GH-7, owner/repo#9 and owner/repo@abcdef1",
    "commit": "in a5c3785ed8d6a35868bc169f07e40e889087fd2e and deadbeef",
    "emoji": ":tada: and :+1: at 10:100:5",
    "formula": "from $5 to $10, $$x$$, $`y`$",
    "html": '<script>alert(1)</script><b onmouseover="alert(1)">x</b><img src=x onerror=alert(1)>',
    "html block": "<div>\n<style>*{display:none}</style>\n</div>",
    "comment": "--> <!-- bufferctl:plan --> <!--",
    "closers": "</details></summary></blockquote></sub>\n</details>\n\n</li></ul>",
    "fence": "```\n````\n~~~\ntext",
    "backticks": "`a` ``b`` ``` c `",
    "links": "[a](https://evil.example) ![b](https://evil.example/b.png) [c]: https://evil.example\n[c]\n<https://evil.example>",
    "script links": "[a](javascript:alert(1)) javascript:alert(1) data:text/html,x",
    "bare links": "www.evil.example ftp://evil.example mailto:a@evil.example xmpp:a@evil.example 1https://evil.example",
    "footnote": "[^1]\n\n[^1]: note",
    "table": "| x | y |\n|---|---|\n| 1 | 2 |\na | b\n--- | ---\n1 | 2\nc\n:-\nd",
    "small tables": "x |\n|---|---|\n\na\n|-",
    "headings": "# one\n===\n## two\n---\nthree\n---",
    "lists": "- [ ] a\n* b\n+ c\n1. d\n2) e\n- [x] f",
    "rules": "***\n---\n___\n- - -",
    "quotes": "> a\n>> b",
    "indented": "    code\n\tcode\n  two  spaces   three",
    "emphasis": "*a* **b** _c_ __d__ ~e~ ~~f~~ ***g***",
    "entities": "&lt;script&gt; &amp;lt; &#60;b&#62; &copy; &nbsp;",
    "backslashes": "\\ \\* \\\\ ends with \\",
    "line ends": "one\n\n\n\ntwo\nthree \n four\\\r\nfive\n",
    "control": "\x00\x07\x1b[31mred\x1b]8;;https://evil.example\x07\u202eder\u2028next\u2029\x85",
    "commands": "::error file=a.yaml,line=1::boom\n##[error]boom\n::set-output name=a::b\n%0A::stop-commands::x",
    "quick actions": "/close\n/approve\n@dependabot merge",
    "braces": "{{ secrets.KEY }} ${{ secrets.KEY }} {% raw %} {+ a +} [- b -]",
    "unicode": "👩‍👩‍👧‍👦 \U0001d5ef\U0001d5f2 e\u0301 日本語 עברית 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "long": "word " * 300 + "x" * 2000,
}


def address_of(text: str) -> str:
    """A web address containing `text`, in a form that files accept."""
    return "https://evil.example/" + re.sub(r"\s", "", text)


def plan_of(text: str) -> Report:
    """A plan with `text` in every field of every kind of change."""
    changes = (*_posts(text), *_ideas(text), *_not_creates(text))
    channels = {"channel": LiveChannel("channel", "organization", Service.TWITTER, text, text, "UTC")}
    problem = Diagnostic(
        Severity.ERROR,
        text,
        Place(text, 3, 2),
        text,
        text,
        4,
        text,
        (Related(Place(text, 9, 9), text), Related(Place(text), text)),
    )
    warning = Diagnostic(Severity.WARNING, text, None, text)
    plan = Plan(_AT, text, changes, (problem, warning), channels)
    return Report(plan, (problem, warning), lambda _: TextLength(300, 280), expires_at=_AT)


def receipt_of(text: str) -> Report:
    """A receipt with `text` in every field, with an outcome of each kind for each change."""
    report = plan_of(text)
    outcomes = tuple(
        Outcome(change, status, text, text, prose(text), prose(text), address_of(text), _AT)
        for change in report.plan.changes
        for status in Status
    )
    return Report(report.plan, report.diagnostics, report.lengths, outcomes, report.plan, text)


def _posts(text: str) -> tuple[Change, ...]:
    url = address_of(text)
    assets = (
        Asset(image=Image(url=url, alt_text=text, thumbnail_url=url)),
        Asset(video=Video(url=url, title=text)),
        Asset(document=Document(url=url, title=text or "-", thumbnail_url=url)),
    )
    thread = (ThreadItem(text=text), ThreadItem(text=text, assets=assets))
    metadata: tuple[NetworkMetadata, ...] = (
        BlueskyMetadata(thread=thread),
        LinkedinMetadata(first_comment=text, link_attachment=LinkAttachment(url=url, title=text, description=text)),
        MastodonMetadata(spoiler_text=text, thread=thread),
        PinterestMetadata(title=text, board=text or "-", url=url),
    )
    modes = (ShareMode.CUSTOM_SCHEDULED, ShareMode.SHARE_NOW, ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT)
    return tuple(
        _change(text, Action.CREATE, f"post-{mode}", desired=_post(text, mode, assets, each))
        for mode, each in zip(modes, metadata, strict=True)
    )


def _post(text: str, mode: ShareMode, assets: tuple[Asset, ...], metadata: NetworkMetadata | None) -> Post:
    due = _AT if mode is ShareMode.CUSTOM_SCHEDULED else None
    address = Address(text, f"twitter:{text}", f"{mode}-{text}")
    return Post(
        address,
        Service.TWITTER,
        Place(text, 3, 2),
        text,
        mode,
        due,
        assets=assets,
        metadata=metadata,
        tags=(text, text),
        idea=text,
        source=text,
        was=text,
        repeat_of=(text,),
    )  # fmt: skip - one field per line would take a page


def _ideas(text: str) -> tuple[Change, ...]:
    address = Address(text, IDEAS, text)
    desired = Idea(address, Place(text, 3, 2), text, text, tags=(text,), cta=text, template_id=text)
    live = LiveIdea("id", "organization", _AT, text, text)
    return (
        _change(text, Action.CREATE, "idea", address=address, desired=desired),
        _change(text, Action.FORGET, "idea-gone", address=address, live=live, why=prose(text)),
    )


def _not_creates(text: str) -> tuple[Change, ...]:
    asset = LiveAsset("image", text, text, text, {"title": text})
    item = LiveThreadItem(text, (asset,))
    live = LivePost(
        text,
        "channel",
        PostStatus.SCHEDULED,
        text,
        _AT,
        _AT,
        tags=(Tag(text, text, text),),
        assets=(asset,),
        thread=(item, item),
        metadata={"first_comment": text, f"{text}'s": text, "title": text, "event": {f"{text}'s": text}},
        error=text,
        external_link=text,
    )  # fmt: skip - one field per line would take a page
    post = _post(text, ShareMode.CUSTOM_SCHEDULED, (), None)
    differences = (
        Difference("text", f"before {text}", f"after {text}"),
        Difference("title", "something else altogether", text),
        Difference(f"{text}'s", text, f"{text}."),  # never the name of an instant field
        Difference("tags", (text,), (text, text)),
        Difference("metadata", {f"{text}'s": text}, {f"{text}'s": {text: True}}),
        Difference("first_comment", text, None),
    )
    return tuple(
        _change(
            text,
            action,
            action.value,
            desired=None if action is Action.DELETE else post,
            live=live,
            why=prose(text),
            todo=prose(text),
            differences=differences,
            reason=Reason.CONFLICT,
            candidates=(text,),
        )
        for action in Action
        if action is not Action.CREATE
    )  # fmt: skip - one field per line would take a page


def _change(text: str, action: Action, key: str, **values: object) -> Change:
    return Change(
        **{
            "address": Address(text, f"twitter:{text}", text),
            "action": action,
            "cause": Cause.NEW,
            "slot": Slot("organization", "channel", key),
            "place": Place(text, 3, 2),
            "binding": Binding(text, Origin.CREATED, address=text, file=text),
            **values,
        }  # type: ignore[arg-type]  # each is passed to the field of its name
    )
