"""Take the pictures of the README from the real pages: `python tools/pictures.py` after `make`.

Needs Chromium and what the tests need. The pictures depend on the fonts of the machine.
"""

from __future__ import annotations

import io
import os
import pty
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.text import Text

from balagh.html.document import document
from balagh.tagger import Tagger
from balagh.web.app import create_app
from balagh.web.settings import Settings

SEED = Path("seeds/coalition-rome-2021-06-28.txt")
REPORT = Path("reports/index.html")
FOLDER = Path("docs/pictures")
SESSION = (
    "echo 'أدانت الوزارة الهجوم على المدنيين وتعهدت بدعم اليمن. وصل الوفد أمس.' | balagh tag -",
    "balagh explain 'أدان الوزراء بشدة الهجوم الإرهابي.'",
    "balagh tag no-such-file.txt",
)
"""What is typed in the picture of the terminal."""
COLUMNS = 112


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


def typed(command: str) -> str:
    """Run a command in a terminal of its own, and return all that it shows."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(["sh", "-c", command], stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65_536):
            shown += piece
    except OSError:  # how a terminal tells that nobody writes any more
        pass
    process.wait()
    return shown.decode("utf-8", "replace").replace("\r\n", "\n")


def terminal(browser: Browser) -> None:
    """Write a picture of a short session, run for real."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for command in SESSION:
        console.print(Text(f"$ {command}", style="bold"))
        console.print(Text.from_ansi(typed(command)))
    page = browser.new_page(viewport={"width": 1080, "height": 400})
    body = console.export_html(inline_styles=True, code_format="<pre id=session>{code}</pre>")
    look = "background:#fff;margin:0;padding:16px;font:13px/1.45 'DejaVu Sans Mono',monospace;width:max-content"
    page.set_content(f"<body style=margin:0>{body}")
    page.evaluate("look => document.getElementById('session').style = look", look)
    page.locator("#session").screenshot(path=FOLDER / "terminal.png")


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
        terminal(browser)
        browser.close()


if __name__ == "__main__":
    main()
