"""What a view of a SQL store tells of how customers come again: which statements answer which question."""

from collections.abc import Collection, Sequence
from dataclasses import astuple
from datetime import date
from uuid import UUID

from adapters.sql import lifetime
from adapters.sql.rows import Row, amount, day, whole
from adapters.sql.scope import scope_values
from adapters.sql.view import SqlView
from domain.analytics.lifetime_facts import (
    BuyingFacts,
    IdleBuyer,
    Late,
    LateFacts,
    Repeater,
    RepeatHistory,
    SpendingFacts,
)
from domain.analytics.scope import Scope


class SqlLifetimeView(SqlView):
    """The part of a view that models are fitted to."""

    async def repeat_buying(self, scope: Scope, split: date) -> Sequence[BuyingFacts]:
        """How many customers have each history."""
        values = {**scope_values(scope), "split": split}
        rows = await self._run("lifetime.repeat_buying", lifetime.repeat_buying(self._shape(scope)), values)
        found = (
            BuyingFacts(
                repeats=whole(row["repeats"]),
                recency_days=whole(row["recency_days"]),
                age_days=whole(row["age_days"]),
                later_repeats=whole(row["later_repeats"]),
                customers=whole(row["customers"]),
            )
            for row in rows
        )
        return sorted(found, key=lambda one: (one.repeats, one.recency_days, one.age_days, one.later_repeats))

    async def repeat_spending(self, scope: Scope) -> Sequence[SpendingFacts]:
        """How many customers have each history, with what it came to."""
        statement = lifetime.repeat_spending(self._shape(scope))
        rows = await self._run("lifetime.repeat_spending", statement, scope_values(scope))
        found = (SpendingFacts(history=_repeats(row), customers=whole(row["customers"])) for row in rows)
        return sorted(found, key=lambda one: astuple(one.history))

    async def repeaters(self, scope: Scope, histories: Collection[RepeatHistory], limit: int) -> Sequence[Repeater]:
        """The first customers who have one of these histories."""
        values = {**scope_values(scope), **lifetime.wanted_histories(histories), "limit": limit}
        rows = await self._run("lifetime.repeaters", lifetime.repeaters(self._shape(scope)), values)
        return [_repeater(row) for row in rows]

    async def late(self, scope: Scope) -> LateFacts:
        """How many customers are late."""
        row = await self._one("lifetime.late", lifetime.late_counted(self._shape(scope)), scope)
        return LateFacts(
            customers=whole(row["customers"]),
            repeat_customers=whole(row["repeat_customers"]),
            late=whole(row["late"]),
        )

    async def idle_buyers(
        self, scope: Scope, late: Late, *, after: tuple[str, UUID] | None, limit: int
    ) -> Sequence[IdleBuyer]:
        """One page of customers, by key, then by id."""
        values = {**scope_values(scope), "limit": limit}
        if after is not None:
            values |= {"after_key": after[0], "after_id": str(after[1])}
        statement = lifetime.idle_buyers(self._shape(scope), late, after=after is not None)
        return [_idle_buyer(row) for row in await self._run("lifetime.idle_buyers", statement, values)]

    async def repeater(self, scope: Scope, customer_id: UUID) -> Repeater | None:
        """One customer and its history."""
        values = {**scope_values(scope), "customer": customer_id, "limit": 1}
        rows = await self._run("lifetime.one_repeater", lifetime.one_repeater(self._shape(scope)), values)
        return _repeater(rows[0]) if rows else None

    async def idle_buyer(self, scope: Scope, customer_id: UUID) -> IdleBuyer | None:
        """One customer and the ends of its purchase days."""
        values = {**scope_values(scope), "customer": customer_id, "limit": 1}
        rows = await self._run("lifetime.one_idle_buyer", lifetime.one_idle_buyer(self._shape(scope)), values)
        return _idle_buyer(rows[0]) if rows else None


def _repeats(row: Row) -> RepeatHistory:
    return RepeatHistory(
        repeats=whole(row["repeats"]),
        recency_days=whole(row["recency_days"]),
        age_days=whole(row["age_days"]),
        repeat_revenue=amount(row["repeat_revenue"]),
    )


def _repeater(row: Row) -> Repeater:
    return Repeater(key=row["key"], id=UUID(row["id"]), history=_repeats(row))


def _idle_buyer(row: Row) -> IdleBuyer:
    gap = row["long_gap_tenths"]
    return IdleBuyer(
        key=row["key"],
        id=UUID(row["id"]),
        first_day=day(row["first_day"]),
        last_day=day(row["last_day"]),
        purchase_days=whole(row["days"]),
        long_gap_tenths=None if gap is None else whole(gap),
    )
