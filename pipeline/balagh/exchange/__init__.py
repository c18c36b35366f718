"""Labelled sentences in and out of annotation tools, each in the shape that the tool has today.

A tool is a module with ``read(source)``, which yields items and problems, and ``write(items, file)``.
"""

from __future__ import annotations

from balagh.exchange.files import TOOLS, export_items, import_items, read_items, write_labelled
from balagh.exchange.items import Answer, Item, choices, tally

__all__ = [
    "TOOLS",
    "Answer",
    "Item",
    "choices",
    "export_items",
    "import_items",
    "read_items",
    "tally",
    "write_labelled",
]
