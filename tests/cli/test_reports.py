"""Reports by suffix in addition to stdout, and receipts: written in full, even if an apply fails or stops."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bufferctl.cli.outputs import FORMS
from tests.cli.conftest import Prints, Project
from tests.cli.gate import Gate, Hold
from tests.cli.written import HEAD, ONE, TWO, root_file
from tests.conftest import long
from tests.render.documents import checked


@pytest.fixture
def declared(project: Project) -> Project:
    """Two posts, yet to be applied."""
    project.write("buffer.yaml", HEAD + ONE + TWO)
    return project


def read(project: Project, name: str) -> str:
    """A file that a command wrote."""
    return str((project.folder / name).read_text(encoding="utf-8"))


def apply(project: Project, *more: str) -> Any:
    """Apply without asking."""
    return project("apply", "--auto-approve", "--settle", "0", *more)


def left_over(folder: Path) -> list[str]:
    """Half-written files."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".r")]


def test_every_form_in_one_run(declared: Project) -> None:
    """--report any number of times; stdout is unchanged, and the JSON equals the output of --json."""
    files = [f"report{suffix}" for suffix in FORMS]
    options = [each for file in files for each in ("--report", file)]
    ran = declared("plan", *options)
    assert (ran.code, ran.out) == (0, declared("plan").out)
    assert all(read(declared, file).strip() for file in files)
    assert read(declared, "report.json") == declared("plan", "--json").out
    assert left_over(declared.folder) == []
    assert (declared.folder / "report.json").stat().st_mode & 0o777 == 0o600


def test_json_and_reports(declared: Project) -> None:
    """--json goes with --report."""
    ran = declared("plan", "--json", "--report", "plan.md")
    assert checked(ran.out)["kind"] == "plan"
    assert "Acme" in read(declared, "plan.md")


@pytest.mark.parametrize("command", ["plan", "apply", "show"])
@pytest.mark.parametrize("name", ["plan.pdf", "plan", ".md"])
def test_unknown_suffix(declared: Project, command: str, name: str) -> None:
    """An unsupported suffix: 64 with the supported ones, before any work."""
    more = ["plan.json"] if command == "show" else []
    ran = declared(command, *more, "--report", name)
    assert (ran.code, ran.out, declared.sandbox.requests) == (64, "", [])
    assert all(suffix in ran.err for suffix in FORMS)


def test_a_folder_is_no_report(declared: Project) -> None:
    """64, before any work."""
    (declared.folder / "report.html").mkdir()
    ran = declared("plan", "--report", "report.html")
    assert (ran.code, declared.sandbox.requests) == (64, [])
    assert "report.html is a folder, so nothing was done" in ran.err


def test_what_changed_since_an_earlier_report(declared: Project) -> None:
    """Said at the top of the new one."""
    declared("plan", "--report", "earlier.md")
    declared("plan", "--previous", "earlier.md", "--report", "plan.md")
    assert "Since your last look (now): nothing changed." in read(declared, "plan.md")


def test_an_earlier_report_that_cannot_be_read(declared: Project) -> None:
    """64, before any work."""
    ran = declared("plan", "--previous", "earlier.md")
    assert (ran.code, declared.sandbox.requests) == (64, [])
    assert "earlier.md cannot be read, so nothing was done" in ran.err


def test_files_with_errors(declared: Project) -> None:
    """The report is about the errors, so that nobody takes the one of an earlier plan for this one's."""
    names = ("plan.html", "plan.md", "plan.sarif", "plan.json")
    reports = [argument for name in names for argument in ("--report", name)]
    declared("plan", *reports)
    declared.write("posts/wrong.yaml", "posts: [{key: a, channels: [twitter], txt: We are live}]\n")
    assert declared("plan", *reports).code == 1
    assert [("there is no field" in read(declared, name), "We are live" in read(declared, name)) for name in names] == [
        (True, False)
    ] * 4
    assert "No plan: the files have 1 error" in read(declared, "plan.html")
    assert "**No plan.**" in read(declared, "plan.md")
    assert json.loads(read(declared, "plan.json"))["kind"] == "error"


