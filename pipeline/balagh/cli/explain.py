"""`balagh explain`: why a sentence gets its labels."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from balagh.cli.app import MODEL, ModelOption, app

if TYPE_CHECKING:
    from balagh.described import Described, DescribedLabel
    from balagh.tagger import Tagger


class ExplanationFormat(StrEnum):
    """How an explanation is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


@app.command(
    epilog="Examples: [bold]balagh explain 'أدانت الوزارة الهجوم الإرهابي.'[/bold]; "
    "[bold]balagh explain --format html -o why.html 'تعهد الوزراء بدعم اليمن.'[/bold]"
)
def explain(
    text: Annotated[str, typer.Argument(help="One sentence; - reads it from standard input.", metavar="TEXT|-")],
    label: Annotated[
        list[str] | None,
        typer.Option("--label", help="Label to explain; may be repeated. By default those that the sentence gets."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Explain every label.")] = False,
    format_: Annotated[
        ExplanationFormat,
        typer.Option("--format", help="How to write it; json always has every label."),
    ] = ExplanationFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, whole or not at all.", metavar="FILE"),
    ] = None,
    top: Annotated[int, typer.Option(min=0, max=1000, help="Features to name for and against each label.")] = 10,
    model: ModelOption = MODEL,
) -> None:
    """Show which words of a sentence speak for and against each label, exactly, and what would change it."""
    from balagh.described import describe
    from balagh.errors import DataError
    from balagh.tagger import Tagger

    tagger = Tagger.load(model)
    sentence = sys.stdin.buffer.read().decode("utf-8", "replace").strip() if text == "-" else text
    if not sentence.strip():
        raise DataError("explain: an empty sentence; there is nothing to explain")
    unknown = [name for name in label or () if name not in tagger.labels]
    if unknown:
        raise DataError(f"explain: unknown label {unknown[0]!r}; known are {', '.join(tagger.labels)}")
    # What is no Unicode on the command line comes as half surrogates, which no output can hold.
    sentence = sentence.encode("utf-8", "replace").decode()
    described = describe(tagger, sentence, top=top, characters=format_ is ExplanationFormat.JSON)
    wanted = set(tagger.labels if all_ else label or (one.label for one in described.shown()))
    labels = [one for one in described.explanations if one.label in wanted]
    if format_ is ExplanationFormat.TEXT and output is None:
        from rich.console import Console

        from balagh.explain_view import render

        console = Console()
        render(described, labels, console if console.is_terminal else Console(width=140))
        return
    _write(_encoded(format_, described, labels, tagger), output)


def _encoded(form: ExplanationFormat, described: Described, labels: list[DescribedLabel], tagger: Tagger) -> bytes:
    import msgspec

    if form is ExplanationFormat.JSON:
        return msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n"
    if form is ExplanationFormat.HTML:
        from balagh.html.explanation import explanation_page

        return explanation_page(described, labels, tagger.manifest.labels).encode()
    from rich.console import Console

    from balagh.explain_view import render

    text = io.StringIO()
    render(described, labels, Console(file=text, width=140))
    return text.getvalue().encode()


def _write(data: bytes, output: Path | None) -> None:
    from balagh.atomic import write_atomically

    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_atomically(output, data)
