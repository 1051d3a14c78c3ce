"""Categories in Snowflake, and the books that are in them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, RowMapping, Select, Uuid, bindparam, literal_column, or_, select, text
from sqlalchemy.sql.elements import ColumnElement

from adapters.snowflake.engine import Warehouse
from adapters.snowflake.listing import ListStatements
from adapters.snowflake.rows import LIFECYCLE, lifecycle, output
from adapters.sql.tables import books, categories
from application.categories.models import CategoryBooks, CategoryRead
from application.errors import NotFound
from application.listing import Filter, Listing, Page
from domain.books.category import MAX_DEPTH
from domain.shared.search import FILED

_FIELDS = ("id", "parent_id", "name", "slug", "path", "depth", "position", "code", "description")
_OUTPUT = output(categories, (*_FIELDS, *LIFECYCLE))
_LIVING = categories.c.deleted_at.is_(None)
_ID = bindparam("id", type_=categories.c.id.type)
_DEPTH = bindparam("depth", type_=Integer())
_top = categories.alias("upmost")
_LISTS = ListStatements(categories, _OUTPUT)
_BOOKS = ListStatements(books, [books.c.id], marked={"category": FILED})


def _within_top() -> ColumnElement[bool]:
    """The top itself, or a path that begins with its own and a slash: `0` is the sign after the slash."""
    path, above = categories.c.path, _top.c.path
    beneath = (path > above + literal_column("'/'")) & (path < above + literal_column("'0'"))
    return or_(categories.c.id == _top.c.id, beneath)


def _of_top(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(_top).where(_top.c.id == _ID, _top.c.deleted_at.is_(None), _LIVING)


_GET = select(*_OUTPUT).where(categories.c.id == _ID)
_BY_LEVEL = (categories.c.depth, categories.c.path)
_TREE = select(*_OUTPUT).where(_LIVING, categories.c.depth <= _DEPTH).order_by(*_BY_LEVEL)
_BRANCH = _of_top(*_OUTPUT).where(_within_top(), categories.c.depth < _top.c.depth + _DEPTH).order_by(*_BY_LEVEL)
_KEYS = _of_top(categories.c.name_key, categories.c.path).where(categories.c.id == _top.c.id)
_BRANCH_KEYS = _of_top(categories.c.name_key, categories.c.path).where(_within_top())
# The words of a book are sorted, and the marked ones come first: what follows those of the heading is never looked at.
_COUNT_EACH = (
    text(
        f"""
        WITH asked AS (
            SELECT id, path FROM categories WHERE id IN :ids AND deleted_at IS NULL
        ), member AS (
            SELECT asked.id AS asked_id, beneath.id AS id, beneath.name_key AS name_key, beneath.path AS path
            FROM asked JOIN categories AS beneath ON beneath.deleted_at IS NULL AND (
                beneath.id = asked.id OR (beneath.path > asked.path || '/' AND beneath.path < asked.path || '0')
            )
        ), known AS (
            SELECT asked_id, id, '{FILED}' || name_key AS word FROM member
            UNION
            SELECT asked_id, id, '{FILED}' || path AS word FROM member
        ), filed AS (
            SELECT books.id AS book_id, CAST(each.value AS VARCHAR) AS word
            FROM books, LATERAL FLATTEN(input => SPLIT(SPLIT_PART(books.search_tokens, ' +', 1), ' ')) AS each
            WHERE books.deleted_at IS NULL
        )
        SELECT known.asked_id AS asked_id,
               COUNT(DISTINCT CASE WHEN known.id = known.asked_id THEN filed.book_id END) AS own,
               COUNT(DISTINCT filed.book_id) AS branch
        FROM known JOIN filed ON filed.word = known.word
        GROUP BY known.asked_id
        """  # noqa: S608  # a mark of one sign, which is a constant
    )
    .bindparams(bindparam("ids", expanding=True, type_=categories.c.id.type))
    .columns(asked_id=Uuid())
)


class SnowflakeCategoryReader:
    """Categories for reading."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    async def get(self, category_id: UUID, *, include_deleted: bool = False) -> CategoryRead:
        """Raises NotFound."""
        rows = await self._warehouse.ask("categories.get", _GET, {"id": category_id})
        if not rows or (rows[0]["deleted_at"] is not None and not include_deleted):
            raise NotFound("category", category_id)
        return (await _with_books(self._warehouse, rows))[0]

    async def list(self, listing: Listing) -> Page[CategoryRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._warehouse, listing)
        items = await _with_books(self._warehouse, page.items)
        return Page(items=items, has_more=page.has_more, total=page.total, rank=page.rank)

    async def tree(self, root: UUID | None, *, depth: int | None, limit: int) -> Sequence[CategoryRead]:
        """At most `limit` living categories, by depth and then by path."""
        levels = MAX_DEPTH if depth is None else depth
        if root is None:
            rows = await self._warehouse.ask("categories.tree", _TREE.limit(limit), {"depth": levels})
        else:
            rows = await self._warehouse.ask("categories.branch", _BRANCH.limit(limit), {"id": root, "depth": levels})
            if not rows:
                raise NotFound("category", root)
        return await _with_books(self._warehouse, rows)

    async def keys(self, category_id: UUID, *, descendants: bool) -> Sequence[str]:
        """The keys that a living category goes by, and with `descendants` those of all beneath it. Raises NotFound."""
        asked = _BRANCH_KEYS if descendants else _KEYS
        rows = await self._warehouse.ask("categories.keys", asked, {"id": category_id})
        if not rows:
            raise NotFound("category", category_id)
        return sorted({key for row in rows for key in (row["name_key"], row["path"])})

    async def count_books(self, keys: Sequence[str]) -> int:
        """How many living books have a category text of one of these keys."""
        listing = Listing(filters=(Filter("category", "any", tuple(keys)),))
        (counted,) = await self._warehouse.ask("categories.count_books", _BOOKS.total(listing))
        return int(counted["total"])


async def _with_books(warehouse: Warehouse, rows: Sequence[RowMapping]) -> list[CategoryRead]:
    ids = [row["id"] for row in rows]
    counted = await warehouse.ask("categories.count_each", _COUNT_EACH, {"ids": ids}) if ids else []
    books_of = {row["asked_id"]: CategoryBooks(own=int(row["own"]), branch=int(row["branch"])) for row in counted}
    return [_read_of(row, books_of.get(row["id"], CategoryBooks(own=0, branch=0))) for row in rows]


def _read_of(row: RowMapping, books_of: CategoryBooks) -> CategoryRead:
    return CategoryRead(
        id=row["id"],
        name=row["name"],
        slug=row["slug"],
        path=row["path"],
        depth=int(row["depth"]),
        parent_id=row["parent_id"],
        position=int(row["position"]),
        code=row["code"],
        description=row["description"],
        books=books_of,
        **lifecycle(row),
    )
