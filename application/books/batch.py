"""The use case of many books at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from application.authors.directory import AuthorDirectory
from application.books.batch_models import (
    BookBatchCreate,
    BookBatchResult,
    BookBatchRow,
    BookBatchRows,
    BookBatchUpdate,
    RowProblem,
    RowVerdict,
)
from application.books.crediting import Crediting
from application.books.drafts import Draft
from application.caller import Caller
from application.decoding import convert
from application.errors import AlreadyExists, ApplicationError, Conflict, NotFound, ReadOnlyStore
from application.ports.books import IsbnExists
from application.ports.idempotency import KeyInUse
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.books.book import Book
from domain.books.isbn import Isbn
from domain.shared.errors import DomainError, Invalid, Problem
from domain.shared.events import Event
from domain.shared.ids import BookId

_KINDS: Mapping[object, type[BookBatchCreate] | type[BookBatchUpdate]] = {
    "create": BookBatchCreate,
    "update": BookBatchUpdate,
}


class RepeatedBook(Conflict):
    """An earlier row of the batch changes the same book: put the changes into one row."""

    code = "repeated-book"


class BookBatchService:
    """One use case and one unit of work, whose number of questions and statements does not grow with the rows."""

    def __init__(
        self, *, units: UnitsOfWork, clock: Clock, ids: IdGenerator, directory: AuthorDirectory | None = None
    ) -> None:
        self._units = units
        self._clock = clock
        self._ids = ids
        self._directory = directory or AuthorDirectory()

    async def run(self, command: BookBatchRows, caller: Caller) -> BookBatchResult:
        """Creates and changes many books, by the rules of one, and says of each row what became of it, in their order.

        - A row that is refused takes no other with it; all the others are kept together, or none when the store fails.
        - `op` is `create`, with the fields of a new book, or `update`, with the `id` and the fields to change.
        - An ISBN is taken from the first row on that uses it. One that another row gives up is free in the next batch.
        - A book may be changed by one row.
        """
        rows = [self._read(place, raw) for place, raw in enumerate(command.rows)]
        try:
            return await self._kept(rows, caller)
        except (ReadOnlyStore, KeyInUse):
            raise
        except (AlreadyExists, Conflict):
            # Somebody was faster with a book, an ISBN or an author: everything is looked at anew, once.
            return await self._again(rows, caller)

    async def _again(self, rows: Sequence["_Row"], caller: Caller) -> BookBatchResult:
        try:
            return await self._kept(rows, caller)
        except AlreadyExists as error:
            raise Conflict("others are changing the same books: nothing was kept, send it again") from error

    def _read(self, place: int, raw: Any) -> "_Row":
        try:
            if not isinstance(raw, dict):
                raise Invalid.because("wrong-type", "must be an object")
            kind = _KINDS.get(raw.get("op")) if isinstance(raw.get("op"), str) else None
            if kind is None:
                raise Invalid.because("not-an-option", "must be one of: create, update", "/op")
            asked = convert(kind, raw)
            draft = asked.draft() if isinstance(asked, BookBatchCreate) else None
        except Invalid as error:
            return _Row(place=place, refusal=_problem(error))
        return _Row(place=place, asked=asked, draft=draft)

    async def _kept(self, rows: Sequence["_Row"], caller: Caller) -> BookBatchResult:
        now, by = self._clock.now(), caller.actor
        batch = _Batch(self._ids, Crediting(self._directory, self._ids, at=now, by=by), at=now, by=by)
        async with self._units(caller) as uow:
            await batch.look_up(uow, rows)
            verdicts = [batch.decide(row) for row in rows]
            counts = Counter(one.verdict for one in verdicts)
            answer = BookBatchResult(
                created=counts[RowVerdict.CREATED],
                updated=counts[RowVerdict.UPDATED],
                unchanged=counts[RowVerdict.UNCHANGED],
                refused=counts[RowVerdict.REFUSED],
                rows=verdicts,
            )
            await batch.commit(uow, answer)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row as it was read. One that can be tells no refusal, and has a draft unless it is an update."""

    place: int
    asked: BookBatchCreate | BookBatchUpdate | None = None
    draft: Draft | None = None
    refusal: RowProblem | None = None


