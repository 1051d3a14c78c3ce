"""Books in Snowflake."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.listing import ListStatements
from adapters.snowflake.rows import LIFECYCLE, lifecycle, output, texts
from adapters.sql.contributors import authors_of
from adapters.sql.tables import books
from application.books.models import BookResponse, RatingRead
from application.errors import NotFound
from application.fields import MoneyRead
from application.listing import Listing, Page
from domain.books.book import Availability, BookFormat
from domain.books.isbn import Isbn
from domain.shared.search import FILED

_LATER = (
    *("subtitle", "publisher", "edition", "format", "pages", "series", "series_position", "availability"),
    *("contributors", "rating_count", "rating_sum"),
)
_OUTPUT = output(
    books,
    (
        "id",
        "title",
        "author",
        "isbn",
        "published_date",
        "description",
        "language",
        "price_amount",
        "price_currency",
        "categories",
        *LIFECYCLE,
        *_LATER,
    ),
)
_GET = select(*_OUTPUT).where(books.c.id == bindparam("id", type_=books.c.id.type))
_GET_MANY = select(*_OUTPUT).where(books.c.id.in_(bindparam("ids", expanding=True, type_=books.c.id.type)))
_GET_BY_ISBN = select(*_OUTPUT).where(
    books.c.isbn == bindparam("isbn", type_=books.c.isbn.type), books.c.deleted_at.is_(None)
)
_LISTS = ListStatements(
    books,
    _OUTPUT,
    marked={"category": FILED},
    within={"author_id": ("contributors", '"id":"{}"')},  # as adapters.sql.contributors writes it
)


class SnowflakeBookReader:
    """Books for reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def get(self, book_id: UUID, *, include_deleted: bool = False) -> BookResponse:
        """Raises NotFound."""
        rows = await self._warehouse.ask("books.get", _GET, {"id": book_id})
        if not rows or (rows[0]["deleted_at"] is not None and not include_deleted):
            raise NotFound("book", book_id)
        return _read_of(rows[0])

    async def get_by_isbn(self, isbn: Isbn) -> BookResponse:
        """The living book of this ISBN. Raises NotFound."""
        rows = await self._warehouse.ask("books.get_by_isbn", _GET_BY_ISBN, {"isbn": isbn.value})
        if not rows:
            raise NotFound("book with ISBN", isbn)
        return _read_of(rows[0])

    async def get_many(self, book_ids: Iterable[UUID]) -> Mapping[UUID, BookResponse]:
        """Those that exist, deleted ones included, by id."""
        ids = list(book_ids)
        if not ids:
            return {}
        rows = await self._warehouse.ask("books.get_many", _GET_MANY, {"ids": ids})
        return {row["id"]: _read_of(row) for row in rows}

    async def list(self, listing: Listing) -> Page[BookResponse]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._warehouse, listing)
        return Page(
            items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total, rank=page.rank
        )


def _read_of(row: RowMapping) -> BookResponse:
    price = row["price_amount"]
    return BookResponse(
        id=row["id"],
        title=row["title"],
        author=row["author"],
        isbn=row["isbn"],
        isbn10=Isbn(row["isbn"]).isbn10,
        published_date=row["published_date"],
        description=row["description"],
        language=row["language"],
        price=None if price is None else MoneyRead.of(price, row["price_currency"]),
        categories=texts(row["categories"]),
        subtitle=row["subtitle"],
        publisher=row["publisher"],
        edition=row["edition"],
        format=None if row["format"] is None else BookFormat(row["format"]),
        pages=None if row["pages"] is None else int(row["pages"]),
        series=row["series"],
        series_position=row["series_position"],
        availability=None if row["availability"] is None else Availability(row["availability"]),
        authors=authors_of(row["contributors"]),
        rating=RatingRead.of(int(row["rating_count"] or 0), int(row["rating_sum"] or 0)),
        **lifecycle(row),
    )
