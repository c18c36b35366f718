"""Write what comes of chunks: to files that survive any end of the process, or to standard output.

Every chunk goes the same way: results and rejects are appended to ``.part`` files and flushed to the disk, then
the journal gets a line, then outputs that are finished get their names. Wherever that is cut off, the journal
tells how much of each part is good, and the rest is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

import msgspec

from balagh.bulk.disk import Disk, OpenFile
from balagh.bulk.job import Summary
from balagh.bulk.journal import Commit, Journal
from balagh.bulk.layout import Layout, stored_results
from balagh.bulk.making import make
from balagh.bulk.work import Piece, Tagged
from balagh.outputs import Writer
from balagh.problems import Problem


class Target(NamedTuple):
    """A file to write."""

    path: Path
    layout: Layout

    @property
    def part(self) -> Path:
        """Where results are collected until all are there."""
        return part_of(self.path)


def part_of(path: Path) -> Path:
    """Return the name of a file while it is being written."""
    return path.with_name(path.name + ".part")


class Sink(Protocol):
    """Where results go."""

    def commit(self, tagged: Tagged, summary: Summary) -> None:
        """Take what came of the next chunk; ``summary`` counts everything up to it."""

    def finish(self, summary: Summary) -> None:
        """End the output."""


class FileSink:
    """Writes one file for all sources, or one for each.

    Parameters
    ----------
    disk : Disk
        Does what is done to files.
    targets : sequence of Target
        One for all sources, or one for each.
    last : int
        Number of the last source.
    rejects : Path
        File for rejected rows; there only if there are any.
    totals : Path or None
        File for the summary.
    journal : Journal
        Remembers how far all that is.
    since : Commit or None
        Where an earlier run was.
    over : bool
        Whether parts of an earlier run may be there.
    """

    def __init__(
        self,
        disk: Disk,
        targets: Sequence[Target],
        *,
        last: int,
        rejects: Path,
        totals: Path | None,
        journal: Journal,
        since: Commit | None,
        over: bool,
    ) -> None:
        self._disk, self._targets, self._last = disk, targets, last
        self._rejects_path, self._totals, self._journal, self._over = rejects, totals, journal, over
        self._chunks = since.chunks if since else 0
        self._part: OpenFile | None = None
        self._number = -1
        if since and since.part:
            self._number = since.number
            self._part = OpenFile(disk, targets[since.number].part, over=True, size=since.part.size)
        disk.make_folder(rejects.parent)
        self._rejects = OpenFile(disk, part_of(rejects), over=over, size=since.rejects.size if since else 0)
        if since:
            self._publish(since.done)

    def commit(self, tagged: Tagged, summary: Summary) -> None:
        """Write what came of the next chunk, and make it safe."""
        done = [number for piece in tagged.pieces if (number := self._write(piece)) is not None]
        if self._part:
            self._part.sync()
        if any(piece.problems for piece in tagged.pieces):
            self._rejects.sync()
        self._chunks += 1
        part = self._part.mark() if self._part else None
        rejects = self._rejects.mark()
        self._journal.commit(Commit(self._chunks, tagged.digest, part, self._number, rejects, done, summary))
        self._publish(done)

    def finish(self, summary: Summary) -> None:
        """Give the last files their names, and remove the journal: from then on all is there."""
        self._rejects.sync()
        self._rejects.close()
        if self._rejects.size:
            self._disk.rename(self._rejects.path, self._rejects_path)
        else:
            # Rejects of an earlier output would be taken for those of this one.
            self._disk.remove(self._rejects_path)
            self._disk.remove(self._rejects.path)
        if self._totals:
            self._write_totals(self._totals, summary)
        self._disk.sync_folder(self._rejects_path.parent)
        self._journal.close()
        self._disk.remove(self._journal.path)
        self._disk.sync_folder(self._journal.path.parent)

    def abandon(self) -> None:
        """Remove what was written so far: it will never be whole."""
        self.close()
        for path in ({self._targets[self._number].part} if self._part else set()) | {self._rejects.path}:
            self._disk.remove(path)
        self._disk.remove(self._journal.path)

    def close(self) -> None:
        """Close all files as they are."""
        for file in (self._part, self._rejects, self._journal):
            if file:
                file.close()

    def _write(self, piece: Piece) -> int | None:
        """Write what came of some rows of one source; return the number of the output that this finishes."""
        number = piece.source if len(self._targets) > 1 else 0
        if piece.problems:
            self._rejects.write(reject_lines(piece.problems))
        if self._number != number or self._part is None:
            if piece.unread and not piece.payload and len(self._targets) > 1:
                return None  # nothing could be read: there is no output
            self._open(number)
        assert self._part is not None
        self._part.write(piece.payload)
        if not piece.last or (len(self._targets) == 1 and piece.source != self._last):
            return None
        self._part.sync()
        self._part.close()
        self._part = None
        return number

    def _open(self, number: int) -> None:
        target = self._targets[number]
        self._disk.make_folder(target.path.parent)
        self._part, self._number = OpenFile(self._disk, target.part, over=self._over), number
        self._part.write(target.layout.heading())

    def _publish(self, numbers: Iterable[int]) -> None:
        """Give finished outputs their names; those that have them, from an earlier run, have no part any more."""
        made = [target for target in map(self._targets.__getitem__, numbers) if target.part.exists()]
        for target in made:
            if target.layout.format == target.layout.stored:
                self._disk.rename(target.part, target.path)
            else:
                new = target.path.with_name(target.path.name + ".new")
                make(self._disk, target.part, new, target.layout)
                self._disk.rename(new, target.path)
        for folder in {target.path.parent for target in made}:
            self._disk.sync_folder(folder)
        for target in made:
            if target.layout.format != target.layout.stored:
                self._disk.remove(target.part)

    def _write_totals(self, path: Path, summary: Summary) -> None:
        file = OpenFile(self._disk, part_of(path), over=True)
        file.write(totals_of(summary))
        file.sync()
        file.close()
        self._disk.rename(part_of(path), path)


class StreamSink:
    """Writes to standard output, or to any stream, as the results come."""

    def __init__(self, stream: BinaryIO, layout: Layout, *, table: Writer | None, rejects: BinaryIO | None) -> None:
        self._stream, self._layout, self._table, self._rejects = stream, layout, table, rejects
        self._stream.write(layout.heading())

    def commit(self, tagged: Tagged, summary: Summary) -> None:
        """Write results, and show them at once."""
        for piece in tagged.pieces:
            if self._table:
                self._table(stored_results(piece.payload.splitlines()))
            else:
                self._stream.write(piece.payload)
            if self._rejects and piece.problems:
                self._rejects.write(reject_lines(piece.problems))
        self._stream.flush()

    def finish(self, summary: Summary) -> None:
        """Flush the stream."""
        self._stream.flush()


def totals_of(summary: Summary) -> bytes:
    """Return the counts of a summary as JSON, without the problems, which the file of rejects has."""
    counts = {name: value for name, value in msgspec.to_builtins(summary).items() if name != "problems"}
    counts["labels"] = dict(sorted(counts["labels"].items()))
    return msgspec.json.format(msgspec.json.encode(counts), indent=2) + b"\n"


def reject_lines(problems: Iterable[Problem]) -> bytes:
    """Return problems as lines of JSON: file, line (null for a whole file), reason."""
    lines = [{"file": p.path, "line": p.line or None, "reason": p.message} for p in problems]
    return msgspec.json.Encoder().encode_lines(lines)
