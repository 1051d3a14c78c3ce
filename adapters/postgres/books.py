"""Books in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, CTE, String, Text, Uuid, any_, bindparam, cast, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.book_authors import links_of_many, links_of_many_saved, links_of_one, links_of_saved
from adapters.postgres.errors import read
from adapters.postgres.kinds import Change, Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, isbn10_of, lifecycle_of, lifecycle_values, money_of_text
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.contributors import authors_of, contributors_document, contributors_of
from adapters.sql.tables import book_authors, books
from application.books.models import BookResponse, RatingRead
from application.errors import NotFound
from application.listing import Listing, Page
from domain.books.book import Availability, Book, BookDetails, BookFormat
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
from domain.books.rating import UNRATED, Rating
from domain.shared.ids import BookId
from domain.shared.money import Money
from domain.shared.search import FILED

_DETAILS = (
    "title",
    "author",
    "isbn",
    "published_date",
    "description",
    "language",
    "price_amount",
    "price_currency",
    "categories",
)
_MORE_DETAILS = ("subtitle", "publisher", "edition", "format", "pages", "series", "series_position", "availability")
# The order in which the two functions below take a row apart: that of the fields of a BookResponse. Prices and authors
# come as text, whose meaning is kept: asyncpg needs longer for a numeric than for all else of a row.
BOOK_OUTPUT: list[ColumnElement[Any]] = [
    cast(books.c[name], Text).label(name) if name in ("price_amount", "contributors") else books.c[name]
    for name in (
        "id",
        *_DETAILS,
        *_MORE_DETAILS,
        "contributors",
        "rating_count",
        "rating_sum",
        *LIFECYCLE,
        "deleted_at",
    )
]
# Far cheaper than to ask the enumeration, and a missing one is None.
_FORMATS = {one.value: one for one in BookFormat}
_AVAILABILITIES = {one.value: one for one in Availability}
_ISBNS = books.c.isbn == any_(bindparam("isbns", type_=ARRAY(String)))
_LIVING = books.c.deleted_at.is_(None)

_GET = Statement(select(*BOOK_OUTPUT).where(books.c.id == bindparam("id")), name="books.get")
_GET_BY_ISBN = Statement(
    select(*BOOK_OUTPUT).where(books.c.isbn == bindparam("isbn"), _LIVING), name="books.get_by_isbn"
)
_GET_MANY = Statement(
    select(*BOOK_OUTPUT).where(books.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))), name="books.get_many"
)
_FIND_BY_ISBNS = Statement(select(*BOOK_OUTPUT).where(_ISBNS, _LIVING), name="books.find_by_isbns")
_IDS_BY_ISBN = Statement(select(books.c.isbn, books.c.id).where(_ISBNS, _LIVING), name="books.ids_by_isbn")
_LISTS = ListStatements(
    books,
    BOOK_OUTPUT,
    marked={"category": FILED},
    linked={"author_id": (book_authors.c.author_id, book_authors.c.book_id)},
)


def _values(book: Book) -> tuple[object, ...]:
    details, lifecycle, price = book.details, book.lifecycle, book.details.price
    return (
        book.id,
        details.title,
        details.author,
        details.isbn.value,
        None if details.published_date is None else details.published_date.value,
        details.description,
        details.language,
        None if price is None else price.amount,
        None if price is None else price.currency,
        details.categories,
        book.search_tokens,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
        details.subtitle,
        details.publisher,
        details.edition,
        details.format,
        details.pages,
        details.series,
        details.series_position,
        details.availability,
        contributors_document(details.authors),
        book.rating.count,
        book.rating.sum,
    )


# What reviews and authors change, without a new version of the book.
_FOLLOWS = ("contributors", "search_tokens", "rating_count", "rating_sum")


class _Books(Kind[Book]):
    """Books, whose every write is one of their links to authors as well."""

    def __init__(self) -> None:
        saves = (*_DETAILS, "search_tokens", "updated_at", "updated_by", "deleted_at", *_MORE_DETAILS, "contributors")
        super().__init__(books, _values, saves=saves, also=(book_authors,), follows=_FOLLOWS)

    def add(self, gate: CTE | None) -> list[Change]:
        """The statements that add one."""
        return [*super().add(gate), *links_of_one(gate)]

    def add_many(self, gate: CTE | None) -> list[Change]:
        """The statements that add many."""
        return [*super().add_many(gate), *links_of_many(gate)]

    def save_lines(self, gate: CTE) -> list[Change]:
        """The statements that change the links of a saved one."""
        return links_of_saved(gate)

    def save_many_lines(self, gate: CTE) -> list[Change]:
        """The statements that change the links of saved ones."""
        return links_of_many_saved(gate)


BOOKS = _Books()


def book_of(row: Record) -> Book:
    """The aggregate of a row of BOOK_OUTPUT."""
    return Book(
        id=BookId(row[0]),
        details=BookDetails(
            title=row[1],
            author=row[2],
            isbn=Isbn(row[3]),
            published_date=None if row[4] is None else PublicationDate(row[4]),
            description=row[5],
            language=row[6],
            price=None if row[7] is None else Money(Decimal(row[7]), row[8]),
            categories=tuple(row[9]),
            subtitle=row[10],
            publisher=row[11],
            edition=row[12],
            format=_FORMATS.get(row[13]),
            pages=row[14],
            series=row[15],
            series_position=row[16],
            availability=_AVAILABILITIES.get(row[17]),
            authors=contributors_of(row[18]),
        ),
        rating=Rating(row[19], row[20]) if row[19] else UNRATED,
        lifecycle=lifecycle_of(row[21:27]),
    )


def _response_of(row: Record) -> BookResponse:
    # By position: with names, and with a look into the row for each, a page of books would cost half as much again.
    # A rank may follow.
    (
        book_id, title, author, isbn, published, description, language, amount, currency, categories, subtitle,
        publisher, edition, kind, pages, series, position, availability, contributors, count, total, version,
        created_at, created_by, updated_at, updated_by, deleted_at, *_,
    ) = row  # fmt: skip
    return BookResponse(
        book_id, title, author, isbn, isbn10_of(isbn), published, description, language,
        None if amount is None else money_of_text(amount, currency), categories, subtitle, publisher, edition,
        _FORMATS.get(kind), pages, series, position, _AVAILABILITIES.get(availability), authors_of(contributors),
        RatingRead.of(count, total), version, created_at, created_by, updated_at, updated_by, deleted_at,
    )  # fmt: skip


class PostgresBookRepository:
    """Books for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, book_id: BookId) -> Book:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=book_id))
        if row is None:
            raise NotFound("book", book_id)
        return book_of(row)

    async def find_many(self, ids: Sequence[BookId]) -> Mapping[BookId, Book]:
        """Those that exist, deleted ones included."""
        rows = await read(self._pool, lambda connection: _GET_MANY.fetch(connection, ids=list(ids)))
        return {book.id: book for book in map(book_of, rows)}

    async def find_by_isbns(self, isbns: Sequence[Isbn]) -> Mapping[Isbn, Book]:
        """The living books that have these ISBNs."""
        values = [isbn.value for isbn in isbns]
        rows = await read(self._pool, lambda connection: _FIND_BY_ISBNS.fetch(connection, isbns=values))
        return {book.details.isbn: book for book in map(book_of, rows)}

    async def ids_by_isbn(self, isbns: Sequence[Isbn]) -> Mapping[Isbn, BookId]:
        """As `find_by_isbns`, the ids alone."""
        values = [isbn.value for isbn in isbns]
        rows = await read(self._pool, lambda connection: _IDS_BY_ISBN.fetch(connection, isbns=values))
        return {Isbn(isbn): BookId(book_id) for isbn, book_id in rows}

    def add(self, book: Book) -> None:
        """Keeps a new book at commit."""
        self._pending.add(BOOKS, book)

    def add_many(self, books: Iterable[Book]) -> None:
        """As `add` for each, in one statement."""
        self._pending.add_many(BOOKS, books)

    def save(self, book: Book) -> Book:
        """Keeps a changed book at commit, under the next version."""
        saved = replace(book, lifecycle=book.lifecycle.next_version())
        self._pending.save(BOOKS, saved)
        return saved

    def save_many(self, books: Iterable[Book]) -> Sequence[Book]:
        """As `save` for each, in one statement."""
        saved = [replace(book, lifecycle=book.lifecycle.next_version()) for book in books]
        # In one order, so that two who save the same books wait for each other, and not each for the other.
        self._pending.save_many(BOOKS, sorted(saved, key=lambda one: one.id.int))
        return saved


class PostgresBookReader:
    """Books for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, book_id: UUID, *, include_deleted: bool = False) -> BookResponse:
        """Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=book_id))
        if row is None or (row[26] is not None and not include_deleted):
            raise NotFound("book", book_id)
        return _response_of(row)

    async def get_by_isbn(self, isbn: Isbn) -> BookResponse:
        """The living book of this ISBN. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET_BY_ISBN.fetchrow(connection, isbn=isbn.value))
        if row is None:
            raise NotFound("book with ISBN", isbn)
        return _response_of(row)

    async def get_many(self, book_ids: Iterable[UUID]) -> Mapping[UUID, BookResponse]:
        """Those that exist, deleted ones included, by id."""
        ids = list(book_ids)
        if not ids:
            return {}
        rows = await read(self._pool, lambda connection: _GET_MANY.fetch(connection, ids=ids))
        return {row[0]: _response_of(row) for row in rows}

    async def list(self, listing: Listing) -> Page[BookResponse]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(
            items=[_response_of(row) for row in page.items], has_more=page.has_more, total=page.total, rank=page.rank
        )
