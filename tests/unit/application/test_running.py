"""Jobs run on the store in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from msgspec import Struct

from adapters.memory.jobs import MemoryJobQueue
from adapters.memory.store import MemoryStore
from adapters.memory.unit_of_work import MemoryUnitsOfWork
from adapters.system.system import SystemClock
from application.caller import Caller
from application.errors import Conflict, NotFound, OutcomeUnknown, Unavailable
from application.jobs import running
from application.jobs.kinds import JobKind, JobRun, NoArguments
from application.jobs.running import JobRunner, heals, job_error
from application.ports.jobs import JobQueue
from domain.jobs.job import Job, JobError, JobFinished, JobState, Progress
from domain.jobs.retry import RetryPolicy
from domain.shared.errors import Invalid
from domain.shared.events import Scalar
from domain.shared.ids import JobId
from tests.support.pools import eventually
from tests.support.working import a_job, now

CALLER = Caller("ada", request_id="req-1", traceparent="00-trace")
QUICK = RetryPolicy(attempts=3, first=timedelta(milliseconds=20), longest=timedelta(milliseconds=40))
Does = Callable[[JobRun], Awaitable[Mapping[str, Scalar] | None]]


class Numbered(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    n: int


class Handler:
    def __init__(self, does: Does) -> None:
        self.runs: list[JobRun] = []
        self._does = does

    async def run(self, run: JobRun) -> Mapping[str, Scalar] | None:
        self.runs.append(run)
        return await self._does(run)


@dataclass
class Telling:
    """Telemetry that remembers."""

    begun: list[Job] = field(default_factory=list)
    became: list[tuple[JobState, str]] = field(default_factory=list)
    handed_back_ones: list[Job] = field(default_factory=list)
    lost_ones: list[Job] = field(default_factory=list)

    @contextmanager
    def running(self, job: Job) -> Iterator[None]:
        self.begun.append(job)
        yield

    def ended(self, job: Job, seconds: float, error: BaseException | None) -> None:
        assert seconds >= 0
        self.became.append((job.state, "" if error is None else type(error).__name__))

    def handed_back(self, job: Job) -> None:
        self.handed_back_ones.append(job)

    def lost(self, job: Job) -> None:
        self.lost_ones.append(job)


class Shop:
    """A store in memory, and who runs its jobs."""

    def __init__(self, does: Does, *, queue: Callable[[MemoryStore], JobQueue] | None = None, **kind: Any) -> None:
        self.store = MemoryStore()
        self.telling = Telling()
        self.handler = Handler(does)
        given = {"retry": QUICK, "timeout": timedelta(seconds=5), **kind}
        self.queue = MemoryJobQueue(self.store, SystemClock()) if queue is None else queue(self.store)
        self.runner = JobRunner(
            queue=self.queue,
            kinds=[JobKind(name="count", about="Counts.", handler=self.handler, **given)],
            clock=SystemClock(),
            chance=lambda: 0.0,
            telemetry=self.telling,
        )

    async def ask(self, *jobs: Job) -> None:
        async with MemoryUnitsOfWork(self.store)(CALLER) as uow:
            uow.jobs.enqueue(*jobs)
            await uow.commit()

    async def cancel(self, job: Job) -> None:
        async with MemoryUnitsOfWork(self.store)(CALLER) as uow:
            uow.jobs.save(self.job(job).cancel(at=now(), by="eve")[0])
            await uow.commit()

    def job(self, job: Job) -> Job:
        return self.store.jobs[job.id]

    @asynccontextmanager
    async def working(self, *, grace: float = 5) -> AsyncIterator[asyncio.Event]:
        stopping = asyncio.Event()
        work = asyncio.create_task(self.runner.work(queues=["default"], concurrency=4, stopping=stopping, grace=grace))
        try:
            yield stopping
        finally:
            stopping.set()
            async with asyncio.timeout(10):
                await work

    async def done(self, job: Job) -> Job:
        async with self.working():
            await eventually(lambda: self.job(job).state.done)
        return self.job(job)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks often, and does not wait for seconds."""
    monkeypatch.setattr(running, "_LOOK_EVERY", 0.02)
    monkeypatch.setattr(running, "_STOPS_WITHIN", 0.2)
    monkeypatch.setattr(running, "_TRIES_TO_END", (0.01, 0.01))


