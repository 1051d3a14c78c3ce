"""What happens to the books of an author who is renamed, deleted, merged, or brought back.

These are steps inside the transaction that keeps the author. Each begins with a lock on the authors that nobody who
keeps a book of theirs passes (`book_authors.py`), and reads the books afterwards: so no book is missed, however late it
came. What a book's authors do to its words only the domain can tell, so its rows are read, told anew and written back.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, any_, bindparam, literal_column, select, text

from adapters.postgres.books import BOOK_OUTPUT, BOOKS, book_of
from adapters.postgres.connection import Connection
from adapters.postgres.statements import Statement
from adapters.sql.tables import authors, book_authors, books
from application.ports.authors import AuthorsChanged
from domain.books.author import Author, AuthorHasBooks
from domain.books.contributor import Contributor, merged, renamed, unmerged

Change = Callable[[Sequence[Contributor]], tuple[Contributor, ...]]
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_AUTHOR_ID = bindparam("author_id", type_=Uuid())

# In the order of their ids, so that two who lock several never wait for each other.
_LOCK = Statement(
    select(authors.c.id).where(authors.c.id == any_(_IDS)).order_by(authors.c.id).with_for_update(),
    name="authors.lock",
)
_BOOKS_OF = Statement(
    select(*BOOK_OUTPUT)
    .where(books.c.id.in_(select(book_authors.c.book_id).where(book_authors.c.author_id == _AUTHOR_ID)))
    .order_by(books.c.id)
    .with_for_update(),
    name="books.of_author",
)
_LIVING_BOOKS = Statement(
    select(books.c.id)
    .join(book_authors, book_authors.c.book_id == books.c.id)
    .where(book_authors.c.author_id == _AUTHOR_ID, books.c.deleted_at.is_(None))
    .limit(literal_column("1")),
    name="books.living_of_author",
)
_LIVING_NAME = Statement(
    select(authors.c.name).where(authors.c.id == _AUTHOR_ID, authors.c.deleted_at.is_(None)),
    name="authors.living_name",
)
_ROOT = Statement(
    text(
        """
        WITH RECURSIVE led_to (id, merged_into) AS (
            SELECT id, merged_into FROM authors WHERE id = :author_id
            UNION ALL
            SELECT authors.id, authors.merged_into FROM led_to JOIN authors ON authors.id = led_to.merged_into
        )
        SELECT id FROM led_to WHERE merged_into IS NULL
        """
    ).bindparams(_AUTHOR_ID),
    name="authors.root",
)
_FAMILY = Statement(
    text(
        """
        WITH RECURSIVE family (id) AS (
            SELECT CAST(:author_id AS uuid)
            UNION
            SELECT authors.id FROM family JOIN authors ON authors.merged_into = family.id
        )
        SELECT id FROM family
        """
    ).bindparams(_AUTHOR_ID),
    name="authors.family",
)
_REWRITE = Statement(
    text(
        """
        WITH given AS (
            SELECT *
            FROM unnest(:books_id, :books_contributors, :books_search_tokens) AS given (id, contributors, words)
        ), relinked AS (
            UPDATE book_authors SET author_id = CAST(entry.value ->> 'id' AS uuid)
            FROM given, jsonb_array_elements(CAST(given.contributors AS jsonb)) WITH ORDINALITY AS entry (value, place)
            WHERE book_authors.book_id = given.id AND book_authors.place = entry.place
        )
        UPDATE books
        SET contributors = CAST(given.contributors AS jsonb),
            search_tokens = array_to_tsvector(CAST(given.words AS text[]))
        FROM given WHERE books.id = given.id
        """
    ).bindparams(
        bindparam("books_id", type_=ARRAY(Uuid())),
        bindparam("books_contributors", type_=ARRAY(Text())),
        bindparam("books_search_tokens", type_=ARRAY(Text())),
    ),
    name="books.recredit",
)
_RELINK = Statement(
    text(
        """
        WITH wanted AS (
            SELECT books.id, entry.place, CAST(entry.value ->> 'id' AS uuid) AS author_id,
                   entry.value ->> 'role' AS role
            FROM books, jsonb_array_elements(books.contributors) WITH ORDINALITY AS entry (value, place)
            WHERE books.id = ANY(:ids)
        ), gone AS (
            DELETE FROM book_authors
            WHERE book_id = ANY(:ids)
              AND NOT EXISTS (SELECT FROM wanted WHERE wanted.id = book_id AND wanted.place = book_authors.place)
        )
        INSERT INTO book_authors (book_id, place, author_id, role) SELECT id, place, author_id, role FROM wanted
        ON CONFLICT (book_id, place) DO UPDATE SET author_id = excluded.author_id, role = excluded.role
        WHERE book_authors.author_id <> excluded.author_id OR book_authors.role <> excluded.role
        """
    ).bindparams(_IDS),
    name="book_authors.relink",
)


async def rename_credits(connection: Connection, author: Author) -> None:
    """The books of the author show its name."""
    await _recredit(connection, author.id, lambda named: renamed(named, author.id, author.details.name))


async def refuse_while_named(connection: Connection, author: Author) -> None:
    """Raises AuthorHasBooks while a living book names the author."""
    if await _LIVING_BOOKS.fetchval(connection, author_id=author.id) is not None:
        raise AuthorHasBooks(f"the author {author.id} is named by books that are not deleted")


async def merge_credits(connection: Connection, author: Author) -> None:
    """The books of the author name the one that it is merged into. Raises AuthorsChanged."""
    into = author.merged_into
    name = None if into is None else await _LIVING_NAME.fetchval(connection, author_id=into)
    if into is None or name is None:
        raise AuthorsChanged(f"the author {into} does not live any more")
    await _recredit(connection, author.id, lambda named: merged(named, author.id, into, name))


async def unmerge_credits(connection: Connection, author: Author) -> None:
    """Before the author is kept: the books that named it, or who is merged into it, do so again.

    Raises AuthorsChanged when another merge came in between.
    """
    root = await _ROOT.fetchval(connection, author_id=author.id)
    await lock_authors(connection, [author.id, root])
    if await _ROOT.fetchval(connection, author_id=author.id) != root:
        raise AuthorsChanged(f"the author {root} was merged in the meantime")
    family = {row["id"] for row in await _FAMILY.fetch(connection, author_id=author.id)}
    await _recredit(connection, root, lambda named: unmerged(named, author.id, author.details.name, family))


async def lock_authors(connection: Connection, ids: Sequence[UUID | None]) -> None:
    """Until the end of the transaction no book is kept that names one of them, and nobody else changes them."""
    await _LOCK.fetch(connection, ids=ids)


async def relink(connection: Connection, ids: Sequence[UUID]) -> None:
    """Links these books, as they are, to whom they name."""
    await _RELINK.execute(connection, ids=ids)


async def _recredit(connection: Connection, author_id: UUID, change: Change) -> None:
    rewritten = []
    for row in await _BOOKS_OF.fetch(connection, author_id=author_id):
        book = book_of(row)
        after = change(book.details.authors)
        if after != book.details.authors:
            rewritten.append(replace(book, details=replace(book.details, authors=after)))
    if rewritten:
        values = BOOKS.adding_many(rewritten)
        await _REWRITE.execute(connection, **{name: values[name] for name in _REWRITE.names})
