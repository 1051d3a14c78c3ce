"""The facts as files: their columns, and the views of one manifest that the statements ask."""

# ruff: noqa: S608  # names of this program's own files, tables and columns alone go into the text

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Column, DateTime, Integer, Numeric, Uuid

from adapters.duckdb.engine import files_from
from adapters.duckdb.manifest import Manifest
from adapters.sql.facts import AS_RECORDS, FACT_COLUMNS, FACT_IDS, order_facts, return_facts, sale_facts
from application.ports.warehouse import FactTable

GENERATION: Final = "generation"
_OF_FACTS: Final = {FactTable.ORDERS: order_facts, FactTable.SALES: sale_facts, FactTable.RETURNS: return_facts}
_NAMED: Final = {
    FactTable.BOOKS: ("UUID", "VARCHAR", "VARCHAR", "VARCHAR[]"),
    FactTable.CUSTOMERS: ("UUID", "VARCHAR", "TIMESTAMP"),
}
MOMENTS: Final = {FactTable.ORDERS: "placed_at", FactTable.SALES: "placed_at", FactTable.RETURNS: "returned_at"}
"""When a fact happened."""


def columns(table: FactTable) -> dict[str, str]:
    """The columns of a table, with their types in DuckDB."""
    kinds = [_kind(one) for one in _OF_FACTS[table].c] if table in _OF_FACTS else _NAMED[table]
    return dict(zip(FACT_COLUMNS[table], kinds, strict=True))


def views(manifest: Manifest, folder: Path) -> Sequence[str]:
    """The statements that make the tables of a manifest."""
    withdrawals = [folder / name for name in manifest.of("withdrawals")]
    made = []
    if withdrawals:
        made.append(
            f"CREATE TABLE withdrawn AS SELECT id, max({GENERATION}) AS {GENERATION} "
            f"FROM {files_from(withdrawals)} GROUP BY id"
        )
    for table, facts in _OF_FACTS.items():
        files = [folder / name for name in manifest.of(table.value)]
        made.append(f"CREATE VIEW {facts.name} AS {standing(table, files, withdrawn=bool(withdrawals))}")
    for name, file in (("books", manifest.books), ("customers", manifest.customers)):
        made.append(f"CREATE VIEW {name} AS SELECT * FROM {files_from([folder / file])}")
    return [*made, *(f"CREATE VIEW {name} AS SELECT {columns}" for name, columns in AS_RECORDS.items())]


def standing(table: FactTable, files: Sequence[Path], *, withdrawn: bool) -> str:
    """The facts in these files that nobody has taken back, as a SELECT."""
    if not files:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in columns(table).items())
        return f"SELECT {nothing}, 0 AS {GENERATION} WHERE false"
    query = f"SELECT * FROM {files_from(files)} AS fact"
    if withdrawn:
        query += (
            f" WHERE NOT EXISTS (SELECT 1 FROM withdrawn WHERE withdrawn.id = fact.{FACT_IDS[table]} "
            f"AND withdrawn.{GENERATION} > fact.{GENERATION})"
        )
    return query


def _kind(column: Column[object]) -> str:
    match column.type:
        case Uuid():
            return "UUID"
        case DateTime():
            return "TIMESTAMP"
        case Numeric():
            return "DECIMAL(18, 4)"
        case Integer():
            return "INTEGER"
    return "VARCHAR"