@dataclass(slots=True)
class _Batch:
    """What one attempt has found and decided."""

    ids: IdGenerator
    crediting: Crediting
    at: datetime = field(kw_only=True)
    by: str = field(kw_only=True)
    present: Mapping[BookId, Book] = field(default_factory=dict)
    drafts: dict[int, Draft | RowProblem] = field(default_factory=dict)
    owners: dict[Isbn, UUID] = field(default_factory=dict)
    changing: set[UUID] = field(default_factory=set)
    new: list[Book] = field(default_factory=list)
    changed: list[Book] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def look_up(self, uow: UnitOfWork, rows: Sequence[_Row]) -> None:
        """Everything that the rows ask for, in one round."""
        ids = [BookId(one.asked.id) for one in rows if isinstance(one.asked, BookBatchUpdate)]
        self.present = await uow.books.find_many(ids) if ids else {}
        for row in rows:
            self.drafts[row.place] = self._draft(row)
        drafts = [one for one in self.drafts.values() if isinstance(one, Draft)]
        isbns = list(dict.fromkeys(one.isbn for one in drafts))
        self.owners = dict(await uow.books.ids_by_isbn(isbns)) if isbns else {}
        await self.crediting.look_up(uow, [name for one in drafts for name in one.named])

    def _draft(self, row: _Row) -> Draft | RowProblem:
        if row.refusal is not None:
            return row.refusal
        if row.draft is not None:
            return row.draft
        if not isinstance(row.asked, BookBatchUpdate):
            raise TypeError("a row without a draft and a refusal is an update")
        try:
            draft = row.asked.over(self._living(row.asked).details)
        except (DomainError, ApplicationError) as error:
            return _problem(error)
        self.changing.add(row.asked.id)
        return draft

    def _living(self, asked: BookBatchUpdate) -> Book:
        book = self.present.get(BookId(asked.id))
        if book is None or book.lifecycle.deleted:
            raise NotFound("book", asked.id)
        expect(book.lifecycle, asked.version)
        if asked.id in self.changing:
            raise RepeatedBook("an earlier row of this batch changes the same book")
        return book

    def decide(self, row: _Row) -> BookBatchRow:
        """What becomes of a row, after all those before it."""
        draft = self.drafts[row.place]
        if isinstance(draft, RowProblem):
            return BookBatchRow(row=row.place, verdict=RowVerdict.REFUSED, problem=draft)
        try:
            if isinstance(row.asked, BookBatchUpdate):
                return self._change(row.place, self.present[BookId(row.asked.id)], draft)
            return self._make(row.place, draft)
        except (DomainError, ApplicationError) as error:
            return BookBatchRow(row=row.place, verdict=RowVerdict.REFUSED, problem=_problem(error))

    def _make(self, place: int, draft: Draft) -> BookBatchRow:
        self._require_free(draft.isbn, None)
        details = self.crediting.details(draft)
        book, event = Book.catalogue(BookId(self.ids.new()), details, at=self.at, by=self.by)
        self.owners[details.isbn] = book.id
        self.new.append(book)
        self.events.append(event)
        return BookBatchRow(row=place, verdict=RowVerdict.CREATED, id=book.id, version=1)

    def _change(self, place: int, book: Book, draft: Draft) -> BookBatchRow:
        self._require_free(draft.isbn, book.id)
        edited, event = book.edit(self.crediting.details(draft), at=self.at, by=self.by)
        version = book.lifecycle.version
        if event is None:
            return BookBatchRow(row=place, verdict=RowVerdict.UNCHANGED, id=book.id, version=version)
        self.owners[edited.details.isbn] = book.id
        self.changed.append(edited)
        self.events.append(event)
        return BookBatchRow(row=place, verdict=RowVerdict.UPDATED, id=book.id, version=version + 1)

    def _require_free(self, isbn: Isbn, book_id: UUID | None) -> None:
        if self.owners.get(isbn, book_id) != book_id:
            raise IsbnExists

    async def commit(self, uow: UnitOfWork, answer: msgspec.Struct) -> None:
        """Keeps the good rows together."""
        self.crediting.enter(uow, [one.details for one in (*self.new, *self.changed)])
        uow.books.add_many(self.new)
        uow.books.save_many(self.changed)
        uow.record(*self.events)
        await self.crediting.commit(uow, answer)


def _problem(error: DomainError | ApplicationError) -> RowProblem:
    if isinstance(error, Invalid):
        return RowProblem.because(error.code, error.detail, error.problems)
    if isinstance(error, AlreadyExists):
        where = Problem(pointer=error.field, code=error.code, message=error.message)
        return RowProblem.because(error.code, error.detail, (where,))
    return RowProblem.because(error.code, error.detail)
