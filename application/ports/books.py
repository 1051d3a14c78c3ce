"""Books, as kept and as read."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Protocol
from uuid import UUID

from application.books.models import BookResponse
from application.errors import AlreadyExists
from application.listing import Listing, Page
from domain.books.book import Book
from domain.books.isbn import Isbn
from domain.shared.ids import BookId


class IsbnExists(AlreadyExists):
    """Another living book has this ISBN."""

    code = "isbn-exists"
    field: ClassVar[str] = "/isbn"
    message: ClassVar[str] = "ISBN exists"


class BookRepository(Protocol):
    """Books for writing, inside a unit of work. `get` finds deleted ones too, so that they can be restored."""

    async def get(self, book_id: BookId) -> Book:
        """Raises NotFound."""
        ...

    async def find_many(self, ids: Sequence[BookId]) -> Mapping[BookId, Book]:
        """The books of these ids, by id, deleted ones included; unknown ids are left out."""
        ...

    async def find_by_isbns(self, isbns: Sequence[Isbn]) -> Mapping[Isbn, Book]:
        """The living books that have these ISBNs, by ISBN; those that none has are left out."""
        ...

    async def ids_by_isbn(self, isbns: Sequence[Isbn]) -> Mapping[Isbn, BookId]:
        """As `find_by_isbns`, the ids alone."""
        ...

    def add(self, book: Book) -> None:
        """Keeps a new book at commit, which raises IsbnExists."""
        ...

    def add_many(self, books: Iterable[Book]) -> None:
        """As `add` for each, in one go."""
        ...

    def save(self, book: Book) -> Book:
        """Keeps a changed book at commit, under the next version, and returns it with that version.

        Commit raises Conflict when the stored version is no longer the one that was loaded, or IsbnExists.
        """
        ...

    def save_many(self, books: Iterable[Book]) -> Sequence[Book]:
        """As `save` for each, in one go. None may take an ISBN that another of them gives up."""
        ...


class BookReader(Protocol):
    """Books for reading, straight to read models."""

    async def get(self, book_id: UUID, *, include_deleted: bool = False) -> BookResponse:
        """Raises NotFound; a deleted one is not found unless asked for."""
        ...

    async def get_by_isbn(self, isbn: Isbn) -> BookResponse:
        """The living book of this ISBN. Raises NotFound."""
        ...

    async def get_many(self, book_ids: Iterable[UUID]) -> Mapping[UUID, BookResponse]:
        """Those that exist, deleted ones included, by id, in one question to the store."""
        ...

    async def list(self, listing: Listing) -> Page[BookResponse]:
        """One page in the order asked for. Filter `category` asks for a category text of this key."""
        ...
