"""The tables of facts in Snowflake: how they are made, and what a question sees of them.

A row says since which `generation` it holds, and from which one on it is `withdrawn`. What a question sees is one
generation, whatever is written meanwhile. Each generation has a row among the places, for as long as all of its facts
are there; the newest is what questions begin with.
"""

# ruff: noqa: S608  # names of tables that the settings were asked about, and of columns, alone go into the text

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import CTE, Column, Select, Table, Uuid, text
from sqlalchemy import column as named_column
from sqlalchemy.sql.visitors import ExternallyTraversible

from adapters.snowflake.loading import kept_as
from adapters.snowflake.names import FactNames
from adapters.sql.facts import AS_RECORDS, FACT_COLUMNS, order_facts, return_facts, sale_facts
from adapters.sql.tables import books, customers
from application.ports.warehouse import FactTable

_OF: Final[Mapping[FactTable, Table]] = {
    FactTable.ORDERS: order_facts,
    FactTable.SALES: sale_facts,
    FactTable.RETURNS: return_facts,
    FactTable.BOOKS: books,
    FactTable.CUSTOMERS: customers,
}
# Which facts a single order or return is made of.
_MADE_OF: Final = {
    "orders": FactTable.ORDERS,
    "order_lines": FactTable.SALES,
    "returns": FactTable.RETURNS,
    "return_lines": FactTable.RETURNS,
}
_PLACES: Final = (
    "generation INTEGER NOT NULL, sequence INTEGER NOT NULL, watermark INTEGER NOT NULL, event VARCHAR NOT NULL, "
    "synced_at TIMESTAMP_TZ NOT NULL, orders INTEGER NOT NULL, sales INTEGER NOT NULL, returns INTEGER NOT NULL, "
    "withdrawn INTEGER NOT NULL"
)
_WRITERS: Final = "places VARCHAR NOT NULL, holder VARCHAR, held_until TIMESTAMP_TZ"


def columns(table: FactTable) -> Sequence[Column[Any]]:
    """The columns of a table, without those of its generations."""
    return [_OF[table].c[name] for name in FACT_COLUMNS[table]]


def create(names: FactNames) -> Sequence[str]:
    """The statements that make the tables where they are not there yet."""
    made = []
    for table in FactTable:
        kept = ", ".join(f"{one.name} {kept_as(one)}{'' if one.nullable else ' NOT NULL'}" for one in columns(table))
        made.append((names.of_table(table), f"{kept}, generation INTEGER NOT NULL, withdrawn INTEGER"))
    made += [(names.places, _PLACES), (names.writers, _WRITERS)]
    # Text compares by its bytes, whatever collation the account gives to new tables.
    return [f"CREATE TABLE IF NOT EXISTS {name} ({kept}) DEFAULT_DDL_COLLATION = ''" for name, kept in made]


# Statements are built once a shape, so there are as many as there are shapes.
@lru_cache(maxsize=4096)
def of_facts(statement: Select[Any], names: FactNames) -> Select[Any]:
    """The statement where the tables that it asks are those of facts, by their names, as one generation has them."""
    asked = _tables(statement)
    needed = [table for table in FactTable if _OF[table].name in asked or asked & _records_of(table)]
    seen = [_seen(table, names) for table in needed]
    seen += [_named(name, f"SELECT {rows}") for name, rows in AS_RECORDS.items() if name in asked]
    return statement.add_cte(*seen)


def _tables(statement: Select[Any]) -> set[str]:
    """The names of the tables that it asks. A part that many share is looked at once: SQLAlchemy's own way through a
    statement goes into it each time, which takes seconds where parts share parts.
    """
    found: set[str] = set()
    seen: dict[int, ExternallyTraversible] = {}
    ahead: list[ExternallyTraversible] = [statement]
    while ahead:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen[id(one)] = one
        if isinstance(one, Table):
            found.add(one.name)
        ahead.extend(one.get_children())
    return found


def _records_of(table: FactTable) -> set[str]:
    return {name for name, facts in _MADE_OF.items() if facts is table}


def _seen(table: FactTable, names: FactNames) -> CTE:
    if names.views:
        picked = ", ".join(f"CAST({_own(one)} AS {kept_as(one)}) AS {one.name}" for one in columns(table))
        return _named(_OF[table].name, f"SELECT {picked} FROM {names.of_table(table)}")
    holds = "generation <= :generation AND (withdrawn IS NULL OR withdrawn > :generation)"
    return _named(
        _OF[table].name, f"SELECT {', '.join(FACT_COLUMNS[table])} FROM {names.of_table(table)} WHERE {holds}"
    )


def _own(column: Column[Any]) -> str:
    """A column of somebody else's view; an id with hyphens or without."""
    return f"REPLACE(LOWER({column.name}), '-', '')" if isinstance(column.type, Uuid) else column.name


def _named(name: str, query: str) -> CTE:
    return text(query).columns(named_column("nothing")).cte(name)
