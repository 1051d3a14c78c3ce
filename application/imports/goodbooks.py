"""Books of goodbooks-10k (zygmuntz/goodbooks-10k, books.csv): one row a book, from Goodreads.

Its `isbn` lost its leading zeros to a spreadsheet and gets them back; its `isbn13` lost its last digits for good.
"""

import re
from collections.abc import Mapping
from typing import Any

from application.books.fields import BookCredit
from application.imports.languages import catalogue_language
from application.imports.models import ImportOptions
from application.imports.rows import BookRow, ReadRow
from domain.books.isbn import Isbn
from domain.shared.errors import Invalid, Problems

_NAME_ENDS = {"jr", "sr", "ii", "iii", "iv", "phd", "ph.d", "md", "m.d", "esq"}
_YEAR = re.compile(r"(-?[0-9]{1,6})(?:\.0+)?")


def read_goodbooks(columns: Mapping[str, int], _options: ImportOptions) -> ReadRow:
    """Reads title, author, ISBN, year and language; a missing year or language leaves what is known of the book."""
    isbn, authors, year, title, language = (
        columns[name] for name in ("isbn", "authors", "original_publication_year", "title", "language_code")
    )

    def read(fields: list[str]) -> BookRow:
        problems = Problems()
        number = problems.take("/isbn", _isbn, fields[isbn].strip())
        published = problems.take("/published_date", _year, fields[year].strip())
        if problems.found or number is None:
            raise Invalid(problems.found)
        credit = fields[authors]
        values: dict[str, Any] = {"title": fields[title], "author": credit, "isbn": number.value}
        if ", " in credit:
            values["authors"] = [BookCredit(name=name) for name in _names(credit)]
        if published:
            values["published_date"] = published
        tag = catalogue_language(fields[language]) if fields[language] else None
        if tag is not None:
            values["language"] = tag
        return BookRow(number, values, printed=True)

    return read


def _names(credit: str) -> list[str]:
    """`A, B, Jr., C` is three authors: what follows a comma may belong to the name before."""
    names: list[str] = []
    for part in filter(None, map(str.strip, credit.split(", "))):
        if names and part.rstrip(".").lower() in _NAME_ENDS:
            names[-1] = f"{names[-1]}, {part}"
        else:
            names.append(part)
    return list(dict.fromkeys(names))


def _isbn(text: str) -> Isbn:
    if not text:
        raise Invalid.because("isbn-missing", "is missing: a book is told apart by its ISBN")
    return Isbn.parse(text.rjust(10, "0"))


def _year(text: str) -> str:
    if not text:
        return ""
    form = _YEAR.fullmatch(text)
    if form is None:
        raise Invalid.because("invalid-date", "must be a year such as 1997.0")
    year = int(form[1])
    if year < 1:
        raise Invalid.because("year-before-1", f"is {year}: years before 1 cannot be kept as a date")
    if year > 9999:
        raise Invalid.because("invalid-date", "must be at most 9999")
    return f"{year:04}"
