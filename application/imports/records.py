"""From bytes to the records of a CSV file (RFC 4180), in constant memory; what cannot be read stops nothing else.

A record may run over several lines when a field is quoted. A quote that is never closed would swallow the rest of the
file: only the line it stands on is given up, and reading goes on with the next.
"""

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from domain.shared.errors import Invalid

LONGEST_LINE = 1 << 20
MOST_LINES = 500
_GZIP = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "a ZIP archive or a spreadsheet"}
_DELIMITERS = ",;\t"


class UnreadableFile(Invalid):
    """The file as a whole cannot be read, or not further than this."""

    code = "unreadable-file"


@dataclass(frozen=True, slots=True)
class Header:
    """The names of the columns as they stand there, and the mark between them."""

    names: tuple[str, ...]
    delimiter: str


class Record(NamedTuple):
    """One row, which begins on this line of the file (the first line is 1)."""

    line: int
    fields: list[str]


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A row that could not be read."""

    line: int
    code: str
    message: str


class _Line(NamedTuple):
    number: int
    text: str
    bad: str | None  # what is wrong with it, as a code


class _Runaway(Exception):
    """A record takes more lines than any honest one."""


_MESSAGES = {
    "not-utf8": "is not valid UTF-8: save the file as UTF-8",
    "line-too-long": f"has a line of more than {LONGEST_LINE} bytes",
}


class RecordReader:
    """The records of one file, plain or gzip, in UTF-8 with or without a byte order mark.

    Construction reads the header. Raises UnreadableFile when there is none, or when the file is of another kind.
    """

    def __init__(self, source: io.BufferedReader) -> None:
        start = source.peek(4)
        for mark, kind in _OTHER_ENCODINGS.items():
            if start.startswith(mark):
                raise UnreadableFile.because("unreadable-file", f"is {kind}: save it as CSV in UTF-8")
        file = gzip.GzipFile(fileobj=source) if start.startswith(_GZIP) else source
        self._lines = _Lines(file)
        self.header = self._read_header()
        self._reader = csv.reader(self._lines, delimiter=self.header.delimiter, strict=True)

    def __iter__(self) -> Iterator[Record | BadRecord]:
        """The rows after the header; blank ones are left out.

        Raises UnreadableFile where the file breaks off (a gzip cut short), after all the rows before that.
        """
        width = len(self.header.names)
        lines, reader = self._lines, self._reader
        taken = lines.taken
        while True:
            taken.clear()
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._given_up(str(error))
                continue
            except _Runaway:
                yield self._given_up(f"a quote is opened and not closed within {MOST_LINES} lines")
                continue
            first = taken[0]
            bad = first.bad if len(taken) == 1 else next((one.bad for one in taken if one.bad), None)
            if bad is not None:
                yield BadRecord(first.number, bad, _MESSAGES[bad])
            elif len(fields) != width:
                if any(map(str.strip, fields)):
                    yield _misshapen(first.number, len(fields), width)
            elif any(fields):
                yield Record(first.number, fields)

    def _given_up(self, why: str) -> BadRecord:
        first, *others = self._lines.taken
        self._lines.put_back(others)
        return BadRecord(first.number, "unreadable-row", f"cannot be read as CSV: {why}")

    def _read_header(self) -> Header:
        for text in self._lines:
            line = text.strip("\r\n")
            if self._lines.taken[-1].bad:
                raise UnreadableFile.because("unreadable-file", "begins with a line that is no text in UTF-8")
            if line.strip():
                delimiter = max(_DELIMITERS, key=line.count)
                try:
                    names = next(csv.reader([line], delimiter=delimiter, strict=True))
                except csv.Error as error:
                    raise UnreadableFile.because("unreadable-file", f"has a header that is no CSV: {error}") from None
                return Header(tuple(name.strip() for name in names), delimiter)
        raise UnreadableFile.because("empty-file", "is empty: the first line must name the columns")


def _misshapen(line: int, found: int, width: int) -> BadRecord:
    code = "too-many-columns" if found > width else "too-few-columns"
    return BadRecord(line, code, f"has {found} columns, and the header names {width}")


class _Lines:
    """Hands the lines of a file to csv.reader and remembers in `taken` those that the present record took."""

    def __init__(self, file: io.BufferedReader | gzip.GzipFile) -> None:
        self._readline = file.readline
        self._waiting: deque[_Line] = deque()
        self._number = 0
        self.taken: list[_Line] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MOST_LINES:
            raise _Runaway
        line = self._waiting.popleft() if self._waiting else self._read()
        self.taken.append(line)
        return line.text

    def put_back(self, lines: list[_Line]) -> None:
        """They are read again, before what follows them."""
        self._waiting.extendleft(reversed(lines))

    def _read(self) -> _Line:
        try:
            data = self._readline(LONGEST_LINE)
            whole = len(data) < LONGEST_LINE or data.endswith(b"\n")
            while not whole:
                rest = self._readline(LONGEST_LINE)
                whole = len(rest) < LONGEST_LINE or rest.endswith(b"\n")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            message = f"breaks off or is damaged after line {self._number}: {error}"
            raise UnreadableFile.because("unreadable-file", message) from None
        if not data:
            raise StopIteration
        self._number += 1
        if self._number == 1:
            data = data.removeprefix(_UTF8_MARK)
        if len(data) >= LONGEST_LINE:
            return _Line(self._number, "", "line-too-long")
        try:
            return _Line(self._number, data.decode(), None)
        except UnicodeDecodeError:
            return _Line(self._number, data.decode(errors="replace"), "not-utf8")
