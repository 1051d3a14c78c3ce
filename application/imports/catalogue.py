"""Rows that are one thing each, told apart by a key: customers and books."""

from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from application.authors.directory import AuthorDirectory
from application.books.crediting import Crediting
from application.books.models import BookCreate, BookUpdate
from application.customers.models import CustomerCreate, CustomerUpdate
from application.errors import AlreadyExists, ApplicationError
from application.imports.keeping import RunSettings, keep_together_or_each
from application.imports.models import Mode, RowVerdict, Verdict
from application.imports.rejecting import rejected, rejected_by
from application.imports.remembered import Remembered
from application.imports.rows import BookRow, CustomerRow
from application.listing import as_kept
from application.ports.books import IsbnExists
from application.ports.customers import CustomerReferenceExists, EmailExists
from application.ports.system import IdGenerator
from application.ports.unit_of_work import UnitOfWork
from domain.books.book import Book
from domain.customers.customer import Customer
from domain.customers.email_address import EmailAddress
from domain.shared.errors import DomainError, Invalid, Problem
from domain.shared.events import Event
from domain.shared.ids import BookId, CustomerId

BATCH = 500
_REMEMBERED = 50_000

Key = tuple[type[AlreadyExists], Hashable]
R = TypeVar("R")
R_contra = TypeVar("R_contra", contravariant=True)
A = TypeVar("A", Customer, Book)


class Shelf(Protocol[R_contra, A]):
    """How one kind of thing is told apart, found, made and changed.

    A key is a value that must be unique, with the error that says so; the first key of a row tells what it is of.
    `prepare` comes before the rows of a batch are made or changed, and `commit` after what came of them was kept.
    """

    name: str

    def keys_of_row(self, row: R_contra) -> list[Key]: ...
    def keys_of(self, known: A) -> list[Key]: ...
    async def find(self, uow: UnitOfWork, keys: Sequence[Key]) -> dict[Key, A]: ...
    async def prepare(self, uow: UnitOfWork, rows: Sequence[R_contra], at: datetime, by: str) -> None: ...
    def make(self, row: R_contra, at: datetime, by: str) -> tuple[A, Event]: ...
    def change(self, known: A, row: R_contra, at: datetime, by: str) -> tuple[A, Event | None]: ...
    def keep(self, uow: UnitOfWork, new: Sequence[A], changed: Sequence[A]) -> dict[str, int]: ...
    async def commit(self, uow: UnitOfWork) -> None: ...


class CustomerShelf:
    """Customers, by reference or else by e-mail address."""

    name = "customers"

    def __init__(self, ids: IdGenerator) -> None:
        self._ids = ids

    def keys_of_row(self, row: CustomerRow) -> list[Key]:
        """The reference, when it has one, first."""
        return _customer_keys(row.reference, row.email)

    def keys_of(self, known: Customer) -> list[Key]:
        """As of a row."""
        return _customer_keys(known.details.reference, known.details.email)

    async def find(self, uow: UnitOfWork, keys: Sequence[Key]) -> dict[Key, Customer]:
        """The living customers that have these keys."""
        references = [str(value) for kind, value in keys if kind is CustomerReferenceExists]
        emails = [value for _, value in keys if isinstance(value, EmailAddress)]
        by_reference = await uow.customers.find_by_references(references) if references else {}
        by_email = await uow.customers.find_by_emails(emails) if emails else {}
        found: dict[Key, Customer] = {(CustomerReferenceExists, key): one for key, one in by_reference.items()}
        return found | {(EmailExists, key): one for key, one in by_email.items()}

    async def prepare(self, uow: UnitOfWork, rows: Sequence[CustomerRow], at: datetime, by: str) -> None:
        """Nothing: a customer stands alone."""

    def make(self, row: CustomerRow, at: datetime, by: str) -> tuple[Customer, Event]:
        """A new customer. Raises Invalid."""
        return Customer.register(CustomerId(self._ids.new()), CustomerCreate(**row.values).details(), at=at, by=by)

    def change(self, known: Customer, row: CustomerRow, at: datetime, by: str) -> tuple[Customer, Event | None]:
        """The customer with what the row says. A row without a reference does not take one away. Raises Invalid."""
        values = {name: value for name, value in row.values.items() if name != "reference" or value is not None}
        return known.edit(CustomerUpdate(**values).over(known.details), at=at, by=by)

    def keep(self, uow: UnitOfWork, new: Sequence[Customer], changed: Sequence[Customer]) -> dict[str, int]:
        """Hands them to the store; returns how many of each kind are new."""
        uow.customers.add_many(new)
        for one in changed:
            uow.customers.save(one)
        return {self.name: len(new)}

    async def commit(self, uow: UnitOfWork) -> None:
        """Keeps all of it."""
        await uow.commit()


