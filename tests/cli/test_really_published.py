"""What Buffer will really publish, as it does and not as the files wish: plan, apply and the plan after it."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import Project

HEAD = """version: 1
timezone: Europe/Berlin
managed_since: 2029-01-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {service: instagram, name: acme.example}
      - {service: pinterest, name: acme}
      - {service: tiktok, name: acme}
      - {service: twitter, name: acme}
posts:
"""
PHOTO = "assets: [{image: {url: 'https://acme.example/a.jpg', alt_text: A}}]"


@pytest.fixture
def services() -> Collection[str]:
    """The networks that the tests name."""
    return ("instagram", "pinterest", "tiktok", "twitter")


def declare(project: Project, *posts: str) -> None:
    """Write the files, each post in flow style."""
    project.write("buffer.yaml", HEAD + "".join(f"  - {{{each}}}\n" for each in posts))


@pytest.fixture
def personal(project: Project) -> str:
    """An entry for an Instagram channel that is a personal profile."""
    project.sandbox.person.set_channel(project.sandbox.channel("instagram")["id"], type="profile")
    return f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [instagram], {PHOTO}"


def test_an_automatic_post_of_a_personal_instagram_is_held(project: Project, personal: str) -> None:
    """Before anything is sent."""
    declare(project, personal)
    ran = project("apply", "--auto-approve")
    assert (ran.code, ran.planned) == (1, ["! pic"]), ran.out + ran.err
    assert "is a personal profile, and Buffer refuses" in ran.out
    assert not any(each.writes for each in project.sandbox.requests)


def test_a_reminder_of_a_personal_instagram_is_created(project: Project, personal: str) -> None:
    """The output says that it is one."""
    declare(project, f"{personal}, scheduling_type: notification")
    ran = project.apply()
    assert "will schedule as a reminder" in ran.out
    assert "Apply reminds a person of 1" in " ".join(ran.out.split())
    assert "will be published" not in ran.out
    (post,) = project.sandbox.posts()
    assert post["schedulingType"] == "notification"


def test_a_personal_instagram_is_known_without_network(project: Project, personal: str) -> None:
    """From the state, once something was applied."""
    reminder = f"{personal}, scheduling_type: notification"
    declare(project, reminder)
    project.apply()
    declare(project, reminder, personal.replace("pic", "other").replace("-10", "-11"))
    assert "! other" in project("plan", "--offline").planned


def test_a_channel_that_defaults_to_reminders(project: Project) -> None:
    """Plan warns; apply reports that only a reminder was made (exit 1); the file can say that this is meant."""
    channel = project.sandbox.channel("tiktok")
    project.sandbox.person.set_channel(channel["id"], metadata={"defaultToReminders": True})
    entry = f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [tiktok], {PHOTO}"
    declare(project, entry)
    ran = project.apply()
    assert "is set to reminders in Buffer" in ran.err
    assert ran.code == 1
    assert "its scheduling_type came back different" in ran.out
    again = project("plan")
    assert again.planned == ["! pic"]
    assert "Buffer changed it when it was sent" in again.out

    declare(project, f"{entry}, scheduling_type: notification")
    assert project.apply().code == 0
    assert "No changes" in project("plan").out


def test_what_came_back_different_after_an_apply_that_was_cut_off(project: Project) -> None:
    """The next one finds the post, and says what of it is different."""
    channel = project.sandbox.channel("tiktok")
    project.sandbox.person.set_channel(channel["id"], metadata={"defaultToReminders": True})
    declare(project, f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [tiktok], {PHOTO}")
    project.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    project.sandbox.set_faults()
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").err.split())
    assert "Its unanswered writes: 1 carried out, 0 not carried out, 0 unclear." in said
    assert "warning: Buffer took Acme/tiktok:acme/pic, but its scheduling_type came back different" in said


def test_where_automatic_wins_over_the_default_nothing_is_reported(project: Project) -> None:
    """Created, and plan warns of nothing any more."""
    project.sandbox.core.options.reminders_win = False
    channel = project.sandbox.channel("tiktok")
    project.sandbox.person.set_channel(channel["id"], metadata={"defaultToReminders": True})
    declare(project, f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [tiktok], {PHOTO}")
    assert project.apply().code == 0
    again = project("plan")
    assert ("No changes" in again.out, "reminders" in again.err) == (True, False)


def test_a_person_who_turns_a_post_into_a_reminder(project: Project) -> None:
    """Held as changed in Buffer, and in `drift`; --reapply sends the file's version again."""
    declare(project, "key: one, due_at: 2029-12-10 09:00, text: Hi, channels: [twitter]")
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], schedulingType="notification")
    held = project("plan")
    assert held.planned == ["! one"]
    assert "scheduling_type" in held.out
    assert project("drift", "--exit-code").code != 0
    assert project.apply("--reapply", "Acme/twitter:acme/one").code == 0
    assert project.sandbox.posts()[0]["schedulingType"] == "automatic"


