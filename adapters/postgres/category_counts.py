"""How many books categories have, and which books go by keys.

A few keys are each looked up in the index of words. For many that is more than one look at every book, which goes by
the texts as they stand there: those of them that have one of the keys are found out first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record
from sqlalchemy import ARRAY, BindParameter, Integer, Text, Uuid, bindparam, text

from adapters.postgres.connection import Connection
from adapters.postgres.listing import marked_query
from adapters.postgres.statements import Statement
from adapters.postgres.transactions import begin_snapshot, end_snapshot
from application.categories.models import CategoryBooks
from domain.books.category import is_within
from domain.books.filing import category_key
from domain.shared.search import FILED

FEW_KEYS = 100
_KEYS = bindparam("keys", type_=ARRAY(Text()))
_PLACES = bindparam("places", type_=ARRAY(Integer()))

# How many values an array has is the whole matter of a plan here, and a plan for any array takes it for a short one.
# Nor does PostgreSQL know that each text is there once: it expects twenty times the rows that come of looking up the
# texts of all books, and would rather sort them all, on the disk.
_PLAN_ANEW = Statement(
    text(
        """
        SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_mergejoin', 'off', true)
        """
    ),
    name="categories.plan_anew",
)
_TEXTS = Statement(text("SELECT DISTINCT each FROM books, unnest(categories) AS each"), name="books.category_texts")
_MEMBERS = Statement(
    text(
        """
        SELECT DISTINCT beneath.id, beneath.name_key, beneath.path
        FROM categories AS asked JOIN categories AS beneath ON (
            beneath.id = asked.id OR (beneath.path > asked.path || '/' AND beneath.path < asked.path || '0')
        )
        WHERE asked.id = ANY(:ids) AND asked.deleted_at IS NULL AND beneath.deleted_at IS NULL
        """
    ).bindparams(bindparam("ids", type_=ARRAY(Uuid()))),
    name="categories.members",
)
_BY_INDEX = """
    SELECT DISTINCT books.id, known.place, books.deleted_at
    FROM unnest(:keys, :places) AS known (query, place) JOIN books ON books.search_tokens @@ CAST(query AS tsquery)
"""
_BY_TEXT = """
    SELECT DISTINCT books.id, known.place, books.deleted_at
    FROM books CROSS JOIN unnest(books.categories) AS given (text)
    JOIN unnest(:keys, :places) AS known (text, place) ON known.text = given.text
"""
# The places are those of a walk through the tree, so that a branch is a span of them. Of the places of one book in a
# branch only the first one has its predecessor before the branch: so each book counts once, without being compared.
_COUNTS = """
    WITH filed AS ({filed}), walked AS (
        SELECT place, coalesce(lag(place) OVER (PARTITION BY id ORDER BY place), -1) AS before
        FROM filed WHERE deleted_at IS NULL
    ), met AS (
        SELECT place, before, count(*) AS books FROM walked GROUP BY place, before
    )
    SELECT lineage.above,
           coalesce(sum(met.books) FILTER (WHERE met.place = lineage.above), 0)::bigint AS own,
           sum(met.books)::bigint AS branch
    FROM met JOIN unnest(:beneath, :above) AS lineage (place, above) ON lineage.place = met.place
    WHERE met.before < lineage.above
    GROUP BY lineage.above
"""
_FOUND = "WITH filed AS ({filed}) SELECT id FROM filed GROUP BY id ORDER BY id"
_COUNT = "WITH filed AS ({filed}) SELECT count(DISTINCT id) FROM filed WHERE deleted_at IS NULL"


class _Ways(NamedTuple):
    """One question as two statements: for few keys, as queries, and for many, as texts."""

    by_index: Statement
    by_text: Statement


def _ways(sql: str, name: str, *names: str) -> _Ways:
    given: list[BindParameter[Any]] = [_KEYS, _PLACES, *(bindparam(one, type_=ARRAY(Integer())) for one in names)]
    return _Ways(
        Statement(text(sql.replace("{filed}", _BY_INDEX)).bindparams(*given), name=f"{name}_by_index"),
        Statement(text(sql.replace("{filed}", _BY_TEXT)).bindparams(*given), name=f"{name}_by_text"),
    )


_COUNT_EACH = _ways(_COUNTS, "categories.count_each", "beneath", "above")
_FIND = _ways(_FOUND, "books.filed_under")
_COUNT_ALL = _ways(_COUNT, "categories.count_books")


async def books_filed_under(connection: Connection, keys: Sequence[str]) -> Sequence[UUID]:
    """The books that have a category text of one of these keys, deleted ones too, in the order of their ids."""
    return [row[0] for row in await _ask(connection, _FIND, {key: [0] for key in keys})]


async def count_books(connection: Connection, keys: Sequence[str]) -> int:
    """How many living books have a category text of one of these keys."""
    ((count,),) = await _ask(connection, _COUNT_ALL, {key: [0] for key in keys})
    return int(count)


async def count_each(connection: Connection, ids: Sequence[UUID]) -> Mapping[UUID, CategoryBooks]:
    """The books of these categories, by id; left out are those without any, and deleted ones."""
    members = await _MEMBERS.fetch(connection, ids=list(ids)) if ids else []
    if not members:
        return {}
    walk = sorted(members, key=lambda row: row["path"].split("/"))
    places: dict[str, list[int]] = {}
    for place, row in enumerate(walk):
        for key in {row["name_key"], row["path"]}:
            places.setdefault(key, []).append(place)
    lineage = list(_lineage([(row["id"], row["path"]) for row in walk], {*ids}))
    rows = await _ask(
        connection,
        _COUNT_EACH,
        places,
        beneath=[place for place, _ in lineage],
        above=[above for _, above in lineage],
    )
    return {walk[row["above"]]["id"]: CategoryBooks(own=row["own"], branch=row["branch"]) for row in rows}


def _lineage(walk: Sequence[tuple[UUID, str]], asked: set[UUID]) -> Iterable[tuple[int, int]]:
    """Each place of a walk with the place of each category that was asked for and that it is in."""
    above: list[tuple[int, str]] = []
    for place, (category_id, path) in enumerate(walk):
        while above and not is_within(path, above[-1][1]):
            above.pop()
        if category_id in asked:
            above.append((place, path))
        yield from ((place, one) for one, _ in above)


async def _ask(
    connection: Connection, ways: _Ways, places: Mapping[str, Sequence[int]], **more: object
) -> Sequence[Record]:
    """The answer to the statement that suits so many keys."""
    if len(places) <= FEW_KEYS:
        known = [(marked_query(FILED, [key]), place) for key, found in places.items() for place in found]
        return await _ask_of(connection, ways.by_index, known, more)
    alone = not connection.is_in_transaction()
    if alone:
        await begin_snapshot(connection)
    try:
        await _PLAN_ANEW.fetchval(connection)
        texts = [row[0] for row in await _TEXTS.fetch(connection)]
        known = [(one, place) for one in texts for place in places.get(category_key(one), ())]
        return await _ask_of(connection, ways.by_text, known, more)
    finally:
        if alone:
            await end_snapshot(connection)


async def _ask_of(
    connection: Connection, statement: Statement, known: Sequence[tuple[str, int]], more: Mapping[str, object]
) -> Sequence[Record]:
    keys, places = [key for key, _ in known], [place for _, place in known]
    return await statement.fetch(connection, keys=keys, places=places, **more)
