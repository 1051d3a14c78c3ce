"""The shop as files: Parquet for the peers, and CSV that PostgreSQL copies into its tables."""

# names of this module's own tables and files alone go into the text

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import duckdb
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from tests.benchmarks.analytics.people_and_books import BY
from tests.benchmarks.analytics.shop import CURRENCY, NOBODY, Shop

SALES: Final = "sales.parquet"
RETURNED: Final = "returned.parquet"
# Ids that sort by their moment and are the same each time; `kind` tells those of orders from those of returns.
_UUID: Final = """
    CREATE MACRO uuid7(moment, kind, number) AS format(
        '{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}',
        moment * 1000 // 65536, moment * 1000 % 65536, kind, number % 4096, number
    )
"""
_MADE: Final = (
    """
    CREATE TABLE placed AS
    SELECT number, uuid7(placed_at, 1, number) AS order_id, customer, customer_id, placed_at, cancelled,
           'O' || lpad(number::VARCHAR, 8, '0') AS reference,
           return_order IS NOT NULL AS returned, returned_at,
           CASE WHEN return_order IS NOT NULL THEN uuid7(returned_at, 2, number) END AS return_id
    FROM order_columns LEFT JOIN customer_columns USING (customer)
    LEFT JOIN return_columns ON return_order = order_columns.number
    ORDER BY number
    """,
    """
    CREATE TABLE lines AS
    SELECT line_order AS number, line_number, quantity, price, discount, quantity * price - discount AS cents, sku, book
    FROM line_columns JOIN product_columns USING (product)
    ORDER BY line_order, line_number
    """,
)
_FOR_PEERS: Final = {
    SALES: """
        SELECT number AS order_number, customer, make_timestamp(placed_at * 1000000) AS placed_at, sku,
               quantity::INTEGER AS quantity, (cents / 100)::DECIMAL(18, 2) AS amount
        FROM lines JOIN placed USING (number) WHERE NOT cancelled ORDER BY number, line_number
    """,
    RETURNED: """
        SELECT customer, make_timestamp(returned_at * 1000000) AS returned_at, sku,
               quantity::INTEGER AS quantity, (cents / 100)::DECIMAL(18, 2) AS amount
        FROM lines JOIN placed USING (number) WHERE returned AND line_number = 1 ORDER BY returned_at, number
    """,
}
_UTC: Final = "strftime(make_timestamp(({})::BIGINT * 1000000), '%Y-%m-%d %H:%M:%S+00')"
_MONEY: Final = "(lines.{} / 100)::DECIMAL(18, 2)"


def _columns(**given: str) -> str:
    return ", ".join(f"{expression} AS {name}" for name, expression in given.items())


def _lifecycle(version: str, moment: str, changed: str) -> dict[str, str]:
    return {
        "version": version,
        "created_at": _UTC.format(moment),
        "created_by": f"'{BY}'",
        "updated_at": _UTC.format(changed),
        "updated_by": f"'{BY}'",
    }


def _head(reference: str) -> dict[str, str]:
    return {
        "customer_id": "customer_id",
        "channel": "'web'",
        "reference": reference,
        "currency": f"'{CURRENCY}'",
    }


_TOUCHED: Final = "CASE WHEN returned OR cancelled THEN 2 ELSE 1 END"
_LAST_CHANGE: Final = "coalesce(returned_at, placed_at + CASE WHEN cancelled THEN 3600 ELSE 0 END)"
_OF_LINES: Final = "(SELECT number, count(*) AS many, sum(cents) AS cents FROM lines GROUP BY number)"
_ITEM: Final = {
    "sku": "sku",
    "book_id": "book",
    "description": "NULL",
    "quantity": "quantity",
    "unit_price": _MONEY.format("price"),
}


def _event(kind: str, version: int, moment: str, where: str, *, key: str = "order_id", more: str = "") -> str:
    lines = "1" if kind == "return.recorded" else "many"
    columns = _columns(
        moment=moment,
        type=f"'{kind}'",
        aggregate=f"'{kind.partition('.')[0]}'",
        aggregate_id=key,
        version=str(version),
        at=_UTC.format(moment),
        by=f"'{BY}'",
        changed="'{}'",
        data=f"json_object('channel', 'web', 'currency', '{CURRENCY}', 'lines', {lines}{more})",
    )
    return f"SELECT {columns} FROM placed JOIN {_OF_LINES} USING (number) WHERE {where}"


