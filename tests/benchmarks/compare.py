"""`make bench`: Daybook, the usual stacks and the bare limit, in one run on the same PostgreSQL and the same rows.

Get one book, a page of 50, create one; then, beside the bare limit alone, a page of one category, a search and
a batch of 100; then an import (`imports.py`). Rounds are interleaved, so that
a change of the machine's mood meets everybody; each figure is the median of the rounds. The server runs on one core of
its own, PostgreSQL and the load on the others. CPU is the server's alone. A run in which any answer is not the expected
one is no result: it stops.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from adapters.embedded.server import EmbeddedPostgres
from adapters.postgres.pool import Pool
from adapters.postgres.unit_of_work import PostgresUnitsOfWork
from application.caller import Caller
from domain.books.book import Book, BookDetails
from domain.books.isbn import Isbn
from domain.books.publication_date import PublicationDate
from domain.shared.ids import BookId, uuid7
from domain.shared.money import Money
from entrypoints.bootstrap.migrate import upgrade
from tests.benchmarks.imports import compare_imports
from tests.benchmarks.servers import ROOT, Running, contenders, running

BOOKS = 100_000
CONNECTIONS = 32
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
SCENARIOS = {"get one": 200, "page of 50": 200, "create": 201, "category": 200, "search": 200, "create 100": 200}
# What the usual stacks would have to be given first.
BESIDE_BARE = ("category", "search", "create 100")
ONCE = ("create", "create 100")
IMPORT = "import"
WORDS = (
    "harbour winter letters of a quiet island the last map glass orchard and river tale history night garden"
    " stone bridge market city song"
).split()
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()
VOCABULARY = [
    *WORDS,
    *("".join(pair) for pair in product(_SYLLABLES, repeat=3)),
    *map("".join, product(_SYLLABLES, repeat=2)),
]
OFTEN = list(accumulate(1 / place for place in range(1, len(VOCABULARY) + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The median of the rounds of one server on one question."""

    rate: float
    p50: float
    p99: float
    cpu: float


def isbn(number: int) -> Isbn:
    """A valid ISBN from a counter."""
    stem = f"978{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(stem))
    return Isbn.parse(stem + str(-total % 10))


def said(seed: random.Random, many: int) -> list[str]:
    """Words as people use them: a few all the time, most of them seldom (Zipf's law)."""
    return seed.choices(VOCABULARY, cum_weights=OFTEN, k=many)


def searched(seed: random.Random) -> list[str]:
    """One to three words, the last of them half typed."""
    *whole, last = said(seed, seed.choice([1, 2, 3]))
    return [*whole, last[: max(3, len(last) - 2)]]


def shelf(seed: random.Random) -> list[Book]:
    """Books whose JSON is about 730 bytes."""
    made = []
    for number in range(1, BOOKS + 1):
        details = BookDetails(
            title=" ".join(said(seed, 5)).capitalize(),
            author=f"Author {number % 900:03d}",
            isbn=isbn(number),
            published_date=PublicationDate.parse(f"{1900 + number % 120}"),
            description=" ".join(said(seed, 40)),
            language="en",
            price=Money.of(Decimal(number % 4000).scaleb(-2), "EUR"),
            categories=("Fiction", f"Shelf {number % 200}"),
        )
        at = BEGIN + timedelta(seconds=number)
        book, _ = Book.catalogue(BookId(uuid7(at, seed.randbytes(10))), details, at=at, by="bench")
        made.append(book)
    return made


async def fill(dsn: str, books: list[Book]) -> None:
    """The books as rows."""
    pool = Pool(dsn)
    await pool.open()
    async with PostgresUnitsOfWork(pool)(Caller("bench")) as uow:
        uow.books.add_many(books)
        await uow.commit()
    await pool.close()
    connection = await asyncpg.connect(dsn)
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def requests(scenario: str, books: list[Book], fresh: Iterator[int], seed: random.Random) -> list[bytes]:
    """What is sent in one round."""
    head = "host: bench\r\naccept: application/json\r\n"
    if scenario == "get one":
        ids = [book.id for book in seed.choices(books, k=2000)]
        return [f"GET /v1/books/{one} HTTP/1.1\r\n{head}\r\n".encode() for one in ids]
    if scenario == "page of 50":
        return [f"GET /v1/books?limit=50 HTTP/1.1\r\n{head}\r\n".encode()]
    if scenario == "category":
        return [f"GET /v1/books?limit=50&category=Shelf+{n} HTTP/1.1\r\n{head}\r\n".encode() for n in range(200)]
    if scenario == "search":
        asked = ["+".join(searched(seed)) for _ in range(2000)]
        return [f"GET /v1/books?limit=50&q={words} HTTP/1.1\r\n{head}\r\n".encode() for words in asked]
    if scenario == "create 100":
        return [
            posted("/v1/books/batch", head, {"rows": [{"op": "create", **a_new_book(fresh)} for _ in range(100)]})
            for _ in range(1000)
        ]
    return [posted("/v1/books", head, a_new_book(fresh)) for _ in range(60_000)]


def a_new_book(fresh: Iterator[int]) -> dict[str, Any]:
    """What is sent for one."""
    return {
        "title": "The orchard and the bridge", "author": "Author 001", "isbn": next_isbn(fresh),
        "published_date": "1999-05", "description": " ".join(WORDS), "language": "en",
        "price": {"amount": "12.50", "currency": "EUR"}, "categories": ["Fiction"],
    }  # fmt: skip


