"""The bare limit of an import: rows of Online Retail, parsed and sent by COPY into one table without keys.

No rules, no verdicts, no orders made of the rows, no events, and a second run would double everything.
"""

import asyncio
import csv
import gzip
import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO

import asyncpg

TABLE = (
    "CREATE TABLE sale_rows (invoice text NOT NULL, sku text NOT NULL, description text, quantity int NOT NULL,"
    " at timestamptz NOT NULL, unit_price numeric(18, 4) NOT NULL, customer text, country text)"
)


def parsed(file: IO[bytes]) -> Iterator[tuple[object, ...]]:
    """The rows as typed values, one at a time."""
    rows = csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
    next(rows)
    for invoice, sku, description, quantity, at, price, customer, country in rows:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        yield (
            invoice, sku, description or None, int(quantity), moment, Decimal(price), customer or None, country or None
        )  # fmt: skip


async def main(path: str, dsn: str) -> None:
    """Fills the table and prints how many rows it has."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(TABLE)
    with gzip.open(path) as file:
        await connection.copy_records_to_table("sale_rows", records=parsed(file))  # type: ignore[arg-type]  # gzip's file
    print(await connection.fetchval("SELECT count(*) FROM sale_rows"))
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], os.environ["BENCH_DSN"]))