class BookShelf:
    """Books, by ISBN. Their authors are found, or made, a batch at a time."""

    name = "books"

    def __init__(self, ids: IdGenerator, directory: AuthorDirectory) -> None:
        self._ids = ids
        self._directory = directory
        self._crediting: Crediting | None = None

    def keys_of_row(self, row: BookRow) -> list[Key]:
        """The ISBN."""
        return [(IsbnExists, row.isbn)]

    def keys_of(self, known: Book) -> list[Key]:
        """As of a row."""
        return [(IsbnExists, known.details.isbn)]

    async def find(self, uow: UnitOfWork, keys: Sequence[Key]) -> dict[Key, Book]:
        """The living books that have these ISBNs."""
        found = await uow.books.find_by_isbns([value for _, value in keys])  # type: ignore[misc]  # keys of a book are ISBNs
        return {(IsbnExists, isbn): one for isbn, one in found.items()}

    async def prepare(self, uow: UnitOfWork, rows: Sequence[BookRow], at: datetime, by: str) -> None:
        """Looks for all whom the rows name, in one question for those that were never met."""
        self._crediting = Crediting(self._directory, self._ids, at=at, by=by)
        await self._crediting.look_up(uow, [name for row in rows for name in _credited(row)])

    def make(self, row: BookRow, at: datetime, by: str) -> tuple[Book, Event]:
        """A new book. Raises Invalid."""
        named = "author" in row.values or row.values.get("authors")
        missing = [name for name in ("title", "author") if name not in row.values and not (name == "author" and named)]
        if missing:
            raise Invalid(
                Problem(pointer=f"/{name}", code="required", message="is required of a new book") for name in missing
            )
        details = self._authors.details(BookCreate(**row.values).draft())
        return Book.catalogue(BookId(self._ids.new()), details, at=at, by=by)

    def change(self, known: Book, row: BookRow, at: datetime, by: str) -> tuple[Book, Event | None]:
        """The book with what the row says. Who is meant by a credit that is printed already stays. Raises Invalid."""
        values = row.values
        if row.printed and as_kept(values.get("author", "")) == known.details.author:
            values = {name: value for name, value in values.items() if name != "authors"}
        return known.edit(self._authors.details(BookUpdate(**values).over(known.details)), at=at, by=by)

    def keep(self, uow: UnitOfWork, new: Sequence[Book], changed: Sequence[Book]) -> dict[str, int]:
        """Hands them to the store, their new authors first; returns how many of each kind are new."""
        made = self._authors.enter(uow, [one.details for one in (*new, *changed)])
        uow.books.add_many(new)
        for one in changed:
            uow.books.save(one)
        return {self.name: len(new), "authors": made}

    async def commit(self, uow: UnitOfWork) -> None:
        """Keeps all of it."""
        await self._authors.commit(uow)

    @property
    def _authors(self) -> Crediting:
        if self._crediting is None:
            raise RuntimeError("a batch is prepared before its rows are made or changed")
        return self._crediting


def _credited(row: BookRow) -> list[str]:
    if "authors" in row.values:
        return [as_kept(one.name) for one in row.values["authors"]]
    return [as_kept(row.values["author"])] if "author" in row.values else []


def _customer_keys(reference: str | None, email: EmailAddress | None) -> list[Key]:
    keys: list[Key] = [(CustomerReferenceExists, reference)] if reference is not None else []
    return [*keys, (EmailExists, email)] if email is not None else keys


