"""The account and the posts in one request give what three requests give: the same output, exit code and writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from bufferctl.sandbox import Request, Response
from tests.cli.conftest import Project, normal
from tests.conftest import long
from tests.never_twice.files import ROOT, declare

TIMED = "key: launch, due_at: 2029-12-20 09:00, text: We are live"
QUEUED = "key: tip, text: A tip for the queue"
OLD = "key: old, due_at: 2029-12-04 09:00, text: It was published"
NEW = "key: new, due_at: 2029-12-21 09:00, text: Brand new"


@pytest.fixture
def services() -> Collection[str]:
    """Two channels."""
    return ("twitter", "linkedin")


@pytest.fixture
def applied(project: Project) -> Project:
    """One post published, two in Buffer, and one more declared."""
    declare(project, OLD, TIMED, QUEUED)
    project.apply()
    project.sandbox.clock.set("2029-12-05T09:00:00Z")
    project.apply()
    declare(project, OLD, TIMED, QUEUED, NEW)
    return project


def _channel(project: Project, **fields: object) -> None:
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], **fields)


def nothing(project: Project) -> None:
    """Everything is as expected."""


def renamed(project: Project) -> None:
    """The handle is another one, which the files do not say."""
    _channel(project, name="acme_news")


def renamed_in_both(project: Project) -> None:
    """The handle is another one, and the files follow."""
    _channel(project, name="acme_news")
    root = project.folder / "buffer.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace("name: acme\n", "name: acme_news\n"), encoding="utf-8")


def by_its_display_name(project: Project) -> None:
    """The files call it as people see it."""
    _channel(project, name="acme_hq", displayName="acme")


def moved(project: Project) -> None:
    """The channel is in another organization, and so it is in the files."""
    store, channel = project.sandbox.core.store, project.sandbox.channel("twitter")
    other = next(each for each in store.organizations.values() if each["id"] != channel["organizationId"])
    store.put_channel({**channel, "organizationId": other["id"]})
    root = project.folder / "buffer.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace("Acme", str(other["name"])), encoding="utf-8")


def disconnected(project: Project) -> None:
    """Buffer cannot publish there."""
    _channel(project, isDisconnected=True)


def reconnected(project: Project) -> None:
    """It has a new id, and the old one is disconnected."""
    organization = project.sandbox.organization()["id"]
    _channel(project, isDisconnected=True)
    project.sandbox.person.add_channel(organization, "twitter", "acme")


def gone_and_back(project: Project) -> None:
    """It has a new id, and the old one is gone with its posts."""
    organization, channel = project.sandbox.organization()["id"], project.sandbox.channel("twitter")["id"]
    for each in project.sandbox.posts():
        project.sandbox.person.delete_post(each["id"])
    del project.sandbox.core.store.channels[channel]
    project.sandbox.person.add_channel(organization, "twitter", "acme")


def passed_on(project: Project) -> None:
    """The handle is that of another account now."""
    organization = project.sandbox.organization()["id"]
    _channel(project, name="acme_archive")
    project.sandbox.person.add_channel(organization, "twitter", "acme")


def another_organization(project: Project) -> None:
    """The organization's name is that of another one now."""
    store, old = project.sandbox.core.store, project.sandbox.organization()
    other = next(each for each in store.organizations.values() if each["id"] != old["id"])
    store.put_organization({**old, "name": "Acme Archive"})
    store.put_organization({**other, "name": "Acme"})


def another_account(project: Project) -> None:
    """The key is that of an account that has neither the organization nor the channel."""
    text = project.state.read_text(encoding="utf-8")
    there = project.sandbox.organization()["id"], project.sandbox.channel("twitter")["id"]
    for id_ in there:
        text = text.replace(str(id_), "77b0" + str(id_)[4:])
    project.state.write_text(text, encoding="utf-8")


def without_networks(project: Project) -> None:
    """The state has no network of its channels, but in the addresses of its posts."""
    text = project.state.read_text(encoding="utf-8")
    project.state.write_text(re.sub('"service": ?"[a-z]*",? ?', "", text), encoding="utf-8")


def another_channel(project: Project) -> None:
    """The files declare a second channel, which the state does not have."""
    project.write(
        "buffer.yaml",
        ROOT.format(settings="managed_since: 2029-12-01T00:00:00Z", posts=f"          - {{{TIMED}}}")
        + "      - {service: linkedin, name: acme-inc, posts: [{key: l, due_at: 2029-12-22 09:00, text: There too}]}\n",
    )


def with_ideas(project: Project) -> None:
    """The files declare an idea, which the state does not have."""
    root = project.folder / "buffer.yaml"
    root.write_text(root.read_text(encoding="utf-8") + "    ideas: [{key: hiring, title: We hire}]\n", encoding="utf-8")


