"""A picture of a post, from the files to the page that a reviewer opens: visible, without any request."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from bufferctl.render.html import report_html
from tests.browser.conftest import Show
from tests.browser.test_report import axe
from tests.cli.conftest import Project, project_apart
from tests.file_server import serving
from tests.render.test_pictures import report

GREY = io.BytesIO()
Image.new("RGB", (1, 1), "grey").save(GREY, "JPEG")
ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
media: {public_url: "https://media.acme.example"}
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
posts:
  - key: launch
    channels: [twitter, linkedin]
    due_at: 2029-12-06 09:00
    text: We are live
    assets:
      - image: {file: media/console.jpg, alt_text: The new console}
"""
#: One gray pixel.
THUMBNAIL = "data:image/jpeg;base64," + base64.b64encode(GREY.getvalue()).decode()
#: The color in the middle of an image: red, green, blue.
PIXEL = """async span => {
  const image = new Image();
  image.src = getComputedStyle(span).backgroundImage.slice(5, -2);
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
  canvas.drawImage(image, 0, 0);
  return [...canvas.getImageData(image.naturalWidth / 2, image.naturalHeight / 2, 1, 1).data].slice(0, 3);
}"""


def run(project: Project, *arguments: str) -> tuple[int, str]:
    """Run the program as a separate process, since Playwright's event loop runs here; exit code and output."""
    command = [sys.executable, "-m", "bufferctl", *arguments]
    ran = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout


def test_a_reviewer_sees_the_picture(show: Show) -> None:
    """In each network's crop, with alt text, path and size; the page has it once and makes no request."""
    with project_apart() as project:
        project.write("buffer.yaml", ROOT)
        (project.folder / "media").mkdir()
        Image.radial_gradient("L").convert("RGB").resize((900, 1200)).save(project.folder / "media/console.jpg")
        ran = project("plan", "--report", "plan.html")
        assert ran.code == 0, ran.err
        html = (project.folder / "plan.html").read_text(encoding="utf-8")
    assert html.count("data:image/jpeg") == 1
    page = show(html, width=380)
    page.locator("details.row > summary").click()
    for network, ratio in (("X", 3 / 4), ("LinkedIn", 4 / 5)):
        page.get_by_role("tab", name=network).click()
        picture = page.get_by_role("img", name="The new console")
        expect(picture).to_have_count(1)
        box = picture.bounding_box()
        assert box is not None
        assert abs(box["width"] / box["height"] - ratio) < 0.02
    expect(page.locator("figcaption")).to_contain_text(re.compile(r"media/console\.jpg 900 . 1,200, \d+ kB"))
    assert [kind for kind, url in show.seen(page).asked if not url.startswith("data:")] == ["document"]


def test_the_whole_story(show: Show) -> None:
    """Planned and visible, applied from its public address, nothing left; swapped, and the page shows the new one."""
    with serving() as host, project_apart() as project:
        project.sandbox.core.options.media_roots = (host.url,)
        project.write("buffer.yaml", ROOT.replace("https://media.acme.example", host.url))
        console = project.folder / "media/console.jpg"
        console.parent.mkdir()

        def planned(colour: str) -> Page:
            """The page of a plan with this picture, which is then published and applied."""
            Image.new("RGB", (900, 600), colour).save(console)
            assert run(project, "plan", "--report", "plan.html")[0] == 0
            html = (project.folder / "plan.html").read_text(encoding="utf-8")
            host.files["/media/console.jpg"] = console.read_bytes()
            assert run(project, "apply", "--auto-approve", "--settle", "0")[0] == 0
            page = show(html, width=380)
            page.locator("details.row > summary").first.click()
            return page

        first, second = planned("red"), planned("blue")
        assert "No changes" in run(project, "plan")[1]
        host.files.clear()
        assert run(project, "drift")[0] == 2
    for page, colour in ((first, [254, 0, 0]), (second, [0, 0, 254])):
        picture = page.get_by_role("img", name="The new console").first
        assert picture.evaluate(PIXEL) == colour
    expect(second.locator("details.row").first).to_contain_text("will change")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_accessible(show: Show, scheme: Literal["light", "dark"]) -> None:
    """axe-core has no objections, neither to a picture nor to its placeholder."""
    for pictures in ({"ab12": THUMBNAIL}, {}):
        page = show(report_html(report(pictures=pictures)), scheme=scheme)
        page.locator("details.row > summary").click()
        expect(page.locator("figure")).to_be_visible()
        assert axe(page) == []