class CatalogueLoader(Generic[R, A]):
    """Takes rows in, a unit of work a batch, each key at most once a batch."""

    def __init__(self, run: RunSettings, shelf: Shelf[R, A]) -> None:
        self._run = run
        self._shelf: Shelf[R, A] = shelf
        self._rows: list[tuple[int, R]] = []
        self._keys: set[Key] = set()
        self._would_be: Remembered[Key, A] = Remembered(_REMEMBERED)

    def take(self, line: int, row: R) -> bool:
        """Takes a row, unless the batch must be flushed first: it is full, or holds one of the row's keys."""
        keys = self._shelf.keys_of_row(row)
        if len(self._rows) >= BATCH or not self._keys.isdisjoint(keys):
            return False
        self._rows.append((line, row))
        self._keys.update(keys)
        return True

    async def flush(self, *, last: bool = False) -> list[RowVerdict]:  # noqa: ARG002  # all loaders are flushed alike
        """Decides and keeps what was taken."""
        rows, self._rows, self._keys = self._rows, [], set()
        if not rows:
            return []
        return await keep_together_or_each(rows, self._keep, self._refuse)

    def _refuse(self, row: tuple[int, R], error: ApplicationError) -> list[RowVerdict]:
        return [rejected_by(row[0], error, self._run.fields)]

    async def _keep(self, rows: Sequence[tuple[int, R]]) -> list[RowVerdict]:
        run = self._run
        batch = _Batch[R, A](self._shelf, run, at=run.clock.now())
        stored: dict[str, int] = {self._shelf.name: 0}
        async with run.units(run.caller) as uow:
            keys = list(dict.fromkeys(key for _, row in rows for key in self._shelf.keys_of_row(row)))
            batch.known = await self._shelf.find(uow, keys)
            if run.dry_run:
                batch.known |= {key: one for key in keys if (one := self._would_be.get(key)) is not None}
            await self._shelf.prepare(uow, [row for _, row in rows], batch.at, run.caller.actor)
            verdicts = [batch.decide(line, row) for line, row in rows]
            if batch.events:
                stored = self._shelf.keep(uow, batch.new, batch.changed)
            if batch.events and not run.dry_run:
                uow.record(*batch.events)
                await self._shelf.commit(uow)
        if run.dry_run:
            self._would_be.note((key, one) for one in batch.results for key in self._shelf.keys_of(one))
        run.tally.stored.update(stored)
        return verdicts


class _Batch(Generic[R, A]):
    """What one unit of work will keep."""

    def __init__(self, shelf: Shelf[R, A], run: RunSettings, *, at: datetime) -> None:
        self._shelf: Shelf[R, A] = shelf
        self._mode = run.mode
        self._fields = run.fields
        self.at = at
        self._by = run.caller.actor
        self.known: dict[Key, A] = {}
        self.new: list[A] = []
        self.changed: list[A] = []
        self.events: list[Event] = []

    @property
    def results(self) -> Sequence[A]:
        """All that is new or changed."""
        return self.new + self.changed

    def decide(self, line: int, row: R) -> RowVerdict:
        """What becomes of a row, given what is known and what was decided before it."""
        first, *_ = keys = self._shelf.keys_of_row(row)
        known = self.known.get(first)
        for key in keys[1:]:
            owner = self.known.get(key)
            if owner is not None and (known is None or owner.id != known.id):
                return rejected_by(line, key[0](), self._fields)
        try:
            return self._make(line, row) if known is None else self._change(line, row, known)
        except DomainError as error:
            return rejected_by(line, error, self._fields)

    def _make(self, line: int, row: R) -> RowVerdict:
        if self._mode is Mode.UPDATE:
            return rejected(line, "not-found", "is not in the store, and only what is there is to be updated")
        made, event = self._shelf.make(row, self.at, self._by)
        self.new.append(made)
        self.events.append(event)
        self._now(made)
        return RowVerdict(line, Verdict.CREATED)

    def _change(self, line: int, row: R, known: A) -> RowVerdict:
        changed, event = self._shelf.change(known, row, self.at, self._by)
        if event is None:
            return RowVerdict(line, Verdict.UNCHANGED)
        if self._mode is Mode.CREATE:
            fields = ", ".join(event.changed)
            return rejected(line, "already-exists", f"is in the store with another {fields}, and nothing is to change")
        self.changed.append(changed)
        self.events.append(event)
        self._now(changed, before=known)
        return RowVerdict(line, Verdict.UPDATED)

    def _now(self, result: A, before: A | None = None) -> None:
        for key in self._shelf.keys_of(before) if before is not None else ():
            self.known.pop(key, None)
        self.known.update((key, result) for key in self._shelf.keys_of(result))
