"""Books in memory."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from adapters.memory.listing import Lister
from adapters.memory.pending import Pending
from adapters.memory.store import MemoryStore
from application.books.models import BookResponse
from application.errors import NotFound
from application.listing import Listing, Page
from domain.books.book import Book
from domain.books.filing import category_key
from domain.books.isbn import Isbn
from domain.shared.ids import BookId


class MemoryBookRepository:
    """Books for writing."""

    def __init__(self, store: MemoryStore, pending: Pending) -> None:
        self._store = store
        self._pending = pending

    async def get(self, book_id: BookId) -> Book:
        """Deleted ones too. Raises NotFound."""
        book = self._store.books.get(book_id)
        if book is None:
            raise NotFound("book", book_id)
        return book

    async def find_many(self, ids: Sequence[BookId]) -> Mapping[BookId, Book]:
        """Those that exist, deleted ones included."""
        return {one: self._store.books[one] for one in ids if one in self._store.books}

    async def find_by_isbns(self, isbns: Sequence[Isbn]) -> Mapping[Isbn, Book]:
        """The living books that have these ISBNs."""
        owner = self._store.book_rows.owner
        return {isbn: found for isbn in isbns if (found := owner("isbn", isbn.value)) is not None}

    async def ids_by_isbn(self, isbns: Sequence[Isbn]) -> Mapping[Isbn, BookId]:
        """As `find_by_isbns`, the ids alone."""
        return {isbn: book.id for isbn, book in (await self.find_by_isbns(isbns)).items()}

    def add(self, book: Book) -> None:
        """Keeps a new book at commit."""
        self._pending.write(lambda changes: changes.add_book(book))

    def add_many(self, books: Iterable[Book]) -> None:
        """As `add` for each."""
        for book in books:
            self.add(book)

    def save(self, book: Book) -> Book:
        """Keeps a changed book at commit, under the next version."""
        saved = replace(book, lifecycle=book.lifecycle.next_version())
        self._pending.write(lambda changes: changes.save_book(saved))
        return saved

    def save_many(self, books: Iterable[Book]) -> Sequence[Book]:
        """As `save` for each."""
        return [self.save(book) for book in books]


class MemoryBookReader:
    """Books for reading."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store
        self._lister = Lister(
            store.book_rows,
            columns={
                "title": lambda one: one.details.title,
                "author": lambda one: one.details.author,
                "isbn": lambda one: one.details.isbn.value,
                "category": lambda one: tuple(map(category_key, one.details.categories)),
                "author_id": lambda one: tuple([author.id for author in one.details.authors]),
                "language": lambda one: one.details.language,
                "published_date": lambda one: one.details.published_date and one.details.published_date.value,
                "publisher": lambda one: one.details.publisher,
                "series": lambda one: one.details.series,
                "format": lambda one: one.details.format,
                "availability": lambda one: one.details.availability,
                "created_at": lambda one: one.lifecycle.created_at,
                "updated_at": lambda one: one.lifecycle.updated_at,
            },
            words=lambda one: one.search_tokens,
        )

    async def get(self, book_id: UUID, *, include_deleted: bool = False) -> BookResponse:
        """Raises NotFound."""
        book = self._store.books.get(book_id)
        if book is None or (book.lifecycle.deleted and not include_deleted):
            raise NotFound("book", book_id)
        return BookResponse.of(book)

    async def get_by_isbn(self, isbn: Isbn) -> BookResponse:
        """The living book of this ISBN. Raises NotFound."""
        book = self._store.book_rows.owner("isbn", isbn.value)
        if book is None:
            raise NotFound("book with ISBN", isbn)
        return BookResponse.of(book)

    async def get_many(self, book_ids: Iterable[UUID]) -> Mapping[UUID, BookResponse]:
        """Those that exist, deleted ones included."""
        known = self._store.books
        return {one: BookResponse.of(known[one]) for one in book_ids if one in known}

    async def list(self, listing: Listing) -> Page[BookResponse]:
        """One page in the order asked for."""
        return self._lister.page(listing, BookResponse.of)
