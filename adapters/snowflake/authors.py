"""Authors in Snowflake."""

from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.listing import ListStatements
from adapters.snowflake.rows import LIFECYCLE, lifecycle, output, texts
from adapters.sql.tables import authors
from application.authors.models import AuthorRead
from application.errors import MergedAway, NotFound
from application.listing import Listing, Page

_OUTPUT = output(authors, ("id", "name", "sort_name", "other_names", "born", "died", "merged_into", *LIFECYCLE))
_GET = select(*_OUTPUT).where(authors.c.id == bindparam("id", type_=authors.c.id.type))
_LISTS = ListStatements(authors, _OUTPUT)


class SnowflakeAuthorReader:
    """Authors for reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def get(self, author_id: UUID, *, include_deleted: bool = False) -> AuthorRead:
        """Raises NotFound or MergedAway."""
        rows = await self._warehouse.ask("authors.get", _GET, {"id": author_id})
        if not rows or (rows[0]["deleted_at"] is not None and not include_deleted):
            if rows and rows[0]["merged_into"] is not None:
                raise MergedAway("author", author_id, rows[0]["merged_into"])
            raise NotFound("author", author_id)
        return _read_of(rows[0])

    async def list(self, listing: Listing) -> Page[AuthorRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._warehouse, listing)
        return Page(
            items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total, rank=page.rank
        )


def _read_of(row: RowMapping) -> AuthorRead:
    return AuthorRead(
        id=row["id"],
        name=row["name"],
        sort_name=row["sort_name"],
        other_names=texts(row["other_names"]),
        born=row["born"],
        died=row["died"],
        merged_into=row["merged_into"],
        **lifecycle(row),
    )
