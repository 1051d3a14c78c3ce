"""Authors in PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, String, Uuid, any_, bindparam, select, text

from adapters.postgres.credits import (
    lock_authors,
    merge_credits,
    refuse_while_named,
    rename_credits,
    unmerge_credits,
)
from adapters.postgres.errors import read
from adapters.postgres.kinds import Kind
from adapters.postgres.listing import ListStatements
from adapters.postgres.pool import Pool
from adapters.postgres.rows import LIFECYCLE, lifecycle_of, lifecycle_values
from adapters.postgres.statements import Statement
from adapters.postgres.writes import Pending
from adapters.sql.tables import authors
from application.authors.models import AuthorRead
from application.errors import MergedAway, NotFound
from application.listing import Listing, Page
from domain.books.author import Author, AuthorDetails
from domain.books.publication_date import PublicationDate
from domain.shared.ids import AuthorId

_FIELDS = ("name", "name_key", "sort_name", "other_names", "born", "died", "merged_into")
# The order in which the two functions below take a row apart.
AUTHOR_OUTPUT = [authors.c[name] for name in ("id", *_FIELDS, *LIFECYCLE, "deleted_at")]
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_KEYS = bindparam("keys", type_=ARRAY(String()))

_GET = Statement(select(*AUTHOR_OUTPUT).where(authors.c.id == bindparam("id")), name="authors.get")
_FIND_BY_KEYS = Statement(
    select(*AUTHOR_OUTPUT).where(authors.c.name_key == any_(_KEYS), authors.c.deleted_at.is_(None)),
    name="authors.find_by_keys",
)
_LISTS = ListStatements(authors, AUTHOR_OUTPUT)
_OUTPUT_NAMES = ", ".join(f"led.{one.name}" for one in AUTHOR_OUTPUT)
# From each author, along the merges, to the one who lives.
_FOLLOWED = """
    WITH RECURSIVE led_to (start, key, id, merged_into) AS (
        SELECT id, name_key, id, merged_into FROM authors WHERE {chosen}
        UNION ALL
        SELECT led_to.start, led_to.key, authors.id, authors.merged_into
        FROM led_to JOIN authors ON authors.id = led_to.merged_into
    )
    SELECT led_to.start, led_to.key, {output}
    FROM led_to JOIN authors AS led ON led.id = led_to.id
    WHERE led_to.merged_into IS NULL AND led.deleted_at IS NULL
    ORDER BY led_to.start
