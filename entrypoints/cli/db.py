"""`daybook db`."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from cyclopts import App, Parameter

from entrypoints.bootstrap import database, migrate
from entrypoints.cli.exits import FAILURE, OK, UsageError
from entrypoints.cli.output import message
from entrypoints.cli.running import Yes, confirm, prepared, use

app = App(name="db", help="PostgreSQL: its schema, and what has had its day.")
T = TypeVar("T")
Revision = Annotated[str, Parameter(help="Where to; base is an empty database.")]


@app.command
def upgrade(revision: Revision = "head", /) -> None:
    """Brings the schema forward, to the newest revision unless another is named.

    $ daybook db upgrade
    """
    _on_database(lambda url: migrate.upgrade(url, revision))
    message(f"the schema is at {_on_database(migrate.current)}")


@app.command
def downgrade(revision: Revision, /, *, yes: Yes = False) -> None:
    """Takes the schema back; what later revisions added is lost.

    $ daybook db downgrade base --yes
    """
    confirm(f"Take the schema back to {revision}? What later revisions added is lost.", yes=yes)
    _on_database(lambda url: migrate.downgrade(url, revision))
    message(f"the schema is at {_on_database(migrate.current) or 'base'}")


@app.command
def current() -> None:
    """Prints the revision that the schema is at.

    $ daybook db current
    """
    at = _on_database(migrate.current)
    print(at or "base")
    if at != migrate.head():
        message(f"the newest is {migrate.head()}: run `daybook db upgrade`")


@app.command
def check() -> int:
    """Says how the database differs from what this version was written for. The exit code is 1 when it does.

    $ daybook db check
    """
    differences = _on_database(migrate.check)
    for difference in differences:
        print(difference)
    if not differences:
        message("the database is as it should be")
    return FAILURE if differences else OK


@app.command
def prune() -> None:
    """Forgets what has had its day: answers that were kept under an idempotency key for more than 24 hours.

    $ daybook db prune
    """
    message(f"forgotten: {use(lambda services: services.idempotency.forget_expired())} answers")


def _on_database(work: Callable[[str], T]) -> T:
    settings = prepared()
    if settings.app.storage != "postgres":
        raise UsageError(f"STORAGE={settings.app.storage} has no schema of PostgreSQL")
    with database.for_command(settings.database, migrated=False) as url:
        return work(url)
