"""The API key is taken out of everything that is printed or written, in base64 too."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest

from bufferctl.cli import secrets
from tests.cli.written import HEAD

KEY = "bufferctl/key+of=a-test-0123456789"
FORMS = {
    "plain": KEY,
    "percent-encoded": quote(KEY, safe=""),
    **{f"base64 at {n}": b64encode(b"x" * n + KEY.encode() + b"yz").decode() for n in range(4)},
}


@pytest.mark.parametrize("form", FORMS)
def test_in_every_output(project: Any, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """A file that holds the key: neither text, JSON, reports nor messages show it."""
    monkeypatch.setattr(secrets, "_known", {})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.folder / "summary.md"))
    project.write(
        "buffer.yaml", HEAD + f"          - {{key: a, due_at: 2029-12-20 09:00, text: 'Key {FORMS[form]} end'}}\n"
    )
    monkeypatch.setenv("BUFFER_API_KEY", KEY)
    shown = [project("plan", "--offline"), project("plan", "--offline", "--json")]
    files = [f"r.{suffix}" for suffix in ("md", "html", "json", "sarif")]
    shown.append(project("plan", "--offline", *(each for file in files for each in ("--report", file))))
    texts = [ran.out + ran.err for ran in shown]
    texts += [path.read_text(encoding="utf-8") for path in project.folder.iterdir() if path.suffix not in {".yaml", ""}]
    assert len(texts) == 8
    middle = FORMS[form][len(FORMS[form]) // 2 - 6 : len(FORMS[form]) // 2 + 6]
    assert [text for text in texts if middle in text.replace("\\", "").replace("&#8203;", "")] == []
    assert secrets.MARK in texts[0]


def test_a_word_is_no_secret() -> None:
    """The sandbox's key is a word, which texts may hold."""
    secrets.keep("sandbox")
    assert secrets.without_secrets("In the sandbox") == "In the sandbox"