"""
_FIND_BY_IDS = Statement(
    text(_FOLLOWED.format(chosen="id = ANY(:ids)", output=_OUTPUT_NAMES)).bindparams(_IDS), name="authors.find_by_ids"
)
_FIND_MERGED = Statement(
    text(_FOLLOWED.format(chosen="name_key = ANY(:keys) AND merged_into IS NOT NULL", output=_OUTPUT_NAMES)).bindparams(
        _KEYS
    ),
    name="authors.find_merged_by_keys",
)


def _values(author: Author) -> tuple[object, ...]:
    details, lifecycle = author.details, author.lifecycle
    return (
        author.id,
        details.name,
        author.key,
        details.sort_name,
        details.other_names,
        None if details.born is None else details.born.value,
        None if details.died is None else details.died.value,
        author.merged_into,
        author.search_tokens,
        *lifecycle_values(lifecycle),
        lifecycle.deleted_at,
    )


AUTHORS = Kind(authors, _values, saves=(*_FIELDS, "search_tokens", "updated_at", "updated_by", "deleted_at"))


def author_of(row: Sequence[Any] | Record) -> Author:
    """The aggregate of a row of AUTHOR_OUTPUT."""
    author_id, name, _, sort_name, other_names, born, died, merged_into = row[:8]
    return Author(
        id=AuthorId(author_id),
        details=AuthorDetails(
            name=name,
            sort_name=sort_name,
            other_names=tuple(other_names),
            born=None if born is None else PublicationDate(born),
            died=None if died is None else PublicationDate(died),
        ),
        lifecycle=lifecycle_of(row[8:14]),
        merged_into=None if merged_into is None else AuthorId(merged_into),
    )


def _read_of(row: Record) -> AuthorRead:
    return AuthorRead(
        id=row[0],
        name=row[1],
        sort_name=row[3],
        other_names=row[4],
        born=row[5],
        died=row[6],
        merged_into=row[7],
        version=row[8],
        created_at=row[9],
        created_by=row[10],
        updated_at=row[11],
        updated_by=row[12],
        deleted_at=row[13],
    )


class PostgresAuthorRepository:
    """Authors for writing."""

    def __init__(self, pool: Pool, pending: Pending) -> None:
        self._pool = pool
        self._pending = pending

    async def get(self, author_id: AuthorId) -> Author:
        """Deleted and merged ones too. Raises NotFound."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=author_id))
        if row is None:
            raise NotFound("author", author_id)
        return author_of(row)

    async def find_by_ids(self, ids: Sequence[AuthorId]) -> Mapping[AuthorId, Author]:
        """The living authors of these ids, and for a merged one the living author that it leads to."""
        rows = await read(self._pool, lambda connection: _FIND_BY_IDS.fetch(connection, ids=list(ids)))
        return {AuthorId(row[0]): author_of(row[2:]) for row in rows}

    async def find_by_keys(self, keys: Sequence[str]) -> Mapping[str, Author]:
        """The living authors whose names have these keys, else those that a merged author of the key leads to."""
        rows = await read(self._pool, lambda connection: _FIND_BY_KEYS.fetch(connection, keys=list(keys)))
        found = {row[2]: author_of(row) for row in rows}
        missing = [key for key in keys if key not in found]
        if missing:
            rows = await read(self._pool, lambda connection: _FIND_MERGED.fetch(connection, keys=missing))
            for row in rows:
                found.setdefault(row[1], author_of(row[2:]))
        return found

    def add(self, author: Author) -> None:
        """Keeps a new author at commit."""
        self._pending.add(AUTHORS, author)

    def add_many(self, authors: Iterable[Author]) -> None:
        """As `add` for each, in one statement."""
        self._pending.add_many(AUTHORS, authors)

    def save(self, author: Author) -> Author:
        """Keeps a changed author at commit, under the next version."""
        saved = replace(author, lifecycle=author.lifecycle.next_version())
        self._pending.save(AUTHORS, saved)
        return saved

    def rename(self, author: Author) -> Author:
        """As `save`; the books that name it show the new name from the same moment on."""
        self._pending.step(lambda connection: lock_authors(connection, [author.id]))
        saved = self.save(author)
        self._pending.step(lambda connection: rename_credits(connection, author))
        return saved

    def delete(self, author: Author) -> Author:
        """As `save` of a deleted author, unless living books name it."""
        self._pending.step(lambda connection: lock_authors(connection, [author.id]))
        self._pending.step(lambda connection: refuse_while_named(connection, author))
        return self.save(author)

    def merge(self, author: Author) -> Author:
        """As `save` of a merged author; the books that name it name the other one."""
        self._pending.step(lambda connection: lock_authors(connection, [author.id, author.merged_into]))
        saved = self.save(author)
        self._pending.step(lambda connection: merge_credits(connection, author))
        return saved

    def unmerge(self, author: Author) -> Author:
        """As `save` of an author whose merge is undone; the books that named it do so again."""
        self._pending.step(lambda connection: unmerge_credits(connection, author))
        return self.save(author)


class PostgresAuthorReader:
    """Authors for reading."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def get(self, author_id: UUID, *, include_deleted: bool = False) -> AuthorRead:
        """Raises NotFound or MergedAway."""
        row = await read(self._pool, lambda connection: _GET.fetchrow(connection, id=author_id))
        if row is None or (row[13] is not None and not include_deleted):
            if row is not None and row[7] is not None:
                raise MergedAway("author", author_id, row[7])
            raise NotFound("author", author_id)
        return _read_of(row)

    async def list(self, listing: Listing) -> Page[AuthorRead]:
        """One page in the order asked for."""
        page = await _LISTS.ask(self._pool, listing)
        return Page(
            items=[_read_of(row) for row in page.items], has_more=page.has_more, total=page.total, rank=page.rank
        )
