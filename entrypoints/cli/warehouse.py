"""`daybook warehouse`."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from cyclopts import App, Parameter

from application.warehouse.service import WarehouseService
from entrypoints.bootstrap.failures import ConfigurationError
from entrypoints.bootstrap.rules import without_duckdb
from entrypoints.cli.exits import UsageError
from entrypoints.cli.output import show
from entrypoints.cli.running import prepared, use_wiring

T = TypeVar("T")
WarehouseFormat = Annotated[Literal["table", "json"], Parameter(help="How the outcome is shown.")]

app = App(
    name="warehouse",
    help="""The embedded warehouse: the facts of purchases in a folder, counted by DuckDB.

$ daybook warehouse sync
$ daybook warehouse status
$ daybook analytics verify --backends postgres,duckdb

With ANALYTICS_STORAGE=duckdb analytics are answered from it, and servers and workers bring it forward all the time.""",
)


@app.command
def sync(*, format: WarehouseFormat = "table") -> None:  # noqa: A002  # the name of the option
    """Brings the warehouse to what the store of record has.

    $ daybook warehouse sync

    The first time all facts are written, afterwards what has changed.
    """
    show(_ask(lambda warehouse: warehouse.sync()), format)


@app.command
def status(*, format: WarehouseFormat = "table") -> None:  # noqa: A002  # the name of the option
    """What the warehouse holds, up to which event, and how many seconds it is behind.

    $ daybook warehouse status
    """
    show(_ask(lambda warehouse: warehouse.status()), format)


@app.command
def rebuild(*, format: WarehouseFormat = "table") -> None:  # noqa: A002  # the name of the option
    """Writes all facts anew; what is there answers until they are complete.

    $ daybook warehouse rebuild
    """
    show(_ask(lambda warehouse: warehouse.rebuild()), format)


@app.command
def compact(*, format: WarehouseFormat = "table") -> None:  # noqa: A002  # the name of the option
    """Joins all segments into one, without what was taken back. No answer changes.

    $ daybook warehouse compact
    """
    show(_ask(lambda warehouse: warehouse.compact()), format)


def _ask(ask: Callable[[WarehouseService], Awaitable[T]]) -> T:
    settings = prepared()
    if settings.app.storage != "postgres":
        raise UsageError(f"STORAGE={settings.app.storage} has no facts to tell: ask where the records are kept")
    if problems := list(without_duckdb()):
        raise ConfigurationError(problems)
    return use_wiring(lambda wiring: ask(wiring.warehouse()))
