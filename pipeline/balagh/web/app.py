"""The application that `balagh serve` runs: the page, the JSON API and its description."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import balagh
from balagh.described import describe
from balagh.errors import DataError
from balagh.html.try_page import try_page
from balagh.tagger import Tagger
from balagh.web import messages as m
from balagh.web.guard import Guard
from balagh.web.openapi import describe_api
from balagh.web.settings import Settings
from balagh.web.uploads import TYPES, read_upload

ENVIRONMENT: Final = "BALAGH_SERVE"
"""Environment variable that hands the settings to the workers, as JSON."""

_WORTH_COMPILING: Final = 2_000
_Struct = TypeVar("_Struct", bound=msgspec.Struct)
_OUT_OF_TIME = "the answer took too long; send less at once"


class Api:
    """The answers of the API, over one model.

    Parameters
    ----------
    tagger : Tagger
        The model; threads share it.
    settings : Settings
        Limits.
    """

    def __init__(self, tagger: Tagger, settings: Settings) -> None:
        self._tagger = tagger
        self._settings = settings
        self._page = try_page(tagger)
        self._openapi = msgspec.json.encode(describe_api(balagh.__version__))

    async def page(self, request: Request) -> Response:
        """Return the page."""
        return Response(self._page.html, media_type="text/html", headers={"content-security-policy": self._page.csp})

    async def openapi(self, request: Request) -> Response:
        """Return the description of the API."""
        return Response(self._openapi, media_type="application/json")

    async def health(self, request: Request) -> Response:
        """Say that the server works, and with which model."""
        return _json(m.HealthResponse("ok", balagh.__version__, self._tagger.manifest.digest))

    async def labels(self, request: Request) -> Response:
        """List the labels."""
        entries = self._tagger.manifest.labels
        return _json(m.LabelsResponse([m.LabelInfo(e.name, e.english, e.arabic, e.threshold) for e in entries]))

    async def tag(self, request: Request) -> Response:
        """Tag a text or sentences."""
        asked = await _decoded(request, m.TagRequest)
        if (asked.text is None) == (asked.sentences is None):
            raise HTTPException(422, 'send either "text" or "sentences"')

        def work() -> bytes:
            found = (
                self._tagger.tag(asked.text)
                if asked.text is not None
                else self._tagger.tag_sentences(asked.sentences or [])
            )
            return msgspec.json.encode(m.TagResponse(found))

        return await self._worked(work)

    async def explain(self, request: Request) -> Response:
        """Explain one sentence."""
        asked = await _decoded(request, m.ExplainRequest)

        def work() -> bytes:
            return msgspec.json.encode(describe(self._tagger, asked.text, top=asked.top, characters=asked.characters))

        return await self._worked(work)

    async def read(self, request: Request) -> Response:
        """Return the text of a file."""
        kind = _media_type(request)
        if kind not in TYPES:
            raise HTTPException(415, f"a file of type {kind[:100]!r} cannot be read; send one of {', '.join(TYPES)}")
        data = await request.body()

        def work() -> bytes:
            return msgspec.json.encode(m.ReadResponse(*read_upload(data, kind)))

        return await self._worked(work)

    async def _worked(self, work: Callable[[], bytes]) -> Response:
        """Run the work in a thread, so that others are answered meanwhile."""
        try:
            with anyio.fail_after(self._settings.work_seconds):
                body = await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        except TimeoutError:
            raise HTTPException(503, _OUT_OF_TIME) from None
        except DataError as error:
            raise HTTPException(422, str(error)) from None
        return Response(body, media_type="application/json")


def create_app(tagger: Tagger, settings: Settings) -> Starlette:
    """Return the application.

    Parameters
    ----------
    tagger : Tagger
        A trained model.
    settings : Settings
        Names that the server is called by, and limits.
    """
    api = Api(tagger, settings)
    return Starlette(
        routes=[
            Route("/", api.page),
            Route("/openapi.json", api.openapi),
            Route("/health", api.health),
            Route("/labels", api.labels),
            Route("/tag", api.tag, methods=["POST"]),
            Route("/explain", api.explain, methods=["POST"]),
            Route("/read", api.read, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, settings=settings)],
        exception_handlers={HTTPException: _refuse},
    )


def from_environment() -> Starlette:
    """Return the application for the settings in the environment: what each worker starts with."""
    settings = msgspec.json.decode(os.environ[ENVIRONMENT], type=Settings)
    tagger = Tagger.load(settings.model)
    # Loads the compiled code now, so that no visitor waits for it: asking what would change a label scores hundreds
    # of sentences.
    tagger.predict_proba([""] * _WORTH_COMPILING)
    return create_app(tagger, settings)


async def _decoded(request: Request, kind: type[_Struct]) -> _Struct:
    if _media_type(request) != "application/json":
        raise HTTPException(415, "send JSON, with the header Content-Type: application/json")
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.ValidationError as error:
        raise HTTPException(422, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(422, f"this is no JSON: {error}") from None


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = msgspec.json.encode(m.ErrorResponse(error.detail))
    return Response(body, status_code=error.status_code, media_type="application/json", headers=error.headers)