async def nothing(_run: JobRun) -> None:
    return None


class TestOneThatGoesWell:
    async def test_its_result_is_kept(self) -> None:
        async def count(run: JobRun) -> Mapping[str, Scalar]:
            run.progress(3, 4)
            return {"rows": 4}

        shop, job = Shop(count), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.result, done.progress) == (JobState.SUCCEEDED, {"rows": 4}, Progress(done=3, total=4))
        assert shop.telling.became == [(JobState.SUCCEEDED, "")]

    async def test_its_handler_knows_who_asked_and_who_does_it(self) -> None:
        shop, job = Shop(nothing, takes=Numbered), a_job(arguments={"n": 7})
        await shop.ask(job)
        await shop.done(job)
        (run,) = shop.handler.runs
        assert run.caller == Caller("job:count", request_id="req-1", traceparent="00-trace")
        assert (run.job.arguments, run.job.attempt) == ({"n": 7}, 1)

    async def test_how_far_it_is_shows_while_it_runs(self) -> None:
        holding = asyncio.Event()

        async def slowly(run: JobRun) -> None:
            run.progress(1)
            await holding.wait()

        shop, job = Shop(slowly), a_job()
        await shop.ask(job)
        async with shop.working():
            await eventually(lambda: shop.job(job).progress == Progress(done=1))
            revision = shop.store.job_rows.revision
            await asyncio.sleep(0.1)
            assert shop.store.job_rows.revision == revision, "what is not news is not kept again"
            holding.set()


class TestOneThatFails:
    async def test_it_is_tried_again_later_and_later(self) -> None:
        async def fall_twice(run: JobRun) -> Mapping[str, Scalar]:
            if run.job.attempt < 3:
                raise OSError("the disk said /home/ada")
            return {"attempt": run.job.attempt}

        shop, job = Shop(fall_twice), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.result, done.error) == (JobState.SUCCEEDED, {"attempt": 3}, None)
        assert shop.telling.became == [
            (JobState.WAITING, "OSError"),
            (JobState.WAITING, "OSError"),
            (JobState.SUCCEEDED, ""),
        ]
        times = [run.job.started_at for run in shop.handler.runs]
        waits = [later - earlier for earlier, later in pairwise(times) if earlier and later]
        # By a chance of 0 half of 20 and of 40 ms.
        assert waits[0] >= timedelta(milliseconds=10)
        assert waits[1] >= timedelta(milliseconds=20)

    async def test_after_the_last_attempt_it_stands_in_the_dead_letter(self) -> None:
        async def fall(_run: JobRun) -> None:
            raise Unavailable("nobody there", retry_after=0)

        shop, job = Shop(fall), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.attempt) == (JobState.FAILED, 3)
        assert done.error == JobError(code="unavailable", message="nobody there")

    @pytest.mark.parametrize("error", [NotFound("order", "x"), JobFinished("it is done"), Invalid.because("bad", "x")])
    async def test_what_does_not_heal_is_not_tried_again(self, error: Exception) -> None:
        async def refuse(_run: JobRun) -> None:
            raise error

        shop, job = Shop(refuse), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.attempt) == (JobState.FAILED, 1)
        assert done.error == job_error(error)

    async def test_arguments_that_its_kind_does_not_take_are_not_tried_again(self) -> None:
        shop, job = Shop(nothing, takes=Numbered), a_job(arguments={"n": "seven"})
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.attempt, shop.handler.runs) == (JobState.FAILED, 1, [])
        assert done.error is not None

    async def test_an_error_may_say_how_long_to_wait(self) -> None:
        async def busy(_run: JobRun) -> None:
            raise Unavailable("busy", retry_after=600)

        shop, job = Shop(busy), a_job()
        await shop.ask(job)
        before = now()
        async with shop.working():
            await eventually(lambda: shop.job(job).error is not None)
        assert shop.job(job).run_at >= before + timedelta(seconds=600)

    async def test_of_an_unexpected_error_only_the_name_is_kept(self) -> None:
        async def tell(_run: JobRun) -> None:
            raise ValueError("ada@example.org")

        shop, job = Shop(tell, retry=RetryPolicy(attempts=1)), a_job()
        await shop.ask(job)
        error = (await shop.done(job)).error
        assert error == JobError(code="unexpected", message="ValueError: the log of the worker says more")

    async def test_one_that_takes_too_long_is_cut_off_and_tried_again(self) -> None:
        cleaned = []

        async def sleep(run: JobRun) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                cleaned.append(run.job.attempt)

        shop, job = Shop(sleep, timeout=timedelta(milliseconds=30)), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.attempt, cleaned) == (JobState.FAILED, 3, [1, 2, 3])
        assert done.error == JobError(code="timeout", message="it did not end within 0.03 s")

    async def test_one_that_cannot_be_stopped_holds_nobody_up(self) -> None:
        async def stubborn(_run: JobRun) -> None:
            end = asyncio.get_running_loop().time() + 1
            while asyncio.get_running_loop().time() < end:
                try:
                    await asyncio.sleep(0.5)
                except asyncio.CancelledError:
                    continue

        shop = Shop(stubborn, timeout=timedelta(milliseconds=30), retry=RetryPolicy(attempts=1))
        job = a_job()
        await shop.ask(job)
        assert (await shop.done(job)).state is JobState.FAILED

    async def test_one_that_cancels_itself_has_failed(self) -> None:
        async def give_up(_run: JobRun) -> None:
            raise asyncio.CancelledError

        shop, job = Shop(give_up), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert (done.state, done.attempt) == (JobState.FAILED, 3)

    async def test_a_kind_that_nobody_here_knows_waits_for_who_does(self) -> None:
        shop, job = Shop(nothing), a_job("other")
        await shop.ask(job)
        before = now()
        async with shop.working():
            await eventually(lambda: shop.job(job).error is not None)
        waits = shop.job(job)
        assert waits.error is not None
        assert (waits.state, waits.error.code) == (JobState.WAITING, "unknown-kind")
        assert waits.run_at >= before + timedelta(seconds=15)

    async def test_one_whose_attempts_were_lost_with_their_process_ends_in_the_dead_letter(self) -> None:
        shop, job = Shop(nothing), a_job()
        await shop.ask(job)
        for _ in range(3):
            # As a worker leaves it that is killed.
            begun = shop.job(job).begin(at=now())
            begun = replace(begun, lifecycle=begun.lifecycle.next_version())
            changes = shop.store.begin()
            changes.jobs.save(begun)
            changes.apply()
        done = await shop.done(job)
        assert done.error is not None
        assert (done.state, done.error.code, shop.handler.runs) == (JobState.FAILED, "worker-lost", [])
        assert "3 attempts" in done.error.message


