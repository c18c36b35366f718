"""Take the pictures of the README from the real pages: `python tools/pictures.py` after `make`.

Needs Chromium and what the tests need. The pictures depend on the fonts of the machine.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from balagh.html.document import document
from balagh.tagger import Tagger
from balagh.web.app import create_app
from balagh.web.settings import Settings

SEED = Path("seeds/coalition-rome-2021-06-28.txt")
REPORT = Path("reports/index.html")
FOLDER = Path("docs/pictures")


@contextmanager
def served(tagger: Tagger) -> Iterator[str]:
    """Serve the local page from a thread, and yield its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(tagger, Settings("")), log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join()


def opened(browser: Browser, address: str, *, scheme: str = "light") -> Page:
    """Open a page in a window of the size of the pictures."""
    page = browser.new_page(viewport={"width": 1180, "height": 760}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address)
    return page


def take(page: Page, name: str) -> None:
    """Write a picture of what the window shows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")


def main() -> None:
    """Take every picture."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("tools/pictures.py: no chromium on this machine; install it first")
    tagger = Tagger.load("models/tagger.safetensors")
    text = SEED.read_text(encoding="utf-8")
    tagged = FOLDER / "tagged.html"
    with sync_playwright() as playwright, served(tagger) as address:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        page = opened(browser, address)
        page.click("#example")
        page.click("#s1 .words")
        page.wait_for_selector("#detail h3")
        page.evaluate("window.scrollTo(0, document.getElementById('status').offsetTop - 8)")
        take(page, "page")
        FOLDER.mkdir(parents=True, exist_ok=True)
        tagged.write_text(document(SEED.name, text, tagger.tag(text), tagger), encoding="utf-8")
        page = opened(browser, f"{tagged.resolve().as_uri()}#s7", scheme="dark")
        take(page, "document")
        tagged.unlink()
        if REPORT.exists():
            take(opened(browser, REPORT.resolve().as_uri()), "report")
        browser.close()


if __name__ == "__main__":
    main()