def test_a_second_thread_waits_for_room(project: Project) -> None:
    """One thread is created, the other waits (exit 0), and is sent once the first is published."""
    organization = project.sandbox.organization()["id"]
    project.sandbox.person.set_limit(organization, scheduledThreadsPerChannel=1)
    entries = [
        f"key: {key}, due_at: 2029-12-{day} 09:00, text: {key}, channels: [twitter], thread: [more of {key}]"
        for key, day in (("one", 10), ("two", 11))
    ]
    declare(project, *entries)
    ran = project.apply()
    assert (ran.code, ran.planned) == (0, ["+ one", "… two"])
    assert "no room for more scheduled threads" in ran.out
    project.sandbox.clock.set("2029-12-10T10:00:00Z")
    assert project.apply().planned == ["+ two"]


LOSES = f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [instagram], {PHOTO}"
LOSES += ", metadata: {instagram: {first_comment: FIRST}}"


def test_a_first_comment_that_buffer_loses(project: Project) -> None:
    """Said by apply (exit 0), also where it verifies; later plans say what does not match, which is no drift."""
    declare(project, LOSES)
    ran = project.apply("--receipt", "receipt.json", "--report", "receipt.md", "--report", "receipt.html")
    assert (ran.code, ran.outcomes) == (0, ["pic created"])
    assert "Buffer did not keep its first_comment" in ran.out
    verified = "Verified: Buffer matches your files, except `first_comment`, which Buffer did not keep."
    forms = (project.folder / f"receipt.{each}" for each in ("md", "html"))
    receipts = [project("show", "receipt.json").out, *(each.read_text() for each in forms)]
    for said in (ran.out, *receipts):
        text = " ".join(said.replace("<code>", "`").replace("</code>", "`").split())
        assert verified in text
    again = project("plan")
    assert "No changes. Buffer matches your files, except `first_comment`, which Buffer did not keep: 1 unchanged" in (
        " ".join(again.out.split())
    )
    assert "first_comment" not in again.err


def test_an_edit_of_a_first_comment_that_buffer_loses(project: Project) -> None:
    """It is sent; without the state, nothing shows that Buffer has no comment."""
    declare(project, LOSES)
    project.apply()
    declare(project, LOSES.replace("FIRST", "Second"))
    assert project.apply().outcomes == ["pic changed"]
    project.state.unlink()
    assert project("plan").planned == ["= pic"]


