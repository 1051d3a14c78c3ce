"""Lists as statements."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, or_
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)

from adapters.snowflake.engine import Warehouse
from adapters.sql.dialects import each_text
from application.listing import RELEVANCE, Listing, Page, SortKey
from domain.shared.search import Term, ranks

_COMPARE: Mapping[str, Any] = {"eq": eq, "gte": ge, "gt": gt, "lte": le, "lt": lt}
# Snowflake reads no year of fewer than four digits, and nothing here is as old as its calendar.
_FIRST = datetime(1600, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class ListStatements:
    """The statements of one resource's list.

    `output` are the columns of a row. Filters and sorts go by the names of the table's columns; `members` names the
    column of several values behind a filter on one of them, `within` the column of JSON text behind one, with the text
    that it has for a value. Words are looked for in `search_tokens`, and so is, for a filter on what stands among them
    with a mark, what `marked` gives the mark of.
    """

    def __init__(
        self,
        table: Table,
        output: Sequence[ColumnElement[Any]],
        *,
        members: Mapping[str, str] | None = None,
        within: Mapping[str, tuple[str, str]] | None = None,
        marked: Mapping[str, str] | None = None,
    ) -> None:
        self._table = table
        self._output = output
        self._members = members or {}
        self._within = within or {}
        self._marked = marked or {}

    async def ask(self, warehouse: Warehouse, listing: Listing) -> Page[RowMapping]:
        """The rows of a page, and a second question where the total is asked for."""
        # One row more than the page has shows whether more follow.
        rows = await warehouse.ask(f"{self._table.name}.list", self.page(listing).limit(listing.limit + 1))
        total = None
        if listing.count:
            (counted,) = await warehouse.ask(f"{self._table.name}.count", self.total(listing))
            total = int(counted["total"])
        items = rows[: listing.limit]
        rank = int(items[-1][RELEVANCE]) if items and listing.sort[0].field == RELEVANCE else None
        return Page(items=items, has_more=len(rows) > listing.limit, total=total, rank=rank)

    def page(self, listing: Listing) -> Select[Any]:
        """The rows from the place on that the listing has come to, in its order."""
        output = self._output
        if listing.sort[0].field == RELEVANCE:
            output = [*output, self._rank(listing.words).label(RELEVANCE)]
        question = self._matching(select(*output), listing)
        if listing.after is not None:
            question = question.where(self._after(listing, listing.after))
        order = [
            column.desc() if key.descending else column
            for key in listing.sort
            for column in [self._sorted(key, listing.words)]
        ]
        return question.order_by(*order)

    def total(self, listing: Listing) -> Select[Any]:
        """`total`: how many rows there are on all pages."""
        return self._matching(select(func.count().label("total")).select_from(self._table), listing)

    def _matching(self, question: Select[Any], listing: Listing) -> Select[Any]:
        columns = self._table.c
        if "deleted_at" in columns and not listing.include_deleted:
            question = question.where(columns.deleted_at.is_(None))
        if listing.terms:
            question = question.where(self._meets(listing.terms))
        for place, one in enumerate(listing.filters):
            name = f"filter_{place}"
            if one.field in self._members:
                question = question.where(self._holds(self._members[one.field], bindparam(name, one.value, String())))
            elif one.field in self._marked:
                wanted = one.value if one.op == "any" else (one.value,)
                question = question.where(self._has_any(name, [f"{self._marked[one.field]}{word}" for word in wanted]))
            elif one.field in self._within:
                document, told = self._within[one.field]
                looked_for = bindparam(name, told.format(one.value), String())
                question = question.where(func.contains(type_coerce(columns[document], String()), looked_for))
            else:
                column = columns[one.field]
                question = question.where(
                    _COMPARE[one.op](column, bindparam(name, _bindable(one.value), type_=column.type))
                )
        return question

    def _has_any(self, name: str, words: Sequence[str]) -> ColumnElement[bool]:
        kept = type_coerce(self._table.c.search_tokens, String())
        if len(words) == 1:
            return func.contains(kept, bindparam(name, f" {words[0]} ", String()))
        # One look at the words of each row, however many are asked for.
        other = self._table.alias("holding")
        each = each_text(func.split(other.c.search_tokens, literal_column("' '")))
        asked = bindparam(name, list(words), String(), expanding=True)
        return self._table.c.id.in_(select(other.c.id).where(cast(each.c.value, String()).in_(asked)))

    def _holds(self, name: str, value: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows with an array that holds a text: a form of it that every Snowflake takes, unlike correlated ones."""
        other = self._table.alias("holding")
        each = each_text(other.c[name])
        return self._table.c.id.in_(select(other.c.id).where(cast(each.c.value, String()) == value))

    def _meets(self, terms: Sequence[Term]) -> ColumnElement[bool]:
        # Words stand with a space before, between and after them. A term has no sign that would have to be quoted, and
        # as part of the text it is the same wherever a rank comes again in one statement.
        kept = type_coerce(self._table.c.search_tokens, String())
        met = [func.contains(kept, literal(f" {one.text}{'' if one.prefix else ' '}", String())) for one in terms]
        found: ColumnElement[bool] = reduce(and_, met)
        return found

    def _rank(self, words: Sequence[str]) -> ColumnElement[Any]:
        *better, _ = ranks(words)
        return case(
            *((self._meets(terms), literal_column(str(rank))) for rank, terms in enumerate(better, start=1)),
            else_=literal_column(str(len(better) + 1)),
        )

    def _after(self, listing: Listing, values: Sequence[Any]) -> ColumnElement[bool]:
        """Behind in the first key, or level in it and behind in the second, and so on."""
        sort = listing.sort
        columns = [self._sorted(key, listing.words) for key in sort]
        bound = [
            bindparam(f"after_{place}", _bindable(value), type_=columns[place].type)
            for place, (key, value) in enumerate(zip(sort, values, strict=True))
        ]
        alternatives = [
            reduce(
                and_,
                [
                    *(columns[level] == bound[level] for level in range(place)),
                    (lt if key.descending else gt)(columns[place], bound[place]),
                ],
            )
            for place, key in enumerate(sort)
        ]
        return reduce(or_, alternatives)

    def _sorted(self, key: SortKey, words: Sequence[str]) -> ColumnElement[Any]:
        if key.field == RELEVANCE:
            return type_coerce(self._rank(words), Integer())
        one = self._table.c[key.field]
        return func.coalesce(one, literal_column("''")) if one.nullable else one


def _bindable(value: Any) -> Any:
    """As the driver takes it; a time as one that Snowflake can read and that compares with every row as it does."""
    if isinstance(value, Enum):
        return value.value
    if not isinstance(value, datetime):
        return value
    try:
        return max(value.astimezone(UTC), _FIRST)
    except OverflowError:
        return _FIRST if value.year < 5000 else _LAST