class TestStopping:
    async def test_one_that_is_cancelled_while_it_runs_stops(self) -> None:
        cleaned = []

        async def sleep(_run: JobRun) -> None:
            try:
                await asyncio.sleep(60)
            finally:
                cleaned.append(1)

        shop, job = Shop(sleep), a_job()
        await shop.ask(job)
        async with shop.working():
            await eventually(lambda: len(shop.handler.runs) == 1)
            await shop.cancel(job)
            await eventually(lambda: shop.job(job).state is JobState.CANCELLED)
        assert (cleaned, shop.telling.became) == ([1], [(JobState.CANCELLED, "CancelledError")])

    async def test_what_was_cancelled_when_its_worker_died_is_not_run(self) -> None:
        shop, job = Shop(nothing), a_job()
        await shop.ask(job)
        begun = shop.job(job).begin(at=now())
        changes = shop.store.begin()
        changes.jobs.save(replace(begun, lifecycle=begun.lifecycle.next_version()))
        changes.apply()
        await shop.cancel(job)
        assert (await shop.done(job)).state is JobState.CANCELLED
        assert shop.handler.runs == []

    async def test_what_ends_within_the_grace_is_done(self) -> None:
        async def shortly(_run: JobRun) -> None:
            await asyncio.sleep(0.1)

        shop, job = Shop(shortly), a_job()
        await shop.ask(job)
        async with shop.working(grace=5):
            await eventually(lambda: len(shop.handler.runs) == 1)
        assert shop.job(job).state is JobState.SUCCEEDED

    async def test_what_does_not_is_handed_back_and_that_attempt_does_not_count(self) -> None:
        async def sleep(run: JobRun) -> None:
            if run.job.lease == 1:
                await asyncio.sleep(60)

        shop, job = Shop(sleep), a_job()
        await shop.ask(job)
        async with shop.working(grace=0.05):
            await eventually(lambda: len(shop.handler.runs) == 1)
        waits = shop.job(job)
        assert (waits.state, waits.attempt, waits.lease) == (JobState.WAITING, 0, 1)
        assert ([one.id for one in shop.telling.handed_back_ones], shop.telling.became) == ([job.id], [])
        done = await shop.done(job)
        assert (done.state, done.attempt, done.lease) == (JobState.SUCCEEDED, 1, 2)