def drifted(project: Project) -> None:
    """A person deleted one post, and wrote another."""
    person, posts = project.sandbox.person, {each["text"]: each["id"] for each in project.sandbox.posts()}
    person.delete_post(posts["We are live"])
    person.create_post(project.sandbox.channel("twitter")["id"], "Brand new", dueAt="2029-12-21T09:00:00Z")


def no_state(project: Project) -> None:
    """The state is lost."""
    project.state.unlink()


def no_state_and_ids(project: Project) -> None:
    """The state is lost, and the files have the ids."""
    project.state.unlink()
    organization, channel = project.sandbox.organization()["id"], project.sandbox.channel("twitter")["id"]
    root = project.folder / "buffer.yaml"
    text = root.read_text(encoding="utf-8").replace("name: Acme", f"name: Acme\n    id: {organization}")
    root.write_text(text.replace("name: acme\n", f"name: acme\n        id: {channel}\n"), encoding="utf-8")


#: What happened since the last apply, and the requests that a plan then takes.
STORIES: dict[Callable[[Project], None], str] = {
    nothing: "Overview",
    renamed: "Overview",
    renamed_in_both: "Overview Read",
    by_its_display_name: "Overview",
    moved: "Account Channels Read Post",
    disconnected: "Overview",
    reconnected: "Overview Read Post",
    gone_and_back: "Overview Read Post",
    passed_on: "Overview",
    another_organization: "Overview Account Channels",
    another_account: "Overview Account Channels",
    without_networks: "Overview",
    another_channel: "Overview Read",
    with_ideas: "Overview",
    drifted: "Overview Post",
    no_state: "Account Channels Read",
    no_state_and_ids: "Overview",
}
#: One of each number of requests, by each way to it; the others run in `make test-all`.
USUAL = (reconnected, no_state)
COMMANDS = (("plan", "--full"), ("drift",), ("apply", "--auto-approve", "--settle", "0"), ("plan", "--full"))


def refuse_joined(project: Project) -> None:
    """From now on Buffer takes no request for account and posts at once."""
    service = project.sandbox.service
    beside = service.beside

    def refusing(request: Request) -> Response | None:
        if b'"operationName":"Overview"' in request.body.replace(b": ", b":"):
            return Response.of_error(400, "Complexity limit of 175000 exceeded, found 175001.", "")
        return beside(request) if beside else None

    service.beside = refusing


def outcome(project: Project) -> list[object]:
    """What the commands print, their exit codes, and what Buffer then has."""
    found: list[object] = []
    for command in COMMANDS:
        ran = project(*command)
        text = re.sub(r"\d+ API requests.*", "N API requests", ran.out)
        found += [command[0], ran.code, normal(text), normal(ran.err)]
    posts = project.sandbox.posts()
    return [*found, Counter((each["text"], each["status"], each["dueAt"], each["channelId"]) for each in posts)]


def asked(project: Project, *arguments: str) -> list[str]:
    """The operations that a command sends to Buffer."""
    before = len(project.sandbox.requests)
    project(*arguments)
    return [str(each.operation) for each in project.sandbox.requests[before:]]


@pytest.mark.parametrize(
    "story", [*USUAL, *long(*(each for each in STORIES if each not in USUAL))], ids=lambda story: story.__name__
)
def test_it_is_as_if_each_were_asked_for_by_itself(
    applied: Project, tmp_path: Path, story: Callable[[Project], None]
) -> None:
    """Plan, drift, apply and a second plan: equal to those where Buffer refuses to answer all at once."""
    again = applied.kept(tmp_path / "kept")
    story(applied)
    joined = outcome(applied)
    again()
    story(applied)
    refuse_joined(applied)
    assert joined == outcome(applied)


def test_which_requests_a_plan_takes(applied: Project, tmp_path: Path) -> None:
    """One where the state or the files know the ids; more only where the account is another one by now."""
    again, found = applied.kept(tmp_path / "kept"), {}
    for story in STORIES:
        story(applied)
        found[story] = " ".join(asked(applied, "plan"))
        again()
    assert found == STORIES


def test_after_an_apply_that_was_cut_off_posts_are_read_after_its_writes_were_settled(applied: Project) -> None:
    """Nothing is read together with the account, neither by plan nor by apply, while a write has no outcome."""
    applied.sandbox.set_faults("cut-after@createPost, 5xx-before@query#2+")
    assert applied("apply", "--auto-approve", "--settle", "0").code == 5
    applied.sandbox.set_faults()
    assert asked(applied, "plan") == ["Overview", "Read"]
    operations = asked(applied, "apply", "--auto-approve", "--settle", "0")
    assert operations == ["Overview", "Read", "Read"]  # the account; what settles it; what the plan is made from
    assert Counter(each["text"] for each in applied.sandbox.posts())["Brand new"] == 1