def test_a_first_comment_that_a_person_deletes_is_their_change(project: Project) -> None:
    """Where Buffer keeps the comment: created without a word, and held once it is gone."""
    project.sandbox.core.options.comments_lost = False
    comment = "metadata: {instagram: {first_comment: First}}"
    declare(project, f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [instagram], {PHOTO}, {comment}")
    assert "did not keep" not in project.apply().out
    (post,) = project.sandbox.posts()
    metadata = {key: value for key, value in post["metadata"].items() if key != "firstComment"}
    project.sandbox.person.edit_post(post["id"], metadata=metadata)
    assert project("plan").planned == ["! pic"]


def test_a_time_that_passes_on_the_way_is_a_definite_refusal(project: Project) -> None:
    """Refused at once, without a second look at the lists: nothing was written."""
    declare(project, "key: one, due_at: 2029-12-10 09:00, text: Hi, channels: [twitter]")
    project.sandbox.set_faults("past@createPost")
    ran = project("apply", "--auto-approve")
    assert (ran.code, "1 refused by Buffer" in ran.out) == (1, True)
    assert "dueAt must be in the future" in ran.out
    assert "Give it a later `due_at`." in ran.out
    project.sandbox.set_faults()
    assert project.apply().outcomes == ["one created"]


def test_an_edit_that_is_refused_for_what_it_does_not_touch(project: Project) -> None:
    """Buffer checks the whole post: the hint names the assets, which the edit leaves alone."""
    entry = f"key: one, due_at: 2029-12-10 09:00, text: Hi, channels: [twitter], {PHOTO}"
    declare(project, entry)
    project.apply()
    declare(project, entry.replace("Hi", "Edited"))
    project.sandbox.core.options.media_roots = ("https://acme.example",)
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert "could not be read from its URL" in ran.out
    said = "This edit leaves `assets` as it is, but Buffer checks the whole post again: fix that in the file too."
    assert said in " ".join(ran.out.split())


PIN = "channels: [pinterest], assets: [{image: {url: 'https://acme.example/a.jpg', alt_text: A}}]"


def rename_board(project: Project, old: str, new: str) -> None:
    """Rename a board, as a person does on Pinterest."""
    channel = project.sandbox.channel("pinterest")
    boards = [{**each, "name": new if each["name"] == old else each["name"]} for each in channel["metadata"]["boards"]]
    project.sandbox.person.set_channel(channel["id"], metadata={**channel["metadata"], "boards": boards})


def pin(key: str, text: str, board: str = "Products") -> str:
    """A pin for a board, one a day."""
    day = 10 + ord(key) - ord("a")
    return f"key: {key}, due_at: 2029-12-{day} 09:00, text: {text}, {PIN}, metadata: {{pinterest: {{board: {board}}}}}"


@pytest.fixture
def renamed(project: Project) -> Project:
    """A project with two pins, on a board that is called Shop since they were applied."""
    declare(project, pin("a", "One"), pin("b", "Two"))
    project.apply()
    rename_board(project, "Products", "Shop")
    return project


def test_a_renamed_board_is_one_line(renamed: Project) -> None:
    """No change, and one warning for all pins."""
    plan = renamed("plan")
    assert "No changes" in plan.out
    assert plan.err.count("The board “Products” of pinterest:acme is now called “Shop”, and 2 entries use") == 1


def test_an_edit_keeps_a_renamed_board(renamed: Project) -> None:
    """Under the name that the file has for it; nothing is left to do."""
    declare(renamed, pin("a", "Edited"), pin("b", "Two"))
    assert renamed.apply().outcomes == ["a changed"]
    assert "No changes" in renamed("plan").out


def test_a_new_pin_for_the_old_name_of_a_board_is_held(renamed: Project) -> None:
    """No board has that name."""
    declare(renamed, pin("a", "One"), pin("b", "Two"), pin("c", "Three"))
    assert renamed("plan").planned == ["! c"]


def test_the_new_name_of_a_board_is_no_edit(renamed: Project) -> None:
    """A new pin goes there, and nothing is said of the name any more."""
    declare(renamed, pin("a", "One", "Shop"), pin("b", "Two", "Shop"), pin("c", "Three", "Shop"))
    plan = renamed("plan")
    assert plan.planned == ["+ c"]
    assert "is now called" not in plan.err


def test_a_pin_that_the_file_moves_to_another_board_renames_none(project: Project) -> None:
    """The plan changes it, and says nothing of a new name: both boards are there under theirs."""
    pin = f"key: a, due_at: 2029-12-10 09:00, text: A, {PIN}, metadata: {{pinterest: {{board: BOARD}}}}"
    declare(project, pin.replace("BOARD", "Products"))
    project.apply()
    declare(project, pin.replace("BOARD", "Behind the scenes"))
    plan = project("plan")
    assert plan.planned == ["~ a"]
    assert "is now called" not in plan.err
    project.apply()


def test_a_pin_that_a_person_moves_to_another_board_is_their_change(project: Project) -> None:
    """Held, also where the board that the file names is gone."""
    declare(project, f"key: a, due_at: 2029-12-10 09:00, text: A, {PIN}, metadata: {{pinterest: {{board: Products}}}}")
    project.apply()
    other = next(b for b in project.sandbox.channel("pinterest")["metadata"]["boards"] if b["name"] != "Products")
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], metadata={"boardServiceId": other["serviceId"]})
    assert project("plan").planned == ["! a"]
    rename_board(project, "Products", "Gone")
    assert project("plan").planned == ["! a"]
