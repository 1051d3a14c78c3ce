"""What happens to the tree, and to the books, when a category is kept.

These are steps inside the transaction that keeps it. The first one locks out everybody else who changes categories, so
that what is read afterwards stays so; those who read, and those who keep books, wait for nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from asyncpg import Record
from sqlalchemy import ARRAY, Integer, Text, Uuid, any_, bindparam, func, literal_column, select, text

from adapters.postgres.books import BOOK_OUTPUT, BOOKS, book_of
from adapters.postgres.category_counts import books_filed_under
from adapters.postgres.connection import Connection
from adapters.postgres.events import EVENTS, Recorded
from adapters.postgres.statements import Statement
from adapters.postgres.writes import statement_for
from adapters.sql.tables import books, categories
from application.errors import Conflict
from application.ports.categories import CategoriesChanged
from domain.books.category import Category, CategoryHasChildren, refuse_cycle, refuse_too_deep
from domain.books.refiling import Label, Refiling, refile, refiling, relabelled
from domain.shared.ids import CategoryId

_BOOKS_AT_ONCE = 1_000
_ID = bindparam("id", type_=Uuid())
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_LIVING = categories.c.deleted_at.is_(None)

_LOCK = Statement(
    select(
        func.pg_advisory_xact_lock(func.hashtextextended(literal_column("'daybook.categories'"), literal_column("0")))
    ),
    name="categories.lock",
)
_PRESENT = Statement(
    select(categories.c.name, categories.c.path, categories.c.version, categories.c.deleted_at).where(
        categories.c.id == _ID
    ),
    name="categories.present",
)
_LIVING_CHILD = Statement(
    select(categories.c.id).where(categories.c.parent_id == _ID, _LIVING).limit(literal_column("1")),
    name="categories.living_child",
)
_LABELS = Statement(
    select(categories.c.id, categories.c.name, categories.c.path).where(_LIVING), name="categories.labels"
)
_BENEATH = Statement(
    text(
        """
        WITH RECURSIVE beneath (id) AS (
            SELECT id FROM categories WHERE parent_id = :id
            UNION ALL
            SELECT categories.id FROM beneath JOIN categories ON categories.parent_id = beneath.id
        )
        SELECT id, path, deleted_at FROM categories JOIN beneath USING (id)
        """
    ).bindparams(_ID),
    name="categories.beneath",
)
_FOLLOW = Statement(
    text(
        """
        UPDATE categories SET path = given.path, depth = given.depth
        FROM unnest(:ids, :paths, :depths) AS given (id, path, depth)
        WHERE categories.id = given.id
        """
    ).bindparams(_IDS, bindparam("paths", type_=ARRAY(Text())), bindparam("depths", type_=ARRAY(Integer()))),
    name="categories.follow",
)
_MISPLACED = Statement(
    text(
        """
        SELECT categories.parent_id
        FROM categories LEFT JOIN categories AS parent ON parent.id = categories.parent_id
        WHERE categories.id = ANY(:ids) AND categories.deleted_at IS NULL AND categories.parent_id IS NOT NULL
        AND (parent.deleted_at IS NOT NULL OR categories.path <> parent.path || '/' || categories.slug)
        LIMIT 1
        """
    ).bindparams(_IDS),
    name="categories.misplaced",
)
_BOOKS = Statement(
    select(*BOOK_OUTPUT).where(books.c.id == any_(_IDS)).order_by(books.c.id).with_for_update(),
    name="books.to_refile",
)
_REFILE = Statement(
    text(
        """
        UPDATE books
        SET categories = CAST(given.categories AS text[]),
            search_tokens = array_to_tsvector(CAST(given.words AS text[])),
            version = given.version, updated_at = given.updated_at, updated_by = given.updated_by
        FROM unnest(
            :books_id, :books_categories, :books_search_tokens, :books_version, :books_updated_at, :books_updated_by
        ) AS given (id, categories, words, version, updated_at, updated_by)
        WHERE books.id = given.id
        """
    ).bindparams(
        bindparam("books_id", type_=ARRAY(Uuid())),
        bindparam("books_categories", type_=ARRAY(Text())),
        bindparam("books_search_tokens", type_=ARRAY(Text())),
        bindparam("books_version", type_=ARRAY(Integer())),
        bindparam("books_updated_at", type_=ARRAY(books.c.updated_at.type)),
        bindparam("books_updated_by", type_=ARRAY(Text())),
    ),
    name="books.refile",
)


async def lock(connection: Connection) -> None:
    """Until the end of the transaction nobody else changes categories."""
    await _LOCK.fetchval(connection)


async def check_places(connection: Connection, kept: Sequence[Category]) -> None:
    """After they are kept: raises CategoriesChanged when one is not where its parent and its slug put it."""
    misplaced = await _MISPLACED.fetchrow(connection, ids=[one.id for one in kept])
    if misplaced is not None:
        raise CategoriesChanged(f"the category {misplaced[0]} was moved, renamed or deleted in the meantime")


async def follow(connection: Connection, saved: Category, request_id: str | None) -> None:
    """Before it is kept: what is beneath it follows it, and so do the books.

    Raises Conflict, CategoryCycle, CategoryHasChildren or CategoryTooDeep.
    """
    present = await _PRESENT.fetchrow(connection, id=saved.id)
    if present is None or present["version"] != saved.lifecycle.version - 1:
        raise Conflict(f"somebody else changed the category {saved.id} in the meantime: read it again")
    lives = not saved.lifecycle.deleted and present["deleted_at"] is None
    if lives and saved.parent_id is not None:
        parent = await _PRESENT.fetchrow(connection, id=saved.parent_id)
        refuse_cycle(present["path"], None if parent is None else parent["path"])
    if saved.lifecycle.deleted and await _LIVING_CHILD.fetchval(connection, id=saved.id) is not None:
        raise CategoryHasChildren(f"living categories are beneath {saved.path}: move or delete them first")
    told: Refiling = {}
    if lives and (present["name"], present["path"]) != (saved.details.name, saved.path):
        rows = await _LABELS.fetch(connection)
        before = {CategoryId(row["id"]): Label(row["name"], row["path"]) for row in rows}
        told = refiling(before, relabelled(before, saved, present["path"]))
    if saved.path != present["path"]:
        await _take_along(connection, saved, present["path"])
    if told:
        await _refile(connection, saved, told, request_id)


async def _take_along(connection: Connection, saved: Category, old_path: str) -> None:
    """The paths of all that is beneath, deleted ones too."""
    beneath = await _BENEATH.fetch(connection, id=saved.id)
    paths = {row["id"]: saved.path + row["path"][len(old_path) :] for row in beneath}
    refuse_too_deep(paths[row["id"]] for row in beneath if row["deleted_at"] is None)
    if paths:
        depths = [path.count("/") + 1 for path in paths.values()]
        await _FOLLOW.execute(connection, ids=list(paths), paths=list(paths.values()), depths=depths)


async def _refile(connection: Connection, saved: Category, told: Refiling, request_id: str | None) -> None:
    # In the order of their ids, so that two who lock several never wait for each other.
    ids = await books_filed_under(connection, list(told))
    for start in range(0, len(ids), _BOOKS_AT_ONCE):
        found = await _BOOKS.fetch(connection, ids=ids[start : start + _BOOKS_AT_ONCE])
        await _refile_some(connection, found, saved, told, request_id)


async def _refile_some(
    connection: Connection, rows: Sequence[Record], saved: Category, told: Refiling, request_id: str | None
) -> None:
    refiled, events = [], []
    for book in map(book_of, rows):
        after = refile(book.details.categories, told)
        if after != book.details.categories:
            changed, event = book.refiled(after, at=saved.lifecycle.updated_at, by=saved.lifecycle.updated_by)
            refiled.append(replace(changed, lifecycle=changed.lifecycle.next_version()))
            events.append(Recorded(event, request_id))
    if refiled:
        values = BOOKS.adding_many(refiled)
        await _REFILE.execute(connection, **{name: values[name] for name in _REFILE.names})
        await statement_for(((EVENTS, "add_many"),)).execute(connection, **EVENTS.adding_many(events))
