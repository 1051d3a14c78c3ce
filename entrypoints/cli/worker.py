"""`daybook worker`."""

from typing import Annotated

from cyclopts import Parameter

from entrypoints.bootstrap import working
from entrypoints.bootstrap.settings import Settings
from entrypoints.cli.exits import UsageError
from entrypoints.cli.output import message
from entrypoints.cli.running import logged

ConcurrencyOption = Annotated[str | None, Parameter(help="Jobs at once; instead of WORKER_CONCURRENCY.")]
QueuesOption = Annotated[str | None, Parameter(help="Queues, with commas between; instead of WORKER_QUEUES.")]
MetricsPortOption = Annotated[
    str | None, Parameter(help="Where GET /metrics is answered, 0 for nowhere; instead of WORKER_METRICS_PORT.")
]


def worker(
    *, concurrency: ConcurrencyOption = None, queues: QueuesOption = None, metrics_port: MetricsPortOption = None
) -> None:
    """Runs jobs and schedules until Ctrl-C or SIGTERM; jobs that run then have their grace to end.

    $ daybook worker
    $ daybook worker --concurrency 20 --queues default
    $ WORKER=external daybook serve & daybook worker --metrics-port 9101

    A server does the same in its own processes, unless WORKER=external says that it shall not.

    Without DATABASE_URL start the server first: it lends its PostgreSQL to workers of its folder, as a worker does to
    commands and other workers, but no worker does to a server. A worker ends with what was lent to it.
    """
    given = {"WORKER_CONCURRENCY": concurrency, "WORKER_QUEUES": queues, "WORKER_METRICS_PORT": metrics_port}
    loaded = logged({name: value for name, value in given.items() if value is not None})
    for warning in loaded.warnings:
        message(f"warning: {warning}")
    settings = loaded.settings
    if settings.app.storage != "postgres":
        raise UsageError(
            f"STORAGE={settings.app.storage} has no jobs that another process could run: "
            "those of a store in memory are run by the server that keeps it"
        )
    working.work(settings, announce=lambda: print(_welcome(settings), flush=True))
    print("The worker has stopped.", flush=True)


def _welcome(settings: Settings) -> str:
    config = settings.worker
    queues = ", ".join(config.queues)
    at = f"{settings.server.address(config.metrics_port)}/metrics"
    metrics = f" Its metrics are at {at}." if config.metrics_port else ""
    return f"The worker takes jobs of {queues}, {config.concurrency} at once.{metrics} Ctrl-C stops it."