def test_a_report_on_errors_replaces_no_file_that_is_read(declared: Project) -> None:
    """64, and the file stays as it is."""
    declared.write("posts/text.md", "We are live")
    declared.write("posts/wrong.yaml", "posts: [{key: a, channels: [twitter], text_file: text.md, txt: b}]\n")
    assert declared("plan", "--report", "posts/text.md").code == 64
    assert read(declared, "posts/text.md") == "We are live"


def test_unknown_suffix_is_explained(declared: Project, prints: Prints) -> None:
    """In words."""
    prints("reports/unknown-suffix", declared("plan", "--report", "plan.pdf"))


@pytest.mark.parametrize("option", ["--report", "--receipt"])
def test_no_such_folder(declared: Project, option: str) -> None:
    """A file that could not be written is noticed before anything is sent: 64."""
    ran = apply(declared, option, "nowhere/a.json")
    assert (ran.code, declared.sandbox.requests) == (64, [])
    assert "nowhere/a.json would be in a folder that is not there" in ran.err


def test_a_folder_is_no_file(declared: Project) -> None:
    """64 as well."""
    (declared.folder / "a.json").mkdir()
    assert apply(declared, "--receipt", "a.json").code == 64
    assert declared.sandbox.requests == []


@pytest.mark.parametrize(
    "command",
    [
        "plan -o a.json --report a.json",
        "plan --report a.md --report ./a.md",
        "apply --receipt a.json --report a.json",
        "apply --reviewed plan.json --receipt plan.json",
        "apply plan.json --receipt plan.json",
        "show plan.json --report plan.json",
    ],
)
def test_one_file_for_two_things(declared: Project, command: str) -> None:
    """One would overwrite the other: 64, before any work, and existing content stays."""
    declared("plan", "-o", "plan.json")
    before, asked = read(declared, "plan.json"), len(declared.sandbox.requests)
    ran = declared(*command.split())
    assert (ran.code, ran.out, len(declared.sandbox.requests)) == (64, "", asked)
    assert "is named twice" in ran.err
    assert read(declared, "plan.json") == before


def test_upper_case_suffix(declared: Project) -> None:
    """As some systems write it."""
    assert declared("plan", "--report", "PLAN.JSON").code == 0
    assert checked(read(declared, "PLAN.JSON"))["kind"] == "plan"


def test_through_a_link(declared: Project) -> None:
    """The target of a link is written; the link stays."""
    (declared.folder / "link.json").symlink_to("real.json")
    declared("plan", "--report", "link.json")
    assert (declared.folder / "link.json").is_symlink()
    assert checked(read(declared, "real.json"))["kind"] == "plan"


def test_to_a_pipe(declared: Project) -> None:
    """What is no file is written to, never replaced by one."""
    pipe = declared.folder / "pipe.json"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        got = pool.submit(pipe.read_text)
        assert declared("plan", "--report", "pipe.json").code == 0
        assert checked(got.result(30))["kind"] == "plan"
    assert pipe.is_fifo()


def test_report_of_an_apply(declared: Project) -> None:
    """The outcome of each change, and the remaining ones."""
    apply(declared, "--report", "report.json")
    document = checked(read(declared, "report.json"))
    assert [each["status"] for each in document["outcomes"]] == ["done", "done"]
    assert document["left"]["summary"]["no-op"] == 2


def test_report_of_a_saved_plan(declared: Project) -> None:
    """The same forms from the saved plan, without asking anybody; both say until when it may be applied."""
    declared("plan", "-o", "plan.json", "--report", "first.json", "--report", "first.md")
    asked = len(declared.sandbox.requests)
    assert declared("show", "plan.json", "--report", "again.json", "--report", "again.md").code == 0
    first, again = checked(read(declared, "first.json")), checked(read(declared, "again.json"))
    assert again == first
    assert again["expires_at"] == "2029-12-10T09:00:00Z"
    assert read(declared, "again.md") == read(declared, "first.md")
    assert "may be applied until Mon 10 Dec 2029 09:00 UTC" in read(declared, "first.md")
    assert len(declared.sandbox.requests) == asked


