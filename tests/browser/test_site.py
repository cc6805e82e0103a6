"""The documentation as a site: no dead link, nothing from elsewhere, readable on a phone, no finding of axe-core."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Show
from tests.sources import files

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(path.relative_to(ROOT / "docs")) for path in files("docs", "*.md"))
#: What axe-core finds in the theme itself and we cannot mend here: rules, with the class of the element.
#: The copy button of each block is in a landmark without a name.
OF_THE_THEME = {"landmark-unique": 'class="md-code__nav"'}


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site, and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder of the built site, and the address at which it is served."""
    if not Path(sys.executable).with_name("zensical").exists():
        pytest.fail("The site cannot be built: run make docs once", pytrace=False)
    folder = tmp_path_factory.mktemp("site")
    config = Path(shutil.copy(ROOT / "zensical.toml", folder))
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copytree(ROOT / "tools/theme", folder / "tools/theme")
    program = str(Path(sys.executable).with_name("zensical"))
    command = [program, "build", "--strict", "--clean", "-f", str(config)]
    built = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    subprocess.run([sys.executable, ROOT / "tools" / "make_site.py", folder / "site"], check=True)
    handler = partial(Quiet, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder / "site", f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def address(page: str) -> str:
    """Where a page is on the site."""
    return re.sub(r"(^|/)index/$", r"\1", f"{page.removesuffix('.md')}/")


def test_no_link_is_dead(site: tuple[Path, str]) -> None:
    """Each link and image of each page leads to a file of the site, and to a heading of it."""
    folder, _ = site
    dead = []
    pages = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html") if path.name != "404.html"}
    assert len(pages) == len(PAGES)
    for path, text in pages.items():
        own = f"http://site/{path.relative_to(folder).parent.as_posix()}/".replace("/./", "/")
        for link in set(re.findall(r'(?:href|src)="([^"]+)"', text)):
            target, anchor = urldefrag(urljoin(own, link.replace("&amp;", "&")))
            if urlparse(target).netloc != "site":
                continue
            file = folder / unquote(urlparse(target).path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            if not file.exists() or (anchor and f'id="{unquote(anchor)}"' not in pages.get(file, "")):
                dead.append(f"{path.relative_to(folder)}: {link}")
    assert dead == []


def test_lists_are_lists(site: tuple[Path, str]) -> None:
    """No paragraph continues with `3. ` or `- ` in a new line: GitHub begins a list there, and the site does not."""
    folder, _ = site
    broken = [
        f"{path.relative_to(folder)}: {each}"
        for path in folder.rglob("*.html")
        for each in re.findall(r"\n(?:\d\.|-) <(?:strong|em|code)>.*", _without_code(path.read_text(encoding="utf-8")))
    ]
    assert broken == []


def _without_code(page: str) -> str:
    return re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)


def test_what_programs_read(site: tuple[Path, str]) -> None:
    """llms.txt lists every page as Markdown, and each one is there."""
    folder, _ = site
    text = (folder / "llms.txt").read_text(encoding="utf-8")
    listed = re.findall(r"^- \[[^\]]+\]\(https://bufferctl\.github\.io/bufferctl/([^)]+)\): \S", text, re.MULTILINE)
    assert sorted(listed) == PAGES
    assert all((folder / page).is_file() for page in listed)


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("page", PAGES)
def test_a_page(page: str, width: int, site: tuple[Path, str], show: Show) -> None:
    """It asks nobody else, does not scroll sideways, shows its images, and axe-core finds nothing."""
    _, url = site
    shown = show(url + address(page), width=width)
    shown.wait_for_load_state("networkidle")
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    assert shown.evaluate("[...document.images].filter(each => !each.naturalWidth).map(each => each.src)") == []
    assert found_by_axe(shown) == []
    asked = show.seen(shown).asked
    assert [each for _, each in asked if not each.startswith(url)] == []


def found_by_axe(page: Page) -> list[str]:
    """The rules that axe-core finds broken, with each element."""
    found = [(each["id"], node["html"]) for each in Axe().run(page).response["violations"] for node in each["nodes"]]
    ours = [(rule, html) for rule, html in found if OF_THE_THEME.get(rule, "none") not in html]
    return [f"{rule}: {html[:200]}" for rule, html in ours]


#: Messages as people see them, and the page that has each.
PASTED = {
    "posts/a.yaml:6:12: error: the file `foto.jpg` cannot be used: there is no such file": "problems/messages/#",
    "Buffer already has a post on this channel at this time ('Tea', scheduled), so it may be": "problems/messages/#",
    "launch: Buffer already has this text, so it may be there already": "problems/messages/#",
    "No post or idea in Buffer has the tag “Q3 2029” (seen: a), and its API cannot list tags": "problems/messages/#",
    "error: Cannot ask for confirmation without a terminal, so nothing was sent.": "problems/messages/#",
    "The saved plan plan.json expired on 2030-01-20 09:00 UTC": "problems/messages/#",
    "posts/a.yaml:8:3: error: the text file `link.md` cannot be used: it is outside the folder": "problems/messages/#",
    "posts/a.yaml:3:5: error: there is no field `titel` here": "problems/files/#",
    "warning: two posts go out on one channel at the same time, so they compete [BC106]": "reference/rules/#",
}
_PASTE = """text => {
  let box = document.activeElement
  while (box.shadowRoot?.activeElement) box = box.shadowRoot.activeElement
  box.select()
  const clipboardData = new DataTransfer()
  clipboardData.setData("text", text)
  box.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, composed: true, cancelable: true}))
}"""


def test_a_pasted_message_finds_its_page(site: tuple[Path, str], show: Show) -> None:
    """In the site's search, with the names and numbers that no page has."""
    shown = show(site[1], width=1280)
    shown.wait_for_load_state("networkidle")
    shown.keyboard.press("Control+k")
    shown.locator("input:focus").wait_for()
    for message, page in PASTED.items():
        shown.evaluate(_PASTE, message)
        shown.locator(f"a[href*='{page}']:visible").first.wait_for()
