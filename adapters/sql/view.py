"""What every part of a view of a SQL store works with."""

from typing import Any

from sqlalchemy import Select

from adapters.sql.rows import Row, Run
from adapters.sql.scope import Shape, scope_values
from domain.analytics.scope import Scope


class SqlView:
    """Statements go to the store by `run`; `flat` says whether the store keeps facts, as a `Shape` tells them."""

    def __init__(self, run: Run, *, flat: bool) -> None:
        self._run = run
        self._flat = flat

    def _shape(self, scope: Scope) -> Shape:
        return Shape.of(scope, flat=self._flat)

    async def _one(self, name: str, statement: Select[Any], scope: Scope) -> Row:
        return (await self._run(name, statement, scope_values(scope)))[0]
