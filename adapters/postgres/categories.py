"""Categories in PostgreSQL."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import BigInteger, Integer, Uuid, bindparam, literal_column, or_, select
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.category_counts import count_books, count_each
from adapters.postgres.category_tree import check_places, follow, lock
from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import categories
from application.categories.models import CategoryBooks, CategoryRead
from application.errors import NotFound
from application.listing import Listing, Page
from domain.books.category import MAX_DEPTH, Category, CategoryDetails
from domain.books.filing import category_key
from domain.shared.ids import CategoryId

_FIELDS = ("parent_id", "name", "slug", "path", "depth", "position", "code", "description")
# The order in which the two functions below take a row apart.
CATEGORY_OUTPUT = [categories.c[name] for name in ("id", *_FIELDS, *LIFECYCLE, "deleted_at")]
_LIVING = categories.c.deleted_at.is_(None)

_GET = Statement(select(*CATEGORY_OUTPUT).where(categories.c.id == bindparam("id")), name="categories.get")
_ALL = Statement(select(*CATEGORY_OUTPUT).where(_LIVING), name="categories.living")
_LISTS = ListStatements(categories, CATEGORY_OUTPUT)

_top = categories.alias("top")


def _within_top() -> ColumnElement[bool]:
    """The top itself, or a path that begins with its own and a slash: `0` is the sign after the slash."""
    path, above = categories.c.path, _top.c.path
    beneath = (path > above + literal_column("'/'")) & (path < above + literal_column("'0'"))
    return or_(categories.c.id == _top.c.id, beneath)


_OF_TOP = (_top.c.id == bindparam("id", type_=Uuid()), _top.c.deleted_at.is_(None), _LIVING)
_KEYS = Statement(
    select(categories.c.name_key, categories.c.path).select_from(_top).where(*_OF_TOP, categories.c.id == _top.c.id),
    name="categories.keys",
)
_BRANCH_KEYS = Statement(
    select(categories.c.name_key, categories.c.path).select_from(_top).where(*_OF_TOP, _within_top()),
    name="categories.branch_keys",
)
_DEPTH = bindparam("depth", type_=Integer())
_MANY = bindparam("many", type_=BigInteger())
_IN_ORDER = (categories.c.depth, categories.c.path)
_TREE = Statement(
    select(*CATEGORY_OUTPUT).where(_LIVING, categories.c.depth <= _DEPTH).order_by(*_IN_ORDER).limit(_MANY),
    name="categories.tree",
)
_BRANCH = Statement(
    select(*CATEGORY_OUTPUT)
    .select_from(_top)
    .where(*_OF_TOP, _within_top(), categories.c.depth < _top.c.depth + _DEPTH)
    .order_by(*_IN_ORDER)
    .limit(_MANY),
    name="categories.branch",
)


def _values(category: Category) -> tuple[object, ...]:
    details, lifecycle = category.details, category.lifecycle
    return (
        category.id,
        category.parent_id,
        details.name,
        category_key(details.name),
        details.slug,
        category.path,
        category.depth,
        details.position,
        details.code,
        details.description,
        category.search_tokens,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
    )


CATEGORIES = Kind(
    categories,
    _values,
    saves=(*_FIELDS, "name_key", "search_tokens", "updated_at", "updated_by", "deleted_at"),
    follows=("path", "depth"),
)


def category_of(row: Record) -> Category:
    """The aggregate of a row of CATEGORY_OUTPUT."""
    return Category(
        id=CategoryId(row[0]),
        parent_id=None if row[1] is None else CategoryId(row[1]),
        path=row[4],
        details=CategoryDetails(name=row[2], slug=row[3], position=row[6], code=row[7], description=row[8]),
        lifecycle=lifecycle_of(row[9:15]),
    )


def _read_of(row: Record, books: CategoryBooks) -> CategoryRead:
    return CategoryRead(
        id=row[0],
        name=row[2],
        slug=row[3],
        path=row[4],
        depth=row[5],
        parent_id=row[1],
        position=row[6],
        code=row[7],
        description=row[8],
        books=books,
        version=row[9],
        created_at=row[10],
        created_by=row[11],
        updated_at=row[12],
        updated_by=row[13],
        deleted_at=row[14],
    )


class PostgresCategoryRepository:
    """Categories for writing. Each write holds all others off until its transaction ends: they are few, and rare."""

    def __init__(self, pool: Pool, pending: Pending, request_id: str | None) -> None:
        self._pool = pool
        self._pending = pending
        self._request_id = request_id

    async def get(self, category_id: CategoryId) -> Category:
        """Deleted ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=category_id))
        if row is None:
            raise NotFound("category", category_id)
        return category_of(row)

    async def living(self) -> Sequence[Category]:
        """All that are not deleted, each behind its parent."""
        rows = await read(self._pool, _ALL.fetch)
        return sorted(map(category_of, rows), key=lambda one: one.path.split("/"))

    def add(self, category: Category) -> None:
        """Keeps a new category at commit."""
        self.add_many([category])

    def add_many(self, categories: Iterable[Category]) -> None:
        """As `add` for each, in one statement; a parent may be among them."""
        added = list(categories)
        self._pending.step(lock)
        self._pending.add_many(CATEGORIES, added)
        self._pending.step(lambda connection: check_places(connection, added))

    def save(self, category: Category) -> Category:
        """Keeps a changed category at commit, under the next version, with the paths and the books that follow it."""
        saved = replace(category, lifecycle=category.lifecycle.next_version())
        self._pending.step(lock)
        self._pending.step(lambda connection: follow(connection, saved, self._request_id))
        self._pending.save(CATEGORIES, saved)
        self._pending.step(lambda connection: check_places(connection, [saved]))
        return saved


