"""`balagh drift`: whether new texts are still like those that the model is known on."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, app
from balagh.cli.tag import InputForm

if TYPE_CHECKING:
    from balagh.corpus import Corpus, CorpusSentence
    from balagh.drift import Drift

_DATE = re.compile(r"(\d{4}-\d{2})-\d{2}")


class DriftFormat(StrEnum):
    """How the comparison is written to standard output."""

    TABLE = "table"
    JSON = "json"


@app.command(
    rich_help_panel="Pipeline",
    epilog="Example: balagh drift --reference data/labelled --new archive/ --by date -o drift.html",
)
def drift(
    reference: Annotated[str, typer.Option(help="What the model is known on: a file, folder or pattern.")],
    new: Annotated[str, typer.Option(help="What it is used on now.")],
    by: Annotated[
        str, typer.Option(help="Field or column of the new rows to group by; dates are grouped by month.")
    ] = "",
    field: Annotated[str, typer.Option(help="Field or column with the text.")] = "text",
    as_: Annotated[
        InputForm | None,
        typer.Option("--as", help="What both hold. [default: as their names end]"),
    ] = None,
    encoding: Annotated[str, typer.Option(help="utf-8, or cp1256 for old Windows files.")] = "utf-8",
    format_: Annotated[DriftFormat, typer.Option("--format", help="How to show it.")] = DriftFormat.TABLE,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Page to write, .html, with plots.", metavar="FILE")
    ] = None,
    model: ModelOption = MODEL,
) -> None:
    """Compare two corpora as the model sees them: shares of labels, scores, unknown words; and say if they differ.

    A change counts where it is large (5% of the sentences, or a population stability index of 0.1) and larger than
    chance makes it. Whether labels are still right, only labelled sentences can tell: `balagh evaluate --data`.
    """
    import msgspec

    from balagh.bulk.job import Job
    from balagh.corpus import read_corpus
    from balagh.drift import drift as run
    from balagh.tagger import Tagger

    tagger = Tagger.load(model)
    job = Job(sources=(reference,), model=model, form=as_.value if as_ else None, field=field, encoding=encoding)
    corpora = read_corpus(job), read_corpus(msgspec.structs.replace(job, sources=(new,)), by)
    found = run(corpora[0].sentences, _by_month(corpora[1].sentences), tagger)
    if format_ is DriftFormat.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(found)
    if output is not None:
        from balagh.atomic import write_atomically
        from balagh.report.drift_page import drift_page

        write_atomically(output, drift_page(found, tagger, (reference, new)).encode())
    typer.echo(f"{f'{output}: ' if output else ''}{found.verdict}", err=True)
    _end(corpora)


def _by_month(sentences: list[CorpusSentence]) -> list[CorpusSentence]:
    dated = ((s, _DATE.match(s.group)) for s in sentences)
    return [s._replace(group=date[1]) if date else s for s, date in dated]


def _show(found: Drift) -> None:
    from rich.console import Console
    from rich.table import Table

    from balagh.evaluation_report import shown
    from balagh.outputs import visible

    console = Console()
    console = console if console.is_terminal else Console(width=140)
    table = Table(box=None)
    for heading in ("label", "reference", "new", "p", "PSI", "KS", ""):
        table.add_column(heading, justify="right" if heading not in ("label", "") else "left")
    for label in found.labels:
        numbers = (f"{label.p:.3f}", f"{label.psi:.2f}", f"{label.ks:.2f}")
        table.add_row(label.label, shown(label.reference), shown(label.new), *numbers, _word(label.shifted))
    for name in ("words", "unknown_words", "unknown_ngrams", "sentences"):
        values = (getattr(side, name) for side in (found.reference, found.new))
        digits = ",.0f" if name == "sentences" else ".1f" if name == "words" else ".1%"
        table.add_row(name.replace("_", " "), *(format(value, digits) for value in values))
    console.print(table)
    if not found.groups:
        return
    groups = Table(box=None)
    for heading in ("group", "sentences", *(label.label for label in found.labels), "PSI", "unknown words", ""):
        groups.add_column(heading, justify="right" if heading not in ("group", "") else "left")
    for group in found.groups:
        shares = (f"{figure.value or 0:.1%}" for figure in group.shares.values())
        rest = (f"{group.psi:.2f}", f"{group.unknown_words:.1%}", _word(group.shifted))
        groups.add_row(visible(group.name), f"{group.sentences:,}", *shares, *rest)
    console.print(groups)


def _word(shifted: bool) -> str:
    return "shifted" if shifted else "stable"


def _end(corpora: tuple[Corpus, Corpus]) -> None:
    problems = [problem for corpus in corpora for problem in corpus.problems]
    for problem in problems:
        typer.echo(f"balagh: {problem}", err=True)
    if problems:
        raise typer.Exit(1)
