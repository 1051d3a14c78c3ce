"""The shared statements as SQL of DuckDB: what PostgreSQL says, and the few elements that DuckDB says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from adapters.sql.dialects import AmongTexts, AmountSummand, ByBytes, CountSummand, ExactNumber, LocalDay

LOCAL_DAY = "local_day_in_zone"
"""The function that a statement calls for the local day of a moment; its name is exchanged for that of a zone's."""


class DuckDbDialect(PGDialect):
    """Derived from PostgreSQL's, whose syntax DuckDB takes; values are numbered ($1)."""

    name = "duckdb"
    supports_statement_cache = True


_DIALECT = DuckDbDialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect


@compiles(LocalDay, "duckdb")
def _local_day(element: LocalDay, compiler: SQLCompiler, **kw: Any) -> str:
    # Of the zone's own rules, and not of those that DuckDB brings along (adapters/duckdb/zones.py).
    moment, _ = element.clauses
    return f"{LOCAL_DAY}({compiler.process(moment, **kw)})"


@compiles(ByBytes, "duckdb")
def _by_bytes(element: ByBytes, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(AmountSummand, "duckdb")
@compiles(CountSummand, "duckdb")
def _summand(element: AmountSummand | CountSummand, compiler: SQLCompiler, **kw: Any) -> str:
    # Sums are exact and wide enough by themselves: DECIMAL(38, 4) of amounts, HUGEINT of whole numbers.
    return compiler.process(element.clauses, **kw)


@compiles(AmongTexts, "duckdb")
def _among_texts(element: AmongTexts, compiler: SQLCompiler, **kw: Any) -> str:
    one, texts = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{one} IN (SELECT unnest(from_json({texts}, '[\"VARCHAR\"]')))"  # compiled clauses alone


@dataclass(frozen=True, slots=True)
class DuckDbStatement:
    """A statement as text, and the names of its values in their order."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def bind(self, values: Mapping[str, Any]) -> Sequence[Any]:
        """The values in their order; moments, which are in UTC, without their zone."""
        every = {**values, **self.constants}
        return [_plain(every[name]) for name in self.names]


# Statements are built once a shape, so there are as many as there are shapes.
@lru_cache(maxsize=4096)
def compiled(statement: Select[Any]) -> DuckDbStatement:
    """The statement for DuckDB.

    Exact numbers are told as text: Python makes decimals of it in half the time that DuckDB takes to.
    """
    made = statement.compile(dialect=_DIALECT)
    if not isinstance(made, SQLCompiler):
        raise TypeError("only a SELECT is asked of a warehouse")
    names = tuple(made.positiontup or ())
    constants = {name: made.binds[name].value for name in names if not made.binds[name].required}
    told = {each.name: isinstance(each.type, ExactNumber) for each in statement.selected_columns}
    sql = made.string
    if any(told.values()):
        columns = ", ".join(
            f'CAST("{name}" AS VARCHAR) AS "{name}"' if text else f'"{name}"' for name, text in told.items()
        )
        # The order stays: DuckDB keeps that of the one table of a FROM.
        sql = f"SELECT {columns} FROM ({sql}) AS told"  # noqa: S608  # a compiled statement and names of its columns
    return DuckDbStatement(sql, names, constants)


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
