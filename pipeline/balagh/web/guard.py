"""What every request passes first: who asks, how large it is, how many are in hand.

A page of another site must not use this server through its visitor's browser: the Host header has to be one of
the names it is called by (DNS rebinding), and an Origin header has to name this server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import msgspec

from balagh.web.settings import Settings

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-store"),
)
_DRAINED = 64 << 20


class _RefusalError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason


class Guard:
    """ASGI middleware that refuses what the settings do not allow.

    Parameters
    ----------
    app : ASGI application
        What answers the requests that are let through.
    settings : Settings
        Names and limits.
    """

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        try:
            self._check_names(_headers(scope))
            if self._in_flight >= self._settings.in_flight:
                raise _RefusalError(429, f"{self._in_flight} requests are in hand already; try again in a second")
        except _RefusalError as refused:
            await _answer(refused, send_with_headers)
            return
        self._in_flight += 1
        try:
            body = await self._body(_headers(scope), receive)
        except _RefusalError as refused:
            await _answer(refused, send_with_headers)
        else:
            if body is not None:
                await self._app(scope, _replay(body, receive), send_with_headers)
        finally:
            self._in_flight -= 1

    def _check_names(self, headers: dict[str, str]) -> None:
        host = headers.get("host", "")
        if _name(host) not in self._settings.hosts:
            known = ", ".join(self._settings.hosts)
            raise _RefusalError(
                400, f"this server is not called {host[:100]!r}, but {known}; start it with --allow-host"
            )
        origin = headers.get("origin")
        if origin is not None and _place(origin) != host:
            raise _RefusalError(403, f"a page of {origin[:100]!r} may not use this server")

    async def _body(self, headers: dict[str, str], receive: Receive) -> bytes | None:
        """Return the whole body; None where the client has gone."""
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    part = message.get("body", b"")
                    size += len(part)
                    if size <= self._settings.max_body:
                        parts.append(part)
                    # What is too large is read on and thrown away: a client that sends does not listen.
                    if not message.get("more_body", False) or size > _DRAINED:
                        break
        except TimeoutError:
            seconds = f"{self._settings.body_seconds:g}"
            raise _RefusalError(408, f"the request did not arrive within {seconds} seconds") from None
        if size > self._settings.max_body:
            raise _RefusalError(413, f"the request is larger than {self._settings.max_body:,} bytes; send less at once")
        return b"".join(parts)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _name(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        return "".join(host.partition("]")[:2])
    return host.partition(":")[0].lower()


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as an unclosed bracket
        return ""


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def _answer(refused: _RefusalError, send: Send) -> None:
    body = msgspec.json.encode({"error": refused.reason})
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refused.status == 429:
        headers.append((b"retry-after", b"1"))
    if refused.status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
