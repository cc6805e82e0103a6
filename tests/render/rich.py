"""One rich plan for every output format: each action, several channels and time zones, long and hostile text.

Built by hand, so it only changes here. `REPORT` is a plan, `APPLIED` the result of applying it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bufferctl.checks import text_length
from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.model import (
    Address,
    Asset,
    Binding,
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Idea,
    LiveAsset,
    LiveChannel,
    LivePost,
    Metadata,
    Origin,
    Post,
    PostStatus,
    Quota,
    Service,
    ShareMode,
    Slot,
    Tag,
    Window,
)
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Plan, Reason, Status
from bufferctl.render.report import Report
from bufferctl.said import prose

NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
HOSTILE = (
    "Hi @everyone <b onmouseover=alert(1)>now</b> & <script>alert(1)</script>\n"
    "```\n![x](https://evil.example/p.png) [click](javascript:alert(1)) | cell | <!-- bufferctl -->\n"
    "::error file=a::boom %0A ${{ secrets.KEY }}\n# not a heading\n- [ ] not a task \x1b[31mred\u202eder"
)
LONG = (
    "Four things that we learned while moving our whole console to the open.\n\n"
    "1. Nobody reads a changelog, everybody reads a screenshot.\n"
    "2. A migration that cannot be undone is a launch, so treat it as one.\n"
    "3. The best documentation is the error message.\n"
    "4. Ask the people who answer the phone; they knew it all along.\n\n"
    "The long version, with the numbers: https://acme.example/blog/what-we-learned-moving-to-the-open\n\n"
    "#opensource #console"
)
CHANNELS = {
    channel.id: channel
    for channel in (
        LiveChannel("ch-x", "org-acme", Service.TWITTER, "acme", timezone="Europe/Berlin"),
        LiveChannel("ch-li", "org-acme", Service.LINKEDIN, "acme-inc", "Acme Inc.", "America/New_York"),
        LiveChannel("ch-ig", "org-acme", Service.INSTAGRAM, "acme.pics", timezone="Europe/Berlin"),
        LiveChannel("ch-bs", "org-globex", Service.BLUESKY, "globex.example", timezone="Asia/Tokyo"),
    )
}
_LABELS = {"ch-x": "twitter:acme", "ch-li": "linkedin:acme-inc", "ch-ig": "instagram:acme.pics"}
_IMAGE = Asset.model_validate({"image": {"url": "https://acme.example/console.png", "alt_text": "The new console"}})
_PICTURE = Asset.model_validate({"image": {"url": "https://acme.example/team.jpg"}})
_VIDEO = Asset.model_validate({"video": {"url": "https://acme.example/tour.mp4", "title": "A tour"}})


def _home(channel: str) -> tuple[str, str, str]:
    """The organization's name and id, and the channel's label."""
    if channel == "ch-bs":
        return "Globex", "org-globex", "bluesky:globex.example"
    return "Acme", "org-acme", _LABELS[channel]


def post(channel: str, key: str, line: int, **values: Any) -> Post:
    """A declared post."""
    organization, _, label = _home(channel)
    file = "posts/2029-w49.yaml" if organization == "Acme" else "globex.yaml"
    mode = ShareMode.CUSTOM_SCHEDULED if "due_at" in values else ShareMode.ADD_TO_QUEUE
    metadata = values.pop("metadata", None)
    service = CHANNELS[channel].service
    if metadata:
        metadata = getattr(Metadata.model_validate({service.value: metadata}), service.value)
    return Post(
        **{
            "address": Address(organization, label, key),
            "service": service,
            "place": Place(file, line, 10),
            "mode": mode,
            "metadata": metadata,
            **values,
        }
    )


def live(channel: str, number: int, text: str, **values: Any) -> LivePost:
    """A post in Buffer."""
    at = NOW - timedelta(days=3)
    status = values.pop("status", PostStatus.SCHEDULED)
    timed = values.get("due_at") is not None
    return LivePost(f"post-{number}", channel, status, text, at, is_custom_scheduled=timed, **values)


def change(item: Post, action: Action, cause: Cause, seen: LivePost | None = None, **values: Any) -> Change:
    """The change of a declared post, with the request of apply."""
    channel = next(each.id for each in CHANNELS.values() if each.service is item.service)
    organization = CHANNELS[channel].organization_id
    write: CreatePost | EditPost | None = None
    if action is Action.CREATE:
        write = CreatePost(item, channel)
    elif action is Action.UPDATE and seen:
        write = EditPost(seen.id, item, channel, reschedule=True)
    slot = Slot(organization, channel, item.address.key)
    binding = Binding(seen.id, Origin.CREATED, address=str(item.address), file=item.place.file) if seen else None
    sentences = {name: prose(values.pop(old)) for old, name in (("message", "why"), ("hint", "todo")) if old in values}
    return Change(
        **{
            "address": item.address,
            "action": action,
            "cause": cause,
            "slot": slot,
            "place": item.place,
            "desired": item,
            "live": seen,
            "write": write,
            "binding": binding,
            **sentences,
            **values,
        }
    )


def removed(channel: str, key: str, action: Action, seen: LivePost, **values: Any) -> Change:
    """The change of a post that was removed from the files."""
    organization, organization_id, label = _home(channel)
    return Change(
        address=Address(organization, label, key),
        action=action,
        cause=Cause.REMOVED,
        slot=Slot(organization_id, channel, key),
        live=seen,
        write=DeletePost(seen.id, channel) if action is Action.DELETE else None,
        binding=Binding(seen.id, Origin.CREATED, file="posts/2029-w48.yaml"),
        **values,
    )


def _berlin(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2029, 12, day, hour, minute, tzinfo=BERLIN)


def _creates() -> tuple[Change, ...]:
    idea = Idea(
        Address("Acme", "ideas", "hiring"),
        Place("buffer.yaml", 12, 14),
        title="How we hire",
        text="Three stories from three teams",
        services=(Service.LINKEDIN,),
    )
    launch = post(
        "ch-x",
        "launch",
        4,
        due_at=_berlin(6, 9),
        text="We are live: https://acme.example/launch #opensource",
        assets=(_IMAGE,),
        tags=("launch",),
    )
    evening = post("ch-x", "evening", 12, due_at=_berlin(3, 18, 30), text="Tonight: questions & answers with @ada")
    thread = post(
        "ch-bs",
        "thread",
        4,
        due_at=datetime(2029, 12, 31, 23, 59, tzinfo=ZoneInfo("Asia/Tokyo")),
        text="新しいコンソールを公開しました。すべてのソースコードは誰でも読めます。ぜひ試してみてください。"
        "感想をお待ちしています。",
        metadata={
            "thread": [
                {
                    "text": "新しいコンソールを公開しました。すべてのソースコードは誰でも読めます。"
                    "ぜひ試してみてください。感想をお待ちしています。"
                },
                {"text": "And in English: our new console is out, sources and all. 👩‍👩‍👧‍👦"},
            ]
        },
    )
    learned = post("ch-li", "learned", 20, text=LONG, idea="hiring", metadata={"first_comment": "Ask us anything."})
    hostile = post("ch-li", "hostile", 40, text=HOSTILE, draft=True, tags=("<i>", "a|b"))
    picture = post(
        "ch-ig",
        "picture",
        50,
        due_at=_berlin(5, 12),
        text="The team, this morning",
        assets=(_PICTURE, _VIDEO),
        metadata={"type": "post", "should_share_to_feed": True},
    )
    now = post("ch-x", "now", 60, text="We are back. Sorry for the silence.", mode=ShareMode.SHARE_NOW)
    hiring = Change(
        idea.address,
        Action.CREATE,
        Cause.NEW,
        Slot("org-acme", "ideas", "hiring"),
        place=idea.place,
        desired=idea,
        write=CreateIdea(idea, "org-acme"),
    )
    posts = (evening, picture, launch, thread, learned, hostile, now)
    return hiring, *(change(each, Action.CREATE, Cause.NEW) for each in posts)


def _updates() -> tuple[Change, ...]:
    before = (
        "Our autumn release brings dark mode, faster search and three hundred fixes. Read all about it on our blog: "
        "https://acme.example/autumn"
    )
    after = (
        "Our winter release brings dark mode, much faster search and four hundred fixes. Read all about it on our "
        "blog: https://acme.example/winter"
    )
    release = post("ch-x", "release", 70, due_at=_berlin(12, 17, 30), text=after, tags=("release",))
    was = live("ch-x", 11, before, due_at=_berlin(10, 9).astimezone(UTC))
    draft = post("ch-li", "survey", 80, due_at=datetime(2030, 1, 8, 8, tzinfo=NEW_YORK), text="Two minutes of yours?")
    drafted = live("ch-li", 12, "Two minutes of yours?", status=PostStatus.DRAFT, due_at=draft.due_at)
    assets = post("ch-x", "screens", 90, due_at=_berlin(14, 9), text="The console, in pictures", assets=(_IMAGE,))
    seen = live(
        "ch-x", 13, "The console, in pictures", due_at=assets.due_at, assets=(LiveAsset("image", "The console"),)
    )
    return (
        change(
            release,
            Action.UPDATE,
            Cause.EDITED,
            was,
            differences=(
                Difference("text", before, after),
                Difference("tags.0", None, "release"),
                Difference("due_at", "2029-12-10T08:00:00Z", "2029-12-12T16:30:00Z"),
            ),
        ),
        change(draft, Action.UPDATE, Cause.EDITED, drafted, differences=(Difference("draft", True, False),)),
        change(
            assets,
            Action.UPDATE,
            Cause.EDITED,
            seen,
            differences=(Difference("assets.0.alt_text", "The console", "The new console"),),
        ),
    )


def _deletes() -> tuple[Change, ...]:
    cancelled = post("ch-x", "party", 100, due_at=_berlin(20, 20), text="See you at the party!", cancelled=True)
    party = live("ch-x", 22, "See you at the party!", due_at=cancelled.due_at, tags=(Tag("tag-1", "party"),))
    delete = change(cancelled, Action.DELETE, Cause.CANCELLED, party, write=DeletePost("post-22", "ch-x"))
    old = live(
        "ch-ig", 21, "Only this week", due_at=_berlin(7, 12).astimezone(UTC), assets=(LiveAsset("image", "Socks"),)
    )
    return removed("ch-ig", "discount", Action.DELETE, old), delete


def _holds() -> tuple[Change, ...]:
    news = post("ch-x", "news", 110, due_at=_berlin(8, 9), text="Good news for everybody")
    edited = live("ch-x", 31, "Great news for everyone", due_at=news.due_at)
    webinar = post("ch-li", "webinar", 120, due_at=datetime(2029, 12, 11, 10, tzinfo=NEW_YORK), text="Join our webinar")
    missed = post("ch-ig", "morning", 130, due_at=_berlin(3, 8), text="Good morning", assets=(_PICTURE,))
    conflict = change(
        news,
        Action.HOLD,
        Cause.DRIFT,
        edited,
        reason=Reason.CONFLICT,
        message="It was changed in the file and in Buffer too",
        hint="To keep Buffer's version, write it into the file, or run `bufferctl pull Acme/twitter:acme/news`. "
        "To send the file's version, run `bufferctl apply --reapply Acme/twitter:acme/news`.",
        differences=(Difference("text", edited.text, news.text),),
    )
    alike = change(
        webinar,
        Action.HOLD,
        Cause.NEW,
        reason=Reason.AMBIGUOUS,
        message="Buffer holds one much like it (“Join our webinar”, scheduled, Wed 12 Dec 2029 15:00 UTC), so it may "
        "be there already",
        hint="If it is the same, run `bufferctl import Acme/linkedin:acme-inc/webinar post-40`; if both are meant, say "
        "`repeat_of: post-40` in the file.",
        candidates=("post-40",),
    )
    late = change(
        missed,
        Action.HOLD,
        Cause.EXPIRED,
        reason=Reason.MISSED,
        message="Its time is past, or less than 2 minutes away, and Buffer might publish it at once",
        hint="Give it a later `due_at`.",
    )
    return conflict, alike, late


def _quiet() -> tuple[Change, ...]:
    there = post("ch-x", "there", 140, due_at=_berlin(9, 9), text="Already there")
    renamed = post("ch-li", "renamed", 150, text="Under a new key", was="named")
    sent = post("ch-x", "sent", 160, due_at=_berlin(1, 9), text="Out since Saturday")
    past = post("ch-x", "past", 170, due_at=datetime(2029, 11, 1, 9, tzinfo=BERLIN), text="Long past")
    waits = [
        post("ch-ig", f"waits-{day}", 180 + day, due_at=_berlin(day, 12), text=f"Day {day}", assets=(_PICTURE,))
        for day in (28, 29)
    ]
    room = "Buffer's plan has no room for more scheduled posts; it is sent once earlier ones are out"
    keeps = [post("ch-bs", f"kept-{number}", 200 + number, text=f"Kept {number}") for number in range(12)]
    gone = live("ch-li", 53, "Thank you", status=PostStatus.SENT, sent_at=NOW - timedelta(days=2))
    return (
        change(there, Action.ADOPT, Cause.NEW, live("ch-x", 51, there.text, due_at=there.due_at)),
        change(
            renamed,
            Action.MOVE,
            Cause.MOVED,
            live("ch-li", 52, renamed.text),
            moved_from=Slot("org-acme", "ch-li", "named"),
        ),
        removed("ch-li", "thanks", Action.FORGET, gone),
        *(change(each, Action.WAITING, Cause.NEW, message=room) for each in waits),
        change(sent, Action.DONE, Cause.UNCHANGED, live("ch-x", 54, sent.text, status=PostStatus.SENT)),
        change(past, Action.PAST, Cause.EXPIRED),
        *(change(each, Action.NO_OP, Cause.UNCHANGED, live("ch-bs", 60, each.text)) for each in keeps),
    )


PLAN = Plan(
    at=NOW,
    endpoint="https://api.buffer.com",
    changes=(*_creates(), *_updates(), *_deletes(), *_holds(), *_quiet()),
    warnings=(
        Diagnostic(
            Severity.WARNING,
            "The queue of linkedin:acme-inc is paused, so 2 posts wait there and will not go out",
            hint="Resume the queue in Buffer.",
        ),
    ),
    channels=CHANNELS,
    unmanaged=3,
    read_requests=8,
    quota=Quota((Window(900, 5, 600.0, NOW, 100), Window(86_400, 210, 40_000.0, NOW, 250))),
)
_DIAGNOSTIC = Diagnostic(
    Severity.WARNING,
    "the picture has no `alt_text`, so people who cannot see it learn nothing of it",
    Place("posts/2029-w49.yaml", 53, 16),
    hint="Say in a sentence what it shows.",
    source="      - image: {url: https://acme.example/team.jpg}",
    width=5,
    code="BC030",
)
LENGTHS = {
    each.address: text_length(each) for each in (change.desired for change in PLAN.changes) if isinstance(each, Post)
}
REPORT = Report(PLAN, diagnostics=(_DIAGNOSTIC,), lengths=LENGTHS.get)


def _outcomes() -> tuple[Outcome, ...]:
    """An apply that stopped partway: done, different, refused, held, waiting, not sent."""
    said = {
        "picture": (
            Status.REFUSED,
            "Invalid post: Image could not be read from its URL.",
            "Mend it in the file as Buffer says.",
        ),
        "learned": (
            Status.DIFFERS,
            "Buffer took it, but its text came back different",
            "Look at it in Buffer; plan shows both versions.",
        ),
        "hostile": (
            Status.WAITING,
            "Scheduled posts limit reached.",
            "It goes out with a later apply, once Buffer's plan has room for it.",
        ),
        "screens": (Status.NOT_SENT, "", ""),
        "discount": (Status.NOT_SENT, "", ""),
        "party": (Status.NOT_SENT, "", ""),
    }  # fmt: skip - one line per outcome
    found = []
    for number, each in enumerate(PLAN.changes):
        if each.action in {Action.NO_OP, Action.DONE, Action.PAST, Action.WAITING}:
            continue
        status, message, hint = said.get(each.address.key, (Status.DONE, "", ""))
        if each.action is Action.HOLD:
            status, message, hint = Status.HELD, each.message, each.hint
        live_id = each.live_id or (f"new-{number}" if status in {Status.DONE, Status.DIFFERS} else None)
        link = "https://x.example/acme/status/1" if each.address.key == "now" else None
        at = None if status is Status.NOT_SENT else NOW + timedelta(seconds=number)
        found.append(Outcome(each, status, live_id, "", prose(message), prose(hint or ""), link, at))
    return tuple(found)


OUTCOMES = _outcomes()
APPLIED = replace(
    REPORT,
    outcomes=OUTCOMES,
    stopped="Buffer is not carrying out changes now, so the rest was not sent; changes made so far are saved",
)
