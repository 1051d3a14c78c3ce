"""The use cases of jobs."""

from collections.abc import Callable
from uuid import UUID

from application.caller import Caller
from application.errors import Conflict
from application.jobs.models import JOB_LIST, JobRead
from application.listing import Listed, Listing, listed
from application.ports.jobs import JobReader
from application.ports.system import Clock
from application.ports.unit_of_work import UnitsOfWork
from application.versions import expect
from domain.jobs.job import Job
from domain.shared.events import Event
from domain.shared.ids import JobId

_ATTEMPTS = 5


class JobService:
    """Each method is one use case and one unit of work."""

    def __init__(self, *, units: UnitsOfWork, reader: JobReader, clock: Clock) -> None:
        self._units = units
        self._reader = reader
        self._clock = clock

    async def get(self, job_id: UUID) -> JobRead:
        """One job: whether it is done, how far it is, and its result or its error."""
        return await self._reader.get(job_id)

    async def list(self, listing: Listing) -> Listed[JobRead]:
        """One page of jobs: by kind, state, unique key or time. Those that have failed are the dead letter."""
        return listed(JOB_LIST, listing, await self._reader.list(listing))

    async def cancel(self, job_id: UUID, caller: Caller, *, version: int | None = None) -> JobRead:
        """Cancels a job: one that waits is never begun, one that runs is asked to stop and does so within seconds.

        What it did until then stays done. One that has failed is given up: it leaves the dead letter, and keeps its
        error. One that is done cannot be cancelled.
        """
        return await self._change(
            job_id, caller, version, lambda job: job.cancel(at=self._clock.now(), by=caller.actor)
        )

    async def retry(self, job_id: UUID, caller: Caller, *, version: int | None = None) -> JobRead:
        """Has a job that failed or was cancelled run again, from its first attempt."""
        return await self._change(
            job_id, caller, version, lambda job: job.ask_again(at=self._clock.now(), by=caller.actor)
        )

    async def _change(
        self, job_id: UUID, caller: Caller, version: int | None, change: Callable[[Job], tuple[Job, Event | None]]
    ) -> JobRead:
        # Whoever runs the job changes it as well: only a caller who names a version loses that race.
        for _ in range(_ATTEMPTS - 1):
            try:
                return await self._change_once(job_id, caller, version, change)
            except Conflict:
                if version is not None:
                    raise
        return await self._change_once(job_id, caller, version, change)

    async def _change_once(
        self, job_id: UUID, caller: Caller, version: int | None, change: Callable[[Job], tuple[Job, Event | None]]
    ) -> JobRead:
        async with self._units(caller) as uow:
            job = await uow.jobs.get(JobId(job_id))
            expect(job.lifecycle, version)
            changed, event = change(job)
            if event is None:
                return JobRead.of(changed)
            answer = JobRead.of(uow.jobs.save(changed))
            uow.record(event)
            await uow.commit(answer)
        return answer
