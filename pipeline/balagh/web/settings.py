"""What a server is started with, and the limits that it keeps."""

from __future__ import annotations

from typing import Final

import msgspec

MAX_TEXT: Final = 1_000_000
"""Characters of the longest text that is tagged."""
MAX_SENTENCES: Final = 2_000
"""Sentences of the largest batch."""
MAX_SENTENCE: Final = 20_000
"""Characters of the longest sentence that is explained, or that a batch may hold."""
MAX_TOP: Final = 100
"""Features that are named at most."""

LOCAL: Final = ("127.0.0.1", "localhost", "[::1]")
"""Names that a page of this machine is called by."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a server is started; passed on to its workers as JSON."""

    model: str
    hosts: tuple[str, ...] = LOCAL
    """Values of the Host header that are answered, without port."""
    max_body: int = 4 << 20
    """Bytes of the largest request; a larger one is answered with 413."""
    in_flight: int = 64
    """Requests that a worker has in hand at once; further ones are answered with 429."""
    body_seconds: float = 15.0
    """Time for a request to arrive; a slower one is answered with 408."""
    work_seconds: float = 60.0
    """Time for an answer; what takes longer is answered with 503."""
