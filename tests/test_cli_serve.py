"""`balagh serve`: what it says before it serves. That it serves is tested under load."""

from __future__ import annotations

import socket
import sys

import pytest
import uvicorn

from balagh.cli import main
from balagh.web.app import ENVIRONMENT, from_environment


@pytest.fixture
def run(monkeypatch, capfd, small):
    monkeypatch.setenv(ENVIRONMENT, "")
    started = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: started.append((app, options)))

    def run_command(*arguments, model=small.safetensors):
        monkeypatch.setattr(sys, "argv", ["balagh", "serve", "--model", str(model), *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, capfd.readouterr().err, started

    return run_command


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_this_machine_only_unless_asked(run, port):
    code, err, started = run("--port", port, "--workers", 3)
    assert code == 0
    assert f"http://127.0.0.1:{port} " in err
    app, options = started[0]
    assert app == "balagh.web.app:from_environment"
    assert (options["host"], options["port"], options["workers"]) == ("127.0.0.1", port, 3)


def test_workers_get_the_settings(run, port):
    run("--port", port, "--allow-host", "Balagh.internal", "--max-body", 5000, "--in-flight", 7)
    settings = from_environment().user_middleware[0].kwargs["settings"]
    assert settings.hosts[-1] == "balagh.internal"
    assert "localhost" in settings.hosts
    assert (settings.max_body, settings.in_flight) == (5000, 7)


def test_mistakes_end_in_one_line(run, port, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, err, started = run("--port", taken.getsockname()[1])
    assert (code, started) == (2, [])
    assert err.startswith("balagh: cannot listen at 127.0.0.1, port ")
    code, err, started = run("--port", port, model=tmp_path / "none.safetensors")
    assert (code, started) == (2, [])
    assert len(err.splitlines()) == 1


def test_without_the_extra(run, port, monkeypatch):
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    code, err, _ = run("--port", port)
    assert code == 2
    assert err == "balagh: serve needs uvicorn, which is not installed; run pip install 'balagh[web]'\n"
