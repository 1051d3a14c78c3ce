"""How many books categories have."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, bindparam, text

from adapters.postgres.connection import Connection
from adapters.postgres.listing import marked_query
from adapters.postgres.statements import Statement
from application.categories.models import CategoryBooks
from domain.shared.search import FILED

# Each key is looked up in the index of words by itself: a question for all of them at once would hold every key against
# every book.
_COUNT = Statement(
    text(
        """
        SELECT count(DISTINCT books.id)
        FROM unnest(:queries) AS asked (query)
        JOIN books ON books.search_tokens @@ CAST(asked.query AS tsquery) AND books.deleted_at IS NULL
        """
    ).bindparams(bindparam("queries", type_=ARRAY(Text()))),
    name="categories.count_books",
)
# As the text of a vector a word is quoted as that of a query has to be.
_COUNT_EACH = Statement(
    text(
        """
        WITH asked AS MATERIALIZED (
            SELECT id, path FROM categories WHERE id = ANY(:ids) AND deleted_at IS NULL
        ), member AS MATERIALIZED (
            SELECT asked.id AS asked_id, beneath.id, beneath.name_key, beneath.path
            FROM asked JOIN categories AS beneath ON beneath.deleted_at IS NULL AND (
                beneath.id = asked.id OR (beneath.path > asked.path || '/' AND beneath.path < asked.path || '0')
            )
        ), known AS MATERIALIZED (
            SELECT DISTINCT member.id, known.key FROM member, LATERAL (VALUES (name_key), (path)) AS known (key)
        ), filed AS MATERIALIZED (
            SELECT DISTINCT known.id, books.id AS book_id
            FROM known JOIN books ON books.deleted_at IS NULL
            AND books.search_tokens @@ CAST(CAST(array_to_tsvector(ARRAY[:mark || known.key]) AS text) AS tsquery)
        )
        SELECT member.asked_id,
               count(DISTINCT filed.book_id) FILTER (WHERE member.id = member.asked_id) AS own,
               count(DISTINCT filed.book_id) AS branch
        FROM member JOIN filed ON filed.id = member.id
        GROUP BY member.asked_id
        """
    ).bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("mark", type_=Text())),
    name="categories.count_each",
)


async def count_books(connection: Connection, keys: Sequence[str]) -> int:
    """How many living books have a category text of one of these keys."""
    count: int = await _COUNT.fetchval(connection, queries=[marked_query(FILED, [key]) for key in keys])
    return count


async def count_each(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, CategoryBooks]:
    """The books of these categories, by id; left out are those without any, and deleted ones."""
    if not ids:
        return {}
    rows = await _COUNT_EACH.fetch(connection, ids=list(ids), mark=FILED)
    return {row["asked_id"]: CategoryBooks(own=row["own"], branch=row["branch"]) for row in rows}
