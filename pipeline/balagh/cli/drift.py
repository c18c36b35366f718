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
    from rich.table import Table

    from balagh.bulk.job import Job
    from balagh.corpus import Corpus, CorpusSentence
    from balagh.drift import Drift

_DATE = re.compile(r"([0-9]{4}-(?:0[1-9]|1[0-2]))-[0-9]{2}")


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
    from balagh.drift import drift as run
    from balagh.tagger import Tagger

    job = Job(sources=(reference,), model=model, form=as_.value if as_ else None, field=field, encoding=encoding)
    jobs = job, msgspec.structs.replace(job, sources=(new,))
    if output is not None:
        _check_page(output, jobs)
    tagger = Tagger.load(model)
    corpora = _read(jobs[0]), _read(jobs[1], by)
    if _same(reference, new):
        typer.echo(f"balagh: {new}: is the reference too; only groups can differ", err=True)
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


def _check_page(output: Path, jobs: tuple[Job, Job]) -> None:
    from balagh.bulk.guard import check_result, files_read
    from balagh.bulk.sources import find_sources
    from balagh.errors import DataError

    if output.suffix.lower() not in (".html", ".htm"):
        raise DataError(f"{output}: the page is HTML; name a file that ends in .html")
    check_result(output, [path for job in jobs for path in files_read(job, find_sources(job)[0])])


def _read(job: Job, by: str = "") -> Corpus:
    from balagh.corpus import read_corpus
    from balagh.errors import DataError
    from balagh.outputs import counted

    corpus = read_corpus(job, by)
    if corpus.problems and not corpus.sentences:
        rejected = counted(len(corpus.problems), "row")
        raise DataError(f"{corpus.problems[0]} ({rejected} rejected, no sentence left to compare)")
    return corpus


def _same(reference: str, new: str) -> bool:
    return Path(reference).exists() and Path(new).exists() and Path(reference).samefile(new)


def _by_month(sentences: list[CorpusSentence]) -> list[CorpusSentence]:
    dated = ((s, _DATE.match(s.group)) for s in sentences)
    return [s._replace(group=date[1]) if date else s for s, date in dated]


def _show(found: Drift) -> None:
    from rich.console import Console

    console = Console()
    console = console if console.is_terminal else Console(width=140)
    console.print(_label_table(found))
    if found.groups:
        console.print(_group_table(found))


def _table(*headings: str) -> Table:
    """Return an empty table; what is not in its first or last column is a number."""
    from rich.table import Table

    table = Table(box=None)
    for heading in headings:
        table.add_column(heading, justify="left" if heading in (headings[0], "") else "right")
    return table


def _label_table(found: Drift) -> Table:
    from balagh.evaluation_report import shown

    table = _table("label", "reference", "new", "p", "PSI", "KS", "")
    for label in found.labels:
        numbers = (f"{label.p:.3f}", f"{label.psi:.2f}", f"{label.ks:.2f}")
        table.add_row(label.label, shown(label.reference), shown(label.new), *numbers, _word(label.shifted))
    for name in ("words", "unknown_words", "unknown_ngrams", "sentences"):
        values = (getattr(side, name) for side in (found.reference, found.new))
        digits = ",.0f" if name == "sentences" else ".1f" if name == "words" else ".1%"
        table.add_row(name.replace("_", " "), *(format(value, digits) for value in values))
    return table


def _group_table(found: Drift) -> Table:
    from rich.text import Text

    from balagh.outputs import visible

    table = _table("group", "sentences", *(label.label for label in found.labels), "PSI", "unknown words", "")
    for group in found.groups:
        shares = (f"{figure.value or 0:.1%}" for figure in group.shares.values())
        index = "–" if group.psi is None else f"{group.psi:.2f}"
        said = _word(group.shifted) if group.enough else "too few"
        # As Text: in a string, rich takes what stands in brackets for markup.
        name = Text(" ".join(visible(group.name).split()))
        table.add_row(name, f"{group.sentences:,}", *shares, index, f"{group.unknown_words:.1%}", said)
    return table


def _word(shifted: bool) -> str:
    return "shifted" if shifted else "stable"


def _end(corpora: tuple[Corpus, Corpus]) -> None:
    problems = [problem for corpus in corpora for problem in corpus.problems]
    for problem in problems:
        typer.echo(f"balagh: {problem}", err=True)
    if problems:
        raise typer.Exit(1)