def test_receipt(declared: Project, prints: Prints) -> None:
    """Each change with its outcome, id, link and time; and shown as text."""
    ran = apply(declared, "--receipt", "receipt.json")
    receipt = checked(read(declared, "receipt.json"))
    ids = {post["id"] for post in declared.sandbox.posts()}
    assert {each["id"] for each in receipt["outcomes"]} == ids
    assert [(each["key"], each["status"], each["at"]) for each in receipt["outcomes"]] == [
        ("one", "done", "2029-12-03T09:00:00Z"),
        ("two", "done", "2029-12-03T09:00:00Z"),
    ]
    assert (receipt["summary"]["done"], receipt["stopped"]) == (2, None)
    assert receipt["digest"].startswith(ran.out.partition("Digest ")[2].partition(".")[0])
    prints("reports/show-receipt", declared("show", "receipt.json"))


def test_receipt_in_other_forms(declared: Project) -> None:
    """`show RECEIPT --report` gives what `apply --report` gave."""
    apply(declared, "--receipt", "receipt.json", *(each for s in FORMS for each in ("--report", f"then{s}")))
    for suffix in FORMS:
        assert declared("show", "receipt.json", "--report", f"now{suffix}").code == 0
    now, then = (checked(read(declared, f"{name}.json")) for name in ("now", "then"))
    assert {**now, "plan": None, "left": None} == {**then, "plan": None, "left": None}
    assert now["plan"]["changes"] == then["plan"]["changes"]
    assert read(declared, "now.md") == read(declared, "then.md")


def test_receipt_of_nothing(declared: Project) -> None:
    """Nothing to do is a receipt without outcomes."""
    apply(declared)
    apply(declared, "--receipt", "receipt.json")
    assert checked(read(declared, "receipt.json"))["outcomes"] == []
    assert "nothing sent" in declared("show", "receipt.json").out


def test_receipt_of_what_was_held_and_refused(project: Project) -> None:
    """These are outcomes too, with Buffer's words and a hint: exit 1, with a receipt."""
    project.sandbox.set_faults("duplicate@createPost#1")
    project.write("buffer.yaml", HEAD + ONE + ONE.replace("one", "late").replace("12-20", "12-03"))
    assert apply(project, "--receipt", "receipt.json").code == 1
    outcomes = {each["key"]: each for each in checked(read(project, "receipt.json"))["outcomes"]}
    assert (outcomes["one"]["status"], outcomes["late"]["status"]) == ("refused", "held")
    assert outcomes["one"]["hint"].startswith("Check in Buffer")


def test_receipt_where_buffer_breaks_down(declared: Project, prints: Prints) -> None:
    """No requests left: exit 5, and a receipt with the reason and the unsent changes."""
    declared.sandbox.set_faults("rate-limit@createPost#1+")
    ran = apply(declared, "--receipt", "receipt.json", "--report", "report.json", "--max-wait", "0")
    receipt = checked(read(declared, "receipt.json"))
    assert (ran.code, {each["status"] for each in receipt["outcomes"]}) == (5, {"not-sent"})
    assert receipt["stopped"] == checked(read(declared, "report.json"))["stopped"] != ""
    prints("reports/show-receipt-stopped", declared("show", "receipt.json"))


