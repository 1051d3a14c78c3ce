"""Lists as statements: one for each shape of question, compiled when it is first asked and kept."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import Any, NamedTuple

from asyncpg import Record
from sqlalchemy import Column, Select, Table, Text, bindparam, func, literal_column, select, tuple_, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.connection import Connection
from adapters.postgres.errors import read
from adapters.postgres.kinds import Params
from adapters.postgres.pool import Pool
from adapters.postgres.statements import Statement
from application.listing import Listing, Page, SortKey

Comparison = Callable[[Any, Any], ColumnElement[bool]]
_COMPARE: dict[str, Comparison] = {"eq": eq, "gte": ge, "gt": gt, "lte": le, "lt": lt}
# Shapes that a caller can make up are many: those used last are kept.
_KEPT_SHAPES = 256
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class _Shape(NamedTuple):
    """All of a question but its values."""

    words: bool
    filters: tuple[tuple[str, str], ...]
    sort: tuple[SortKey, ...]
    after: bool
    include_deleted: bool


class ListStatements:
    """The statements of one resource's list.

    `output` are the columns of a row. Filters and sorts go by the names of the table's columns; `members` names the
    column of several values behind a filter on one of them. Words are looked for in `search_tokens`.
    """

    def __init__(
        self, table: Table, output: Sequence[ColumnElement[Any]], *, members: Mapping[str, str] | None = None
    ) -> None:
        self._table = table
        self._output = output
        self._members = members or {}
        self._page = lru_cache(_KEPT_SHAPES)(self._compile_page)
        self._total = lru_cache(_KEPT_SHAPES)(self._compile_total)

    async def ask(self, pool: Pool, listing: Listing) -> Page[Record]:
        """The rows of a page, in one statement and a second one where the total is asked for."""
        page, params = self.page(listing)
        if not listing.count:
            rows = await read(pool, lambda connection: page.fetch(connection, **params))
            return Page(items=rows[: listing.limit], has_more=len(rows) > listing.limit)
        total, total_params = self.total(listing)

        async def both(connection: Connection) -> tuple[list[Record], int]:
            return await page.fetch(connection, **params), await total.fetchval(connection, **total_params)

        rows, count = await read(pool, both)
        return Page(items=rows[: listing.limit], has_more=len(rows) > listing.limit, total=count)

    def page(self, listing: Listing) -> tuple[Statement, Params]:
        """One row more than the page has, so that it shows whether more follow."""
        params = self._params(listing)
        params["many"] = listing.limit + 1
        if listing.after is not None:
            params |= {f"after_{place}": _bindable(value) for place, value in enumerate(listing.after)}
        return self._page(_shape(listing, after=listing.after is not None)), params

    def total(self, listing: Listing) -> tuple[Statement, Params]:
        """How many rows there are on all pages."""
        return self._total(_shape(listing, after=False)), self._params(listing)

    def _params(self, listing: Listing) -> Params:
        params: Params = {"words": list(listing.words)} if listing.words else {}
        for place, one in enumerate(listing.filters):
            params[f"filter_{place}"] = [_bindable(one.value)] if one.field in self._members else _bindable(one.value)
        return params

    def _compile_page(self, shape: _Shape) -> Statement:
        question = self._matching(select(*self._output), shape)
        if shape.after:
            question = question.where(self._after(shape.sort))
        order = [self._sorted(key).desc() if key.descending else self._sorted(key) for key in shape.sort]
        # The limit is bound like all else: PostgreSQL then plans each question by its values (a rare word through the
        # index of words, a common one along the index of the order), which costs it less than one plan for both.
        return Statement(question.order_by(*order).limit(bindparam("many")), name=f"{self._table.name}.list")

    def _compile_total(self, shape: _Shape) -> Statement:
        question = select(func.count()).select_from(self._table)
        return Statement(self._matching(question, shape), name=f"{self._table.name}.count")

    def _matching(self, question: Select[Any], shape: _Shape) -> Select[Any]:
        columns = self._table.c
        if "deleted_at" in columns and not shape.include_deleted:
            question = question.where(columns.deleted_at.is_(None))
        if shape.words:
            question = question.where(_texts(columns.search_tokens).contains(bindparam("words", type_=ARRAY(Text))))
        for place, (field, op) in enumerate(shape.filters):
            name = f"filter_{place}"
            if field in self._members:
                members = _texts(columns[self._members[field]])
                question = question.where(members.contains(bindparam(name, type_=ARRAY(Text))))
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


def _shape(listing: Listing, *, after: bool) -> _Shape:
    return _Shape(
        words=bool(listing.words),
        filters=tuple([(one.field, one.op) for one in listing.filters]),
        sort=listing.sort,
        after=after,
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
