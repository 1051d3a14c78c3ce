"""Running jobs: one attempt after another, until each job is done or has failed for good."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from application.decoding import Malformed, convert
from application.errors import ApplicationError, Conflict, Unavailable
from application.jobs.kinds import JobKind, JobRun
from application.ports.jobs import Held, JobQueue
from application.ports.system import Clock
from domain.jobs.job import LOST, Job, JobError, Progress
from domain.jobs.retry import RetryPolicy
from domain.shared.errors import DomainError
from domain.shared.events import Scalar, can_be_kept
from domain.shared.ids import JobId

_LOOK_EVERY = 1.0
# What was cancelled has so long to clean up behind itself.
_STOPS_WITHIN = 10.0
# How often, and how long after the first time, what became of an attempt is kept when the store cannot be reached.
_TRIES_TO_END = (0.1, 0.5, 2.0, 5.0, 10.0)
# Of what was lost twice the last attempt is made by itself: it begins when what was taken with it is handed back.
_LOST_TWICE = 3
_OTHERS_ARE_BACK_AFTER = 0.5
_OTHERS_COME_AGAIN_AFTER = timedelta(seconds=2)
_UNKNOWN = RetryPolicy(attempts=10, first=timedelta(seconds=30))


class JobTelemetry(Protocol):
    """Told of each attempt."""

    def running(self, job: Job) -> AbstractContextManager[None]:
        """Around an attempt: its correlation and its span."""
        ...

    def ended(self, job: Job, seconds: float, error: BaseException | None) -> None:
        """What became of it, and with which error; the job as it is kept."""
        ...

    def handed_back(self, job: Job) -> None:
        """The attempt was not made to its end here, does not count, and is made again elsewhere."""
        ...

    def lost(self, job: Job) -> None:
        """The attempt was cut off: a later one had begun."""
        ...


class _Attempt:
    """An attempt under way. `reason` says why it was cut off, `told` how far it was when that was kept last."""

    def __init__(self, job: Job) -> None:
        self.run = JobRun(job)
        self.task: asyncio.Task[Mapping[str, Scalar] | None] | None = None
        self.reason = ""
        self.told: Progress | None = None

    def cut_off(self, reason: str) -> None:
        if self.task is not None and not self.reason:
            self.reason = reason
            self.task.cancel()


class JobRunner:
    """Runs the jobs of these kinds, each attempt within the timeout of its kind.

    - An attempt that fails is made again as its kind's RetryPolicy says; an error that does not heal fails the job at
      once. A job whose attempts were all begun and never came to an end, since they took the process with them, fails
      as well. The last attempt of one that was lost with others is made while no other such job runs, so that the
      one that ends its process takes no other into the dead letter.
    - Who asks to cancel is heard within a second or so.
    - On a stop, what runs has `grace` seconds to end. The rest is cut off and handed back: another process begins at
      once, and the attempt does not count.
    """

    def __init__(
        self,
        *,
        queue: JobQueue,
        kinds: Iterable[JobKind],
        clock: Clock,
        chance: Callable[[], float],
        telemetry: JobTelemetry,
    ) -> None:
        self._queue = queue
        self._kinds = {one.name: one for one in kinds}
        self._clock = clock
        self._chance = chance
        self._telemetry = telemetry
        self._attempts: dict[JobId, _Attempt] = {}
        self._closing = False
        self._suspects = 0
        self._alone = False

    async def work(self, *, queues: Sequence[str], concurrency: int, stopping: asyncio.Event, grace: float) -> None:
        """Runs jobs until `stopping` is set and all have come back. Raises Unavailable when the queue is lost."""
        self._closing = False
        beside = [asyncio.create_task(self._watch()), asyncio.create_task(self._close(stopping, grace))]
        try:
            await self._queue.work(self._run, queues=queues, concurrency=concurrency, stopping=stopping)
        finally:
            for one in beside:
                one.cancel()
            await asyncio.gather(*beside, return_exceptions=True)

    async def _run(self, job: Job) -> None:
        began = asyncio.get_running_loop().time()
        with self._telemetry.running(job):
            attempt = _Attempt(job)
            self._attempts[job.id] = attempt
            try:
                ended, error = await self._attempt(job, attempt)
                ended, kept = await self._keep(job, replace(ended, progress=attempt.run.reached))
            finally:
                del self._attempts[job.id]
            if kept and ended.attempt < job.attempt:
                self._telemetry.handed_back(ended)
            elif kept:
                self._telemetry.ended(ended, asyncio.get_running_loop().time() - began, error)
            else:
                self._telemetry.lost(job)

    async def _attempt(self, job: Job, attempt: _Attempt) -> tuple[Job, BaseException | None]:
        """What became of the job, and the error that it failed with."""
        if job.cancel_requested_at is not None:
            return job.stop(at=self._clock.now()), None
        kind = self._kinds.get(job.kind)
        if kind is None:
            return self._put_off(
                job, _UNKNOWN, JobError(code="unknown-kind", message="nothing here runs such jobs")
            ), None
        if job.attempt > kind.retry.attempts:
            told = f"{job.attempt - 1} attempts were begun and none came to an end: they were lost with their process"
            return job.fail(JobError(code=LOST.code, message=told), at=self._clock.now()), None
        if job.error is None or job.error.code != LOST.code or job.attempt < min(_LOST_TWICE, kind.retry.attempts):
            return await self._made(job, kind, attempt)
        last = job.attempt == kind.retry.attempts
        if self._alone or (last and self._suspects):
            now = self._clock.now()
            return job.hand_back(at=now, until=now + _OTHERS_COME_AGAIN_AFTER), None
        self._suspects, self._alone = self._suspects + 1, last
        try:
            if last:
                await asyncio.sleep(_OTHERS_ARE_BACK_AFTER)
            return await self._made(job, kind, attempt)
        finally:
            self._suspects, self._alone = self._suspects - 1, False

    async def _made(self, job: Job, kind: JobKind, attempt: _Attempt) -> tuple[Job, BaseException | None]:
        if self._closing:
            return job.hand_back(at=self._clock.now()), None
        try:
            result = await self._handle(kind, attempt)
        except asyncio.CancelledError as error:
            if not attempt.reason:
                raise  # it is this process that ends
            now = self._clock.now()
            return (job.hand_back(at=now) if attempt.reason == "closing" else job.stop(at=now)), error
        except Exception as error:
            return self._failed(job, kind, error), error
        if not _is_kept(result):
            return job.fail(_not_kept("it holds something else"), at=self._clock.now()), None
        return job.succeed(result, at=self._clock.now()), None

    async def _handle(self, kind: JobKind, attempt: _Attempt) -> Mapping[str, Scalar] | None:
        convert(kind.takes, attempt.run.job.arguments)
        attempt.task = asyncio.create_task(kind.handler.run(attempt.run))
        try:
            done, _ = await asyncio.wait({attempt.task}, timeout=kind.timeout.total_seconds())
        except asyncio.CancelledError:
            attempt.task.cancel()
            raise
        if done:
            if attempt.task.cancelled() and not attempt.reason:
                raise RuntimeError("it cancelled itself")
            return attempt.task.result()
        attempt.task.cancel()
        await asyncio.wait({attempt.task}, timeout=_STOPS_WITHIN)
        raise TimeoutError(f"it did not end within {kind.timeout.total_seconds():g} s")

    def _failed(self, job: Job, kind: JobKind, error: Exception) -> Job:
        told = job_error(error)
        if not heals(error):
            return job.fail(told, at=self._clock.now())
        return self._put_off(job, kind.retry, told, getattr(error, "retry_after", None))

    def _put_off(self, job: Job, policy: RetryPolicy, error: JobError, after: float | None = None) -> Job:
        delay = policy.delay(job.attempt, self._chance())
        now = self._clock.now()
        if delay is None:
            return job.fail(error, at=now)
        return job.put_off(error, until=now + max(delay, timedelta(seconds=after or 0)), at=now)

    async def _keep(self, job: Job, ended: Job) -> tuple[Job, bool]:
        try:
            return ended, await self._end(ended)
        except Unavailable:
            raise  # another worker finds it
        except Exception as error:
            failed = job.fail(_not_kept(type(error).__name__), at=self._clock.now())
            return failed, await self._end(failed)

    async def _end(self, job: Job) -> bool:
        for pause in _TRIES_TO_END:
            try:
                return await self._queue.end(job)
            except Unavailable:
                await asyncio.sleep(pause)
        return await self._queue.end(job)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            watched = {one: one.run.reached for one in self._attempts.values()}
            if not watched:
                continue
            try:
                stopped = await self._queue.watch([_held(one, reached) for one, reached in watched.items()])
            except Unavailable:
                continue  # it is asked again in a second
            for one, reached in watched.items():
                one.told = reached
                if one.run.job.id in stopped:
                    one.cut_off("stopped")

    async def _close(self, stopping: asyncio.Event, grace: float) -> None:
        await stopping.wait()
        await asyncio.sleep(grace)
        self._closing = True
        for one in self._attempts.values():
            one.cut_off("closing")


def heals(error: Exception) -> bool:
    """Whether another attempt may go better: what the domain or a use case refuses, it will refuse again."""
    if isinstance(error, Conflict | Unavailable):
        return True
    return not isinstance(error, DomainError | ApplicationError | Malformed)


def job_error(error: Exception) -> JobError:
    """What is kept of an error. Of an unexpected one only its name: its text may hold anything, and is in the log."""
    if isinstance(error, DomainError | ApplicationError | Malformed):
        return JobError(code=error.code, message=error.detail)
    if isinstance(error, TimeoutError):
        return JobError(code="timeout", message=str(error) or "something that it asked did not answer in time")
    return JobError(code="unexpected", message=f"{type(error).__name__}: the log of the worker says more")


def _is_kept(result: object) -> bool:
    """Whether every store takes what a handler gave, and gives it again as it was."""
    if result is None:
        return True
    return isinstance(result, Mapping) and all(
        isinstance(name, str) and can_be_kept(name) and can_be_kept(value) for name, value in result.items()
    )


def _not_kept(why: str) -> JobError:
    told = f"what became of it cannot be kept ({why}): a result is of texts without NUL, whole numbers, bools, nulls"
    return JobError(code="result-not-kept", message=told)


def _held(attempt: _Attempt, reached: Progress | None) -> Held:
    job = attempt.run.job
    return Held(job_id=job.id, lease=job.lease, progress=None if reached == attempt.told else reached)
