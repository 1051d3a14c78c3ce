"""The jobs that keep the house: what has had its day goes."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from application.customers.erasing import ErasureService
from application.idempotency.service import IdempotencyService
from application.jobs.kinds import JobKind, JobRun
from application.jobs.scheduling import Usual
from application.ports.jobs import JobQueue
from application.ports.system import Clock
from application.webhooks.deliveries import DeliveryService
from domain.jobs.retry import RetryPolicy
from domain.shared.events import Scalar

PURGE_CUSTOMERS: Final = "purge-customers"
FORGET_KEYS: Final = "forget-idempotency-keys"
FORGET_JOBS: Final = "forget-jobs"
FORGET_DELIVERIES: Final = "forget-deliveries"
USUAL_SCHEDULES: Final = (
    Usual(name=PURGE_CUSTOMERS, kind=PURGE_CUSTOMERS, cron="10 3 * * *"),
    Usual(name=FORGET_KEYS, kind=FORGET_KEYS, cron="17 * * * *"),
    Usual(name=FORGET_JOBS, kind=FORGET_JOBS, cron="40 3 * * *"),
    Usual(name=FORGET_DELIVERIES, kind=FORGET_DELIVERIES, cron="50 3 * * *"),
)
_AT_ONCE = 1_000


class PurgeCustomers:
    """Erases the customers who were deleted longer ago than that."""

    def __init__(self, erasures: ErasureService, older_than: timedelta) -> None:
        self._erasures = erasures
        self._older_than = older_than

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:
        """Once more, it finds fewer to erase."""
        done = await self._erasures.purge(self._older_than, run.caller)
        return {"due": done.due, "erased": done.erased}


class ForgetKeys:
    """Deletes the answers that are kept under an idempotency key for too long."""

    def __init__(self, idempotency: IdempotencyService) -> None:
        self._idempotency = idempotency

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:  # noqa: ARG002  # the shape of a handler
        """Once more, it finds fewer to delete."""
        return {"forgotten": await self._idempotency.forget_expired()}


class ForgetJobs:
    """Deletes jobs that succeeded or were cancelled longer ago than that. Those that have failed wait for somebody."""

    def __init__(self, queue: Callable[[], JobQueue], clock: Clock, older_than: timedelta) -> None:
        self._queue = queue
        self._clock = clock
        self._older_than = older_than

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:
        """Once more, it finds fewer to delete."""
        queue, before, forgotten = self._queue(), self._clock.now() - self._older_than, 0
        while some := await queue.forget(finished_before=before, many=_AT_ONCE):
            forgotten += some
            run.progress(forgotten)
        return {"forgotten": forgotten}


class ForgetDeliveries:
    """Deletes deliveries to webhooks that ended longer ago than that; the events that they told of stay."""

    def __init__(self, deliveries: DeliveryService, older_than: timedelta) -> None:
        self._deliveries = deliveries
        self._older_than = older_than

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:
        """Once more, it finds fewer to delete."""
        forgotten = 0
        while some := await self._deliveries.forget(self._older_than, _AT_ONCE):
            forgotten += some
            run.progress(forgotten)
        return {"forgotten": forgotten}


def housekeeping(
    *,
    erasures: ErasureService,
    idempotency: IdempotencyService,
    deliveries: DeliveryService,
    queue: Callable[[], JobQueue],
    clock: Clock,
    purge_customers_after: timedelta,
    forget_jobs_after: timedelta,
    forget_deliveries_after: timedelta,
) -> list[JobKind]:
    """The kinds of jobs that keep the house."""
    long = timedelta(hours=1)
    return [
        JobKind(
            name=PURGE_CUSTOMERS,
            about="Erases customers who were deleted long enough ago.",
            handler=PurgeCustomers(erasures, purge_customers_after),
            timeout=long,
            schedulable=True,
        ),
        JobKind(
            name=FORGET_KEYS,
            about="Deletes the answers to requests with an idempotency key that are older than 24 hours.",
            handler=ForgetKeys(idempotency),
            retry=RetryPolicy(attempts=3),
            schedulable=True,
        ),
        JobKind(
            name=FORGET_JOBS,
            about="Deletes jobs that succeeded or were cancelled long enough ago.",
            handler=ForgetJobs(queue, clock, forget_jobs_after),
            timeout=long,
            schedulable=True,
        ),
        JobKind(
            name=FORGET_DELIVERIES,
            about="Deletes deliveries to webhooks that ended long enough ago.",
            handler=ForgetDeliveries(deliveries, forget_deliveries_after),
            timeout=long,
            schedulable=True,
        ),
    ]
