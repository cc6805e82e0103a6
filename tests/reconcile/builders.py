"""Short builders for declared items, Buffer's content and the state, and for plans made from them.

One account: Acme (`o1`) with `twitter:acme` (`c1`) and `linkedin:acme-inc` (`c2`), and Beta (`o2`) with ideas only.
The state reaches up to `HORIZON` on each home of Acme; it accounts for objects created at `OLD`, while those created
at `YOUNG` may be ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bufferctl.diagnostics import Place
from bufferctl.model import (
    IDEAS,
    Address,
    Asset,
    Binding,
    Channel,
    Desired,
    Home,
    Idea,
    Image,
    LetGo,
    Likeness,
    Limits,
    Live,
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LiveOrganization,
    LivePost,
    Organization,
    Origin,
    Post,
    PostStatus,
    Question,
    Service,
    Settings,
    ShareMode,
    Slot,
    State,
    Tag,
    bind,
)
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.reconcile import Options, Targets, reconcile
from bufferctl.reconcile.scene import Scene

NOW = datetime(2030, 1, 15, 12, tzinfo=UTC)
HORIZON = NOW - timedelta(days=1)
OLD, YOUNG = HORIZON - timedelta(hours=1), HORIZON + timedelta(hours=1)
DUE, LATER, OVER = NOW + timedelta(days=7), NOW + timedelta(days=8), NOW - timedelta(hours=2)
ORGANIZATIONS = {"Acme": "o1", "Beta": "o2"}
PLACE = Place("posts.yaml", 3, 10)
TWITTER = LiveChannel("c1", "o1", Service.TWITTER, "acme")
LINKEDIN = LiveChannel("c2", "o1", Service.LINKEDIN, "acme-inc")
CHANNELS = (TWITTER, LINKEDIN)
HOMES = (
    Home("o1", "c1", HORIZON, "twitter", "acme"),
    Home("o1", "c2", HORIZON, "linkedin", "acme-inc"),
    Home("o1", IDEAS, HORIZON),
)


def post(key: str = "a", text: str = "We are live", due: datetime | None = DUE, **fields: Any) -> Post:
    """A timed post on twitter, or a queue post if `due` is None."""
    fields.setdefault("mode", ShareMode.CUSTOM_SCHEDULED if due else ShareMode.ADD_TO_QUEUE)
    return Post(Address("Acme", "twitter:acme", key), Service.TWITTER, PLACE, text, due_at=due, **fields)


def queued(key: str = "a", text: str = "We are live", **fields: Any) -> Post:
    """A queue post on twitter."""
    return post(key, text, None, **fields)


def at_once(key: str = "a", text: str = "We are live", **fields: Any) -> Post:
    """A post to be published at once."""
    return post(key, text, None, mode=ShareMode.SHARE_NOW, **fields)


def on_linkedin(item: Post) -> Post:
    """The same post on linkedin."""
    return replace(item, address=replace(item.address, channel="linkedin:acme-inc"), service=Service.LINKEDIN)


def idea(key: str = "hiring", title: str = "How we hire", text: str = "", of: str = "Acme", **fields: Any) -> Idea:
    """An idea of Acme, or of Beta."""
    return Idea(Address(of, IDEAS, key), PLACE, title, text, **fields)


def picture(name: str = "a", alt: str = "The console") -> Asset:
    """An image with its own address."""
    return Asset(image=Image(url=f"https://acme.example/{name}.png", alt_text=alt))


def in_buffer(item: Post, id_: str = "p1", created: datetime = OLD, **fields: Any) -> LivePost:
    """A post in Buffer as created through the API, except for `fields`."""
    status = PostStatus.SCHEDULED
    if item.needs_approval:
        status = PostStatus.NEEDS_APPROVAL
    if item.draft:
        status = PostStatus.DRAFT
    as_created = LivePost(
        id_,
        "c2" if item.service is Service.LINKEDIN else "c1",
        status,
        item.text,
        created,
        due_at=item.due_at or (NOW + timedelta(days=3) if status is PostStatus.SCHEDULED else None),
        share_mode=item.mode.value,
        is_custom_scheduled=item.mode is ShareMode.CUSTOM_SCHEDULED,
        via="api",
        tags=tuple(Tag(name, name) for name in item.tags),
        assets=tuple(LiveAsset(a.kind, getattr(a.value, "alt_text", "") or "") for a in item.assets),
    )
    return replace(as_created, **fields)


def published(item: Post, id_: str = "p1", created: datetime = OLD, **fields: Any) -> LivePost:
    """A published post in Buffer: sent at its time, or an hour after its creation."""
    out = item.due_at or created + timedelta(hours=1)
    return in_buffer(item, id_, created, **{"status": PostStatus.SENT, "sent_at": out, "due_at": out, **fields})


def idea_in_buffer(item: Idea, id_: str = "i1", created: datetime = OLD, **fields: Any) -> LiveIdea:
    """An idea in Buffer as created, except for `fields`."""
    as_created = LiveIdea(id_, ORGANIZATIONS[item.address.organization], created, item.title or "", item.text or "")
    return replace(as_created, **fields)


def slot(item: Post | Idea) -> Slot:
    """The slot of an object in the state."""
    if isinstance(item, Idea):
        return Slot(ORGANIZATIONS[item.address.organization], IDEAS, item.address.key)
    return Slot("o1", "c2" if item.service is Service.LINKEDIN else "c1", item.address.key)


Bound = tuple[Post | Idea, LivePost | LiveIdea]


def bindings(*bound: Bound, origin: Origin = Origin.CREATED) -> dict[Slot, Binding]:
    """The bindings in the state: each pair is an applied object and its live version."""
    return {slot(item): bind(item, live, origin) for item, live in bound}


def record(*bound: Bound, origin: Origin = Origin.CREATED, horizon: datetime | None = HORIZON, **fields: Any) -> State:
    """A state of every home up to `horizon`, with the `bound` pairs."""
    homes = {home.id: replace(home, horizon=horizon) for home in HOMES}
    fields.setdefault("homes", homes)
    fields.setdefault("complete_at", horizon)
    return State(bindings=bindings(*bound, origin=origin), **fields)


def scene(state: State, since: datetime | None = None) -> Scene:
    """What a state shows, with this `managed_since`."""
    return Scene(Desired(settings=Settings(managed_since=since)), Live(NOW), state)


#: Nothing was ever recorded, or the state file was lost.
NO_RECORD = State()


def asked(rule: Likeness, *candidates: LivePost | LiveIdea, **fields: Any) -> Question:
    """An open question about live objects."""
    return Question(rule, {each.id: each.created_at for each in candidates}, **fields)


@dataclass(frozen=True, kw_only=True)
class World:
    """Buffer, the state, and the options of the command line."""

    live: Collection[LivePost | LiveIdea] = ()
    state: State = field(default_factory=record)
    since: datetime | None = None
    settings: Settings = field(default_factory=Settings)
    channels: tuple[LiveChannel, ...] = CHANNELS
    limit: int | None = None
    limits: Limits = Limits()  # noqa: RUF009 - immutable
    gone: Collection[str] = ()
    unread: Collection[str] = ()
    options: Options = field(default_factory=Options)

    @property
    def reading(self) -> Live:
        """A reading of Buffer: complete, except for `unread`."""
        return Live(
            NOW,
            (
                LiveOrganization("o1", "Acme", self.channels, self.limits._replace(posts=self.limit)),
                LiveOrganization("o2", "Beta"),
            ),
            posts=tuple(each for each in self.live if isinstance(each, LivePost)),
            ideas=tuple(each for each in self.live if isinstance(each, LiveIdea)),
            unread=frozenset(self.unread),
            gone=frozenset(self.gone),
            began=NOW,
        )

    @property
    def targets(self) -> Targets:
        """The live channel of each declared one."""
        channels = {("Acme", f"{each.service.value}:{each.name}"): each for each in self.channels}
        return Targets({each.name: each for each in self.reading.organizations}, channels)

    def desired(self, *items: Post | Idea) -> Desired:
        """Files that declare both organizations, the channels and `items`."""
        return Desired(
            settings=replace(self.settings, managed_since=self.since),
            organizations=tuple(Organization(name, name, None, PLACE) for name in ORGANIZATIONS),
            channels=tuple(
                Channel(organization, label, c.service, c.name, None, PLACE)
                for (organization, label), c in self.targets.channels.items()
            ),
            posts=tuple(item for item in items if isinstance(item, Post)),
            ideas=tuple(item for item in items if isinstance(item, Idea)),
        )

    def plan(self, *items: Post | Idea) -> Plan:
        """The plan for files with `items`: nothing of ours goes out of which it says nothing."""
        plan = reconcile(
            self.desired(*items),
            self.reading,
            self.state,
            self.targets,
            endpoint="https://x.example",
            options=self.options,
        )
        assert not set(unnamed(plan, self.reading, self.state)) - {claim.id for claim in self.options.elsewhere}
        return plan

    def change(self, *items: Post | Idea) -> Change:
        """The change of the first of `items`."""
        return next(c for c in self.plan(*items).changes if c.slot == slot(items[0]))

    def verdict(self, *items: Post | Idea) -> Verdict:
        """The verdict on the first of `items`."""
        return verdict(self.change(*items))

    def verdicts(self, *items: Post | Idea) -> dict[str, Verdict]:
        """All verdicts, by key."""
        return {change.address.key: verdict(change) for change in self.plan(*items).changes}


Verdict = Action | Reason


def unnamed(plan: Plan, live: Live, state: State) -> list[str]:
    """The ids of posts that the state has, that Buffer will publish, and that are in no change of the plan.

    What no file declares must be deleted, let go with a warning, held, or named by a warning or a hold.
    """
    quiet = {Action.NO_OP, Action.FORGET}
    told = {id_ for c in plan.changes if c.desired or c.action not in quiet for id_ in (c.live_id, *c.candidates)}
    words = " ".join(f"{each.message} {each.hint}" for each in plan.warnings)
    told |= {c.live_id for c in plan.changes if str(c.address) in words or c.address.key in words}
    ours = {binding.id for binding in state.bindings.values() if not binding.retired}
    going = [post.id for post in live.posts if post.id in ours and post.is_scheduled and not post.reminds]
    return [id_ for id_ in going if id_ not in told]


def verdict(change: Change) -> Verdict:
    """The action, or the reason of a hold."""
    return change.reason if change.action is Action.HOLD and change.reason else change.action


def warnings(plan: Plan) -> str:
    """The warnings of the plan, one line each."""
    return "\n".join(each.message for each in plan.warnings)


def by_key(state: State) -> Mapping[str, str]:
    """The ids in a state, by key."""
    return {place.key: binding.id for place, binding in state.bindings.items()}


def let_go(*items: LivePost | LiveIdea) -> dict[str, LetGo]:
    """The entries that a state keeps for released objects."""
    return {item.id: LetGo(item.home, item.created_at) for item in items}