_EVENTS: Final = " UNION ALL ".join(
    (
        _event("order.placed", 1, "placed_at", "true"),
        _event("order.cancelled", 2, "placed_at + 3600", "cancelled"),
        _event("return.recorded", 1, "returned_at", "returned", key="return_id", more=", 'order_id', order_id"),
        _event("order.returned", 2, "returned_at", "returned"),
    )
)
_PLACE: Final = "getvariable('after') + row_number() OVER (ORDER BY moment, aggregate_id, version)"
_FOR_POSTGRES: Final = {
    "orders": f"""
        SELECT {_columns(
            id="order_id", **_head("reference"), status="CASE WHEN cancelled THEN 'cancelled' ELSE 'placed' END",
            placed_at=_UTC.format("placed_at"), subtotal="(cents / 100)::DECIMAL(18, 2)", tax="0", shipping="0",
            line_count="many", **_lifecycle(_TOUCHED, "placed_at", _LAST_CHANGE),
        )}
        FROM placed JOIN {_OF_LINES} USING (number) ORDER BY number
    """,
    "order_lines": f"""
        SELECT {_columns(
            order_id="order_id", number="line_number", **_ITEM, discount=_MONEY.format("discount"),
            amount=_MONEY.format("cents"), returned="CASE WHEN returned AND line_number = 1 THEN quantity ELSE 0 END",
        )}
        FROM lines JOIN placed USING (number) ORDER BY lines.number, line_number
    """,
    "returns": f"""
        SELECT {_columns(
            id="return_id", order_id="order_id", **_head("NULL"), returned_at=_UTC.format("returned_at"),
            total=_MONEY.format("cents"), line_count="1", **_lifecycle("1", "returned_at", "returned_at"),
        )}
        FROM lines JOIN placed USING (number) WHERE returned AND line_number = 1 ORDER BY returned_at, number
    """,
    "return_lines": f"""
        SELECT {_columns(
            return_id="return_id", number="1", **_ITEM, amount=_MONEY.format("cents"), order_line="1",
        )}
        FROM lines JOIN placed USING (number) WHERE returned AND line_number = 1 ORDER BY returned_at, lines.number
    """,
    "events": f"""
        SELECT {_PLACE} AS position, * EXCLUDE (moment), {_PLACE} AS sequence FROM ({_EVENTS}) ORDER BY position
    """,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A CSV file for a table, and the columns that it has, in their order."""

    table: str
    columns: Sequence[str]
    file: Path


class ShopFiles:
    """The shop in DuckDB, from where it is written out; `skus`, `books` and `customers` are what numbers stand for."""

    def __init__(self, shop: Shop, *, skus: Sequence[str], books: Sequence[str], customers: Sequence[str]) -> None:
        self._database = duckdb.connect()
        known = pa.array(shop.customer, pa.int32(), mask=shop.customer == NOBODY)
        groups: Mapping[str, Mapping[str, Any]] = {
            "product_columns": {"product": np.arange(len(skus)), "price": shop.price, "sku": skus, "book": books},
            "customer_columns": {"customer": np.arange(len(customers), dtype=np.int32), "customer_id": customers},
            "order_columns": {
                "number": np.arange(len(shop.customer)), "customer": known, "placed_at": shop.placed_at,
                "cancelled": shop.cancelled,
            },
            "line_columns": {
                name: getattr(shop, name) for name in ("line_order", "line_number", "product", "quantity", "discount")
            },
            "return_columns": {"return_order": shop.return_order, "returned_at": shop.returned_at},
        }  # fmt: skip
        for name, columns in groups.items():
            self._database.register(name, pa.table(dict(columns)))
        for statement in (_UUID, *_MADE):
            self._database.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def for_peers(self, folder: Path) -> None:
        """Sales that were not cancelled and what came back of them, as Parquet."""
        for name, query in _FOR_PEERS.items():
            self._database.execute(f"COPY ({query}) TO '{folder / name}' (FORMAT parquet, COMPRESSION zstd)")

    def for_postgres(self, folder: Path, *, after: int) -> Sequence[Copied]:
        """Files for the tables, in the order in which they are to be filled; events follow after this position."""
        self._database.execute(f"SET VARIABLE after = {after}")
        made = []
        for table, query in _FOR_POSTGRES.items():
            file = folder / f"{table}.csv"
            columns = self._database.execute(f"DESCRIBE {query}").fetchall()
            self._database.execute(f"COPY ({query}) TO '{file}' (FORMAT csv, HEADER false)")
            made.append(Copied(table=table, columns=[name for name, *_ in columns], file=file))
        return made
