"""Where a trained model lies when nobody says: in the folder that one works in, or in the package itself."""

from __future__ import annotations

from pathlib import Path
from typing import Final

WORKING: Final = Path("models/tagger.safetensors")
"""Where the pipeline writes the model."""
PACKAGED: Final = Path(__file__).parent / "trained" / "tagger.safetensors"
"""Where a wheel carries one."""


def default_model() -> Path:
    """Return the model of the working folder, or that of the package where there is none.

    Where there is neither, the first is returned, so that an error names the file that the pipeline makes.
    """
    return PACKAGED if PACKAGED.is_file() and not WORKING.is_file() else WORKING
