"""The page in a real browser: narrow and wide, light and dark, and with nobody to call."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import synthetic
import synthetic_run
from litmus.report import page

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run", "--disable-extensions"),
    *("--disable-dev-shm-usage", "--allow-file-access-from-files", "--enable-logging=stderr"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=3000", "--dump-dom"),
)
# The page stands in a frame of the wanted width: a headless window may refuse to be narrow.
HOST = """<!doctype html><meta name="color-scheme" content="light dark">
<iframe src="report.html" style="width: {width}px; height: 900px; border: 0"></iframe>
<script>
addEventListener("message", (event) => {{
  const told = document.createElement("pre");
  told.id = "told";
  told.textContent = JSON.stringify(event.data);
  document.body.append(told);
}});
</script>"""
EARLY = """<script>
const failures = [];
addEventListener("error", (event) => failures.push(String(event.message)), true);
addEventListener("securitypolicyviolation", (event) => failures.push(event.blockedURI));
</script>"""
LATE = (Path(__file__).parent / "measure.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chromium():
    """The browser's path."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or pytest.skip("no Chromium on this machine; apt-get install chromium")


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """The page of a synthetic run, with published values beside it."""
    templates = Path(__file__).parents[2] / "report"
    run = synthetic_run.run(tmp_path_factory.mktemp("run"), n=32)
    return page.build(replace(run, published=templates / "published/gpt2-small.csv"), templates)


@pytest.fixture(
    scope="module",
    params=[(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")],
    ids=lambda param: f"{param[0]}-{param[1]}",
)
def seen(request, chromium, html, tmp_path_factory):
    """What the page says of itself at one width and in one colour scheme."""
    width, scheme = request.param
    folder = tmp_path_factory.mktemp("browser")
    measured = html.replace("<head>", f"<head>{EARLY}", 1)
    measured = measured.replace("</body>", f"<script>{LATE}</script></body>")
    (folder / "report.html").write_text(measured, encoding="utf-8")
    (folder / "host.html").write_text(HOST.format(width=width), encoding="utf-8")
    ran = subprocess.run(
        [
            *(chromium, *FLAGS),
            f"--user-data-dir={folder / 'profile'}",
            "--window-size=1400,1000",
            f"--blink-settings=preferredColorScheme={int(scheme == 'light')}",
            (folder / "host.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    told = re.search(r'<pre id="told">(.*?)</pre>', ran.stdout, re.S)
    assert told, ran.stderr[-2000:]
    plain = told[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    console = [line for line in ran.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(plain) | {"width": width, "scheme": scheme, "console": console}


def test_the_browser_shows_what_was_asked(seen):
    """The width and the colour scheme are those under test."""
    assert seen["viewport"] == seen["width"]
    assert seen["dark"] == (seen["scheme"] == "dark")


def test_nothing_is_logged_or_thrown(seen):
    """No error, no warning, no breach of the page's policy."""
    assert seen["failures"] == []
    assert seen["console"] == []


def test_nothing_is_requested(seen):
    """The page is one file: no resource but data: URLs."""
    assert [url for url in seen["resources"] if not url.startswith("data:")] == []


def test_the_page_does_not_scroll_sideways(seen):
    """Wide tables and figures scroll in their own frames, even with all details open."""
    assert seen["overflow"] <= 0
    assert seen["overflow_open"] <= 0
    assert seen["sticking_out"] == []


def test_text_is_large_enough_to_read(seen):
    """No text of the page is below 11 px, nor any in a figure below 9."""
    assert seen["smallest_text"] >= 11
    assert seen["smallest_drawn"] >= 9


def test_text_keeps_its_contrast(seen):
    """Paragraphs, captions and every tinted cell reach 4.5:1 in light and in dark."""
    assert {name: ratio for name, ratio in seen["contrast"].items() if ratio < 4.5} == {}
    assert len(seen["contrast"]) >= 6


def test_figures_are_visible(seen):
    """Every figure has a size, and its ink is the page's."""
    assert seen["figures"] == 2 + len(synthetic.WORDS) + len(synthetic.CHAINED)
    assert seen["ink_follows"]


def test_a_click_sorts_and_words_filter(seen):
    """Sorting by δ orders the rows, a second click turns them round, a filter keeps matches."""
    assert seen["sorted"] == sorted(seen["sorted"])
    assert seen["reversed"] == sorted(seen["sorted"], reverse=True)
    assert seen["kept"] == ["matched"] * len(synthetic.WORDS)
