"""The jobs of the warehouse."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from application.jobs.kinds import JobKind, JobRun
from application.jobs.scheduling import Usual
from application.warehouse.service import WarehouseService
from domain.shared.events import Scalar

SYNC: Final = "sync-warehouse"
COMPACT: Final = "compact-warehouse"
USUAL_SCHEDULES: Final = (Usual(name=COMPACT, kind=COMPACT, cron="30 4 * * *"),)


class SyncWarehouse:
    """Brings the warehouse to what the store of record has."""

    def __init__(self, service: WarehouseService) -> None:
        self._service = service

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:  # noqa: ARG002  # the shape of a handler
        """Once more, it finds less to take."""
        status = await self._service.sync()
        return {"sequence": status.place.sequence, "orders": status.orders}


class CompactWarehouse:
    """Joins the segments of the warehouse into one."""

    def __init__(self, service: WarehouseService) -> None:
        self._service = service

    async def run(self, run: JobRun) -> Mapping[str, Scalar]:  # noqa: ARG002  # the shape of a handler
        """Once more, it finds nothing to join."""
        status = await self._service.compact()
        return {"segments": status.segments, "bytes": status.bytes}


def warehouse_jobs(service: WarehouseService) -> list[JobKind]:
    """The kinds of jobs that a warehouse has."""
    long = timedelta(hours=1)
    return [
        JobKind(
            name=SYNC,
            about="Brings the warehouse to what the store of record has, which servers and workers do all the time.",
            handler=SyncWarehouse(service),
            timeout=long,
            schedulable=True,
        ),
        JobKind(
            name=COMPACT,
            about="Joins the segments of the warehouse into one, without what was taken back.",
            handler=CompactWarehouse(service),
            timeout=long,
            schedulable=True,
        ),
    ]
