"""The command line: thin Typer commands over plain functions. Only this package prints and exits."""

from __future__ import annotations

import sys

from balagh.cli.app import app
from balagh.errors import BalaghError

USER_ERROR = 2
"""Exit code of a mistake that the user can mend."""
SYSTEM_ERROR = 1
"""Exit code of a failure of the machine, such as a full disk."""


def main() -> None:
    """Run the command line; a mistake ends in one line on stderr."""
    try:
        app()
    except BalaghError as error:
        sys.stderr.write(f"balagh: {error}\n")
        sys.exit(USER_ERROR)
    except BrokenPipeError:
        # The reader (`head`, a pager) has gone: nothing to say, and nothing to flush at exit.
        sys.stdout = None
        sys.exit(0)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"balagh: {where}{error.strerror or error}\n")
        sys.exit(SYSTEM_ERROR)
