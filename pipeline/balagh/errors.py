"""The errors that balagh raises. Each message says what was found, where, and what to do."""

from __future__ import annotations


class BalaghError(Exception):
    """Base of every error that balagh raises on purpose; its text is one line for a user."""


class ParamsError(BalaghError):
    """params.yaml, or another file of settings, cannot be used."""


class DataError(BalaghError):
    """Labelled or input data cannot be used; names file and line."""


class ModelFormatError(BalaghError):
    """A model file cannot be used: not of the format, damaged, or of another version."""


class MissingFileError(BalaghError):
    """A file that a command needs is not there; names the command that makes it."""
