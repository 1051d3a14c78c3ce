"""`daybook warehouse`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from cyclopts import App, Parameter
from msgspec import Struct

from application.warehouse.service import WarehouseService
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.rules import without_duckdb, without_snowflake
from entrypoints.bootstrap.settings import Settings
from entrypoints.cli.exits import UsageError
from entrypoints.cli.output import show
from entrypoints.cli.running import prepared, use_wiring

T = TypeVar("T")
WarehouseName = Literal["duckdb", "snowflake"]
WarehouseFormat = Annotated[Literal["table", "json"], Parameter(help="How the outcome is shown.")]
StoreOption = Annotated[
    WarehouseName | None, Parameter(help="Which warehouse: the one of ANALYTICS_STORAGE, else the embedded one.")
]


class WarehouseLoad(Struct, frozen=True, kw_only=True):
    """How many rows were new or changed."""

    rows: int


app = App(
    name="warehouse",
    help="""The warehouse: the facts of purchases in a folder, counted by DuckDB, or in Snowflake.

$ daybook warehouse sync
$ daybook warehouse status --store snowflake
$ daybook analytics verify --backends postgres,duckdb

The embedded one answers by default where records are in PostgreSQL, Snowflake with ANALYTICS_STORAGE=snowflake. Servers
and workers bring it forward all the time.""",
)


@app.command
def sync(*, store: StoreOption = None, format: WarehouseFormat = "table") -> None:  # noqa: A002  # name of the option
    """Brings the warehouse to what the store of record has.

    $ daybook warehouse sync

    The first time all facts are written, afterwards what has changed.
    """
    show(_ask(store, lambda warehouse: warehouse.sync()), format)


@app.command
def status(*, store: StoreOption = None, format: WarehouseFormat = "table") -> None:  # noqa: A002  # likewise
    """What the warehouse holds, up to which event, and how many seconds it is behind.

    $ daybook warehouse status
    """
    show(_ask(store, lambda warehouse: warehouse.status()), format)


@app.command
def rebuild(*, store: StoreOption = None, format: WarehouseFormat = "table") -> None:  # noqa: A002  # likewise
    """Writes all facts anew; what is there answers until they are complete.

    $ daybook warehouse rebuild
    """
    show(_ask(store, lambda warehouse: warehouse.rebuild()), format)


@app.command
def compact(*, store: StoreOption = None, format: WarehouseFormat = "table") -> None:  # noqa: A002  # likewise
    """Leaves out what was taken back, and joins all segments into one. No answer changes.

    $ daybook warehouse compact
    """
    show(_ask(store, lambda warehouse: warehouse.compact()), format)


@app.command
def load(*, format: WarehouseFormat = "table") -> None:  # noqa: A002  # name of the option
    """Loads into Snowflake what a deployment with STORAGE=snowflake shows beside reports.

    $ daybook warehouse load

    That is customers, authors, categories, books and reviews, as far as they are new or changed. To count there,
    nothing of it is needed: that is what `sync` brings.
    """
    settings = _with_records()
    if problems := list(without_snowflake(settings.snowflake)):
        raise ConfigurationError(problems)
    show(WarehouseLoad(rows=use_wiring(lambda wiring: wiring.load_warehouse())), format)


def _ask(store: WarehouseName | None, ask: Callable[[WarehouseService], Awaitable[T]]) -> T:
    settings = _with_records()
    chosen: WarehouseName = store or ("snowflake" if settings.app.analytics == "snowflake" else "duckdb")
    problems = list(without_duckdb() if chosen == "duckdb" else without_snowflake(settings.snowflake))
    if problems:
        raise ConfigurationError(problems)
    if chosen == "snowflake" and settings.snowflake.facts == "views":
        raise UsageError(
            "SNOWFLAKE_FACTS=views: Daybook only reads them, so bring them forward where they are made, or let it keep "
            "tables of its own with SNOWFLAKE_FACTS=tables"
        )
    return use_wiring(lambda wiring: ask(wiring.warehouse(chosen)))


def _with_records() -> Settings:
    settings = prepared()
    if settings.app.storage != "postgres":
        raise UsageError(f"STORAGE={settings.app.storage} has no facts to tell: ask where the records are kept")
    return settings
