"""Lines bundled as bytes are the lines that one at a time would have been."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balagh.bulk import blocks
from balagh.bulk.blocks import Block, block_lines, read_blocks
from balagh.errors import DataError
from balagh.lines import ENCODINGS, read_lines
from balagh.problems import Problem

LIMIT = 20
PIECES = ["سطر", "\n", "\r\n", "\r", "\0", "\ufeff", "\u2028", "long " * 6, "x"]


def unbundled(data: bytes, encoding: str, lines: int) -> list:
    found = []
    for item in read_blocks(io.BytesIO(data), encoding=encoding, max_bytes=LIMIT, lines=lines):
        if isinstance(item, Block):
            assert item.lines <= lines
            found += block_lines(item, "<stream>", encoding)
        else:
            found.append(item)
    return found


def outcome(read) -> list | str:
    try:
        return list(read())
    except DataError as error:
        return str(error)


@given(
    data=st.lists(st.sampled_from([piece.encode() for piece in PIECES]) | st.binary(max_size=5), max_size=12),
    encoding=st.sampled_from(ENCODINGS),
    lines=st.integers(1, 4),
)
def test_the_same_lines_in_the_same_order(data, encoding, lines):
    whole = b"".join(data)
    one_by_one = outcome(lambda: read_lines(io.BytesIO(whole), encoding=encoding, max_bytes=LIMIT))
    assert outcome(lambda: unbundled(whole, encoding, lines)) == one_by_one


def test_a_block_is_full_after_so_many_bytes(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_BYTES", 8)
    found = list(read_blocks(io.BytesIO(b"abc\n" * 5), encoding="utf-8", max_bytes=LIMIT, lines=100))
    assert [(block.number, block.offset, block.lines) for block in found] == [(1, 0, 2), (3, 8, 2), (5, 16, 1)]


def test_a_line_over_the_limit_moves_no_number_and_no_offset():
    data = b"one\n" + b"y" * 50 + b"\ntwo\n\xff\n"
    found = unbundled(data, "utf-8", 100)
    assert [item[0] if not isinstance(item, Problem) else item.line for item in found] == [1, 2, 3, 4]
    assert "longer than 20 bytes" in found[1].message
    assert "byte 59 of the file" in found[3].message


@pytest.mark.parametrize("fault", [EOFError("cut off"), OSError(5, "fault of the disk")])
def test_what_stands_before_a_fault_is_given(fault):
    class Broken(io.BytesIO):
        def readline(self, size=-1, /):
            if line := super().readline(size):
                return line
            raise fault

    read = read_blocks(Broken(b"one\ntwo\n"), encoding="utf-8", max_bytes=LIMIT, lines=100)
    assert next(read).data == b"one\ntwo\n"
    with pytest.raises((EOFError, DataError)):
        next(read)