class PostgresCategoryReader:
    """Categories for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, category_id: UUID, *, include_deleted: bool = False) -> CategoryRead:
        """Raises NotFound."""

        async def ask(connection: Connection) -> CategoryRead:
            row = await _GET.fetchrow(connection, id=category_id)
            if row is None or (row[14] is not None and not include_deleted):
                raise NotFound("category", category_id)
            (found,) = await _with_books(connection, [row])
            return found

        return await read(self._pool, ask)

    async def list(self, listing: Listing) -> Page[CategoryRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        items = await read(self._pool, lambda connection: _with_books(connection, page.items))
        return Page(items=items, has_more=page.has_more, total=page.total, rank=page.rank)

    async def tree(self, root: UUID | None, *, depth: int | None, limit: int) -> Sequence[CategoryRead]:
        """At most `limit` living categories, by depth and then by path."""
        levels = MAX_DEPTH if depth is None else depth

        async def ask(connection: Connection) -> Sequence[CategoryRead]:
            if root is None:
                return await _with_books(connection, await _TREE.fetch(connection, depth=levels, many=limit))
            rows = await _BRANCH.fetch(connection, id=root, depth=levels, many=limit)
            if not rows:
                raise NotFound("category", root)
            return await _with_books(connection, rows)

        return await read(self._pool, ask)

    async def keys(self, category_id: UUID, *, descendants: bool) -> Sequence[str]:
        """The keys that a living category goes by, and with `descendants` those of all beneath it."""
        asked = _BRANCH_KEYS if descendants else _KEYS
        rows = await read(self._pool, lambda connection: asked.fetch(connection, id=category_id))
        if not rows:
            raise NotFound("category", category_id)
        return sorted({key for row in rows for key in row})

    async def count_books(self, keys: Sequence[str]) -> int:
        """How many living books have a category text of one of these keys."""
        return await read(self._pool, lambda connection: count_books(connection, keys))


async def _with_books(connection: Connection, rows: Sequence[Any]) -> list[CategoryRead]:
    counts = await count_each(connection, [row[0] for row in rows])
    return [_read_of(row, counts.get(row[0], CategoryBooks(own=0, branch=0))) for row in rows]
