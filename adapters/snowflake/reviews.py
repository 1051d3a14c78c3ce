"""Reviews in Snowflake."""

from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.listing import ListStatements
from adapters.snowflake.rows import LIFECYCLE, lifecycle, output
from adapters.sql.tables import reviews
from application.errors import NotFound
from application.listing import Listing, Page
from application.reviews.models import ReviewRead
from domain.books.review import ReviewStatus

_OUTPUT = output(
    reviews,
    ("id", "book_id", "customer_id", "rating", "title", "text", "language", "status", "reason", *LIFECYCLE),
)
_GET = select(*_OUTPUT).where(reviews.c.id == bindparam("id", type_=reviews.c.id.type))
_LISTS = ListStatements(reviews, _OUTPUT)


class SnowflakeReviewReader:
    """Reviews for reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def get(self, review_id: UUID, *, include_deleted: bool = False) -> ReviewRead:
        """Raises NotFound."""
        rows = await self._warehouse.ask("reviews.get", _GET, {"id": review_id})
        if not rows or (rows[0]["deleted_at"] is not None and not include_deleted):
            raise NotFound("review", review_id)
        return _read_of(rows[0])

    async def list(self, listing: Listing) -> Page[ReviewRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._warehouse, listing)
        return Page(items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total)


def _read_of(row: RowMapping) -> ReviewRead:
    return ReviewRead(
        id=row["id"],
        book_id=row["book_id"],
        customer_id=row["customer_id"],
        rating=int(row["rating"]),
        title=row["title"],
        text=row["text"],
        language=row["language"],
        status=ReviewStatus(row["status"]),
        reason=row["reason"],
        **lifecycle(row),
    )