class Shaky:
    """A queue whose first ends fail."""

    def __init__(self, store: MemoryStore, *errors: Exception, keep: bool = False) -> None:
        self._queue = MemoryJobQueue(store, SystemClock())
        self._errors = list(errors)
        self._keep = keep
        self.work, self.watch, self.forget = self._queue.work, self._queue.watch, self._queue.forget

    async def end(self, job: Job) -> bool:
        if self._errors:
            if self._keep:
                await self._queue.end(job)
            raise self._errors.pop(0)
        return await self._queue.end(job)


class TestKeepingWhatBecameOfIt:
    async def test_it_is_kept_when_the_store_is_there_again(self) -> None:
        shop = Shop(nothing, queue=lambda store: Shaky(store, Unavailable("away"), OutcomeUnknown("cut off")))
        job = a_job()
        await shop.ask(job)
        assert (await shop.done(job)).state is JobState.SUCCEEDED
        assert len(shop.handler.runs) == 1

    async def test_when_the_store_stays_away_another_attempt_is_made(self) -> None:
        shop = Shop(nothing, queue=lambda store: Shaky(store, *[Unavailable("away")] * 3))
        job = a_job()
        await shop.ask(job)
        assert (await shop.done(job)).state is JobState.SUCCEEDED
        assert len(shop.handler.runs) == 2

    @pytest.mark.parametrize(
        "result", [{"a": "x\0"}, {"\0": 1}, {"a": 0.5}, {"a": [1]}, {"a": {}}, {"a": "\ud800"}, {1: 1}, "x", 0]
    )
    async def test_a_result_that_no_store_keeps_fails_the_job(self, result: Any) -> None:
        async def told(_run: JobRun) -> Any:
            return result

        shop, job = Shop(told), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert done.error is not None
        assert (done.state, done.error.code, done.result) == (JobState.FAILED, "result-not-kept", None)

    async def test_a_result_that_cannot_be_kept_fails_the_job(self) -> None:
        shop = Shop(nothing, queue=lambda store: Shaky(store, TypeError("no JSON")))
        job = a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert done.error is not None
        assert (done.state, done.error.code, len(shop.handler.runs)) == (JobState.FAILED, "result-not-kept", 1)

    async def test_who_lost_the_lease_is_told_of_and_changes_nothing(self) -> None:
        async def lose(run: JobRun) -> Mapping[str, Scalar]:
            if run.job.lease == 1:
                later = shop.job(run.job).begin(at=now())
                changes = shop.store.begin()
                changes.jobs.save(replace(later, lifecycle=later.lifecycle.next_version()))
                changes.apply()
            return {"lease": run.job.lease}

        shop, job = Shop(lose), a_job()
        await shop.ask(job)
        done = await shop.done(job)
        assert [one.lease for one in shop.telling.lost_ones] == [1]
        assert done.result == {"lease": 3}


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Conflict("raced"), True),
        (Unavailable("away"), True),
        (OutcomeUnknown("cut"), True),
        (OSError(), True),
        (TimeoutError(), True),
        (NotFound("job", JobId), False),
        (Invalid.because("bad", "bad"), False),
        (JobFinished("done"), False),
    ],
)
def test_what_heals(error: Exception, expected: bool) -> None:  # a parameter of the test
    assert heals(error) is expected


def test_a_kind_takes_nothing_unless_it_says_so() -> None:
    kind = JobKind(name="x", about="", handler=Handler(nothing))
    assert (kind.takes, kind.schedulable, kind.retry.attempts) == (NoArguments, False, 5)
