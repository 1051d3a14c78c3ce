"""Files of subject schemes: a CSV of Daybook's, or the JSON that Thema is published as.

The CSV has the columns `code` and `name`, and may have `parent_code` and `description`; others are not read. Thema's
JSON (EDItEUR, version 1.0 to 1.6) is an object whose `CodeList.ThemaCodes.Code` lists objects with `CodeValue`,
`CodeDescription`, `CodeNotes` and, but for the top of the tree, `CodeParent`. Either may be gzip.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from application.categories.models import CategoryCreate
from application.fields import line as line_of
from application.imports.formats import UnknownFormat
from application.imports.models import RowVerdict
from application.imports.records import BadRecord, RecordReader, UnreadableFile
from application.imports.rejecting import rejected, rejected_for
from domain.books.category import CODE_LENGTH, CategoryDetails, slug_of
from domain.shared.errors import Invalid, Problems
from domain.shared.text import clean_line

LARGEST_FILE = 64 << 20
_GZIP = b"\x1f\x8b"
_COLUMNS = ("code", "name", "parent_code", "description")


class SchemeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One category of a scheme. `line` is where its row begins, or its place in the list, from 1.

    `description` is None where the file has none for it, and UNSET where the file tells none of any.
    """

    line: int
    code: str
    name: str
    parent_code: str | None
    description: str | None | msgspec.UnsetType

    def details(self, slug: str) -> CategoryDetails:
        """As a new category has them."""
        about = None if self.description is msgspec.UNSET else self.description
        return CategoryDetails(name=self.name, slug=slug, code=self.code, description=about)

    def over(self, present: CategoryDetails) -> CategoryDetails:
        """As a category that is there has them: its slug and its position stay."""
        about = present.description if self.description is msgspec.UNSET else self.description
        return CategoryDetails(
            name=self.name, slug=present.slug, position=present.position, code=self.code, description=about
        )


class Scheme(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read: its format, and each row or what is wrong with it."""

    format: str
    rows: list[SchemeRow | RowVerdict]


def read_scheme(source: io.BufferedIOBase) -> Scheme:
    """All of a file. Raises UnreadableFile, or UnknownFormat that says what was expected."""
    data = source.read(LARGEST_FILE + 1)
    if data.startswith(_GZIP):
        try:
            data = gzip.GzipFile(fileobj=io.BytesIO(data)).read(LARGEST_FILE + 1)
        except (OSError, EOFError, zlib.error):
            raise UnreadableFile.because("unreadable-file", "is a gzip file that is damaged or cut short") from None
    if len(data) > LARGEST_FILE:
        raise UnreadableFile.because("unreadable-file", f"has more than {LARGEST_FILE >> 20} MB: is it a scheme?")
    start = data[:1_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return Scheme(format="thema", rows=list(_thema(data)))
    return Scheme(format="csv", rows=list(_csv(data)))


def _csv(data: bytes) -> Iterator[SchemeRow | RowVerdict]:
    records = RecordReader(io.BufferedReader(io.BytesIO(data)))
    names = [name.lower() for name in records.header.names]
    places = {name: names.index(name) for name in _COLUMNS if name in names}
    if not {"code", "name"} <= places.keys():
        has = ", ".join(records.header.names)
        raise UnknownFormat.because(
            "unknown-format", f"has the columns {has}; expected are code, name, and maybe parent_code and description"
        )
    for record in records:
        if isinstance(record, BadRecord):
            yield rejected(record.line, record.code, record.message)
        else:
            cells = {name: record.fields[place].strip() for name, place in places.items()}
            yield _row(record.line, cells)


def _thema(data: bytes) -> Iterator[SchemeRow | RowVerdict]:
    try:
        codes = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))["CodeList"]["ThemaCodes"]["Code"]
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnreadableFile.because("unreadable-file", f"is not valid JSON: {error}") from None
    except (KeyError, TypeError, IndexError):
        codes = None
    if not isinstance(codes, list):
        raise UnknownFormat.because("unknown-format", "is not Thema's JSON, which has a list CodeList.ThemaCodes.Code")
    names = {"code": "CodeValue", "name": "CodeDescription", "parent_code": "CodeParent", "description": "CodeNotes"}
    for place, entry in enumerate(codes, start=1):
        if isinstance(entry, dict):
            yield _row(place, {name: _told(entry.get(theirs)) for name, theirs in names.items()})
        else:
            yield rejected(place, "unreadable-row", "is not an object")


def _told(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _row(line: int, cells: dict[str, str]) -> SchemeRow | RowVerdict:
    problems = Problems()
    code = problems.take("/code", clean_line, cells["code"], CODE_LENGTH)
    # A name without a word, such as "&", has its slug from the code.
    words = problems.take("/name", _slug, cells["name"], cells["code"])
    command = CategoryCreate(name=cells["name"], slug=words or "x", description=cells.get("description") or None)
    details = problems.take("", command.details)
    parent = problems.take_given("/parent_code", line_of(CODE_LENGTH), cells.get("parent_code") or None)
    if problems.found or details is None or code is None:
        return rejected_for(line, problems.found, {})
    told = details.description if "description" in cells else msgspec.UNSET
    return SchemeRow(line=line, code=code, name=details.name, parent_code=parent, description=told)


def _slug(name: str, code: str) -> str:
    try:
        return slug_of(name)
    except Invalid:
        return slug_of(code)
