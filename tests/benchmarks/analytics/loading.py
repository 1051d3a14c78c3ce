"""The shop into PostgreSQL: people and books through the ports, everything else by COPY into the real tables."""

# names of tables and columns alone go into the text

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final

import asyncpg
import numpy as np

from adapters.embedded.server import EmbeddedPostgres
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.caller import Caller
from entrypoints.bootstrap.migrate import upgrade
from tests.benchmarks.analytics.files import Copied, ShopFiles
from tests.benchmarks.analytics.peers.figures import Given
from tests.benchmarks.analytics.people_and_books import BY, books, customers
from tests.benchmarks.analytics.shop import NOBODY, Shop, Size, make_shop

Say = Callable[[str], None]
_BATCH: Final = 5_000
# What is dropped before rows are copied, and how it is made again: indexes that no constraint needs, and foreign keys.
_INDEXES: Final = """
    SELECT 'DROP INDEX ' || indexrelid::regclass AS dropped, pg_get_indexdef(indexrelid) AS made
    FROM pg_index WHERE indrelid = $1::regclass
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""
_FOREIGN_KEYS: Final = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS dropped,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS made
    FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'f'
"""


class Loading:
    """The books and customers of a shop, and the shop in files."""

    def __init__(self, shop: Shop) -> None:
        self._books, self._customers = list(books(shop)), list(customers(shop))
        self.files = ShopFiles(
            shop,
            skus=[book.details.isbn.value for book, _ in self._books],
            books=[str(book.id) for book, _ in self._books],
            customers=[str(customer.id) for customer, _ in self._customers],
        )

    async def fill(self, dsn: str, folder: Path, say: Say) -> None:
        """All of it, with the events that a history has, numbered; `folder` holds the files meanwhile."""
        say(f"{len(self._books):,} books and {len(self._customers):,} customers through the ports")
        pool = Pool(dsn)
        await pool.open()
        await _keep(pool, self._books, lambda uow: uow.books)
        await _keep(pool, self._customers, lambda uow: uow.customers)
        await pool.close()
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute("UPDATE events SET sequence = position")
            after = await connection.fetchval("SELECT max(position) FROM events")
            say("orders, returns and events into files")
            copies = self.files.for_postgres(folder, after=after)
            async with _bare(connection, [one.table for one in copies], say):
                for one in copies:
                    say(f"COPY {one.table}")
                    await _copy(connection, one)
            say("VACUUM ANALYZE")
            await connection.execute("SELECT setval('events_position_seq', (SELECT max(position) FROM events))")
            await connection.execute("VACUUM ANALYZE")
        finally:
            await connection.close()

    def given(self, shop: Shop) -> Given:
        """A book that is bought often (the 50th), and a customer with about twenty lines."""
        book = int(np.argsort(np.bincount(shop.product))[-min(50, shop.size.products)])
        buyer = shop.customer[shop.line_order[~shop.cancelled[shop.line_order]]]
        customer = int(np.argmin(np.abs(np.bincount(buyer[buyer != NOBODY]) - 20)))
        sku = self._books[book][0].details.isbn.value
        return {"sku": sku, "customer": customer, "customer_id": str(self._customers[customer][0].id)}


async def _keep(pool: Pool, made: Sequence[tuple[Any, Any]], of: Callable[[Any], Any]) -> None:
    every = iter(made)
    while batch := list(islice(every, _BATCH)):
        async with PostgresUnitsOfWork(pool)(Caller(BY)) as uow:
            of(uow).add_many([one for one, _ in batch])
            uow.record(*(event for _, event in batch))
            await uow.commit()


async def _copy(connection: asyncpg.Connection, one: Copied) -> None:
    await connection.copy_to_table(one.table, source=one.file, columns=list(one.columns), format="csv", timeout=3600)
    one.file.unlink()


@asynccontextmanager
async def _bare(connection: asyncpg.Connection, tables: Sequence[str], say: Say) -> AsyncIterator[None]:
    """The tables without indexes and foreign keys; with all of them afterwards, made and checked in one go."""
    made = {query: [(one, await connection.fetch(query, one)) for one in tables] for query in (_INDEXES, _FOREIGN_KEYS)}
    await connection.execute("SET maintenance_work_mem = '512MB'")
    for row in (row for query in made.values() for _, rows in query for row in rows):
        await connection.execute(row["dropped"])
    yield
    for what, query in (("indexes", _INDEXES), ("foreign keys", _FOREIGN_KEYS)):
        for table, rows in made[query]:
            say(f"{len(rows)} {what} of {table}")
            for row in rows:
                await connection.execute(row["made"], timeout=3600)
    await connection.execute("RESET maintenance_work_mem")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedShop:
    """A shop in PostgreSQL at `dsn`, and as Parquet in `parquet`; `given` is whom and what the questions are about."""

    dsn: str
    folder: Path
    parquet: Path
    given: Given


@contextmanager
def shop_in_postgres(folder: Path, size: Size, say: Say) -> Iterator[LoadedShop]:
    """The shop of this size in a PostgreSQL of its own, which syncs to disk; made where the folder has none yet."""
    parquet, made = folder / "parquet", folder / "shop.json"
    postgres = EmbeddedPostgres(folder / "postgres")
    dsn = postgres.start()
    try:
        if made.exists():
            known = json.loads(made.read_text(encoding="utf-8"))
            if known["lines"] != size.lines:
                raise SystemExit(f"{folder} holds a shop of {known['lines']:,} lines: choose another folder")
            say(f"the shop of {size.lines:,} lines is there")
        else:
            parquet.mkdir(parents=True)
            known = {"lines": size.lines, "given": _make(dsn, folder, parquet, size, say)}
            made.write_text(json.dumps(known), encoding="utf-8")
        upgrade(dsn)
        yield LoadedShop(dsn=dsn, folder=folder, parquet=parquet, given=known["given"])
    finally:
        postgres.stop()


def _make(dsn: str, folder: Path, parquet: Path, size: Size, say: Say) -> Given:
    upgrade(dsn)
    say(f"a shop of {size.lines:,} order lines by lot")
    shop = make_shop(size)
    loading = Loading(shop)
    with loading.files as files:
        say("Parquet for the peers")
        files.for_peers(parquet)
        began = monotonic()
        asyncio.run(loading.fill(dsn, folder, say))
        say(f"PostgreSQL took {monotonic() - began:.0f} s")
    return loading.given(shop)
