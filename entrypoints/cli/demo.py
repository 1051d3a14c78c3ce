"""`daybook demo`."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter
from msgspec.structs import replace

from entrypoints.bootstrap import server
from entrypoints.bootstrap.settings import Settings
from entrypoints.cli.exits import UsageError
from entrypoints.cli.inputs import whole_number
from entrypoints.cli.output import message
from entrypoints.cli.progress import progress
from entrypoints.cli.running import logged
from entrypoints.demo.files import demo_files
from entrypoints.demo.load import SEED, load_demo
from entrypoints.demo.shop import make_shop
from entrypoints.services import Services

_EARLIEST: Final = date(1990, 1, 1)
_LATEST: Final = date(2100, 1, 1)

SeedOption = Annotated[
    int, Parameter(converter=whole_number, help="Another number is another shop; the same one is the same shop.")
]
UntilOption = Annotated[date | None, Parameter(help="The day before which its two years of business end; today.")]
ExportOption = Annotated[
    Path | None, Parameter(help="Write the shop to this folder, as CSV files that can be imported, and serve nothing.")
]


def demo(*, seed: SeedOption = SEED, until: UntilOption = None, export: ExportOption = None) -> None:
    """Serves a made-up bookshop from memory, until Ctrl-C, with two years of orders.

    $ daybook demo
    $ daybook demo --seed 7 --until 2026-11-01
    $ daybook demo --export shop && daybook import shop/books.csv

    The titles, their authors and years are those of real works. All else is made
    up: customers are numbers with addresses at example.org, prices are drawn by
    lot, and the ISBNs begin with 979-9, which no agency has assigned, so that
    none is the number of a real edition. Nothing is kept when the server stops.
    """
    until = until or datetime.now(UTC).date()
    if not _EARLIEST <= until <= _LATEST:
        raise UsageError(f"--until must be from {_EARLIEST} to {_LATEST}")
    if export is not None:
        _export(export, seed, until)
        return
    loaded = logged()
    for warning in loaded.warnings:
        message(f"warning: {warning}")
    settings = _from_memory(loaded.settings)
    server.serve(
        settings,
        announce=lambda: print(_welcome(settings), flush=True),
        prepare=partial(_filled, seed=seed, until=until),
    )
    print("The demonstration is over; nothing of it was kept.", flush=True)


async def _filled(services: Services, *, seed: int, until: date) -> None:
    with progress("opening the shop") as advance:
        await load_demo(services.imports, seed=seed, until=until, progress=lambda rows, of: advance(rows / of, rows))


def _from_memory(settings: Settings) -> Settings:
    """One process, since another one would have a memory of its own."""
    return replace(
        settings,
        app=replace(settings.app, storage="memory", analytics_storage=None),
        server=replace(settings.server, workers=1),
    )


def _export(folder: Path, seed: int, until: date) -> None:
    files = demo_files(make_shop(seed, until))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in files:
            (folder / one.name).write_text(one.text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    for one in files:
        print(f"{folder / one.name}  {one.rows:,} rows")
    message("Import them in this order: daybook import FILE")


def _welcome(settings: Settings) -> str:
    at = server.address(settings)
    docs = f"  docs      {at}/schema/swagger  and  {at}/schema/redoc\n" if settings.server.docs else ""
    return (
        f"The demonstration shop is open after {server.seconds_since_start():.1f} s.\n\n"
        f"  API       {at}/v1/books\n"
        f"{docs}"
        "  records   in memory, gone when the server stops\n\n"
        "Try first, in another terminal:\n\n"
        f"  curl -s '{at}/v1/books?q=austen'\n"
        f"  curl -s '{at}/v1/orders?limit=1&expand=customer,lines'\n"
        f"  curl -s '{at}/v1/analytics/rfm?currency=EUR'\n"
        f"  curl -s '{at}/v1/analytics/revenue?currency=EUR&period=month'\n\n"
        "Ctrl-C stops it."
    )
