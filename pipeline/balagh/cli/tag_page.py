"""`balagh tag --format html`: one text as a page."""

from __future__ import annotations

import sys
from pathlib import Path

from balagh.bulk.guard import check_file
from balagh.bulk.job import STDIN, Job
from balagh.errors import DataError, MissingFileError

_PLAIN = Job(sources=(), model=Path())
_OPTIONS = ("labels", "min_score", "only_tagged", "context", "workers", "rejects", "resume")


def tag_page(job: Job) -> str:
    """Write one text as a page, and return what was done in one line.

    Raises
    ------
    DataError, MissingFileError
        Not one text is asked for, it cannot be read, or the output must not be written.
    """
    for name in _OPTIONS:
        if getattr(job, name) != getattr(_PLAIN, name):
            raise DataError(f"--format html shows a whole text and takes no --{name.replace('_', '-')}; leave it out")
    if len(job.sources) != 1 or job.form not in (None, "text"):
        raise DataError("--format html shows one text; name one file, or - for standard input")
    source = job.sources[0]
    if source != STDIN and not Path(source).is_file():
        raise MissingFileError(f"{source}: no such file; name one text file, or - for standard input")
    if job.output is not None:
        check_file(job.output, force=job.force, kept=[] if source == STDIN else [Path(source)])
    return _write(job, source)


def _write(job: Job, source: str) -> str:
    from balagh.atomic import write_atomically
    from balagh.html.document import document
    from balagh.readers import read_document
    from balagh.tagger import Tagger

    stream = sys.stdin.buffer if source == STDIN else source
    text = read_document(stream, encoding=job.encoding, max_bytes=job.limits.document)
    tagger = Tagger.load(job.model)
    sentences = tagger.tag(text)
    name = "standard input" if source == STDIN else Path(source).name
    page = document(name, text, sentences, tagger).encode()
    if job.output is None:
        sys.stdout.buffer.write(page)
        sys.stdout.buffer.flush()
    else:
        write_atomically(job.output, page)
    return f"{len(sentences):,} sentences, {sum(bool(sentence.labels) for sentence in sentences):,} of them with labels"
