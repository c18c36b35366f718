"""The description of the API in OpenAPI 3.1, made from the types of its messages."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from balagh.described import Described
from balagh.web import messages as m
from balagh.web.uploads import TYPES

_ERRORS: Final = {
    "400": "The Host header names another server.",
    "403": "The request comes from a page of another site.",
    "408": "The request took too long to arrive.",
    "413": "The request is too large.",
    "415": "The body is of another media type.",
    "422": "The body is not what is asked for.",
    "429": "Too many requests are in hand; try again after the seconds of Retry-After.",
    "503": "The answer took too long.",
}
_BODILESS: Final = ("400", "403", "408", "413", "429")


def describe_api(version: str) -> dict[str, Any]:
    """Return the OpenAPI document."""
    types = [m.TagRequest, m.TagResponse, m.ExplainRequest, Described, m.LabelsResponse, m.HealthResponse]
    schemas, components = msgspec.json.schema_components(
        [*types, m.ReadResponse, m.ErrorResponse], ref_template="#/components/schemas/{name}"
    )
    # One of the two, which the type alone cannot say.
    components["TagRequest"]["oneOf"] = [
        {"required": [name], "properties": {name: {"type": kind}}}
        for name, kind in (("text", "string"), ("sentences", "array"))
    ]
    tag, tagged, explain, explained, labels, health, read, error = schemas
    failed = {"content": {"application/json": {"schema": error}}}

    def operation(name: str, summary: str, answer: dict[str, Any], takes: dict[str, Any] | None = None) -> Any:
        kept = _ERRORS if takes else {code: _ERRORS[code] for code in _BODILESS}
        made: dict[str, Any] = {
            "operationId": name,
            "summary": summary,
            "responses": {
                "200": {"description": "The answer.", "content": {"application/json": {"schema": answer}}},
                **{code: {"description": text, **failed} for code, text in kept.items()},
            },
        }
        if takes:
            made["requestBody"] = {"required": True, "content": takes}
        return made

    files = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in TYPES}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "balagh",
            "version": version,
            "description": "Tags every sentence of an Arabic diplomatic or political text.",
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "paths": {
            "/tag": {"post": operation("tag", "Tag a text or sentences.", tagged, _json(tag))},
            "/explain": {"post": operation("explain", "Explain one sentence.", explained, _json(explain))},
            "/read": {"post": operation("read", "Return the text of a file, sent as it is.", read, files)},
            "/labels": {"get": operation("labels", "List the labels.", labels)},
            "/health": {"get": operation("health", "Say that the server works.", health)},
        },
        "components": {"schemas": components},
    }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
