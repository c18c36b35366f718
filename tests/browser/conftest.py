"""A browser, a served page, and pages that fail a test when they ask for anything from elsewhere."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import expect, sync_playwright

from balagh.html.document import document
from balagh.web.app import create_app
from balagh.web.settings import Settings

SEED = Path(__file__).parents[2] / "seeds" / "coalition-rome-2021-06-28.txt"
NAMES = ("chromium", "chromium-browser", "google-chrome")

# On a fresh machine the server's first answers wait for code to be compiled.
expect.set_options(timeout=60_000)


@pytest.fixture(scope="session")
def browser():
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install it (Debian: apt-get install chromium) to test the pages")
    with sync_playwright() as playwright:
        # Chromium's sandbox does not run as root, as continuous integration does.
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield started
        started.close()


@pytest.fixture(scope="session")
def served(tagger):
    """Address of the page, served from a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(tagger, Settings("")), log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def seed():
    return SEED.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def seed_file(tagger, seed, tmp_path_factory):
    """Address of the seed as a tagged document."""
    path = tmp_path_factory.mktemp("documents") / "seed.html"
    path.write_text(document(SEED.name, seed, tagger.tag(seed), tagger), encoding="utf-8")
    return path.as_uri()


def _is_fault(message):
    # That a request is refused is told to the reader too, and tests do it on purpose.
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def visit(browser):
    """Open an address; at the end nothing may have failed on the page, and nothing been asked of elsewhere."""
    contexts, faults = [], []

    def opened(address, *, width=1280, height=900, scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        home = address.split("#")[0]
        page.on("request", lambda r: None if r.url.startswith((home, "blob:")) else faults.append(r.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def ask(served, visit):
    """Open the local page and tag a text."""

    def asked(text, **options):
        page = visit(served, **options)
        page.fill("#source", text)
        page.click("button.primary")
        expect(page.locator("#status")).to_contain_text("tagged in")
        return page

    return asked