def test_receipt_that_cannot_be_written_any_more(declared: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder disappeared meanwhile: reported, exit 1; sent changes are recorded as usual."""
    folder = declared.folder / "kept"
    folder.mkdir()
    with Gate(declared.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        gate.before_write = folder.rmdir
        ran = apply(declared, "--receipt", "kept/receipt.json")
        assert (ran.code, len(declared.sandbox.posts())) == (1, 2)
        assert "kept/receipt.json cannot be written: No such file or directory" in ran.err
        assert apply(declared).code == 0


def test_a_receipt_that_cannot_be_written_twice_is_said_once(
    declared: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the reason is the second time."""
    folder = declared.folder / "kept"
    folder.mkdir()
    with Gate(declared.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        gate.before_write = folder.rmdir
        gate.after_write = lambda: setattr(gate, "before_read", lambda: folder.write_text(""))
        ran = apply(declared, "--receipt", "kept/receipt.json")
    assert (ran.code, ran.err.count("receipt.json cannot be written")) == (1, 1)


def test_receipt_before_verifying(declared: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its outcomes are there before the account is read again, since that may hang until the job is killed."""
    statuses: list[set[str]] = []

    def verifying() -> None:
        outcomes = checked(read(declared, "receipt.json"))["outcomes"]
        statuses.append({each["status"] for each in outcomes})

    with Gate(declared.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        gate.after_write = lambda: setattr(gate, "before_read", verifying)
        assert apply(declared, "--receipt", "receipt.json").code == 0
    assert statuses == [{"done"}]


@pytest.mark.parametrize("twice", [True, *long(False)])
def test_receipt_of_an_interrupted_apply(
    declared: Project, program: list[str], monkeypatch: pytest.MonkeyPatch, *, twice: bool
) -> None:
    """Ctrl-C once, and twice: 130, and the receipt is complete: it says it was stopped, with the known outcomes."""
    with Gate(declared.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        gate.after_write = hold = Hold()
        command = [*program, "apply", "--auto-approve", "--settle", "0", "--receipt", "receipt.json"]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=declared.folder, text=True, **pipes) as process:  # type: ignore[call-overload]  # pipes are two of its arguments
            assert hold.arrived.wait(300)
            process.send_signal(signal.SIGINT)
            assert process.stderr.readline()
            if twice:
                process.send_signal(signal.SIGINT)
            else:
                hold.go_on()
            process.communicate(timeout=300)
            hold.go_on()
    receipt = checked(read(declared, "receipt.json"))
    statuses = {each["status"] for each in receipt["outcomes"]}
    assert (process.returncode, statuses) == ((130, {"held"}) if twice else (0, {"done"}))
    assert bool(receipt["stopped"]) is twice
    assert left_over(declared.folder) == []


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        '{"kind": "receipt"}',
        '{"kind": "receipt", "format_version": "1.0"}',
        '{"kind": "receipt", "format_version": "x"}',
    ],
)
def test_no_receipt(declared: Project, content: str) -> None:
    """A file that is neither: 64 and one message."""
    declared.write("receipt.json", content)
    ran = declared("show", "receipt.json")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("error: ")


def test_newer_receipt(declared: Project, prints: Prints) -> None:
    """Of a later major version: update."""
    apply(declared, "--receipt", "receipt.json")
    path = declared.folder / "receipt.json"
    path.write_text(read(declared, "receipt.json").replace('"format_version": "2.', '"format_version": "9.'))
    prints("reports/newer-receipt", declared("show", "receipt.json"))


def test_hostile_receipt(declared: Project) -> None:
    """Text in a receipt cannot draw on the terminal either."""
    apply(declared, "--receipt", "receipt.json")
    values = json.loads(read(declared, "receipt.json"))
    values["outcomes"][0] |= {"message": "\x1b[2Jgone", "link": "https://a.example/\x1b[31m", "id": "\x1b[1mid"}
    values["stopped"] = "\x1b[5mblink"
    declared.write("receipt.json", json.dumps(values))
    ran = declared("show", "receipt.json")
    assert ran.code == 0
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("posts", long(30, 210))
def test_images_get_the_room_that_a_page_leaves(posts: int, project: Project) -> None:
    """At most 300 kB with four images that compress badly: 30 kB each beside 30 posts, less beside 210."""
    (project.folder / "media").mkdir()
    more = "due_at: 2030-01-15 09:00, channels: [twitter]"
    entries = [f"  - {{key: p{number}, {more}, text: Post {number}" for number in range(posts)]
    for number in range(4):
        noise = random.Random(number).randbytes(900 * 600 * 3)  # noqa: S311 - not a secret
        Image.frombytes("RGB", (900, 600), noise).save(project.folder / "media" / f"{number}.png")
        entries[number] += f", image: {number}.png, alt: Noise"
    project.write("buffer.yaml", root_file("twitter") + "media: {public_url: https://media.acme.example}\n")
    project.write("posts/many.yaml", "posts:\n" + "".join(f"{entry}}}\n" for entry in entries))
    assert project("plan", "--offline", "--report", "plan.html").code == 0
    page = read(project, "plan.html")
    images = [len(each) for each in page.split("data:image/jpeg;base64,")[1:]]
    assert len(images) == 4
    assert len(page.encode()) <= 300_000
