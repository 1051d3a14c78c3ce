"""The use cases of books."""

from uuid import UUID

from application.authors.directory import AuthorDirectory
from application.books.crediting import Crediting, while_authors_change
from application.books.drafts import Draft
from application.books.models import BOOK_LIST, BookCreate, BookResponse, BookUpdate
from application.caller import Caller
from application.errors import NotFound
from application.listing import Listed, Listing, listed
from application.ports.books import BookReader
from application.ports.system import Clock, IdGenerator
from application.ports.unit_of_work import UnitOfWork, UnitsOfWork
from application.versions import expect
from domain.books.book import Book
from domain.books.isbn import Isbn
from domain.shared.errors import Refused
from domain.shared.ids import BookId


class AuthorsDeleted(Refused):
    """An author of the book is deleted: restore the author first."""

    code = "authors-deleted"


class BookService:
    """Each method is one use case and one unit of work."""

    def __init__(
        self,
        *,
        units: UnitsOfWork,
        reader: BookReader,
        clock: Clock,
        ids: IdGenerator,
        directory: AuthorDirectory | None = None,
    ) -> None:
        self._units = units
        self._reader = reader
        self._clock = clock
        self._ids = ids
        self._directory = directory or AuthorDirectory()

    async def create(self, command: BookCreate, caller: Caller) -> BookResponse:
        """Adds a book to the catalogue.

        - The ISBN may be of ten or thirteen digits; both forms of one number are one key.
        - It is unique among living books: a second one is refused with `ISBN exists`.
        - `author` is the credit as printed. Alone, it finds the author of that name, whatever its case, accents and
          full stops, or makes one. `authors` (or `author_ids`) say who it was; the credit is made from them where it is
          not given.
        """
        draft = command.draft()
        return await while_authors_change(lambda: self._create(draft, caller))

    async def _create(self, draft: Draft, caller: Caller) -> BookResponse:
        now = self._clock.now()
        crediting = self._crediting(caller)
        async with self._units(caller) as uow:
            await crediting.look_up(uow, draft.named)
            details = crediting.details(draft)
            book, event = Book.catalogue(BookId(self._ids.new()), details, at=now, by=caller.actor)
            crediting.enter(uow, [details])
            uow.books.add(book)
            uow.record(event)
            answer = BookResponse.of(book)
            await crediting.commit(uow, answer)
        return answer

    async def get(self, book_id: UUID, *, include_deleted: bool = False) -> BookResponse:
        """One book. A deleted one is found only when asked for."""
        return await self._reader.get(book_id, include_deleted=include_deleted)

    async def get_by_isbn(self, text: str) -> BookResponse:
        """The book of an ISBN in either form. What is no ISBN is not found."""
        isbn = Isbn.find(text)
        if isbn is None:
            raise NotFound("book with ISBN", text)
        return await self._reader.get_by_isbn(isbn)

    async def list(self, listing: Listing) -> Listed[BookResponse]:
        """One page of books: by words of title, author, ISBN and categories, or by filters."""
        return listed(BOOK_LIST, listing, await self._reader.list(listing))

    async def update(
        self, book_id: UUID, command: BookUpdate, caller: Caller, *, version: int | None = None
    ) -> BookResponse:
        """Changes the fields that are given and leaves the others.

        - null takes an optional value away; `categories` and `authors` are replaced as a whole.
        - Another `author` alone takes the place of those credited as authors, and finds or makes one as in a new book.
        - A change to what it is already changes nothing, not even the version.
        """
        return await while_authors_change(lambda: self._update(book_id, command, caller, version))

    async def _update(self, book_id: UUID, command: BookUpdate, caller: Caller, version: int | None) -> BookResponse:
        crediting = self._crediting(caller)
        async with self._units(caller) as uow:
            book = await self._living(uow, book_id, version)
            draft = command.over(book.details)
            await crediting.look_up(uow, draft.named)
            details = crediting.details(draft)
            edited, event = book.edit(details, at=self._clock.now(), by=caller.actor)
            if event is None:
                return BookResponse.of(edited)
            crediting.enter(uow, [details])
            answer = BookResponse.of(uow.books.save(edited))
            uow.record(event)
            await crediting.commit(uow, answer)
        return answer

    async def delete(self, book_id: UUID, caller: Caller, *, version: int | None = None) -> None:
        """Puts a book away; it can be restored, and the orders of it stay."""
        async with self._units(caller) as uow:
            book = await self._living(uow, book_id, version)
            gone, event = book.delete(at=self._clock.now(), by=caller.actor)
            uow.books.save(gone)
            uow.record(event)
            await uow.commit()

    async def restore(self, book_id: UUID, caller: Caller, *, version: int | None = None) -> BookResponse:
        """Brings a deleted book back, unless its ISBN was taken or an author of it deleted in the meantime."""
        async with self._units(caller) as uow:
            book = await uow.books.get(BookId(book_id))
            expect(book.lifecycle, version)
            back, event = book.restore(at=self._clock.now(), by=caller.actor)
            await _require_authors(uow, back)
            back = uow.books.save(back)
            uow.record(event)
            answer = BookResponse.of(back)
            await uow.commit(answer)
        return answer

    def _crediting(self, caller: Caller) -> Crediting:
        return Crediting(self._directory, self._ids, at=self._clock.now(), by=caller.actor)

    async def _living(self, uow: UnitOfWork, book_id: UUID, version: int | None) -> Book:
        book = await uow.books.get(BookId(book_id))
        if book.lifecycle.deleted:
            raise NotFound("book", book_id)
        expect(book.lifecycle, version)
        return book


async def _require_authors(uow: UnitOfWork, book: Book) -> None:
    ids = list(dict.fromkeys(one.id for one in book.details.authors))
    if ids:
        living = await uow.authors.find_by_ids(ids)
        if gone := [str(one) for one in ids if one not in living]:
            raise AuthorsDeleted(f"these authors of the book are deleted: {', '.join(gone)}")