def posted(path: str, head: str, content: dict[str, Any]) -> bytes:
    """A POST as it goes over the wire."""
    body = json.dumps(content).encode()
    lines = f"POST {path} HTTP/1.1\r\n{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return lines.encode() + body


def next_isbn(fresh: Iterator[int]) -> str:
    """One that was never sent before."""
    return isbn(next(fresh)).value


def measure(server: Running, scenario: str, sent: list[bytes], seconds: float, core: int | None) -> Figures:
    """One round. Stops the run when an answer is not the expected one."""
    command = [sys.executable, "-m", "tests.benchmarks.load", str(server.port), str(CONNECTIONS), str(seconds)]
    if scenario in ONCE:
        command.append("--once")
    before = server.cpu_seconds()
    done = subprocess.run(
        command, input="\n".join(one.hex() for one in sent), capture_output=True, text=True, cwd=ROOT, check=True,
        preexec_fn=None if core is None else lambda: os.sched_setaffinity(0, {core}),  # one thread here
    )  # fmt: skip
    used = server.cpu_seconds() - before
    answer: dict[str, Any] = json.loads(done.stdout)
    if set(answer["statuses"]) != {str(SCENARIOS[scenario])}:
        raise SystemExit(f"{server.name}, {scenario}: unexpected statuses {answer['statuses']}")
    return Figures(
        rate=answer["requests"] / answer["seconds"],
        p50=answer["p50_ms"],
        p99=answer["p99_ms"],
        cpu=used / answer["requests"] * 1e6,
    )


def median(rounds: list[Figures]) -> Figures:
    """Figure by figure."""
    return Figures(
        rate=statistics.median(one.rate for one in rounds),
        p50=statistics.median(one.p50 for one in rounds),
        p99=statistics.median(one.p99 for one in rounds),
        cpu=statistics.median(one.cpu for one in rounds),
    )


def show(console: Console, scenario: str, found: dict[str, Figures]) -> None:
    """One table a question, with the ratio of CPU to the bare limit."""
    bare = next(iter(found.values()))
    table = Table(title=f"{scenario}, {CONNECTIONS} connections", title_justify="left")
    table.add_column("server")
    for name in ("requests/s", "p50 ms", "p99 ms", "CPU µs/request", "CPU / bare", "p99 / bare"):
        table.add_column(name, justify="right")
    for name, one in found.items():
        table.add_row(
            name, f"{one.rate:,.0f}", f"{one.p50:.1f}", f"{one.p99:.1f}", f"{one.cpu:.0f}",
            f"{one.cpu / bare.cpu:.2f}", f"{one.p99 / bare.p99:.2f}",
        )  # fmt: skip
    console.print(table)
    mine = found.get("Daybook")
    if mine is not None:
        others = [
            f"{one.cpu / mine.cpu:.1f} times less than {name}"
            for name, one in found.items()
            if name not in {"Daybook", "bare ASGI + asyncpg"}
        ]
        told = ", ".join([f"Daybook uses {mine.cpu / bare.cpu:.2f} times the CPU of the bare server", *others])
        console.print(f"{told}.\n")


def compare_servers(console: Console, chosen: list[str], options: argparse.Namespace, cores: list[int]) -> None:
    """Runs these questions and prints a table of each."""
    mine, other = (cores[0], cores[1]) if len(cores) > 1 else (None, None)
    seed = random.Random(1876)  # the same rows and the same requests each time
    books = shelf(seed)
    fresh = iter(range(BOOKS + 1, 10**9))
    with tempfile.TemporaryDirectory(prefix="daybook-bench-") as folder, contextlib.ExitStack() as stack:
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        dsn = postgres.start()
        stack.callback(postgres.stop)
        upgrade(dsn)
        asyncio.run(fill(dsn, books))
        everybody = [stack.enter_context(running(one, mine)) for one in contenders(dsn, Path(folder))]
        for scenario in chosen:
            servers = everybody[:2] if scenario in BESIDE_BARE else everybody
            rounds: dict[str, list[Figures]] = {server.name: [] for server in servers}
            for server in servers:
                measure(server, scenario, requests(scenario, books, fresh, seed), 1, other)
            for turn in range(options.rounds):
                for server in servers:
                    console.print(f"[dim]{scenario}, round {turn + 1} of {options.rounds}: {server.name}[/dim]")
                    sent = requests(scenario, books, fresh, seed)
                    rounds[server.name].append(measure(server, scenario, sent, options.seconds, other))
            show(console, scenario, {name: median(found) for name, found in rounds.items()})


def main() -> None:
    """Runs it all and prints the tables."""
    everything = [*SCENARIOS, IMPORT]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="of load, a round (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="for each server and question (default 3)")
    parser.add_argument("--only", choices=everything, action="append", help="ask this question alone")
    options = parser.parse_args()
    console = Console(width=120)
    cores = sorted(os.sched_getaffinity(0))
    chosen = options.only or everything
    if asked := [one for one in chosen if one != IMPORT]:
        compare_servers(console, asked, options, cores)
    if IMPORT in chosen:
        compare_imports(console, options.rounds, cores[0] if len(cores) > 1 else None)


if __name__ == "__main__":
    main()
