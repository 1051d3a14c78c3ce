"""`make bench-warehouse`: the embedded warehouse beside the same questions written by hand for DuckDB.

A large shop is written to a PostgreSQL of its own and synced. Each report is then asked of the warehouse, through the
service and with all that a definition takes, and beside it in the same run what a person would write over the same
Parquet files for the counting alone. Both have the same threads and memory; each figure is the best of the rounds.
"""

# names of files alone go into the text

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from adapters.duckdb.engine import Engine, Limits
from adapters.duckdb.manifest import ManifestFile
from adapters.duckdb.purchases import DuckDbPurchaseFacts
from adapters.duckdb.warehouse import DuckDbFactStore
from adapters.embedded.server import EmbeddedPostgres
from adapters.postgres.pool import Pool
from adapters.postgres.purchases import PostgresPurchaseFacts
from adapters.postgres.warehouse import PostgresFactSource
from adapters.system.system import SystemClock
from application.analytics.service import AnalyticsService
from application.warehouse.service import WarehouseService
from entrypoints.bootstrap.migrate import upgrade
from tests.benchmarks.large_shop import write_shop

LIMITS = Limits(memory_mb=384, threads=2, at_once=2)
ALLOWED_RATIO, ALLOWED_MS, SYNC_SECONDS = 2.0, 30.0, 60.0
_BOUGHT = "FROM {orders} WHERE currency = 'EUR' AND CAST(placed_at AS DATE) < DATE '2030-01-01'"
_SOLD = "FROM {sales} WHERE currency = 'EUR' AND CAST(placed_at AS DATE) < DATE '2030-01-01'"
_BACK = "FROM {returns} WHERE currency = 'EUR'"
_BACK_OF_KNOWN = (
    f"FROM {{returns}} AS r JOIN (SELECT customer_id AS c, min(placed_at) AS f {_BOUGHT} GROUP BY 1) "
    "ON c = r.customer_id WHERE currency = 'EUR'"
)
BY_HAND: Mapping[str, str] = {
    "summary": f"""
        SELECT count(*), count(DISTINCT customer_id) {_BOUGHT};
        SELECT sum(quantity), sum(amount), count(DISTINCT sku) {_SOLD};
        SELECT sum(n) FROM (SELECT count(DISTINCT sku) AS n {_SOLD} GROUP BY order_id);
        SELECT sum(quantity), sum(amount) {_BACK}""",
    "revenue": f"""
        SELECT CAST(placed_at AS DATE), count(*), count(DISTINCT customer_id) {_BOUGHT} GROUP BY 1;
        SELECT d, count(*) FROM (SELECT min(CAST(placed_at AS DATE)) AS d {_BOUGHT} GROUP BY customer_id) GROUP BY 1;
        SELECT CAST(placed_at AS DATE), sum(quantity), sum(amount) {_SOLD} GROUP BY 1;
        SELECT CAST(returned_at AS DATE), sum(quantity), sum(amount) {_BACK} GROUP BY 1""",
    "top-products": f"""
        SELECT s.sku, title, s.amount - coalesce(r.amount, 0) AS net, n, c
        FROM (SELECT sku, any_value(book_id) AS b, sum(amount) AS amount, count(DISTINCT order_id) AS n,
                     count(DISTINCT customer_id) AS c {_SOLD} GROUP BY sku) AS s
        LEFT JOIN (SELECT sku, sum(amount) AS amount {_BACK} GROUP BY sku) AS r ON r.sku = s.sku
        LEFT JOIN {{books}} ON id = b ORDER BY net DESC, s.sku LIMIT 10;
        SELECT count(*), count(DISTINCT customer_id) {_BOUGHT}""",
    "rfm": f"""
        SELECT r, f, m, count(*), sum(n), sum(s) FROM (
            SELECT n, s, ntile(5) OVER (ORDER BY d, k, c) AS r, ntile(5) OVER (ORDER BY n, k, c) AS f,
                   ntile(5) OVER (ORDER BY s, k, c) AS m
            FROM (SELECT c, d, n, s, coalesce(reference, CAST(c AS VARCHAR)) AS k FROM (
                    SELECT customer_id AS c, max(CAST(placed_at AS DATE)) AS d, count(*) AS n, sum(amount) AS s
                    {_BOUGHT} GROUP BY 1) LEFT JOIN {{customers}} ON id = c)) GROUP BY ALL;
        SELECT d, n, s, count(*) FROM (
            SELECT max(CAST(placed_at AS DATE)) AS d, count(*) AS n, sum(amount) AS s {_BOUGHT} GROUP BY customer_id)
        GROUP BY GROUPING SETS ((d), (n), (s));
        SELECT count(*) FROM {{customers}} WHERE deleted_at IS NULL AND id NOT IN (SELECT customer_id {_BOUGHT})""",
    "repeat-rate": f"""
        SELECT n, count(*)
        FROM (SELECT count(DISTINCT CAST(placed_at AS DATE)) AS n {_BOUGHT} GROUP BY customer_id) GROUP BY 1""",
    "interpurchase": f"""
        SELECT g, count(*) FROM (
            SELECT d - lag(d) OVER (PARTITION BY customer_id ORDER BY d) AS g
            FROM (SELECT DISTINCT customer_id, CAST(placed_at AS DATE) AS d {_BOUGHT}))
        WHERE g IS NOT NULL GROUP BY 1""",
    "cohorts": f"""
        SELECT date_trunc('month', f), m, count(DISTINCT customer_id), sum(n), sum(s) FROM (
            SELECT customer_id, m, n, s, min(d) OVER (PARTITION BY customer_id) AS f
            FROM (SELECT customer_id, date_trunc('month', placed_at) AS m, min(placed_at) AS d, count(*) AS n,
                         sum(amount) AS s {_BOUGHT} GROUP BY 1, 2)) GROUP BY 1, 2;
        SELECT date_trunc('month', f), date_trunc('month', returned_at), sum(amount) {_BACK_OF_KNOWN} GROUP BY 1, 2""",
    "pareto": f"""
        SELECT net, count(*) FROM (
            SELECT s.sku, s.amount - coalesce(r.amount, 0) AS net
            FROM (SELECT sku, sum(amount) AS amount {_SOLD} GROUP BY sku) AS s
            LEFT JOIN (SELECT sku, sum(amount) AS amount {_BACK} GROUP BY sku) AS r ON r.sku = s.sku) GROUP BY 1;
        SELECT s.sku, title, s.amount - coalesce(r.amount, 0) AS net
        FROM (SELECT sku, max(book_id) AS b, sum(amount) AS amount {_SOLD} GROUP BY sku) AS s
        LEFT JOIN (SELECT sku, sum(amount) AS amount {_BACK} GROUP BY sku) AS r ON r.sku = s.sku
        LEFT JOIN {{books}} ON id = b ORDER BY net DESC, s.sku LIMIT 10""",
}


