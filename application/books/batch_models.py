"""Many books in one request: what is asked for each, and what became of it."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from application.books.models import BookCreate, BookUpdate
from domain.shared.errors import Problem

MOST_ROWS = 1_000


class BookBatchCreate(BookCreate, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="create"):
    """A new book."""


class BookBatchUpdate(BookUpdate, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="op", tag="update"):
    """Changes of the book of this id, if it is of this version where one is given."""

    id: UUID
    version: Annotated[int, Meta(ge=1)] | None = None


class BookBatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows, each of which is taken or refused by itself."""

    rows: Annotated[list[BookBatchCreate | BookBatchUpdate], Meta(min_length=1, max_length=MOST_ROWS)]


class BookBatchRows(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A BookBatch whose rows are yet to be read, since a bad one takes no other with it."""

    rows: Annotated[list[Any], Meta(min_length=1, max_length=MOST_ROWS)]


class RowVerdict(StrEnum):
    """What became of a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RowFieldProblem(Struct, frozen=True, kw_only=True):
    """One thing wrong with one field of a row; `pointer` leads into the row."""

    pointer: str
    code: str
    message: str


class RowProblem(Struct, frozen=True, kw_only=True):
    """Why a row was refused: the code and detail that the same request for one book would be answered with."""

    code: str
    detail: str
    errors: list[RowFieldProblem]

    @classmethod
    def because(cls, code: str, detail: str, problems: tuple[Problem, ...] = ()) -> "RowProblem":
        """With what is wrong with each field."""
        errors = [RowFieldProblem(pointer=one.pointer, code=one.code, message=one.message) for one in problems]
        return cls(code=code, detail=detail, errors=errors)


class BookBatchRow(Struct, frozen=True, kw_only=True):
    """What became of one row; `row` counts from 0. A refused one has a `problem`."""

    row: int
    verdict: RowVerdict
    id: UUID | None = None
    version: int | None = None
    problem: RowProblem | None = None


class BookBatchResult(Struct, frozen=True, kw_only=True):
    """The verdicts in the order of the rows, and how many there are of each."""

    created: int
    updated: int
    unchanged: int
    refused: int
    rows: list[BookBatchRow]
