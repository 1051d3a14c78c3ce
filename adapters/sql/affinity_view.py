"""What a view of a SQL store tells of what is bought together: which statements answer which question."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Select

from adapters.sql import affinity
from adapters.sql.rows import Row, whole
from adapters.sql.scope import scope_values
from adapters.sql.view import SqlView
from domain.analytics.facts import By
from domain.analytics.pairs import (
    NeighbourFacts,
    PairFacts,
    PairQuestion,
    PairTotals,
    PopularFacts,
    Unit,
    nearest,
)
from domain.analytics.scope import Scope


class SqlAffinityView(SqlView):
    """The part of a view that is about pairs, of which one question may count so many."""

    _most_pairs: int | None = None

    @property
    def most_pairs(self) -> int | None:
        """How many pairs are counted for one question."""
        return self._most_pairs

    async def units(self, scope: Scope, unit: Unit) -> int:
        """How many purchases, or known customers with one."""
        (row,) = await self._run("affinity.units", affinity.units(self._shape(scope), unit), scope_values(scope))
        return whole(row["units"])

    async def pairs_within(self, scope: Scope, unit: Unit, by: By, *, least: int) -> int:
        """How many pairs all units hold; of many too many, those of some of them."""
        shape, values = self._shape(scope), {**scope_values(scope), "least": least}

        async def counted(name: str, statement: Select[Any]) -> int:
            (row,) = await self._run(name, statement, values)
            return whole(row["twice"]) // 2

        if self.most_pairs is not None:
            # A few seconds for a shop of millions of lines, all of whose pairs would take many to count.
            some = await counted("affinity.pairs_in_part", affinity.pairs_within(shape, unit, by, part=True))
            if some > self.most_pairs:
                return some
        return await counted("affinity.pairs_within", affinity.pairs_within(shape, unit, by))

    async def pairs(self, scope: Scope, question: PairQuestion) -> PairTotals:
        """The first pairs: those that the store found, in the exact order."""
        confidence, lift = question.confidence, question.lift
        statement = affinity.pairs(
            self._shape(scope),
            question.unit,
            question.by,
            question.measure,
            confidence=confidence is not None,
            lift=lift is not None,
        )
        values = {
            **scope_values(scope),
            "least": question.least,
            "units": question.units,
            "limit": question.limit,
            **_parts("confidence", confidence),
            **_parts("lift", lift),
        }
        rows = await self._run("affinity.pairs", statement, values)
        found = (
            PairFacts(a=row["a"], b=row["b"], n_a=whole(row["n_a"]), n_b=whole(row["n_b"]), n_ab=whole(row["n_ab"]))
            for row in rows
        )
        return PairTotals(count=whole(rows[0]["found"]) if rows else 0, top=question.first(found))

    async def neighbours(
        self, scope: Scope, product: str | None, *, least: int, limit: int
    ) -> Sequence[NeighbourFacts]:
        """The products most like one, or like each: those that the store found, in the exact order."""
        statement = affinity.neighbours(self._shape(scope), of_one=product is not None)
        values = {**scope_values(scope), "product": product, "least": least, "limit": limit}
        rows = await self._run("affinity.neighbours", statement, values)
        return list(nearest(map(_neighbour, rows), limit))

    async def pairs_beside(self, scope: Scope, customer: UUID, *, least: int) -> int:
        """How many pairs of what a customer bought and something else."""
        values = {**scope_values(scope), "customer": customer, "least": least}
        (row,) = await self._run("affinity.pairs_beside", affinity.pairs_beside(self._shape(scope)), values)
        return whole(row["pairs"])

    async def beside(self, scope: Scope, customer: UUID, *, least: int) -> Sequence[NeighbourFacts]:
        """What a customer bought beside what it has not."""
        values = {**scope_values(scope), "customer": customer, "least": least}
        rows = await self._run("affinity.beside", affinity.beside(self._shape(scope)), values)
        return sorted(map(_neighbour, rows), key=lambda one: (one.key, one.neighbour))

    async def bought(self, scope: Scope, customer: UUID) -> int:
        """How many products a customer bought."""
        values = {**scope_values(scope), "customer": customer}
        (row,) = await self._run("affinity.bought", affinity.bought(self._shape(scope)), values)
        return whole(row["products"])

    async def popular(
        self, scope: Scope, customer: UUID | None, *, limit: int, of_own_categories: bool
    ) -> Sequence[PopularFacts]:
        """What most customers bought and this one has not."""
        statement = affinity.popular(self._shape(scope), of_own_categories=of_own_categories)
        values = {**scope_values(scope), "customer": customer, "limit": limit}
        found: dict[str, int] = {}
        shared: dict[str, list[str]] = {}
        for row in await self._run("affinity.popular", statement, values):
            found[row["key"]] = whole(row["customers"])
            if of_own_categories:
                shared.setdefault(row["key"], []).append(row["category"])
        facts = (
            PopularFacts(key=key, customers=many, categories=tuple(sorted(shared.get(key, ()))))
            for key, many in found.items()
        )
        return sorted(facts, key=lambda one: (-one.customers, one.key))

    async def names(self, scope: Scope, keys: Sequence[str]) -> Mapping[str, str]:
        """What products are called."""
        if not keys:
            return {}
        values = {**scope_values(scope), "keys": msgspec.json.encode(keys).decode()}
        rows = await self._run("affinity.names", affinity.names(self._shape(scope)), values)
        return {row["key"]: row["name"] for row in rows if row["name"] is not None}

    async def is_customer(self, customer: UUID) -> bool:
        """Whether there is such a customer."""
        return bool(await self._run("affinity.customer", affinity.living_customer(), {"customer": customer}))


def _parts(name: str, threshold: Fraction | None) -> Mapping[str, Any]:
    if threshold is None:
        return {}
    return {f"{name}_part": threshold.numerator, f"{name}_whole": threshold.denominator}


def _neighbour(row: Row) -> NeighbourFacts:
    return NeighbourFacts(
        key=row["key"],
        neighbour=row["neighbour"],
        n_i=whole(row["n_i"]),
        n_j=whole(row["n_j"]),
        n_ij=whole(row["n_ij"]),
    )