async def timed(rounds: int, ask: Callable[[], Awaitable[object]]) -> float:
    """The least milliseconds that it took."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        await ask()
        best = min(best, (time.perf_counter() - began) * 1000)
    return best


def by_hand(folder: Path) -> Callable[[str], object]:
    """What a person would ask of the same files, in a DuckDB with the same limits."""
    manifest = ManifestFile(folder).read()
    if manifest is None:
        raise RuntimeError("there is no warehouse")
    connection = duckdb.connect(":memory:", config={"memory_limit": f"{LIMITS.memory_mb}MB", "threads": LIMITS.threads})
    connection.execute("SET parquet_metadata_cache = true")
    files = {name: [str(folder / one) for one in manifest.of(name)] for name in ("orders", "sales", "returns")}
    files |= {"books": [str(folder / manifest.books)], "customers": [str(folder / manifest.customers)]}
    tables = {name: f"read_parquet({names})" for name, names in files.items()}

    def ask(report: str) -> object:
        return [connection.execute(query.format(**tables)).fetchall() for query in BY_HAND[report].split(";")]

    return ask


async def measure(url: str, folder: Path, orders: int, rounds: int, *, records: bool) -> None:
    """Writes, syncs, asks, and prints what it took."""
    console = Console()
    began = time.perf_counter()
    await write_shop(url, orders)
    console.print(f"{orders:,} orders written in {time.perf_counter() - began:.0f} s")
    pool = Pool(url, statement_timeout_ms=600_000)
    await pool.open()
    engine = Engine(LIMITS, spill=folder / "spilled")
    store, facts = DuckDbFactStore(folder, engine), DuckDbPurchaseFacts(folder, engine)
    service = WarehouseService(source=PostgresFactSource(pool), store=store, clock=SystemClock())
    began = time.perf_counter()
    status = await service.sync()
    took = time.perf_counter() - began
    console.print(
        f"full sync of {status.sales:,} lines: {took:.1f} s (goal {SYNC_SECONDS:.0f}), {status.bytes / 1e6:.0f} MB, "
        f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    analytics = AnalyticsService(facts=facts, clock=SystemClock())
    direct = AnalyticsService(facts=PostgresPurchaseFacts(pool), clock=SystemClock())
    hand = by_hand(folder)
    table = Table("report", "warehouse ms", "by hand ms", "ratio", *(["PostgreSQL ms"] if records else []), "within")
    for report in BY_HAND:
        for tz in ("UTC", "Europe/Berlin") if report == "revenue" else ("UTC",):
            asked = [("tz", tz), *([("method", "ntile"), ("returns", "ignore")] if report == "rfm" else [])]
            ours = await timed(rounds, lambda report=report, asked=asked: analytics.ask(report, asked))  # type: ignore[misc]  # bound at once
            theirs = await timed(rounds, lambda report=report: asyncio.to_thread(hand, report))  # type: ignore[misc]  # likewise
            row = [f"{report} {tz}", f"{ours:.0f}", f"{theirs:.0f}", f"{ours / theirs:.2f}"]
            if records:
                row.append(f"{await timed(1, lambda report=report, asked=asked: direct.ask(report, asked)):.0f}")  # type: ignore[misc]  # likewise
            table.add_row(*row, "yes" if ours <= max(ALLOWED_RATIO * theirs, ALLOWED_MS) else "NO")
    console.print(table)
    console.print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    await engine.close()
    await pool.close()


def main() -> None:
    """Reads the options and measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_600_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--records", action="store_true", help="ask PostgreSQL, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        url = postgres.start()
        try:
            upgrade(url)
            asyncio.run(
                measure(url, Path(folder) / "warehouse", options.orders, options.rounds, records=options.records)
            )
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
