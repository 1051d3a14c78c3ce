"""What Alembic runs around the steps. The connection and the wanted tables come from entrypoints.bootstrap.migrate."""

from alembic import context
from sqlalchemy import Connection, text

# Any number that nothing else of this database locks: two processes that migrate at once do so one after the other.
_ONE_AT_A_TIME = 5_471_815
# A step that waits for a lock makes everybody behind it wait as well: better to give up and try again later.
_TIMEOUTS = ("SET lock_timeout = '5s'", "SET statement_timeout = '300s'")


def run(connection: Connection) -> None:
    """Runs the steps, each in a transaction of its own, so that its locks are short."""
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ONE_AT_A_TIME})
    for setting in _TIMEOUTS:
        connection.execute(text(setting))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=context.config.attributes["target_metadata"],
        transaction_per_migration=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
