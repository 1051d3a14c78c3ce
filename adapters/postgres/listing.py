"""Lists as statements: one for each shape of question, compiled when it is first asked and kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache, reduce
from operator import add, and_, eq, ge, gt, le, lt, or_
from typing import Any, NamedTuple

from asyncpg import Record
from sqlalchemy import (
    CTE,
    BigInteger,
    Column,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    not_,
    select,
    true,
    tuple_,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Params, unnested
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.listing import RELEVANCE, Listing, Page, SortKey
from domain.shared.search import LONGEST_MARKED, Term, ranks

Comparison = Callable[[Any, Any], ColumnElement[bool]]
_COMPARE: dict[str, Comparison] = {"eq": eq, "gte": ge, "gt": gt, "lte": le, "lt": lt}
# Shapes that a caller can make up are many: those used last are kept.
_KEPT_SHAPES = 256
_FEW_VALUES = 2
_EACH = "each"
_MANY = bindparam("many", type_=BigInteger())
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class _Shape(NamedTuple):
    """All of a question but its values. `rank` is that of the row before the page, where rows come by rank."""

    words: bool
    filters: tuple[tuple[str, str], ...]
    sort: tuple[SortKey, ...]
    after: bool
    rank: int
    include_deleted: bool


class ListStatements:
    """The statements of one resource's list.

    `output` are the columns of a row. Filters and sorts go by the names of the table's columns; `members` names the
    column of several values behind a filter on one of them. Words are looked for in `search_tokens`.
    `marked` gives, for a filter on what stands among these with a mark, that mark.
    `only` leaves out the rows that do not meet it. `linked` gives, for a filter on what the rows are linked to, two
    columns of the table of links: that of the value, and that of the row's id.
    """

    def __init__(
        self,
        table: Table,
        output: Sequence[ColumnElement[Any]],
        *,
        members: Mapping[str, str] | None = None,
        only: ColumnElement[bool] | None = None,
        linked: Mapping[str, tuple[Column[Any], Column[Any]]] | None = None,
        marked: Mapping[str, str] | None = None,
    ) -> None:
        self._table = table
        self._output = output
        self._members = members or {}
        self._only = only
        self._linked = linked or {}
        self._marked = marked or {}
        self._page = lru_cache(_KEPT_SHAPES)(self._compile_page)
        self._total = lru_cache(_KEPT_SHAPES)(self._compile_total)

    async def ask(self, pool: Pool, listing: Listing) -> Page[Record]:
        """The rows of a page, in one statement and a second one where the total is asked for."""
        page, params = self.page(listing)
        if not listing.count:
            rows = await read(pool, lambda connection: page.fetch(connection, **params))
            return _page(listing, rows)
        total, total_params = self.total(listing)

        async def both(connection: Connection) -> tuple[list[Record], int]:
            return await page.fetch(connection, **params), await total.fetchval(connection, **total_params)

        rows, count = await read(pool, both)
        return _page(listing, rows, count)

    def page(self, listing: Listing) -> tuple[Statement, Params]:
        """One row more than the page has, so that it shows whether more follow."""
        listing = self._asked(listing, all_rows=bool(listing.words))
        params = self._params(listing)
        params["many"] = listing.limit + 1
        if listing.after is not None:
            after = listing.after[1:] if _ranked(listing.sort) else listing.after
            params |= {f"after_{place}": _bindable(value) for place, value in enumerate(after)}
        if _ranked(listing.sort):
            needed = _rank_reached(listing) - 1
            queries = enumerate(map(_tsquery, ranks(listing.words)), start=1)
            params |= {f"rank_{rank}": query for rank, query in queries if rank >= needed}
            del params["words"]
        return self._page(_shape(listing, after=listing.after is not None)), params

    def total(self, listing: Listing) -> tuple[Statement, Params]:
        """How many rows there are on all pages."""
        listing = self._asked(listing, all_rows=True)
        return self._total(_shape(listing, after=False)), self._params(listing)

    def _asked(self, listing: Listing, *, all_rows: bool) -> Listing:
        """Of many marked values that are asked for at once every row has to be held against each.

        That is as nothing for those that a page shows. For a question that looks at all rows, each value is looked up.
        """
        filters = [
            replace(one, op=_EACH)
            if one.field in self._marked and one.op == "any" and all_rows and len(one.value) > _FEW_VALUES
            else one
            for one in listing.filters
        ]
        return replace(listing, filters=tuple(filters))

    def _params(self, listing: Listing) -> Params:
        params: Params = {"words": _tsquery(listing.terms)} if listing.terms else {}
        for place, one in enumerate(listing.filters):
            if one.field in self._marked:
                mark, values = self._marked[one.field], (one.value,) if one.op == "eq" else one.value
                asked = [marked_query(mark, [value]) for value in values] if one.op == _EACH else None
                params[f"filter_{place}"] = marked_query(mark, values) if asked is None else asked
            else:
                value = _bindable(one.value)
                params[f"filter_{place}"] = [value] if one.field in self._members else value
        return params

    def _compile_page(self, shape: _Shape) -> Statement:
        if _ranked(shape.sort):
            return self._compile_ranked(shape)
        question = self._matching(select(*self._output), shape)
        if shape.words:
            question = question.where(self._found("words"))
        if shape.after:
            question = question.where(self._after(shape.sort))
        order = self._order(shape.sort)
        # The limit is bound like all else: PostgreSQL then plans each question by its values (a rare word through the
        # index of words, a common one along the index of the order), which costs it less than one plan for both.
        return Statement(question.order_by(*order).limit(_MANY), name=f"{self._table.name}.list")

    def _compile_ranked(self, shape: _Shape) -> Statement:
        """The rows of each rank that the listing has not come past, until the page is full.

        Ids are found first and rows fetched for the page alone, since a rank may sort thousands to find its first ones.
        """
        _, *sort = shape.sort
        parts: list[CTE] = []
        for rank in range(max(shape.rank, 1), len(ranks(())) + 1):
            parts.append(self._of_rank(rank, shape, sort, parts))
        found = union_all(*[select(part) for part in parts]).subquery("found")
        rows = select(*self._output, found.c[RELEVANCE]).join_from(found, self._table, found.c.id == self._table.c.id)
        page = rows.where(self._planned_anew()).order_by(found.c[RELEVANCE], *self._order(sort)).limit(_MANY)
        return Statement(page, name=f"{self._table.name}.search")

    def _planned_anew(self) -> ColumnElement[bool]:
        """What always holds, and is gone from a plan made for the values at hand, but dear in one made for any values.

        After five runs PostgreSQL goes over to a plan for any values where it takes that for cheaper, as it does for a
        search with filters: it expects few rows of any words, and then sorts the half of all books. To choose is a
        matter of the session, which a pooled connection cannot change for one statement.
        """
        pairs = select(func.count()).select_from(self._table.alias("one").join(self._table.alias("other"), true()))
        always: ColumnElement[bool] = or_(_MANY > 0, pairs.scalar_subquery() > 0)
        return always

    def _of_rank(self, rank: int, shape: _Shape, sort: Sequence[SortKey], better: Sequence[CTE]) -> CTE:
        """The ids of one rank's first rows, at most a page of them, and none when the better ranks fill the page.

        They are found through the index of words, or along the index of the order where many rows fit. A rank that is
        not needed must not be looked for: where hardly a row is left for it, that takes a walk through all of them.
        """
        keys = [self._table.c[key.field] for key in sort]
        question = self._matching(select(*keys, literal_column(str(rank)).label(RELEVANCE)), shape)
        question = question.where(self._found(f"rank_{rank}"))
        if rank > 1:
            # What fits a rank fits the next one too, so this is all that fits a better one.
            question = question.where(not_(self._found(f"rank_{rank - 1}")))
        if rank == shape.rank:
            question = question.where(self._after(sort))
        if better:
            counts = [select(func.count()).select_from(part).scalar_subquery() for part in better]
            question = question.where(reduce(add, counts) < _MANY)
        return question.order_by(*self._order(sort)).limit(_MANY).cte(f"rank_{rank}")

    def _compile_total(self, shape: _Shape) -> Statement:
        question = self._matching(select(func.count()).select_from(self._table), shape)
        if shape.words:
            question = question.where(self._found("words"))
        return Statement(question, name=f"{self._table.name}.count")

    def _found(self, name: str) -> ColumnElement[bool]:
        words = cast(bindparam(name, type_=Text()), postgresql.TSQUERY())
        return self._table.c.search_tokens.bool_op("@@")(words)

    def _found_each(self, name: str) -> Select[Any]:
        looked_up = self._table.alias("looked_up")
        each = unnested("each", {"words": bindparam(name, type_=ARRAY(Text))})
        words = cast(each.c.words, postgresql.TSQUERY())
        return select(looked_up.c.id).join(each, looked_up.c.search_tokens.bool_op("@@")(words))

    def _order(self, sort: Sequence[SortKey]) -> list[ColumnElement[Any]]:
        return [self._sorted(key).desc() if key.descending else self._sorted(key) for key in sort]

    def _matching(self, question: Select[Any], shape: _Shape) -> Select[Any]:
        columns = self._table.c
        if self._only is not None:
            question = question.where(self._only)
        if "deleted_at" in columns and not shape.include_deleted:
            question = question.where(columns.deleted_at.is_(None))
        for place, (field, op) in enumerate(shape.filters):
            name = f"filter_{place}"
            if field in self._members:
                members = _texts(columns[self._members[field]])
                question = question.where(members.contains(bindparam(name, type_=ARRAY(Text))))
            elif field in self._marked and op == _EACH:
                question = question.where(columns.id.in_(self._found_each(name)))
            elif field in self._marked:
                question = question.where(self._found(name))
            elif field in self._linked:
                linked_to, of = self._linked[field]
                links = select(of).where(linked_to == bindparam(name, type_=linked_to.type))
                question = question.where(columns.id.in_(links))
            else:
                one = columns[field]
                question = question.where(_COMPARE[op](one, bindparam(name, type_=one.type)))
        return question

    def _after(self, sort: Sequence[SortKey]) -> ColumnElement[bool]:
        """The rows behind one: as a comparison of rows, which an index answers, where all keys go the same way."""
        columns = [self._sorted(key) for key in sort]
        values = [bindparam(f"after_{place}", type_=self._table.c[key.field].type) for place, key in enumerate(sort)]
        beyond = [lt if key.descending else gt for key in sort]
        if len(set(beyond)) == 1:
            compared: ColumnElement[bool] = beyond[0](tuple_(*columns), tuple_(*values))
            return compared
        # Behind in the first key, or level in it and behind in the second, and so on.
        alternatives = [
            reduce(
                and_, [*(columns[level] == values[level] for level in range(place)), go(columns[place], values[place])]
            )
            for place, go in enumerate(beyond)
        ]
        return reduce(or_, alternatives)

    def _sorted(self, key: SortKey) -> ColumnElement[Any]:
        one = self._table.c[key.field]
        return func.coalesce(one, literal_column("''")) if one.nullable else one


def _texts(one: Column[Any]) -> ColumnElement[Any]:
    return type_coerce(one, ARRAY(Text))


def _ranked(sort: Sequence[SortKey]) -> bool:
    return sort[0].field == RELEVANCE


def _rank_reached(listing: Listing) -> int:
    """That of the row before the page of a list that comes by rank."""
    return 0 if listing.after is None else int(str(listing.after[0]))


def _page(listing: Listing, rows: Sequence[Record], total: int | None = None) -> Page[Record]:
    items = rows[: listing.limit]
    rank = items[-1][RELEVANCE] if items and _ranked(listing.sort) else None
    return Page(items=items, has_more=len(rows) > listing.limit, total=total, rank=rank)


def _tsquery(terms: Sequence[Term]) -> str:
    # No term holds a quote or a backslash, being made of letters, digits and the marks of domain.shared.search.
    return " & ".join(f"'{term.text}':*" if term.prefix else f"'{term.text}'" for term in terms)


def marked_query(mark: str, values: Sequence[str]) -> str:
    """The text of a query for the rows that have at least one of these values with this mark; none has a longer one."""
    able = [_bindable(mark + one) for one in values if len(one) <= LONGEST_MARKED]
    quoted = [one.replace("\\", "\\\\").replace("'", "''") for one in able]
    return " | ".join([f"'{one}'" for one in quoted])


def _shape(listing: Listing, *, after: bool) -> _Shape:
    return _Shape(
        words=bool(listing.terms),
        filters=tuple([(one.field, one.op) for one in listing.filters]),
        sort=listing.sort,
        after=after,
        rank=_rank_reached(listing) if after and _ranked(listing.sort) else 0,
        include_deleted=listing.include_deleted,
    )


def _bindable(value: Any) -> Any:
    """`value` as PostgreSQL takes it; a filter is checked before, but a cursor may be made up.

    A time whose offset carries it out of the calendar becomes the end of that, and text loses what no text holds.
    """
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC)
        except OverflowError:
            return _FIRST if value.year < 5000 else _LAST
    if isinstance(value, str) and not value.isprintable():
        return value.encode("utf-8", "replace").decode().replace("\x00", "")
    return value
