"""Tables for the terminal: what a check found, and what the data are."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.table import Table

from balagh.data_check import CheckReport, Summary


def render(report: CheckReport, console: Console) -> None:
    """Show the problems one a line, as ``file:line: message``, or a summary in tables when there are none.

    Parameters
    ----------
    report : CheckReport
        What `balagh.data_check.check` returns.
    console : rich.console.Console
        Where to write. Lines with problems are never wrapped or coloured, so that tools can read them.

    Examples
    --------
    >>> from balagh.data_check import CheckReport, summarise
    >>> from balagh.problems import Problem
    >>> report = CheckReport([Problem("un.jsonl", 3, "empty text")], summarise([], files=1))
    >>> render(report, Console())
    un.jsonl:3: empty text
    1 problem in 1 file
    """
    for problem in report.problems:
        console.print(str(problem), markup=False, highlight=False, soft_wrap=True)
    if report.problems:
        found = _counted(len(report.problems), "problem")
        console.print(f"{found} in {_counted(report.summary.files, 'file')}", highlight=False)
    else:
        _render_summary(report.summary, console)


def _render_summary(summary: Summary, console: Console) -> None:
    labels = {**summary.labels, "(several labels)": summary.several}
    lengths = {_quantile(share): length for share, length in summary.lengths.items()}
    tables = [
        _shares("label", labels.items(), summary.sentences),
        _shares("genre", summary.genres.items(), summary.sentences),
        _shares("year", summary.years.items(), summary.sentences),
        _table(("length", "characters"), lengths.items()),
    ]
    console.print(Columns(tables, padding=(0, 3)))
    counts = (
        _counted(summary.sentences, "sentence"),
        _counted(summary.documents, "document"),
        _counted(summary.issuers, "issuer"),
        _counted(summary.files, "file"),
    )
    console.print(", ".join(counts) + ": no problem found", highlight=False)


def _shares(title: str, counts: Iterable[tuple[object, int]], total: int) -> Table:
    rows = [(name, count, f"{count / max(total, 1):.1%}") for name, count in counts]
    return _table((title, "sentences", "share"), rows)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Table:
    """Make a table of names and figures."""
    table = Table(headings[0], box=box.SIMPLE_HEAD, show_edge=False)
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    for name, *figures in rows:
        table.add_row(str(name), *(f"{figure:,}" if isinstance(figure, int) else str(figure) for figure in figures))
    return table


def _quantile(share: float) -> str:
    return {0.0: "shortest", 0.5: "median", 1.0: "longest"}.get(share, f"{share:.0%} at most")


def _counted(count: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> _counted(1200, "file")
    '1,200 files'
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
