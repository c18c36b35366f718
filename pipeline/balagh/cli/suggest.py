"""`balagh data suggest`: the sentences most worth labelling next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, data_app
from balagh.cli.exchange import OutputOption, Tool
from balagh.cli.tag import InputForm

if TYPE_CHECKING:
    from balagh.exchange import Item
    from balagh.suggest import Suggestions
    from balagh.tagger import Tagger

_LABELLED = Path("data/labelled")


@data_app.command(epilog="Example: balagh data suggest archive/ -n 200 --tool label-studio -o tasks.json")
def suggest(
    sources: Annotated[list[str], typer.Argument(help="Files, folders or patterns, as `balagh tag` reads them.")],
    output: OutputOption,
    count: Annotated[int, typer.Option("-n", min=1, help="How many sentences to choose.")] = 200,
    tool: Annotated[
        Tool | None, typer.Option(help="Write them in the form of this tool; else JSON lines.", show_default=False)
    ] = None,
    labelled: Annotated[
        Path, typer.Option("--data", help="What is labelled already: its copies are left out.", metavar="PATH")
    ] = _LABELLED,
    field: Annotated[str, typer.Option(help="Field or column with the text.")] = "text",
    as_: Annotated[
        InputForm | None, typer.Option("--as", help="What a file holds, whatever its name says. [default: its ending]")
    ] = None,
    encoding: Annotated[str, typer.Option(help="utf-8, or cp1256 for old Windows files.")] = "utf-8",
    seed: Annotated[int, typer.Option(help="Of the groups of like wording.")] = 0,
    model: ModelOption = MODEL,
) -> None:
    """Choose the sentences of a corpus that are most worth labelling next.

    Those are taken that the model is least sure of, as many for each label, and of unlike wording; copies of what is
    labelled already are left out. They go straight into the form of an annotation tool, with the model's scores.
    The whole corpus is read into memory.
    """
    from balagh.bulk.guard import check_result, files_read
    from balagh.bulk.job import Job
    from balagh.bulk.sources import find_sources
    from balagh.corpus import read_corpus
    from balagh.errors import DataError
    from balagh.labels import LABELS, LabelParams
    from balagh.records import load_labelled
    from balagh.suggest import suggest as run
    from balagh.tagger import Tagger

    tagger = Tagger.load(model)
    LABELS.declare(LabelParams(entry.name, entry.arabic, entry.english) for entry in tagger.manifest.labels)
    job = Job(sources=tuple(sources), model=model, form=as_.value if as_ else None, field=field, encoding=encoding)
    check_result(output, [*files_read(job, find_sources(job)[0]), labelled])
    corpus = read_corpus(job)
    for problem in corpus.problems:
        typer.echo(f"balagh: {problem}", err=True)
    if not corpus.sentences:
        raise DataError(f"{', '.join(sources)}: no sentence to choose from")
    texts = [s.text for s in load_labelled([labelled])] if labelled != _LABELLED or labelled.exists() else []
    found = run(corpus.sentences, tagger, texts, count, seed)
    _write(found, tagger, tool, output)
    _say(found, len(corpus.sentences), len(corpus.problems), output)
    if corpus.problems:
        raise typer.Exit(1)


def _write(found: Suggestions, tagger: Tagger, tool: Tool | None, output: Path) -> None:
    import msgspec

    from balagh.atomic import write_atomically
    from balagh.exchange import export_items

    items = list(_items(found))
    if tool is not None:
        export_items(tool.value, items, output)
        return
    thresholds = dict(zip(tagger.labels, tagger.thresholds.tolist(), strict=True))
    lines = [
        {**item.meta(), "text": item.text, "why": _reason(s.label, s.probability, thresholds[s.label])}
        for item, s in zip(items, found.chosen, strict=True)
    ]
    write_atomically(output, msgspec.json.Encoder().encode_lines(lines))


def _items(found: Suggestions) -> list[Item]:
    from balagh.exchange import Item
    from balagh.exchange.items import labels_of

    return [
        Item(
            text=s.sentence.text,
            scores=s.scores,
            suggested=labels_of(s.labels),
            doc=s.sentence.doc,
            id=f"{s.sentence.doc}:{s.sentence.number}",
            stratum=s.label,
        )
        for s in found.chosen
    ]


def _reason(label: str, probability: float, threshold: float) -> str:
    return f"{label} {probability:.2f}, threshold {threshold:.2f}"


def _say(found: Suggestions, sentences: int, rejected: int, output: Path) -> None:
    from collections import Counter

    from balagh.outputs import counted

    counts = Counter(s.label for s in found.chosen)
    sides = ", ".join(f"{n} for {label}" for label, n in counts.items())
    typer.echo(
        f"{output}: {len(found.chosen)} of {sentences:,} sentences chosen ({sides});"
        f" left out: {found.short:,} too short, {found.known:,} copies; {counted(rejected, 'row')} rejected",
        err=True,
    )
