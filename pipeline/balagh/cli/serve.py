"""`balagh serve`: a local page and a JSON API."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, app


@app.command(epilog="Example: [bold]balagh serve[/bold], then open http://127.0.0.1:8000")
def serve(
    model: ModelOption = MODEL,
    host: Annotated[str, typer.Option(help="Address to listen at; 127.0.0.1 is this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="Name that the server is called by besides localhost; may be repeated."),
    ] = None,
    max_body: Annotated[int, typer.Option(min=1024, help="Bytes of the largest request.")] = 4 << 20,
    in_flight: Annotated[int, typer.Option(min=1, help="Requests that a worker has in hand at once.")] = 64,
) -> None:
    """Serve a page to try the tagger on, and the same answers as JSON."""
    from balagh.errors import BalaghError
    from balagh.tagger import Tagger

    try:
        import msgspec
        import uvicorn

        from balagh.web.app import ENVIRONMENT
        from balagh.web.settings import LOCAL, Settings
    except ModuleNotFoundError as error:
        raise BalaghError(f"serve needs {error.name}, which is not installed; run pip install 'balagh[web]'") from None
    Tagger.load(model)  # a wrong path is told here, and not by each worker
    _check_free(host, port)
    named = tuple(name.lower() for name in allow_host or ())
    settings = Settings(str(model.resolve()), LOCAL + named, max_body, in_flight)
    os.environ[ENVIRONMENT] = msgspec.json.encode(settings).decode()
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"balagh: http://{shown}:{port} (Ctrl+C ends it)", err=True)
    uvicorn.run(
        "balagh.web.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )


def _check_free(host: str, port: int) -> None:
    from balagh.errors import BalaghError

    try:
        # Listens as the server will, and lets go at once.
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        why = error.strerror or error
        raise BalaghError(f"cannot listen at {host}, port {port} ({why}); pass another --port or --host") from None
