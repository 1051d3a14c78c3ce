"""`daybook serve`."""

from typing import Annotated, Final

from cyclopts import Parameter

from entrypoints.bootstrap import server
from entrypoints.bootstrap.settings import Settings
from entrypoints.cli.output import message
from entrypoints.cli.running import logged

_FIRST: Final = '{"title": "Middlemarch", "author": "George Eliot", "isbn": "978-0-14-143954-9"}'

HostOption = Annotated[str | None, Parameter(help="A loopback address; instead of HOST.")]
PortOption = Annotated[str | None, Parameter(help="Instead of PORT.")]
WorkersOption = Annotated[str | None, Parameter(help="Server processes; instead of WORKERS.")]


def serve(*, host: HostOption = None, port: PortOption = None, workers: WorkersOption = None) -> None:
    """Serves the HTTP API until Ctrl-C or SIGTERM; what runs by then is finished.

    $ daybook serve
    $ daybook serve --port 8080 --workers 2
    $ STORAGE=memory daybook serve
    $ DATABASE_URL=postgresql://daybook@db.example.org/daybook daybook serve

    Without DATABASE_URL it starts a PostgreSQL of its own, whose data stays in .daybook/postgres.
    """
    given = {"HOST": host, "PORT": port, "WORKERS": workers}
    loaded = logged({name: value for name, value in given.items() if value is not None})
    for warning in loaded.warnings:
        message(f"warning: {warning}")
    settings = loaded.settings
    server.serve(settings, announce=lambda: print(welcome(settings), flush=True))
    print(f"Daybook has stopped. {_kept(settings)}", flush=True)


def welcome(settings: Settings) -> str:
    """What a person is told when the server takes requests."""
    at = server.address(settings)
    docs = f"  docs      {at}/schema/swagger  and  {at}/schema/redoc\n" if settings.server.docs else ""
    return (
        f"Daybook {settings.app.version} is ready after {server.seconds_since_start():.1f} s.\n\n"
        f"  API       {at}/v1/books\n"
        f"{docs}"
        f"  records   {_records(settings)}\n\n"
        f"Try first, in another terminal:\n\n{_first_requests(settings, at)}\n"
        "Ctrl-C stops it."
    )


def _first_requests(settings: Settings, at: str) -> str:
    if settings.app.storage == "snowflake":
        return f"  curl -s '{at}/v1/books?limit=5'\n  curl -s '{at}/v1/analytics/summary'\n"
    return (
        f"  curl -s {at}/v1/books -H 'Content-Type: application/json' \\\n"
        f"    -d '{_FIRST}'\n"
        f"  curl -s '{at}/v1/books?q=middlemarch'\n"
    )


def _records(settings: Settings) -> str:
    if settings.app.storage == "memory":
        return "in memory, gone when the server stops"
    if settings.app.storage == "snowflake":
        return "in the Snowflake warehouse, for reading and analytics: changes are refused"
    if settings.database.url is not None:
        return "in the database that DATABASE_URL names"
    return f"in {settings.database.embedded_folder}, kept for the next start"


def _kept(settings: Settings) -> str:
    if settings.app.storage == "memory":
        return "Its records were in memory."
    if settings.app.storage == "snowflake":
        return "It changed nothing in the warehouse."
    return f"The records are {_records(settings).split(',', maxsplit=1)[0]}."
