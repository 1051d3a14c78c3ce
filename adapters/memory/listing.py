"""Pages of a collection: filtered, sorted, and gone on with after a given row."""

import operator
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import UUID

from adapters.memory.collection import Aggregate, Collection
from application.listing import RELEVANCE, Filter, Listing, Page, SortKey
from domain.shared.search import meets, ranks

A = TypeVar("A", bound=Aggregate)
Read = TypeVar("Read")
Column = Callable[[A], Any]

_KEPT_ORDERS = 8
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
}


class Lister(Generic[A]):
    """The lists of one collection.

    `columns` gives the value of each field that a list may be filtered or sorted by (a tuple where a field has several
    values), `words` the tokens that a row is found by. A sorted order of all rows is kept until the collection
    changes, so that going through the pages of a long list sorts it once. Nothing is kept of a row that has changed.
    """

    def __init__(
        self,
        collection: Collection[A],
        *,
        columns: Mapping[str, Column[A]],
        words: Callable[[A], tuple[str, ...]] | None = None,
    ) -> None:
        self._rows = collection
        self._columns: dict[str, Column[A]] = {**columns, "id": lambda row: row.id}
        self._words = words
        self._orders: OrderedDict[tuple[SortKey, ...], list[A]] = OrderedDict()
        self._tokens: dict[UUID, tuple[A, tuple[str, ...]]] = {}
        collection.listers.add(self)

    def forget(self, row_ids: Iterable[UUID]) -> None:
        """Lets go of what was kept of these rows."""
        self._orders.clear()
        for one in row_ids:
            self._tokens.pop(one, None)

    def page(self, listing: Listing, read: Callable[[A], Read]) -> Page[Read]:
        """The page that was asked for, each row as `read` gives it."""
        if listing.sort[0].field == RELEVANCE:
            return self._ranked(listing, read)
        ordered = self._ordered(listing.filters, listing.sort)
        total = None
        if listing.count:
            ordered = [row for row in ordered if self._matches(row, listing)]
            total = len(ordered)
        start = 0 if listing.after is None else self._place_after(ordered, listing.sort, listing.after)
        following = (ordered[place] for place in range(start, len(ordered)))
        found = list(islice((row for row in following if self._matches(row, listing)), listing.limit + 1))
        return Page(
            items=[read(row) for row in found[: listing.limit]], has_more=len(found) > listing.limit, total=total
        )

    def _ranked(self, listing: Listing, read: Callable[[A], Read]) -> Page[Read]:
        _, *rest = listing.sort
        sort = tuple(rest)
        by_rank: list[list[A]] = [[] for _ in ranks(())]
        for row in self._ordered(listing.filters, sort):
            if self._matches(row, listing):
                by_rank[self._rank(row, listing.words) - 1].append(row)
        total = sum(map(len, by_rank)) if listing.count else None
        if listing.after is not None:
            reached, after = int(str(listing.after[0])), listing.after[1:]
            for rank, rows in enumerate(by_rank, start=1):
                if rank <= reached:
                    del rows[: self._place_after(rows, sort, after) if rank == reached else len(rows)]
        found = [(rank, row) for rank, rows in enumerate(by_rank, start=1) for row in rows[: listing.limit + 1]]
        page = found[: listing.limit]
        return Page(
            items=[read(row) for _, row in page],
            has_more=len(found) > listing.limit,
            total=total,
            rank=page[-1][0] if page else None,
        )

    def _rank(self, row: A, words: Sequence[str]) -> int:
        kept = self._tokens_of(row)
        return next(rank for rank, terms in enumerate(ranks(words), start=1) if meets(kept, terms))

    def _ordered(self, filters: Sequence[Filter], sort: tuple[SortKey, ...]) -> list[A]:
        for one in filters:
            if one.op == "eq" and one.field in self._rows.groups:
                return self._sorted(self._rows.members(one.field, one.value), sort)
        if sort not in self._orders:
            self._orders[sort] = self._sorted(self._rows.rows.values(), sort)
            if len(self._orders) > _KEPT_ORDERS:
                self._orders.popitem(last=False)
        self._orders.move_to_end(sort)
        return self._orders[sort]

    def _sorted(self, rows: Iterable[A], sort: Sequence[SortKey]) -> list[A]:
        # Sorting is stable, so the last key goes first. Text compares by code points, which is the order of its bytes.
        found = list(rows)
        for key in reversed(sort):
            found.sort(key=self._sort_value(key.field), reverse=key.descending)
        return found

    def _sort_value(self, field: str) -> Column[A]:
        column = self._columns[field]
        if field == "id":
            return lambda row: row.id.int
        return lambda row: "" if (value := column(row)) is None else value

    def _place_after(self, ordered: Sequence[A], sort: Sequence[SortKey], after: Sequence[Any]) -> int:
        keys = [
            (self._sort_value(key.field), key.descending, value.int if isinstance(value, UUID) else value)
            for key, value in zip(sort, after, strict=True)
        ]

        def is_after(row: A) -> bool:
            for column, descending, value in keys:
                here = column(row)
                if here != value:
                    return bool(here < value) if descending else bool(here > value)
            return False

        return bisect_left(ordered, True, key=is_after)  # noqa: FBT003  # the value searched for: False before, True after

    def _matches(self, row: A, listing: Listing) -> bool:
        if row.lifecycle.deleted and not listing.include_deleted:
            return False
        if not all(self._passes(row, one) for one in listing.filters):
            return False
        return not listing.terms or meets(self._tokens_of(row), listing.terms)

    def _passes(self, row: A, one: Filter) -> bool:
        value = self._columns[one.field](row)
        if isinstance(value, tuple):
            return one.value in value if one.op == "eq" else any(each in one.value for each in value)
        return value is not None and _COMPARE[one.op](value, one.value)

    def _tokens_of(self, row: A) -> tuple[str, ...]:
        kept = self._tokens.get(row.id)
        if kept is None or kept[0] is not row:
            kept = (row, () if self._words is None else tuple(sorted(self._words(row))))
            self._tokens[row.id] = kept
        return kept[1]
